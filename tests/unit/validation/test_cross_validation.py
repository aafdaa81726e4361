"""Folds that leak nothing, and the standard's cases beside a predictor."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion.building import build
from fluxion.cases import ashrae140
from fluxion.data import published_results
from fluxion.errors import InputError
from fluxion.io import default_weather
from fluxion.simulation import simulate
from fluxion.validation import CrossValidator, FoldData

RNG = np.random.default_rng(3)
X = RNG.normal(size=(60, 2))
#: Two zones, linear in the inputs, far from zero.
Y = X @ np.array([[1.0, -2.0], [0.5, 3.0]]) + 20.0


def least_squares(inputs, targets):
    """Fit of a plane."""

    def columns(x):
        return np.column_stack([np.asarray(x), np.ones(len(x))])

    weights = np.linalg.lstsq(columns(inputs), targets, rcond=None)[0]
    return lambda x: columns(x) @ weights


def memory(inputs, targets):
    """Knows what it has seen, and nothing else."""
    seen = {tuple(x): y for x, y in zip(inputs, targets, strict=True)}
    return lambda x: np.array([seen.get(tuple(row), np.zeros(targets.shape[1])) for row in x])


def test_exact_model_has_no_error():
    found = CrossValidator(zones=["a", "b"]).validate_k_fold(least_squares, (X, Y), k=4)
    assert [len(fold.test) for fold in found.folds] == [15] * 4
    np.testing.assert_allclose(found.predictions, Y, atol=1e-10)
    assert found.overall.zones["b"].rmse < 1e-10 and found.overall.overall.count == 120


def test_a_model_that_only_remembers_scores_nothing():
    found = CrossValidator().validate_k_fold(memory, (X, Y), k=5)
    np.testing.assert_array_equal(found.predictions, 0.0)
    for fold in found.folds:
        assert not set(fold.train) & set(fold.test)
        np.testing.assert_allclose(fold.errors.overall.mae, np.abs(Y[fold.test]).mean())


def test_every_sample_is_predicted_once_and_the_seed_decides_when():
    deal = CrossValidator().validate_k_fold
    one, same, other = (deal(least_squares, (X, Y), 3, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(np.sort(np.concatenate([f.test for f in one.folds])), range(60))
    np.testing.assert_array_equal(one.folds[0].test, same.folds[0].test)
    assert not np.array_equal(one.folds[0].test, other.folds[0].test)


def test_buildings_stay_whole():
    groups = [f"building {i // 6}" for i in range(60)]
    found = CrossValidator().validate_k_fold(least_squares, FoldData(X, Y, groups), k=5)
    for fold in found.folds:
        assert not {groups[i] for i in fold.train} & {groups[i] for i in fold.test}


def test_blocks_of_time_stay_whole_and_keep_their_distance():
    found = CrossValidator().validate_k_fold(least_squares, (X, Y), k=4, block=10, gap=3)
    for fold in found.folds:
        assert {tuple(fold.test // 10 == b) for b in set(fold.test // 10)}
        assert len(fold.test) == 10 * len(set(fold.test // 10))
        assert np.abs(fold.train[:, None] - fold.test[None, :]).min() == 4


def test_mappings_and_objects_with_fit_and_predict():
    class Mean:
        fits = 0

        def fit(self, inputs, targets):
            self.fits += 1
            self.mean = targets.mean(axis=0)

        def predict(self, inputs):
            assert self.fits == 1, "a model must be fresh in each fold"
            return np.tile(self.mean, (len(inputs["a"]), 1))

    model = Mean()
    found = CrossValidator().validate_k_fold(model, ({"a": X[:, 0], "b": X[:, 1]}, Y), k=3)
    assert model.fits == 0
    fold = found.folds[0]
    np.testing.assert_allclose(found.predictions[fold.test[0]], Y[fold.train].mean(axis=0))


@pytest.mark.parametrize(
    ("settings", "data", "message"),
    [
        ({"k": 61}, (X, Y), "61 folds were asked of 60"),
        ({"k": 1}, (X, Y), "1 folds"),
        ({"gap": 2}, (X, Y), "only with blocks"),
        ({"k": 2, "block": 30, "gap": 30}, (X, Y), "nothing to fit to"),
        ({}, (X[:50], Y), "50 samples and the targets have 60"),
        ({}, FoldData(X, Y, ["a"]), "1 groups were given for 60"),
        ({"block": 5}, FoldData(X, Y, ["a"] * 60), "either, not both"),
    ],
)
def test_refused(settings, data, message):
    with pytest.raises(InputError, match=message):
        CrossValidator().validate_k_fold(least_squares, data, **settings)


def test_predictions_of_another_shape_are_refused():
    with pytest.raises(InputError, match="predict one row for each sample"):
        CrossValidator().validate_k_fold(lambda x, y: lambda x: x[:1], (X, Y))


def test_a_published_program_is_within_its_own_span():
    known = published_results("ESP-r")
    engine = {"600": {"annual_heating": known["600"]["annual_heating"] + 1.0}}
    found = CrossValidator().compare_against_ashrae_140(
        lambda building, weather: known[building.name.rpartition(" ")[2]],
        ["600", "900FF"],
        weather=None,
        energyplus=engine,
    )
    assert found.share_within == 1.0
    assert {row.case for row in found.rows} == {"600", "900FF"}
    assert found.engine_errors["annual_heating"].overall.mae == pytest.approx(1.0)
    assert found.errors["zone_temp_max"].overall.count == 1


def test_a_wrong_predictor_is_outside():
    found = CrossValidator().compare_against_ashrae_140(
        lambda building, weather: {"annual_cooling": 100.0}, ["600", "900"], weather=None
    )
    assert found.share_within == 0.0
    assert found.errors["annual_cooling"].overall.energy_balance < 0.0, "too much is cooled away"


def test_a_predictor_of_nothing_published_is_refused():
    with pytest.raises(InputError, match="annual_heating"):
        CrossValidator().compare_against_ashrae_140(
            lambda building, weather: {"heating": 1.0}, ["600"], weather=None
        )


@pytest.mark.slow
def test_physics_is_the_default_predictor():
    weather = default_weather()
    found = CrossValidator().compare_against_ashrae_140(cases=["600"], weather=weather)
    year = simulate(build(ashrae140("600"), first_weekday=weather.first_weekday), weather)
    values = {row.output: row.value for row in found.rows}
    np.testing.assert_allclose(values["annual_heating"], float(year.annual_heating.sum()) / 3.6e9)
    np.testing.assert_allclose(
        values["peak_cooling"], float(np.asarray(year["cooling_rate"]).sum(axis=1).max()) / 1e3
    )
