"""An oracle with a surrogate: what it says, what is routed to the physics, and how both merge."""

from __future__ import annotations

import dataclasses
from typing import Any

import equinox as eqx
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.optimize import doubt_of, route_uncertain
from fluxion.optimize._asked import Answer
from fluxion.optimize._uncertain_population import _merge
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.surrogates import CLIMATE_FEATURES, climate_features
from fluxion.uncertainty import EnsembleSurrogate, Prediction, init_ensemble, prediction_of

NAMES = ("heating_setpoint", "infiltration")
BOUNDS = {NAMES[0]: (18, 22), NAMES[1]: (0.005, 0.04)}


class Quadratic(eqx.Module):
    """Quadratic regressions on resampled simulations: a small ensemble of the real building."""

    weights: Any  # by result, (member, term)
    signature: Signature = eqx.field(static=True)

    def predict(self, designs, climate) -> Prediction:
        del climate
        terms = features(self.signature.input("design").to_unit(designs))
        found = {n: jnp.einsum("dt,mt->md", terms, w)[..., None] for n, w in self.weights.items()}
        return prediction_of(found, {})


class ReadsBoth(nn.Module):
    """The least network that a design and a climate go through."""

    @nn.compact
    def __call__(self, design, climate, masks=()):
        uniform = nn.initializers.uniform(1.0)
        of_design = nn.Dense(1, kernel_init=uniform, name="d")(design)
        return of_design[..., None, :] * nn.Dense(1, kernel_init=uniform, name="c")(climate)


def features(unit):
    one, a, b = jnp.ones(unit.shape[:-1]), unit[..., 0], unit[..., 1]
    return jnp.stack([one, a, b, a * a, b * b, a * b], axis=-1)


@pytest.fixture(scope="module")
def parts():
    network = fx.build(fx.cases.ashrae140("600"))
    weather = fx.default_weather().select_days(10, 2)
    space = fx.DesignSpace(BOUNDS)
    options = fx.Options(warmup_days=1, steps_per_hour=2)
    setting: dict[str, Any] = {
        "options": options, "batch_size": 2, "outputs": ("annual_heating", "peak_heating"),
    }  # fmt: skip
    oracle = fx.BatchOracle(network, weather, space, **setting)
    # Columns in another order than the space's, as a model file may have them.
    columns = [Column(n, "", *BOUNDS[n], shift=BOUNDS[n][0], scale=np.ptp(BOUNDS[n]))
               for n in reversed(NAMES)]  # fmt: skip
    signature = Signature("design", (Input("design", tuple(columns)),), ())
    # Trained on the lower half of the infiltration: it should doubt, and err in, the upper.
    known = space.sample(24, seed=1)
    known[:, 1] = 0.005 + 0.5 * (known[:, 1] - 0.005)
    true = oracle.evaluate_population(known)
    terms = np.asarray(features(signature.input("design").to_unit(known[:, ::-1])))
    rng, weights = np.random.default_rng(0), {}
    for name, values in true.values.items():
        picks = [rng.choice(24, 10, replace=False) for _ in range(6)]
        fits = [np.linalg.lstsq(terms[p], values[p, 0], rcond=None)[0] for p in picks]
        weights[name] = jnp.asarray(np.stack(fits))
    model = Quadratic(weights, signature)
    with_model = oracle.with_surrogate(model)
    return network, weather, space, setting, oracle, with_model, model


def test_the_surrogate_answers_in_its_own_order_of_columns(parts):
    *_, space, _, oracle, with_model, _ = parts
    designs = space.sample(9, seed=5)
    designs[:, 1] = 0.005 + 0.4 * (designs[:, 1] - 0.005)
    said = with_model.evaluate_population(designs, use_surrogates=True)
    true = oracle.evaluate_population(designs)
    assert said.annual_heating.shape == true.annual_heating.shape
    np.testing.assert_allclose(said.annual_heating, true.annual_heating, rtol=0.01)


def test_the_most_doubted_designs_go_to_the_physics_and_the_rest_stays(parts):
    *_, space, _, oracle, with_model, _ = parts
    designs = space.sample(20, seed=6)
    alone = with_model.evaluate_population_uncertain(designs)
    assert not alone.from_physics.any() and not alone.outside.any() and alone.failed == ()
    found = with_model.evaluate_population_uncertain(designs, simulate_most_uncertain=5)
    order = np.argsort(-alone.doubt)
    np.testing.assert_array_equal(np.flatnonzero(found.from_physics), np.sort(order[:5]))
    true = oracle.evaluate_population(designs)
    for name in ("annual_heating", "peak_heating"):
        simulated = found.from_physics
        np.testing.assert_allclose(
            found.mean[name][simulated], true.values[name][simulated], rtol=1e-9
        )
        assert (found.std[name][simulated] == 0).all()
        for end in (found.lower, found.upper):
            np.testing.assert_array_equal(end[name][simulated], found.mean[name][simulated])
        np.testing.assert_array_equal(found.mean[name][~simulated], alone.mean[name][~simulated])
        np.testing.assert_array_equal(found.std[name][~simulated], alone.std[name][~simulated])
    # The doubt is worth something: what was routed errs more than what was not.
    error = np.abs(alone.mean["annual_heating"] - true.annual_heating)[:, 0]
    assert error[found.from_physics].mean() > 3 * error[~found.from_physics].mean()


def test_a_threshold_and_the_range_of_the_training_decide(parts):
    *_, space, _, _, with_model, _ = parts
    designs = space.sample(8, seed=7)
    designs[[3, 5], [0, 1]] = [25.0, 0.004]  # beyond the training data
    said = with_model.evaluate_population_uncertain(designs)
    assert np.flatnonzero(said.outside).tolist() == [3, 5]
    found = with_model.evaluate_population_uncertain(designs, simulate_most_uncertain=2)
    assert np.flatnonzero(found.from_physics).tolist() == [3, 5]
    limit = float(np.sort(said.doubt)[4])
    found = with_model.evaluate_population_uncertain(
        designs, simulate_most_uncertain=None, threshold=limit
    )
    expected = set(np.flatnonzero(said.doubt > limit)) | {3, 5}
    assert set(np.flatnonzero(found.from_physics)) == expected


def test_failures_of_the_physics_are_named_by_the_row_of_the_population(parts):
    *_, space, _, _, with_model, _ = parts
    designs = space.sample(5, seed=8)
    designs[4, 1] = 1e308
    found = with_model.evaluate_population_uncertain(designs, simulate_most_uncertain=2)
    assert found.failed == (4,) and "annual_heating" in found.reasons[0]
    assert np.isnan(found.mean["annual_heating"][4]).all()
    assert np.isfinite(found.mean["annual_heating"][:4]).all()


def test_climates_come_first_and_a_plain_mapping_will_do(parts):
    _, weather, _, setting, *_ = parts
    space = fx.DesignSpace({"heating_setpoint": (18, 22), "orientation": (0, 360)})
    network = fx.build(fx.cases.ashrae140("195"))  # without windows, for speed
    warm = dataclasses.replace(weather, temp_air=weather.temp_air + 5.0)
    seen = []

    class Simple:
        """No pytree, no signature, no interval: as a model of another library."""

        def predict(self, designs, climate):
            seen.append((designs.shape, climate.shape))
            value = 30.0 - climate[0, 0] + designs[:, :1]
            return {"values": {"annual_heating": value}, "std": {"annual_heating": 0 * value + 2}}

    both = fx.BatchOracle(network, [weather, warm], space, surrogate=Simple(),
                          **{**setting, "outputs": ("annual_heating",)})  # fmt: skip
    designs = space.sample(3, seed=3)
    found = both.evaluate_population_uncertain(designs)
    assert found.mean["annual_heating"].shape == (2, 3, 1) and found.lower == {}
    np.testing.assert_allclose(*found.mean["annual_heating"] - [[[5.0]], [[0.0]]], rtol=1e-5)
    assert {shape for shape, _ in seen} == {(3, 2)}


def test_what_the_physics_says_in_each_climate_takes_its_place():
    def fresh():
        fields = [{"a": np.full((2, 4, 1), value)} for value in (1.0, 0.5, 0.0, 2.0)]
        return Answer(*fields, np.zeros(4, bool))

    said, true = fresh(), np.array([[[10.0], [11.0]], [[20.0], [21.0]]])
    _merge(said, "a", np.array([1, 3]), true, several=True)
    for field in (said.mean, said.lower, said.upper):
        np.testing.assert_array_equal(field["a"][:, [1, 3]], true)
    np.testing.assert_array_equal(said.std["a"][..., 0], [[0.5, 0.0, 0.5, 0.0]] * 2)
    with pytest.raises(SimulationError, match=r"gives a as \(1,\) for each design, the building"):
        _merge(fresh(), "a", np.array([1, 3]), np.ones((2, 2, 12, 1)), several=True)


def test_an_ensemble_of_networks_sees_the_climate_and_gives_months_and_years(parts):
    network, weather, space, setting, *_ = parts
    warm = dataclasses.replace(weather, temp_air=weather.temp_air + 5.0)
    features = [jax.jit(climate_features)(each) for each in (weather, warm)]
    columns = tuple(Column(name, unit, shift=0.0, scale=100.0) for name, unit in CLIMATE_FEATURES)
    output = Output("monthly_heating", "J", ("zone",), (1e9,), (0.0,))
    design = Input("design", tuple(Column(n, "", *BOUNDS[n]) for n in NAMES))
    signature = Signature("design", (design, Input("climate", columns, 1)), (output,), ("Jan",))
    net = ReadsBoth()
    keys = jax.random.split(jax.random.key(0), 3)
    params = init_ensemble(net, keys, jnp.ones((1, 2)), features[0])
    model = EnsembleSurrogate(signature, (net,), (params,))
    setting = {**setting, "outputs": ("monthly_heating", "annual_heating")}
    both = fx.BatchOracle(network, [weather, warm], space, surrogate=model, **setting)
    designs = space.sample(5, seed=2)
    found = both.evaluate_population_uncertain(designs)
    assert found.mean["monthly_heating"].shape == (2, 5, 1, 1)
    for number, climate in enumerate(features):
        alone = jax.jit(lambda m, x, c: m.predict(x, c))(model, designs, climate)
        for name in both.outputs:
            np.testing.assert_allclose(found.mean[name][number], alone.mean[name], rtol=1e-9)
            np.testing.assert_allclose(found.upper[name][number], alone.upper[name], rtol=1e-9)
    assert (found.mean["annual_heating"][0] != found.mean["annual_heating"][1]).all()


def test_routing_orders_breaks_ties_and_counts_nan_as_boundless():
    doubt = np.array([0.1, 0.3, np.nan, 0.3, 0.0])
    np.testing.assert_array_equal(route_uncertain(doubt, budget=3), [2, 1, 3])
    np.testing.assert_array_equal(route_uncertain(doubt, threshold=0.1), [2, 1, 3])
    np.testing.assert_array_equal(route_uncertain(doubt, budget=1, threshold=0.9), [2])
    assert route_uncertain(doubt, budget=0).size == 0


def test_doubt_is_a_share_whatever_the_unit():
    mean = {"a": np.full((3, 2), 10.0), "b": np.full((3, 1), 1e9)}
    std = {"a": np.array([[1.0, 3.0], [0, 0], [0, 0]]), "b": np.array([[0], [4e8], [1e7]])}
    np.testing.assert_allclose(doubt_of(mean, std), [0.2, 0.4, 0.01])
    np.testing.assert_allclose(doubt_of(mean, std, ["a"]), [0.2, 0.0, 0.0])


def test_bad_input_is_told(parts):
    network, weather, space, setting, oracle, with_model, model = parts
    for ask in (
        lambda: oracle.evaluate_population_uncertain(np.zeros((1, 2))),
        lambda: oracle.evaluate_population(np.zeros((1, 2)), use_surrogates=True),
    ):
        with pytest.raises(SimulationError, match=r"no trained surrogate; give it one"):
            ask()
    with pytest.raises(SimulationError, match="NaN"):
        with_model.evaluate_population_uncertain(np.full((1, 2), np.nan))
    with pytest.raises(SimulationError, match="trained on infiltration, heating_setpoint; the sp"):
        fx.BatchOracle(network, weather, fx.DesignSpace({"orientation": (0, 9)}), surrogate=model)
    with pytest.raises(SimulationError, match="which has no predict"):
        fx.BatchOracle(network, weather, space, surrogate=jax.numpy)  # type: ignore[arg-type]
    other = fx.BatchOracle(
        network, weather, space, surrogate=model, **{**setting, "outputs": ("peak_cooling",)}
    )
    with pytest.raises(SimulationError, match="does not give peak_cooling; it gives annual_heat"):
        other.evaluate_population(space.sample(2), use_surrogates=True)
    with pytest.raises(SimulationError, match="doubt about 'peak_cooling'"):
        with_model.evaluate_population_uncertain(space.sample(2), results=["peak_cooling"])
    with pytest.raises(SimulationError, match="neither a budget nor a threshold"):
        route_uncertain(np.zeros(2))
