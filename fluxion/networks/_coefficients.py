"""What of a network stays constant over a simulation, computed once from its parameters.

This is where constructions become modes, panes become optical systems and enclosures become
exchange factors: everything the loop over time would otherwise compute at every step.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.networks._beam import BeamPaths
from fluxion.networks._blocks import join, pick
from fluxion.networks._enclosures import enclosures, shared_planes
from fluxion.networks._network import RCNetwork
from fluxion.physics.conduction import WallModes, WallResponse, wall_modes, wall_response
from fluxion.physics.convection import PlateLaw, plate_law
from fluxion.physics.enclosure import OwnPlanes
from fluxion.physics.glazing_optics import (
    GlazingOptics,
    glazing_optics,
    glazing_optics_from_table,
)
from fluxion.physics.longwave import OutsideView, outside_view
from fluxion.physics.shading import Fins, Overhangs, Receiver, diffuse_shading
from fluxion.physics.sky import surface_normal


class OutsideFaces(eqx.Module):
    """Faces that can see the outdoors: envelope, then windows."""

    tilt: Float[Array, "zone outside"]  # [deg]
    azimuth: Float[Array, "zone outside"]  # with the building's orientation [deg]
    normal: Float[Array, "zone outside 3"]
    cos_tilt: Float[Array, "zone outside"]
    plate: PlateLaw  # of natural convection
    sin_tilt: Float[Array, "zone outside"]
    height: Float[Array, "zone outside"]  # [m]
    roughness_factor: Float[Array, "zone outside"]
    emissivity: Float[Array, "zone outside"]
    view: OutsideView  # longwave
    open_sky: Float[Array, "zone outside"]  # diffuse sky that shades let through [-]
    open_horizon: Float[Array, "zone outside"]
    open_ground: Float[Array, "zone outside"]
    window_rise: Float[Array, "zone window"]  # height of the glass along the plane [m]


class Panes(eqx.Module):
    """Thermal properties of each window's panes and gaps."""

    half_resistance: Float[Array, "zone window pane"]  # face to middle of a pane [m2 K/W]
    emissivity_front: Float[Array, "zone window pane"]
    emissivity_back: Float[Array, "zone window pane"]
    gap_thickness: Float[Array, "zone window gap"]
    gap_resistance: Float[Array, "zone window gap"]


class Coefficients(eqx.Module):
    """Constants of a network over a simulation; see the fields.

    Attributes:
        area: Net area of every face: envelope, partition, window. [m2]
        plate_inside: Law of natural convection of each face as the zone's air meets it.
        walls: Modes of every opaque slot: envelope, then partition.
        response: The same advanced by the step.
        star: Carroll's exchange factor of every face with the zone's mean radiant
            temperature. [-]
        own_planes: Planes that hold several faces, which do not see each other; None where every
            plane has but one face.
        radiant_weight: Of every face in the zone's mean radiant temperature, without the gains'
            share in it: what radiative coefficients are taken at. [-]
        beam_share: Absorbed by each face for each watt of beam entering the zone. [-]
        beam_paths: For tracing beams, where a zone wants them traced.
        diffuse_share: The same for diffuse light entering through each window. [-]
        optics: Of each window.
        pane_share: Of what a window's inside face absorbs or lets out, the part heating each
            pane. [-]
        window_convection: Law of natural convection at the inside of windows.
    """

    area: Float[Array, "zone face"]
    plate_inside: PlateLaw
    walls: WallModes
    response: WallResponse
    star: Float[Array, "zone face"]
    own_planes: OwnPlanes | None
    radiant_weight: Float[Array, "zone face"]
    outside: OutsideFaces
    panes: Panes
    optics: GlazingOptics
    beam_share: Float[Array, "zone face"]
    beam_paths: BeamPaths | None
    diffuse_share: Float[Array, "zone window face"]
    pane_share: Float[Array, "zone window pane"]
    window_convection: str = eqx.field(static=True)


def window_area(network: RCNetwork) -> Float[Array, "zone window"]:
    """Area of each window. [m2]"""
    return network.windows.width * network.windows.height


def envelope_area(network: RCNetwork) -> Float[Array, "zone envelope"]:
    """Net area of each envelope surface: gross less its windows. [m2]"""
    taken = jnp.einsum("zw,zwe->ze", window_area(network), _ownership(network))
    return network.envelope.area - taken


def _ownership(network: RCNetwork) -> Float[Array, "zone window envelope"]:
    """1 where a window lies in an envelope surface."""
    s = network.structure
    owner = np.zeros((*np.shape(s.window), len(s.envelope[0])))
    for zone, row in enumerate(s.window_wall):
        for slot, wall in enumerate(row):
            if s.window[zone][slot]:
                owner[zone, slot, wall] = 1.0
    return jnp.asarray(owner, network.dtype)


def _walls(network: RCNetwork, modes: int) -> WallModes:
    s, layers = network.structure, network.layers
    resistance = layers.thickness / layers.conductivity + layers.thermal_resistance
    capacitance = layers.thickness * layers.density * layers.specific_heat
    by_construction = jax.vmap(lambda r, c: wall_modes(r, c, modes=modes))(resistance, capacitance)
    envelope = pick(by_construction, s.envelope_construction)
    partition = pick(by_construction, s.partition_construction)
    turned = np.asarray(s.partition_reversed, dtype=bool)

    def face(straight, flipped):
        return jnp.where(
            turned.reshape(turned.shape + (1,) * (straight.ndim - 2)), flipped, straight
        )

    partition = jax.tree.map(face, partition, partition.reversed())
    return jax.tree.map(join, envelope, partition)


def _optics(network: RCNetwork) -> GlazingOptics:
    s, g = network.structure, network.glazings
    coated, present = (np.asarray(v, float) for v in (s.pane_coated, s.pane_present))
    dtype = network.dtype
    optics = jax.vmap(glazing_optics)(
        g.solar_transmittance,
        g.solar_reflectance_front,
        g.solar_reflectance_back,
        jnp.asarray(coated, dtype),
        jnp.asarray(present, dtype),
    )
    if any(s.tabulated):
        tables = jax.vmap(glazing_optics_from_table)(
            g.table_cos, g.table_transmittance, g.table_absorptance, g.table_reflectance_back
        )
        use = np.asarray(s.tabulated, dtype=bool)
        optics = jax.tree.map(
            lambda t, o: jnp.where(use.reshape(use.shape + (1,) * (o.ndim - 1)), t, o),
            tables,
            optics,
        )
    return optics


def _panes(network: RCNetwork) -> Panes:
    g = network.glazings
    return pick(
        Panes(
            0.5 * g.thickness / g.conductivity,
            g.emissivity_front,
            g.emissivity_back,
            g.gap_thickness,
            g.gap_resistance,
        ),
        network.structure.window_glazing,
    )


class ShadedFaces(eqx.Module):
    """Rectangles and plates of every outside face: envelope walls, then windows."""

    receivers: Receiver
    overhangs: Overhangs
    fins: Fins


def shaded_faces(network: RCNetwork) -> ShadedFaces:
    """Receivers of light and the overhangs and fins of their walls, (zone, outside, ...)."""
    owner = np.asarray(network.structure.window_wall, dtype=np.int32)
    e, w, shades = network.envelope, network.windows, network.shades
    zero = jnp.zeros_like(e.width)
    receivers = Receiver(
        join(zero, w.u),
        join(e.width, w.u + w.width),
        join(zero, w.v),
        join(e.rise, w.v + w.height),
    )

    def with_windows(leaf):
        return join(leaf, jnp.take_along_axis(leaf, jnp.asarray(owner)[..., None], axis=1))

    s = jax.tree.map(with_windows, shades)
    overhangs = Overhangs(s.overhang_height, s.overhang_left, s.overhang_right, s.overhang_depth)
    fins = Fins(s.fin_offset, s.fin_bottom, s.fin_top, s.fin_depth)
    return ShadedFaces(receivers, overhangs, fins)


def has_shades(network: RCNetwork) -> bool:
    """Whether any surface carries an overhang or a fin (a fact of shape, not of value)."""
    return network.shades.overhang_depth.shape[-1] + network.shades.fin_depth.shape[-1] > 0


def around_windows(
    network: RCNetwork, share: Float[Array, "*time zone outside"]
) -> Float[Array, "*time zone outside"]:
    """Turn shares of whole walls, windows included, into shares of their opaque part."""
    envelope = network.structure.counts[1]
    area, owned = window_area(network), _ownership(network)
    wall, glass = share[..., :envelope], share[..., envelope:]
    net = network.envelope.area - jnp.einsum("zw,zwe->ze", area, owned)
    lit = network.envelope.area * wall - jnp.einsum("...zw,zw,zwe->...ze", glass, area, owned)
    opaque = jnp.clip(lit / jnp.maximum(net, 1e-6), 0.0, 1.0)
    return jnp.concatenate([opaque, glass], axis=-1)


def _diffuse_openings(
    network: RCNetwork, shaded_ground: bool
) -> list[Float[Array, "zone outside"]]:
    """What overhangs and fins leave of sky dome, horizon band and ground, by outside face."""
    zones, envelope, _, windows = network.structure.counts
    if not has_shades(network):
        full = jnp.ones((zones, envelope + windows), network.dtype)
        return [full, full, full]
    faces = shaded_faces(network)
    shares = jax.vmap(jax.vmap(diffuse_shading))(faces.receivers, faces.overhangs, faces.fins)
    sky, horizon, ground = (around_windows(network, share) for share in shares)
    return [sky, horizon, ground if shaded_ground else jnp.ones_like(ground)]


def _owned(values, owner):
    return jnp.take_along_axis(values, jnp.asarray(owner), axis=1)


def _outside_faces(network: RCNetwork, shaded_ground: bool) -> OutsideFaces:
    s, e = network.structure, network.envelope
    owner = np.asarray(s.window_wall, dtype=np.int32)
    w = network.windows
    tilt = join(e.tilt, _owned(e.tilt, owner))
    azimuth = join(e.azimuth, _owned(e.azimuth, owner)) + network.orientation
    cos_tilt, sin_tilt = jnp.cos(jnp.deg2rad(tilt)), jnp.sin(jnp.deg2rad(tilt))
    base = e.height - 0.5 * e.rise * jnp.sin(jnp.deg2rad(e.tilt))
    window_height = _owned(base, owner) + (w.v + 0.5 * w.height) * _owned(
        jnp.sin(jnp.deg2rad(e.tilt)), owner
    )
    glass = pick(network.glazings.emissivity_front[:, 0], s.window_glazing)
    open_sky, open_horizon, open_ground = _diffuse_openings(network, shaded_ground)
    return OutsideFaces(
        tilt=tilt,
        azimuth=azimuth,
        normal=surface_normal(tilt, azimuth),
        cos_tilt=cos_tilt,
        plate=plate_law(cos_tilt),
        sin_tilt=sin_tilt,
        height=join(e.height, window_height),
        roughness_factor=join(e.roughness_factor, jnp.ones_like(w.u)),
        emissivity=join(e.outside_emissivity, glass),
        view=outside_view(cos_tilt, open_sky),
        open_sky=open_sky,
        open_horizon=open_horizon,
        open_ground=open_ground,
        window_rise=w.height,
    )


def coefficients(
    network: RCNetwork,
    step: Float[Array, ""] | float,
    *,
    modes: int = 3,
    window_convection: str = "iso15099",
    shaded_ground: bool = False,
) -> Coefficients:
    """Everything constant over a simulation.

    Args:
        network: The network.
        step: Length of the time step. [s]
        modes: Modes kept for each wall (static).
        window_convection: Law of natural convection at the inside of windows, "iso15099" or
            "tarp" as on walls (static).
        shaded_ground: Whether overhangs and fins also hide the ground (static).
    """
    s, e, p = network.structure, network.envelope, network.partition
    area = join(envelope_area(network), p.area, window_area(network))
    walls = _walls(network, modes)
    optics = pick(_optics(network), s.window_glazing)
    star, beam_share, paths, diffuse_share = enclosures(network, area, optics)
    seen = area * star
    total = jnp.sum(seen, axis=1, keepdims=True)
    dull = total > 0
    radiant_weight = jnp.where(
        dull, seen / jnp.where(dull, total, 1.0), area / jnp.sum(area, axis=1, keepdims=True)
    )
    owner = np.asarray(s.window_wall, dtype=np.int32)
    tilt = join(e.tilt, p.tilt, _owned(e.tilt, owner))
    gone = 1 - optics.back_reflectance[..., None]
    return Coefficients(
        area=area,
        plate_inside=plate_law(-jnp.cos(jnp.deg2rad(tilt))),
        walls=walls,
        response=wall_response(walls, jnp.asarray(step, network.dtype)),
        star=star,
        own_planes=shared_planes(s, area, star),
        radiant_weight=radiant_weight,
        outside=_outside_faces(network, shaded_ground),
        panes=_panes(network),
        optics=optics,
        beam_share=beam_share,
        beam_paths=paths,
        diffuse_share=diffuse_share,
        pane_share=optics.back_absorptance / jnp.where(gone > 0, gone, 1.0),
        window_convection=window_convection,
    )
