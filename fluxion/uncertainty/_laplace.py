"""Doubt of one network after training: its last layer as a linear model with a normal posterior."""

from __future__ import annotations

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from fluxion.errors import InputError
from fluxion.uncertainty._moments import Mixture, safe_sqrt

Link = Callable[[Float[Array, "..."]], Float[Array, "..."]]


class LastLayerLaplace(eqx.Module):
    """Normal posterior of the weights of the last layer, output by output.

    Attributes:
        weights: Of the last layer as trained; its bias is the last row.
        vectors: Eigenvectors of the Gauss-Newton curvature of each output, in columns.
        values: Its eigenvalues.
        prior_precision: Of the weights, by marginal likelihood.
        noise: Standard deviation of what the layer cannot explain, by marginal likelihood.
        link: From the layer to the result, such as a hinge; of each number alone.
    """

    weights: Float[Array, "feature output"]
    vectors: Float[Array, "output feature feature"]
    values: Float[Array, "output feature"]
    prior_precision: Float[Array, "output"]
    noise: Float[Array, "output"]
    link: Link = eqx.field(static=True)

    def predict(self, features: Float[Array, "... hidden"]) -> Mixture:
        """Mean and spread at features; `aleatoric` is the noise, `epistemic` of the weights."""
        rows = _with_one(features)
        layer = rows @ self.weights
        slope = _slope(self.link, layer)
        precision = self.values / jnp.square(self.noise)[:, None] + self.prior_precision[:, None]
        precision = jnp.maximum(precision, jnp.finfo(precision.dtype).tiny)
        turned = jnp.einsum("...f,ofg->...og", rows, self.vectors)
        square = jnp.square(slope) * (jnp.square(turned) / precision).sum(axis=-1)
        noise = jnp.broadcast_to(self.noise, layer.shape)
        whole = safe_sqrt(square + jnp.square(noise))
        return Mixture(self.link(layer), whole, noise, safe_sqrt(square))

    def sample(
        self, key: Key[Array, ""], samples: int
    ) -> tuple[Float[Array, "sample hidden output"], Float[Array, "sample output"]]:
        """Kernels and biases of the last layer drawn from the posterior of the weights.

        Networks that differ by these are an ensemble; what is added over months or zones keeps its
        correlation so, which the spread of single numbers loses.

        Args:
            key: The same key draws the same weights.
            samples: How many.
        """
        precision = self.values / jnp.square(self.noise)[:, None] + self.prior_precision[:, None]
        precision = jnp.maximum(precision, jnp.finfo(precision.dtype).tiny)
        dice = jax.random.normal(key, (samples, *precision.shape), precision.dtype)
        drawn = jnp.einsum("sog,ofg->sfo", dice / jnp.sqrt(precision), self.vectors)
        weights = self.weights + drawn
        return weights[:, :-1], weights[:, -1]


def last_layer_laplace(
    features: Float[Array, "case hidden"],
    targets: Float[Array, "case output"],
    kernel: Float[Array, "hidden output"],
    bias: Float[Array, "output"],
    *,
    link: Link = lambda x: x,
    steps: int = 100,
) -> LastLayerLaplace:
    """Laplace's approximation of a trained last layer.

    Prior precision and noise of each output maximise the marginal likelihood by MacKay's fixed
    point. Months, if there are any, are cases.

    Args:
        features: What the last layer saw of the training data.
        targets: What the network should have given.
        kernel: Weights of the last layer as trained.
        bias: Of the last layer.
        link: What follows the last layer.
        steps: Of the fixed point.

    Raises:
        InputError: Shapes that do not fit, or fewer cases than features.

    Source: MacKay, Bayesian interpolation, Neural Comput. 4 (1992) 415, section 4; Daxberger et
    al., Laplace redux, 2021, arXiv:2106.14806, for the last layer and Gauss-Newton.
    """
    rows = _with_one(features)
    weights = jnp.concatenate([kernel, bias[None]])
    count, size = rows.shape
    if weights.shape != (size, targets.shape[-1]) or len(targets) != count or count <= size:
        raise InputError(
            f"features {features.shape}, targets {targets.shape} and a kernel {kernel.shape} were "
            "given; give (case, hidden), (case, output) and (hidden, output), of more cases than "
            "hidden units"
        )
    layer = rows @ weights
    slope = _slope(link, layer)
    curvature = jnp.einsum("cf,co,cg->ofg", rows, jnp.square(slope), rows)
    values, vectors = jnp.linalg.eigh(curvature)
    values = jnp.maximum(values, 0.0)
    left = jnp.square(targets - link(layer)).sum(axis=0)
    large = jnp.square(weights).sum(axis=0)
    tiny = jnp.finfo(rows.dtype).tiny

    def step(_: int, now: tuple[Array, Array]) -> tuple[Array, Array]:
        prior, variance = now
        scaled = values / variance[:, None]
        # Weights that the data determine, rather than the prior.
        known = (scaled / jnp.maximum(scaled + prior[:, None], tiny)).sum(axis=1)
        return known / jnp.maximum(large, tiny), jnp.maximum(left / (count - known), tiny)

    start = (jnp.ones_like(left), jnp.maximum(left / count, tiny))
    prior, variance = jax.lax.fori_loop(0, steps, step, start)
    return LastLayerLaplace(weights, vectors, values, prior, jnp.sqrt(variance), link)


def _with_one(features: Float[Array, "... hidden"]) -> Float[Array, "... feature"]:
    return jnp.concatenate([features, jnp.ones_like(features[..., :1])], axis=-1)


def _slope(link: Link, layer: Float[Array, "..."]) -> Float[Array, "..."]:
    return jax.jvp(link, (layer,), (jnp.ones_like(layer),))[1]
