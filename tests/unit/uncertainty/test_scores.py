"""Scores against integrals of what they are defined as, and their slopes where doubt is none."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats

from fluxion import uncertainty as uq
from fluxion.errors import InputError

gaussian_pit, ensemble_pit = jax.jit(uq.gaussian_pit), jax.jit(uq.ensemble_pit)
gaussian_crps, gaussian_nll = jax.jit(uq.gaussian_crps), jax.jit(uq.gaussian_nll)
ensemble_crps = jax.jit(uq.ensemble_crps, static_argnames="fair")
reliability = jax.jit(uq.reliability, static_argnames=("levels", "axis"))
pit_histogram = jax.jit(uq.pit_histogram)

CASES = [(1.0, 0.7, 0.2), (-2.0, 3.0, 1.5), (0.0, 1.0, 0.0), (5.0, 0.1, 5.9)]


def crps_by_integral(cdf, observed: float, places: list[float]) -> float:
    below = integrate.quad(lambda x: cdf(x) ** 2, -40, observed, points=places, limit=400)[0]
    above = integrate.quad(lambda x: (1 - cdf(x)) ** 2, observed, 40, points=places, limit=400)[0]
    return below + above


@pytest.mark.parametrize(("mean", "std", "observed"), CASES)
def test_gaussian_scores_are_their_integrals(mean, std, observed):
    near = [mean - std, mean, mean + std]
    expected = crps_by_integral(stats.norm(mean, std).cdf, observed, near)
    np.testing.assert_allclose(gaussian_crps(mean, std, observed), expected, rtol=1e-6)
    expected = -stats.norm(mean, std).logpdf(observed)
    np.testing.assert_allclose(gaussian_nll(mean, std, observed), expected, rtol=1e-12)


def test_ensemble_crps_is_the_integral_of_the_empirical_distribution():
    samples = np.array([0.3, -1.0, 2.0, 0.3])
    empirical = crps_by_integral(lambda x: (samples <= x).mean(), 0.5, [-1.0, 0.3, 2.0])
    found = ensemble_crps(jnp.asarray(samples), 0.5, fair=False)
    np.testing.assert_allclose(found, empirical, rtol=1e-6)
    fair = np.abs(samples - 0.5).mean() - np.abs(samples[:, None] - samples).sum() / (2 * 4 * 3)
    np.testing.assert_allclose(ensemble_crps(jnp.asarray(samples), 0.5), fair, rtol=1e-12)


def test_fair_crps_favours_no_size_of_ensemble():
    samples = jax.random.normal(jax.random.key(0), (3, 200_000))
    expected = gaussian_crps(0.0, 1.0, 0.8)
    np.testing.assert_allclose(ensemble_crps(samples, 0.8).mean(), expected, atol=4e-3)
    assert ensemble_crps(samples, 0.8, fair=False).mean() > expected + 0.05


def test_slopes_are_finite_without_doubt_and_at_ties():
    def total(mean, std):
        return gaussian_crps(mean, std, 1.0) + gaussian_pit(mean, std, 1.0)

    assert np.isfinite(jax.jit(jax.grad(total, argnums=(0, 1)))(1.0, 0.0)).all()
    np.testing.assert_allclose(gaussian_crps(1.0, 0.0, 3.5), 2.5)
    samples = jnp.ones(4)
    assert np.isfinite(jax.jit(jax.grad(lambda s: ensemble_crps(s, 1.0)))(samples)).all()
    std = jax.jit(jax.grad(lambda s: uq.ensemble_moments(s).std))(samples)
    assert np.isfinite(std).all()


def test_interval_and_pinball_scores_are_least_at_the_true_quantiles():
    x = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    ends = np.linspace(1.0, 2.5, 151)
    score = [float(uq.interval_score(-end, end, x, 0.9).mean()) for end in ends]
    np.testing.assert_allclose(ends[np.argmin(score)], stats.norm.ppf(0.95), atol=0.011)
    loss = [float(uq.pinball_loss(end, x, 0.95).mean()) for end in ends]
    np.testing.assert_allclose(ends[np.argmin(loss)], stats.norm.ppf(0.95), atol=0.011)


def test_coverage_counts_ends_and_does_not_hide_nan():
    lower, upper = jnp.zeros(4), jnp.ones(4)
    observed = jnp.array([0.0, 1.0, 0.5, 2.0])
    assert uq.coverage(lower, upper, observed) == 0.75
    assert np.isnan(uq.coverage(lower, upper, observed.at[0].set(jnp.nan)))
    assert uq.mean_width(lower, upper) == 1.0


def test_reliability_of_true_and_of_too_sure_predictions():
    x = jnp.asarray(stats.norm.ppf((np.arange(2000) + 0.5) / 2000))
    true = reliability(gaussian_pit(0.0, 1.0, x))
    np.testing.assert_allclose(true.coverage, true.levels, atol=1e-3)
    np.testing.assert_allclose(true.below, true.levels, atol=1e-3)
    assert true.error < 1e-3
    np.testing.assert_allclose(pit_histogram(gaussian_pit(0.0, 1.0, x)), 0.1, atol=1e-3)
    sure = reliability(gaussian_pit(0.0, 0.5, x), levels=(0.9,))
    np.testing.assert_allclose(sure.coverage, 2 * stats.norm.cdf(0.5 * 1.6449) - 1, atol=1e-3)


def test_reliability_keeps_outputs_apart():
    pit = jnp.stack([jnp.linspace(0, 1, 101), jnp.full(101, 0.5)], axis=1)
    found = reliability(pit, levels=(0.5, 0.9), axis=0)
    assert found.coverage.shape == (2, 2) and found.error.shape == (2,)
    np.testing.assert_allclose(found.coverage[:, 0], [0.5, 0.9], atol=0.01)
    np.testing.assert_array_equal(found.coverage[:, 1], 1.0)


def test_ranks_among_samples_are_uniform_for_like_draws():
    draws = jax.random.normal(jax.random.key(1), (10, 40_000))
    pit = ensemble_pit(draws[1:], draws[0])
    np.testing.assert_allclose(pit_histogram(pit), 0.1, atol=6e-3)
    assert np.isnan(ensemble_pit(jnp.array([[0.0], [jnp.nan]]), jnp.zeros(1))).all()


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: uq.ensemble_crps(jnp.zeros((1, 3)), 0.0), "1 samples were given; a fair score"),
        (lambda: uq.reliability(jnp.zeros(3), levels=(1.0,)), "give shares, 0 to 1"),
        (lambda: uq.pit_histogram(jnp.zeros(3), 0), "ask for 1 or more"),
        (lambda: uq.dropout_masks(jax.random.key(0), (4,), 1.0), "rate of 1.0"),
        (lambda: uq.diversity(jnp.zeros((1, 3)), jnp.zeros(3)), "2 members or more"),
    ],
)
def test_bad_input_is_told(call, line):
    with pytest.raises(InputError, match=line):
        call()
