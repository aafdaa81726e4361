"""Sunlight on a facade as a field of two lengths: to the right and up, seen from outside."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from fluxion.cta import Box, ClosedField
from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork, has_shades, shaded_faces
from fluxion.physics.shading import Fins, Overhangs, diffuse_shading, wall_coordinates
from fluxion.physics.sky import plane_irradiance_on_normal, surface_normal
from fluxion.simulation._fields import find_face
from fluxion.weather import StepWeather


class _Light(eqx.Module):
    """What lights a wall at one instant."""

    direct: Float[Array, ""]  # beam and circumsolar, where no plate is in the way [W/m2]
    diffuse: Float[Array, ""]  # [W/m2]
    sun: Float[Array, "3"]
    overhangs: Overhangs
    fins: Fins


def sunlit(
    u: Float[Array, ""],
    v: Float[Array, ""],
    overhangs: Overhangs,
    fins: Fins,
    sun: Float[Array, "3"],
) -> Bool[Array, ""]:
    """Whether the ray from a point of a wall to the sun misses every plate.

    Args:
        u: Position to the right. [m]
        v: Position upwards. [m]
        overhangs: Horizontal plates. [m]
        fins: Upright plates. [m]
        sun: Unit vector to the sun as (right, up, out) of the wall. [-]

    Returns:
        True as well where the sun is behind the wall, as `sunlit_fractions` has it.
    """

    def reach(plate: Array, position: Array, slope: Array) -> tuple[Array, Array]:
        """Ray parameter at which a plate's plane is met, and whether it lies ahead."""
        ahead = (plate - position) * slope > 0
        return (plate - position) / jnp.where(ahead, slope, 1.0), ahead

    t, ahead = reach(overhangs.v, v, sun[1])
    across = u + t * sun[0]
    hit = ahead & (t * sun[2] <= overhangs.depth)
    hit = hit & (across >= overhangs.u_left) & (across <= overhangs.u_right)
    t, ahead = reach(fins.u, u, sun[0])
    height = v + t * sun[1]
    beside = ahead & (t * sun[2] <= fins.depth)
    beside = beside & (height >= fins.v_bottom) & (height <= fins.v_top)
    return ~(jnp.any(hit) | jnp.any(beside)) | (sun[2] <= 0)


def _incident(u: Array, v: Array, light: _Light) -> Array:
    lit = sunlit(u, v, light.overhangs, light.fins, light.sun)
    return light.direct * lit + light.diffuse


def facade_irradiance(
    network: RCNetwork,
    weather: StepWeather,
    step: Int[Array, ""] | int,
    surface: str,
    *,
    zone: str | None = None,
    panels: int = 32,
    shaded_ground: bool = False,
) -> ClosedField:
    """Sunlight on every point of an outside wall at one instant, shadows included.

    Its integral over the wall is what the simulation gives the wall and its windows together;
    over a part of it, what falls on that part.

    Args:
        network: The network.
        weather: Of `step_weather`.
        step: Which of its steps; may be traced.
        surface: Name of an envelope surface.
        zone: Which it closes, if several surfaces share the name.
        panels: Parts of each side for quadrature; the edge of a shadow costs about an n-th of
            a part's share.
        shaded_ground: As in `Options`.

    Returns:
        Irradiance [W/m2] over "u" to the right and "v" up [m], seen from outside. Diffuse light
        is the mean over the wall.

    Raises:
        SimulationError: No such surface, or not one towards outdoors.
    """
    place, slot = find_face(network.structure, surface, zone)
    if slot >= network.structure.counts[1] or not network.structure.outdoors[place][slot]:
        raise SimulationError(f"surface {surface!r} does not face outdoors; choose one that does")
    e = jax.tree.map(lambda leaf: leaf[place, slot], network.envelope)
    azimuth = e.azimuth + network.orientation
    normal, tilt = surface_normal(e.tilt, azimuth), jnp.deg2rad(e.tilt)
    light = plane_irradiance_on_normal(
        jax.tree.map(lambda leaf: leaf[step], weather.sky),
        normal,
        jnp.cos(tilt),
        jnp.sin(tilt),
        reflectance=network.ground_reflectance,
    )
    faces = jax.tree.map(lambda leaf: leaf[place, slot], shaded_faces(network))
    shares = jnp.ones((3,), network.dtype)
    if has_shades(network):
        shares = jnp.stack(diffuse_shading(faces.receivers, faces.overhangs, faces.fins))
    ground = shares[2] if shaded_ground else 1.0
    diffuse = light.dome * shares[0] + light.horizon * shares[1] + light.ground * ground
    sun = wall_coordinates(weather.sun_direction[step], azimuth)
    params = _Light(light.beam + light.circumsolar, diffuse, sun, faces.overhangs, faces.fins)
    zero = jnp.zeros_like(e.width)
    box = Box(u=(zero, e.width), v=(zero, e.rise))
    return ClosedField(_incident, params, box, quadrature=4, panels=panels)
