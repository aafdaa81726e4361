"""Heat stored in walls, by the law that the time steps obey exactly."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.networks._balance import _opposite
from fluxion.networks._coefficients import Coefficients
from fluxion.networks._network import RCNetwork
from fluxion.networks._state import State


def stored_energy(
    network: RCNetwork, c: Coefficients, state: State, step: Float[Array, ""] | float
) -> Float[Array, "zone opaque"]:
    """Heat in each wall above that at 0 degC, for each opaque slot: envelope, then partitions.

    Over every step the heat that leaves a wall through its two faces equals what this loses, to
    round-off. It is the integral of capacity times temperature, with modes and faces taken where
    the step's hold has them. A partition has a slot in both of its zones; each holds the whole
    wall.

    Args:
        network: The network.
        c: Its coefficients.
        state: At a step.
        step: The length that the coefficients were made for. [s]

    Returns:
        Stored heat. [J/m2]

    Source: the sum of the recurrences of `fluxion.physics.conduction.WallResponse` over both
    faces, which telescopes. With ``S = g_out T_out + g_in T_in`` and ``S'`` a step before:
    ``a[n] (1 - decay) = -D (decay a + gain S - bend S')``.
    """
    s, r, walls = network.structure, c.response, c.walls
    envelope, partitions = s.counts[1], s.counts[2]
    opaque = envelope + partitions

    def faces(outside: Array, inside: Array) -> tuple[Array, Array]:
        beyond = _opposite(s, inside[:, envelope:opaque])
        return jnp.concatenate([outside[:, :envelope], beyond], axis=1), inside[:, :opaque]

    out, inn = faces(state.temp_outside, state.temp_inside)
    last_out, last_in = faces(state.last_outside, state.last_inside)
    gain = r.outside_gain * out[..., None] + r.inside_gain * inn[..., None]
    bend = r.outside_bend * last_out[..., None] + r.inside_bend * last_in[..., None]
    weight = walls.outside_weight + walls.inside_weight
    line = -jnp.expm1(-step / walls.time_constant) * walls.time_constant / step
    kept = jnp.sum(weight * (r.decay * state.modes + gain - bend) / line, axis=-1)
    oo, oi, ii = (walls.residual[..., k] for k in range(3))
    now, before = 1.5 * out - 0.5 * last_out, 1.5 * inn - 0.5 * last_in
    # Each zone sees the far face of a partition by extrapolation: what it missed comes later.
    ahead = (out - last_out) + (inn - last_in)
    ahead = step * (r.conductance - r.b_oi) * ahead
    coupled = jnp.arange(opaque) >= envelope
    return kept + (oo + oi) * now + (oi + ii) * before + jnp.where(coupled, ahead, 0.0)
