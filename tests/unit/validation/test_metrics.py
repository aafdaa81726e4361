"""Error measures against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.validation import (
    cv_rmse,
    energy_balance_error,
    heat_balance_residual,
    mean_absolute_error,
    nmbe,
    root_mean_square_error,
    zone_errors,
)

#: Mean 5; differences y - f: 1, -1, 2, 2, so their sum is 4 and that of their squares 10.
Y, F = np.array([2.0, 4.0, 6.0, 8.0]), np.array([1.0, 5.0, 4.0, 6.0])


def test_measures_by_hand():
    np.testing.assert_allclose(mean_absolute_error(Y, F), 6.0 / 4.0)
    np.testing.assert_allclose(root_mean_square_error(Y, F), np.sqrt(10.0 / 4.0))
    np.testing.assert_allclose(cv_rmse(Y, F), np.sqrt(10.0 / 3.0) / 5.0)
    np.testing.assert_allclose(cv_rmse(Y, F, parameters=0), np.sqrt(10.0 / 4.0) / 5.0)
    np.testing.assert_allclose(nmbe(Y, F), 4.0 / (3.0 * 5.0))
    np.testing.assert_allclose(nmbe(Y, F, parameters=0), 4.0 / (4.0 * 5.0))


def test_bias_is_positive_where_predictions_are_too_low():
    assert nmbe(Y, Y - 1.0) > 0 > nmbe(Y, Y + 1.0)


def test_measures_keep_zones_apart():
    y, f = np.stack([Y, 10.0 * Y], axis=1), np.stack([F, 10.0 * F], axis=1)
    np.testing.assert_allclose(mean_absolute_error(y, f), [1.5, 15.0])
    np.testing.assert_allclose(cv_rmse(y, f), [cv_rmse(Y, F)] * 2)


def test_a_mean_of_zero_gives_nan_and_no_warning():
    assert np.isnan(cv_rmse([0.0, 0.0], [1.0, 0.0])) and np.isnan(nmbe([1.0, -1.0], [0.0, 0.0]))


def test_balance_left_over_by_predicted_loads():
    # Heating 3 is predicted as 4 and cooling 5 as 4: two too much heat of eight that flowed.
    measured, predicted = np.array([[3.0, 5.0]]), np.array([[4.0, 4.0]])
    found = zone_errors(measured, predicted, parameters=0, signs=[1.0, -1.0])
    np.testing.assert_allclose(found.overall.energy_balance, 2.0 / 8.0)
    np.testing.assert_allclose(found.zones["0"].energy_balance, 1.0 / 3.0)
    np.testing.assert_allclose(found.zones["1"].energy_balance, 1.0 / 5.0)
    np.testing.assert_allclose(energy_balance_error(Y, F), -4.0 / 20.0)


def test_first_law():
    walls, air = np.array([[-3.0], [-2.0]]), np.array([[4.0], [2.0]])
    np.testing.assert_allclose(heat_balance_residual([walls, air], 1.0), [0.0])
    np.testing.assert_allclose(heat_balance_residual([walls, air], 0.0), [1.0 / 11.0])


def test_pooled_measures_take_all_samples_of_all_zones():
    found = zone_errors(np.stack([Y, Y + 2.0], 1), np.stack([F, F + 2.0], 1), zones=["a", "b"])
    assert list(found.zones) == ["a", "b"] and found.overall.count == 8
    np.testing.assert_allclose(found.overall.cv_rmse, np.sqrt(20.0 / 7.0) / 6.0)
    np.testing.assert_allclose(found.overall.nmbe, 8.0 / (7.0 * 6.0))
    np.testing.assert_allclose(found.zones["b"].nmbe, 4.0 / (3.0 * 7.0))


@pytest.mark.parametrize(
    ("measured", "predicted", "settings", "message"),
    [
        ([1.0, 2.0], [1.0], {}, r"shape \(2,\) and predicted \(1,\)"),
        ([], [], {}, "one sample at least"),
        ([1.0, np.nan], [1.0, 2.0], {}, "measured has 1 values that are not finite"),
        ([1.0, 2.0], [1.0, 2.0], {"parameters": 2}, "2 parameters were given for 2 samples"),
        ([1.0, 2.0], [1.0, 2.0], {"zones": ["a", "b"]}, "2 names were given for 1 zones"),
    ],
)
def test_refused(measured, predicted, settings, message):
    with pytest.raises(InputError, match=message):
        zone_errors(measured, predicted, **settings)
