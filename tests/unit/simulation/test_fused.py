"""A year's days in one kernel each give what the plain scan gives, to round-off."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.fused import native_available
from fluxion.optimize import population_function
from fluxion.simulation import lane_years

OUTPUTS = ("annual_heating", "annual_cooling", "peak_heating", "zone_temperature", "incident_solar")
BOUNDS = {
    "heating_setpoint": (18, 22),
    "infiltration": (0.005, 0.04),
    "orientation": (0, 360),
    "window.width": (1.0, 3.0),
}
#: Native code where its compiler is; the scan is what the others are held to.
KERNELS = ("interpreted", "native", "scan") if native_available() else ("interpreted", "scan")


def found(case, outputs, options, days=1, dtype="float64", names=tuple(BOUNDS)):
    network = fx.build(fx.cases.ashrae140(case), dtype=dtype)
    weather = fx.default_weather(dtype=dtype).select_days(10, days)
    space = fx.DesignSpace({name: BOUNDS[name] for name in names})
    designs = jnp.asarray(space.sample(3, seed=1), dtype)  # not a whole block
    given = {"outputs": outputs, "options": options}
    return [
        jax.jit(population_function(network, space, kernel=kernel, **given))(weather, designs)
        for kernel in KERNELS
    ]


def alike(others, plain, rtol):
    for name, values in plain.items():
        assert np.isfinite(values).all()
        atol = rtol * float(np.abs(values).max())
        for other in others:
            assert other[name].shape == values.shape
            np.testing.assert_allclose(other[name], values, rtol=rtol, atol=atol, err_msg=name)


def test_two_zones_with_a_wall_between_them_and_traced_beams() -> None:
    """The size of windows is left to the slow cases: all of optics would follow the design."""
    options = fx.Options(warmup_days=1, steps_per_hour=1)
    balance = ("surface_rate", "gain_rate", "storage_rate", "partition_rate")
    names = ("heating_setpoint", "infiltration", "orientation")
    *others, plain = found("960", (*OUTPUTS, *balance), options, names=names)
    alike(others, plain, rtol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "dtype", "rtol"),
    [("600", "float64", 1e-10), ("600", "float32", 2e-5), ("930", "float64", 1e-10)],
)
def test_days_of_a_case(case, dtype, rtol) -> None:
    *others, plain = found(case, OUTPUTS, fx.Options(warmup_days=2), days=3, dtype=dtype)
    alike(others, plain, rtol)


def test_a_year_lowers_for_cuda_from_anywhere() -> None:
    network = fx.build(fx.cases.ashrae140("600"), dtype="float32")
    weather = fx.default_weather(dtype="float32")
    space = fx.DesignSpace(BOUNDS)
    example = np.asarray(space.values(network), np.float32)

    def loads(weather, designs):
        years = lane_years(
            lambda x: space.apply(network, x), weather, designs, example,
            reduced=("heating_rate", "cooling_rate"), options=fx.Options(),
        )  # fmt: skip
        return years.total, years.peak

    traced = jax.jit(loads).trace(weather, jnp.ones((300, len(BOUNDS)), jnp.float32))
    assert {leaf.shape for leaf in jax.tree.leaves(traced.out_info)} == {(300, 1)}
    assert "mosaic_gpu" in traced.lower(lowering_platforms=("cuda",)).as_text()


def test_an_unknown_output_is_refused() -> None:
    network = fx.build(fx.cases.ashrae140("600"))
    space = fx.DesignSpace(BOUNDS)
    with pytest.raises(SimulationError, match="unknown output"):
        lane_years(
            lambda x: space.apply(network, x), fx.default_weather(), jnp.ones((2, 4)), np.ones(4),
            hourly=("heat",), options=fx.Options(),
        )  # fmt: skip
