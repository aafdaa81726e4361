"""The surface through values and slopes: it goes through them, and its own slopes are right."""

import numpy as np
import pytest

from fluxion.optimize import _kriging_model as model
from fluxion.optimize._known import Known

POINTS = np.random.default_rng(3).random((9, 3))
MIX = np.array([[1.0, 0.4, 0.0], [0.2, -1.5, 0.0], [0.0, 0.3, 0.1]])


def waves(points):
    return 40.0 + np.sin(2.0 * points @ MIX).sum(axis=1), 2.0 * np.cos(2.0 * points @ MIX) @ MIX.T


SCALES = model.Scales(np.array([0.5, 0.7, 1.3]), 1e-7)


def central(function, at, step=1e-5):
    return np.array(
        [(function(at + e) - function(at - e)) / (2 * step) for e in step * np.eye(len(at))]
    )


def test_a_surface_goes_through_values_and_slopes():
    surface = model.Surface(POINTS, *waves(POINTS), SCALES)
    for point, value, slope in zip(POINTS, *waves(POINTS), strict=True):
        height, slopes = surface(point)
        assert height == pytest.approx(value, abs=1e-4)
        np.testing.assert_allclose(slopes, slope, atol=1e-3)


def test_its_slopes_are_those_of_its_height():
    surface = model.Surface(POINTS, *waves(POINTS), SCALES)
    at = np.array([0.3, 0.6, 0.2])
    np.testing.assert_allclose(surface(at)[1], central(lambda x: surface(x)[0], at), rtol=1e-6)


def test_slopes_of_the_likelihood():
    data = model._Data(POINTS, waves(POINTS)[0] - 40.0, waves(POINTS)[1])

    def of(logs):
        return model._unlikelihood(data, model.Scales(np.exp(logs[:-1]), np.exp(logs[-1])))

    at = np.log([0.8, 0.6, 2.0, 1e-3])
    np.testing.assert_allclose(of(at)[1], central(lambda x: of(x)[0], at), rtol=1e-5)


def test_a_surface_bends_least_along_what_hardly_bends():
    found = model.fitted(POINTS, *waves(POINTS), model.first_scales(3))
    assert found.lengths[2] == found.lengths.max() and found.lengths[1] == found.lengths.min()


def test_noise_of_slopes_is_seen():
    dice = np.random.default_rng(4)
    points = dice.random((20, 3))
    values, slopes = waves(points)
    rough = slopes + 0.3 * dice.standard_normal(slopes.shape)
    clean, noisy = (
        model.fitted(points, values, each, model.first_scales(3)) for each in (slopes, rough)
    )
    assert clean.noise < 1e-4 < 1e-3 < noisy.noise


def test_what_does_not_depend_on_anything_gives_a_level_surface():
    slopes = np.zeros((4, 3))
    scales = model.fitted(POINTS[:4], np.full(4, 7.0), slopes, model.first_scales(3))
    height, slope = model.Surface(POINTS[:4], np.full(4, 7.0), slopes, scales)(POINTS[5])
    assert height == 7.0 and not slope.any()


def test_only_the_nearest_are_taken_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr("fluxion.optimize._known._NUMBERS", 12)  # three points of three parameters
    known = Known(3)
    known.learn(POINTS, *waves(POINTS))
    surface, scales = known.surface(POINTS[4])
    away = (((POINTS - POINTS[4]) / scales.lengths) ** 2).sum(axis=1)
    rows = np.argsort(away)[:3]
    for row in range(len(POINTS)):
        through = abs(surface(POINTS[row])[0] - waves(POINTS)[0][row]) < 1e-2
        assert through or row not in rows
    assert abs(surface(POINTS[np.argmax(away)])[0] - waves(POINTS)[0][np.argmax(away)]) > 1e-2


def test_what_failed_is_left_out():
    known = Known(3)
    values, slopes = waves(POINTS)
    values[2], slopes[5, 1] = np.nan, np.inf
    known.learn(POINTS, values, slopes)
    assert len(known._values) == len(known._points) == len(known._slopes) == 7
    assert np.isfinite(known.surface(POINTS[0])[0](POINTS[2])[0])
    assert known.lower_near(POINTS[0], values[0], 1.0) and not known.lower_near(
        POINTS[0], np.nanmin(values), 1.0
    )
