"""The heat balance of all surfaces and zones over one step, in closed form.

Walls reduce to a straight line between the inside face and the heat it receives; faces meet in
the zone's radiant star node and its air node; the air node closes with the ideal load. Films
follow temperatures: they are evaluated at temperatures extrapolated from the last two steps, and
so is whatever comes from a neighbouring zone; the air is expected where its setpoints want it.
No iteration, no branch.
"""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.networks._coefficients import Coefficients
from fluxion.networks._network import RCNetwork, Structure
from fluxion.networks._permute import permute
from fluxion.networks._state import Flows, Forcing, State
from fluxion.physics._sums import short_sum
from fluxion.physics.convection import outside_convection, plate_convection
from fluxion.physics.enclosure import own_plane_exchange
from fluxion.physics.glazing_gap import GAS_COEFFICIENTS, gap_conductance
from fluxion.physics.ideal_loads import ideal_loads
from fluxion.physics.longwave import black_emission, radiative_coefficient
from fluxion.physics.window_convection import window_convection

#: Keeps the star node of a zone without longwave exchange finite. [W/K]
_NO_FACE_RADIATES = 1e-30
#: Air so near a setpoint is on it, whatever the round-off: slopes then follow the air. [K]
_NEAR = 1e-3


def zone_sum(values: Float[Array, "zone face"]) -> Float[Array, "zone"]:
    """Sum over a zone's faces."""
    return short_sum(values, 1)


def _mode_sum(weights: Array, modes: Array) -> Array:
    return short_sum(weights * modes, -1)


class WindowChain(eqx.Module):
    """Windows as a resistance between their faces and the heat of their panes at each face."""

    conductance: Float[Array, "zone window"]
    source_inside: Float[Array, "zone window"]
    source_outside: Float[Array, "zone window"]
    pane_fraction: Float[Array, "zone window pane"]  # of the way from outside to inside
    resistance: Float[Array, "zone window pane"]  # from the outside face to each pane


def window_chain(
    structure: Structure,
    c: Coefficients,
    temp_pane: Float[Array, "zone window pane"],
    pane_heat: Float[Array, "zone window pane"],
    pressure: Float[Array, ""],
) -> WindowChain:
    """Resistances and sources of the windows, gaps at the given pane temperatures."""
    index = np.asarray(structure.window_glazing, dtype=np.int32)
    fixed = np.asarray(structure.gap_fixed, dtype=bool)[index]
    present = np.asarray(structure.pane_present, dtype=bool)[index]
    gas = np.asarray(structure.gap_gas, dtype=np.int32)[index]
    gaps, panes = c.panes.gap_thickness.shape[-1], temp_pane.shape[-1]
    dtype = temp_pane.dtype
    outside = c.outside.tilt.shape[1] - index.shape[1]
    tilt, half = c.outside.tilt[:, outside:], c.panes.half_resistance
    position = [half[..., 0]]
    for j in range(gaps):
        here = present[..., j + 1]
        if fixed[..., j].all() or not here.any():
            resistance = c.panes.gap_resistance[..., j]
        else:
            height = c.outside.window_rise
            gap = gap_conductance(
                temp_pane[..., j],
                temp_pane[..., j + 1],
                jnp.where(here & ~fixed[..., j], c.panes.gap_thickness[..., j], 0.01),
                c.panes.emissivity_back[..., j],
                c.panes.emissivity_front[..., j + 1],
                jnp.asarray(GAS_COEFFICIENTS[gas[..., j]], dtype),
                tilt,
                height,
                pressure,
                upright=structure.upright_windows,
            )
            resistance = jnp.where(fixed[..., j], c.panes.gap_resistance[..., j], 1 / gap)
        resistance = jnp.where(here, resistance, 0.0)
        position.append(position[-1] + half[..., j] + resistance + half[..., j + 1])
    place = jnp.stack(position, axis=-1)
    total = place[..., -1] + half[..., panes - 1]
    fraction = place / total[..., None]
    return WindowChain(
        conductance=1 / total,
        source_inside=jnp.sum(pane_heat * fraction, axis=-1),
        source_outside=jnp.sum(pane_heat * (1 - fraction), axis=-1),
        pane_fraction=fraction,
        resistance=place,
    )


def pane_temperatures(
    chain: WindowChain,
    pane_heat: Float[Array, "zone window pane"],
    outer: Float[Array, "zone window"],
    inner: Float[Array, "zone window"],
) -> Float[Array, "zone window pane"]:
    """Temperature in the middle of each pane, between the faces, warmed by what panes absorb."""
    f = chain.pane_fraction
    # Green's function of the chain: heat released at pane k warms pane j by R min (1 - max).
    low = jnp.minimum(f[..., :, None], f[..., None, :])
    high = jnp.maximum(f[..., :, None], f[..., None, :])
    warmed = jnp.sum(low * (1 - high) * pane_heat[..., None, :], axis=-1)
    warmed = warmed / chain.conductance[..., None]
    return outer[..., None] + f * (inner - outer)[..., None] + warmed


def _within_setpoints(air: Array, missed: Array, f: Forcing) -> Array:
    """Air temperature as the plant would keep it, if it still misses its setpoints by as much."""
    low, high = f.heating_setpoint + jnp.minimum(missed, 0.0), jnp.maximum(missed, 0.0)
    low = jnp.where(f.heating_capacity > 0, low - _NEAR, -jnp.inf)
    high = jnp.where(f.cooling_capacity > 0, f.cooling_setpoint + high + _NEAR, jnp.inf)
    return jnp.clip(air, low, high)


def _missed(air: Array, f: Forcing) -> Array:
    """How far the plant, if it runs, lets the air stay off its setpoints. [K]"""
    below = jnp.minimum(air - f.heating_setpoint + _NEAR, 0.0)
    above = jnp.maximum(air - f.cooling_setpoint - _NEAR, 0.0)
    heats, cools = f.heating_capacity > 0, f.cooling_capacity > 0
    return jnp.where(heats, below, 0.0) + jnp.where(cools, above, 0.0)


def _films(s: Structure, network: RCNetwork, c: Coefficients, f: Forcing, state: State, air: Array):
    """Convective and radiative coefficients inside and outside, at extrapolated temperatures."""
    inside = 2 * state.temp_inside - state.last_inside
    outside = 2 * state.temp_outside - state.last_outside
    radiant = zone_sum(c.radiant_weight * inside)
    convection_in = plate_convection(inside - air[:, None], c.plate_inside)
    if c.window_convection == "iso15099":
        opaque = sum(s.counts[1:3])
        glass = window_convection(
            inside[:, opaque:],
            air[:, None],
            c.outside.window_rise,
            c.outside.tilt[:, s.counts[1] :],
            f.pressure,
            upright=s.upright_windows,
        )
        convection_in = jnp.concatenate([convection_in[:, :opaque], glass], axis=1)
    fixed = np.asarray(s.fixed_inside, dtype=bool)
    if fixed.any():
        given = jnp.concatenate(
            [
                network.envelope.inside_convection,
                network.partition.inside_convection,
                network.windows.inside_convection,
            ],
            axis=1,
        )
        convection_in = jnp.where(fixed, given, convection_in)
    radiation_in = c.star * radiative_coefficient(inside, radiant[:, None])
    within_plane = jnp.zeros_like(inside)
    if c.own_planes is not None:
        within_plane = own_plane_exchange(c.own_planes, black_emission(inside))
    out = c.outside
    natural = plate_convection(outside - f.temp_air, out.plate)
    convection_out = outside_convection(natural, f.forced, out.roughness_factor)
    fixed = np.asarray(s.fixed_outside, dtype=bool)
    if fixed.any():
        given = jnp.concatenate(
            [network.envelope.outside_convection, network.windows.outside_convection], axis=1
        )
        convection_out = jnp.where(fixed, given, convection_out)
    to_air = out.emissivity * (out.view.air + out.view.ground)
    to_air = to_air * radiative_coefficient(outside, f.temp_air)
    to_sky = out.emissivity * out.view.sky * radiative_coefficient(outside, f.temp_sky)
    return convection_in, radiation_in, within_plane, convection_out, to_air, to_sky


def _opposite(s: Structure, values: Float[Array, "zone partition"]) -> Array:
    """Values at the other face of each partition."""
    if values.size == 0:
        return values
    order = tuple(sum(s.partition_opposite, ()))
    return jnp.reshape(permute(jnp.reshape(values, (-1,)), order), values.shape)


def step(
    network: RCNetwork,
    c: Coefficients,
    air_capacity: Float[Array, "zone"],
    state: State,
    f: Forcing,
) -> tuple[State, Flows]:
    """Advance a network by one step.

    Args:
        network: The network.
        c: Its coefficients, which fix the length of the step.
        air_capacity: Heat capacity of each zone's air over the length of the step. [W/K]
        state: At the previous step.
        f: What drives the step.

    Returns:
        The new state and all heat flows.

    Source: zone and surface heat balances of ASHRAE Fundamentals 2021, ch. 19, eq. 19-30;
    radiant star: J. A. Carroll, An MRT method of computing radiant energy exchange in rooms,
    Proc. 2nd Systems Simulation and Economic Analysis Conf., 1980.
    """
    s, r = network.structure, c.response
    zones, envelope, partitions, windows = s.counts
    opaque = envelope + partitions
    # A plant moves the air to a new setpoint at once: from there it is extrapolated.
    air_now = _within_setpoints(2 * state.temp_air - state.last_air, state.missed, f)
    h_in, hr_in, within_plane, h_out, hr_air, hr_sky = _films(s, network, c, f, state, air_now)

    # History of the walls: flow out of each face that follows from the past alone.
    old_in = state.temp_inside[:, :opaque]
    beyond = _opposite(s, state.temp_inside[:, envelope:opaque])
    old_out = jnp.concatenate([state.temp_outside[:, :envelope], beyond], axis=1)
    bend_in = old_in - state.last_inside[:, :opaque]
    bend_out = jnp.concatenate(
        [
            old_out[:, :envelope] - state.last_outside[:, :envelope],
            beyond - _opposite(s, state.last_inside[:, envelope:opaque]),
        ],
        axis=1,
    )
    past_out = _mode_sum(r.outside_history, state.modes) + r.b_oo * old_out + r.b_oi * old_in
    past_out = past_out + r.d_oo * bend_out + r.d_oi * bend_in
    past_in = _mode_sum(r.inside_history, state.modes) + r.b_oi * old_out + r.b_ii * old_in
    past_in = past_in + r.d_oi * bend_out + r.d_ii * bend_in
    across = r.conductance - r.b_oi
    self_in = r.conductance + r.b_ii

    # Outside faces, eliminated: T_out = rest + follow * T_in.
    held = np.asarray(s.outdoors, dtype=bool) | np.asarray(s.adiabatic, dtype=bool)
    open_air = np.asarray(s.outdoors, dtype=bool)
    h_total = h_out + hr_air + hr_sky
    h_source = (h_out + hr_air) * f.temp_air + hr_sky * f.temp_sky
    wall_total = jnp.where(open_air, h_total[:, :envelope], 0.0)
    wall_source = jnp.where(open_air, h_source[:, :envelope] + f.solar_outside, 0.0)
    pull = wall_total + (r.conductance + r.b_oo)[:, :envelope]
    wall_rest = jnp.where(held, (wall_source + past_out[:, :envelope]) / pull, f.ground)
    wall_follow = jnp.where(held, across[:, :envelope] / pull, 0.0)
    extrapolated = 2 * state.temp_inside - state.last_inside
    neighbour = _opposite(s, extrapolated[:, envelope:opaque])

    chain = window_chain(s, c, state.temp_pane, f.pane_heat, f.pressure)
    glass_total, glass_source = h_total[:, envelope:], h_source[:, envelope:]
    glass_pull = glass_total + chain.conductance
    glass_rest = (glass_source + chain.source_outside) / glass_pull
    glass_follow = chain.conductance / glass_pull

    rest = jnp.concatenate([wall_rest, neighbour, glass_rest], axis=1)
    none = jnp.zeros((zones, partitions), wall_follow.dtype)
    follow = jnp.concatenate([wall_follow, none, glass_follow], axis=1)
    through = jnp.concatenate([across, chain.conductance], axis=1)
    own = jnp.concatenate([self_in, chain.conductance], axis=1)
    past = jnp.concatenate([past_in, chain.source_inside], axis=1)

    # Inside faces: q_conduction = drive - admittance * T_in.
    drive = through * rest + past
    admittance = own - through * follow
    share = 1 / (h_in + hr_in + admittance)
    heat = (drive + f.solar_inside + within_plane) * share

    # Radiant star node, then the air node.
    a_conv, a_rad = c.area * h_in, c.area * hr_in
    star_heat = zone_sum(a_rad * heat) + f.gain_radiant
    star_air = zone_sum(a_rad * h_in * share)
    star_pull = zone_sum(a_rad * (h_in + admittance) * share) + _NO_FACE_RADIATES
    air_heat = zone_sum(a_conv * heat)
    air_pull = zone_sum(a_conv * (hr_in + admittance) * share)
    flow = f.airflow + f.airflow_slope * jnp.sqrt((air_now - f.temp_air) ** 2 + 1e-6)
    source, target = (np.asarray(v, np.int32) for v in (s.exchange_source, s.exchange_target))
    into = np.zeros((len(source), zones))
    into[np.arange(len(source)), target] = 1.0
    into = jnp.asarray(into, air_capacity.dtype)
    exchange = f.exchange @ into
    brought = (f.exchange * air_now[source]) @ into
    # Values stand for the middle of a step; what the air stores changes from end to end of it.
    conductance = 1.5 * air_capacity + air_pull - star_air**2 / star_pull + flow + exchange
    load_drive = (
        air_capacity * (state.end_air + 0.5 * state.temp_air)
        + air_heat
        + star_air * star_heat / star_pull
        + flow * f.temp_air
        + brought
        + f.gain_convective
    )
    air, heating, cooling = ideal_loads(
        conductance,
        load_drive,
        f.heating_setpoint,
        f.cooling_setpoint,
        f.heating_capacity,
        f.cooling_capacity,
    )
    radiant = (star_heat + star_air * air) / star_pull

    inside = heat + share * (h_in * air[:, None] + hr_in * radiant[:, None])
    from_rest = rest + follow * inside
    outside = jnp.concatenate([from_rest[:, :envelope], from_rest[:, opaque:]], axis=1)
    new_in = inside[:, :opaque]
    new_out = jnp.concatenate(
        [outside[:, :envelope], _opposite(s, inside[:, envelope:opaque])], axis=1
    )
    change_out, change_in = (new_out - old_out)[..., None], (new_in - old_in)[..., None]
    modes = r.decay * state.modes - r.outside_gain * change_out - r.inside_gain * change_in
    modes = modes + r.outside_bend * bend_out[..., None] + r.inside_bend * bend_in[..., None]
    end_air = air + 0.5 * (air - state.temp_air)
    missed = _missed(air, f)
    panes = pane_temperatures(chain, f.pane_heat, outside[:, envelope:], inside[:, opaque:])

    new = State(
        modes=modes,
        temp_outside=outside,
        temp_inside=inside,
        temp_air=air,
        temp_radiant=radiant,
        temp_pane=panes,
        last_outside=state.temp_outside,
        last_inside=state.temp_inside,
        last_air=_within_setpoints(state.temp_air, missed, f),
        missed=missed,
        end_air=end_air,
    )
    self_out = jnp.concatenate([(r.conductance + r.b_oo)[:, :envelope], chain.conductance], axis=1)
    past_outside = jnp.concatenate([past_out[:, :envelope], chain.source_outside], axis=1)
    toward_in = jnp.concatenate([inside[:, :envelope], inside[:, opaque:]], axis=1)
    through_out = jnp.concatenate([across[:, :envelope], chain.conductance], axis=1)
    exposed = jnp.concatenate([jnp.asarray(open_air), jnp.ones((zones, windows), bool)], axis=1)
    absorbed = jnp.concatenate([f.solar_outside, jnp.zeros((zones, windows), air.dtype)], axis=1)

    def outdoors(values):
        return jnp.where(exposed, values, 0.0)

    conducted, convected = drive - admittance * inside, h_in * (air[:, None] - inside)
    slot = np.arange(opaque + windows)
    between = jnp.asarray((slot >= envelope) & (slot < opaque), air.dtype)
    flows = Flows(
        heating=heating,
        cooling=cooling,
        temp_air=air,
        temp_radiant=radiant,
        temp_inside=inside,
        temp_outside=outside,
        conduction_inside=conducted,
        convection_inside=convected,
        longwave_inside=hr_in * (radiant[:, None] - inside) + within_plane,
        solar_inside=f.solar_inside,
        conduction_outside=through_out * toward_in + past_outside - self_out * outside,
        convection_outside=outdoors(h_out * (f.temp_air - outside)),
        longwave_outside=outdoors(
            hr_air * (f.temp_air - outside) + hr_sky * (f.temp_sky - outside)
        ),
        solar_outside=outdoors(absorbed),
        airflow=flow * (f.temp_air - air),
        exchange=brought - exchange * air,
        surfaces=-zone_sum(c.area * convected),
        partitions=zone_sum(c.area * between * conducted),
        gain=f.gain_convective,
        storage=air_capacity * (end_air - state.end_air),
        convection_coefficient=h_in,
    )
    return new, flows
