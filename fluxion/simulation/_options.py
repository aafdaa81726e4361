"""How a simulation runs, and what is refused before it starts."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import jax
import numpy as np
from jax.core import Tracer

from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork, State, uniform_state
from fluxion.simulation._inputs import Controls
from fluxion.simulation._trajectory import OUTPUTS
from fluxion.weather import Weather

Adjoint = Literal["stored", "checkpointed", "direct"]
_ADJOINTS = ("stored", "checkpointed", "direct")
#: Chunks of time on a device that are chosen by "auto".
AUTO_CHUNKS = 16
_WINDOW_CONVECTION = ("iso15099", "tarp")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Options:
    """How a simulation runs; static, so that each combination compiles once.

    Attributes:
        steps_per_hour: Time steps in an hour.
        warmup_days: Days run before the first, taken cyclically from the end of the weather.
        modes: Modes kept for each wall.
        sky_model: Diffuse sky on tilted planes: "perez", "hay_davies", "isotropic".
        sky_temperature: "infrared" (of the weather), "berdahl_martin", "clark_allen", "brunt".
        window_convection: Inside windows: "iso15099" (by their height) or "tarp" (as on walls).
        shaded_ground: Whether overhangs and fins also take away light that the ground reflects.
            By default they are taken to pass on as much as they hide, as EnergyPlus does.
        adjoint: How reverse mode gets back at the past: "stored" keeps the states of all steps
            (fastest, 25 MB a year for one building), "checkpointed" those at midnight and runs
            each day again (for large batches), "direct" every intermediate value. Forward mode
            works with all.
    """

    steps_per_hour: int = 2
    warmup_days: int = 25
    modes: int = 3
    sky_model: str = "perez"
    sky_temperature: str = "infrared"
    window_convection: str = "iso15099"
    shaded_ground: bool = False
    adjoint: Adjoint = "stored"
    time_chunks: int | Literal["auto"] = 1
    seam_tolerance: float = 0.01


def chunks_of(options: Options, devices: int) -> int:
    """How many chunks of time are wanted."""
    if options.time_chunks == "auto":
        return AUTO_CHUNKS * devices
    return options.time_chunks


def check_devices(options: Options, devices: Sequence[Any] | None) -> None:
    """Refuse devices that have nothing to share.

    Raises:
        SimulationError: No device, or a serial run on devices of its own.
    """
    if devices is None:
        return
    if options.time_chunks == 1:
        raise SimulationError(
            "devices share the chunks of time, and time_chunks is 1; "
            'give time_chunks="auto" too, or leave devices out'
        )
    if not devices:
        raise SimulationError("no devices were given; give one or more, or leave devices out")


def options_of(settings: dict[str, Any], options: Options | None = None) -> Options:
    """The options that were given, or options from single settings.

    Raises:
        SimulationError: A setting that does not exist, or both were given.
    """
    if options is not None and settings:
        raise SimulationError(
            f"both options and {', '.join(settings)} were given; give either, not both"
        )
    if options is not None:
        return options
    try:
        return Options(**settings)
    except TypeError as error:
        known = ", ".join(Options.__dataclass_fields__)
        wrong = ", ".join(key for key in settings if key not in Options.__dataclass_fields__)
        raise SimulationError(f"unknown setting {wrong}; the settings are {known}") from error


def check(
    network: RCNetwork,
    weather: Weather,
    controls: Controls,
    start: State | None,
    outputs: tuple[str, ...],
    options: Options,
) -> None:
    """Refuse arguments of `simulate` that cannot work together.

    Raises:
        SimulationError: Saying what was given and what was wanted.
    """
    _check_options(options)
    unknown = [name for name in outputs if name not in OUTPUTS]
    if unknown or not outputs:
        raise SimulationError(
            f"unknown output {', '.join(map(repr, unknown)) or '(none given)'}; "
            f"choose from {', '.join(OUTPUTS)}"
        )
    _check_calendar(network, weather)
    _check_controls(network, weather, controls)
    _check_start(network, start, options.modes)


def _check_options(o: Options) -> None:
    def whole(value: Any) -> bool:
        try:
            return operator.index(value) == value
        except TypeError:
            return False

    n = o.steps_per_hour
    if not whole(n) or n < 1 or 3600 % n:
        raise SimulationError(
            f"{n} steps per hour do not divide the hour into whole seconds; "
            "take a divisor of 3600 such as 1, 2, 4, 6, 10, 12, 20 or 60"
        )
    if not whole(o.warmup_days) or not 0 <= o.warmup_days <= 366:
        raise SimulationError(
            f"{o.warmup_days!r} warm-up days were given; take a whole number from 0 to 366"
        )
    if not whole(o.modes) or not 1 <= o.modes <= 8:
        raise SimulationError(f"{o.modes!r} modes a wall were given; take 1 to 8")
    if o.time_chunks != "auto" and (not whole(o.time_chunks) or o.time_chunks < 1):
        raise SimulationError(
            f'{o.time_chunks!r} chunks of time were asked for; take "auto" or a whole number from 1'
        )
    if not o.seam_tolerance >= 0:
        raise SimulationError(
            f"a seam tolerance of {o.seam_tolerance!r} K was given; take 0 or more, such as 1e-3"
        )
    if o.window_convection not in _WINDOW_CONVECTION:
        raise SimulationError(
            f"unknown window convection {o.window_convection!r}; "
            f"take one of {', '.join(_WINDOW_CONVECTION)}"
        )
    if o.adjoint not in _ADJOINTS:
        raise SimulationError(f"unknown adjoint {o.adjoint!r}; take one of {', '.join(_ADJOINTS)}")


def _check_calendar(network: RCNetwork, weather: Weather) -> None:
    s = network.structure
    if weather.days_in_year != s.days:
        raise SimulationError(
            f"the weather is of a year of {weather.days_in_year} days, the network's schedules of "
            f"{s.days}; build the network with leap_year={weather.leap_year}"
        )
    new_year = (weather.first_weekday - weather.start_day) % 7
    if s.weekly and s.first_weekday != new_year:
        built, given = _WEEKDAYS[s.first_weekday], _WEEKDAYS[new_year]
        raise SimulationError(
            f"1 January is a {built} in the network's schedules and a {given} in the weather; "
            f"build the network with first_weekday={new_year}"
        )


def _check_controls(network: RCNetwork, weather: Weather, controls: Controls) -> None:
    wanted = (weather.hours, network.structure.counts[0])
    for name, values in vars(controls).items():
        shape = np.shape(values)
        if values is not None and shape != wanted:
            raise SimulationError(
                f"controls.{name} has shape {shape}; give {wanted[0]} hours of {wanted[1]} zones"
            )
    low, high = controls.heating_setpoint, controls.cooling_setpoint
    if low is None or high is None or isinstance(low, Tracer) or isinstance(high, Tracer):
        return
    crossed = np.argwhere(np.asarray(low) > np.asarray(high))
    if len(crossed):
        hour, zone = (int(i) for i in crossed[0])
        raise SimulationError(
            f"setpoints cross in zone {network.structure.zones[zone]!r} at hour {hour}: heating "
            f"{float(low[hour, zone]):g} degC is above cooling {float(high[hour, zone]):g} degC"
        )


def _check_start(network: RCNetwork, start: State | None, modes: int) -> None:
    if start is None:
        return
    wanted = jax.eval_shape(lambda: uniform_state(network, modes))
    for name, given in vars(start).items():
        shape = getattr(wanted, name).shape
        if np.shape(given) != shape:
            raise SimulationError(
                f"initial_state.{name} has shape {np.shape(given)}, this network's has {shape}; "
                "give a state of a network of the same structure and the same number of modes"
            )
