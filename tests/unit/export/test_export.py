"""Exported models say what JAX says, carry what they are, and shrink by what they state."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import FluxionError, InputError
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.surrogates import DesignNet, ReferenceNet, Surrogate

pytest.importorskip("jax2onnx")
pytest.importorskip("onnxruntime")

from fluxion.export import compare, comparison_table, export_surrogate, from_saved, quantize  # noqa: E402
from fluxion.io import save_surrogate  # noqa: E402
from fluxion.serving import SurrogateManager, read_model_file  # noqa: E402
from fluxion.uncertainty import init_ensemble  # noqa: E402

SIGNATURE = Signature(
    "design",
    (
        Input("design", tuple(Column(n, "-", 0.0, 2.0, 1.0, 0.5) for n in "abc")),
        Input("climate", tuple(Column(n, "-", 0.0, 1.0, 0.5, 0.3) for n in "fg"), rows=12),
    ),
    (
        Output("monthly_heating", "J", ("one", "two"), (1e9, 2e9), (0.0, 0.0)),
        Output("monthly_temperature", "degC", ("one", "two"), (2.0, 2.0), (21.0, 21.0), True),
    ),
    tuple(f"m{i}" for i in range(12)),
)
MODULE = DesignNet(4, hidden=16, blocks=1, tower=12, storeys=1, weather=6, free=2)
CLIMATE = np.random.default_rng(1).uniform(0, 1, (12, 2))
DESIGNS = np.random.default_rng(2).uniform(0, 2, (700, 3))


@pytest.fixture(scope="module")
def members():
    keys = jax.random.split(jax.random.key(0), 3)
    shapes = (jnp.zeros(3, jnp.float32), jnp.zeros((12, 2), jnp.float32))
    return init_ensemble(MODULE, keys, *shapes)


@pytest.fixture(scope="module")
def exported(members, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    one = jax.tree.map(lambda leaf: leaf[0], members)
    settings = {"climates": {"here": CLIMATE}, "training": {"seed": 5}}
    export_surrogate(SIGNATURE, MODULE, one, folder / "one.onnx", **settings)
    export_surrogate(SIGNATURE, MODULE, members, folder / "all.onnx", kind="ensemble", **settings)
    return folder


@pytest.fixture(scope="module")
def of_members(members):
    """What JAX says, (member, sample, month, width)."""

    def one(params):
        return Surrogate(SIGNATURE, MODULE, params).values(
            jnp.asarray(DESIGNS, jnp.float32), jnp.asarray(CLIMATE, jnp.float32)
        )

    return np.asarray(jax.jit(jax.vmap(one))(members))


@pytest.mark.parametrize("rows", [1, 3, 700])
def test_a_file_says_what_jax_says_for_any_number_of_rows(exported, of_members, rows):
    wanted = of_members[:, :rows]
    found = SurrogateManager(exported / "one.onnx").predict(DESIGNS[:rows], "here")
    scales = SIGNATURE.scales()
    heat = wanted[0][..., :2]
    assert np.abs(found["monthly_heating"] - heat).max() < 1e-5 * scales[0]
    np.testing.assert_allclose(found["annual_heating"], heat.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(found["monthly_temperature"], wanted[0][..., 2:], atol=3e-5)
    mean = wanted[0][..., 2:].mean(axis=1)
    np.testing.assert_allclose(found["annual_temperature"], mean, atol=3e-5)


def test_an_ensemble_gives_mean_and_spread_in_one_graph(exported, of_members):
    wanted = of_members[:, :40]
    found = SurrogateManager(exported / "all.onnx").predict(DESIGNS[:40], "here")
    np.testing.assert_allclose(
        found["monthly_heating"], wanted.mean(axis=0)[..., :2], rtol=1e-4, atol=1e4
    )
    np.testing.assert_allclose(
        found.std["monthly_temperature"], wanted.std(axis=0)[..., 2:], rtol=1e-3, atol=1e-4
    )


def test_a_file_carries_what_it_is(exported, members):
    file = read_model_file(exported / "all.onnx")
    assert file.signature == SIGNATURE and file.kind == "ensemble"
    assert file.metadata["training"] == {"seed": 5}
    np.testing.assert_allclose(file.climates["here"], CLIMATE)
    again = exported / "again.onnx"
    one = jax.tree.map(lambda leaf: leaf[0], members)
    export_surrogate(
        SIGNATURE, MODULE, one, again, climates={"here": CLIMATE}, training={"seed": 5}
    )
    assert again.read_bytes() == (exported / "one.onnx").read_bytes()


def test_quantised_files_are_smaller_and_nearly_as_exact(exported):
    variants = [exported / "int8.onnx", exported / "fp16.onnx"]
    for path, mode in zip(variants, ("int8", "fp16"), strict=True):
        quantize(exported / "one.onnx", path, mode)
    whole, eight, half = compare(exported / "one.onnx", variants, batches=())
    assert half.size < whole.size and half.error < 2e-3
    assert 0 < eight.error < 0.1 and eight.precision == "int8"
    with pytest.raises(InputError, match="already int8"):
        quantize(variants[0], exported / "more.onnx")
    with pytest.raises(InputError, match="mode 'int4'"):
        quantize(exported / "one.onnx", exported / "more.onnx", "int4")


def test_dropout_gives_mean_and_spread_over_masks_drawn_once(members, tmp_path):
    """The runtime's masks, mapped in JAX, say the same; another session says it again."""
    one = jax.tree.map(lambda leaf: leaf[0], members)
    settings = {"climates": {"here": CLIMATE}, "dropout": {"rate": 0.2, "samples": 9, "seed": 3}}
    path = tmp_path / "model.onnx"
    export_surrogate(SIGNATURE, MODULE, one, path, kind="dropout", **settings)
    manager = SurrogateManager(path)
    masks = tuple(manager.masks.values())
    assert [mask.shape for mask in masks] == [(9, width) for width in MODULE.mask_widths]
    assert set(np.unique(masks[0])) == {np.float32(0.0), np.float32(1.25)}
    design, climate = (
        each.to_unit(values).astype(np.float32)
        for each, values in zip(SIGNATURE.inputs, (DESIGNS[:20], CLIMATE), strict=True)
    )
    answer = jax.jit(jax.vmap(lambda m: MODULE.apply({"params": one}, design, climate, m)))
    cores = np.asarray(answer(masks))
    found = manager.predict(DESIGNS[:20], "here")
    heat = SIGNATURE.from_core(cores)[..., :2]
    tolerance = {"rtol": 1e-4, "atol": 2e4}
    np.testing.assert_allclose(found["monthly_heating"], heat.mean(axis=0), **tolerance)
    np.testing.assert_allclose(found.std["monthly_heating"], heat.std(axis=0), **tolerance)
    year = heat.sum(axis=2).std(axis=0)
    np.testing.assert_allclose(found.std["annual_heating"], year, rtol=1e-4, atol=2e5)
    again = SurrogateManager(path).predict(DESIGNS[:20], "here")
    np.testing.assert_array_equal(found["annual_heating"], again["annual_heating"])


def test_the_graph_holds_what_a_runtime_needs_and_no_more(exported):
    onnx = pytest.importorskip("onnx")
    model = onnx.load(str(exported / "one.onnx"))
    onnx.checker.check_model(model, full_check=True)
    kinds = [node.op_type for node in model.graph.node]
    assert not {"Expand", "Shape", "Gather", "Div", "Pow", "Clip", "Max", "Identity"} & set(kinds)
    assert kinds.count("Gemm") == 8 and "MatMul" not in kinds
    used = {name for node in model.graph.node for name in node.input}
    assert {tensor.name for tensor in model.graph.initializer} <= used


def test_a_graph_that_differs_from_jax_is_not_written(members, tmp_path, monkeypatch):
    from fluxion.export import _surrogate

    path = tmp_path / "model.onnx"
    path.write_bytes(b"what was there")
    one = jax.tree.map(lambda leaf: leaf[0], members)
    monkeypatch.setattr(_surrogate, "TOLERANCE", 0.0)
    with pytest.raises(FluxionError, match="differs from JAX by .*nothing written"):
        export_surrogate(SIGNATURE, MODULE, one, path)
    assert path.read_bytes() == b"what was there" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kind": "many"}, "kind 'many'"),
        ({"kind": "dropout"}, "go together"),
        ({"kind": "dropout", "dropout": {"rate": 1.0}}, "rate between 0 and 1"),
        ({"climates": {"here": np.zeros((12, 3))}}, r"climate 'here' has shape \(12, 3\)"),
        ({"training": {"when": object()}}, "written as JSON"),
        ({"conformal": {"level": 90, "quantile": [1.0] * 4}}, "level of 90"),
        ({"conformal": {"level": 0.9, "normalised": True}}, "single network does not give"),
        ({"conformal": {"level": 0.9, "quantile": [1.0]}}, r"shape \(1,\).*\(4,\) or \(12, 4\)"),
    ],
)
def test_what_does_not_fit_together_is_refused(members, tmp_path, settings, said):
    one = jax.tree.map(lambda leaf: leaf[0], members)
    with pytest.raises(InputError, match=said):
        export_surrogate(SIGNATURE, MODULE, one, tmp_path / "no.onnx", **settings)
    assert not list(tmp_path.iterdir())


def test_the_reference_network_in_eight_bits_is_below_50_kb(tmp_path):
    module, path = ReferenceNet(), tmp_path / "reference.onnx"
    state = Input("state", (Column("temp_air", "degC", -20, 40, 10, 15), Column("on", "-", 0, 1)))
    load = Output("load", "W", tuple("abcdefghij"), (1e3,) * 10, (0.0,) * 10, True)
    signature = Signature("reference", (state,), (load,))
    params = module.init(jax.random.key(1), jnp.zeros((1, 2)))["params"]
    trained = Surrogate(signature, module, params)
    alone = Surrogate(signature, module, jax.tree.map(lambda leaf: leaf[None], params))
    save_surrogate(tmp_path / "trained", alone, training={"seed": 7})
    file = from_saved(tmp_path / "trained", path)  # an ensemble of one is no ensemble
    assert file.kind == "single" and file.metadata["training"]["seed"] == 7
    with pytest.raises(InputError, match="trained without dropout; train one with"):
        from_saved(tmp_path / "trained", path, dropout_samples=5)
    quantize(path, tmp_path / "eight.onnx")
    variants = compare(path, [tmp_path / "eight.onnx"], batches=(1, 100), seconds=0.01)
    assert variants[1].size < 50_000 and variants[1].size < 0.6 * variants[0].size
    rows = np.array([[-5.0, 0.3], [21.0, 1.0]])
    wanted = trained(jnp.asarray(rows, jnp.float32))["load"]
    found = SurrogateManager(path).predict({"temp_air": rows[:, 0], "on": rows[:, 1]})["load"]
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-2)

    slow = dataclasses.replace(variants[1], speed={1: 0.5 * variants[0].speed[1], 100: 1e12})
    table = comparison_table([variants[0], slow])
    assert "0.50x" in table and "eight.onnx is slower than reference.onnx at 1 rows a call" in table


def test_jax_is_left_as_it_was(exported):
    np.testing.assert_array_equal(jnp.cumsum(jnp.ones((2, 2)), 1), [[1, 2], [1, 2]])
