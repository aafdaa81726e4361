"""Networks keep what they promise by construction, and models survive the way to disk."""

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.io import load_surrogate, save_surrogate
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.surrogates import DesignNet, ReferenceNet, Surrogate, hard_swish, hinge

MODULE = DesignNet(6, hidden=8, blocks=1, tower=10, storeys=1, free=2)


@pytest.fixture(scope="module")
def surrogate():
    design = Input("design", tuple(Column(n, "-", 0.0, 2.0, 1.0, 0.5) for n in "abc"))
    climate = Input("climate", tuple(Column(n, "-", 0.0, 1.0, 0.5, 0.3) for n in "fg"), rows=4)
    outputs = (
        Output("monthly_heating", "J", ("one", "two"), (1e6, 2e6), (0.0, 0.0)),
        Output("monthly_peak_heating", "W", ("one", "two"), (1e3, 2e3), (0.0, 0.0)),
        Output("monthly_temperature", "degC", ("one", "two"), (2.0, 2.0), (21.0, 21.0), True),
    )
    signature = Signature("design", (design, climate), outputs, tuple("JFMA"))
    params = MODULE.init(jax.random.key(0), jnp.zeros(3), jnp.zeros((4, 2)))["params"]
    return Surrogate(signature, MODULE, params)


def test_loads_are_never_negative_and_the_year_is_made_of_its_months(surrogate):
    rng = np.random.default_rng(0)
    x, climate = rng.normal(size=(50, 3)) * 5, rng.normal(size=(4, 2)) * 5
    found = surrogate(jnp.asarray(x), jnp.asarray(climate))
    assert found["monthly_heating"].shape == (50, 4, 2)
    assert (found["monthly_heating"] >= 0).all() and (found["monthly_peak_heating"] >= 0).all()
    assert (found["monthly_temperature"] < 21).any()
    np.testing.assert_allclose(found["annual_heating"], found["monthly_heating"].sum(axis=1))
    np.testing.assert_allclose(found["peak_heating"], found["monthly_peak_heating"].max(axis=1))
    temperature = found["monthly_temperature"].mean(axis=1)
    np.testing.assert_allclose(found["annual_temperature"], temperature)
    # A batch is the same as its members.
    alone = surrogate(jnp.asarray(x[7]), jnp.asarray(climate))
    np.testing.assert_allclose(alone["annual_heating"], found["annual_heating"][7], rtol=1e-12)


def test_masks_drop_units(surrogate):
    x, climate = jnp.ones(3), jnp.ones((4, 2))
    ones = tuple(jnp.ones(n) for n in MODULE.mask_widths)
    plain = surrogate.core(x, climate)
    np.testing.assert_allclose(surrogate.core(x, climate, masks=ones), plain)
    for layer in range(len(ones)):
        masks = list(ones)
        masks[layer] = masks[layer].at[:4].set(0.0)
        assert not np.allclose(surrogate.core(x, climate, masks=tuple(masks)), plain)


def test_activations_are_continuous_and_the_hinge_has_a_continuous_slope():
    x = jnp.linspace(-5.0, 5.0, 2001)
    for function in (hard_swish, hinge):
        assert np.abs(np.diff(np.asarray(function(x)))).max() < 0.02
    slope = np.asarray(jax.vmap(jax.grad(hinge))(x))
    assert np.abs(np.diff(slope)).max() < 0.01 and slope.min() == 0.0 and slope.max() == 1.0
    np.testing.assert_allclose(hinge(jnp.array([-1.0, 0.0, 1.0, 3.0])), [0, 0, 0.5, 2.5])


def test_a_model_comes_back_from_disk(surrogate, tmp_path):
    climates = {"here": np.arange(8.0).reshape(4, 2)}
    save_surrogate(tmp_path / "m", surrogate, training={"seed": 3}, climates=climates)
    back, facts = load_surrogate(tmp_path / "m")
    assert back.signature == surrogate.signature and back.module == surrogate.module
    assert facts["training"] == {"seed": 3}
    np.testing.assert_array_equal(facts["climates"]["here"], climates["here"])
    x, climate = jnp.ones((2, 3)), jnp.ones((4, 2))
    np.testing.assert_array_equal(back.values(x, climate), surrogate.values(x, climate))


def test_models_at_fault_are_refused_in_a_line(surrogate, tmp_path):
    with pytest.raises(InputError, match="holds no trained model"):
        load_surrogate(tmp_path / "none")
    folder = save_surrogate(tmp_path / "m", surrogate, training={})
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**facts, "format": 99}))
    with pytest.raises(InputError, match="format 99"):
        load_surrogate(folder)
    network = {**facts["network"], "name": "Mystery"}
    (folder / "model.json").write_text(json.dumps({**facts, "network": network}))
    with pytest.raises(InputError, match="'Mystery'"):
        load_surrogate(folder)
    (folder / "model.json").write_text(json.dumps(facts))
    with np.load(folder / "params.npz") as file:
        arrays = {name: file[name] for name in file.files}
    arrays["out/bias"] = arrays["out/bias"] + 1
    np.savez(folder / "params.npz", **arrays)
    with pytest.raises(InputError, match="checksum differs"):
        load_surrogate(folder)
    (folder / "params.npz").write_bytes(b"no archive")
    with pytest.raises(InputError, match="damaged"):
        load_surrogate(folder)


def test_the_reference_net_is_2_64_64_10():
    module = ReferenceNet()
    params = module.init(jax.random.key(0), jnp.zeros(2))["params"]
    shapes = [params[n]["kernel"].shape for n in ("hidden_0", "hidden_1", "out")]
    assert shapes == [(2, 64), (64, 64), (64, 10)]
