"""Gradients of many designs: one compiled program, piece by piece, on all devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec
from jaxtyping import Float

from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._devices import default_devices
from fluxion.optimize._gradients import Adjoint, Derivative, jacobian, value_and_gradient
from fluxion.optimize._objective import Objective, Results
from fluxion.optimize._oracle import LOADS, BatchOracle
from fluxion.simulation import Options
from fluxion.weather import Weather


@dataclass(frozen=True)
class Gradients:
    """Values and slopes of designs, a row each; where several climates were given, those first.

    Attributes:
        designs: As they were given.
        values: The objective, `(design,)`, or a pytree of results.
        gradients: Their slopes, with an axis of parameters last.
        failed: Rows with a value or slope that is not finite in some climate; all NaN.
        reasons: Of each of these: which, in which climate if there are several.
    """

    designs: Float[np.ndarray, "design parameter"]
    values: Any
    gradients: Any
    failed: tuple[int, ...]
    reasons: tuple[str, ...]


class GradientOracle:
    """Answers how results of designs change with their parameters.

    Args:
        network: What the designs vary; every design has its structure.
        weather: For all designs, or several climates of equal length.
        space: The parameters to differentiate by.
        objective: What `value_and_gradient` of designs is of, see the function of that name.
        results: What `jacobian` of designs is of; all annual loads and peaks by default.
        adjoint: How to differentiate, see `value_and_gradient`; None takes what the options say.
        outputs: Hourly results that functions of your own need.
        options: How to simulate.
        batch_size: Designs side by side on each device.
        devices: Where to run; by default as `BatchOracle` does.

    Raises:
        SimulationError: Unknown names, climates of different days, or a batch below 1.
    """

    def __init__(
        self,
        network: RCNetwork,
        weather: Weather | Sequence[Weather],
        space: DesignSpace,
        objective: Objective | None = None,
        *,
        results: Results = LOADS,
        adjoint: Adjoint | None = "checkpointed",
        outputs: Sequence[str] | None = None,
        options: Options | None = None,
        batch_size: int = 64,
        devices: Sequence[Any] | None = None,
    ):
        self.devices = tuple(default_devices() if devices is None else devices)
        # It knows how to check climates and populations, and how to fill batches.
        self._oracle = BatchOracle(
            network, weather, space, options=options, batch_size=batch_size, devices=self.devices
        )
        self.network, self.space, self.climates = network, space, self._oracle.climates
        self.several = self._oracle.several
        settings: dict[str, Any] = {"adjoint": adjoint, "outputs": outputs, "options": options}
        self._share = 1
        self._objective = None
        if objective is not None:
            self._objective = self._on_devices(
                value_and_gradient(network, space, objective, **settings)
            )
        self._results = self._on_devices(jacobian(network, space, results, **settings))

    def value_and_gradient(
        self,
        designs: Float[np.ndarray, "design parameter"],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Gradients:
        """The objective of each design and its gradient.

        Args:
            designs: A row for each design.
            progress: Called with the designs done and their number after each batch.

        Raises:
            SimulationError: There is no objective, or designs of a wrong width or with NaN.
        """
        if self._objective is None:
            raise SimulationError("no objective was given; make the oracle with one")
        return self._evaluate(self._objective, designs, progress)

    def jacobian(
        self,
        designs: Float[np.ndarray, "design parameter"],
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Gradients:
        """The results of each design and their slopes.

        Args:
            designs: A row for each design.
            progress: Called with the designs done and their number after each batch.

        Raises:
            SimulationError: Designs of a wrong width or with NaN.
        """
        return self._evaluate(self._results, designs, progress)

    def _on_devices(self, derivative: Derivative) -> Callable:
        mesh = Mesh(np.array(self.devices), ("design",))
        whole, split = PartitionSpec(), PartitionSpec("design")
        return jax.jit(
            jax.shard_map(
                derivative, mesh=mesh, in_specs=(whole, split), out_specs=split, check_vma=False
            )
        )

    def _evaluate(
        self,
        function: Callable,
        designs: Float[np.ndarray, "design parameter"],
        progress: Callable[[int, int], None] | None,
    ) -> Gradients:
        rows = self._oracle._checked(designs)
        share = min(self._oracle.batch_size, -(-len(rows) // len(self.devices)))
        self._share = max(self._share, share)  # fewer designs later compile nothing anew
        batch = self._share * len(self.devices)
        pieces = []
        for start in range(0, len(rows), batch):
            given = rows[start : start + batch]
            filled = np.concatenate([given, np.repeat(given[-1:], batch - len(given), axis=0)])
            at = jnp.asarray(filled, self.network.dtype)
            found = [function(climate, at) for climate in self.climates]
            stacked = jax.tree.map(lambda *each: np.stack(each), *found)
            count = len(given)
            pieces.append(jax.tree.map(lambda leaf, n=count: leaf[:, :n], stacked))
            if progress is not None:
                progress(start + len(given), len(rows))
        values, slopes = jax.tree.map(lambda *each: np.concatenate(each, axis=1), *pieces)
        failed, reasons = self._failures(values, slopes, len(rows))
        for leaf in jax.tree.leaves((values, slopes)):
            leaf[:, list(failed)] = np.nan
        if not self.several:
            values, slopes = jax.tree.map(lambda leaf: leaf[0], (values, slopes))
        return Gradients(rows, values, slopes, failed, reasons)

    def _failures(
        self, values: Any, slopes: Any, count: int
    ) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Rows that are not finite, and what of them is not."""
        lines: dict[int, list[str]] = {}
        for climate in range(len(self.climates)):
            bad: dict[int, list[str]] = {}
            for path, leaf in jax.tree.leaves_with_path(values):
                wrong = ~np.isfinite(leaf[climate]).reshape(count, -1).all(axis=1)
                for row in np.flatnonzero(wrong):
                    bad.setdefault(int(row), []).append(_label(path))
            for path, leaf in jax.tree.leaves_with_path(slopes):
                fine = np.isfinite(leaf[climate]).reshape(count, -1, self.space.size).all(axis=1)
                for row in np.flatnonzero(~fine.all(axis=1)):
                    names = [n for n, ok in zip(self.space.names, fine[row], strict=True) if not ok]
                    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
                    bad.setdefault(int(row), []).append(
                        f"slope of {_label(path)} by {', '.join(names[:3])}{more}"
                    )
            where = f" in climate {climate + 1}" if self.several else ""
            for row, found in bad.items():
                lines.setdefault(row, []).append(f"not finite{where}: {', '.join(found)}")
        failed = tuple(sorted(lines))
        return failed, tuple("; ".join(lines[row]) for row in failed)


def _label(path: Any) -> str:
    return jax.tree_util.keystr(path).strip("[]'") or "objective"
