"""Buildings of any structures: grouped, side by side, back in their order, failing alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.optimize import evaluate_networks

OUTPUTS = ("annual_heating", "zone_temperature")
OPTIONS = fx.Options(warmup_days=0, steps_per_hour=1)


@pytest.fixture(scope="module")
def weather():
    return fx.default_weather().select_days(31, 2)


@pytest.fixture(scope="module")
def networks():
    """Two structures, mixed: boxes without windows, one of other walls, and case 600.

    Its beams lie on the floor: traced ones take long to compile.
    """
    glazed = fx.cases.ashrae140("600")
    zones = tuple(zone.replace(beam_to="floor") for zone in glazed.zones)
    box, glazed = map(fx.build, (fx.cases.ashrae140("195"), glazed.replace(zones=zones)))
    layers = dataclasses.replace(box.layers, thickness=box.layers.thickness * 1.5)
    return [box, glazed, dataclasses.replace(box, layers=layers), box]


def test_results_are_those_of_single_runs_in_the_order_given(networks, weather) -> None:
    other = dataclasses.replace(weather, temp_air=weather.temp_air - 5.0, name="elsewhere")
    seen = []
    found = evaluate_networks(
        networks, [weather, other], options=OPTIONS, batch_size=2,
        outputs=OUTPUTS,
        progress=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    assert found.failed == () and found.programs == 2
    assert seen[-1] == (4, 4) and len(found.values) == 4
    for index in (1, 2):
        for k, climate in enumerate((weather, other)):
            year = fx.simulate(networks[index], climate, options=OPTIONS)
            values = found.values[index]
            np.testing.assert_allclose(
                values["annual_heating"][k], year.annual_heating, rtol=1e-9, atol=1e-3
            )
            np.testing.assert_allclose(
                values["zone_temperature"][k], year.zone_temperature, rtol=1e-9
            )
    np.testing.assert_array_equal(
        found.values[0]["annual_heating"], found.values[3]["annual_heating"]
    )


def test_a_building_that_fails_is_named_by_index_and_alone(networks, weather) -> None:
    bad = networks[3]
    bad = dataclasses.replace(
        bad, zones=dataclasses.replace(bad.zones, volume=bad.zones.volume * np.nan)
    )
    found = evaluate_networks(
        [networks[0], bad, networks[0]], weather, options=OPTIONS, batch_size=2, outputs=OUTPUTS,
    )  # fmt: skip
    assert found.failed == (1,) and found.reasons == (
        "not finite: annual_heating, zone_temperature",
    )
    assert np.isnan(found.values[1]["annual_heating"]).all()
    for index in (0, 2):
        assert np.isfinite(found.values[index]["annual_heating"]).all()
    assert found.values[0]["annual_heating"].shape == (1,)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"networks": []}, "no building"),
        ({"outputs": ("heat",)}, "unknown result 'heat'"),
        ({"batch_size": 0}, "batch of 0"),
        ({"weather": []}, "no weather"),
    ],
)
def test_what_is_at_fault_is_one_line(networks, weather, change, line) -> None:
    given = {"networks": networks, "weather": weather, "options": OPTIONS, **change}
    with pytest.raises(SimulationError, match=line):
        evaluate_networks(given.pop("networks"), given.pop("weather"), **given)
