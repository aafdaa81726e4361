"""Populations by native code: results and slopes are those of the scan, and what cannot run is
refused in one line."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import MissingExtraError, SimulationError
from fluxion.fused import _llvm
from fluxion.optimize import GradientOracle, population_function, value_and_gradient
from fluxion.optimize._fused import choose_kernel, with_derivative_of

pytest.importorskip("llvmlite")

CONDUCTIVITY = "construction.light wall.fiberglass quilt, wall.conductivity"
BOUNDS = {
    "heating_setpoint": (18.0, 22.0),
    "infiltration": (0.005, 0.04),
    "orientation": (0.0, 360.0),
    "window.width": (1.0, 3.0),
}
MORE = {CONDUCTIVITY: (0.02, 0.06)}
SHORT = fx.Options(warmup_days=1, steps_per_hour=1)


def made(case, dtype="float64", names=("heating_setpoint", "infiltration"), days=1):
    network = fx.build(fx.cases.ashrae140(case), dtype=dtype)
    weather = fx.default_weather(dtype=dtype).select_days(10, days)
    return network, weather, fx.DesignSpace({name: (BOUNDS | MORE)[name] for name in names})


@pytest.fixture(scope="module")
def box():
    """Case 195, a box without windows: what it does not have need not be compiled."""
    network, weather, space = made("195", names=("heating_setpoint", CONDUCTIVITY))
    oracle = fx.BatchOracle(
        network, weather, space, options=SHORT, batch_size=4, outputs=("annual_heating",)
    )
    return network, weather, space, oracle


def test_native_is_taken_where_it_can_be_and_compiles_once(box) -> None:
    """New numbers, and fewer or more designs, run what was compiled for the first."""
    _, _, space, oracle = box
    assert oracle.kernel == "native"
    first = oracle.evaluate_population(space.sample(4, seed=1))
    compiled, programs = len(_llvm._COMPILED), oracle._many._cache_size()
    again = oracle.evaluate_population(space.sample(11, seed=2))
    assert (len(_llvm._COMPILED), oracle._many._cache_size()) == (compiled, programs)
    assert np.isfinite(first.annual_heating).all() and len(again.annual_heating) == 11
    assert len(np.unique(again.annual_heating)) == 11


def test_a_failed_design_is_named_and_alone(box) -> None:
    """What is not a number must not be swallowed by a maximum or a clip."""
    *_, oracle = box
    designs = np.array([[20.0, 0.03], [20.0, 0.0], [19.0, 0.04]])  # the second conducts nothing
    found = oracle.evaluate_population(designs)
    assert found.failed == (1,) and found.reasons == ("not finite: annual_heating",)
    assert np.isfinite(found.annual_heating[[0, 2]]).all() and np.isnan(found.annual_heating[1])
    with pytest.raises(SimulationError, match="design 1 of the population holds NaN"):
        oracle.evaluate_population(np.array([[20.0, 0.03], [np.nan, 0.03]]))


def test_gradients_are_those_of_the_scan_and_of_central_differences(box) -> None:
    """All that a design changes on its way through the days: what a step hands on as it read it
    was lost once, and most of the slope with it."""
    network, weather, space, oracle = box
    designs = space.sample(3, seed=1)
    native, scan = (
        GradientOracle(
            network, weather, space, {"annual_heating": 1.0}, options=SHORT, kernel=kernel,
            batch_size=4,
        ).value_and_gradient(designs)
        for kernel in ("native", "scan")
    )  # fmt: skip
    np.testing.assert_allclose(native.values, scan.values, rtol=1e-10)
    np.testing.assert_allclose(native.gradients, scan.gradients, rtol=1e-8)
    steps = 1e-5 * np.diag(space.upper - space.lower)
    x = designs[0]
    around = oracle.evaluate_population(np.concatenate([x + steps, x - steps])).annual_heating[:, 0]
    slopes = (around[:2] - around[2:]) / (2 * np.diag(steps))
    np.testing.assert_allclose(native.gradients[0], slopes, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "dtype", "rtol", "names", "outputs"),
    [
        ("610", "float32", 1e-4, tuple(BOUNDS), ("peak_heating", "incident_solar")),
        ("600FF", "float64", 1e-9, ("infiltration",), ("zone_temperature",)),
    ],
)  # fmt: skip
def test_results_are_those_of_the_scan(case, dtype, rtol, names, outputs) -> None:
    """Shades that turn with the design, in single precision, where a constant of the other
    precision was a fault; and an air that nothing holds."""
    network, weather, space = made(case, dtype, names)
    designs = space.sample(3, seed=1)
    native, scan = (
        fx.BatchOracle(
            network, weather, space, options=SHORT, outputs=outputs, kernel=kernel, batch_size=4
        ).evaluate_population(designs)
        for kernel in ("native", "scan")
    )
    assert native.failed == scan.failed == ()
    for name in outputs:
        want, scale = scan.values[name], np.abs(scan.values[name]).max()
        assert native.values[name].shape == want.shape and scale > 0
        np.testing.assert_allclose(native.values[name], want, rtol=rtol, atol=rtol * scale)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "dtype", "rtol"),
    [("600", "float64", 1e-7), ("960", "float64", 1e-7), ("610", "float32", 2e-2)],
)
def test_gradients_of_other_cases(case, dtype, rtol) -> None:
    """Two zones and traced beams; shades and windows that follow the design."""
    names = tuple(BOUNDS) if case == "610" else tuple(BOUNDS)[:3]
    network, weather, space = made(case, dtype, names, days=2)
    native, scan = (
        GradientOracle(
            network, weather, space, {"annual_heating": 1.0, "annual_cooling": 0.5},
            options=fx.Options(warmup_days=1, steps_per_hour=2), kernel=kernel,
        ).value_and_gradient(space.sample(3, seed=1))
        for kernel in ("native", "scan")
    )  # fmt: skip
    scale = np.abs(scan.gradients).max(axis=0)
    np.testing.assert_allclose(native.gradients / scale, scan.gradients / scale, atol=rtol)


def test_slopes_by_the_weather_are_those_of_the_plain_form() -> None:
    """A function with its own derivative by the designs has none by the weather: whoever asks for
    both gets both from the plain form, and who asks for one is not made to pay for the other."""

    def plain(weather, x):
        return {"load": weather["air"] @ x**2}

    @jax.custom_vjp
    def squares(weather, x):
        return {"load": (x**2) @ weather["air"]}

    squares.defvjp(
        lambda weather, x: (squares(weather, x), (weather, x)),
        lambda kept, bar: (  # nothing by the weather, and a sign of its own by the designs
            jax.tree.map(jnp.zeros_like, kept[0]),
            -2 * kept[1] * kept[0]["air"] * bar["load"][:, None],
        ),
    )
    dice = np.random.default_rng(0)
    weather, x = (
        {"air": jnp.asarray(dice.uniform(1, 2, 3))},
        jnp.asarray(dice.uniform(1, 2, (4, 3))),
    )
    many = with_derivative_of(plain, squares, own=True)
    want = jax.grad(lambda w, x: jnp.sum((x**2) @ w["air"]), (0, 1))(weather, x)

    def loss(weather, x):
        return jnp.sum(many(weather, x)["load"])

    np.testing.assert_allclose(jax.jit(jax.grad(loss, 1))(weather, x), -want[1], rtol=1e-12)
    both = jax.jit(jax.grad(loss, (0, 1)))(weather, x)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), both, want)


@pytest.mark.slow
def test_slopes_by_the_weather_of_a_population(box) -> None:
    network, weather, space, _ = box
    designs = jnp.asarray(space.sample(2, seed=1))

    def slopes(kernel):
        many = population_function(
            network, space, options=SHORT, outputs=("annual_heating",), kernel=kernel
        )

        def loss(temp, x):
            warmer = fx.weather.Weather(**{**vars(weather), "temp_air": temp})
            return jnp.sum(many(warmer, x)["annual_heating"])

        return jax.jit(jax.grad(loss, (0, 1)))(weather.temp_air, designs)

    native, scan = slopes("native"), slopes("scan")
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-8), native, scan)


def last_air(year, x):
    """Needs the state at the end."""
    return jnp.sum(year.final_state.temp_air)


def test_an_objective_of_the_final_state(monkeypatch) -> None:
    """Native code keeps only what a step needs of it: "auto" takes the scan, "native" says so."""
    monkeypatch.setattr("fluxion.fused._llvm._compiled", lambda text: pytest.fail("was compiled"))
    monkeypatch.setattr(
        "fluxion.optimize._native_gradient.lane_years",
        lambda network_of, weather, designs, *_, **__: FakeYears(designs),
    )
    network, weather, space = made("195", names=("heating_setpoint", CONDUCTIVITY))
    designs = jnp.asarray(space.sample(2, seed=1))

    def shapes(kernel):
        settings = {"options": SHORT, "outputs": ("heating_rate",), "kernel": kernel}
        return jax.eval_shape(
            value_and_gradient(network, space, last_air, **settings), weather, designs
        )

    value, gradient = shapes("auto")
    assert value.shape == (2,) and gradient.shape == (2, 2)
    with pytest.raises(SimulationError, match="asks for temp_air of the final state.*'scan'") as no:
        shapes("native")
    assert "\n" not in str(no.value)


class FakeYears:
    """Hourly results that are of the right shape."""

    def __init__(self, designs):
        self.hourly = {"heating_rate": jnp.ones((len(designs), 24, 1)) * designs[:, :1, None]}


@pytest.mark.parametrize(
    ("kernel", "platform", "line"),
    [
        (
            "native",
            "gpu",
            "kernel='native' is for a CPU, JAX runs on gpu here; take kernel='fused'",
        ),
        ("fast", "cpu", "unknown kernel 'fast'; take one of auto, scan, native, fused"),
    ],
)
def test_kernels_that_cannot_run_here_are_refused(kernel, platform, line) -> None:
    with pytest.raises(SimulationError, match=line):
        choose_kernel(kernel, jnp.float32, platform)


def test_the_kernel_of_auto_is_the_platforms() -> None:
    assert choose_kernel("auto", jnp.float64, "cpu") == "native"
    assert choose_kernel("auto", jnp.float32, "gpu") == "scan"
    assert choose_kernel("scan", jnp.float32, "gpu") == "scan"


def test_without_its_compiler_auto_is_the_scan_and_native_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr("fluxion.fused._llvm.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    assert choose_kernel("auto", jnp.float64, "cpu") == "scan"
    network, weather, space = made("600")
    assert fx.BatchOracle(network, weather, space).kernel == "scan"
    with pytest.raises(MissingExtraError, match="pip install 'fluxion-bem.native.'"):
        fx.BatchOracle(network, weather, space, kernel="native")
    with pytest.raises(MissingExtraError, match="pip install 'fluxion-bem.native.'"):
        GradientOracle(network, weather, space, {"annual_heating": 1.0}, kernel="native")


def test_a_gradient_by_a_kernel_without_one_is_refused() -> None:
    network, weather, space = made("600")
    with pytest.raises(SimulationError, match="kernel='interpreted' has no gradient of its own"):
        GradientOracle(network, weather, space, {"annual_heating": 1.0}, kernel="interpreted")


def test_two_devices_give_what_one_gives() -> None:
    """Two devices made of one CPU, in a process of their own: each has memory of its own."""
    program = """
import jax, numpy as np, fluxion as fx
network = fx.build(fx.cases.ashrae140("195"))
weather = fx.default_weather().select_days(10, 1)
space = fx.DesignSpace({"heating_setpoint": (18, 22)})
given = {"options": fx.Options(warmup_days=1, steps_per_hour=1), "kernel": "native"}
designs = space.sample(70, seed=1)
both = fx.BatchOracle(network, weather, space, batch_size=16, **given)
one = fx.BatchOracle(network, weather, space, devices=jax.local_devices()[:1], **given)
assert len(both.devices) == 2
a, b = both.evaluate_population(designs), one.evaluate_population(designs)
np.testing.assert_array_equal(a.annual_heating, b.annual_heating)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "JAX_NUM_CPU_DEVICES": "2", "PJRT_NPROC": "8", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_programs_give_lapack_no_batch(box) -> None:
    """Batches wait for the threads of XLA's pool on these threads: several never ended."""
    network, weather, space, _ = box
    function = value_and_gradient(
        network, space, {"annual_heating": 1.0}, options=SHORT, kernel="native"
    )
    text = jax.jit(function).lower(weather, space.sample(16, seed=1)).as_text()
    shapes = re.findall(r"@lapack_\w+\(.*?: \(tensor<(.*?)>", text)
    assert shapes and {shape.count("x") for shape in shapes} == {2}
