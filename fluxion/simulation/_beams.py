"""Traced beams over a year: rays for some days, all other days in between.

The sun's path changes little from day to day, so rays are traced for the middle of each hour of
every sixteenth day, and the shares of the faces are linear between hours and between these days.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fluxion.networks import Coefficients, RCNetwork, kept_beams
from fluxion.units import HOURS_PER_DAY

#: Days between two that are traced.
_EVERY = 16
#: Sine of the sun's altitude below which rays are not traced. Shares are used up to an hour (15
#: degrees of its path) and sixteen days (7 degrees of declination) away, so none is missed.
_DARK = -0.38


class BeamTable(eqx.Module):
    """Share of each window's beam that each face keeps in the end, for the traced days.

    Attributes:
        days: That were traced, counted from the first one.
        kept: By traced day and hour. [-]
    """

    days: Float[Array, "day"]
    kept: Float[Array, "day 24 zone window face"]

    def on(self, day: Float[Array, ""]) -> Float[Array, "24 zone window face"]:
        """Shares in the middle of the hours of a day, counted in days from the first one."""
        count = self.kept.shape[0]
        first = jnp.clip((day / _EVERY).astype(jnp.int32), 0, max(count - 2, 0))
        near = jax.lax.dynamic_slice_in_dim(self.kept, first, min(2, count))
        ends = jax.lax.dynamic_slice_in_dim(self.days, first, min(2, count))
        part = (day - ends[0]) / jnp.maximum(ends[-1] - ends[0], 1.0)
        return near[0] + part * (near[-1] - near[0])


def kept_by_faces(
    shares: Float[Array, "24 zone window face"], beam: Float[Array, "step zone window"]
) -> Float[Array, "step zone face"]:
    """Beam that each face keeps, by step of a day; shares are linear between middles of hours.

    The windows' beams are weighted and not the shares, of which there is one for every face.

    Args:
        shares: Of each window's beam, in the middle of each hour; the ends hold.
        beam: Through each window. [W]
    """
    count = beam.shape[0] // HOURS_PER_DAY
    zones, windows, faces = shares.shape[1:]
    hourly = beam.reshape(HOURS_PER_DAY, count, zones, windows)
    total = jnp.zeros((HOURS_PER_DAY, count, zones, faces), beam.dtype)
    for weight, near in _between_hours(shares, count):
        weighted = hourly * jnp.asarray(weight, beam.dtype)[:, None, None]
        for window in range(windows):
            total = total + weighted[..., window, None] * near[:, None, :, window]
    return total.reshape(beam.shape[0], zones, faces)


def shares_at_steps(
    shares: Float[Array, "24 zone window face"], count: int
) -> Float[Array, "step zone window face"]:
    """Share of each window's beam that each face keeps, by step; see `kept_by_faces`.

    Args:
        shares: In the middle of each hour.
        count: Steps in an hour.
    """
    wide = (None, slice(None), None, None, None)
    total = sum(
        jnp.asarray(weight, shares.dtype)[wide] * near[:, None]
        for weight, near in _between_hours(shares, count)
    )
    return jnp.reshape(total, (HOURS_PER_DAY * count, *shares.shape[1:]))


def _between_hours(shares: Float[Array, "24 zone window face"], count: int):
    """Weights within an hour, and what they weigh: the hour's own shares and its neighbours'."""
    offset = (np.arange(count) + 0.5) / count - 0.5
    return (
        (1 - np.abs(offset), shares),
        (np.maximum(-offset, 0), jnp.concatenate([shares[:1], shares[:-1]])),
        (np.maximum(offset, 0), jnp.concatenate([shares[1:], shares[-1:]])),
    )


def traced_days(days: int) -> Int[np.ndarray, "day"]:
    """On which of so many days beams are traced, the last among them."""
    return np.minimum(np.arange(0, days - 1 + _EVERY, _EVERY), days - 1)


def beam_table(
    network: RCNetwork, c: Coefficients, sun: Float[Array, "day step 3"]
) -> BeamTable | None:
    """Trace beams, if any zone wants it.

    Args:
        network: The network.
        c: Its coefficients.
        sun: Unit vectors to the sun at the steps of all days: east, north, up.
    """
    traced = traced_days(sun.shape[0])
    return beams_of_days(network, c, traced, sun[traced])


def beams_of_days(
    network: RCNetwork,
    c: Coefficients,
    traced: Int[np.ndarray, "day"],
    sun: Float[Array, "day step 3"],
) -> BeamTable | None:
    """Trace beams on some days, if any zone wants it.

    Args:
        network: The network.
        c: Its coefficients.
        traced: On which days, of `traced_days`.
        sun: Unit vectors to the sun at the steps of these days: east, north, up.
    """
    if c.beam_paths is None:
        return None
    middle = jnp.mean(sun.reshape(len(traced), HOURS_PER_DAY, -1, 3), axis=2)
    length = jnp.sqrt(jnp.sum(middle * middle, axis=-1, keepdims=True))
    paths, orientation = c.beam_paths, network.orientation
    dark = jnp.zeros(paths.width.shape + paths.kept.shape[2:], network.dtype)

    def of_hour(towards: Float[Array, "3"]) -> Float[Array, "zone window face"]:
        def trace(towards):
            return kept_beams(paths, orientation, towards[None])[0]

        return jax.lax.cond(towards[2] > _DARK, trace, lambda towards: dark, towards)

    hours = (middle / length).reshape(-1, 3)
    kept = jax.lax.map(jax.checkpoint(of_hour, prevent_cse=False), hours)
    kept = kept.reshape(len(traced), HOURS_PER_DAY, *kept.shape[1:])
    return BeamTable(jnp.asarray(traced, sun.dtype), kept)
