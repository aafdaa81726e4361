"""Radiation inside a closed zone: view factors, sunlight spread by reflection, longwave exchange.

Faces that lie in one plane (a window and the wall around it) do not see each other. Everything
traced takes face areas as arrays, so that a window may grow on its wall, from nothing; a face of
no area receives nothing and changes nothing. The exact factors of `polygon_view_factors` are
computed once per shape of zone and split among the faces of each plane here.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fluxion.physics._linear_algebra import solve_dominant
from fluxion.physics._sums import short_sum
from fluxion.physics.polygon_view_factors import BOX_PLANES as BOX_PLANES
from fluxion.physics.polygon_view_factors import box_view_factors as box_view_factors
from fluxion.physics.polygon_view_factors import polygon_view_factors as polygon_view_factors

_TINY = 1e-9
_SCALING_STEPS = 100
_CARROLL_STEPS = 60


def _present_area(areas: Array, present: Array | None) -> tuple[Array, Array]:
    """Mask of the faces that count, and areas with the others at zero."""
    if present is None:
        return jnp.ones(areas.shape, bool), areas
    there = jnp.asarray(present) != 0
    return there, jnp.where(there, areas, 0.0)


def view_factors(
    areas: Float[Array, "face"], plane: Int[Array, "face"], present: Array | None = None
) -> Float[Array, "face face"]:
    """View factors estimated from areas alone.

    Args:
        areas: Face areas. [m2]
        plane: Which plane each face lies in; faces of one plane do not see each other.
        present: 0 for faces to leave out. (face,)

    Returns:
        Share of what leaves the row's face that arrives at the column's face. [-]

    Notes:
        Each face sees the others in proportion to their areas, then rows and columns are scaled
        together (symmetric Sinkhorn, 100 steps) until rows sum to one and areas times factors
        are symmetric. For an 8 x 6 x 2.7 m box the largest departure from the exact factors is
        0.04 (floor to ceiling, which area weighting underrates). Reciprocity and closed rows
        cannot both hold if one plane is larger than all others together; such a zone is not
        closed.
        Source: R. Sinkhorn, Ann. Math. Statist. 35 (1964) 876, symmetric form.
    """
    there, area = _present_area(areas, present)
    share = area / jnp.maximum(jnp.sum(area), _TINY)
    sees = (plane[:, None] != plane[None, :]).astype(areas.dtype)

    def step(scale: Array, _: None) -> tuple[Array, None]:
        rows = sees @ (share * scale)
        return jnp.sqrt(scale / jnp.maximum(rows, _TINY)), None

    scale, _ = jax.lax.scan(step, jnp.ones_like(areas), None, length=_SCALING_STEPS)
    factors = scale[:, None] * sees * (share * scale)[None, :]
    return jnp.where(there[:, None], factors, 0.0)


def split_view_factors(
    plane_factors: Float[Array, "plane plane"],
    plane: Int[Array, "face"],
    areas: Float[Array, "face"],
) -> Float[Array, "face face"]:
    """View factors of faces from those of the planes they lie in.

    Args:
        plane_factors: Exact factors between whole planes. [-]
        plane: Plane each face lies in.
        areas: Face areas, together the area of the plane. [m2]

    Returns:
        Factors between faces: a plane's share is divided among its faces by area. [-]

    Notes:
        Rows sum to one and reciprocity holds if they do for the planes and if the faces fill
        their planes. Differentiable in the areas. The place of a face within its plane is
        left out of account.
    """
    one_hot = (plane[:, None] == jnp.arange(plane_factors.shape[0])[None, :]).astype(areas.dtype)
    total = one_hot.T @ areas
    share = areas / jnp.maximum(total, _TINY)[plane]
    return plane_factors[plane][:, plane] * share[None, :]


def shortwave_distribution(
    view_factors: Float[Array, "face face"],
    reflectance: Float[Array, "face"],
    first_hit: Float[Array, "face"],
) -> Float[Array, "face"]:
    """Where sunlight that has entered a zone ends, after all its reflections.

    Args:
        view_factors: Between the faces, rows summing to one. [-]
        reflectance: Shortwave, diffuse; of a window its back reflectance. [-]
        first_hit: Share of the source falling on each face first. [-]

    Returns:
        Share of the source that each face keeps. [-]

    Notes:
        What a window keeps includes what it lets out again: divide by its back transmittance
        and absorptances. The sum is that of `first_hit`. All reflections are diffuse.
        Source: radiosity method, e.g. ASHRAE Toolkit for Building Load Calculations, 2003.
    """
    # Incident power P = first_hit + F^T rho P.
    bounce = view_factors.T * reflectance[None, :]
    own = jnp.eye(reflectance.shape[0], dtype=bounce.dtype)
    incident = solve_dominant(own - bounce, first_hit)
    return (1.0 - reflectance) * incident


class OwnPlanes(eqx.Module):
    """Planes of a zone that hold several faces, and what the star exchanges within them.

    Attributes:
        member: 1 for the faces in each of these planes.
        share: Of each of their faces in the whole exchange of the star, 0 for all others. [-]
        factor: Exchange factor of every face with the star. [-]
        own: Of every face with the faces of its plane, itself included. [-]
    """

    member: Float[Array, "*zone plane face"]
    share: Float[Array, "*zone plane face"]
    factor: Float[Array, "*zone face"]
    own: Float[Array, "*zone face"]


def own_planes(
    areas: Float[Array, "*zone face"],
    factors: Float[Array, "*zone face"],
    member: Float[Array, "*zone plane face"],
) -> OwnPlanes:
    """What `own_plane_exchange` needs.

    Args:
        areas: Face areas. [m2]
        factors: Exchange factors of the star, see `carroll_coefficients`. [-]
        member: 1 for the faces in each plane that holds several.
    """
    weight = areas * factors
    total = jnp.sum(weight, axis=-1, keepdims=True)
    share = member * (weight / jnp.where(total > 0, total, 1.0))[..., None, :]
    whole = jnp.sum(share, axis=-1, keepdims=True)
    return OwnPlanes(member, share, factors, factors * jnp.sum(member * whole, axis=-2))


def own_plane_exchange(
    planes: OwnPlanes, emission: Float[Array, "*zone face"]
) -> Float[Array, "*zone face"]:
    """What the radiant star gives faces of one plane from each other, to be taken away again.

    Faces of one plane do not see each other, yet they meet in the star like all others; that
    matters where they differ in temperature, as a wall and its window do.

    Args:
        planes: See `own_planes`.
        emission: sigma T^4 of every face, up to a constant. [W/m2]

    Returns:
        Flux towards each face that cancels the exchange within its plane. Zero over faces of one
        emission; its sum weighted with area is zero. [W/m2]

    Notes:
        The star is equivalent to a mesh of conductances ``A_i F_i A_j F_j / sum(A F)`` between all
        pairs of faces (star-mesh transform); this removes those within a plane. A plane's mesh
        is again a star: its faces meet in the mean of their emissions.
    """
    mean = short_sum(planes.share * emission[..., None, :], -1)
    met = short_sum(planes.member * mean[..., None], -2)
    return planes.own * emission - planes.factor * met


def carroll_coefficients(
    areas: Float[Array, "face"],
    emissivity: Float[Array, "face"],
    plane: Int[Array, "face"],
    present: Array | None = None,
) -> Float[Array, "face"]:
    """Exchange factor of each face with the mean radiant temperature node.

    Args:
        areas: Face areas. [m2]
        emissivity: Longwave emissivity. [-]
        plane: Plane each face lies in: faces of one plane share one factor before emissivity.
        present: 0 for faces to leave out. (face,)

    Returns:
        Factor F' in q = F' sigma (T^4 - T_mrt^4), where T_mrt^4 is the mean of T^4 weighted with
        area times F'. 0 for faces left out or not emitting. [-]

    Notes:
        Source: J. A. Carroll, An MRT method of computing radiant energy exchange in rooms,
        Proc. 2nd Systems Simulation and Economics Analysis Conference, San Diego, 1980.
    """
    there, area = _present_area(areas, present)
    together = (plane[:, None] == plane[None, :]).astype(areas.dtype)
    plane_area = together @ area

    def step(factor: Array, _: None) -> tuple[Array, None]:
        total = jnp.maximum(jnp.sum(area * factor), _TINY)
        # Averaging old and new keeps two equal plates (where the plain step swings) converging.
        share = jnp.minimum(plane_area * factor / total, 0.75)
        return 0.5 * (factor + 1.0 / (1.0 - share)), None

    factor, _ = jax.lax.scan(step, jnp.ones_like(areas), None, length=_CARROLL_STEPS)
    emits = there & (emissivity > 0.0)
    safe = jnp.where(emits, emissivity, 1.0)
    return jnp.where(emits, 1.0 / (1.0 / factor + (1.0 - safe) / safe), 0.0)


def grey_exchange(
    view_factors: Float[Array, "face face"], emissivity: Float[Array, "face"]
) -> Float[Array, "face face"]:
    """Total grey exchange factors, all reflections included (Hottel's script F).

    Args:
        view_factors: Between the faces, rows summing to one. [-]
        emissivity: Longwave emissivity. [-]

    Returns:
        Factors in q_i = sum_j F_ij sigma (T_i^4 - T_j^4), per area of face i. [-]

    Notes:
        Rows sum to the emissivity; areas times factors are symmetric.
        Source: H. C. Hottel and A. F. Sarofim, Radiative Transfer, 1967, ch. 3; ASHRAE
        Fundamentals 2021, ch. 4.
    """
    count = emissivity.shape[0]
    kept = jnp.eye(count, dtype=emissivity.dtype) - view_factors * (1.0 - emissivity)[None, :]
    arriving = solve_dominant(kept, view_factors * emissivity[None, :])
    return emissivity[:, None] * arriving
