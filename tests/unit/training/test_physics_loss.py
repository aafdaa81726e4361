"""Terms of the physics-informed loss: what they punish and let be, and how they are weighed."""

from __future__ import annotations

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from fluxion.errors import InputError
from fluxion.simulation import BALANCE, MONTHS
from fluxion.surrogates import DesignNet
from fluxion.training import (
    Balanced,
    BalanceTerm,
    BoundsTerm,
    CouplingTerm,
    DesignBatch,
    DesignPrediction,
    Learned,
    PhysicsInformedLoss,
    ResidualTerm,
    Settings,
    annual_term,
    data_term,
    design_signature,
    fit,
    init_members,
    sobolev_term,
)

TERMS = tuple(BALANCE)
ZONES = ("south", "north")


@pytest.fixture(scope="module")
def closed():
    """Terms of a balance that closes, (climate, design, month, zone) [J]."""
    dice = np.random.default_rng(1)
    found = {name: dice.uniform(1e8, 1e9, (2, 5, 12, 2)) for name in TERMS}
    found["storage"] = sum(s * found[n] for n, s in BALANCE.items() if n != "storage")
    found["core"] = np.zeros((2, 5, 12, 1))
    return {n if n == "core" else f"monthly_{n}": jnp.asarray(v) for n, v in found.items()}


def test_a_closed_balance_costs_nothing_and_an_open_one_its_square(closed):
    assert float(BalanceTerm()(closed, None)) < 1e-28
    extra = closed["monthly_gain"] * 0.1
    opened = {**closed, "monthly_gain": closed["monthly_gain"] + extra}
    flow = sum(jnp.abs(opened[f"monthly_{name}"]) for name in TERMS)
    flow = flow.mean(axis=-2, keepdims=True)
    np.testing.assert_allclose(
        BalanceTerm()(opened, None), jnp.mean((extra / flow) ** 2), rtol=1e-10
    )
    # Less gain would close it, and no term can hide the rest by growing itself.
    slope = jax.grad(lambda given: BalanceTerm()({**opened, "monthly_gain": given}, None))
    assert (slope(opened["monthly_gain"]) > 0).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_slopes_are_finite_where_nothing_flows(dtype):
    names = [f"monthly_{name}" for name in (*TERMS, "partition", "peak_heating", "temperature")]
    nothing = {name: jnp.zeros((1, 2, 12, 2), dtype) for name in names}
    nothing["core"] = jnp.zeros((1, 2, 12, 3), dtype)
    bounds = BoundsTerm(
        {"monthly_temperature": 15.0}, {"monthly_peak_heating": 0.0},
        {"monthly_temperature": 1.0, "monthly_peak_heating": 1e3}, hours=np.full(12, 730.0),
    )  # fmt: skip
    for term in (BalanceTerm(), CouplingTerm(monthly=("monthly_exchange",)), bounds):
        slopes = jax.jit(jax.grad(lambda found, term=term: term(found, None)))(nothing)
        assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(slopes))
        assert all(leaf.dtype == dtype for leaf in jax.tree.leaves(slopes))


def test_heat_through_walls_must_cancel_over_the_year_only(closed):
    wave = jnp.cos(2 * jnp.pi * jnp.arange(12) / 12)[:, None] * jnp.ones((1, 2, 1, 1))
    both_store = jnp.broadcast_to(wave * 1e6, (1, 2, 12, 2))
    across = jnp.broadcast_to(jnp.array([5e6, -5e6]), both_store.shape)
    found = {**closed, "monthly_partition": across + both_store}
    assert float(CouplingTerm()(found, None)) < 1e-24
    by_month = CouplingTerm(yearly=(), monthly=("monthly_partition",))
    np.testing.assert_allclose(by_month(found, None), jnp.mean(wave**2) / 25, rtol=0.05)


def test_an_error_that_all_zones_share_leaves_their_differences_right():
    shape = (1, 1, 12, 2)
    values = np.linspace(18.0, 24.0, 24).reshape(shape)
    signature = _signature({"monthly_temperature": values})
    term = CouplingTerm(((0, 1),), yearly=(), signature=signature)
    batch = SimpleNamespace(targets=jnp.asarray(signature.to_core(values)))
    shared = {"core": batch.targets, "monthly_temperature": values + 2.0}
    np.testing.assert_allclose(term(shared, batch), 0.0, atol=1e-20)
    apart = {**shared, "monthly_temperature": values + np.array([0.0, 2.0])}
    np.testing.assert_allclose(term(apart, batch), 4.0)


def test_only_what_is_beyond_its_bounds_costs():
    peak = jnp.array([[[[900.0, 2000.0]]]])
    load = peak * 730.0 * 3600.0 * jnp.array([0.5, 1.5])
    found = {"core": peak, "monthly_heating": load, "monthly_peak_heating": peak}
    plant = BoundsTerm(high={"monthly_peak_heating": 1500.0}, scale={"monthly_peak_heating": 1e3})
    np.testing.assert_allclose(plant(found, None), 0.5 * 0.5**2)
    mean = BoundsTerm(hours=np.array([730.0]))
    np.testing.assert_allclose(mean(found, None), 0.5 * (1000.0 / 1450.0) ** 2)


def test_a_residual_is_against_the_physics():
    batch = SimpleNamespace(state=jnp.array([1.0, 2.0]))
    term = ResidualTerm(lambda b: 2.0 * b.state, scale=0.5)
    np.testing.assert_allclose(term({"temperature": jnp.array([2.0, 5.0])}, batch), 2.0)


def _signature(values):
    return design_signature(
        ["u"], ["-"], np.zeros(1), np.ones(1), np.random.default_rng(0).normal(size=(1, 12, 2)),
        [("a", "-"), ("b", "-")], values, dict.fromkeys(values, "-"), ZONES, MONTHS,
    )  # fmt: skip


@pytest.fixture(scope="module")
def task():
    """A network of three terms of a balance, heating - cooling = storage, and few designs."""
    dice = np.random.default_rng(3)
    season = np.cos(2 * np.pi * np.arange(12) / 12)[:, None]
    strength = np.linspace(0.5, 2.0, 6)[:, None, None] * np.ones(2)
    values = {
        "monthly_heating": np.maximum(strength * season, 0.0)[None],
        "monthly_cooling": np.maximum(-strength * season, 0.0)[None],
        "monthly_storage": (strength * season)[None],
    }
    signature = _signature(values)
    targets = jnp.asarray(signature.to_core(np.concatenate(list(values.values()), -1)))
    designs = jnp.linspace(-1.7, 1.7, 6)[None, :, None]
    batch = DesignBatch(
        designs, jnp.asarray(np.concatenate([season, dice.normal(size=(12, 1))], 1)[None]),
        targets, designs, jnp.ones((1, 6, 1)), jnp.zeros((1, 6, 12, 6)).at[0, 0, 0, 0].set(jnp.nan),
    )  # fmt: skip
    module = DesignNet(6, hidden=8, free=2)
    params = init_members(module, jax.random.key(0), 2, batch.designs[0], batch.climates[0])
    return SimpleNamespace(signature=signature, batch=batch, module=module, params=params)


SIGNS = (("monthly_heating", 1.0), ("monthly_cooling", -1.0), ("monthly_storage", -1.0))
STEP = jnp.asarray(5)


def one_member(params):
    return jax.tree.map(lambda leaf: leaf[0], params)


def test_weights_are_what_they_say(task):
    predict = DesignPrediction(task.module, task.signature, slopes=True)
    terms = {
        "data": data_term, "annual": annual_term, "sobolev": sobolev_term,
        "balance": BalanceTerm(SIGNS),
    }  # fmt: skip
    ramp = optax.linear_schedule(0.0, 1.0, 10)
    weights = {"data": 2.0, "annual": ramp, "sobolev": Learned(), "balance": Balanced(0.3)}
    loss = PhysicsInformedLoss(predict, terms, weights)
    params = one_member(loss.begin(task.params))
    params["log_variance"]["sobolev"] = jnp.asarray(0.7)
    judge = jax.jit(lambda p: loss(p, task.batch, STEP))
    total, told = judge(params)
    assert set(told) == {*terms, "weight_annual", "weight_sobolev", "weight_balance"}
    assert all(float(told[name]) > 0 for name in terms)
    np.testing.assert_allclose(told["weight_annual"], 0.5)
    np.testing.assert_allclose(told["weight_sobolev"], 0.5 * np.exp(-0.7), rtol=0.01)

    def pull(name):
        def of(network):
            return terms[name](predict(network, task.batch), task.batch)

        slope = jax.jit(jax.grad(of))(loss.network(params))
        return float(jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(slope))))

    np.testing.assert_allclose(
        told["weight_balance"] * pull("balance"), 0.3 * 2.0 * pull("data"), rtol=1e-6
    )
    parts = {"data": 2.0, "annual": 0.5, "sobolev": told["weight_sobolev"]}
    parts["balance"] = told["weight_balance"]
    expected = sum(parts[n] * told[n] for n in terms) + 0.5 * 12 * np.tanh(0.7 / 12)
    np.testing.assert_allclose(total, expected, rtol=1e-10)
    # A learned variance rests where it equals its term.
    spread = 12 * np.arctanh(np.log(told["sobolev"]) / 12)
    params["log_variance"]["sobolev"] = jnp.asarray(spread)
    slopes = jax.jit(jax.grad(lambda p: judge(p)[0]))(params)
    np.testing.assert_allclose(slopes["log_variance"]["sobolev"], 0.0, atol=1e-8)
    assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(slopes))


def test_members_side_by_side_learn_to_close_the_balance(task):
    """The same data, start and steps; only the weight of physics differs."""
    predict = DesignPrediction(task.module, task.signature)
    terms = {"data": data_term, "balance": BalanceTerm(SIGNS, np.ones(2))}
    left = {}
    for name, weight in (("data only", jnp.zeros(())), ("physics", Learned())):
        loss = PhysicsInformedLoss(predict, terms, {"data": 1.0, "balance": weight})
        end = fit(
            loss.begin(task.params), loss, lambda key: task.batch, key=jax.random.key(1),
            settings=Settings(steps=400, epoch=400, rate=1e-2),
        )  # fmt: skip
        left[name] = jax.jit(jax.vmap(lambda p, loss=loss: loss(p, task.batch, STEP)[1]))(end.best)
    assert (left["physics"]["balance"] < 0.3 * left["data only"]["balance"]).all(), left
    assert (left["physics"]["data"] < 1.5 * left["data only"]["data"]).all(), left


def test_a_balance_takes_its_scale_from_the_signature_and_misses_what_is_not_predicted():
    values = {f"monthly_{name}": np.full((1, 1, 12, 2), 2.0) for name in TERMS}
    del values["monthly_exchange"]
    term = BalanceTerm.of(_signature(values))
    np.testing.assert_allclose(term.typical, [12.0, 12.0])
    assert "monthly_exchange" not in dict(term.names)
    del values["monthly_surface"]
    with pytest.raises(InputError, match="lacks monthly_surface"):
        BalanceTerm.of(_signature(values))


def test_terms_and_weights_must_match():
    with pytest.raises(InputError, match="give every term one"):
        PhysicsInformedLoss(lambda p, b: {}, {"data": data_term}, {})
    with pytest.raises(InputError, match="balanced to 'data'"):
        PhysicsInformedLoss(
            lambda p, b: {}, {"data": data_term, "balance": BalanceTerm()},
            {"data": Learned(), "balance": Balanced()},
        )  # fmt: skip
