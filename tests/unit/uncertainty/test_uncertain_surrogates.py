"""Surrogates that doubt: the year from each member's months, and calibrated intervals."""

import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion import uncertainty as uq
from fluxion.errors import InputError
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.surrogates import DesignNet

MONTHS = tuple("JFMAMJJASOND")


def signature(months=MONTHS):
    columns = (Column("u", "W/(m2 K)", 0, 4, 2, 1), Column("area", "m2", 0, 10, 5, 3))
    outputs = (
        Output("monthly_heating", "J", ("a", "b"), (10.0, 20.0), (0.0, 0.0)),
        Output("monthly_peak_cooling", "W", ("a", "b"), (3.0, 3.0), (0.0, 0.0)),
        Output("monthly_temperature", "degC", ("a", "b"), (5.0, 5.0), (20.0, 20.0)),
    )
    climate = Input("climate", (Column("t", "degC", -10, 30, 10, 10),), rows=12)
    return Signature("design", (Input("design", columns), climate), outputs, months)


def started(net, count):
    """Random parameters; what flax draws takes long to compile."""
    rng = np.random.default_rng(count)
    shapes = jax.eval_shape(net.init, jax.random.key(0), jnp.ones((1, 2)), jnp.ones((12, 1)))

    def draw(leaf):
        return jnp.asarray(rng.normal(size=(count, *leaf.shape)) / leaf.shape[0] ** 0.5)

    return jax.tree.map(draw, shapes["params"])


predict = jax.jit(lambda model, *inputs: model.predict(*inputs))
members = jax.jit(lambda model, *inputs: model.members(*inputs))


@pytest.fixture(scope="module")
def parts():
    net = DesignNet(width=6, hidden=8, free=2)
    params = started(net, 3)
    rng = np.random.default_rng(0)
    designs = jnp.asarray(rng.uniform([0, 0], [4, 10], (50, 2)))
    climate = jnp.asarray(rng.uniform(-10, 30, (12, 1)))
    group = types.SimpleNamespace(signature=signature(), module=net, params=params)
    return group, designs, climate


def test_an_ensemble_sums_the_months_of_each_member_before_it_takes_the_spread(parts):
    group, designs, climate = parts
    ensemble = uq.EnsembleSurrogate.of(group)
    found = predict(ensemble, designs, climate)
    loads = []
    for number in range(3):
        params = uq.member_of(group.params, number)
        design, month = group.signature.inputs
        unit = (design.to_unit(designs), month.to_unit(climate))
        core = jax.jit(group.module.apply)({"params": params}, *unit)
        loads.append(np.asarray(core[..., :2]) * [10.0, 20.0])
    months = np.stack(loads)
    assert found.mean["monthly_heating"].shape == (50, 12, 2)
    np.testing.assert_allclose(found.mean["monthly_heating"], months.mean(0), rtol=1e-9)
    year = months.sum(axis=2)
    np.testing.assert_allclose(found.mean["annual_heating"], year.mean(0), rtol=1e-9)
    np.testing.assert_allclose(found.std["annual_heating"], year.std(0), rtol=1e-9)
    assert found.mean["peak_cooling"].shape == (50, 2)
    assert (found.lower["annual_heating"] >= 0).all()
    assert ensemble.nonnegative == (
        "monthly_heating", "annual_heating", "monthly_peak_cooling", "peak_cooling",
    )  # fmt: skip


def test_groups_of_other_architectures_count_by_member(parts):
    group, designs, climate = parts
    other = DesignNet(width=6, hidden=4, free=2)
    params = started(other, 2)
    second = types.SimpleNamespace(signature=group.signature, module=other, params=params)
    both = uq.EnsembleSurrogate.of(group, second)
    assert both.size == 5
    found = members(both, designs, climate)["annual_heating"]
    assert found.shape == (5, 50, 2)
    alone = members(uq.EnsembleSurrogate.of(second), designs, climate)["annual_heating"]
    np.testing.assert_allclose(found[3:], alone, rtol=1e-12)


def test_the_spread_of_dropout_is_that_of_its_masks_and_has_a_slope(parts):
    group, designs, climate = parts
    one = types.SimpleNamespace(**{**vars(group), "params": uq.member_of(group.params, 0)})
    model = uq.UncertainSurrogate.of(one, jax.random.key(3), 0.2, samples=7)
    found = members(model, designs, climate)["annual_heating"]
    assert found.shape == (7, 50, 2)

    def spread(x):
        return predict(model, x, climate).std["annual_heating"].sum()

    np.testing.assert_allclose(spread(designs), found.std(axis=0).sum(), rtol=1e-10)
    slope = jax.jit(jax.grad(spread))(designs)
    assert np.isfinite(slope).all() and (np.asarray(slope) != 0).any()


def test_calibration_of_all_results_and_what_a_model_file_carries(parts):
    group, designs, climate = parts
    ensemble = uq.EnsembleSurrogate.of(group)
    said = predict(ensemble, designs, climate)
    rng = np.random.default_rng(1)
    true = {n: np.asarray(m) + 2 * np.asarray(said.std[n]) * rng.normal(size=m.shape)
            for n, m in said.mean.items() if n != "annual_temperature"}  # fmt: skip
    conformal = uq.calibrate_results(said, true, 0.8, pool_months=True)
    floored = uq.calibrate_results(said, true, 0.8, pool_months=True, least_spread=2.0)
    for name, each in floored.items():
        assert each.least_std == pytest.approx(2.0 * np.median(said.std[name]))
    model = ensemble.calibrated(conformal)
    after = predict(model, designs, climate)
    for name in ("monthly_temperature", "annual_heating"):
        inside = uq.coverage(after.lower[name], after.upper[name], true[name])
        # Where the interval stops at 0, true loads below it are not real.
        assert 0.75 < inside < 0.9 or name == "annual_heating"
    np.testing.assert_allclose(conformal["annual_heating"].quantile, 2 * 1.2816, rtol=0.5)
    with pytest.raises(InputError, match="annual_temperature lack a calibration"):
        uq.conformal_record(group.signature, conformal)
    whole = {**conformal, "annual_temperature": conformal["annual_heating"]}
    record = uq.conformal_record(group.signature, whole)
    assert record is not None and record["level"] == 0.8
    assert np.shape(record["quantile"]) == np.shape(record["reduced_quantile"]) == (6,)
    np.testing.assert_allclose(record["quantile"][:2], conformal["monthly_heating"].quantile[0])
    # In units of the core: a half width of the core, times the scale, is that in physical units.
    own = [output.name for output in group.signature.outputs]
    plain = {n: uq.calibrate(said.mean[n], None, true[n], 0.8, pool=(1,)) for n in own}
    record = uq.conformal_record(group.signature, plain)
    assert record is not None and not record["normalised"]
    half = np.asarray(record["quantile"]) * group.signature.scales()
    np.testing.assert_allclose(half[:2], plain["monthly_heating"].quantile[0])


def test_bad_input_is_told(parts):
    group, designs, climate = parts
    ensemble = uq.EnsembleSurrogate.of(group)
    with pytest.raises(InputError, match="1 inputs were given; the model takes design, climate"):
        ensemble.predict(designs)
    with pytest.raises(InputError, match="its last axis holds 2 numbers: u, area"):
        ensemble.predict(designs[:, :1], climate)
    with pytest.raises(InputError, match="different signatures"):
        uq.EnsembleSurrogate.of(
            group, types.SimpleNamespace(**{**vars(group), "signature": signature(())})
        )
    with pytest.raises(InputError, match="calibrations of comfort were given"):
        ensemble.calibrated({"comfort": uq.Conformal(np.ones(1), 0.9)})
    with pytest.raises(InputError, match="observed results 'comfort'"):
        uq.calibrate_results(predict(ensemble, designs, climate), {"comfort": np.ones(50)})
