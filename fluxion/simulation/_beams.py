"""Traced beams: rays for a grid of sun positions, all others in between.

Where the sun stands follows from its declination and its hour angle, and a year passes every
declination twice. So rays are traced on a grid of both, and the shares of the faces are linear
between: by the day's declination, and by the hour angle of each step.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fluxion.networks import Coefficients, RCNetwork, kept_beams
from fluxion.physics.sun_position import hour_angle, sun_direction
from fluxion.units import HOURS_PER_DAY
from fluxion.weather import Site, Weather

#: Widest step between two declinations of the grid, and how far declination moves in a day. [deg]
_STEP, _A_DAY = 6.0, 0.4
#: Declinations of a year and their number. [deg]
_SPAN, _MOST = 47.0, 9
#: Hour angles between two of the grid. [deg]
_TURN = 15.0
#: Hours that the steps of a day reach into: an hour more at each end.
_REACH = HOURS_PER_DAY + 2
#: Sine of the sun's altitude below which rays are not traced. Shares are used up to an hour (15
#: degrees of its path) and 6 degrees of declination away, so none is missed.
_DARK = -0.38


class SunDay(eqx.Module):
    """Where the sun passes on a day.

    Attributes:
        declination: At noon. [deg]
        ahead: Solar time less the clock's, at noon. [h]
    """

    declination: Float[Array, "*day"]
    ahead: Float[Array, "*day"]


def sun_days(weather: Weather) -> SunDay:
    """Where the sun passes on each day of a weather."""
    noon = HOURS_PER_DAY // 2

    def at_noon(hourly: Float[Array, "hours"]) -> Float[Array, "day"]:
        return hourly.reshape(-1, HOURS_PER_DAY)[:, noon]

    site = weather.site
    turned = hour_angle(
        jnp.asarray(12.0, weather.temp_air.dtype),
        site.longitude,
        site.utc_offset,
        at_noon(weather.equation_of_time),
    )
    return SunDay(at_noon(weather.solar_declination), turned / _TURN)


class BeamsOfDay(eqx.Module):
    """Shares over the hours that a day's steps reach into.

    Attributes:
        kept: At full hours of solar time, from the one before the first step. [-]
        begin: How far into that hour the day begins. [h]
    """

    kept: Float[Array, "26 zone window face"]
    begin: Float[Array, ""]


class BeamPlace(eqx.Module):
    """Where in a table the shares of a day lie.

    Attributes:
        below: Row of the declination before the day's.
        part: Of the way to the next. [-]
        first: Row of the full hour of solar time before the first step.
        begin: How far into that hour the day begins. [h]
    """

    below: Int[Array, "*day"]
    part: Float[Array, "*day"]
    first: Int[Array, "*day"]
    begin: Float[Array, "*day"]


class BeamTable(eqx.Module):
    """Share of each window's beam that each face keeps in the end, by where the sun stands.

    Attributes:
        lowest: First declination of the grid. [deg]
        step: From one to the next. [deg]
        kept: By declination and hour angle: 24 hours from solar midnight, and the first again.
    """

    lowest: Float[Array, ""]
    step: Float[Array, ""]
    kept: Float[Array, "declination hour zone window face"]

    def place(self, sun: SunDay) -> BeamPlace:
        """Where the shares of some days lie."""
        whole = jnp.floor(sun.ahead)
        declination = (sun.declination - self.lowest) / self.step
        below = jnp.clip(declination.astype(jnp.int32), 0, self.kept.shape[0] - 2)
        first = jnp.mod(whole.astype(jnp.int32), HOURS_PER_DAY)
        return BeamPlace(below, declination - below, first, sun.ahead - whole)

    def on(self, sun: SunDay) -> BeamsOfDay:
        """Shares of a day, by full hours of solar time."""
        place = self.place(sun)
        return BeamsOfDay(shares_at(self.kept, place), place.begin)


def shares_at(
    kept: Float[Array, "*before declination hour *of"], place: BeamPlace, axis: int = 0
) -> Float[Array, "*before 26 *of"]:
    """Shares of a day by full hours, between those of two declinations.

    Args:
        kept: As of `BeamTable`, or what is made of its shares.
        place: Of the day.
        axis: Of declinations; that of hours follows.
    """
    near = jax.lax.dynamic_slice_in_dim(kept, place.first, _REACH, axis + 1)
    lower = jax.lax.dynamic_index_in_dim(near, place.below, axis, keepdims=False)
    upper = jax.lax.dynamic_index_in_dim(near, place.below + 1, axis, keepdims=False)
    return lower + place.part * (upper - lower)


def add_shares_at(
    total: Float[Array, "*before declination hour *of"],
    given: Float[Array, "*before 26 *of"],
    place: BeamPlace,
    axis: int = 0,
) -> Float[Array, "*before declination hour *of"]:
    """What `shares_at` reads, turned round: what a day's shares are given is added where they lie.

    Args:
        total: Of the table's shape.
        given: To each share of the day.
        place: Of the day.
        axis: Of declinations; that of hours follows.
    """
    given = jnp.expand_dims(given, axis)
    start = [jnp.zeros_like(place.first)] * total.ndim
    start[axis + 1] = place.first
    for row, weight in ((place.below, 1 - place.part), (place.below + 1, place.part)):
        start[axis] = row
        old = jax.lax.dynamic_slice(total, start, given.shape)
        total = jax.lax.dynamic_update_slice(total, old + weight * given, start)
    return total


def _positions(begin: Float[Array, ""], count: int) -> Float[Array, "within"]:
    """Where the steps within an hour lie, in hours from the grid's hour before it: 0 to 2."""
    return jnp.asarray((np.arange(count) + 0.5) / count, begin.dtype) + begin


def kept_by_faces(
    day: BeamsOfDay, beam: Float[Array, "step zone window"]
) -> Float[Array, "step zone face"]:
    """Beam that each face keeps, by step of a day; shares are linear between hours.

    The windows' beams are weighted and not the shares, of which there is one for every face.

    Args:
        day: Shares of each window's beam.
        beam: Through each window. [W]
    """
    count = beam.shape[0] // HOURS_PER_DAY
    zones, windows, faces = day.kept.shape[1:]
    hourly = beam.reshape(HOURS_PER_DAY, count, zones, windows)
    total = jnp.zeros((HOURS_PER_DAY, count, zones, faces), beam.dtype)
    for near in range(3):
        weight = jnp.maximum(1 - jnp.abs(_positions(day.begin, count) - near), 0.0)
        weighted = hourly * weight[:, None, None]
        shares = day.kept[near : near + HOURS_PER_DAY]
        for window in range(windows):
            total = total + weighted[..., window, None] * shares[:, None, :, window]
    return total.reshape(beam.shape[0], zones, faces)


def places_of_steps(
    begin: Float[Array, ""], count: int
) -> tuple[Int[Array, "step"], Float[Array, "step"]]:
    """Row of a day's shares before each step, and the part of the way to the next.

    Args:
        begin: How far into an hour of solar time the day begins. [h]
        count: Steps in an hour.
    """
    within = _positions(begin, count)
    later = (within >= 1.0).astype(jnp.int32)
    rows = np.arange(HOURS_PER_DAY, dtype=np.int32)[:, None] + later
    part = jnp.broadcast_to(within - later, rows.shape)
    return jnp.asarray(rows.reshape(-1)), part.reshape(-1)


def grid_size(days: int) -> int:
    """Declinations of the grid for so many days."""
    span = min(_A_DAY * days, _SPAN)
    return min(int(np.ceil(span / _STEP)) + 1, _MOST)


def beam_table(network: RCNetwork, c: Coefficients, site: Site, sun: SunDay) -> BeamTable | None:
    """Trace beams, if any zone wants it.

    Args:
        network: The network.
        c: Its coefficients.
        site: Where it stands.
        sun: On each day of the weather.
    """
    if c.beam_paths is None:
        return None
    count = grid_size(sun.declination.shape[0])
    lowest, highest = jnp.min(sun.declination), jnp.max(sun.declination)
    step = jnp.maximum((highest - lowest) / (count - 1), 1e-3)
    declination = lowest + step * jnp.arange(count, dtype=network.dtype)
    turn = jnp.asarray(_TURN * (np.arange(HOURS_PER_DAY) - 12.0), network.dtype)
    towards = sun_direction(site.latitude, declination[:, None], turn)
    paths, orientation = c.beam_paths, network.orientation
    dark = jnp.zeros(paths.width.shape + paths.kept.shape[2:], network.dtype)

    def of_position(towards: Float[Array, "3"]) -> Float[Array, "zone window face"]:
        def trace(towards):
            return kept_beams(paths, orientation, towards[None])[0]

        return jax.lax.cond(towards[2] > _DARK, trace, lambda towards: dark, towards)

    traced = jax.checkpoint(of_position, prevent_cse=False)
    kept = jax.lax.map(traced, towards.reshape(-1, 3))
    kept = kept.reshape(count, HOURS_PER_DAY, *kept.shape[1:])
    # A day may begin at any hour of the sun's: its hours follow one another without a seam.
    return BeamTable(lowest, step, jnp.concatenate([kept, kept, kept[:, :2]], axis=1))
