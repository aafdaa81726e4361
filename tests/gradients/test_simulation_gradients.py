"""Derivatives of a building's loads by whatever it is made of, against central differences.

The building is case 610 of ASHRAE 140: case 600 with an overhang. The quantity mixes heating,
cooling and both peaks. A coordinate of ``x`` scales or shifts one parameter, so that all of them
are of order one.
"""

from __future__ import annotations

import dataclasses
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.simulation import Controls

BUILDING = fx.build(fx.cases.ashrae140("610"), dtype=float)
S = BUILDING.structure


SOUTH = np.s_[0, next(i for i, n in enumerate(S.envelope[0]) if n == "south")]
SKIN, CORE, BOARD = 0, 1, 2
WALL = next(i for i, name in enumerate(S.constructions) if "wall" in name)
ROOF = next(i for i, name in enumerate(S.constructions) if "roof" in name)
FLOOR = next(i for i, name in enumerate(S.constructions) if "floor" in name)
BOARDS = max(j for j, name in enumerate(S.layers[FLOOR]) if name)
ALL = np.s_[...]

# Where a parameter stands, which entries, and how far a unit of x moves it (None: scales it).
PARAMETERS = {
    "thickness of the cladding": ("layers.thickness", np.s_[WALL, SKIN], None),
    "thickness of the insulation": ("layers.thickness", np.s_[WALL, CORE], None),
    "thickness of the board": ("layers.thickness", np.s_[WALL, BOARD], None),
    "conductivity of wall insulation": ("layers.conductivity", np.s_[WALL, CORE], None),
    "conductivity of roof insulation": ("layers.conductivity", np.s_[ROOF, CORE], None),
    "conductivity in the floor": ("layers.conductivity", np.s_[FLOOR, BOARDS], None),
    "density of the board": ("layers.density", np.s_[WALL, BOARD], None),
    "specific heat in the roof": ("layers.specific_heat", np.s_[ROOF, CORE], None),
    "outside absorptance": ("envelope.outside_solar_absorptance", ALL, None),
    "inside absorptance": ("envelope.inside_solar_absorptance", ALL, None),
    "outside emissivity": ("envelope.outside_emissivity", ALL, None),
    "inside emissivity": ("envelope.inside_emissivity", ALL, None),
    "roughness": ("envelope.roughness_factor", ALL, None),
    "height of the walls above ground": ("envelope.height", ALL, None),
    "tilt of the south wall": ("envelope.tilt", SOUTH, 5.0),
    "azimuth of the south wall": ("envelope.azimuth", SOUTH, 5.0),
    "area of the south wall": ("envelope.area", SOUTH, None),
    "transmittance of the outer pane": ("glazings.solar_transmittance", np.s_[0, 0], None),
    "reflectance of the panes": ("glazings.solar_reflectance_front", ALL, None),
    "emissivity in the gap": ("glazings.emissivity_back", np.s_[0, 0], None),
    "emissivity towards outside": ("glazings.emissivity_front", np.s_[0, 0], None),
    "thickness of the panes": ("glazings.thickness", ALL, None),
    "thickness of the gap": ("glazings.gap_thickness", ALL, None),
    "width of a window": ("windows.width", np.s_[0, 0], None),
    "height of the windows": ("windows.height", ALL, None),
    "depth of the overhang": ("shades.overhang_depth", ALL, None),
    "height of the overhang": ("shades.overhang_height", ALL, None),
    "orientation": ("orientation", ALL, 5.0),
    "ground reflectance": ("ground_reflectance", ALL, None),
    "wind exponent": ("wind_exponent", ALL, None),
    "infiltration": ("airflows.flow", ALL, None),
    "gains": ("gains.power", ALL, None),
    "radiant part of gains": ("gains.radiant_fraction", ALL, None),
    "air volume": ("zones.volume", ALL, None),
    "heating setpoint": ("zones.heating_setpoint", ALL, 1.0),
}
WEATHER = {
    "temp_air": 1.0,
    "temp_dew": 1.0,
    "pressure": 1000.0,
    "wind_speed": 0.3,
    "wind_direction": 5.0,
    "dni": 20.0,
    "dhi": 10.0,
    "horizontal_infrared": 5.0,
    "solar_declination": 0.5,
    "equation_of_time": 3.0,
}
CONTROLS = ("cooling setpoint by hour", "heat flow by hour")
NAMES = [*PARAMETERS, *WEATHER, *CONTROLS]
#: Where slopes are taken. Two parameters of the standard's building stand on a true kink: natural
#: convection is sharpest on a vertical wall, and the overhang ends flush with the wall's top.
#: Their neighbours, a degree and some centimetres off, are tested instead.
HERE = jnp.zeros(len(NAMES))
HERE = HERE.at[NAMES.index("tilt of the south wall")].set(-0.2)
HERE = HERE.at[NAMES.index("height of the overhang")].set(0.03)


def reach(path: str):
    def where(tree):
        for name in path.split("."):
            tree = getattr(tree, name)
        return tree

    return where


def inputs(x, weather):
    """The building, its weather and its controls at a point."""
    network, i = BUILDING, 0
    for path, index, shift in PARAMETERS.values():
        leaf = reach(path)(network)
        moved = (
            leaf.at[index].multiply(1 + x[i]) if shift is None else leaf.at[index].add(shift * x[i])
        )
        network = eqx.tree_at(reach(path), network, moved)
        i += 1
    hours = jnp.arange(weather.hours)
    changed = {}
    for name, size in WEATHER.items():
        course = 1 + 0.5 * jnp.cos(0.37 * hours)
        if name in ("dni", "dhi"):  # where there is light
            course = course * (getattr(weather, name) > 5.0)
        if name == "wind_direction":  # all alike: a wind may turn by 180 degrees, either way round
            course = 1.0
        changed[name] = getattr(weather, name) + size * x[i] * course
        i += 1
    weather = dataclasses.replace(weather, **changed)
    controls = Controls(
        cooling_setpoint=(27.0 + x[i] * (1 + jnp.sin(0.2 * hours)))[:, None],
        heat_flow=(100.0 * x[i + 1] * jnp.cos(0.11 * hours))[:, None],
    )
    return network, weather, controls


def loads(x, weather, **settings):
    """Heating and cooling [kWh] with a little of both peaks [W], weighted."""
    network, weather, controls = inputs(x, weather)
    run = fx.simulate(network, weather, controls, **settings)
    energy = (run.annual_heating + 0.7 * run.annual_cooling).sum() / 3.6e6
    return energy + 0.01 * (run.peak_heating + 0.6 * run.peak_cooling).sum()


SETTINGS = {"warmup_days": 1}


@pytest.fixture(scope="module")
def weather():
    """Two days that heat by night and cool by day."""
    return fx.default_weather(dtype=float).select_days(315, 2)


@pytest.fixture(scope="module")
def short(weather):
    return jax.jit(jax.value_and_grad(partial(loads, weather=weather, **SETTINGS)))(HERE)


def central(function, points, size):
    """Central differences along every axis, all points in one batch."""
    steps = size * np.eye(len(points))
    batch = np.concatenate([points + steps, points - steps])
    up, down = np.split(np.asarray(jax.jit(jax.vmap(function))(batch)), 2)
    return (up - down) / (2 * size)


@pytest.fixture(scope="module")
def differences(weather):
    function = partial(loads, weather=weather, **SETTINGS)
    return [central(function, np.asarray(HERE), size) for size in (2e-6, 6e-6)]


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_that_of_central_differences(short, differences, name):
    value, gradient = short
    i = NAMES.index(name)
    fine, coarse = (d[i] for d in differences)
    # Two sizes agree: no switch of the thermostat lies in between, so the difference is a slope.
    np.testing.assert_allclose(fine, coarse, rtol=3e-5, atol=1e-8 * value)
    assert abs(fine) > 1e-6 * value, "the quantity does not depend on it; choose another period"
    np.testing.assert_allclose(gradient[i], fine, rtol=1e-4, atol=1e-8 * value)


@pytest.mark.slow
def test_forward_mode_agrees_with_reverse(short, weather):
    direction = jnp.cos(jnp.arange(len(NAMES)) * 1.7)
    function = partial(loads, weather=weather, adjoint="direct", **SETTINGS)
    value, slope = jax.jit(lambda x, t: jax.jvp(function, (x,), (t,)))(HERE, direction)
    np.testing.assert_allclose(value, short[0], rtol=1e-12)
    np.testing.assert_allclose(slope, short[1] @ direction, rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("adjoint", ["checkpointed", "direct"])
def test_every_adjoint_gives_the_same(short, weather, adjoint):
    function = partial(loads, weather=weather, adjoint=adjoint, **SETTINGS)
    value, gradient = jax.jit(jax.value_and_grad(function))(HERE)
    np.testing.assert_allclose(value, short[0], rtol=1e-13)
    np.testing.assert_allclose(gradient, short[1], rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_a_year():
    """Annual loads and peaks by every parameter, with the default warm-up."""
    year = fx.default_weather(dtype=float)
    function = partial(loads, weather=year)
    value, gradient = jax.jit(jax.value_and_grad(function))(HERE)
    compiled = jax.jit(function)
    eye = np.eye(len(NAMES))
    worst = {}
    for i, name in enumerate(NAMES):
        # A year has thousands of contacts with the thermostat, each bends the curve a little:
        # the smallest step that rounding allows crosses the fewest.
        slopes = [
            (compiled(HERE + h * eye[i]) - compiled(HERE - h * eye[i])) / (2 * h)
            for h in (1e-6, 3e-6)
        ]
        error = min(abs(gradient[i] / s - 1) for s in slopes)
        worst[name] = float(error)
    assert max(worst.values()) < 1e-4, worst
    assert np.isfinite(gradient).all() and value > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", [*fx.cases.list_ashrae140(), "office"])
def test_every_case_has_finite_gradients(name, weather):
    building = fx.cases.office() if name == "office" else fx.cases.ashrae140(name)
    network = fx.build(building, dtype=float)

    def total(network, weather):
        run = fx.simulate(network, weather, warmup_days=1)
        means = run.zone_temperature.mean() + 1e-3 * (run.peak_heating + run.peak_cooling).sum()
        return means + 1e-6 * (run.annual_heating.sum() + run.annual_cooling.sum())

    by_network, by_weather = jax.jit(jax.grad(total, argnums=(0, 1)))(network, weather)
    for path, leaf in jax.tree_util.tree_leaves_with_path((by_network, by_weather)):
        assert np.isfinite(leaf).all(), jax.tree_util.keystr(path)
    assert np.abs(by_weather.temp_air).max() > 0
