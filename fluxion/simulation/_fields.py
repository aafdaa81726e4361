"""What drives and what fills a building, as fields: forcing in time, temperature in a wall."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.cta import Grid, SampledField
from fluxion.errors import SimulationError
from fluxion.networks import (
    ForcingInTime,
    RCNetwork,
    State,
    Structure,
)
from fluxion.physics.conduction import wall_profile
from fluxion.simulation._hours import forcing_of_steps
from fluxion.simulation._inputs import Controls
from fluxion.simulation._options import Options, check
from fluxion.simulation._trajectory import default_outputs
from fluxion.weather import Weather

#: A layer without thickness is drawn this thick. [m]
_THIN = 1e-5


def forcing_in_time(
    network: RCNetwork,
    weather: Weather,
    controls: Controls | None = None,
    *,
    steps_per_hour: int = Options.steps_per_hour,
    sky_model: str = "perez",
    sky_temperature: str = "infrared",
) -> ForcingInTime:
    """Everything that drives a network, as a continuous function of time.

    Args:
        network: What `build` makes.
        weather: Hourly weather of whole days.
        controls: As for `simulate`; setpoints are not acted on by `rhs`, heat flows are.
        steps_per_hour: How finely the sun's course and the schedules are followed.
        sky_model: As in `Options`.
        sky_temperature: As in `Options`.

    Returns:
        A function of the time since the weather's first row began [h]: what `simulate` takes for
        the middles of its steps, straight lines between them.

    Raises:
        SimulationError: Arguments that cannot work together.
    """
    options = Options(
        steps_per_hour=steps_per_hour,
        warmup_days=0,
        sky_model=sky_model,
        sky_temperature=sky_temperature,
    )
    controls = Controls() if controls is None else controls
    check(network, weather, controls, None, default_outputs, options)
    if weather.temp_air.dtype != network.dtype:
        weather = weather.astype(network.dtype)
    forcing = forcing_of_steps(network, weather.renamed(""), controls, options)
    return ForcingInTime(forcing, steps_per_hour=steps_per_hour)


def find_face(structure: Structure, surface: str, zone: str | None = None) -> tuple[int, int]:
    """Where an opaque surface stands: its zone, and its slot among envelope, then partitions.

    Args:
        structure: Of the network.
        surface: Name of the surface.
        zone: From which the wall is seen; needed for a wall between zones, which has both.

    Raises:
        SimulationError: No such surface, or more than one.
    """
    rows = [e + p for e, p in zip(structure.envelope, structure.partition, strict=True)]
    found = [
        (i, row.index(surface))
        for i, row in enumerate(rows)
        if surface in row and surface and zone in (None, structure.zones[i])
    ]
    if len(found) == 1:
        return found[0]
    of_zone = "" if zone is None else f" in zone {zone!r}"
    if found:
        seen = " or ".join(repr(structure.zones[i]) for i, _ in found)
        raise SimulationError(f"surface {surface!r} has faces in several zones; give zone={seen}")
    known = sorted({name for row in rows for name in row if name})
    raise SimulationError(
        f"there is no opaque surface {surface!r}{of_zone}; there are {', '.join(known)}"
    )


def wall_temperature(
    network: RCNetwork, state: State, surface: str, *, zone: str | None = None, points: int = 8
) -> SampledField:
    """Temperature through a wall at one instant, as a field over "depth".

    Args:
        network: The network that was simulated.
        state: For instance a trajectory's `final_state`.
        surface: Name of an opaque surface.
        zone: From which it is seen, for a wall between two zones.
        points: Samples in each layer.

    Returns:
        Temperature [degC] over depth [m] from the outside face (of a wall between zones: from
        its far face) to the inside face, joined by lines. A layer without thickness is drawn
        0.01 mm thick.

    Raises:
        SimulationError: No such surface, or more than one.
    """
    s, layers = network.structure, network.layers
    place, slot = find_face(s, surface, zone)
    envelope = s.counts[1]
    inside = state.temp_inside[place, slot]
    if slot < envelope:
        construction = s.envelope_construction[place][slot]
        outside, turned = state.temp_outside[place, slot], False
    else:
        partition = slot - envelope
        construction = s.partition_construction[place][partition]
        other_zone, other = divmod(s.partition_opposite[place][partition], s.counts[2])
        outside = state.temp_inside[other_zone, envelope + other]
        turned = s.partition_reversed[place][partition]

    row = jax.tree.map(lambda leaf: leaf[construction], layers)
    resistance = row.thickness / row.conductivity + row.thermal_resistance
    capacitance = row.thickness * row.density * row.specific_heat
    real = np.asarray([bool(name) for name in s.layers[construction]])
    depth = _through(jnp.maximum(row.thickness, _THIN)[real], points)
    at = _through(resistance[real], points)
    first, last = (inside, outside) if turned else (outside, inside)
    values = wall_profile(resistance, capacitance, state.modes[place, slot], first, last, at)
    if turned:
        depth, values = (depth[-1] - depth)[::-1], values[::-1]
    return SampledField(values, Grid(depth=depth))


def _through(extent: Array, points: int) -> Array:
    """Evenly spaced positions in each layer, both ends of the wall included."""
    start = jnp.cumsum(extent) - extent
    fraction = jnp.asarray(np.arange(points) / points, extent.dtype)
    inner = (start[:, None] + extent[:, None] * fraction).reshape(-1)
    return jnp.append(inner, jnp.sum(extent))
