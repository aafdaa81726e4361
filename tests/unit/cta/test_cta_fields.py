"""The common interface of fields: arithmetic, map, reductions, tensor values."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion import cta
from fluxion.errors import InputError

GRID = cta.Grid(x=[0.0, 1.0, 2.5], y=[0.0, 2.0])
CELLS = cta.Cells(x=[0.0, 1.0, 2.5, 3.0], y=[0.0, 2.0, 3.0])
BOX = cta.Box(x=(0.0, 3.0), y=(0.0, 3.0))
TABLE = np.arange(6.0).reshape(3, 2) + 1.0


def plane(x, y, params):
    return params["a"] * x + params["b"] * y + 1.0


def matrix(x, y, params):
    return params * jnp.stack([jnp.stack([x, y]), jnp.stack([x**2, y**2])])


CLOSED = cta.ClosedField(plane, {"a": jnp.asarray(2.0), "b": jnp.asarray(-0.5)}, BOX)
NETWORK = cta.NetworkField(eqx.nn.MLP(2, "scalar", 4, 1, key=jax.random.key(0)), BOX)
FIELDS = {
    "sampled": cta.SampledField(TABLE, GRID),
    "cells": cta.CellField(TABLE, CELLS),
    "closed": CLOSED,
    "network": NETWORK,
}
# Samples and cell centres, where operators act exactly.
AT = {
    "sampled": GRID.points.reshape(-1, 2),
    "cells": CELLS.centres.reshape(-1, 2),
    "closed": CELLS.centres.reshape(-1, 2),
    "network": CELLS.centres.reshape(-1, 2),
}


@pytest.fixture(params=FIELDS)
def kind(request):
    return request.param


def test_arithmetic_acts_on_values(kind):
    field, points = FIELDS[kind], AT[kind]
    v = np.asarray(field(points))
    other = field * 0.5
    cases = [
        (field + other, 1.5 * v),
        (field - other, 0.5 * v),
        (2.0 - field, 2.0 - v),
        (field * other, 0.5 * v**2),
        (field / other, np.full_like(v, 2.0)),
        (1.0 / (field**2 + 1.0), 1.0 / (v**2 + 1.0)),
        (abs(-field), np.abs(v)),
        (2.0**field, 2.0**v),
        (np.float64(3.0) * field, 3.0 * v),
        (jnp.asarray(3.0) + field, 3.0 + v),
        (cta.map(jnp.tanh, field), np.tanh(v)),
        (cta.zip_with(jnp.maximum, field, other), np.maximum(v, 0.5 * v)),
    ]
    for result, wanted in cases:
        np.testing.assert_allclose(result(points), wanted, rtol=1e-6)


def test_values_are_batched_over_any_shape(kind):
    field = FIELDS[kind]
    points = jnp.asarray(np.random.default_rng(0).uniform(0.0, 3.0, (2, 3, 2)))
    batch = field(points)
    assert batch.shape == (2, 3)
    np.testing.assert_allclose(batch[1, 2], field(points[1, 2]), rtol=1e-6)
    np.testing.assert_allclose(field.at(y=points[..., 1], x=points[..., 0]), batch, rtol=1e-6)


def test_integral_by_parts_of_the_axes(kind):
    field = FIELDS[kind]
    bounds = {"x": (0.4, 2.2), "y": (0.5, 1.9)}
    whole = cta.integrate(field, bounds=bounds)
    over_x = field.integrate("x", bounds={"x": bounds["x"]})
    assert over_x.domain.names == ("y",)
    np.testing.assert_allclose(over_x.integrate(bounds={"y": bounds["y"]}), whole, rtol=1e-6)
    split = field.integrate(bounds={"x": (0.4, 1.3), "y": bounds["y"]}) + field.integrate(
        lower={"x": 1.3, "y": 0.5}, upper={"x": 2.2, "y": 1.9}
    )
    np.testing.assert_allclose(split, whole, rtol=1e-6 if kind != "network" else 1e-3)


def test_closed_and_network_agree_with_plain_calls():
    x = jnp.asarray([0.3, 1.7])
    np.testing.assert_allclose(CLOSED(x), 2.0 * 0.3 - 0.5 * 1.7 + 1.0)
    np.testing.assert_allclose(NETWORK(x), NETWORK.module(x))
    np.testing.assert_allclose(CLOSED.integrate(), 2.0 * 13.5 - 0.5 * 13.5 + 9.0, rtol=1e-12)
    slopes = CLOSED.gradient()(x)
    np.testing.assert_allclose(slopes, [2.0, -0.5], rtol=1e-12)
    np.testing.assert_allclose(
        NETWORK.gradient()(x), jax.grad(lambda p: NETWORK.module(p))(x), rtol=1e-6
    )
    np.testing.assert_allclose(NETWORK.gradient("y")(x), NETWORK.gradient()(x)[1], rtol=1e-6)


def test_reductions():
    field = FIELDS["cells"]
    area = np.outer([1.0, 1.5, 0.5], [2.0, 1.0])
    np.testing.assert_allclose(field.reduce("mean"), np.sum(TABLE * area) / 9.0)
    assert field.reduce("max") == 6.0 and field.reduce("min") == 1.0
    assert field.reduce("max", "x").values.tolist() == [5.0, 6.0]
    assert cta.reduce(field, jnp.median, "y").values.tolist() == [1.5, 3.5, 5.5]
    lines = FIELDS["sampled"]
    np.testing.assert_allclose(lines.reduce("mean"), lines.integrate() / 5.0)
    np.testing.assert_allclose(CLOSED.reduce("max"), 7.0)
    np.testing.assert_allclose(CLOSED.reduce("min", "x")(jnp.asarray([[1.0]])), [0.5])
    np.testing.assert_allclose(CLOSED.reduce("mean", "y").at(x=2.0), 4.25)
    with pytest.raises(InputError, match="'sum' is unknown; use 'mean'"):
        field.reduce("sum")


@pytest.mark.parametrize("kind_of", [cta.SampledField, cta.CellField])
def test_matrix_values_equal_a_loop_over_entries(kind_of):
    domain = GRID if kind_of is cta.SampledField else CELLS
    values = np.random.default_rng(1).normal(size=(*domain.shape, 2, 3))
    field = kind_of(values, domain)
    assert field.value_shape == (2, 3)
    x = jnp.asarray([[0.3, 0.4], [2.0, 1.9]])
    whole, slope, over_y = field.integrate(), field.gradient(), field.integrate("y")
    assert slope.value_shape == (2, 3, 2)
    for i, j in [(0, 0), (1, 2)]:
        entry = kind_of(values[..., i, j], domain)
        np.testing.assert_allclose(field(x)[:, i, j], entry(x), rtol=1e-12)
        np.testing.assert_allclose(whole[i, j], entry.integrate(), rtol=1e-12)
        np.testing.assert_allclose(slope.values[..., i, j, :], entry.gradient().values)
        np.testing.assert_allclose(over_y.values[:, i, j], entry.integrate("y").values)


def test_scalar_times_vector_lines_up_by_value_and_not_by_node():
    # Three nodes and three components: plain broadcasting would multiply along the wrong axis.
    line = cta.Grid(x=[0.0, 1.0, 2.0])
    scale = cta.SampledField([1.0, 10.0, 100.0], line)
    vector = cta.SampledField(np.tile([1.0, 2.0, 3.0], (3, 1)), line)
    wanted = np.outer([1.0, 10.0, 100.0], [1.0, 2.0, 3.0])
    np.testing.assert_allclose((scale * vector).values, wanted)
    np.testing.assert_allclose((vector * scale).values, wanted)
    # An array acts on the value at a point, never along the nodes, however its length comes out.
    per_component = vector * jnp.asarray([1.0, 2.0, 0.0])
    np.testing.assert_allclose(per_component.values, np.tile([1.0, 4.0, 0.0], (3, 1)))
    with pytest.raises(InputError, match="make it a field if it runs over the domain"):
        scale * jnp.asarray([1.0, 2.0, 3.0])


def test_matrix_valued_closed_field():
    field = cta.ClosedField(matrix, jnp.asarray(2.0), BOX)
    assert field.value_shape == (2, 2)
    np.testing.assert_allclose(field.integrate(), 2.0 * np.array([[13.5, 13.5], [27.0, 27.0]]))
    assert field.gradient().value_shape == (2, 2, 2)
    norm = field.map(lambda m: jnp.sum(m * m))
    assert norm.value_shape == ()
    np.testing.assert_allclose(norm.at(x=1.0, y=2.0), 4.0 * (1 + 4 + 1 + 16))


def test_map_sees_one_value_at_a_time():
    field = cta.SampledField(np.arange(12.0).reshape(2, 3, 2), cta.Grid(x=[0, 1], y=[0, 1, 2]))
    total = field.map(jnp.sum)
    assert total.values.tolist() == [[1.0, 5.0, 9.0], [13.0, 17.0, 21.0]]


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: FIELDS["sampled"] + FIELDS["cells"], "cannot be combined; resample one"),
        (lambda: FIELDS["closed"] + FIELDS["cells"], "cannot be combined"),
        (
            lambda: FIELDS["sampled"] + cta.SampledField(TABLE, cta.Grid(x=[0, 1, 2], y=[0, 2])),
            "with different positions cannot be combined",
        ),
        (lambda: FIELDS["sampled"] * np.ones((3, 2)), "make it a field if it runs over"),
        (lambda: FIELDS["closed"] * np.ones(3), r"array of shape \(3,\) was combined"),
        (
            lambda: (
                cta.SampledField(np.ones((3, 2, 3)), GRID)
                * cta.SampledField(np.ones((3, 2, 4)), GRID)
            ),
            r"shape \(3,\) and \(4,\) do not broadcast",
        ),
        (lambda: FIELDS["cells"](jnp.zeros(3)), r"last dimension must be 2"),
        (lambda: FIELDS["cells"].at(x=1.0), "the field wants x, y"),
        (lambda: FIELDS["cells"].integrate(upper=1.0), "one bound was given for 2 axes"),
        (lambda: FIELDS["cells"].integrate("z"), "no axis 'z'"),
        (lambda: FIELDS["cells"].integrate("x", upper={"y": 1.0}), "'y', which is not integrated"),
        (lambda: FIELDS["cells"].integrate("x", upper=np.ones(2)), "use jax.vmap"),
        (
            lambda: FIELDS["cells"].integrate("x", bounds={"x": (0.0, 1.0)}, upper=1.0),
            "two bounds on one side",
        ),
        (lambda: cta.CellField(TABLE.T, CELLS), r"shape \(2, 3\) were given for a domain"),
        (lambda: cta.CellField(TABLE, GRID), "CellField wants Cells; got Grid"),
        (lambda: cta.SampledField(TABLE, CELLS), "SampledField wants a Grid; got Cells"),
        (lambda: cta.ClosedField(plane, {}, GRID), "ClosedField wants a Box; got Grid"),
        (lambda: FIELDS["cells"].resample(cta.Cells(x=[0.0, 1.0])), "the same axes in the same"),
        (lambda: FIELDS["cells"].resample(BOX), "cannot be resampled to Box"),
        (lambda: cta.time_cells(np.ones(3))(jnp.zeros(4)), r"points\[..., None\]"),
    ],
)
def test_misuse_is_answered_with_what_to_do(use, message):
    with pytest.raises(InputError, match=message):
        use()


def test_closed_field_moves_to_other_domains():
    moved = CLOSED.resample(cta.Box(x=(0.0, 1.0), y=(0.0, 1.0)))
    np.testing.assert_allclose(moved.integrate(), 1.0 - 0.25 + 1.0)
    cells = CLOSED.resample(CELLS)
    np.testing.assert_allclose(cells.values, CLOSED(CELLS.centres), rtol=1e-12)
    np.testing.assert_allclose(cells.integrate(), CLOSED.integrate(), rtol=1e-12)
    np.testing.assert_allclose(CLOSED.resample(GRID).values, CLOSED(GRID.points), rtol=1e-12)


def test_partial_application_makes_a_network_field():
    variables = {"w": jnp.asarray([1.0, 2.0])}
    module = jax.tree_util.Partial(lambda v, point: jnp.dot(v["w"], point), variables)
    field = cta.NetworkField(module, BOX)
    np.testing.assert_allclose(field.integrate(), 13.5 + 27.0, rtol=1e-6)
    slope = jax.grad(lambda f: f.integrate())(field)
    np.testing.assert_allclose(jax.tree.leaves(slope.weights)[0], [13.5, 13.5], rtol=1e-6)
