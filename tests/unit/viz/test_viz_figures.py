"""Figures: what is drawn, with which numbers and units, without a window or a global state."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fluxion import viz
from fluxion.building import build
from fluxion.cases import ashrae140, office
from fluxion.errors import InputError, MissingExtraError
from fluxion.io import default_weather
from fluxion.simulation import Trajectory

_HOURS = 8760


def made_up(structure, *, conditioned: bool = True, sun: bool = True) -> Trajectory:
    """A trajectory with known numbers: heating at night in winter, one peak, a daily wave."""
    zones = len(structure.zones)
    hour = np.arange(_HOURS)
    wave = 20.0 + 5.0 * np.sin(2.0 * np.pi * hour / 24.0)
    heating = np.where((hour % 24 < 6) & (hour // 24 < 60), 1000.0, 0.0) * conditioned
    heating[24 * 40 + 3] = 5000.0 * conditioned
    values: dict[str, Any] = {
        "zone_temperature": np.stack([wave + i for i in range(zones)], axis=1),
        "heating_rate": np.stack([heating] * zones, axis=1),
        "cooling_rate": np.zeros((_HOURS, zones)),
    }
    if sun:
        values["transmitted_solar"] = np.full((_HOURS, zones), 300.0)
    return Trajectory(structure, values, final_state=SimpleNamespace())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def house():
    return build(ashrae140("600")).structure


@pytest.fixture(scope="module")
def offices():
    return build(office()).structure


@pytest.fixture(scope="module")
def weather():
    return default_weather()


def titles(figure) -> list[str]:
    return [each.get_title(loc="left") for each in figure.axes if each.get_title(loc="left")]


def texts(figure) -> set[str]:
    """Legends and axis labels."""
    found = {each.get_ylabel() for each in figure.axes}
    for each in figure.axes:
        if each.get_legend() is not None:
            found |= {text.get_text() for text in each.get_legend().get_texts()}
    return found


def test_year_draws_temperatures_loads_and_sun(house, weather, tmp_path) -> None:
    figure = viz.year(made_up(house), weather, title="A house")
    assert titles(figure) == [
        "Temperature, by day",
        "Air temperature, hourly: zone",
        "Heat given and taken, by day",
        "Heating less cooling, hourly",
        "Sun, by day",
        "Sun through windows, hourly",
    ]
    assert {"°C", "kWh a day", "kW", "kWh/m² a day", "outdoors", "heating"} <= texts(figure)
    figure.savefig(tmp_path / "year.png", dpi=40)
    assert (tmp_path / "year.png").read_bytes().startswith(b"\x89PNG")


def test_carpet_puts_hours_upwards_and_days_along(house, weather) -> None:
    figure = viz.year(made_up(house), weather)
    image = next(each for each in figure.axes if each.get_title(loc="left").startswith("Heating"))
    table = np.asarray(image.images[0].get_array())
    assert table.shape == (24, 365)
    assert table[3, 40] == 5.0 and table[3, 41] == 1.0 and table[7, 41] == 0.0
    low, high = image.images[0].get_clim()
    assert low == -high  # nothing is white


def test_daily_bars_are_the_sums_of_their_days(house, weather) -> None:
    figure = viz.year(made_up(house), weather)
    axes = next(each for each in figure.axes if each.get_title(loc="left").startswith("Heat given"))
    heights = [bar.get_height() for bar in axes.containers[0]]
    np.testing.assert_allclose([heights[10], heights[40], heights[100]], [6.0, 10.0, 0.0])


def test_a_floating_house_has_no_panel_of_loads(house, weather) -> None:
    trajectory = made_up(house, conditioned=False)
    assert not any("Heat" in title for title in titles(viz.year(trajectory, weather)))
    assert len(titles(viz.week(trajectory, None, weather))) == 2


def test_without_weather_and_sun_the_rest_is_drawn(house) -> None:
    assert len(titles(viz.year(made_up(house, sun=False)))) == 4
    assert "outdoors" not in texts(viz.week(made_up(house, sun=False), 3))


def test_the_busiest_week_holds_the_peak_in_its_middle(house, weather) -> None:
    trajectory = made_up(house)
    assert viz.busiest_week(trajectory) == 37
    figure = viz.week(trajectory, None, weather)
    days = [tick.label1.get_text() for tick in figure.axes[2].xaxis.get_minor_ticks()]
    assert [day.split(" ", 1)[1] for day in days[:7]] == [
        "7 Feb", "8 Feb", "9 Feb", "10 Feb", "11 Feb", "12 Feb", "13 Feb",
    ]  # fmt: skip


def test_many_zones_become_a_span_and_few_are_named(offices, weather) -> None:
    trajectory = made_up(offices)
    assert {"span of all zones", "mean of 10 zones"} <= texts(viz.week(trajectory, 0, weather))
    assert "upper core" in texts(viz.week(trajectory, 0, weather, zone="upper core"))
    assert "mean of 10 zones" in texts(viz.year(trajectory, weather))


def test_the_last_week_may_be_short(house, weather) -> None:
    figure = viz.week(made_up(house), 363, weather)
    assert figure.axes[0].get_xlim() == (0.0, 2.0)


def test_refusals(house, weather) -> None:
    trajectory = made_up(house)
    with pytest.raises(InputError, match="attic"):
        viz.year(trajectory, zone="attic")
    with pytest.raises(InputError, match="from 0 to 358"):
        viz.week(trajectory, 365)
    with pytest.raises(InputError, match="24 hours"):
        viz.year(trajectory, weather.select_days(0, 1))
    batch = {name: np.stack([value] * 2) for name, value in trajectory.values.items()}
    with pytest.raises(InputError, match="batch"):
        viz.year(Trajectory(house, batch, trajectory.final_state))  # type: ignore[arg-type]


def test_without_matplotlib_the_line_to_install(house, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"fluxion-bem\[viz\]"):
        viz.year(made_up(house))


def test_drawing_changes_no_global_style(house) -> None:
    import matplotlib

    def settings() -> dict:  # asking for the backend would choose one
        return {
            name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"
        }

    before = settings()
    viz.year(made_up(house))
    assert settings() == before
    assert "matplotlib.pyplot" not in sys.modules


def test_designs_come_strongest_first() -> None:
    from scipy.stats import spearmanr

    draw = np.random.default_rng(0)
    samples = draw.uniform(size=(200, 14))
    heating = 100.0 * samples[:, 5] ** 3 + 20.0 * samples[:, 2] + draw.uniform(size=200)
    names = [f"p{i}" for i in range(14)]
    figure = viz.designs(samples, names, {"heating": heating, "cooling": 100.0 - heating})
    shown = [each for each in figure.axes if each.get_visible()]
    assert [each.get_xlabel() for each in shown][:2] == ["p5", "p2"]
    assert len(shown) == 12
    np.testing.assert_array_equal(shown[0].collections[0].get_offsets()[:, 1], heating)
    ties = np.round(samples[:, 0], 1)
    np.testing.assert_allclose(
        viz.rank_correlation(ties[:, None], heating)[0], spearmanr(ties, heating).statistic
    )
    assert viz.rank_correlation(np.ones((5, 1)), np.arange(5.0))[0] == 0.0


def test_designs_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="2 parameters"):
        viz.designs(np.ones((3, 1)), ["a", "b"], {})
    with pytest.raises(InputError, match="one number for each design"):
        viz.designs(np.ones((3, 1)), ["a"], {"heating": np.ones(2)})
