"""Results of a simulation and what they reduce to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fluxion.cta import CellField, time_cells
from fluxion.errors import NonFiniteError, SimulationError
from fluxion.networks import Flows, State, Structure
from fluxion.units import SECONDS_PER_HOUR


@dataclass(frozen=True)
class Output:
    """A result that can be asked for: where it comes from, its unit and its axes."""

    unit: str
    axes: tuple[str, ...]
    title: str
    of_flows: Callable[[Flows], Array] | None = None
    of_light: Callable | None = None


def _flow(name: str, unit: str, axes: tuple[str, ...], title: str) -> Output:
    return Output(unit, axes, title, of_flows=lambda flows: getattr(flows, name))


_ZONE, _FACE, _OUTSIDE = ("zone",), ("zone", "face"), ("zone", "outside")

#: Every hourly mean that `simulate` can keep.
OUTPUTS: dict[str, Output] = {
    "zone_temperature": _flow("temp_air", "degC", _ZONE, "Zone air temperature"),
    "radiant_temperature": _flow("temp_radiant", "degC", _ZONE, "Mean radiant temperature"),
    "heating_rate": _flow("heating", "W", _ZONE, "Sensible heating"),
    "cooling_rate": _flow("cooling", "W", _ZONE, "Sensible cooling"),
    "airflow_rate": _flow("airflow", "W", _ZONE, "Heat from outdoor air"),
    "exchange_rate": _flow("exchange", "W", _ZONE, "Heat from air of other zones"),
    "surface_rate": _flow("surfaces", "W", _ZONE, "Heat from faces to the air"),
    "gain_rate": _flow("gain", "W", _ZONE, "Convective gains"),
    "storage_rate": _flow("storage", "W", _ZONE, "Heat taken up by the air"),
    "partition_rate": _flow("partitions", "W", _ZONE, "Heat out of walls to other zones"),
    "inside_temperature": _flow("temp_inside", "degC", _FACE, "Inside face temperature"),
    "outside_temperature": _flow("temp_outside", "degC", _OUTSIDE, "Outside face temperature"),
    "inside_convection_coefficient": _flow(
        "convection_coefficient", "W/(m2 K)", _FACE, "Inside convection coefficient"
    ),
    "incident_solar": Output(
        "W/m2", _OUTSIDE, "Incident solar", of_light=lambda light: light.incident
    ),
    "transmitted_solar": Output(
        "W", _ZONE, "Solar transmitted by windows", of_light=lambda light: light.transmitted
    ),
}

default_outputs = ("zone_temperature", "heating_rate", "cooling_rate")


class Seams(eqx.Module):
    """How well chunks of time were joined.

    Attributes:
        difference: Largest between a chunk's run and the one that it was joined to: of any
            temperature of the state. [K]
        days: That a chunk ran: its own, and those until it was joined.
        rounds: In which it ran.
    """

    difference: Float[Array, ""]
    days: Int[Array, ""]
    rounds: Int[Array, ""]


class Trajectory(eqx.Module):
    """What a simulation gives back: hourly means by name, and the state at the end.

    A pytree; under `vmap` every array gains leading axes.

    Attributes:
        structure: Of the network that was simulated.
        values: Hourly means of each output that was asked for, `(hour, zone, ...)`.
        final_state: State at the last step.
        seams: Of a run in chunks of time; None of a serial one.
    """

    structure: Structure = eqx.field(static=True)
    values: dict[str, Float[Array, "..."]]
    final_state: State
    seams: Seams | None = None

    def __getitem__(self, name: str) -> Float[Array, "..."]:
        """Hourly means of one output."""
        try:
            return self.values[name]
        except KeyError:
            kept = ", ".join(self.values)
            raise KeyError(
                f"{name!r} was not kept; kept were {kept}; ask for it with outputs=(...)"
            ) from None

    def field(self, name: str, start: Any = 0.0) -> CellField:
        """Hourly means of one output as a field over "time", in hours.

        A power [W] integrates to an energy [Wh]; values are those of the output, by zone first.

        Args:
            name: Of an output that was kept.
            start: When the first hour begins; `24.0 * weather.start_day` makes the time that of
                the year. [h]

        Raises:
            SimulationError: The trajectory is a batch; map over its members with `jax.vmap`.
        """
        values = self[name]
        if values.ndim != 1 + len(OUTPUTS[name].axes):
            raise SimulationError(
                f"a batch of shape {values.shape[: -1 - len(OUTPUTS[name].axes)]} has no one "
                "field; take jax.vmap(lambda member: member.field(...))(trajectory)"
            )
        return time_cells(values, start)

    @property
    def zone_temperature(self) -> Float[Array, "*batch hour zone"]:
        """Air temperature of each zone. [degC]"""
        return self["zone_temperature"]

    @property
    def heating_rate(self) -> Float[Array, "*batch hour zone"]:
        """Sensible heating of each zone. [W]"""
        return self["heating_rate"]

    @property
    def cooling_rate(self) -> Float[Array, "*batch hour zone"]:
        """Sensible cooling of each zone, positive. [W]"""
        return self["cooling_rate"]

    @property
    def annual_heating(self) -> Float[Array, "*batch zone"]:
        """Heat given to each zone over the period. [J]"""
        return jnp.sum(self["heating_rate"], axis=-2) * SECONDS_PER_HOUR

    @property
    def annual_cooling(self) -> Float[Array, "*batch zone"]:
        """Heat taken from each zone over the period. [J]"""
        return jnp.sum(self["cooling_rate"], axis=-2) * SECONDS_PER_HOUR

    @property
    def peak_heating(self) -> Float[Array, "*batch zone"]:
        """Largest hourly mean of heating. [W]"""
        return jnp.max(self["heating_rate"], axis=-2)

    @property
    def peak_cooling(self) -> Float[Array, "*batch zone"]:
        """Largest hourly mean of cooling. [W]"""
        return jnp.max(self["cooling_rate"], axis=-2)

    def failures(self) -> list[tuple[tuple[int, ...], str, int]]:
        """Members, zones and first hours in which a result is not finite (host side)."""
        found = {}
        for name, values in self.values.items():
            axes = len(OUTPUTS[name].axes)
            bad = ~np.isfinite(np.asarray(values))
            if not bad.any():
                continue
            bad = bad.any(axis=tuple(range(bad.ndim - axes + 1, bad.ndim)))
            for index in np.argwhere(bad):
                *batch, hour, zone = (int(i) for i in index)
                key = (tuple(batch), self.structure.zones[zone])
                found[key] = min(hour, found.get(key, hour))
        return [(batch, zone, hour) for (batch, zone), hour in sorted(found.items())]

    def raise_if_failed(self) -> None:
        """Raise if any result is not finite, naming the hour, the zone and the batch member.

        Raises:
            NonFiniteError: With the first failure of each of at most five members.
        """
        if all(map(_all_finite, self.values.values())):
            return
        failures = self.failures()
        lines = [
            (f"member {', '.join(map(str, batch))}: " if batch else "")
            + f"zone {zone!r} from hour {hour} (day {hour // 24 + 1}, {hour % 24}:00)"
            for batch, zone, hour in failures[:5]
        ]
        more = f" and {len(failures) - 5} more" if len(failures) > 5 else ""
        raise NonFiniteError(
            f"the simulation became non-finite: {'; '.join(lines)}{more}; "
            "check for NaN, zero or negative parameters, or take more steps per hour"
        )


def _all_finite(values: Array) -> bool:
    """Whether all numbers are finite, asked where they lie: on the host without compiling."""
    if isinstance(values, jax.Array) and any(d.platform != "cpu" for d in values.devices()):
        return bool(jnp.all(jnp.isfinite(values)))
    return bool(np.isfinite(np.asarray(values)).all())
