"""Exported models say what JAX says, carry what they are, and shrink by what they state."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.surrogates import DesignNet, Surrogate

pytest.importorskip("jax2onnx")
pytest.importorskip("onnxruntime")

from fluxion.export import compare, export_surrogate, quantize  # noqa: E402
from fluxion.serving import SurrogateManager, read_model_file  # noqa: E402

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
    return jax.vmap(lambda key: MODULE.init(key, *shapes)["params"])(keys)


@pytest.fixture(scope="module")
def exported(members, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    one = jax.tree.map(lambda leaf: leaf[0], members)
    settings = {"climates": {"here": CLIMATE}, "training": {"seed": 5}}
    export_surrogate(SIGNATURE, MODULE, one, folder / "one.onnx", **settings)
    export_surrogate(SIGNATURE, MODULE, members, folder / "all.onnx", kind="ensemble", **settings)
    return folder


def of_members(members, designs):
    """What JAX says, (member, sample, month, width)."""

    def one(params):
        return Surrogate(SIGNATURE, MODULE, params).values(
            jnp.asarray(designs, jnp.float32), jnp.asarray(CLIMATE, jnp.float32)
        )

    return np.asarray(jax.vmap(one)(members))


@pytest.mark.parametrize("rows", [1, 3, 700])
def test_a_file_says_what_jax_says_for_any_number_of_rows(exported, members, rows):
    wanted = of_members(members, DESIGNS[:rows])
    found = SurrogateManager(exported / "one.onnx").predict(DESIGNS[:rows], "here")
    scales = SIGNATURE.scales()
    heat = wanted[0][..., :2]
    assert np.abs(found["monthly_heating"] - heat).max() < 1e-5 * scales[0]
    np.testing.assert_allclose(found["annual_heating"], heat.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(found["monthly_temperature"], wanted[0][..., 2:], atol=3e-5)


def test_an_ensemble_gives_mean_and_spread_in_one_graph(exported, members):
    wanted = of_members(members, DESIGNS[:40])
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
