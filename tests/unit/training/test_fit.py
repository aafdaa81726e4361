"""The loop learns, goes on where it stopped, and trains members as it would train them alone."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError, NonFiniteError
from fluxion.training import Settings, fit

SETTINGS = Settings(steps=300, epoch=50, rate=0.05, decay=0.0)
TRUE = jnp.array([1.5, -2.0])


def params_of(members: int):
    return {"w": jnp.zeros((members, 2)), "b": jnp.zeros((members, 1, 1))}


def draw(key):
    x = jax.random.normal(key, (16, 2))
    return x, x @ TRUE + 0.5


def loss(params, batch, step):
    x, y = batch
    miss = jnp.mean((x @ params["w"] + params["b"][0, 0] - y) ** 2)
    return miss, {"data": miss}


def test_a_line_is_found_and_each_epoch_is_told():
    told, kept = [], []
    state = fit(
        params_of(2), loss, draw, key=jax.random.key(0), settings=SETTINGS,
        report=told.append, keep=kept.append,
    )  # fmt: skip
    np.testing.assert_allclose(state.best["w"], np.tile(TRUE, (2, 1)), atol=1e-3)
    np.testing.assert_allclose(state.best["b"].ravel(), [0.5, 0.5], atol=1e-3)
    assert [report.step for report in told] == [50, 100, 150, 200, 250, 300]
    assert len(kept) == 6 and told[-1].loss.shape == (2,)


def test_muon_finds_a_matrix_and_refuses_other_names():
    true = jnp.array([[1.0, -2.0], [0.5, 3.0]])

    def pairs(key):
        x = jax.random.normal(key, (16, 2))
        return x, x @ true

    def miss(params, batch, step):
        error = jnp.mean((batch[0] @ params["w"] - batch[1]) ** 2)
        return error, {"data": error}

    settings = dataclasses.replace(SETTINGS, optimiser="muon", rate=0.3)
    state = fit({"w": jnp.zeros((2, 2, 2))}, miss, pairs, key=jax.random.key(0), settings=settings)
    np.testing.assert_allclose(state.params["w"], np.tile(true, (2, 1, 1)), atol=2e-2)
    with pytest.raises(InputError, match="'muno'; give 'adamw' or 'muon'"):
        Settings(optimiser="muno")


def test_going_on_gives_the_bits_of_going_through():
    whole = fit(params_of(2), loss, draw, key=jax.random.key(1), settings=SETTINGS)
    calls = iter([False, True])
    part = fit(
        params_of(2), loss, draw, key=jax.random.key(1), settings=SETTINGS,
        stop=lambda: next(calls),
    )  # fmt: skip
    assert int(part.step[0]) == 100
    on = fit(params_of(2), loss, draw, key=jax.random.key(9), settings=SETTINGS, start=part)
    for one, other in zip(jax.tree.leaves(whole.best), jax.tree.leaves(on.best), strict=True):
        np.testing.assert_array_equal(one, other)


def test_members_draw_from_what_is_their_own():
    def own(key, offset):
        x, y = draw(key)
        return x, y + offset

    state = fit(
        params_of(2), loss, own, key=jax.random.key(0), settings=SETTINGS,
        each=jnp.array([0.0, 3.0]),
    )  # fmt: skip
    np.testing.assert_allclose(state.best["b"].ravel(), [0.5, 3.5], atol=1e-2)


def test_the_best_state_is_kept_and_patience_ends():
    scores = jnp.array([3.0, 1.0, 2.0, 2.0, 2.0, 2.0])

    def score(params):
        # The weight counts the epochs here, as every step adds the same.
        return scores[jnp.clip(jnp.round(params["w"][0] / 50).astype(int) - 1, 0, 5)]

    def steady(params, batch, step):
        return -jnp.sum(params["w"]) * 0 + 0.0 * jnp.sum(params["b"]) + params["w"][0], {}

    state = fit(
        {"w": jnp.zeros((1, 1)), "b": jnp.zeros((1, 1, 1))}, steady, lambda key: 0.0,
        key=jax.random.key(0), score=score,
        settings=Settings(steps=300, epoch=50, rate=1e-9, patience=2),
    )  # fmt: skip
    assert int(state.step[0]) < 300 and float(state.score[0]) == 3.0


def test_a_loss_that_runs_away_is_named():
    def broken(params, batch, step):
        value, terms = loss(params, batch, step)
        return jnp.where(step > 60, jnp.nan, value), terms

    with pytest.raises(NonFiniteError, match="member 0, 1 was not finite by step 100"):
        fit(params_of(2), broken, draw, key=jax.random.key(0), settings=SETTINGS)


@pytest.mark.parametrize(
    "bad", [{"steps": 0}, {"rate": -1.0}, {"warmup": 1.0}, {"patience": 0}, {"rate": float("nan")}]
)
def test_settings_that_cannot_be(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        Settings(**bad)
