"""Rectilinear domains: a box, a grid of samples, a block of cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.cta._axis import AbstractAxis, Interval
from fluxion.cta._cell_axis import CellAxis
from fluxion.cta._knots import is_concrete
from fluxion.cta._sample_axis import SampleAxis
from fluxion.errors import InputError

Axis = TypeVar("Axis", bound=AbstractAxis)


class AbstractDomain(eqx.Module, Generic[Axis]):
    """A product of named axes."""

    axes: eqx.AbstractVar[tuple[Axis, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes, in order."""
        return tuple(axis.name for axis in self.axes)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.axes)

    @property
    def lower(self) -> Float[Array, " ndim"]:
        """Lower bound of each axis."""
        return jnp.stack([axis.lower for axis in self.axes])

    @property
    def upper(self) -> Float[Array, " ndim"]:
        """Upper bound of each axis."""
        return jnp.stack([axis.upper for axis in self.axes])

    @property
    def measure(self) -> Float[Array, ""]:
        """Length, area or volume: the product of the extents."""
        return jnp.prod(self.upper - self.lower)

    def position(self, name: str) -> int:
        """Number of the axis called `name`.

        Raises:
            InputError: There is none.
        """
        if name not in self.names:
            raise InputError(f"there is no axis {name!r}; the domain has {', '.join(self.names)}")
        return self.names.index(name)

    def axis(self, name: str) -> Axis:
        """The axis called `name`."""
        return self.axes[self.position(name)]

    def positions(self, names: str | Iterable[str] | None) -> tuple[int, ...]:
        """Numbers of the axes called `names` (one, several, or None for all), ascending."""
        if names is None:
            return tuple(range(self.ndim))
        chosen = [names] if isinstance(names, str) else list(names)
        found = sorted({self.position(name) for name in chosen})
        if not found:
            raise InputError("no axis was named; name one or more, or pass None for all")
        return tuple(found)

    def without(self, positions: Iterable[int]) -> Any:
        """The domain of the same kind over the axes that are not in `positions`."""
        gone = set(positions)
        kind: Any = type(self)
        return kind(*(a for i, a in enumerate(self.axes) if i not in gone))

    def describe(self) -> str:
        """Names, kinds and sizes, for messages."""
        return "(" + "; ".join(axis.describe() for axis in self.axes) + ")"


def _collect(kind: type, given: tuple[Any, ...], named: Mapping[str, Any], made: Any) -> tuple:
    axes = tuple(given) + tuple(made(name, value) for name, value in named.items())
    for axis in axes:
        if not isinstance(axis, kind):
            raise InputError(
                f"an axis of type {type(axis).__name__} was given; this domain is made of "
                f"{kind.__name__} (or name=numbers)"
            )
    names = [axis.name for axis in axes]
    if not names:
        raise InputError("a domain was asked for without axes; give one or more")
    if len(set(names)) < len(names):
        raise InputError(f"two axes share a name: {', '.join(names)}; rename one")
    return axes


class Box(AbstractDomain[Interval]):
    """A box of intervals, for closed forms and networks.

    Example: `Box(x=(0.0, 4.0), z=(0.0, 2.7))`; bounds may be traced.
    """

    axes: tuple[Interval, ...]

    def __init__(self, *axes: Interval, **bounds: tuple[Any, Any]):
        self.axes = _collect(Interval, axes, bounds, lambda name, b: Interval(name, *b))


class Grid(AbstractDomain[SampleAxis]):
    """A rectilinear grid of sample points.

    Example: `Grid(depth=[0.0, 0.01, 0.05], time=jnp.arange(24.0))`; for other orders, periodic or
    evenly spaced axes pass `SampleAxis` objects.
    """

    axes: tuple[SampleAxis, ...]

    def __init__(self, *axes: SampleAxis, **points: Any):
        self.axes = _collect(SampleAxis, axes, points, SampleAxis)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of samples along each axis."""
        return tuple(axis.size for axis in self.axes)

    @property
    def points(self) -> Float[Array, "*shape ndim"]:
        """Every sample point."""
        return mesh([axis.points for axis in self.axes])


class Cells(AbstractDomain[CellAxis]):
    """A rectilinear block of cells.

    Example: `Cells(time=jnp.arange(8761.0))`; for other orders, periodic or evenly spaced axes
    pass `CellAxis` objects.
    """

    axes: tuple[CellAxis, ...]

    def __init__(self, *axes: CellAxis, **edges: Any):
        self.axes = _collect(CellAxis, axes, edges, CellAxis)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of cells along each axis."""
        return tuple(axis.size for axis in self.axes)

    @property
    def centres(self) -> Float[Array, "*shape ndim"]:
        """Centre of every cell."""
        return mesh([axis.centres for axis in self.axes])


def mesh(columns: list[Array]) -> Float[Array, "*shape ndim"]:
    """All combinations of the coordinates in `columns`."""
    return jnp.stack(jnp.meshgrid(*columns, indexing="ij"), axis=-1)


def check_same(first: AbstractDomain, second: AbstractDomain) -> None:
    """Refuse to combine fields on different domains.

    Names, kinds, sizes, orders and policies are always compared; positions where both are known
    numbers (traced ones are trusted).

    Raises:
        InputError: The domains differ.
    """
    mine, structure = jax.tree.flatten(first)
    theirs, other_structure = jax.tree.flatten(second)
    how = "resample one to the other's domain first: b.resample(a.domain)"
    if structure != other_structure or first.describe() != second.describe():
        raise InputError(
            f"fields on {first.describe()} and {second.describe()} cannot be combined; {how}"
        )
    for a, b in zip(mine, theirs, strict=True):
        if a is b or not is_concrete(a, b):
            continue
        if np.shape(a) != np.shape(b) or not np.array_equal(np.asarray(a), np.asarray(b)):
            raise InputError(
                f"fields on two domains {first.describe()} with different positions cannot be "
                f"combined; {how}"
            )
