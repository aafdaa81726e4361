"""The last layer's posterior is that of Bayesian linear regression, where that is exact."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize

from fluxion.errors import InputError
from fluxion.uncertainty import last_layer_laplace

fitted = jax.jit(last_layer_laplace, static_argnames=("link", "steps"))
predict = jax.jit(lambda found, features: found.predict(features))


def posterior_mean(rows, targets, prior, noise):
    precision = rows.T @ rows / noise**2 + prior * np.eye(rows.shape[1])
    return np.linalg.solve(precision, rows.T @ targets / noise**2)


def test_it_is_bayesian_linear_regression_at_the_most_likely_prior():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(40, 3))
    rows = np.concatenate([features, np.ones((40, 1))], axis=1)
    targets = rows @ rng.normal(size=(4, 1)) + 0.3 * rng.normal(size=(40, 1))

    def evidence(logs):
        prior, noise = np.exp(logs)
        cov = noise**2 * np.eye(40) + rows @ rows.T / prior
        solved = np.linalg.solve(cov, targets)
        return 0.5 * (np.linalg.slogdet(cov)[1] + (targets * solved).sum())

    best = optimize.minimize(evidence, [0.0, -1.0], method="BFGS", options={"gtol": 1e-5})
    prior, noise = np.exp(best.x)
    weights = posterior_mean(rows, targets, prior, noise)
    found = fitted(
        jnp.asarray(features), jnp.asarray(targets), jnp.asarray(weights[:3]),
        jnp.asarray(weights[3]), steps=300,
    )  # fmt: skip
    np.testing.assert_allclose(found.prior_precision, prior, rtol=1e-4)
    np.testing.assert_allclose(found.noise, noise, rtol=1e-4)
    new = rng.normal(size=(5, 3)) * 3
    wide = np.concatenate([new, np.ones((5, 1))], axis=1)
    cov = np.linalg.inv(rows.T @ rows / noise**2 + prior * np.eye(4))
    variance = np.einsum("cf,fg,cg->c", wide, cov, wide)
    at = predict(found, jnp.asarray(new))
    np.testing.assert_allclose(at.mean, wide @ weights, rtol=1e-10)
    np.testing.assert_allclose(at.epistemic[:, 0], np.sqrt(variance), rtol=1e-4)
    np.testing.assert_allclose(at.std[:, 0], np.sqrt(variance + noise**2), rtol=1e-4)
    kernels, biases = found.sample(jax.random.key(0), 20000)
    drawn = np.concatenate([kernels[..., 0], biases], axis=1)
    np.testing.assert_allclose(drawn.mean(axis=0), weights[:, 0], atol=0.03 * np.sqrt(cov.max()))
    np.testing.assert_allclose(np.cov(drawn.T), cov, atol=0.03 * cov.max())


def test_a_link_scales_doubt_by_its_slope_and_outputs_stay_apart():
    rng = np.random.default_rng(1)
    features = jnp.asarray(rng.uniform(0.5, 1.5, size=(60, 2)))
    kernel, bias = jnp.array([[1.0, -1.0], [0.5, -0.5]]), jnp.array([0.2, -0.2])
    targets = jax.nn.relu(features @ kernel + bias) + 0.05 * rng.normal(size=(60, 2))
    found = fitted(features, targets, kernel, bias, link=jax.nn.relu)
    at = predict(found, features)
    assert (np.asarray(at.epistemic[:, 0]) > 0).all()
    np.testing.assert_array_equal(at.epistemic[:, 1], 0.0)  # closed everywhere: no slope
    alone = fitted(features, targets[:, :1], kernel[:, :1], bias[:1],
                               link=jax.nn.relu)  # fmt: skip
    np.testing.assert_allclose(predict(alone, features).std[:, 0], at.std[:, 0], rtol=1e-8)
    np.testing.assert_allclose(found.noise[0], 0.05, rtol=0.3)
    assert np.isfinite(at.std).all()


def test_shapes_that_do_not_fit_are_told():
    with pytest.raises(InputError, match=r"of more cases than hidden units"):
        last_layer_laplace(jnp.ones((3, 3)), jnp.ones((3, 1)), jnp.ones((3, 1)), jnp.ones(1))
