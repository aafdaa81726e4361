"""Time series as fields: the axis is "time", the unit is the hour."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.cta._axis import Outside
from fluxion.cta._cell_axis import CellAxis
from fluxion.cta._domains import Cells, Grid
from fluxion.cta._field import AbstractField
from fluxion.cta._knots import as_float
from fluxion.cta._sample_axis import SampleAxis
from fluxion.cta._sampled import CellField, SampledField
from fluxion.errors import InputError


def time_cells(
    values: Any,
    start: Any = 0.0,
    step: Any = 1.0,
    *,
    order: int = 1,
    outside: Outside = "clamp",
) -> CellField:
    """A series of means over equal steps, as a field over "time".

    Value k is the mean over [start + k step, start + (k + 1) step). Integrals over time carry the
    hour as a factor: a power [W] integrates to an energy [Wh].

    Args:
        values: Time first, then the dimensions of the value.
        start: When the first step begins. [h]
        step: Length of a step. [h]
        order: 1 holds each mean over its step, 2 draws lines with the same means.
        outside: "clamp", "periodic" or "error".
    """
    values = as_float(values)
    axis = CellAxis.uniform(
        "time", start, step, values.shape[0], order=order, outside=outside, dtype=values.dtype
    )
    return CellField(values, Cells(axis))


def time_samples(
    values: Any,
    start: Any = 0.0,
    step: Any = 1.0,
    *,
    order: int = 2,
    outside: Outside = "clamp",
) -> SampledField:
    """A series of readings at equal steps, as a field over "time".

    Value k stands at start + k step. If periodic, the period is the number of readings times
    the step.

    Args:
        values: Time first, then the dimensions of the value; 2 readings or more.
        start: Time of the first reading. [h]
        step: Time between readings. [h]
        order: 2 joins readings by lines, 4 by cubics.
        outside: "clamp", "periodic" or "error".
    """
    values = as_float(values)
    axis = SampleAxis.uniform(
        "time", start, step, values.shape[0], order=order, outside=outside, dtype=values.dtype
    )
    return SampledField(values, Grid(axis))


def substep_times(
    num_hours: int, substeps: int, start: Any = 0.0, dtype: Any = None
) -> Float[Array, "hour substep"]:
    """Middle of each substep: start + h + (k + 1/2) / substeps.

    Args:
        num_hours: Number of hours.
        substeps: Equal parts of an hour.
        start: When the first hour begins. [h]
        dtype: Precision; by default that of `start`.

    Returns:
        Times. [h]
    """
    start = as_float(start, dtype)
    middle = np.arange(num_hours)[:, None] + (np.arange(substeps) + 0.5) / substeps
    return start + jnp.asarray(middle, start.dtype)


def substep_means(
    field: AbstractField, num_hours: int, substeps: int, start: Any = 0.0
) -> Float[Array, "hour substep *value"]:
    """Mean of a field over each substep of each hour; their mean is the hour's, to round-off.

    Args:
        field: A field over "time" alone. [h]
        num_hours: Number of hours.
        substeps: Equal parts of an hour.
        start: When the first hour begins. [h]

    Returns:
        Means, in the field's unit.
    """
    if field.domain.names != ("time",):
        raise InputError(
            f"a field over ({', '.join(field.domain.names)}) was given; give one over 'time' "
            "alone (integrate or reduce the other axes first)"
        )
    start = as_float(start, field.domain.lower.dtype)
    step = jnp.asarray(1.0 / substeps, start.dtype)
    cells = Cells(CellAxis.uniform("time", start, step, num_hours * substeps))
    means = field.resample(cells)
    assert isinstance(means, CellField)
    return means.values.reshape((num_hours, substeps) + means.value_shape)
