"""Cross-validation: fit on some folds, predict the one left out; and the standard's cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fluxion.building import Building
from fluxion.data import ASHRAELoader
from fluxion.errors import InputError
from fluxion.simulation import Options
from fluxion.validation._case_comparison import CaseComparison, CaseComparisons
from fluxion.validation._case_runs import CaseRun, simulate_buildings
from fluxion.validation._folds import (
    Fit,
    FoldData,
    Inputs,
    deal,
    fitted,
    fold_labels,
    input_parts,
    take,
    training_places,
)
from fluxion.validation._metrics import ZoneErrors, zone_errors
from fluxion.weather import Weather


@dataclass(frozen=True)
class Fold:
    """One fold.

    Attributes:
        train: Places of the samples that were fitted to.
        test: Places of those that were predicted.
        errors: Of the predictions.
    """

    train: np.ndarray
    test: np.ndarray
    errors: ZoneErrors


@dataclass(frozen=True)
class KFoldResult:
    """All folds.

    Attributes:
        folds: In order.
        overall: Errors of all samples, each predicted by the model that had not seen it.
        predictions: Those predictions, in the order of the samples.
    """

    folds: tuple[Fold, ...]
    overall: ZoneErrors
    predictions: np.ndarray


class CrossValidator:
    """Validates predictors of zone loads or temperatures by what they have not seen.

    Args:
        zones: Names of the targets' columns; by default their numbers.
        parameters: Of the model, for CV(RMSE) and NMBE, see `fluxion.validation.cv_rmse`.
        signs: Of the columns as heat flows: +1 heating, -1 cooling.
    """

    def __init__(
        self,
        *,
        zones: Sequence[str] | None = None,
        parameters: int = 1,
        signs: Sequence[float] | float = 1.0,
    ):
        self.zones, self.parameters, self.signs = zones, parameters, signs

    def validate_k_fold(
        self,
        model: Fit | Any,
        data: FoldData | tuple[Inputs, Any],
        k: int = 5,
        seed: int = 0,
        *,
        block: int | None = None,
        gap: int = 0,
    ) -> KFoldResult:
        """Fit on k - 1 folds and predict the one left out, k times.

        Args:
            model: `fit(inputs, targets)` that gives `predict(inputs)`; or an object with methods
                `fit` and `predict`, of which every fold gets a fresh copy.
            data: What to fit to; or inputs and targets alone.
            k: Number of folds.
            seed: Of the dice that deal groups, blocks or samples to folds.
            block: For samples in order of time: so many that follow each other stay together, such
                as 168 hours. Not with groups.
            gap: For blocks: so many samples on either side of what is predicted are not fitted to,
                as what they store tells of their neighbours.

        Returns:
            Errors fold by fold and of all samples, each predicted once.

        Raises:
            InputError: Too few groups, blocks or samples for k, nothing left to fit to, or
                predictions of another shape than the targets.
        """
        if isinstance(data, tuple):
            data = FoldData(*data)
        targets = np.asarray(data.targets, float)
        count = len(targets)
        for part in input_parts(data.inputs):
            if len(part) != count:
                raise InputError(
                    f"an input has {len(part)} samples and the targets have {count}; "
                    "give as many, samples first"
                )
        labels = fold_labels(data, count, block, gap)
        fold_of = deal(labels, k, seed)
        predictions = np.full_like(targets, np.nan)
        folds = []
        for number in range(k):
            test = np.flatnonzero(fold_of == number)
            train = training_places(fold_of, number, gap)
            predict = fitted(model, take(data.inputs, train), targets[train])
            found = np.asarray(predict(take(data.inputs, test)), float)
            if found.shape != targets[test].shape:
                raise InputError(
                    f"predictions of fold {number} have the shape {found.shape}, its targets "
                    f"{targets[test].shape}; predict one row for each sample"
                )
            predictions[test] = found
            folds.append(Fold(train, test, self._errors(targets[test], found)))
        return KFoldResult(tuple(folds), self._errors(targets, predictions), predictions)

    def compare_against_ashrae_140(
        self,
        predict: Callable[[Building, Weather], Mapping[str, float]] | None = None,
        cases: Iterable[str] | None = None,
        *,
        weather: Weather,
        energyplus: Mapping[str, Mapping[str, float]] | None = None,
        options: Options | None = None,
    ) -> CaseComparisons:
        """Predict the cases of ASHRAE 140 and compare with the published programs.

        Args:
            predict: Gives figures of a building over a weather by the names of `fluxion.data`,
                such as `annual_heating` [MWh] and `peak_heating` [kW]. None takes Fluxion's
                physics.
            cases: Their names; none takes all.
            weather: The standard's is `denver-standard-140`.
            energyplus: What the engine finds, by case and figure, to stand beside.
            options: Of the physics, if `predict` is none.

        Returns:
            Each figure beside its span, and errors over the cases.

        Raises:
            InputError: Nothing that was predicted is published.
        """
        references = ASHRAELoader().load_140_buildings(cases)
        buildings = {name: reference.building for name, reference in references.items()}
        if predict is None:
            runs = simulate_buildings(buildings, weather, options=options)
            found: dict[str, Mapping[str, float]] = {
                name: _figures(run) for name, run in runs.items()
            }
        else:
            found = {name: predict(building, weather) for name, building in buildings.items()}
        beside = energyplus or {}
        rows = tuple(
            CaseComparison(
                case=name,
                output=output,
                unit=published.unit,
                value=float(found[name][output]),
                lower=published.span[0],
                upper=published.span[1],
                mean=published.mean,
                energyplus=beside.get(name, {}).get(output),
            )
            for name, reference in references.items()
            for output, published in reference.outputs.items()
            if output in found[name]
        )
        if not rows:
            raise InputError(
                "none of the predicted figures is published for these cases; predict some of "
                f"{', '.join(sorted({o for r in references.values() for o in r.outputs}))}"
            )
        return CaseComparisons(
            rows,
            self._by_output((row.output, row.mean, row.value) for row in rows),
            self._by_output(
                (row.output, row.energyplus, row.value)
                for row in rows
                if row.energyplus is not None
            ),
        )

    def _errors(self, measured: np.ndarray, predicted: np.ndarray) -> ZoneErrors:
        # A fold of a single sample has no degree of freedom to give away.
        free = min(self.parameters, len(measured) - 1)
        return zone_errors(measured, predicted, zones=self.zones, parameters=free, signs=self.signs)

    def _by_output(self, rows: Iterable[tuple[str, float, float]]) -> dict[str, ZoneErrors]:
        pairs: dict[str, list[tuple[float, float]]] = {}
        for output, reference, value in rows:
            pairs.setdefault(output, []).append((reference, value))
        return {
            output: zone_errors(
                [reference for reference, _ in found],
                [value for _, value in found],
                zones=[output],
                parameters=min(self.parameters, len(found) - 1),
                signs=-1.0 if output.endswith("cooling") else 1.0,
            )
            for output, found in pairs.items()
        }


def _figures(run: CaseRun) -> dict[str, float]:
    """Loads of the whole building, and temperatures of its first zone."""
    found = {}
    for mode in ("heating", "cooling"):
        rate = run[f"{mode}_rate"].sum(axis=1)
        found[f"annual_{mode}"] = float(rate.sum()) / 1e6
        found[f"peak_{mode}"] = float(rate.max()) / 1e3
    warm = run["zone_temperature"][:, 0]
    return found | {f"zone_temp_{k}": float(getattr(warm, k)()) for k in ("mean", "min", "max")}
