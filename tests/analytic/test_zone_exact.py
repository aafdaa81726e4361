"""Zones against solutions that can be written down: exponentials, UA values, two coupled rooms.

One building holds every laboratory zone, unconnected, so that a single compiled run serves all.
"""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm
from scipy.optimize import root

import fluxion as fx
from fluxion.building import (
    Adiabatic,
    AirExchange,
    Building,
    Construction,
    Ground,
    IdealLoads,
    Infiltration,
    InternalGain,
    Material,
    Outdoors,
    ResistiveMaterial,
    Schedule,
    Thermostat,
    Zone,
    box_surfaces,
)
from fluxion.simulation._simulate import air_capacity

DAYS, STEPS = 6, 4
H_IN, H_OUT, R_WALL = 4.0, 20.0, 1.5
AREA = 4 * 4 * 2.5 + 2 * 16.0  # of each box's faces
UA = AREA / (1 / H_IN + R_WALL + 1 / H_OUT)
POWER = 120.0
GROUND = 11.0
EXCHANGE = 0.02
SHADE = Outdoors(sun_exposed=False, wind_exposed=False)
#: Steps begin from the initial state, so the mean of an hour's four stands at their middle. [s]
MIDDLES = (np.arange(DAYS * 24 * STEPS) + 0.5) * 3600 / STEPS
FACES = ("south", "east", "north", "west", "roof", "floor")


def box(name: str, place: int, around, layers: str, **floor):
    films = {"inside_convection": H_IN, "outside_convection": H_OUT}
    details = {face: {"boundary": around, **films} for face in FACES}
    details["floor"] |= floor
    return box_surfaces(
        4.0,
        4.0,
        2.5,
        wall=layers,
        roof=layers,
        floor=layers,
        prefix=f"{name} ",
        origin=(20.0 * place, 0.0, 0.0),
        details=details,
    )


def gain(power: float, radiant: float = 0.0):
    return (InternalGain(name="heater", power=power, radiant_fraction=radiant),)


def laboratory() -> Building:
    zones = (
        Zone(name="cell", surfaces=box("cell", 0, SHADE, "light"), capacitance_multiplier=60.0),
        Zone(
            name="flask",
            surfaces=box("flask", 1, Adiabatic(), "heavy"),
            internal_gains=gain(POWER, 0.6),
        ),
        Zone(
            name="heated",
            surfaces=box("heated", 2, SHADE, "light"),
            thermostat=Thermostat(heating_setpoint=21.0),
            infiltrations=(Infiltration(flow=0.01),),
            internal_gains=gain(POWER, 0.0),
        ),
        Zone(
            name="weak",
            surfaces=box("weak", 3, SHADE, "light"),
            thermostat=Thermostat(heating_setpoint=21.0),
            ideal_loads=IdealLoads(heating_capacity=500.0),
        ),
        Zone(
            name="ramp",
            surfaces=box("ramp", 8, SHADE, "light"),
            thermostat=Thermostat(heating_setpoint="morning"),
            capacitance_multiplier=20.0,
        ),
        Zone(name="tank", surfaces=box("tank", 4, SHADE, "light"), capacitance_multiplier=1e7),
        Zone(
            name="left",
            surfaces=box("left", 5, SHADE, "light"),
            internal_gains=gain(2 * POWER),
            capacitance_multiplier=60.0,
        ),
        Zone(name="right", surfaces=box("right", 6, SHADE, "light"), capacitance_multiplier=30.0),
        Zone(
            name="cellar",
            surfaces=box(
                "cellar",
                7,
                Adiabatic(),
                "light",
                boundary=Ground(temperature=GROUND),
                construction="slab",
            ),
            internal_gains=gain(POWER),
        ),
    )
    finish = {"thermal_absorptance": 1e-9, "solar_absorptance": 0.5}
    return Building(
        name="laboratory",
        zones=zones,
        materials=(
            ResistiveMaterial(name="foam", thermal_resistance=R_WALL, **finish),
            Material(
                name="stone",
                thickness=0.1,
                conductivity=1.5,
                density=2000.0,
                specific_heat=900.0,
                **finish,
            ),
            Material(
                name="screed",
                thickness=0.02,
                conductivity=1.0,
                density=1000.0,
                specific_heat=900.0,
                **finish,
            ),
        ),
        constructions=(
            Construction(name="light", layers=("foam",)),
            Construction(name="heavy", layers=("foam", "stone")),
            Construction(name="slab", layers=("foam", "screed")),
        ),
        schedules=(
            Schedule.daily("morning", [(7, 18.0), (8, 18.0, 22.0), (20, 22.0), (24, 18.0)]),
        ),
        air_exchanges=(
            AirExchange(name="there", source="left", target="right", flow=EXCHANGE),
            AirExchange(name="back", source="right", target="left", flow=EXCHANGE),
        ),
    )


def steady_weather(days: int = DAYS, *, temp_air=0.0, temp_sky=0.0, wind=0.0, direction=0.0):
    """A world in which nothing changes and the sun never shines."""
    base = fx.default_weather(dtype=float).select_days(0, days)
    full = jnp.ones_like(base.temp_air)
    dark = {name: 0.0 * full for name in ("ghi", "dni", "dhi")}
    return dataclasses.replace(
        base,
        temp_air=temp_air * full,
        temp_dew=(temp_air - 5.0) * full,
        pressure=101325.0 * full,
        wind_speed=wind * full,
        wind_direction=direction * full,
        horizontal_infrared=5.670374419e-8 * (temp_sky + 273.15) ** 4 * full,
        **dark,
    )


@pytest.fixture(scope="module")
def lab():
    network = fx.build(laboratory(), dtype=float)
    weather = steady_weather()
    run = fx.simulate(
        network,
        weather,
        outputs=("zone_temperature", "heating_rate", "cooling_rate", "airflow_rate"),
        steps_per_hour=STEPS,
        warmup_days=0,
    )
    capacity = np.asarray(air_capacity(network, weather))
    index = {name: i for i, name in enumerate(network.structure.zones)}
    return run, capacity, index


def stepped(capacity, conductance, start, steps):
    """``C dT/dt = -K T`` for numbers: what is stored changes from end to end of each step, what
    flows is that of its middle; the middle of every step."""
    dt = 3600.0 / STEPS
    middle = end = start
    found = []
    for _ in range(steps):
        now = (end + 0.5 * middle) / (1.5 + conductance * dt / capacity)
        middle, end = now, 1.5 * now - 0.5 * middle
        found.append([now])
    return np.array(found)


def hourly(values):
    return values.reshape(-1, STEPS, values.shape[-1]).mean(axis=1)


def test_a_cell_without_walls_mass_cools_exponentially(lab):
    run, capacity, index = lab
    cell = index["cell"]
    got = np.asarray(run.zone_temperature[:, cell])
    steps = stepped(capacity[cell], UA, 20.0, DAYS * 24 * STEPS)
    np.testing.assert_allclose(got, hourly(steps)[:, 0], rtol=0, atol=1e-6)
    tau = capacity[cell] / UA
    assert 5 * 3600 < tau < 50 * 3600
    exact = hourly(20 * np.exp(-MIDDLES / tau)[:, None])[:, 0]
    # Second order in time, once the start, where the air was held until then, is forgotten.
    part = 3600 / STEPS / tau
    np.testing.assert_allclose(got[1:], exact[1:], atol=20 * part**2)
    np.testing.assert_allclose(got[0], exact[0], atol=20 * part / STEPS)


def test_a_closed_box_warms_at_power_over_capacity(lab):
    run, capacity, index = lab
    flask = index["flask"]
    got = np.asarray(run.zone_temperature[:, flask])
    total = capacity[flask] + AREA * 0.1 * 2000.0 * 900.0
    rate = np.diff(got)[-24:] / 3600
    np.testing.assert_allclose(rate, POWER / total, rtol=1e-7)
    # All heat given is in the box: its mean temperature is behind the air by the film's jump only.
    given = POWER * DAYS * 86400 / total
    assert 0 < got[-1] - 20 - given < 2.0


def test_a_heated_room_needs_its_losses(lab):
    run, _, index = lab
    room = index["heated"]
    got = np.asarray(run.heating_rate[24:, room])
    outdoor = -np.asarray(run["airflow_rate"][24:, room])
    assert 200 < outdoor[0] < 350  # 0.01 m3/s of air at 0 degC: 12.9 to 13.1 W/K
    np.testing.assert_allclose(got, UA * 21.0 + outdoor - POWER, rtol=1e-7)
    np.testing.assert_allclose(run.zone_temperature[24:, room], 21.0, rtol=1e-12)
    np.testing.assert_array_equal(run.cooling_rate[:, room], 0.0)


def test_the_heat_of_a_ramp_comes_in_its_own_hour(lab):
    """What the air takes up while its setpoint climbs for an hour, and not before or after."""
    run, capacity, index = lab
    room = index["ramp"]
    got = np.asarray(run.heating_rate)[:, room].reshape(DAYS, 24)[1:]
    climbing = UA * 20.0 + capacity[room] * 4.0 / 3600
    np.testing.assert_allclose(got[:, 6], UA * 18.0, rtol=1e-9)
    np.testing.assert_allclose(got[:, 7], climbing, rtol=1e-9)
    np.testing.assert_allclose(got[:, 8], UA * 22.0, rtol=1e-9)


def test_a_weak_heater_reaches_its_own_balance(lab):
    run, _, index = lab
    room = index["weak"]
    assert UA * 21.0 > 500.0
    np.testing.assert_allclose(run.zone_temperature[-24:, room], 500.0 / UA, rtol=1e-7)
    np.testing.assert_allclose(run.heating_rate[24:, room], 500.0, rtol=1e-12)


def test_endless_capacity_never_changes(lab):
    run, _, index = lab
    drop = 20.0 - np.asarray(run.zone_temperature[:, index["tank"]])
    assert (np.diff(drop) > 0).all()
    assert drop[-1] < 1e-3


def test_two_rooms_that_exchange_air(lab):
    """The two-by-two system in time, and its steady state."""
    run, capacity, index = lab
    pair = [index["left"], index["right"]]
    got = np.asarray(run.zone_temperature)[:, pair]
    rho_cp = -np.asarray(run["airflow_rate"][-1, index["heated"]]) / 0.01 / 21.0
    m = EXCHANGE * rho_cp
    matrix = np.array([[UA + m, -m], [-m, UA + m]])
    drive = np.array([2 * POWER, 0.0])
    steady = np.linalg.solve(matrix, drive)
    rates = matrix / capacity[pair][:, None]
    exact = hourly(np.array([steady + expm(-rates * t) @ (20.0 - steady) for t in MIDDLES]))
    assert abs(steady[0] - steady[1]) > 2
    np.testing.assert_allclose(got, exact, atol=0.03)
    np.testing.assert_allclose(got[-1], exact[-1], atol=2e-3)


def test_a_cellar_settles_on_the_ground(lab):
    run, _, index = lab
    through = 16.0 / (1 / H_IN + R_WALL + 0.02 / 1.0)
    got = run.zone_temperature[-1, index["cellar"]]
    np.testing.assert_allclose(got, GROUND + POWER / through, rtol=1e-6)


# A box without windows, films by temperature and wind, against its equations solved elsewhere.

SIGMA, ZERO = 5.670374419e-8, 273.15


def tarp(difference, cos_tilt):
    """Walton's natural convection; positive difference: the face is warmer than the air."""
    size, steep = np.abs(difference) ** (1 / 3), np.abs(cos_tilt)
    rising, resting = 9.482 / (7.238 - steep), 1.810 / (1.382 + steep)
    return size * np.where(difference * cos_tilt > 0, rising, resting)


def fourth(a, b):
    return SIGMA * ((a + ZERO) ** 4 - (b + ZERO) ** 4)


def star_factors(area, emissivity):
    """Carroll's factors of six walls, by fixed point."""
    factor = np.ones_like(area)
    for _ in range(500):
        factor = 1 / (1 - area * factor / np.sum(area * factor))
    return 1 / (1 / factor + (1 - emissivity) / emissivity)


@pytest.mark.parametrize(
    ("outdoors", "sky", "wind", "direction"),
    [(-5.0, -20.0, 4.0, 200.0), (8.0, 4.0, 0.0, 0.0)],
    ids=["windy", "calm"],
)
def test_steady_load_of_a_box_solved_independently(outdoors, sky, wind, direction):
    network = fx.build(fx.cases.ashrae140("395"), dtype=float)
    weather = steady_weather(3, temp_air=outdoors, temp_sky=sky, wind=wind, direction=direction)
    run = fx.simulate(network, weather, warmup_days=12)
    got = float(run.heating_rate[-1, 0])

    s, e, layers = network.structure, network.envelope, network.layers
    area, tilt = np.asarray(e.area[0]), np.deg2rad(np.asarray(e.tilt[0]))
    azimuth = np.asarray(e.azimuth[0])
    u = layers.thickness / layers.conductivity + layers.thermal_resistance
    u = 1 / np.asarray(u.sum(axis=1))[np.asarray(s.envelope_construction[0])]
    cos_tilt, sin_tilt = np.cos(tilt), np.sin(tilt)
    exposed = np.asarray(s.wind_exposed[0])
    # ASHRAE wind profile of open country, MoWiTT on the windward and the leeward.
    height = np.asarray(e.height[0])
    local = wind * (np.maximum(height, 0.1) / 10.0) ** 0.14
    to_wind = np.cos(np.deg2rad(direction - azimuth)) > 0
    windward = to_wind | (sin_tilt < 0.5)
    forced = np.where(windward, 3.26 * local**0.89, 3.55 * local**0.617) * exposed
    roughness = np.asarray(e.roughness_factor[0])
    view = (1 + cos_tilt) / 2
    sees_sky = view**1.5
    eps_out, eps_in = np.asarray(e.outside_emissivity[0]), np.asarray(e.inside_emissivity[0])
    star = star_factors(area, eps_in)
    air = 20.0

    def faults(x):
        inside, outside, radiant = x[:6], x[6:12], x[12]
        h_in = tarp(inside - air, -cos_tilt)
        natural = tarp(outside - outdoors, cos_tilt)
        h_out = natural + roughness * (np.hypot(natural, forced) - natural)
        conduction = u * (outside - inside)
        room = h_in * (air - inside) + star * fourth(radiant, inside)
        lost = h_out * (outside - outdoors) + eps_out * (
            sees_sky * fourth(outside, sky) + (1 - sees_sky) * fourth(outside, outdoors)
        )
        return np.concatenate(
            [conduction + room, conduction + lost, [np.sum(area * star * fourth(radiant, inside))]]
        )

    start = np.concatenate([np.full(6, 18.0), np.full(6, outdoors), [18.0]])
    found = root(faults, start, tol=1e-12)
    assert np.abs(found.fun).max() < 1e-6
    inside = found.x[:6]
    want = np.sum(area * tarp(inside - air, -cos_tilt) * (air - inside))
    assert want > 300.0
    np.testing.assert_allclose(got, want, rtol=2e-5)
