"""Areas, angles and frames of surfaces."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxion.building import Fenestration, Surface, box_surfaces
from fluxion.building._plane import (
    area_inside_rectangle,
    crosses_itself,
    direction_name,
    signed_area,
)
from fluxion.cases import ashrae140
from fluxion.errors import BuildingError

lengths = st.floats(0.5, 50.0)
places = st.tuples(*(st.floats(-100.0, 100.0),) * 3)


@settings(max_examples=60, deadline=None)
@given(lengths, lengths, st.floats(0.0, 359.9), st.floats(1.0, 179.0), places)
def test_a_rectangle_has_the_area_and_angles_it_was_given(width, height, azimuth, tilt, origin):
    surface = Surface.rectangle(
        "s", "c", width=width, height=height, azimuth=azimuth, tilt=tilt, origin=origin
    )
    np.testing.assert_allclose(surface.area, width * height, rtol=1e-8)
    np.testing.assert_allclose((surface.width, surface.height), (width, height), rtol=1e-8)
    np.testing.assert_allclose(surface.tilt, tilt, atol=1e-5)
    np.testing.assert_allclose((surface.azimuth - azimuth + 180.0) % 360.0, 180.0, atol=1e-4)
    corner, right, up = surface.frame
    np.testing.assert_allclose(corner, origin, atol=1e-7)
    np.testing.assert_allclose(np.cross(right, up), surface.normal, atol=1e-9)
    assert abs(right[2]) < 1e-12 and up[2] > 0.0


@settings(max_examples=40, deadline=None)
@given(lengths, lengths, lengths, places)
def test_a_box_is_closed_wherever_it_stands(width, depth, height, origin):
    surfaces = box_surfaces(width, depth, height, wall="w", roof="r", floor="f", origin=origin)
    vectors = np.stack([surface.area_vector for surface in surfaces])
    whole = 2.0 * (width * depth + depth * height + height * width)
    np.testing.assert_allclose(np.abs(vectors).sum(), whole, rtol=1e-9)
    np.testing.assert_allclose(vectors.sum(axis=0), 0.0, atol=1e-9 * whole)
    volume = sum(s.area_vector @ s.centroid for s in surfaces) / 3.0
    np.testing.assert_allclose(volume, width * depth * height, rtol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.5, 3.0), min_size=3, max_size=8), st.floats(0.0, 360.0))
def test_turning_a_polygon_turns_its_azimuth_only(radii, angle):
    """A star-shaped, often concave polygon on a south wall, turned about the vertical."""
    spokes = np.linspace(0.0, 2.0 * math.pi, len(radii), endpoint=False)
    flat = np.stack([radii * np.cos(spokes), radii * np.sin(spokes)], axis=1)
    wall = np.stack([flat[:, 0], np.zeros(len(radii)), flat[:, 1]], axis=1)
    a = math.radians(angle)
    turn = np.array([[math.cos(a), math.sin(a), 0], [-math.sin(a), math.cos(a), 0], [0, 0, 1]])
    before = Surface(name="s", construction="c", vertices=_tuples(wall))
    after = Surface(name="s", construction="c", vertices=_tuples(wall @ turn.T))
    np.testing.assert_allclose(after.area, before.area, rtol=1e-9)
    np.testing.assert_allclose(after.area, signed_area(flat), rtol=1e-9)
    np.testing.assert_allclose((after.azimuth - angle) % 360.0, 180.0, atol=1e-6)
    np.testing.assert_allclose(after.polygon, before.polygon, atol=1e-9)
    np.testing.assert_allclose(after.centroid, turn @ before.centroid, atol=1e-9)


def _tuples(points):
    return tuple(tuple(float(x) for x in point) for point in points)


@pytest.mark.parametrize(
    ("tilt", "kind", "right", "up"),
    [
        (0.0, "roof", (1, 0, 0), (0, 1, 0)),
        (180.0, "floor", (1, 0, 0), (0, -1, 0)),
        (90.0, "wall", (1, 0, 0), (0, 0, 1)),
    ],
)
def test_horizontal_frames_are_those_of_a_south_wall_laid_flat(tilt, kind, right, up):
    surface = Surface.rectangle(
        "s", "c", width=2.0, height=1.0, azimuth=180.0, tilt=tilt, origin=(1.0, 2.0, 3.0)
    )
    assert surface.kind == kind and surface.azimuth == 180.0
    np.testing.assert_allclose(surface.frame, ((1.0, 2.0, 3.0), right, up), atol=1e-12)


def test_the_frame_starts_at_the_lower_left_whatever_vertex_comes_first():
    corners = [(8.0, 0.0, 0.0), (8.0, 6.0, 0.0), (8.0, 6.0, 2.7), (8.0, 0.0, 2.7)]
    for first in range(4):
        turned = Surface(
            name="east", construction="c", vertices=tuple(corners[first:] + corners[:first])
        )
        np.testing.assert_allclose(turned.frame[0], (8.0, 0.0, 0.0), atol=1e-12)
        np.testing.assert_allclose(turned.frame[1], (0.0, 1.0, 0.0), atol=1e-12)


def gable(**window):
    return Surface(
        name="gable",
        construction="c",
        vertices=((0, 0, 0), (6, 0, 0), (6, 0, 2), (3, 0, 5), (0, 0, 2)),
        fenestrations=(Fenestration(name="w", glazing="g", **window),),
    )


def test_a_window_in_a_gable_stays_below_the_slope():
    assert gable(u=2.0, v=1.0, width=2.0, height=3.0).net_area == pytest.approx(21.0 - 6.0)
    with pytest.raises(BuildingError, match="reaches beyond"):
        gable(u=2.0, v=1.0, width=2.0, height=3.01)


def test_a_window_may_not_bridge_a_notch():
    """An L-shaped wall: all corners of the window are inside, a part of it is not."""
    u_shape = (
        (0, 0, 0),
        (9, 0, 0),
        (9, 0, 3),
        (6, 0, 3),
        (6, 0, 1),
        (3, 0, 1),
        (3, 0, 3),
        (0, 0, 3),
    )
    window = {"name": "w", "glazing": "g", "u": 1.0, "v": 0.5, "width": 7.0}
    Surface(
        name="s",
        construction="c",
        vertices=u_shape,
        fenestrations=(Fenestration(**window, height=0.5),),
    )
    with pytest.raises(BuildingError, match="reaches beyond"):
        Surface(
            name="s",
            construction="c",
            vertices=u_shape,
            fenestrations=(Fenestration(**window, height=2.0),),
        )


def test_a_window_as_large_as_its_wall_is_refused():
    with pytest.raises(BuildingError, match="cover the whole of surface"):
        Surface.rectangle(
            "s",
            "c",
            width=3.0,
            height=2.0,
            azimuth=0.0,
            origin=(0.0, 0.0, 0.0),
            fenestrations=(
                Fenestration(name="w", glazing="g", u=0.0, v=0.0, width=3.0, height=2.0),
            ),
        )


def test_windows_that_touch_do_not_overlap():
    windows = tuple(
        Fenestration(name=f"w{i}", glazing="g", u=0.1 + 0.7 * i, v=0.1, width=0.7, height=1.0)
        for i in range(3)
    )
    surface = Surface.rectangle(
        "s",
        "c",
        width=3.0,
        height=2.0,
        azimuth=33.0,
        origin=(0.0, 0.0, 0.0),
        fenestrations=windows,
    )
    np.testing.assert_allclose(surface.window_area, 2.1)


def test_clipping_a_concave_polygon():
    notched = np.array([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)], dtype=float)
    np.testing.assert_allclose(area_inside_rectangle(notched, (0, 0), (4, 1)), 4.0)
    np.testing.assert_allclose(area_inside_rectangle(notched, (0, 0), (9, 9)), 10.0)
    np.testing.assert_allclose(area_inside_rectangle(notched, (5, 5), (9, 9)), 0.0)
    assert not crosses_itself(notched)
    assert crosses_itself(notched[[0, 2, 1, 3, 4]])


@pytest.mark.parametrize(
    ("vector", "name"),
    [
        ((0, -1, 0), "south"),
        ((1, 1, 0), "north-east"),
        ((0, 0, 2), "up"),
        ((0.1, 0, -2), "down"),
        ((-1, 0, 1), "west and up"),
        ((-0.001, 5, 0), "north"),
    ],
)
def test_directions_in_words(vector, name):
    assert direction_name(np.array(vector, dtype=float)) == name


def test_box_details_name_a_face_that_exists():
    with pytest.raises(BuildingError, match="no face 'suoth'"):
        box_surfaces(1, 1, 1, wall="w", roof="r", floor="f", details={"suoth": {}})


def test_copies_have_the_areas_of_their_own_fields():
    wall = Surface.rectangle("s", "c", width=4, height=3, azimuth=180, origin=(0, 0, 0))
    assert wall.area == 12.0 and wall.centroid[2] == 1.5  # computed, and kept
    low = tuple((x, y, z / 2) for x, y, z in wall.vertices)
    for copy in (wall.model_copy(update={"vertices": low}), wall.replace(vertices=low)):
        assert copy.area == 6.0 and copy.centroid[2] == 0.75
        np.testing.assert_array_equal(copy.points, low)
    assert wall.area == 12.0 and wall.model_copy() == wall
    assert wall.model_copy(update={"name": "t"}).area == wall.model_copy(deep=True).area == 12.0
    with pytest.raises(BuildingError, match="not plane"):
        wall.model_copy(update={"vertices": (*low[:2], *wall.vertices[2:3], (0.0, 1.0, 1.0))})


def test_copies_of_a_building_have_their_own_surfaces():
    building = ashrae140("600")
    zone = building.zones[0]
    assert building.surfaces == zone.surfaces
    first, *others = zone.surfaces
    changed = (first.model_copy(update={"inside_emissivity": 0.1}), *others)
    other = building.model_copy(update={"zones": (zone.replace(surfaces=changed),)})
    assert other.surfaces == changed != building.surfaces
