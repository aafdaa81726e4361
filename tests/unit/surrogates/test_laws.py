"""What a network keeps by construction it keeps for any parameters, in files too."""

from __future__ import annotations

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.io import load_surrogate, save_surrogate
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.simulation import BALANCE
from fluxion.surrogates import (
    Balance,
    Between,
    DesignNet,
    Laws,
    Plane,
    Surrogate,
    module_fields,
    module_of,
)

TERMS = tuple(name for name in BALANCE if name != "exchange")
LOADS = ("heating", "cooling", "gain")
ZONES = ("one", "two")
LOW, HIGH = 19.0, 24.0


def _signature() -> Signature:
    design = Input("design", tuple(Column(n, "-", 0.0, 2.0, 1.0, 0.5) for n in "abc"))
    climate = Input("climate", tuple(Column(n, "-", 0.0, 1.0, 0.5, 0.3) for n in "fg"), rows=12)
    unsigned = [
        Output(f"monthly_{n}", "J", ZONES, (1e9 * (i + 1), 5e8), (0.0, 0.0))
        for i, n in enumerate(LOADS)
    ]
    signed = [
        Output(f"monthly_{n}", "J", ZONES, (2e9 / (i + 1), 4e8), (-1e9, 3e8), True)
        for i, n in enumerate(n for n in TERMS if n not in LOADS)
    ]
    air = Output("monthly_temperature", "degC", ZONES, (2.0, 3.0), (21.0, 22.0), True)
    return Signature("design", (design, climate), (*unsigned, *signed, air), tuple("JFMAMJJASOND"))


SIGNATURE = _signature()


def _plane(value: float) -> Plane:
    """A temperature that rises with the first parameter, and twice with the second column."""
    scale, shift = (np.array(getattr(SIGNATURE.outputs[-1], k)) for k in ("scale", "shift"))
    return Plane(
        tuple((value + 1.0 + 2.0 * 0.5 - shift) / scale),
        ((0, tuple(0.5 / scale)),),
        ((1, tuple(2.0 * 0.3 / scale)),),
    )


LAWS = Laws(
    2,
    Balance.of(SIGNATURE),
    (Between(len(SIGNATURE.outputs) - 1, _plane(LOW), _plane(HIGH)),),
)
MODULE = DesignNet(
    SIGNATURE.width, hidden=12, blocks=1, tower=10, weather=6, free=SIGNATURE.free, laws=LAWS
)


def _model(seed: int, rough: float = 3.0) -> Surrogate:
    shapes = jnp.zeros(3), jnp.zeros((12, 2))
    params = MODULE.init(jax.random.key(seed), *shapes)["params"]
    shaken = jax.tree.map(lambda leaf: rough * leaf + 0.2, params)
    return Surrogate(SIGNATURE, MODULE, shaken)


def _asked(seed: int) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    return dice.uniform(0, 2, (40, 3)), dice.uniform(0, 1, (12, 2))


def _left(found) -> float:
    terms = [BALANCE[name] * np.asarray(found[f"monthly_{name}"], float) for name in TERMS]
    return float((np.abs(sum(terms)) / sum(np.abs(term) for term in terms)).max())


def _kept(found, x: np.ndarray, climate: np.ndarray, slack: float = 0.0) -> None:
    air = np.asarray(found["monthly_temperature"], float)
    low = x[:, 0][:, None, None] + 2.0 * climate[:, 1][None, :, None] + LOW
    assert (air >= low - slack).all() and (air <= low + (HIGH - LOW) + slack).all()


@pytest.mark.parametrize("seed", range(3))
def test_any_network_closes_the_balance_and_stays_between_setpoints(seed):
    x, climate = _asked(seed)
    model = _model(seed)
    found = model(jnp.asarray(x), jnp.asarray(climate))
    assert _left(found) < 1e-12
    _kept(found, x, climate, 1e-9)
    said = Surrogate(SIGNATURE, MODULE.clone(laws=None), model.params)
    free = said(jnp.asarray(x), jnp.asarray(climate))
    assert _left(free) > 0.01
    for name in LOADS:  # never negative, and what the network said
        np.testing.assert_array_equal(found[f"monthly_{name}"], free[f"monthly_{name}"])
        assert (found[f"monthly_{name}"] >= 0).all()
    alone = model(jnp.asarray(x[7]), jnp.asarray(climate))
    np.testing.assert_allclose(
        alone["monthly_airflow"], found["monthly_airflow"][7], rtol=1e-9, atol=1e-3
    )


def test_it_is_moved_to_the_nearest_point_that_closes():
    balance = Balance.of(SIGNATURE)
    rows = np.random.default_rng(0).normal(size=(5, len(SIGNATURE.outputs), 2))
    moved = np.asarray(balance.keep(jnp.asarray(rows))) - rows
    free = np.array([o.signed and o.name != "monthly_temperature" for o in SIGNATURE.outputs])
    assert not moved[:, ~free].any() and moved[:, free].all()
    # At right angles to the plane: along the factors of the terms that may move.
    across = np.array(balance.factor)[free]
    ratio = moved[:, free] / across
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio[:, :1], ratio.shape))
    again = np.asarray(balance.keep(jnp.asarray(rows + moved)))
    np.testing.assert_allclose(again, rows + moved, atol=1e-12)


def test_slopes_reach_what_the_network_said():
    model = _model(0)
    x, climate = _asked(0)
    slope = jax.grad(
        lambda p: Surrogate(SIGNATURE, MODULE, p).core(jnp.asarray(x), jnp.asarray(climate)).sum()
    )(model.params)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(slope))
    assert np.abs(slope["out"]["kernel"]).max() > 0


def test_laws_survive_the_way_to_disk(tmp_path):
    told = json.loads(json.dumps(module_fields(MODULE)))
    assert module_of("DesignNet", told) == MODULE
    model = _model(1)
    save_surrogate(tmp_path / "model", model, training={})
    again, _ = load_surrogate(tmp_path / "model")
    assert again.module == MODULE
    del told["laws"]["balance"]["back"]
    with pytest.raises(InputError, match="laws of the network are damaged"):
        module_of("DesignNet", told)


def test_a_balance_without_all_its_terms_is_refused():
    less = dataclasses.replace(
        SIGNATURE, outputs=tuple(o for o in SIGNATURE.outputs if o.name != "monthly_storage")
    )
    with pytest.raises(InputError, match="monthly_storage are lacking"):
        Balance.of(less)


def test_files_keep_the_laws_in_fewer_bits_as_well(tmp_path):
    pytest.importorskip("jax2onnx")
    pytest.importorskip("onnxruntime")
    from fluxion.export import export_surrogate, quantize
    from fluxion.serving import SurrogateManager

    model = _model(2, rough=0.7)
    x, climate = _asked(2)
    path = tmp_path / "kept.onnx"
    export_surrogate(SIGNATURE, MODULE, model.params, path, climates={"here": climate})
    whole = SurrogateManager(path).predict(x, "here")
    with jax.default_matmul_precision("highest"):
        wanted = model.values(jnp.asarray(x, jnp.float32), jnp.asarray(climate, jnp.float32))
    for name, values in SIGNATURE.split(SIGNATURE.to_core(np.asarray(wanted, float))).items():
        output = next(o for o in SIGNATURE.outputs if o.name == name)
        served = (np.asarray(whole[name], float) - output.shift) / np.array(output.scale)
        assert (np.abs(served - values) / np.maximum(np.abs(values), 1.0)).max() < 1e-5
    assert _left(whole) < 1e-5
    _kept(whole, x, climate, 1e-4)
    for mode in ("int8-dynamic", "int8", "fp16"):
        quantize(path, tmp_path / "small.onnx", mode)
        small = SurrogateManager(tmp_path / "small.onnx").predict(x, "here")
        assert _left(small) < 1e-5, mode
        _kept(small, x, climate, 1e-4)
