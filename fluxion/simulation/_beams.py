"""Traced beams over a year: rays for some days, all other days in between.

The sun's path changes little from day to day, so rays are traced for the middle of each hour of
every eighth day, and the shares of the planes are linear between hours and between these days.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.networks import Coefficients, RCNetwork, beam_shares
from fluxion.units import HOURS_PER_DAY

#: Days between two that are traced.
_EVERY = 8


class BeamTable(eqx.Module):
    """Share of each window's beam that reaches each plane, for the traced days.

    Attributes:
        days: That were traced, counted from the first one.
        hits: By traced day and hour. [-]
    """

    days: Float[Array, "day"]
    hits: Float[Array, "day 24 zone window plane"]

    def on(self, day: Float[Array, ""], steps: int) -> Float[Array, "step zone window plane"]:
        """Shares at the steps of a day, counted in days from the first one."""
        count = self.hits.shape[0]
        first = jnp.clip((day / _EVERY).astype(jnp.int32), 0, max(count - 2, 0))
        near = jax.lax.dynamic_slice_in_dim(self.hits, first, min(2, count))
        ends = jax.lax.dynamic_slice_in_dim(self.days, first, min(2, count))
        part = (day - ends[0]) / jnp.maximum(ends[-1] - ends[0], 1.0)
        by_hour = near[0] + part * (near[-1] - near[0])
        return jnp.tensordot(_to_steps(steps, self.hits.dtype), by_hour, axes=1)


def _to_steps(steps: int, dtype) -> Float[Array, "step 24"]:
    """Straight lines from the middles of hours to those of steps; the ends hold."""
    at = np.clip((np.arange(steps) + 0.5) * HOURS_PER_DAY / steps - 0.5, 0, HOURS_PER_DAY - 1)
    first = np.minimum(at.astype(int), HOURS_PER_DAY - 2)
    weights = np.zeros((steps, HOURS_PER_DAY))
    weights[np.arange(steps), first] = 1.0 - (at - first)
    weights[np.arange(steps), first + 1] = at - first
    return jnp.asarray(weights, dtype)


def beam_table(
    network: RCNetwork, c: Coefficients, sun: Float[Array, "day step 3"]
) -> BeamTable | None:
    """Trace beams, if any zone wants it.

    Args:
        network: The network.
        c: Its coefficients.
        sun: Unit vectors to the sun: east, north, up.
    """
    if c.beam_paths is None:
        return None
    days = sun.shape[0]
    traced = np.minimum(np.arange(0, days - 1 + _EVERY, _EVERY), days - 1)
    chosen = sun[traced].reshape(len(traced), HOURS_PER_DAY, -1, 3)
    middle = jnp.mean(chosen, axis=2)
    length = jnp.sqrt(jnp.sum(middle * middle, axis=-1, keepdims=True))
    paths, orientation = c.beam_paths, network.orientation
    trace = jax.checkpoint(lambda s: beam_shares(paths, orientation, s), prevent_cse=False)
    hits = jax.lax.map(trace, middle / length)
    return BeamTable(jnp.asarray(traced, sun.dtype), hits)
