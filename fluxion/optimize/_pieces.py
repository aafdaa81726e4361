"""Rows through compiled programs: checked, cut into pieces of one size, on all devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec
from jaxtyping import Float

from fluxion.errors import SimulationError
from fluxion.lanes import default_devices
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._piece_size import piece_size
from fluxion.weather import Weather

Progress = Callable[[int, int], None]
#: Where a check failed, (climate, row), and what to say of one place.
Check = tuple[np.ndarray, Callable[[int, int], str]]


def on_devices(
    function: Callable[..., Any], devices: Sequence[Any], split: Sequence[bool]
) -> Callable[..., Any]:
    """The function with rows of some arguments, and of what it returns, spread over devices.

    Args:
        function: Of rows side by side.
        devices: Each takes as many rows as any other.
        split: Of each argument, whether it has rows; each device gets a whole copy of the others.
    """
    rows = PartitionSpec("row")
    # Devices do not talk to one another, so there is nothing to check about replication.
    return jax.shard_map(
        function,
        mesh=Mesh(np.array(devices), ("row",)),
        in_specs=tuple(rows if each else PartitionSpec() for each in split),
        out_specs=rows,
        check_vma=False,
    )


def rows_at_once(count: int, batch_size: int, devices: Sequence[Any]) -> int:
    """Rows of a call: a full batch on each device, or the power of two that is enough."""
    share = -(-count // len(devices))
    return len(devices) * min(batch_size, 1 << max(share - 1, 0).bit_length())


def pieces(rows: Any, size: int) -> Iterator[tuple[Any, int]]:
    """Pieces of rows with the rows that are meant; the last is filled up with its last row."""
    for start in range(0, len(rows), size):
        given = rows[start : start + size]
        order = np.minimum(np.arange(size), len(given) - 1)
        yield given[order], len(given)


def check_batch_size(batch_size: int | None, things: str) -> None:
    """Refuse a batch of nothing."""
    if batch_size is not None and batch_size < 1:
        raise SimulationError(f"a batch of {batch_size} {things} was asked for; take 1 or more")


def climates_of(weather: Weather | Sequence[Weather]) -> tuple[Weather, ...]:
    """One or several climates of the same days."""
    climates = (weather,) if isinstance(weather, Weather) else tuple(weather)
    if not climates:
        raise SimulationError("no weather was given; give one or several")
    first = climates[0]
    for climate in climates[1:]:
        if (climate.days, climate.start_day) != (first.days, first.start_day):
            raise SimulationError(
                f"the climate {climate.name!r} has {climate.days} days from day "
                f"{climate.start_day}, {first.name!r} has {first.days} from {first.start_day}; "
                "give climates of the same days"
            )
    return climates


def of_one_name(climates: Sequence[Weather]) -> tuple[Weather, ...]:
    """Climates that share a compiled program: all under the name of the first."""
    return tuple(climate.renamed(climates[0].name) for climate in climates)


class Runner:
    """How populations of designs go through a program that is compiled once.

    Args:
        network: What the designs vary.
        space: The parameters that a design sets.
        weather: For all designs, or several climates of equal length.
        batch_size: Designs side by side on each device; None takes what suits the network.
        devices: Where it runs; by default all that can work at once.
        gradients: Whether the program takes derivatives in reverse mode.
        kernel: That runs the loop over a year.

    Raises:
        SimulationError: Climates of different days, or a batch below 1.
    """

    def __init__(
        self,
        network: RCNetwork,
        space: DesignSpace,
        weather: Weather | Sequence[Weather],
        batch_size: int | None,
        devices: Sequence[Any] | None,
        *,
        gradients: bool = False,
        kernel: str = "scan",
    ):
        check_batch_size(batch_size, "designs")
        self.space, self.dtype = space, network.dtype
        self.climates = climates_of(weather)
        self.several = not isinstance(weather, Weather)
        self.devices = tuple(default_devices() if devices is None else devices)
        if batch_size is None:
            batch_size = piece_size(network, self.devices, gradients=gradients, kernel=kernel)
        self.batch_size = batch_size

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of a weather and of designs side by side, ready to run on all devices."""
        return jax.jit(on_devices(function, self.devices, split=(False, True)))

    def checked(self, designs: Float[np.ndarray, "*climate design parameter"]) -> np.ndarray:
        """The designs as rows of numbers; with climates first, every climate has its own.

        Raises:
            SimulationError: Of a wrong width, none at all, of other climates, or NaN rows (named).
        """
        rows = np.asarray(designs, dtype=float)
        own = rows.ndim == 3 and self.several
        if own and len(rows) != len(self.climates):
            raise SimulationError(
                f"designs of {len(rows)} climates were given for {len(self.climates)}; give rows "
                "for each climate, or the same for all"
            )
        if rows.ndim != 2 + own or rows.shape[-1] != self.space.size or rows.shape[-2] == 0:
            raise SimulationError(
                f"a population of shape {rows.shape} was given; give at least one row of "
                f"{self.space.size} values: {', '.join(self.space.names)}"
            )
        fine = np.isfinite(rows).all(axis=-1)
        bad = np.flatnonzero(~(fine.all(axis=0) if own else fine))
        if bad.size:
            raise SimulationError(
                f"design {', '.join(map(str, bad[:5]))} of the population holds NaN or infinity "
                f"({bad.size} in all); remove or repair these rows"
            )
        return rows

    def run(
        self, program: Callable[..., Any], rows: np.ndarray, size: int, progress: Progress | None
    ) -> Any:
        """Every row over every climate.

        Args:
            program: As `compiled` makes it; returns a pytree with rows first.
            rows: As `checked` gives them.
            size: Rows of a call, a multiple of the devices.
            progress: Called with the rows done and their number after each call.

        Returns:
            The pytree with climates first, then all rows.
        """
        climates = of_one_name(self.climates)
        found, done = [], 0
        by_row = rows if rows.ndim == 2 else np.moveaxis(rows, 0, 1)
        for piece, count in pieces(by_row, size):
            designs = jnp.asarray(piece, self.dtype)
            own = [designs] * len(climates) if rows.ndim == 2 else jnp.moveaxis(designs, 1, 0)
            # Every climate is started before the first is waited for.
            answers = [program(*each) for each in zip(climates, own, strict=True)]
            stacked = jax.tree.map(lambda *each: np.stack(each), *answers)
            found.append(jax.tree.map(lambda leaf, n=count: leaf[:, :n], stacked))
            done += count
            if progress is not None:
                progress(done, len(by_row))
        return jax.tree.map(lambda *each: np.concatenate(each, axis=1), *found)

    def blanked(
        self, found: Any, checks: Sequence[Check]
    ) -> tuple[Any, tuple[int, ...], tuple[str, ...]]:
        """Results with failed rows set to NaN, these rows, and why.

        Args:
            found: As `run` gives it; its arrays are changed.
            checks: What makes a row fail, and how that is named.

        Returns:
            The pytree, with climates first if several were given; the rows; a line for each.
        """
        lines: dict[int, list[str]] = {}
        for climate in range(len(self.climates)):
            where = f" in climate {climate + 1}" if self.several else ""
            bad: dict[int, list[str]] = {}
            for wrong, named in checks:
                for row in np.flatnonzero(wrong[climate]):
                    bad.setdefault(int(row), []).append(named(climate, int(row)))
            for row, names in bad.items():
                lines.setdefault(row, []).append(f"not finite{where}: {', '.join(names)}")
        failed = tuple(sorted(lines))
        for leaf in jax.tree.leaves(found):
            leaf[:, list(failed)] = np.nan
        if not self.several:
            found = jax.tree.map(lambda leaf: leaf[0], found)
        return found, failed, tuple("; ".join(lines[row]) for row in failed)


def not_finite(values: np.ndarray) -> np.ndarray:
    """Where rows of (climate, row, ...) are not finite, (climate, row)."""
    fine = np.isfinite(values).reshape(*values.shape[:2], -1)
    return np.logical_not(fine.all(axis=2))
