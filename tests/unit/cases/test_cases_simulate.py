"""Every case runs, whatever its structure."""

from __future__ import annotations

import numpy as np
import pytest

import fluxion as fx
from fluxion.cases import ashrae140, list_ashrae140

#: One with panels, one without any longwave exchange.
QUICK = ("430", "450")


@pytest.fixture(scope="module")
def three_days():
    return fx.default_weather(dtype=float).select_days(20, 3)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[] if case in QUICK else [pytest.mark.slow])
        for case in list_ashrae140()
    ],
)
def test_three_winter_days_are_finite_and_keep_the_setpoint(case, three_days):
    run = fx.simulate(fx.build(ashrae140(case), dtype=float), three_days, warmup_days=2)
    temperature = np.asarray(run.zone_temperature)
    assert temperature.shape == (72, 2 if case == "960" else 1)
    assert np.isfinite(temperature).all() and (np.abs(temperature) < 80.0).all()
    heating, cooling = np.asarray(run.annual_heating), np.asarray(run.annual_cooling)
    assert np.isfinite(heating).all() and np.isfinite(cooling).all()
    thermostat = ashrae140(case).zones[0].thermostat
    if thermostat is None or thermostat.heating_setpoint is None:
        assert heating[0] == 0.0
        return
    assert heating[0] > 0.0
    if thermostat.heating_setpoint == 20.0:
        assert temperature[:, 0].min() > 20.0 - 1e-6
