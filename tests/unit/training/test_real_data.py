"""Measured data pull a surrogate towards themselves, as much as they shall count."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.surrogates import DesignNet
from fluxion.training import DesignData, RealDataTrainer, Settings

SIGNATURE = Signature(
    "design",
    (
        Input("design", (Column("a", "-", -1.0, 1.0),)),
        Input("climate", (Column("t", "degC"),), rows=2),
    ),
    (Output("monthly_heating", "J", ("one",), (1.0,), (0.0,)),),
    ("Jan", "Feb"),
)
MODULE = DesignNet(1, hidden=8, blocks=0, tower=8, storeys=0, weather=4)
SETTINGS = Settings(steps=400, epoch=400, rate=0.02)


def data(level: float, count: int = 20) -> DesignData:
    """The same designs, which all need the same: no network can tell the two kinds apart."""
    designs = jax.random.uniform(jax.random.key(0), (1, count, 1), minval=-1.0)
    return DesignData(
        designs, jnp.ones((1, 2, 1)), jnp.full((1, count, 2, 1), level),
        jnp.zeros((1, 0, 1)), jnp.zeros((1, 0, 2, 1, 1)),
    )  # fmt: skip


@pytest.mark.parametrize(("ratio", "level"), [(0.0, 1.0), (0.5, 2.0)])
def test_the_ratio_says_how_much_measured_data_count(ratio, level):
    trainer = RealDataTrainer(MODULE, SIGNATURE, mixing_ratio=ratio, settings=SETTINGS)
    model, _ = trainer.train(data(1.0), data(3.0), key=jax.random.key(0))
    params = jax.tree.map(lambda leaf: leaf[0], model.params)
    said = jax.jit(MODULE.apply)({"params": params}, jnp.zeros((3, 1)), jnp.ones((2, 1)))
    np.testing.assert_allclose(said, level, atol=0.15)


def test_trainers_that_cannot_be():
    with pytest.raises(InputError, match="mixing_ratio=1.5"):
        RealDataTrainer(MODULE, SIGNATURE, mixing_ratio=1.5)
    with pytest.raises(InputError, match="without measured data"):
        RealDataTrainer(MODULE, SIGNATURE).train(data(1.0), key=jax.random.key(0))
