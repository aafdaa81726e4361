"""Plane surfaces between a zone and what is outside of it."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations
from typing import Annotated, Any, Literal, Self

import numpy as np
from jaxtyping import Float
from pydantic import Field, model_validator

from fluxion.building import _plane
from fluxion.building._base import Description
from fluxion.building._boundary import Boundary, Outdoors
from fluxion.building._openings import Fenestration, Fin, Overhang
from fluxion.building._units import Coordinate, FilmCoefficient, Fraction, Name

Point = tuple[Coordinate, Coordinate, Coordinate]

#: A surface is plane when its vertices lie this close to their mean plane. [m]
_PLANAR = 1e-3
#: Part of a window that may lie outside its wall, for rounding. [-]
_ROUNDING = 1e-6


class Surface(Description):
    """A plane polygon between a zone and what is outside of it."""

    name: Name
    """Name, the only one of its kind in the building."""
    construction: Name
    """Name of its construction."""
    vertices: Annotated[tuple[Point, ...], Field(min_length=3)]
    """Corners (x, y, z), counter-clockwise seen from outside. [m]"""
    boundary: Boundary = Outdoors()
    """What is on the outside."""
    fenestrations: tuple[Fenestration, ...] = ()
    """Its windows."""
    overhangs: tuple[Overhang, ...] = ()
    """Overhangs, on vertical surfaces only."""
    fins: tuple[Fin, ...] = ()
    """Fins, on vertical surfaces only."""
    inside_convection: FilmCoefficient | None = None
    """Fixed convective coefficient inside; none means the algorithm. [W/(m2 K)]"""
    outside_convection: FilmCoefficient | None = None
    """Fixed convective coefficient outside; none means the algorithm. [W/(m2 K)]"""
    inside_solar_absorptance: Fraction | None = None
    """Solar absorptance inside; none takes that of the innermost layer. [-]"""
    outside_solar_absorptance: Fraction | None = None
    """Solar absorptance outside; none takes that of the outermost layer. [-]"""
    inside_emissivity: Fraction | None = None
    """Longwave emissivity inside; none takes that of the innermost layer. [-]"""
    outside_emissivity: Fraction | None = None
    """Longwave emissivity outside; none takes that of the outermost layer. [-]"""

    @classmethod
    def rectangle(
        cls,
        name: str,
        construction: str,
        *,
        width: float,
        height: float,
        azimuth: float,
        origin: tuple[float, float, float],
        tilt: float = 90.0,
        **fields: Any,
    ) -> Self:
        """A rectangular surface.

        Args:
            name: Name of the surface.
            construction: Name of its construction.
            width: Extent to the right, seen from outside. [m]
            height: Extent up along the plane. [m]
            azimuth: Direction it faces, north 0, east 90. [deg]
            origin: Lower left corner seen from outside. [m]
            tilt: 0 faces up, 90 is vertical, 180 faces down. [deg]
            **fields: Further fields of `Surface`.
        """
        normal = _plane.unit_normal(tilt, azimuth)
        right, up = _plane.right_and_up(azimuth, normal)
        corners = np.array([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)])
        points = np.asarray(origin, dtype=float) + corners @ np.stack([right, up])
        points = np.round(points, 12) + 0.0  # no 1e-16 and no negative zero in files
        return cls(
            name=name,
            construction=construction,
            vertices=tuple((float(x), float(y), float(z)) for x, y, z in points),
            **fields,
        )

    @cached_property
    def points(self) -> Float[np.ndarray, "n 3"]:
        """The vertices as an array. [m]"""
        return _frozen(np.array(self.vertices, dtype=float))

    @cached_property
    def area_vector(self) -> Float[np.ndarray, " 3"]:
        """Gross area times outward normal. [m2]"""
        return _frozen(_plane.area_vector(self.points))

    @property
    def area(self) -> float:
        """Gross area, windows included. [m2]"""
        return float(np.linalg.norm(self.area_vector))

    @property
    def window_area(self) -> float:
        """Area of all windows. [m2]"""
        return sum((window.area for window in self.fenestrations), start=0.0)

    @property
    def net_area(self) -> float:
        """Opaque area, windows left out. [m2]"""
        return self.area - self.window_area

    @cached_property
    def normal(self) -> Float[np.ndarray, " 3"]:
        """Outward unit normal in the building's axes. [-]"""
        return _frozen(self.area_vector / self.area)

    @property
    def tilt(self) -> float:
        """0 faces up, 90 is vertical, 180 faces down. [deg]"""
        return _plane.tilt_and_azimuth(self.normal)[0]

    @property
    def azimuth(self) -> float:
        """Direction it faces in the building's axes; 180 when horizontal. [deg]"""
        return _plane.tilt_and_azimuth(self.normal)[1]

    @property
    def kind(self) -> Literal["wall", "roof", "floor"]:
        """`roof` up to a tilt of 60 degrees, `floor` from 120 degrees on, else `wall`."""
        tilt = self.tilt
        return "roof" if tilt < 60.0 else "floor" if tilt > 120.0 else "wall"

    @cached_property
    def centroid(self) -> Float[np.ndarray, " 3"]:
        """Centre of area. [m]"""
        return _frozen(_plane.centroid(self.points))

    @cached_property
    def frame(
        self,
    ) -> tuple[Float[np.ndarray, " 3"], Float[np.ndarray, " 3"], Float[np.ndarray, " 3"]]:
        """Origin, u and v of the plane: lower left corner seen from outside, right, up. [m, -, -]

        A horizontal surface has the frame of one that faces south and was tilted flat: u points
        east, and v north when it faces up, south when it faces down.
        """
        right, up = _plane.right_and_up(self.azimuth, self.normal)
        first = self.points[0]
        relative = self.points - first
        corner = first + (relative @ right).min() * right + (relative @ up).min() * up
        return _frozen(corner), _frozen(right), _frozen(up)

    @cached_property
    def polygon(self) -> Float[np.ndarray, "n 2"]:
        """The vertices in the coordinates (u, v) of the plane. [m]"""
        origin, right, up = self.frame
        return _frozen((self.points - origin) @ np.stack([right, up]).T)

    @property
    def width(self) -> float:
        """Extent along u. [m]"""
        return float(self.polygon[:, 0].max())

    @property
    def height(self) -> float:
        """Extent along v. [m]"""
        return float(self.polygon[:, 1].max())

    @model_validator(mode="after")
    def _check_polygon(self) -> Surface:
        points, closing = self.points, np.roll(self.points, -1, axis=0)
        if np.any(np.linalg.norm(points - closing, axis=1) < _PLANAR):
            raise ValueError(f"surface {self.name!r} has the same vertex twice in a row; drop one")
        if self.area < _PLANAR:
            raise ValueError(f"surface {self.name!r} has no area; check its vertices")
        off = np.abs((points - points.mean(axis=0)) @ self.normal).max()
        if off > _PLANAR:
            raise ValueError(
                f"surface {self.name!r} is not plane, its vertices lie up to {off:.3g} m off; "
                "split it into triangles or move the vertices into one plane"
            )
        if _plane.crosses_itself(self.polygon):
            raise ValueError(
                f"the outline of surface {self.name!r} crosses itself; "
                "give the vertices in order around it"
            )
        return self

    @model_validator(mode="after")
    def _check_fenestrations(self) -> Surface:
        if self.fenestrations and self.boundary.kind != "outdoors":
            raise ValueError(
                f"surface {self.name!r} has windows and the boundary {self.boundary.kind!r}; "
                "windows are for surfaces to the outdoors"
            )
        for window in self.fenestrations:
            low = (window.u, window.v)
            high = (window.u + window.width, window.v + window.height)
            inside = _plane.area_inside_rectangle(self.polygon, low, high)
            if window.area > self.area * (1.0 + _ROUNDING):
                raise ValueError(
                    f"window {window.name!r} has {window.area:.4g} m2, its surface {self.name!r} "
                    f"only {self.area:.4g} m2; make the window smaller"
                )
            if inside < window.area * (1.0 - _ROUNDING):
                raise ValueError(
                    f"window {window.name!r} (u {low[0]:g} to {high[0]:g}, v {low[1]:g} to "
                    f"{high[1]:g} m) reaches beyond its surface {self.name!r} "
                    f"({self.width:.4g} x {self.height:.4g} m); move it or make it smaller"
                )
        for one, two in combinations(self.fenestrations, 2):
            across = min(one.u + one.width, two.u + two.width) - max(one.u, two.u)
            along = min(one.v + one.height, two.v + two.height) - max(one.v, two.v)
            if across > _ROUNDING and along > _ROUNDING:
                raise ValueError(
                    f"windows {one.name!r} and {two.name!r} of surface {self.name!r} overlap by "
                    f"{across:.3g} x {along:.3g} m; move one of them"
                )
        if self.net_area < _ROUNDING * self.area:
            raise ValueError(
                f"windows cover the whole of surface {self.name!r}; leave some opaque area, "
                "if only a frame of a centimetre"
            )
        return self

    @model_validator(mode="after")
    def _check_shading(self) -> Surface:
        if not (self.overhangs or self.fins):
            return self
        if abs(self.tilt - 90.0) > 0.1:
            raise ValueError(
                f"surface {self.name!r} is tilted {self.tilt:.1f} degrees and has overhangs or "
                "fins; they belong on vertical surfaces (tilt 90)"
            )
        if self.boundary.kind != "outdoors":
            raise ValueError(
                f"surface {self.name!r} has overhangs or fins and the boundary "
                f"{self.boundary.kind!r}; they belong on surfaces to the outdoors"
            )
        return self


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
