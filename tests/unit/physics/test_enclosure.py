"""View factors, spread of sunlight and longwave exchange in a closed zone."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics.enclosure import (
    BOX_PLANES,
    box_view_factors,
    carroll_coefficients,
    grey_exchange,
    own_plane_exchange,
    own_planes,
    polygon_view_factors,
    shortwave_distribution,
    split_view_factors,
    view_factors,
)
from fluxion.physics.polygon_view_factors import parallel_rectangles, perpendicular_rectangles
from fluxion.units import STEFAN_BOLTZMANN, ZERO_CELSIUS

# The box of ASHRAE 140 case 600: floor, ceiling, four walls, two south windows.
BOX = (8.0, 6.0, 2.7)
PLANE_AREAS = np.array([48.0, 48.0, 21.6, 16.2, 21.6, 16.2])
AREAS = jnp.array([48.0, 48.0, 9.6, 16.2, 21.6, 16.2, 6.0, 6.0])
PLANE = jnp.array([0, 1, 2, 3, 4, 5, 2, 2])
#: The one plane of several faces.
SHARED = (PLANE == 2).astype(float)[None]
EXACT = split_view_factors(jnp.asarray(box_view_factors(*BOX)), PLANE, AREAS)
estimate = jax.jit(view_factors)


def box_polygons(x, y, z):
    corners = np.array([[a, b, c] for c in (0, z) for b in (0, y) for a in (0, x)], float)
    faces = ([0, 1, 3, 2], [4, 5, 7, 6], [0, 1, 5, 4], [1, 3, 7, 5], [2, 3, 7, 6], [0, 2, 6, 4])
    return [corners[face] for face in faces]


def blackbody(temperature):
    return STEFAN_BOLTZMANN * (temperature + ZERO_CELSIUS) ** 4


def test_rectangle_formulas_against_printed_values():
    """Cube: opposite faces 0.19982, neighbours 0.20004 (any radiation text, e.g. Howell)."""
    np.testing.assert_allclose(parallel_rectangles(1, 1, 1), 0.19982, atol=5e-6)
    np.testing.assert_allclose(perpendicular_rectangles(1, 1, 1), 0.20004, atol=5e-6)
    np.testing.assert_allclose(parallel_rectangles(1e4, 1e4, 1), 1.0, atol=3e-4)


def test_box_is_closed_and_reciprocal():
    factors = box_view_factors(*BOX)
    assert len(BOX_PLANES) == 6
    np.testing.assert_allclose(factors.sum(1), 1.0, atol=1e-12)
    exchange = PLANE_AREAS[:, None] * factors
    np.testing.assert_allclose(exchange, exchange.T, atol=1e-12)


@pytest.mark.parametrize("box, error", [(BOX, 1e-8), ((30.0, 2.0, 3.0), 5e-6)])
def test_polygons_against_the_box(box, error):
    got = polygon_view_factors(box_polygons(*box))
    np.testing.assert_allclose(got, box_view_factors(*box), atol=error)


def test_polygons_of_other_convex_zones():
    corners = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], float)
    tetrahedron = [np.delete(corners, k, axis=0) for k in range(4)]
    got = polygon_view_factors(tetrahedron)
    np.testing.assert_allclose(got, (1.0 - np.eye(4)) / 3.0, atol=1e-6)
    a, b, c = np.array([[0, 0], [4, 0], [1, 2]], float)  # attic: a triangle drawn out 5 m
    near, far = (np.array([[*p[:1], y, p[1]] for p in (a, b, c)]) for y in (0.0, 5.0))
    sides = [np.array([near[i], near[j], far[j], far[i]]) for i, j in ((0, 1), (1, 2), (2, 0))]
    np.testing.assert_allclose(polygon_view_factors([near, far, *sides]).sum(1), 1.0, atol=1e-5)


def test_coplanar_polygons_do_not_see_each_other_and_bad_ones_are_named():
    square = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    np.testing.assert_allclose(polygon_view_factors([square, square + [1, 0, 0]]), 0.0, atol=1e-12)
    with pytest.raises(ValueError, match="Polygon 1 has shape"):
        polygon_view_factors([square, square[:2]])
    with pytest.raises(ValueError, match="Polygon 1 has no area"):
        polygon_view_factors([square, square[[0, 1, 0]]])


@pytest.mark.parametrize("dtype, tolerance", [(jnp.float64, 1e-9), (jnp.float32, 2e-6)])
def test_estimate_is_closed_reciprocal_and_near_the_box(dtype, tolerance):
    areas = AREAS.astype(dtype)
    got = estimate(areas, PLANE)
    assert got.dtype == dtype
    np.testing.assert_allclose(got.sum(1), 1.0, atol=tolerance)
    exchange = areas[:, None] * got
    np.testing.assert_allclose(exchange, exchange.T, atol=50 * tolerance)
    np.testing.assert_array_equal(got[np.asarray(PLANE[:, None] == PLANE)], 0.0)
    np.testing.assert_allclose(got, EXACT, atol=0.04)


def test_absent_and_empty_faces_are_inert():
    kept = jnp.array([0, 1, 2, 3, 4, 5])
    want = estimate(AREAS[kept], PLANE[kept])
    for areas, present in (
        (AREAS, jnp.array([1, 1, 1, 1, 1, 1, 0, 0])),
        (AREAS.at[6:].set(0.0), jnp.ones(8)),
    ):
        got = estimate(areas, PLANE, present)
        np.testing.assert_allclose(got[:6, :6], want, atol=1e-12)
        np.testing.assert_array_equal(got[:, 6:], 0.0)
        star = carroll_coefficients(areas, jnp.full(8, 0.9), PLANE, present)
        np.testing.assert_allclose(
            star[:6], carroll_coefficients(AREAS[kept], jnp.full(6, 0.9), PLANE[kept]), rtol=1e-12
        )
    absent = jnp.array([1, 1, 1, 1, 1, 1, 0, 0])
    np.testing.assert_array_equal(estimate(AREAS, PLANE, absent)[6:], 0.0)
    star = carroll_coefficients(AREAS, jnp.full(8, 0.9), PLANE, absent)
    np.testing.assert_array_equal(star[6:], 0.0)


def test_split_keeps_closure_reciprocity_and_the_plane_totals():
    np.testing.assert_allclose(EXACT.sum(1), 1.0, atol=1e-12)
    exchange = AREAS[:, None] * EXACT
    np.testing.assert_allclose(exchange, exchange.T, atol=1e-12)
    south = np.asarray(EXACT[0, 2] + EXACT[0, 6] + EXACT[0, 7])
    np.testing.assert_allclose(south, box_view_factors(*BOX)[0, 2], rtol=1e-12)


# Published shares for a source that meets the floor first: floor, ceiling, east, west, north,
# south, lost through the windows (ASHRAE 140-2020 interior solar fractions, as transcribed on
# public NANDRAD pages). Window reflectance from the hemispherical tables of the same pages.
PUBLISHED = {
    "600": (0.6, 0.206, [0.642, 0.167, 0.038, 0.038, 0.053, 0.027, 0.035]),
    "660": (0.6, 0.384, [0.645, 0.170, 0.039, 0.039, 0.054, 0.026, 0.027]),
    "670": (0.6, 0.136, [0.641, 0.166, 0.038, 0.038, 0.052, 0.025, 0.040]),
    "270": (0.9, 0.206, [0.903, 0.050, 0.010, 0.010, 0.014, 0.007, 0.006]),
    "280": (0.1, 0.206, [0.243, 0.191, 0.057, 0.057, 0.077, 0.063, 0.312]),
}


@pytest.mark.reference
@pytest.mark.parametrize("case", PUBLISHED)
def test_solar_distribution_against_the_published_fractions(case):
    """Within 0.017 (0.04 for case 280, where light is reflected nine times of ten)."""
    absorptance, glass, want = PUBLISHED[case]
    reflectance = jnp.where(jnp.arange(8) > 5, glass, 1.0 - absorptance)
    kept = shortwave_distribution(EXACT, reflectance, jnp.zeros(8).at[0].set(1.0))
    np.testing.assert_allclose(kept.sum(), 1.0, rtol=1e-12)
    got = [*(kept[i] for i in (0, 1, 3, 5, 4, 2)), kept[6] + kept[7]]
    np.testing.assert_allclose(got, want, atol=0.041 if case == "280" else 0.017)


def test_solar_distribution_limits():
    hit = jnp.array([0.5, 0.0, 0.3, 0.0, 0.0, 0.0, 0.2, 0.0])
    np.testing.assert_allclose(shortwave_distribution(EXACT, jnp.zeros(8), hit), hit, atol=1e-15)
    one_dark = jnp.ones(8).at[4].set(0.5)  # all others perfect mirrors
    kept = shortwave_distribution(EXACT, one_dark, hit)
    np.testing.assert_allclose(kept, np.eye(8)[4], atol=1e-12)
    two = jnp.array([[0.0, 1.0], [1.0, 0.0]])
    kept = shortwave_distribution(two, jnp.array([0.4, 0.3]), jnp.array([1.0, 0.0]))
    np.testing.assert_allclose(kept, [0.6 / (1 - 0.12), 0.4 * 0.7 / (1 - 0.12)], rtol=1e-12)


def test_grey_exchange_sums_reciprocity_and_parallel_plates():
    emissivity = jnp.array([0.9, 0.9, 0.8, 0.7, 0.9, 0.5, 0.84, 0.0])
    factors = grey_exchange(EXACT, emissivity)
    np.testing.assert_allclose(factors.sum(1), emissivity, atol=1e-12)
    exchange = AREAS[:, None] * factors
    np.testing.assert_allclose(exchange, exchange.T, atol=1e-12)
    plates = grey_exchange(jnp.array([[0.0, 1.0], [1.0, 0.0]]), jnp.array([0.84, 0.047]))
    np.testing.assert_allclose(plates[0, 1], 1.0 / (1.0 / 0.84 + 1.0 / 0.047 - 1.0), rtol=1e-12)
    np.testing.assert_allclose(grey_exchange(EXACT, jnp.ones(8)), EXACT, atol=1e-14)


def star_flow(coefficients, areas, temperature):
    weight, emitted = areas * coefficients, blackbody(temperature)
    return coefficients * (emitted - jnp.sum(weight * emitted) / jnp.sum(weight))


def test_carroll_star_of_two_plates_is_exact():
    for emissivity in ((1.0, 1.0), (0.84, 0.047)):
        star = carroll_coefficients(jnp.ones(2), jnp.array(emissivity), jnp.arange(2))
        flow = star_flow(star, jnp.ones(2), jnp.array([25.0, 5.0]))
        exchange = 1.0 / (1.0 / emissivity[0] + 1.0 / emissivity[1] - 1.0)
        want = exchange * (blackbody(25.0) - blackbody(5.0))
        np.testing.assert_allclose(flow, [want, -want], rtol=1e-9)


ROOMS = {  # floor, ceiling, south, east, north, west, windows [degC]; error allowed, share of flow
    "cold windows": ([20, 20, 19, 19, 19, 19, 12, 12], 0.07),
    "sun on the floor": ([30, 24, 23, 23, 23, 23, 26, 26], 0.01),
    "cold roof": ([20, 17, 19, 19, 19, 19, 19, 19], 0.02),
    "heated floor": ([27, 21, 20, 20, 20, 20, 15, 15], 0.01),
}


@pytest.mark.parametrize("room", ROOMS)
def test_carroll_star_against_exact_exchange(room):
    """Same emission law, exact script-F: total exchanged within 7 %, each face within 1.5 W/m2."""
    temperature, error = jnp.array(ROOMS[room][0], float), ROOMS[room][1]
    emissivity = jnp.where(jnp.arange(8) > 5, 0.84, 0.9)
    script = grey_exchange(EXACT, emissivity)
    emitted = blackbody(temperature)
    exact = script.sum(1) * emitted - script @ emitted
    factors = carroll_coefficients(AREAS, emissivity, PLANE)
    star = star_flow(factors, AREAS, temperature)
    star = star - own_plane_exchange(own_planes(AREAS, factors, SHARED), emitted)
    np.testing.assert_allclose(jnp.sum(AREAS * star), 0.0, atol=1e-8)
    np.testing.assert_allclose(star, exact, atol=1.5)
    if room == "cold windows":
        np.testing.assert_allclose(star[6:], exact[6:], rtol=0.01)
    total = [float(jnp.sum(AREAS * jnp.maximum(flow, 0.0))) for flow in (star, exact)]
    np.testing.assert_allclose(total[0], total[1], rtol=error)
    calm = blackbody(jnp.full(8, 20.0))
    np.testing.assert_allclose(script.sum(1) * calm - script @ calm, 0.0, atol=1e-10)


def test_faces_of_one_plane_exchange_nothing():
    """Star less its exchange within planes: a mesh between faces of different planes only."""
    factors = carroll_coefficients(AREAS, jnp.full(8, 0.9), PLANE)
    temperature = jnp.array([20.0, 20.0, 15.0, 20.0, 20.0, 20.0, 5.0, 8.0])
    emitted, weight = blackbody(temperature), AREAS * factors
    flow = star_flow(factors, AREAS, temperature) * -1.0
    flow = flow + own_plane_exchange(own_planes(AREAS, factors, SHARED), emitted)
    mesh = weight[:, None] * weight[None, :] / weight.sum()
    mesh = jnp.where(PLANE[:, None] == PLANE[None, :], 0.0, mesh)
    want = (mesh @ emitted - mesh.sum(axis=1) * emitted) / AREAS
    np.testing.assert_allclose(flow, want, atol=1e-9)
    np.testing.assert_allclose(AREAS @ flow, 0.0, atol=1e-8)
