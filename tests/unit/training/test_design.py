"""Physical data and their slopes in the units of the core, and batches of them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.training import DrawDesigns, design_data, design_signature

CLIMATES, DESIGNS, MONTHS, ZONES, PARAMETERS, FEATURES = 3, 20, 4, 2, 3, 5


def load(x, climate):
    """A result of one design in one climate, (month, zone)."""
    first = jnp.maximum(climate[:, :1] * x[0] + x[1] ** 2, 0.0) * 1e6
    return jnp.concatenate([first, 2.0 * first + 1e5 * x[2]], axis=1)


@pytest.fixture(scope="module")
def parts():
    rng = np.random.default_rng(0)
    low, high = np.array([0.0, 1.0, -1.0]), np.array([2.0, 3.0, 1.0])
    designs = rng.uniform(low, high, (CLIMATES, DESIGNS, PARAMETERS))
    climates = rng.uniform(1.0, 9.0, (CLIMATES, MONTHS, FEATURES))
    every = jax.vmap(jax.vmap(load, (0, None)))
    values = {
        "monthly_temperature": rng.normal(20.0, 3.0, (CLIMATES, DESIGNS, MONTHS, ZONES)),
        "monthly_heating": np.asarray(every(jnp.asarray(designs), jnp.asarray(climates))),
    }
    slopes = np.asarray(
        jax.vmap(jax.vmap(jax.jacfwd(load), (0, None)))(
            jnp.asarray(designs[:, :4]), jnp.asarray(climates)
        )
    )
    signature = design_signature(
        ("a", "b", "c"), ("m", "-", "K"), low, high, climates,
        [(f"f{i}", "-") for i in range(FEATURES)], values,
        {"monthly_temperature": "degC", "monthly_heating": "J"}, ("one", "two"),
        ("Jan", "Feb", "Mar", "Apr"),
    )  # fmt: skip
    data = design_data(
        signature, designs, climates, values, {"monthly_heating": slopes}, np.arange(4),
        dtype=jnp.float64,
    )  # fmt: skip
    return signature, designs, climates, values, data


def test_scales_are_those_of_the_data(parts):
    signature, designs, climates, values, data = parts
    # What may be negative comes last, shifted; what may not is not shifted.
    assert [o.name for o in signature.outputs] == ["monthly_heating", "monthly_temperature"]
    assert signature.free == ZONES and signature.outputs[0].shift == (0.0, 0.0)
    core = np.asarray(data.targets)
    np.testing.assert_allclose(np.mean(core[..., :2] ** 2, axis=(0, 1, 2)), 1.0)
    np.testing.assert_allclose(core[..., 2:].mean(axis=(0, 1, 2)), 0.0, atol=1e-12)
    back = signature.split(signature.from_core(core))
    np.testing.assert_allclose(back["monthly_heating"], values["monthly_heating"])
    assert np.abs(np.asarray(data.designs)).max() <= np.sqrt(3.0) + 1e-9
    reduced = signature.reduced(back)
    np.testing.assert_allclose(reduced["annual_heating"], values["monthly_heating"].sum(axis=2))


def test_slopes_in_the_core_are_those_of_the_core(parts):
    signature, designs, climates, values, data = parts

    def core(unit):
        x = signature.input("design").from_unit(unit)
        return load(x, jnp.asarray(climates[1])) / signature.scales()[:2]

    wanted = jax.jacfwd(core)(data.sloped[1, 2])
    np.testing.assert_allclose(data.slopes[1, 2, :, :2], wanted, rtol=1e-9)
    assert np.isnan(np.asarray(data.slopes[..., 2:, :])).all()  # temperatures have none


def test_batches_pair_designs_with_their_own_climate_and_targets(parts):
    signature, _, climates, _, data = parts
    batch = DrawDesigns(data, designs=7, climates=2, sloped=3)(jax.random.key(3))
    assert batch.targets.shape == (2, 7, MONTHS, 2 * ZONES)
    for where in range(2):
        climate = signature.input("climate").from_unit(batch.climates[where])
        for row in range(7):
            x = signature.input("design").from_unit(batch.designs[where, row])
            wanted = load(x, climate) / signature.scales()[:2]
            np.testing.assert_allclose(batch.targets[where, row, :, :2], wanted, rtol=1e-6)
        x = batch.sloped[where, 1]
        along = jax.jvp(
            lambda u, c=climate: load(signature.input("design").from_unit(u), c)
            / signature.scales()[:2],
            (x,), (batch.directions[where, 1],),
        )[1]  # fmt: skip
        np.testing.assert_allclose(batch.along[where, 1, :, :2], along, rtol=1e-6)
    own = DrawDesigns(data, designs=50, climates=1)(jax.random.key(0), jnp.array([4, 4, 6]))
    where = int(np.argmin(np.abs(np.asarray(data.climates - own.climates[0])).sum(axis=(1, 2))))
    allowed = np.asarray(data.designs[where, jnp.array([4, 6])])
    distance = np.abs(np.asarray(own.designs[0])[:, None] - allowed).sum(axis=2).min(axis=1)
    np.testing.assert_allclose(distance, 0.0)


def test_data_at_fault_are_refused(parts):
    signature, designs, climates, values, _ = parts
    with pytest.raises(InputError, match="lack monthly_heating"):
        design_data(signature, designs, climates, {"monthly_cooling": values["monthly_heating"]})
    broken = {**values, "monthly_heating": values["monthly_heating"] * np.nan}
    with pytest.raises(InputError, match="not finite"):
        design_data(signature, designs, climates, broken)
