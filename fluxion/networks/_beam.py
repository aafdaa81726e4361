"""Beam sunlight inside zones whose beams are traced: frames of windows, shares of planes."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.networks._network import Enclosures, RCNetwork
from fluxion.physics.beam_tracing import beam_hits
from fluxion.physics.enclosure import shortwave_distribution


class BeamPaths(eqx.Module):
    """Where beams start and what becomes of those that reach a plane.

    Attributes:
        corner: Lower left of each window, seen from outside. [m]
        right, up: Along its sides.
        width, height: Of the window. [m]
        enclosures: Planes that the beams may reach.
        kept: For each watt of beam on a plane, what each face keeps in the end. [-]
    """

    corner: Float[Array, "zone window 3"]
    right: Float[Array, "zone window 3"]
    up: Float[Array, "zone window 3"]
    width: Float[Array, "zone window"]
    height: Float[Array, "zone window"]
    enclosures: Enclosures
    kept: Float[Array, "zone plane face"]


def beam_paths(
    network: RCNetwork,
    area: Float[Array, "zone face"],
    factors: Float[Array, "zone face face"],
    reflectance: Float[Array, "zone face"],
) -> BeamPaths:
    """Set up tracing.

    Args:
        network: The network.
        area: Of every face. [m2]
        factors: View factors between faces.
        reflectance: Of every face.
    """
    s, e, w = network.structure, network.envelope, network.windows
    owner = np.asarray(s.window_wall, dtype=np.int32)
    tilt, azimuth = (
        jnp.deg2rad(jnp.take_along_axis(values, owner, axis=1)) for values in (e.tilt, e.azimuth)
    )
    level = jnp.zeros_like(tilt)
    right = jnp.stack([-jnp.cos(azimuth), jnp.sin(azimuth), level], axis=-1)
    normal = jnp.stack(
        [jnp.sin(tilt) * jnp.sin(azimuth), jnp.sin(tilt) * jnp.cos(azimuth), jnp.cos(tilt)], axis=-1
    )
    up = jnp.cross(normal, right)
    corner = jnp.take_along_axis(e.corner, owner[..., None], axis=1)
    corner = corner + w.u[..., None] * right + w.v[..., None] * up

    planes = network.enclosures.offsets.shape[1]
    lies_in = np.asarray(s.plane)[:, None, :] == np.arange(planes)[None, :, None]
    on_plane = jnp.where(lies_in, area[:, None, :], 0.0)
    total = jnp.sum(on_plane, axis=2, keepdims=True)
    first_hit = on_plane / jnp.where(total > 0, total, 1.0)
    kept = jax.vmap(
        lambda f, r, hits: jax.vmap(lambda hit: shortwave_distribution(f, r, hit))(hits)
    )(factors, reflectance, first_hit)
    return BeamPaths(corner, right, up, w.width, w.height, network.enclosures, kept)


def beam_shares(
    paths: BeamPaths, orientation: Float[Array, ""], sun: Float[Array, "time 3"]
) -> Float[Array, "time zone window plane"]:
    """Share of each window's beam that reaches each plane of its zone.

    Args:
        paths: See `beam_paths`.
        orientation: Of the building. [deg]
        sun: Unit vectors to the sun: east, north, up.
    """
    turn = jnp.deg2rad(orientation)
    east, north, up = sun[:, 0], sun[:, 1], sun[:, 2]
    own = jnp.stack(
        [
            east * jnp.cos(turn) - north * jnp.sin(turn),
            east * jnp.sin(turn) + north * jnp.cos(turn),
            up,
        ],
        axis=-1,
    )
    p, planes = paths, paths.enclosures
    one_sun = jax.vmap(  # zones
        jax.vmap(beam_hits, in_axes=(*(0,) * 5, *(None,) * 4)),  # windows
        in_axes=(*(0,) * 5, None, *(0,) * 3),
    )
    of_window = (p.corner, p.right, p.up, p.width, p.height)
    return jax.vmap(
        lambda towards: one_sun(*of_window, towards, planes.normals, planes.offsets, planes.present)
    )(own)


def kept_beams(
    paths: BeamPaths, orientation: Float[Array, ""], sun: Float[Array, "time 3"]
) -> Float[Array, "time zone window face"]:
    """Share of each window's beam that each face of its zone keeps in the end.

    Args:
        paths: See `beam_paths`.
        orientation: Of the building. [deg]
        sun: Unit vectors to the sun: east, north, up.
    """
    return jnp.einsum("tzwp,zpf->tzwf", beam_shares(paths, orientation, sun), paths.kept)
