"""Diverse ensembles: members differ by kind, data and noise; the report is true of them."""

from __future__ import annotations

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.training import DesignData, DiverseEnsembleTrainer, DrawDesigns, Settings
from fluxion.training._diverse import DrawOwn, Own

SIGNATURE = Signature(
    "design",
    (Input("design", (Column("u", "-", -1, 1),)), Input("climate", (Column("t", "-", -1, 1),), 2)),
    (Output("monthly_heating", "J", ("a",), (1.0,), (0.0,)),),
    ("Jan", "Feb"),
)


class Polynomial(nn.Module):
    """Powers of the design, weighted by month."""

    degree: int

    @nn.compact
    def __call__(self, design, climate, masks=()):
        weights = self.param("w", nn.initializers.uniform(0.1), (self.degree + 1, 2))
        powers = design ** jnp.arange(self.degree + 1)
        return (powers @ weights + 0 * climate[:, 0])[..., None]


def data(count: int, seed: int) -> DesignData:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (1, count, 1))
    y = np.stack([np.sin(2 * x[..., 0]), x[..., 0] ** 2], axis=-1)
    y = y + 0.1 * rng.normal(size=y.shape)
    empty = jnp.zeros((1, 0, 1))
    return DesignData(
        jnp.asarray(x), jnp.zeros((1, 2, 1)), jnp.asarray(y)[..., None], empty,
        jnp.zeros((1, 0, 2, 1, 1)),
    )  # fmt: skip


def test_members_differ_and_the_report_is_true_of_them():
    held = data(60, 1)
    trainer = DiverseEnsembleTrainer(
        {"cubic": Polynomial(3), "straight": Polynomial(1)}, members=3, noise=0.01,
        settings=Settings(steps=200, epoch=100, rate=0.05),
    )  # fmt: skip
    told = []
    found = trainer.train(
        SIGNATURE, DrawDesigns(data(30, 0), designs=16), held, key=jax.random.key(0),
        report=lambda name, report: told.append((name, report.step)),
    )  # fmt: skip
    assert told == [("cubic", 100), ("cubic", 200), ("straight", 100), ("straight", 200)]
    assert found.surrogate.size == 6
    assert found.errors["cubic"].max() < 0.2 < found.errors["straight"].min()
    values = found.surrogate.members(held.designs[0], held.climates[0])["monthly_heating"]
    errors = np.asarray(values - held.targets[0]).reshape(6, -1)
    expected = np.concatenate([found.errors["cubic"], found.errors["straight"]])
    np.testing.assert_allclose(np.sqrt((errors**2).mean(axis=1)), expected, rtol=1e-5)
    np.testing.assert_allclose(found.diversity.error, (errors.mean(0) ** 2).mean(), rtol=1e-5)
    # Architectures differ more than members of one do.
    assert found.diversity.correlation < min(d.correlation for d in found.group_diversity.values())
    assert (np.unique(np.asarray(values[:3, 0, 0, 0])).size) == 3


def test_a_member_draws_only_what_is_its_own_and_noise_moves_it():
    draw = DrawOwn(DrawDesigns(data(30, 0), designs=200))
    rows = jnp.array([3, 7, 7])
    batch = draw(jax.random.key(1), Own(rows, jnp.zeros(())))
    drawn = np.unique(np.asarray(batch.designs))
    np.testing.assert_allclose(drawn, np.sort(draw.draw.data.designs[0, [3, 7], 0]))
    moved = draw(jax.random.key(1), Own(rows, jnp.full((), 0.1)))
    np.testing.assert_allclose(np.std(moved.designs - batch.designs), 0.1, rtol=0.15)
    np.testing.assert_array_equal(moved.targets, batch.targets)


def test_without_bootstrap_all_designs_are_drawn():
    own = DiverseEnsembleTrainer({"a": Polynomial(1)}, bootstrap=False)._own(jax.random.key(0), 9)
    assert own.rows is None
    own = DiverseEnsembleTrainer({"a": Polynomial(1)})._own(jax.random.key(0), 900)
    missed = [1 - np.unique(rows).size / 900 for rows in np.asarray(own.rows)]
    np.testing.assert_allclose(missed, np.exp(-1), atol=0.05)


@pytest.mark.parametrize(
    ("modules", "options", "line"),
    [
        ({}, {}, "0 architectures of 3 members"),
        ({"a": Polynomial(1)}, {"members": 1}, "two members or more"),
        ({"a": Polynomial(1)}, {"noise": -1.0}, "noise=-1.0"),
    ],
)
def test_bad_input_is_told(modules, options, line):
    with pytest.raises(InputError, match=line):
        DiverseEnsembleTrainer(modules, **options)
