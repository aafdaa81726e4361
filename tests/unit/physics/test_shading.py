"""Sunlit fractions against ray casting, closed forms and limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics.shading import (
    Fins,
    Overhangs,
    Receiver,
    diffuse_shading,
    no_fins,
    no_overhangs,
    sunlit_around,
    sunlit_fractions,
    wall_coordinates,
)

lit = jax.jit(sunlit_fractions)
diffuse = jax.jit(diffuse_shading)
RAYS = 300


def receiver(*corners):
    return Receiver(*(jnp.asarray(float(x)) for x in corners))


def plates(kind, *columns):
    return kind(*(jnp.asarray(np.atleast_1d(column), float) for column in columns))


def cast_rays(rect, overhangs, fins, sun):
    """Share of a grid of points whose straight line to the sun meets no plate."""
    grid = (np.arange(RAYS) + 0.5) / RAYS
    u, v = np.meshgrid(
        float(rect.u_left) + grid * float(rect.u_right - rect.u_left),
        float(rect.v_bottom) + grid * float(rect.v_top - rect.v_bottom),
    )
    hidden = np.zeros_like(u, bool)
    for h, left, right, depth in zip(*map(np.asarray, jax.tree.leaves(overhangs)), strict=True):
        path = (h - v) / sun[1]
        x, out = u + path * sun[0], path * sun[2]
        hidden |= (path > 0) & (out < depth) & (x > left) & (x < right)
    for at, bottom, top, depth in zip(*map(np.asarray, jax.tree.leaves(fins)), strict=True):
        path = (at - u) / sun[0]
        y, out = v + path * sun[1], path * sun[2]
        hidden |= (path > 0) & (out < depth) & (y > bottom) & (y < top)
    return 1.0 - hidden.mean()


def test_random_plates_against_ray_casting():
    """Overlapping, detached, crossing and too short plates; light from above and from below."""
    rng = np.random.default_rng(5)
    partly = 0
    for _ in range(12):
        rect = receiver(0.0, rng.uniform(1, 4), 0.0, rng.uniform(1, 3))
        overhangs = plates(
            Overhangs,
            rng.uniform(0, 3.5, 2),
            rng.uniform(-2, 2, 2),
            rng.uniform(2, 5, 2),
            rng.uniform(0, 2, 2),
        )
        fins = plates(
            Fins,
            rng.uniform(-1, 4, 2),
            rng.uniform(-1, 1, 2),
            rng.uniform(1, 4, 2),
            rng.uniform(0, 2, 2),
        )
        suns = rng.normal(size=(12, 3))
        suns[:, 2] = np.abs(suns[:, 2])
        suns /= np.linalg.norm(suns, axis=1, keepdims=True)
        got = np.asarray(lit(rect, overhangs, fins, jnp.asarray(suns)))
        want = np.array([cast_rays(rect, overhangs, fins, sun) for sun in suns])
        np.testing.assert_allclose(got, want, atol=2.0 / RAYS)
        partly += np.sum((want > 0.02) & (want < 0.98))
    assert partly > 60  # most of the directions must exercise partial shade


def test_long_overhang_has_the_textbook_shadow():
    """Shadow depth is d tan(profile angle), whatever the sun's sideways component."""
    rect = receiver(0.0, 3.0, 0.2, 2.2)
    overhangs = plates(Overhangs, 2.7, -1e3, 1e3, 1.0)
    for side in (0.0, 0.7, -2.0):
        for steep in (0.3, 1.1, 2.6):
            shadow = np.clip(steep * 1.0 - 0.5, 0.0, 2.0)
            got = lit(rect, overhangs, no_fins(), jnp.array([side, steep, 1.0]))
            np.testing.assert_allclose(got, 1.0 - shadow / 2.0, atol=1e-12)


def test_fin_shades_from_its_own_side_only():
    rect = receiver(0.0, 3.0, 0.0, 2.0)
    right = plates(Fins, 3.0, -50.0, 50.0, 0.9)
    got = lit(rect, no_overhangs(), right, jnp.array([[1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]))
    np.testing.assert_allclose(got, [1.0 - 0.9 / 3.0, 1.0], atol=1e-12)


def test_union_counts_no_shadow_twice_and_gaps_stay_lit():
    rect = receiver(0.0, 4.0, 0.0, 2.0)
    sun = jnp.array([0.3, 1.0, 1.0])
    one = plates(Overhangs, 2.0, -5.0, 9.0, 0.5)
    twice = plates(Overhangs, [2.0, 2.0], [-5.0, -5.0], [9.0, 9.0], [0.5, 0.5])
    np.testing.assert_allclose(
        lit(rect, twice, no_fins(), sun), lit(rect, one, no_fins(), sun), atol=1e-14
    )
    split = plates(Overhangs, [2.0, 2.0], [-5.0, 1.5], [1.5, 9.0], [0.5, 0.5])
    np.testing.assert_allclose(
        lit(rect, split, no_fins(), sun), lit(rect, one, no_fins(), sun), atol=1e-14
    )


def test_limits():
    rect = receiver(0.0, 3.0, 0.2, 2.2)
    overhang = plates(Overhangs, 2.2, -9.0, 12.0, 1.0)
    fin = plates(Fins, 0.0, -5.0, 9.0, 1.0)
    flat_o, flat_f = (
        plates(k, *c, 0.0) for k, c in ((Overhangs, (2.2, -9, 12)), (Fins, (0, -5, 9)))
    )
    suns = jnp.array([
        [0.0, 0.0, 1.0],  # straight on
        [0.0, 1.0, 0.0],  # zenith, grazing the wall
        [0.0, 1.0, 1e-9],
        [0.6, 0.0, 0.8],  # level, from the right: the fin on the left does nothing
        [0.3, 0.5, -0.8],  # behind
    ])  # fmt: skip
    want = [1.0, 1.0, 0.0, 1.0, 1.0]
    np.testing.assert_allclose(lit(rect, overhang, fin, suns), want, atol=1e-6)
    np.testing.assert_allclose(lit(rect, flat_o, flat_f, suns), 1.0, atol=1e-12)
    np.testing.assert_array_equal(sunlit_fractions(rect, no_overhangs(), no_fins(), suns), 1.0)


def test_single_precision_and_shapes():
    rect = receiver(0.0, 3.0, 0.2, 2.2)
    overhang, fins = plates(Overhangs, 2.7, 0.0, 3.0, 1.0), plates(Fins, [0, 3], 0.0, 2.7, 1.0)
    fins = jax.tree.map(lambda x: jnp.broadcast_to(x, (2,)), fins)
    suns = np.random.default_rng(2).normal(size=(4, 50, 3))
    double = lit(rect, overhang, fins, jnp.asarray(suns))
    single = lit(
        *(
            jax.tree.map(lambda x: x.astype(jnp.float32), part)
            for part in (rect, overhang, fins, jnp.asarray(suns))
        )
    )
    assert single.dtype == jnp.float32 and single.shape == (4, 50)
    np.testing.assert_allclose(single, double, atol=2e-6)


def test_too_many_plates_are_refused():
    many = plates(Fins, *np.zeros((4, 9)))
    with pytest.raises(ValueError, match="9 shading plates"):
        sunlit_fractions(receiver(0, 1, 0, 1), no_overhangs(), many, jnp.array([0.0, 0.0, 1.0]))


def test_wall_around_its_windows():
    wall, window = receiver(0, 8, 0, 2.7), receiver(0.5, 3.5, 0.2, 2.2)
    overhang = plates(Overhangs, 2.7, -99.0, 99.0, 1.0)
    sun = jnp.array([[0.0, 1.5, 1.0]])  # shades the upper 1.5 m: 1.0 m of the window
    whole, glass = (lit(r, overhang, no_fins(), sun) for r in (wall, window))
    got = sunlit_around(whole, wall.area, glass[None], jnp.stack([window.area]))
    np.testing.assert_allclose(got, (8 * 1.2 - 3 * 1.0) / (8 * 2.7 - 6.0), rtol=1e-12)
    np.testing.assert_array_equal(
        sunlit_around(whole, window.area, whole[None], window.area[None]), 0
    )


@pytest.mark.parametrize(
    "azimuth, right",
    [(180.0, [1, 0, 0]), (90.0, [0, 1, 0]), (0.0, [-1, 0, 0]), (270.0, [0, -1, 0])],
)
def test_right_is_right_seen_from_outside(azimuth, right):
    up = jnp.array([0.0, 0.0, 1.0])
    outward = jnp.array([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth)), 0.0])
    directions = jnp.stack([jnp.array(right, float), up, outward])
    np.testing.assert_allclose(wall_coordinates(directions, azimuth), np.eye(3), atol=1e-12)


def test_diffuse_share_under_a_long_overhang():
    """Crossed strings: a wall strip from 0.2 to 2.2 m and a plate 1 m deep at 2.7 m."""
    crossed = np.hypot(0.5, 1.0) + 2.5
    uncrossed = 0.5 + np.hypot(2.5, 1.0)
    to_plate = (crossed - uncrossed) / (2.0 * 2.0)
    overhang = plates(Overhangs, 2.7, -1e4, 1e4, 1.0)
    sky, horizon, ground = diffuse(receiver(0, 3, 0.2, 2.2), overhang, no_fins())
    np.testing.assert_allclose(sky, 1.0 - to_plate / 0.5, atol=3e-4)
    np.testing.assert_allclose([horizon, ground], 1.0, atol=1e-9)


def test_diffuse_share_beside_tall_fins():
    """A very tall fin hides the same share of sky, horizon and ground; crossed strings again."""
    fin = plates(Fins, 3.0, -1e4, 1e4, 1.0)
    sky, horizon, ground = diffuse(receiver(0, 3, 0.2, 2.2), no_overhangs(), fin)
    # Strings in plan: receiver 0..3, fin root at 3, tip 1 m out.
    to_fin = (3.0 + 1.0 - np.hypot(3.0, 1.0)) / (2.0 * 3.0)
    np.testing.assert_allclose([sky, horizon, ground], 1.0 - to_fin, atol=6e-4)


def test_diffuse_shares_of_no_plates_are_one():
    empty = diffuse_shading(receiver(0, 3, 0.2, 2.2), no_overhangs(), no_fins())
    np.testing.assert_allclose(empty, 1.0, rtol=1e-12)
