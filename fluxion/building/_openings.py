"""Windows, overhangs and fins, in the plane of the surface they belong to."""

from __future__ import annotations

from pydantic import model_validator

from fluxion.building._base import Description
from fluxion.building._units import Coordinate, FilmCoefficient, Metre, Name, Offset


class Fenestration(Description):
    """A rectangular window in the plane of its surface.

    The plane's origin is the lower left corner of the surface seen from outside, `u` runs to the
    right and `v` up along the plane (see `Surface.frame`).
    """

    name: Name
    """Name, the only one of its kind in the building."""
    glazing: Name
    """Name of its glazing."""
    u: Offset
    """Left edge, from the left end of the surface. [m]"""
    v: Offset
    """Lower edge, from the lower end of the surface. [m]"""
    width: Metre
    """Width. [m]"""
    height: Metre
    """Height along the plane. [m]"""
    inside_convection: FilmCoefficient | None = None
    """Fixed convective coefficient inside; none means the algorithm. [W/(m2 K)]"""
    outside_convection: FilmCoefficient | None = None
    """Fixed convective coefficient outside; none means the algorithm. [W/(m2 K)]"""

    @property
    def area(self) -> float:
        """Glass area. [m2]"""
        return self.width * self.height


class Overhang(Description):
    """An opaque plate sticking out horizontally from a vertical surface."""

    name: Name
    """Name of the overhang."""
    height: Coordinate
    """Height of the plate above the lower end of the surface. [m]"""
    left: Coordinate
    """Its left end, from the left end of the surface. [m]"""
    right: Coordinate
    """Its right end, from the left end of the surface. [m]"""
    depth: Metre
    """How far it sticks out. [m]"""

    @model_validator(mode="after")
    def _check_span(self) -> Overhang:
        if self.right <= self.left:
            raise ValueError(
                f"overhang {self.name!r} runs from left {self.left:g} to right {self.right:g} m; "
                "right must be greater than left"
            )
        return self


class Fin(Description):
    """An opaque plate sticking out upright from a vertical surface."""

    name: Name
    """Name of the fin."""
    offset: Coordinate
    """Distance of the plate from the left end of the surface. [m]"""
    bottom: Coordinate
    """Its lower end, above the lower end of the surface. [m]"""
    top: Coordinate
    """Its upper end, above the lower end of the surface. [m]"""
    depth: Metre
    """How far it sticks out. [m]"""

    @model_validator(mode="after")
    def _check_span(self) -> Fin:
        if self.top <= self.bottom:
            raise ValueError(
                f"fin {self.name!r} runs from bottom {self.bottom:g} to top {self.top:g} m; "
                "top must be greater than bottom"
            )
        return self
