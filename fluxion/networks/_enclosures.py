"""How the faces of a zone share out radiation: constants of its enclosure."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.networks._beam import beam_paths
from fluxion.networks._blocks import join, pick
from fluxion.networks._network import RCNetwork, Structure
from fluxion.physics.enclosure import (
    OwnPlanes,
    carroll_coefficients,
    own_planes,
    shortwave_distribution,
    split_view_factors,
)
from fluxion.physics.glazing_optics import GlazingOptics


def _last_present(network: RCNetwork) -> np.ndarray:
    """Index of the innermost pane of each glazing."""
    return np.asarray(network.structure.pane_present).sum(axis=1) - 1


def enclosures(network: RCNetwork, area, optics: GlazingOptics):
    """Radiant star factors and the sharing out of entering sunlight, zone by zone."""
    s, dtype = network.structure, network.dtype
    present = jnp.asarray([[bool(n) for n in row] for row in s.face_names])
    plane = np.asarray(s.plane, dtype=np.int32)
    inner = jnp.take_along_axis(
        network.glazings.emissivity_back, jnp.asarray(_last_present(network))[:, None], axis=1
    )[:, 0]
    emissivity = join(
        network.envelope.inside_emissivity,
        network.partition.emissivity,
        pick(inner, s.window_glazing),
    )
    reflectance = join(
        1 - network.envelope.inside_solar_absorptance,
        1 - network.partition.solar_absorptance,
        optics.back_reflectance,
    )
    factors = jax.vmap(split_view_factors)(
        network.enclosures.view_factors, jnp.asarray(plane), area
    )
    star = jax.vmap(carroll_coefficients)(area, emissivity, jnp.asarray(plane), present)

    window_count = s.counts[3]
    faces = area.shape[1]
    weight_floor = jnp.where(jnp.asarray(s.floor), area, 0.0)
    floor_sum = jnp.sum(weight_floor, axis=1, keepdims=True)
    total = jnp.sum(area, axis=1, keepdims=True)
    on_floor = jnp.where(
        floor_sum > 0, weight_floor / jnp.where(floor_sum > 0, floor_sum, 1.0), area / total
    )
    beam_floor = jnp.asarray(s.floor_first)[:, None]
    beam_hit = jnp.where(beam_floor, on_floor, area / total)
    seen = factors[:, faces - window_count :, :]
    diffuse_floor = jnp.asarray(s.diffuse_floor_first)[:, None, None]
    diffuse_hit = jnp.where(diffuse_floor, on_floor[:, None, :], seen)
    share = jax.vmap(shortwave_distribution)
    beam_share = share(factors, reflectance, beam_hit)
    diffuse_share = jax.vmap(
        lambda f, r, hits: jax.vmap(lambda h: shortwave_distribution(f, r, h))(hits)
    )(factors, reflectance, diffuse_hit)
    paths = beam_paths(network, area, factors, reflectance) if any(s.beam_traced) else None
    return star.astype(dtype), beam_share, paths, diffuse_share


def shared_planes(
    s: Structure, area: Float[Array, "zone face"], star: Float[Array, "zone face"]
) -> OwnPlanes | None:
    """Exchange to take out of the star, if faces share planes anywhere."""
    shared = [
        [
            [here == plane and bool(name) for here, name in zip(planes, names, strict=True)]
            for plane in sorted(set(planes))
        ]
        for planes, names in zip(s.plane, s.face_names, strict=True)
    ]
    shared = [[row for row in rows if sum(row) > 1] for rows in shared]
    most = max(map(len, shared))
    if most == 0:
        return None
    member = np.zeros((*area.shape[:1], most, area.shape[1]))
    for zone, rows in enumerate(shared):
        member[zone, : len(rows)] = np.reshape(rows, (-1, area.shape[1]))
    return own_planes(area, star, jnp.asarray(member, area.dtype))
