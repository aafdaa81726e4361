"""Solar optics of a glazing as smooth curves in the cosine of incidence, and for diffuse light.

`glazing_optics` samples a stack of panes once, fits polynomials in c = cos(incidence) and
integrates over the hemisphere, so that a year of beam angles costs a few multiplications a step.
`glazing_optics_from_table` does the same from the angular table of a spectral program.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.cta import gauss_legendre
from fluxion.physics._panes import COATED_SWITCH as COATED_SWITCH
from fluxion.physics._panes import glazing_system as glazing_system
from fluxion.physics._panes import only_present, stack_optics
from fluxion.physics._panes import pane_optics as pane_optics

#: Number of coefficients of the fitted curves, polynomials of this degree in c.
NUM_COEFFICIENTS = 8

_NODES, _WEIGHTS = gauss_legendre(32)
# Basis c T_k(2 c - 1): shifted Chebyshev polynomials keep the fit exact in single precision,
# which powers of c would not (their coefficients reach hundreds and cancel).
_BASIS = _NODES[:, None] * np.polynomial.chebyshev.chebvander(
    2.0 * _NODES - 1.0, NUM_COEFFICIENTS - 1
)
_ROOT = np.sqrt(_WEIGHTS * _NODES)
# Least squares weighted with c dc, the weight of diffuse light. (coefficient, node)
_FIT = np.linalg.pinv(_BASIS * _ROOT[:, None]) * _ROOT


def fit_angular(samples: Float[Array, "*curve node"]) -> Float[Array, "*curve coefficient"]:
    """Polynomial through an angular property sampled at the cosines of `angular_nodes`.

    Args:
        samples: Values of the property at the nodes. [-]

    Returns:
        Coefficients of c T_k(2 c - 1), T_k the Chebyshev polynomials, so that the curve
        vanishes at grazing incidence. [-]

    Notes:
        Least squares by a constant matrix, weighted with c dc. Degree 8 was chosen by
        measurement: between 0 and 85 degrees single, double and triple panes, tinted, low-iron
        or coated, are met within 0.0015 in transmittance and 0.0031 in absorptance, and their
        energy under a uniform spread of angles within 0.005 %.
    """
    return samples @ jnp.asarray(_FIT.T, samples.dtype)


def angular_nodes(dtype: np.dtype | type = float) -> Float[Array, "node"]:
    """Cosines of incidence at which `fit_angular` and `hemispherical` want their samples. [-]"""
    return jnp.asarray(_NODES, dtype)


def evaluate_angular(
    coefficients: Float[Array, "*curve coefficient"], cos_incidence: Float[Array, "*time"]
) -> Float[Array, "..."]:
    """Value of a fitted angular property.

    Args:
        coefficients: As given by `fit_angular`; leading axes are kept. [-]
        cos_incidence: Cosine of the angle of incidence; below 0 the light is behind. [-]

    Returns:
        The property, shape (*curve, *time), never negative, 0 for light from behind. [-]
    """
    basis = jnp.stack(angular_basis(jnp.asarray(cos_incidence)), axis=-1)
    return jnp.maximum(jnp.tensordot(coefficients, basis, axes=(-1, -1)), 0.0)


def angular_basis(cos_incidence: Float[Array, "*time"]) -> list[Float[Array, "*time"]]:
    """Polynomials that the fitted curves are made of: a curve is their sum with its coefficients.

    Args:
        cos_incidence: Cosine of the angle of incidence; below 0 the light is behind. [-]

    Returns:
        c T_k(2 c - 1) for each coefficient, all 0 for light from behind. [-]
    """
    cosine = jnp.clip(cos_incidence, 0.0, 1.0)
    x = 2.0 * cosine - 1.0
    before, current = cosine, x * cosine
    terms = [before, current]
    for _ in range(2, NUM_COEFFICIENTS):
        before, current = current, 2.0 * x * current - before
        terms.append(current)
    return terms


def hemispherical(samples: Float[Array, "*curve node"]) -> Float[Array, "*curve"]:
    """Mean over isotropic diffuse light of a property sampled at `angular_nodes`. [-]"""
    return samples @ jnp.asarray(2.0 * _WEIGHTS * _NODES, samples.dtype)


class GlazingOptics(eqx.Module):
    """What a zone needs to know of the solar optics of one glazing. All values [-].

    Panes run from outside to inside. For light from outside, reflectance is one minus
    transmittance and absorptances; for light from inside it is `back_reflectance`.
    """

    beam_transmittance: Float[Array, "*glazing coefficient"]
    beam_absorptance: Float[Array, "*glazing pane coefficient"]
    diffuse_transmittance: Float[Array, "*glazing"]
    diffuse_absorptance: Float[Array, "*glazing pane"]
    back_transmittance: Float[Array, "*glazing"]
    back_absorptance: Float[Array, "*glazing pane"]
    back_reflectance: Float[Array, "*glazing"]


def glazing_optics(
    transmittance: Float[Array, "pane"],
    reflectance_front: Float[Array, "pane"],
    reflectance_back: Float[Array, "pane"],
    coated: Array,
    present: Array,
) -> GlazingOptics:
    """Angular and diffuse optics of one glazing from its panes' normal-incidence properties.

    Args:
        transmittance: Pane transmittances at normal incidence, outside to inside. [-]
        reflectance_front: Pane reflectances towards outside. [-]
        reflectance_back: Pane reflectances towards inside. [-]
        coated: 1 where a pane carries a coating. [-] (pane,)
        present: 1 where there is a pane. [-] (pane,)

    Returns:
        Fitted curves and hemispherical means.
    """
    dtype = jnp.result_type(transmittance)
    nodes = angular_nodes(dtype)
    t, rf, rb = pane_optics(
        transmittance[:, None],
        reflectance_front[:, None],
        reflectance_back[:, None],
        nodes,
        coated=jnp.asarray(coated)[:, None],
    )
    t, rf, rb = only_present(t, rf, rb, present)
    through, absorbed, _ = stack_optics(t, rf, rb)
    back_through, back_absorbed, back_reflected = stack_optics(t[::-1], rb[::-1], rf[::-1])
    return GlazingOptics(
        beam_transmittance=fit_angular(through),
        beam_absorptance=fit_angular(absorbed),
        diffuse_transmittance=hemispherical(through),
        diffuse_absorptance=hemispherical(absorbed),
        back_transmittance=hemispherical(back_through),
        back_absorptance=hemispherical(back_absorbed[::-1]),
        back_reflectance=hemispherical(back_reflected),
    )


def _interpolate(nodes: Array, table: Array, at: Array) -> Array:
    """Cubic Hermite interpolation with parabolic slopes; nodes increase, table (..., node)."""
    step = nodes[1:] - nodes[:-1]
    slope = (table[..., 1:] - table[..., :-1]) / step
    inner = (slope[..., :-1] * step[1:] + slope[..., 1:] * step[:-1]) / (step[1:] + step[:-1])
    first = 2.0 * slope[..., :1] - inner[..., :1]
    last = 2.0 * slope[..., -1:] - inner[..., -1:]
    tangent = jnp.concatenate([first, inner, last], axis=-1)
    i = jnp.clip(jnp.searchsorted(nodes, at, side="right") - 1, 0, nodes.shape[0] - 2)
    s = (at - nodes[i]) / step[i]
    return (
        (1.0 + 2.0 * s) * (1.0 - s) ** 2 * table[..., i]
        + s * (1.0 - s) ** 2 * step[i] * tangent[..., i]
        + s**2 * (3.0 - 2.0 * s) * table[..., i + 1]
        + s**2 * (s - 1.0) * step[i] * tangent[..., i + 1]
    )


def _mirrored(absorptance: Array) -> Array:
    """The values of the panes that absorb, in reversed order; panes that do not stay at zero."""
    count = absorptance.shape[0]
    absorbs = absorptance > 0.0
    places = jnp.argsort(~absorbs, stable=True)
    rank = jnp.arange(count)
    last = jnp.sum(absorbs) - 1
    values = jnp.where(rank <= last, absorptance[places[jnp.maximum(last - rank, 0)]], 0.0)
    return jnp.zeros_like(absorptance).at[places].set(values)


def glazing_optics_from_table(
    cos_nodes: Float[Array, "angle"],
    transmittance_table: Float[Array, "angle"],
    absorptance_table: Float[Array, "pane angle"],
    reflectance_back_table: Float[Array, "angle"],
    back_absorptance_table: Float[Array, "pane angle"] | None = None,
) -> GlazingOptics:
    """Angular and diffuse optics of one glazing from a table, as a spectral program prints it.

    Args:
        cos_nodes: Cosines of incidence from 0 to 1 (90 to 0 degrees), in either order. [-]
        transmittance_table: System transmittance. [-]
        absorptance_table: Absorptance of each pane, light from outside. [-]
        reflectance_back_table: System reflectance seen from inside. [-]
        back_absorptance_table: Absorptance of each pane, light from inside; left out, what is
            neither transmitted nor reflected is shared in proportion to the front
            absorptances with the order of the panes that absorb reversed (exact if the stack
            is symmetric). [-]

    Returns:
        Fitted curves and hemispherical means. Between nodes the table is interpolated by
        piecewise cubics in the cosine.
    """
    order = jnp.argsort(cos_nodes)
    nodes = cos_nodes[order]
    at = angular_nodes(jnp.result_type(transmittance_table))

    def sample(table: Array) -> Array:
        return jnp.maximum(_interpolate(nodes, table[..., order], at), 0.0)

    through, absorbed = sample(transmittance_table), sample(absorptance_table)
    diffuse, diffuse_absorbed = hemispherical(through), hemispherical(absorbed)
    back_reflectance = hemispherical(sample(reflectance_back_table))
    if back_absorptance_table is None:
        shares = _mirrored(diffuse_absorbed) / jnp.maximum(jnp.sum(diffuse_absorbed), 1e-6)
        back_absorptance = (1.0 - diffuse - back_reflectance) * shares
    else:
        back_absorptance = hemispherical(sample(back_absorptance_table))
    return GlazingOptics(
        beam_transmittance=fit_angular(through),
        beam_absorptance=fit_angular(absorbed),
        diffuse_transmittance=diffuse,
        diffuse_absorptance=diffuse_absorbed,
        back_transmittance=diffuse,
        back_absorptance=back_absorptance,
        back_reflectance=back_reflectance,
    )
