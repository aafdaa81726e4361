"""From weather, schedules and controls to what drives a network, a whole day at a time.

Nothing here depends on the network's state, so a day's steps are computed side by side: sun on
every face, light through every window and its way inside, wind, gains, airflow, setpoints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.networks import (
    Coefficients,
    Forcing,
    RCNetwork,
    around_windows,
    has_shades,
    shaded_faces,
)
from fluxion.physics.convection import forced_convection, wind_at_height, windward
from fluxion.physics.glazing_optics import angular_basis
from fluxion.physics.moist_air import moist_air_specific_heat
from fluxion.physics.shading import sunlit_fractions
from fluxion.physics.sky import plane_irradiance_on_normal
from fluxion.simulation._beams import BeamTable, kept_by_faces
from fluxion.simulation._inputs import Controls, Day, StepInputs, day_inputs
from fluxion.weather import StepWeather


class Light(eqx.Module):
    """Sunlight on and through the faces over a day, for results.

    Attributes:
        incident: On every outside face, shades included. [W/m2]
        transmitted: Through each zone's windows. [W]
    """

    incident: Float[Array, "step zone outside"]
    transmitted: Float[Array, "step zone"]


def _table(indices: tuple[int, ...], size: int, dtype) -> Float[Array, "index size"]:
    """A row for each index with a one at its place; none for -1.

    Products with it pick and gather. Indexing would do the same, but its transpose, a scatter, is
    a slow loop on a CPU.
    """
    table = np.zeros((len(indices), size))
    for row, index in enumerate(indices):
        if index >= 0:
            table[row, index] = 1.0
    return jnp.asarray(table, dtype)


def _scheduled(
    values: Float[Array, "step schedule"], indices: tuple[int, ...], unscheduled: float = 1.0
) -> Float[Array, "step index"]:
    """A column for each index; -1 stands for no schedule and has one value throughout."""
    table = _table(indices, values.shape[1], values.dtype)
    free = np.asarray([unscheduled if index < 0 else 0.0 for index in indices])
    return values @ table.T + jnp.asarray(free, values.dtype)


def _sunlight(network: RCNetwork, c: Coefficients, weather: StepWeather):
    """Direct and diffuse light on every outside face, (step, zone, outside)."""
    out = c.outside
    sky = jax.tree.map(lambda leaf: leaf[:, None, None], weather.sky)
    light = plane_irradiance_on_normal(
        sky,
        out.normal,
        out.cos_tilt,
        out.sin_tilt,
        reflectance=network.ground_reflectance,
        openings=(out.open_sky, out.open_horizon, out.open_ground),
    )
    beam, around = light.beam, light.circumsolar
    if has_shades(network):
        lit = _sunlit(network, c, weather)
        beam, around = beam * lit, around * lit
    sky_diffuse = jnp.maximum(around + light.dome + light.horizon, 0.0)
    return beam, sky_diffuse + light.ground, light.cos_incidence


def _sunlit(network: RCNetwork, c: Coefficients, weather: StepWeather):
    faces = shaded_faces(network)
    azimuth = jnp.deg2rad(c.outside.azimuth)[..., None]
    sine, cosine = jnp.sin(azimuth), jnp.cos(azimuth)
    east, north, up = (weather.sun_direction[:, k] for k in range(3))
    sun = jnp.stack(
        [
            sine * north - cosine * east,
            jnp.broadcast_to(up, (*azimuth.shape[:2], up.shape[0])),
            sine * east + cosine * north,
        ],
        axis=-1,
    )
    lit = jax.vmap(jax.vmap(sunlit_fractions))(faces.receivers, faces.overhangs, faces.fins, sun)
    return around_windows(network, jnp.moveaxis(lit, -1, 0))


def _curve(basis: list[Array], coefficients: Float[Array, "zone window *of coefficient"]) -> Array:
    """An angular property of every window, (step, zone, window, *of); nothing from behind."""
    wider = (...,) + (None,) * (coefficients.ndim - 3)
    total = basis[0][wider] * coefficients[..., 0]
    for k, term in enumerate(basis[1:], 1):
        total = total + term[wider] * coefficients[..., k]
    return jnp.maximum(total, 0.0)


def _indoors(network: RCNetwork, c: Coefficients, beam, diffuse, cos_incidence, keep):
    """Light through the windows: heat in panes and on inside faces, and the total let in."""
    s = network.structure
    envelope, opaque, windows = s.counts[1], sum(s.counts[1:3]), s.counts[3]
    beam, diffuse = beam[..., envelope:], diffuse[..., envelope:]
    optics = c.optics
    # One set of polynomials for each window serves its transmittance and all its panes.
    basis = angular_basis(cos_incidence[..., envelope:])
    through, absorbed = (
        _curve(basis, curve) for curve in (optics.beam_transmittance, optics.beam_absorptance)
    )
    area = c.area[:, opaque:]
    beam_by_window = beam * through * area
    beam_in = jnp.sum(beam_by_window, axis=-1)
    diffuse_in = diffuse * (optics.diffuse_transmittance * area)
    kept = None if keep is None else keep(beam_by_window)
    if kept is not None and all(s.beam_traced):
        faces = kept
    else:
        faces = beam_in[..., None] * c.beam_share
        if kept is not None:
            faces = jnp.where(np.asarray(s.beam_traced)[:, None], kept, faces)
    for window in range(windows):
        faces = faces + diffuse_in[..., window, None] * c.diffuse_share[:, window]
    real = c.area > 0
    faces = faces * jnp.where(real, 1 / jnp.where(real, c.area, 1.0), 0.0)
    pane_heat = (
        beam[..., None] * absorbed
        + diffuse[..., None] * optics.diffuse_absorptance
        + faces[..., opaque:, None] * c.pane_share
    )
    inside = jnp.concatenate([faces[..., :opaque], jnp.zeros_like(faces[..., opaque:])], axis=-1)
    return pane_heat, inside, beam_in + jnp.sum(diffuse_in, axis=-1)


def _wind(network: RCNetwork, c: Coefficients, weather: StepWeather):
    s, out = network.structure, c.outside
    owner = np.asarray(s.window_wall, dtype=np.int32)
    exposed = np.asarray(s.wind_exposed, dtype=bool)
    exposed = np.concatenate([exposed, np.take_along_axis(exposed, owner, axis=1)], axis=1)
    ratio = wind_at_height(
        jnp.ones((), network.dtype), out.height, network.wind_exponent, network.wind_layer
    )
    facing = windward(weather.wind_direction[:, None, None], out.azimuth, out.sin_tilt)
    forced = forced_convection(weather.wind_speed[:, None, None], ratio, facing)
    return jnp.where(exposed, forced, 0.0)


def _airflow(network: RCNetwork, weather: StepWeather, values):
    s, a = network.structure, network.airflows
    zones = s.counts[0]
    wind = wind_at_height(
        weather.wind_speed[:, None],
        network.zones.height,
        network.wind_exponent,
        network.wind_layer,
    )
    wind = wind @ _table(s.airflow_zone, zones, wind.dtype).T
    rate = (weather.air_density * moist_air_specific_heat(weather.humidity_ratio))[:, None]
    flow = rate * a.flow * _scheduled(values, s.airflow_schedule)
    steady = flow * (a.constant + a.wind * wind + a.wind_squared * wind * wind)
    to_zone = _table(s.airflow_zone, zones, flow.dtype)
    exchange = rate * a.exchange_flow * _scheduled(values, s.exchange_schedule)
    return steady @ to_zone, (flow * a.temperature) @ to_zone, exchange


def day_forcing(
    network: RCNetwork, c: Coefficients, day: Day, beams: BeamTable | None = None
) -> tuple[Forcing, Light]:
    """Everything that drives the network at the steps of one day.

    Args:
        network: The network.
        c: Its coefficients.
        day: The day's inputs.
        beams: Where traced beams fall; without it beams fall on the floor or on all faces.
    """
    keep = None if beams is None else partial(kept_by_faces, beams.on(day.sun))
    return step_forcing(network, c, day_inputs(network, day), keep)


def step_forcing(
    network: RCNetwork,
    c: Coefficients,
    inputs: StepInputs,
    keep: Callable[[Float[Array, "step zone window"]], Float[Array, "step zone face"]] | None,
) -> tuple[Forcing, Light]:
    """Everything that drives the network at some steps.

    Args:
        network: The network.
        c: Its coefficients.
        inputs: Of the steps.
        keep: From the beam through each window [W] to what each face keeps of it; None where
            beams are not traced.
    """
    s, z = network.structure, network.zones
    weather, dtype = inputs.weather, network.dtype
    values = inputs.schedules

    beam, diffuse, cos_incidence = _sunlight(network, c, weather)
    envelope = s.counts[1]
    sunny = jnp.asarray(s.sun_exposed)
    incident = beam + diffuse
    solar_outside = jnp.where(
        sunny, network.envelope.outside_solar_absorptance * incident[..., :envelope], 0.0
    )
    pane_heat, solar_inside, transmitted = _indoors(network, c, beam, diffuse, cos_incidence, keep)

    gain = network.gains.power * _scheduled(values, s.gain_schedule)
    to_zone = _table(s.gain_zone, s.counts[0], dtype)
    radiant = (gain * network.gains.radiant_fraction) @ to_zone
    convective = gain @ to_zone - radiant
    # Where no face exchanges longwave heat, radiant gains fall on all faces alike.
    dull = jnp.sum(c.area * c.star, axis=1) > 0
    fallen = jnp.where(dull, 0.0, radiant / jnp.sum(c.area, axis=1))
    radiant = jnp.where(dull, radiant, 0.0)
    solar_inside = solar_inside + fallen[..., None] * (c.area > 0)
    airflow, slope, exchange = _airflow(network, weather, values)
    from_weather = np.asarray(s.ground_from_weather, dtype=bool)
    ground = jnp.where(from_weather, weather.ground_temperature[:, None, None], inputs.ground)
    forcing = Forcing(
        temp_air=weather.temp_air,
        temp_sky=weather.temp_sky,
        pressure=weather.pressure,
        forced=_wind(network, c, weather),
        ground=ground,
        solar_outside=solar_outside,
        pane_heat=pane_heat,
        solar_inside=solar_inside,
        gain_convective=convective,
        gain_radiant=radiant,
        airflow=airflow,
        airflow_slope=slope,
        exchange=exchange,
        heating_setpoint=z.heating_setpoint + _scheduled(values, s.heating_schedule, 0.0),
        cooling_setpoint=z.cooling_setpoint + _scheduled(values, s.cooling_schedule, 0.0),
        heating_capacity=z.heating_capacity * _scheduled(values, s.heating_availability),
        cooling_capacity=z.cooling_capacity * _scheduled(values, s.cooling_availability),
    )
    return with_controls(forcing, inputs.controls), Light(incident, transmitted)


def with_controls(forcing: Forcing, controls: Controls) -> Forcing:
    """Setpoints replaced and heat added, where controls say so.

    Args:
        forcing: Of some steps.
        controls: At these steps, or of shapes that broadcast to them.
    """

    def given(control: Array | None, otherwise: Array) -> Array:
        return otherwise if control is None else jnp.broadcast_to(control, otherwise.shape)

    convective, added = forcing.gain_convective, controls.heat_flow
    return replace(
        forcing,
        heating_setpoint=given(controls.heating_setpoint, forcing.heating_setpoint),
        cooling_setpoint=given(controls.cooling_setpoint, forcing.cooling_setpoint),
        gain_convective=convective if added is None else convective + added,
    )
