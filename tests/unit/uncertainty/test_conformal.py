"""Calibrated intervals hold their level, for new cases and new groups, in any unit."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion import uncertainty as uq
from fluxion.errors import InputError


def cases(rng, shape):
    """Results whose spread varies, and a model that knows its spread only up to a factor."""
    spread = rng.uniform(0.2, 2.0, shape)
    return np.zeros(shape), 0.3 * spread, spread * rng.standard_t(4, shape)


@pytest.mark.parametrize("count", [9, 19, 60])
@pytest.mark.parametrize("normalised", [True, False])
def test_coverage_of_new_cases_meets_the_level_however_few_there_were(count, normalised):
    """The mean over many calibrations lies between level and level + 1 / (n + 1), exactly."""
    rng, hits = np.random.default_rng(count), []
    repeats, new = 400, 50
    for _ in range(repeats):
        mean, std, true = cases(rng, (count + new, 3))
        c = uq.calibrate(mean[:count], std[:count] if normalised else None, true[:count], 0.9)
        lower, upper = c.interval(jnp.asarray(mean[count:]), jnp.asarray(std[count:]))
        hits.append(uq.coverage(lower, upper, true[count:]))
    rank = np.ceil(0.9 * (count + 1)) / (count + 1)
    np.testing.assert_allclose(np.mean(hits), rank, atol=0.01)


def test_the_rank_is_that_of_the_textbook():
    scores = np.arange(1.0, 20.0)  # 19 cases: (19 + 1) * 0.9 = 18
    assert uq.conformal_quantile(scores, 0.9) == 18.0
    assert uq.conformal_quantile(scores, 0.91) == 19.0
    assert uq.conformal_quantile(scores, 0.9, finite_sample=False) == 18.0
    assert uq.conformal_quantile(scores[:10], 0.9, finite_sample=False) == 9.0


def test_new_groups_are_covered_where_pooling_all_cases_fails():
    """Groups err differently, as climates do; sizes are unequal, and the large ones are easy."""
    rng, by_group, pooled = np.random.default_rng(3), [], []
    for _ in range(300):
        width = rng.lognormal(0.0, 0.7, 20)
        sizes = np.where(width < 1.0, 60, 6)
        groups = np.repeat(np.arange(19), sizes[:19])
        true = width[groups] * rng.normal(size=len(groups))
        new = width[19] * rng.normal(size=50)
        zero = np.zeros_like(true)
        for hits, options in ((by_group, {"groups": list(groups)}), (pooled, {})):
            half = uq.calibrate(zero, None, true, 0.9, **options).quantile
            hits.append(np.mean(np.abs(new) <= half))
    assert 0.89 <= np.mean(by_group) <= 0.96
    assert np.mean(pooled) < 0.88


def test_groups_count_the_same_whatever_their_size():
    scores = np.concatenate([np.full(90, 1.0), np.full(1, 5.0), np.full(1, 7.0)])
    groups = ["a"] * 90 + ["b", "c"]
    # Weights 1/4 for each group and for the new one: the third quarter is reached at 7.
    assert uq.conformal_quantile(scores, 0.5, groups=groups) == 5.0
    assert uq.conformal_quantile(scores, 0.7, groups=groups) == 7.0
    assert uq.conformal_quantile(scores, 0.5) == 1.0


def test_a_quantile_for_each_known_group():
    mean = np.zeros(40)
    true = np.concatenate([np.linspace(0, 1, 20), np.linspace(0, 10, 20)])
    groups = ["denver"] * 20 + ["miami"] * 20
    c = uq.calibrate(mean, None, true, 0.9, groups=groups, by_group=True)
    (_, denver), (_, miami) = (c.interval(jnp.zeros(1), group=g) for g in ("denver", "miami"))
    np.testing.assert_allclose(miami, 10 * denver)
    with pytest.raises(InputError, match="group 'oslo' was asked for; the calibration has denver"):
        c.interval(jnp.zeros(1), group="oslo")
    with pytest.raises(InputError, match="group None"):
        c.interval(jnp.zeros(1))


def test_months_are_pooled_into_one_quantile_that_broadcasts():
    rng = np.random.default_rng(0)
    mean, std, true = cases(rng, (60, 12, 3))
    c = uq.calibrate(mean, std, true, 0.9, pool=(1,))
    assert c.quantile.shape == (1, 3)
    lower, upper = c.interval(jnp.asarray(mean), jnp.asarray(std))
    np.testing.assert_allclose(uq.coverage(lower, upper, true), 0.91, atol=0.01)
    grouped = uq.calibrate(mean, std, true, 0.9, pool=(1,), groups=["a"] * 30 + ["b"] * 30,
                           by_group=True)  # fmt: skip
    assert grouped.quantile.shape == (2, 1, 3)


@given(st.floats(0.1, 0.9), st.floats(0.01, 0.09), st.floats(1e-3, 1e6), st.integers(0, 99))
def test_wider_at_a_higher_level_and_the_same_in_any_unit(level, more, scale, seed):
    mean, std, true = cases(np.random.default_rng(seed), (150, 2))
    at = uq.calibrate(mean, std, true, level)
    assert (uq.calibrate(mean, std, true, level + more).quantile >= at.quantile).all()
    scaled = uq.calibrate(scale * mean, scale * std, scale * true, level)
    np.testing.assert_allclose(scaled.quantile, at.quantile, rtol=1e-9)
    plain = uq.calibrate(scale * mean, None, scale * true, level).quantile
    np.testing.assert_allclose(plain, scale * uq.calibrate(mean, None, true, level).quantile)


def test_it_survives_json_and_works_in_the_trace():
    mean, std, true = cases(np.random.default_rng(0), (50, 2))
    c = uq.calibrate(mean, std, true, 0.8, least_std=0.1)
    again = uq.Conformal.from_dict(json.loads(json.dumps(c.to_dict())))
    a = jax.jit(lambda c, m, s: c.interval(m, s))(again, jnp.asarray(mean), jnp.asarray(std))
    b = c.interval(jnp.asarray(mean), jnp.asarray(std))
    np.testing.assert_allclose(a, b, rtol=1e-12)
    single = c.interval(jnp.zeros(2, jnp.float32), jnp.ones(2, jnp.float32))
    assert single[0].dtype == jnp.float32
    assert (b[1] - b[0] >= 0.2 * c.quantile - 1e-12).all()


@pytest.mark.parametrize(
    "change",
    [{"format": 2}, {"quantile": "x"}, {"quantile": [np.inf]}, {"level": 1.5}, {"groups": ["a"]}],
)
def test_damaged_calibrations_are_refused(change):
    sound = uq.Conformal(np.ones(2), 0.9).to_dict()
    with pytest.raises(InputError, match="calibrate anew"):
        uq.Conformal.from_dict({**sound, **change})


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: uq.calibrate([0.0] * 8, None, [1.0] * 8, 0.9), "8 cases are too few .* 9 or more"),
        (lambda: uq.conformal_quantile([1.0] * 9, 0.9, groups="aabbccddd"), "4 groups are too few"),
        (lambda: uq.calibrate([0.0], [1.0, 1.0], [1.0], 0.5), "give equal ones"),
        (lambda: uq.calibrate([0.0] * 9, None, [np.nan] * 9, 0.9), "NaN"),
        (lambda: uq.calibrate([0.0] * 9, [0.0] * 9, [1.0] * 9, 0.9), "standard deviation of 0"),
        (lambda: uq.calibrate([0.0] * 9, None, [1.0] * 9, 90.0), "a level of 90"),
        (lambda: uq.Conformal(np.ones(1), 0.9).interval(jnp.ones(1)), "no standard deviation"),
    ],
)
def test_bad_input_is_told(call, line):
    with pytest.raises(InputError, match=line):
        call()
