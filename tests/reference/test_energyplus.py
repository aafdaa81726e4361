"""The same buildings through the real EnergyPlus, with the Denver weather of the standard.

Two engines that solve the same equations by other means; what they were measured to differ by is
stated with each tolerance. The engine is an optional extra, the weather file no part of the
repository.
"""

from __future__ import annotations

import numpy as np
import pytest

import fluxion as fx
from fluxion import energyplus, io
from fluxion.building import Adiabatic, AirExchange, Ground, IdealLoads, Infiltration
from fluxion.cases import ashrae140, office
from fluxion.errors import MissingExtraError

pytestmark = pytest.mark.reference
pytest.importorskip("xarray", reason="results need xarray (extra 'energyplus')")

OUTPUTS = ("zone_temperature", "heating_rate", "cooling_rate")
STEPS = 12


@pytest.fixture(scope="module")
def denver(shared_dir):
    try:
        energyplus.find_engine()
    except MissingExtraError:
        pytest.skip("no EnergyPlus is installed (extra 'energyplus')")
    return io.read_epw_file(shared_dir / "ashrae140" / "725650TYCST.epw")


def both(building, weather):
    """Summaries of both engines, ours first."""
    network = fx.build(building, first_weekday=weather.weather.first_weekday)
    options = fx.Options(steps_per_hour=STEPS)
    ours = io.summarize(fx.simulate(network, weather.weather, options=options))
    settings = energyplus.Settings(steps_per_hour=STEPS, outputs=OUTPUTS)
    done = energyplus.run(building, weather, settings=settings, cache=False)
    return ours, done.summary()


def compare(building, weather, *, energy=0.02, peak=0.03, kelvin=0.3) -> None:
    ours, theirs = both(building, weather)
    for name in ("heating_kWh", "cooling_kWh"):
        np.testing.assert_allclose(
            ours["annual"][name], theirs["annual"][name], rtol=energy, err_msg=name
        )
    for name in ("peak_heating_kW", "peak_cooling_kW"):
        np.testing.assert_allclose(
            ours["annual"][name], theirs["annual"][name], rtol=peak, err_msg=name
        )
    for zone, found in theirs["zones"].items():
        np.testing.assert_allclose(
            ours["zones"][zone]["temperature_mean_C"], found["temperature_mean_C"], atol=kelvin
        )


def varied(name, *, surface=lambda s: s, zone=lambda z: z, **fields):
    base = ashrae140(name)
    zones = tuple(
        zone(z.replace(surfaces=tuple(surface(s) for s in z.surfaces))) for z in base.zones
    )
    return base.replace(zones=zones, **fields)


def on_floor(boundary):
    return lambda s: (
        s.replace(boundary=boundary, construction="heavy wall") if s.name == "floor" else s
    )


def but_for_the_south(boundary):
    return lambda s: s if s.name == "south" else s.replace(boundary=boundary)


MONTHS = (2.0, 3.0, 5.0, 8.0, 12.0, 15.0, 18.0, 18.0, 15.0, 11.0, 7.0, 4.0)


def test_the_light_box(denver) -> None:
    # Measured: heating 1.1 %, cooling 0.1 %, peaks 0.2 % apart.
    compare(ashrae140("600"), denver)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["900", "640", "650", "660", "670", "685", "195", "960"])
def test_other_cases(denver, name) -> None:
    # Measured within 1.5 %; 650 cools by 4954 against 4911 kWh.
    compare(ashrae140(name), denver)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["600FF", "900FF", "950FF"])
def test_floating_temperatures(denver, name) -> None:
    # The light box under sun peaks 0.9 K higher here: Perez' sky in two variants.
    ours, theirs = both(ashrae140(name), denver)
    for key, kelvin in (("min", 0.3), ("mean", 0.2), ("max", 1.5)):
        np.testing.assert_allclose(
            ours["zones"]["zone"][f"temperature_{key}_C"],
            theirs["zones"]["zone"][f"temperature_{key}_C"],
            atol=kelvin,
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "building",
    [
        varied("900", surface=but_for_the_south(Adiabatic())),
        varied("900", surface=on_floor(Ground(temperature=MONTHS))),
        varied("900", surface=on_floor(Ground())),
        varied("600", surface=lambda s: s.replace(inside_convection=3.0, outside_convection=20.0)),
        varied(
            "600",
            zone=lambda z: z.replace(
                ideal_loads=IdealLoads(heating_capacity=2000.0, cooling_capacity=3000.0)
            ),
        ),
        varied(
            "600",
            zone=lambda z: z.replace(
                infiltrations=(
                    Infiltration(
                        flow=0.01, constant=0.2, temperature=0.02, wind=0.1, wind_squared=0.01
                    ),
                )
            ),
        ),
        varied("600", orientation=37.0, terrain="city", ground_reflectance=0.5),
        varied(
            "960",
            air_exchanges=(
                AirExchange(name="in", source="sun zone", target="back zone", flow=0.02),
                AirExchange(name="out", source="back zone", target="sun zone", flow=0.02),
            ),
        ),
        office(),
    ],
    ids=[
        "adiabatic", "ground by month", "ground of the weather", "fixed films", "capacities",
        "leaks", "turned, city, bright ground", "air between zones", "office",
    ],
)  # fmt: skip
def test_variations(denver, building) -> None:
    compare(building, denver, energy=0.025)
