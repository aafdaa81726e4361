"""Results of designs by the fused kernel, with the derivative of the plain form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError, require
from fluxion.fused import block_of, native_available
from fluxion.lanes import lane_map
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.simulation import LOADS, REDUCTIONS, Options, hourly_of, lane_years
from fluxion.units import SECONDS_PER_HOUR
from fluxion.weather import Weather

#: How the loop over a year runs: as XLA has it, as native code of this CPU, as one kernel a day on
#: a GPU, or that kernel's operations one by one, for checks anywhere; "auto" is native where that
#: can be, and as XLA has it elsewhere.
KERNELS = ("auto", "scan", "native", "fused", "interpreted")
#: The first version whose kernels have all that is used here.
_JAX = (0, 10)
#: Designs in one program where a kernel is only interpreted.
_FEW = 4


def choose_kernel(kernel: str, dtype: Any, platform: str) -> str:
    """The kernel that is meant, refused if it cannot run.

    Args:
        kernel: One of `KERNELS`.
        dtype: Of the network.
        platform: Where it shall run.

    Raises:
        SimulationError: Saying what was given and what to do.
        MissingExtraError: A native kernel without its compiler.
    """
    if kernel not in KERNELS:
        raise SimulationError(f"unknown kernel {kernel!r}; take one of {', '.join(KERNELS)}")
    if kernel == "auto":
        return "native" if platform == "cpu" and native_available() else "scan"
    if kernel == "native":
        if platform != "cpu":
            raise SimulationError(
                f"kernel='native' is for a CPU, JAX runs on {platform} here; take kernel='fused' "
                "on an NVIDIA GPU, or kernel='scan'"
            )
        require("llvmlite", "native")
    if kernel == "fused" and platform not in ("gpu", "cuda"):
        raise SimulationError(
            f"kernel='fused' needs an NVIDIA GPU, JAX runs on {platform} here; take kernel='auto'"
        )
    if kernel in ("fused", "interpreted") and jax.__version_info__ < _JAX:
        raise SimulationError(
            f"kernel={kernel!r} needs jax {'.'.join(map(str, _JAX))} or newer, {jax.__version__} "
            "is installed; upgrade it, or take kernel='scan'"
        )
    if kernel == "fused" and dtype != jnp.float32:
        raise SimulationError(
            f"kernel='fused' runs in float32, the network is of {np.dtype(dtype)}; build it with "
            "dtype='float32', or take kernel='scan'"
        )
    return kernel


def settings_of(kernel: str, dtype: Any) -> dict[str, Any]:
    """How `lane_years` runs such a kernel."""
    if kernel == "native":
        return {"block": block_of(dtype), "target": "native"}
    if kernel == "interpreted":
        return {"block": _FEW, "target": "interpreted"}
    return {}


def fused_population(
    network: RCNetwork,
    space: DesignSpace,
    outputs: Sequence[str],
    options: Options,
    kernel: str,
) -> Callable[[Weather, Float[Array, "design parameter"]], dict[str, Array]]:
    """Results of designs over a weather; reductions are made as the days go by.

    Args:
        network: What the designs vary.
        space: The parameters that a design sets.
        outputs: Names of results.
        options: How to simulate.
        kernel: "native", "fused" or "interpreted".
    """
    example = np.asarray(space.values(network))
    others = [name for name in outputs if name not in LOADS]
    hourly = hourly_of(others) if others else ()
    reduced = tuple(dict.fromkeys(REDUCTIONS[n].hourly[0] for n in outputs if n in LOADS))

    def network_of(x: Float[Array, "parameter"]) -> RCNetwork:
        return space.apply(network, x)

    def many(weather: Weather, designs: Float[Array, "design parameter"]) -> dict[str, Array]:
        years = lane_years(
            network_of, weather, designs, example,
            hourly=hourly, reduced=reduced, options=options, **settings_of(kernel, network.dtype),
        )  # fmt: skip
        found = {}
        for name in outputs:
            if name in years.hourly:
                found[name] = years.hourly[name]
            elif name not in LOADS:
                of = partial(REDUCTIONS[name].of, weather=weather)
                found[name] = jax.vmap(of)(*(years.hourly[n] for n in REDUCTIONS[name].hourly))
            elif name.startswith("annual"):
                found[name] = years.total[REDUCTIONS[name].hourly[0]] * SECONDS_PER_HOUR
            else:
                found[name] = years.peak[REDUCTIONS[name].hourly[0]]
        return found

    return many


def with_derivative_of(
    plain: Callable[[Weather, Float[Array, "parameter"]], dict[str, Array]],
    many: Callable[[Weather, Float[Array, "design parameter"]], dict[str, Array]],
    *,
    own: bool = False,
) -> Callable[[Weather, Float[Array, "design parameter"]], dict[str, Array]]:
    """A function of designs whose reverse mode is that of a plain function of one design.

    Args:
        plain: Of one design, differentiable.
        many: The same for designs side by side.
        own: Whether it has a derivative of its own by the designs, which is taken unless that by
            the weather is wanted as well.
    """

    @jax.custom_vjp
    def run(weather: Weather, designs: Array) -> dict[str, Array]:
        return many(weather, designs)

    def forward(weather: Any, designs: Any):
        wanted = any(leaf.perturbed for leaf in jax.tree.leaves(weather, is_leaf=_is_primal))
        weather, designs = jax.tree.map(
            lambda leaf: leaf.value, (weather, designs), is_leaf=_is_primal
        )
        if own and not wanted:
            return jax.vjp(lambda x: many(weather, x), designs)
        # Whether the weather's slope is wanted shows in the structure of what is kept.
        return many(weather, designs), (weather, designs, (designs,) if wanted else ())

    def backward(kept: Any, cotangents: dict[str, Any]):
        if callable(kept):
            return None, kept(_filled(cotangents))[0]  # pyright: ignore[reportIndexIssue]
        weather, designs, wanted = kept
        cotangents = _filled(cotangents)

        def slopes(weather: Weather, x: Array, cotangent: dict[str, Array]):
            if wanted:
                return jax.vjp(plain, weather, x)[1](cotangent)
            return None, *jax.vjp(lambda x: plain(weather, x), x)[1](cotangent)

        of_weather, of_designs = lane_map(slopes, in_axes=(None, 0, 0))(
            weather, designs, cotangents
        )
        return jax.tree.map(lambda leaf: jnp.sum(leaf, axis=0), of_weather), of_designs

    run.defvjp(forward, backward, symbolic_zeros=True)
    return run


def for_reverse(options: Options) -> Options:
    """Options for the slopes of a batch: midnights are kept where every step would be."""
    return replace(options, adjoint="checkpointed") if options.adjoint == "stored" else options


def _filled(cotangents: dict[str, Any]) -> dict[str, Array]:
    """Zeros written out."""
    return {
        name: jnp.zeros(given.shape, given.dtype)  # pyright: ignore[reportArgumentType]
        if isinstance(given, jax.custom_derivatives.SymbolicZero)
        else given
        for name, given in cotangents.items()
    }


def _is_primal(leaf: Any) -> bool:
    return isinstance(leaf, jax.custom_derivatives.CustomVJPPrimal)
