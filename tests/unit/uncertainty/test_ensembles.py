"""Masks, members and moments: against loops, formulas and decompositions that must be exact."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion import uncertainty as uq
from fluxion.errors import InputError

UNIFORM = nn.initializers.uniform(1.0)  # what flax takes otherwise is slow to compile


class Net(nn.Module):
    """One hidden layer with a mask."""

    width: int = 8

    @nn.compact
    def __call__(self, x, masks=()):
        x = jax.nn.relu(nn.Dense(self.width, kernel_init=UNIFORM)(x))
        return nn.Dense(2, kernel_init=UNIFORM)(x * masks[0] if masks else x)


def test_masks_drop_their_share_and_keep_the_mean():
    masks = uq.dropout_masks(jax.random.key(0), (64, 32), 0.25, 400)
    assert [mask.shape for mask in masks] == [(400, 64), (400, 32)]
    for mask in masks:
        np.testing.assert_allclose(np.unique(mask), [0.0, 4 / 3], rtol=1e-6)
        np.testing.assert_allclose((mask == 0).mean(), 0.25, atol=0.01)
    assert (masks[0][:, :32] != masks[1]).any()
    assert [m.shape for m in uq.dropout_masks(jax.random.key(0), (3,), 0.1)] == [(3,)]
    assert (uq.dropout_masks(jax.random.key(0), (5,), 0.0, 2)[0] == 1.0).all()


def test_dropout_is_the_loop_over_masks():
    net, x = Net(), jnp.linspace(0, 1, 6).reshape(3, 2)
    params = jax.jit(net.init)(jax.random.key(0), x)["params"]
    masks = uq.dropout_masks(jax.random.key(1), (8,), 0.3, 20)
    core = jax.jit(lambda each: net.apply({"params": params}, x, each))
    found = uq.mc_dropout(core, masks)
    loop = np.stack([core((mask,)) for mask in masks[0]])
    np.testing.assert_allclose(found.mean, loop.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.std, loop.std(axis=0), rtol=1e-5)
    assert (np.asarray(found.std) > 0).all()


def test_members_differ_and_equal_single_nets():
    net, x = Net(), jnp.ones((3, 2))
    keys = jax.random.split(jax.random.key(0), 4)
    params = jax.jit(lambda k: uq.init_ensemble(net, k, x))(keys)
    assert uq.ensemble_size(params) == 4
    values = jax.jit(lambda p: uq.apply_ensemble(net, p, x))(params)
    apply = jax.jit(net.apply)
    for number in range(4):
        alone = apply({"params": uq.member_of(params, number)}, x)
        np.testing.assert_allclose(values[number], alone, rtol=1e-6)
    assert np.unique(values[:, 0, 0]).size == 4
    with pytest.raises(InputError, match="not stacked"):
        uq.ensemble_size(uq.member_of(params, 0))


def test_a_mixture_has_the_moments_of_its_samples():
    means, stds = jnp.array([0.0, 1.0, 4.0]), jnp.array([0.5, 1.0, 2.0])
    found = uq.mixture_moments(means, stds)
    draws = means + stds * jax.random.normal(jax.random.key(0), (400_000, 3))
    np.testing.assert_allclose(found.mean, draws.mean(), rtol=5e-3)
    np.testing.assert_allclose(found.std, draws.std(), rtol=5e-3)
    np.testing.assert_allclose(found.epistemic, np.std([0.0, 1.0, 4.0]))
    np.testing.assert_allclose(found.std**2, found.aleatoric**2 + found.epistemic**2)


def test_diversity_decomposes_the_error_and_counts_pairs():
    rng = np.random.default_rng(0)
    values, observed = (
        jnp.asarray(rng.normal(size=(5, 40, 3))),
        jnp.asarray(rng.normal(size=(40, 3))),
    )
    found = jax.jit(uq.diversity)(values, observed)
    np.testing.assert_allclose(found.ambiguity, found.member_error - found.error, rtol=1e-10)
    pairs = [(i, j) for i in range(5) for j in range(i)]
    square = np.mean([(np.asarray(values[i] - values[j]) ** 2).mean() for i, j in pairs])
    np.testing.assert_allclose(found.disagreement, np.sqrt(square), rtol=1e-10)
    errors = np.asarray(values - observed).reshape(5, -1)
    table = np.corrcoef(errors)
    np.testing.assert_allclose(uq.error_correlation(values, observed), table, rtol=1e-10)
    np.testing.assert_allclose(found.correlation, np.mean([table[p] for p in pairs]), rtol=1e-10)


def test_members_that_are_alike_have_no_diversity():
    values = jnp.broadcast_to(jnp.linspace(0, 1, 7), (3, 7))
    found = jax.jit(uq.diversity)(values, jnp.zeros(7))
    assert found.disagreement == 0.0 and found.ambiguity == 0.0
    np.testing.assert_allclose(found.correlation, 1.0, rtol=1e-12)
