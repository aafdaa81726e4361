"""Cases 600, 900, 600FF and 900FF against the spans of the published programs.

Loads, peaks and temperatures of six programs with the Denver weather of the standard, as given in
ANSI/ASHRAE Standard 140-2020, section 8 (example results); annual cooling of case 900: acceptance
limit of the same standard. The weather file is not part of the repository.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx

pytestmark = pytest.mark.reference

# [MWh], [MWh], [kW], [kW]
LOADS = {
    "600": ((3.99, 4.50), (5.43, 6.16), (3.02, 3.36), (5.42, 6.48)),
    "900": ((1.38, 1.81), (2.35, 2.60), (2.44, 2.78), (2.56, 3.38)),
}
# Maximum and minimum of the hourly mean air temperature. [degC]
TEMPERATURES = {"600FF": ((62.4, 68.4), (-13.8, -9.9)), "900FF": ((43.3, 46.0), (0.6, 2.2))}


@pytest.fixture(scope="module")
def denver(shared_dir):
    return fx.read_epw(shared_dir / "ashrae140" / "725650TYCST.epw", dtype=jnp.float64)


@pytest.fixture(scope="module")
def years(denver):
    kept = {}

    def year(case, **settings):
        key = (case, *settings.items())
        if key not in kept:
            network = fx.build(fx.cases.ashrae140(case), dtype=jnp.float64)
            kept[key] = fx.simulate(network, denver, **settings)
        return kept[key]

    return year


def loads(run):
    return np.array(
        [
            run.annual_heating[0] / 3.6e9,
            run.annual_cooling[0] / 3.6e9,
            run.peak_heating[0] / 1e3,
            run.peak_cooling[0] / 1e3,
        ]
    )


@pytest.mark.parametrize("case", LOADS)
def test_loads_and_peaks_lie_within_the_published_spans(years, case):
    lower, upper = np.array(LOADS[case]).T
    got = loads(years(case))
    assert ((lower <= got) & (got <= upper)).all(), f"{got} outside of {lower} to {upper}"


@pytest.mark.parametrize("case", TEMPERATURES)
def test_free_floating_temperatures_lie_within_the_published_spans(years, case):
    temperature = np.asarray(years(case).zone_temperature)
    for got, (lower, upper) in zip(
        (temperature.max(), temperature.min()), TEMPERATURES[case], strict=True
    ):
        assert lower <= got <= upper, f"{got:.2f} outside of {lower} to {upper}"


@pytest.mark.slow
@pytest.mark.parametrize("case", LOADS)
def test_the_default_step_has_converged(years, case):
    """Against twelve steps an hour, and those against thirty."""
    default, fine = loads(years(case)), loads(years(case, steps_per_hour=12))
    finest = loads(years(case, steps_per_hour=30))
    np.testing.assert_allclose(default[:2], finest[:2], rtol=3e-3)
    np.testing.assert_allclose(default[2:], finest[2:], rtol=1e-2)
    assert (np.abs(fine - finest) <= np.abs(default - finest) + 1e-4 * finest).all()


@pytest.mark.slow
@pytest.mark.parametrize("case", LOADS)
def test_three_modes_are_enough(years, case):
    np.testing.assert_allclose(loads(years(case)), loads(years(case, modes=8)), rtol=3e-3)


@pytest.mark.slow
@pytest.mark.parametrize("case", [*LOADS, "900FF"])
def test_the_default_warm_up_is_periodic(years, case):
    """The year begins in the state in which it ends."""
    run, longer = years(case), years(case, warmup_days=100)
    difference = np.abs(np.asarray(run.zone_temperature - longer.zone_temperature)).max()
    assert difference < 0.02, difference
    if case in LOADS:
        np.testing.assert_allclose(loads(run), loads(longer), rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("case", LOADS)
def test_single_precision_does_not_drift(years, denver, case):
    network = fx.build(fx.cases.ashrae140(case), dtype=jnp.float32)
    np.testing.assert_allclose(loads(fx.simulate(network, denver)), loads(years(case)), rtol=5e-4)
