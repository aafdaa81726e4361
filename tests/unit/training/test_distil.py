"""A student learns what its teachers say on average, month by month or of the year."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.surrogates import AnnualNet, DesignNet, Surrogate
from fluxion.training import Settings, annual_signature, distil
from fluxion.training._distil import _teaching

ZONES = ("one", "two")


@pytest.fixture(scope="module")
def teacher():
    """Three members that disagree: networks of random parameters."""
    design = Input("design", tuple(Column(n, "-", 0.0, 2.0, 1.0, 0.6) for n in "abc"))
    climate = Input("climate", tuple(Column(n, "-", 0.0, 1.0, 0.5, 0.3) for n in "fg"), rows=4)
    outputs = (
        Output("monthly_heating", "J", ZONES, (1e6, 2e6), (0.0, 0.0)),
        Output("monthly_peak_heating", "W", ZONES, (1e3, 2e3), (0.0, 0.0)),
        Output("monthly_airflow", "J", ZONES, (3e6, 3e6), (-1e6, 1e6), True),
    )
    signature = Signature("design", (design, climate), outputs, tuple("JFMA"))
    module = DesignNet(6, hidden=12, tower=10, storeys=0, weather=8, free=2)
    keys = jax.random.split(jax.random.key(3), 3)
    init = jax.jit(jax.vmap(lambda k: module.init(k, jnp.zeros(3), jnp.zeros((4, 2)))["params"]))
    params = init(keys)
    return Surrogate(signature, module, jax.tree.map(lambda leaf: leaf.astype(float), params))


@pytest.fixture(scope="module")
def climates():
    return np.random.default_rng(0).uniform(0, 1, (3, 4, 2))


def said(teacher, x, climate):
    """Mean over the members by way of each one's own physical results."""
    members = [jax.tree.map(lambda leaf, i=i: leaf[i], teacher.params) for i in range(3)]
    every = [Surrogate(teacher.signature, teacher.module, p)(x, climate) for p in members]
    mean = {name: sum(e[name] for e in every) / 3 for name in every[0]}
    mean["peak_heating"] = mean["monthly_peak_heating"].max(axis=-2)
    return mean


def test_lessons_are_the_year_of_the_mean_member_and_its_slopes(teacher, climates):
    face = annual_signature(teacher, climates, designs=8)
    assert [o.name for o in face.outputs] == ["annual_heating", "peak_heating", "annual_airflow"]
    assert face.periods == () and face.free == 2 and face.width == 6
    draw = _teaching(teacher, climates, face)
    batch = draw(jax.random.key(1))
    x = teacher.signature.input("design").from_unit(batch.designs)
    assert (x >= 0).all() and (x <= 2).all()
    for row, climate, target in zip(x, batch.climates, batch.targets, strict=True):
        wanted = said(teacher, row, teacher.signature.input("climate").from_unit(climate))
        found = face.split(face.from_core(target))
        for name in found:
            np.testing.assert_allclose(found[name], wanted[name], rtol=1e-9, atol=1e-3)
    step = 1e-5
    ends = [draw.answer(batch.sloped + s * batch.directions, batch.climates) for s in (step, -step)]
    slopes = (ends[0] - ends[1]) / (2 * step)
    np.testing.assert_allclose(batch.along, slopes, atol=2e-4 * np.abs(slopes).max())


@pytest.mark.parametrize("annual", [True, False])
def test_a_student_comes_close_to_its_teachers(teacher, climates, annual):
    learns = annual_signature(teacher, climates) if annual else None
    small = {"hidden": 24, "weather": 16, "free": 2}
    module = AnnualNet(6, months=8, **small) if annual else DesignNet(6, tower=16, **small)
    student = distil(
        teacher, module, climates, key=jax.random.key(0), learns=learns,
        settings=Settings(steps=400, epoch=200, rate=2e-2),
    )  # fmt: skip
    x = jnp.asarray(np.random.default_rng(1).uniform(0, 2, (200, 3)))
    both = [(student(x, c), said(teacher, x, c)) for c in map(jnp.asarray, climates)]
    for name in ("annual_heating", "peak_heating", "annual_airflow"):
        found, wanted = (
            np.stack([side[name] for side in pair]) for pair in zip(*both, strict=True)
        )
        assert found.shape == (3, 200, 2)
        error = np.sqrt(np.mean((found - wanted) ** 2))
        assert error < 0.4 * np.std(wanted - wanted.mean(axis=1, keepdims=True)), name
        assert name == "annual_airflow" or (found >= 0).all()


def test_teachers_without_bounds_or_months_are_refused(teacher, climates):
    signature = teacher.signature
    endless = Input("design", tuple(Column(n, "-") for n in "abc"))
    of = dataclasses.replace(signature, inputs=(endless, signature.inputs[1]))
    with pytest.raises(InputError, match="no bounds"):
        annual_signature(Surrogate(of, teacher.module, teacher.params), climates)
    yearly = dataclasses.replace(signature, periods=())
    with pytest.raises(InputError, match="not of months"):
        annual_signature(Surrogate(yearly, teacher.module, teacher.params), climates)
