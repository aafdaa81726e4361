"""Gradients of many designs: one compiled program, piece by piece, on all devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from fluxion.errors import SimulationError
from fluxion.lanes import default_devices
from fluxion.networks import RCNetwork
from fluxion.optimize._design_space import DesignSpace
from fluxion.optimize._gradients import Adjoint, gradient_on, jacobian
from fluxion.optimize._native_gradient import chosen
from fluxion.optimize._objective import Objective, Results
from fluxion.optimize._pieces import Check, Runner, not_finite
from fluxion.simulation import LOADS, Options
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
        batch_size: Designs side by side on each device; None takes what suits the network.
        devices: Where to run; by default as `BatchOracle` does.
        kernel: How the loop over a year runs for objectives, see `value_and_gradient`.

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
        batch_size: int | None = None,
        devices: Sequence[Any] | None = None,
        kernel: str = "auto",
    ):
        space.check(network)
        self.network, self.space = network, space
        places = default_devices() if devices is None else tuple(devices)
        platform, by_loop = places[0].platform, "scan"
        if objective is not None and adjoint != "forward":
            by_loop = chosen(kernel, network, platform)
        self._runner = Runner(
            network, space, weather, batch_size, places, gradients=True, kernel=by_loop
        )
        self.climates, self.several = self._runner.climates, self._runner.several
        self.batch_size, self.devices = self._runner.batch_size, self._runner.devices
        self._share = 1
        self._objective = None
        if objective is not None:
            self._objective = self._runner.compiled(
                gradient_on(platform, network, space, objective, adjoint, outputs, options, kernel)
            )
        self._results = self._runner.compiled(
            jacobian(network, space, results, adjoint=adjoint, outputs=outputs, options=options)
        )

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

    def _evaluate(
        self,
        function: Callable,
        designs: Float[np.ndarray, "design parameter"],
        progress: Callable[[int, int], None] | None,
    ) -> Gradients:
        rows = self._runner.checked(designs)
        share = min(self.batch_size, -(-rows.shape[-2] // len(self.devices)))
        self._share = max(self._share, share)  # fewer designs later compile nothing anew
        found = self._runner.run(function, rows, self._share * len(self.devices), progress)
        (values, slopes), failed, reasons = self._runner.blanked(found, self._checks(*found))
        return Gradients(rows, values, slopes, failed, reasons)

    def _checks(self, values: Any, slopes: Any) -> list[Check]:
        """Values and slopes that are not finite, and what they are called."""
        checks: list[Check] = [
            (not_finite(leaf), lambda *_, path=path: _label(path))
            for path, leaf in jax.tree.leaves_with_path(values)
        ]
        for path, leaf in jax.tree.leaves_with_path(slopes):
            fine = np.isfinite(leaf).reshape(*leaf.shape[:2], -1, self.space.size).all(axis=2)

            def named(climate: int, row: int, path: Any = path, fine: Any = fine) -> str:
                at = zip(self.space.names, fine[climate, row], strict=True)
                names = [name for name, ok in at if not ok]
                more = f" and {len(names) - 3} more" if len(names) > 3 else ""
                return f"slope of {_label(path)} by {', '.join(names[:3])}{more}"

            checks.append((~fine.all(axis=2), named))
        return checks


def _label(path: Any) -> str:
    return jax.tree_util.keystr(path).strip("[]'") or "objective"
