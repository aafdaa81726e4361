"""The cases of ASHRAE 140 run and judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from fluxion.building import build_for
from fluxion.cases import ashrae140, list_ashrae140
from fluxion.data import ASHRAELoader, ReferenceCase, Verdict, evaluate
from fluxion.errors import InputError
from fluxion.io import WeatherFile
from fluxion.networks import RCNetwork
from fluxion.simulation import Options
from fluxion.validation._case_runs import CaseRun, simulate_networks
from fluxion.validation._engine_slopes import EngineSlope
from fluxion.validation._engines import EngineCases
from fluxion.validation._mechanisms import Switched
from fluxion.validation._outputs import (
    Results,
    complete,
    published_differences,
    published_outputs,
)
from fluxion.validation._sensitivities import Sensitivities
from fluxion.validation._slope_checks import Agreement
from fluxion.validation._span_variants import Variant
from fluxion.weather import Weather

#: Windows to two sides, of which the sunlight through those to the west is asked.
_WEST_ALONE, _WEST = ("620", "630"), 270.0
#: Where the standard's weather comes from; other places are run, but the figures do not fit.
_DENVER = (39.83, -104.65)
_NEAR = 0.6
_SEPARATOR = "/"


@dataclass(frozen=True)
class Row:
    """A figure beside its published span.

    Attributes:
        case: Name of the case, or `A-B` for a difference.
        output: Name of the figure.
        unit: Its unit.
        value: Ours.
        lower: Least of the published programs, or none.
        upper: Greatest of them, or none.
        energyplus: What EnergyPlus makes of the same description, or none.
    """

    case: str
    output: str
    unit: str
    value: float
    lower: float | None
    upper: float | None
    energyplus: float | None

    @property
    def within(self) -> bool | None:
        """Whether the value is inside the span, or none where nothing is published."""
        return self.holds(self.value)

    def holds(self, value: float, slack: float = 0.0) -> bool | None:
        """Whether a value is inside the span, or none where nothing is published.

        Args:
            value: Any, in the row's unit.
            slack: By how much of a bound it may miss it. [-]
        """
        if self.lower is None or self.upper is None:
            return None
        low, high = self.lower - slack * abs(self.lower), self.upper + slack * abs(self.upper)
        return low <= value <= high


@dataclass(frozen=True)
class Validation:
    """Cases with all that was found for them.

    Attributes:
        file: The weather.
        options: How it was simulated.
        references: What is published, by case.
        runs: Hourly results, by case.
        results: Outputs by case, and differences by `A-B`.
        seconds: That simulating took, compiling included.
        engine: The same cases by EnergyPlus, or none.
        switches: What single mechanisms do to the differences from EnergyPlus.
        variants: Cases with values outside the spans by EnergyPlus with other settings.
        sensitivities: Derivatives of annual loads, by case.
        agreements: How far these lie from central differences, by parameter.
        engine_slopes: Some of them beside reruns of EnergyPlus.
        slope_seconds: That derivatives and central differences took, compiling included.
    """

    file: WeatherFile
    options: Options
    references: Mapping[str, ReferenceCase]
    runs: Mapping[str, CaseRun]
    results: Results
    seconds: float
    engine: EngineCases | None = None
    switches: tuple[Switched, ...] = ()
    variants: tuple[Variant, ...] = ()
    sensitivities: Mapping[str, Sensitivities] = field(default_factory=dict)
    agreements: tuple[Agreement, ...] = ()
    engine_slopes: tuple[EngineSlope, ...] = ()
    slope_seconds: tuple[float, float] = (0.0, 0.0)

    def rows(self) -> Iterator[Row]:
        """Every figure, by case in order, differences last."""
        differences = published_differences()
        for case, outputs in self.results.items():
            for output, value in outputs.items():
                unit, span = _published(self.references.get(case), output)
                if case in differences:
                    span = differences[case].get(output)
                lower, upper = span if span else (None, None)
                found = self.engine.results.get(case, {}).get(output) if self.engine else None
                yield Row(case, output, unit, value, lower, upper, found)

    def verdicts(self) -> tuple[Verdict, ...]:
        """The acceptance criteria of which all cases were run."""
        return tuple(v for v in evaluate(self.results) if v.value is not None)

    def to_dict(self) -> dict[str, Any]:
        """What `fluxion validate ashrae140 --json` prints."""
        cases: dict[str, dict[str, Any]] = {case: {} for case in self.references}
        for row in self.rows():
            if row.case in cases:
                cases[row.case][row.output] = {
                    "value": row.value,
                    "unit": row.unit,
                    "lower": row.lower,
                    "upper": row.upper,
                    "within": row.within,
                    "energyplus": row.energyplus,
                }
        verdicts = self.verdicts()
        return {
            "cases": cases,
            "criteria": {
                verdict.criterion.row: {
                    "value": verdict.value,
                    "lower": verdict.criterion.lower,
                    "upper": verdict.criterion.upper,
                    "within": verdict.within,
                }
                for verdict in verdicts
            },
            "passed": sum(verdict.within is True for verdict in verdicts),
            "failed": sum(verdict.within is not True for verdict in verdicts),
        }


def choose_cases(names: Iterable[str] | None) -> tuple[str, ...]:
    """Names of cases as the standard writes them, each once; none takes all.

    Raises:
        InputError: There is no such case; the message offers the nearest.
    """
    known = list_ashrae140()
    if names is None:
        return known
    chosen = list(dict.fromkeys(name.strip().upper() for name in names if name.strip()))
    if not chosen:
        raise InputError("no case was given; give some such as 600,900, or leave --cases out")
    for name in chosen:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.3) or known[:3]
            raise InputError(
                f"ASHRAE 140 case {name!r} is not known; the nearest are {', '.join(near)} "
                "(fluxion cases lists all)"
            )
    return tuple(sorted(chosen))


def validate_ashrae140(
    file: WeatherFile,
    cases: Iterable[str] | None = None,
    *,
    options: Options | None = None,
    dtype: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> Validation:
    """Run cases and gather what is published of them.

    Args:
        file: The weather; the standard's is `denver-standard-140`.
        cases: Their names; none takes all.
        options: How to simulate.
        dtype: Precision; by default JAX's own.
        progress: Called with the buildings done and their number.
    """
    options = Options() if options is None else options
    names = choose_cases(cases)
    started = time.perf_counter()
    runs = run_cases(names, file.weather, options=options, dtype=dtype, progress=progress)
    seconds = time.perf_counter() - started
    results = {case: published_outputs(case, run, file.weather) for case, run in runs.items()}
    return Validation(
        file=file,
        options=options,
        references=ASHRAELoader().load_140_buildings(names),
        runs=runs,
        results=complete(results),
        seconds=seconds,
    )


def run_cases(
    cases: Iterable[str],
    weather: Weather,
    *,
    options: Options | None = None,
    dtype: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, CaseRun]:
    """Hourly results by case; 620 and 630 also have `transmitted_solar_west`."""
    networks = {case: build_for(ashrae140(case), weather, dtype=dtype) for case in cases}
    west = {
        f"{case}{_SEPARATOR}west": _shut(networks[case], _WEST)
        for case in _WEST_ALONE
        if case in networks
    }
    found = simulate_networks({**networks, **west}, weather, options=options, progress=progress)
    for name in west:
        case = name.partition(_SEPARATOR)[0]
        light = found[name]["transmitted_solar"]
        values = {**found[case].values, "transmitted_solar_west": light}
        found[case] = replace(found[case], values=values)
    return {case: found[case] for case in networks}


def is_denver(weather: Weather) -> bool:
    """Whether a weather is of the place that the cases are meant for."""
    here = (float(weather.site.latitude), float(weather.site.longitude))
    return all(abs(a - b) < _NEAR for a, b in zip(here, _DENVER, strict=True))


def _shut(network: RCNetwork, azimuth: float) -> RCNetwork:
    """The network without the windows that face elsewhere; of the same structure."""
    owner = np.asarray(network.structure.window_wall, dtype=int)
    facing = np.take_along_axis(np.asarray(network.envelope.azimuth), owner, axis=1)
    keep = jnp.asarray(np.isclose(facing, azimuth), network.dtype)
    return eqx.tree_at(lambda n: n.windows.width, network, network.windows.width * keep)


def _published(
    reference: ReferenceCase | None, output: str
) -> tuple[str, tuple[float, float] | None]:
    """Unit and span of a figure."""
    if reference is None:
        return _unit_of_difference(output), None
    if output in reference.outputs:
        published = reference.outputs[output]
        return published.unit, published.span
    name, _, number = output.rpartition("_")
    if name in reference.months:
        months = reference.months[name]
        known = [row[int(number) - 1] for row in months.values.values()]
        values = [value for value in known if value is not None]
        return months.unit, (min(values), max(values)) if values else None
    return _UNITS.get(output, "1"), None


_UNITS = {
    "annual_heating": "MWh",
    "annual_cooling": "MWh",
    "peak_heating": "kW",
    "peak_cooling": "kW",
}


def _unit_of_difference(output: str) -> str:
    return _UNITS[output.removeprefix("delta_")]
