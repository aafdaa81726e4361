"""Surfaces, windows and shades with their boundaries and films."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fluxion.building import Building, Fenestration, Surface, Zone
from fluxion.energyplus import _schedules as schedules
from fluxion.energyplus._calendar import RunDays
from fluxion.energyplus._fabric import Fabric, Objects
from fluxion.energyplus._names import NameBook, reverse_side, window_key
from fluxion.errors import BuildingError

#: So weak a film lets no heat through. [W/(m2 K)]
_NO_FILM = 1e-6


class Envelope:
    """Writes the surfaces of a building."""

    def __init__(
        self,
        building: Building,
        book: NameBook,
        objects: Objects,
        days: RunDays,
        ground_temperature: np.ndarray | None,
    ):
        self.building, self.book, self.objects, self.days = building, book, objects, days
        self.ground_temperature = ground_temperature
        self.fabric = Fabric(building, book, objects)
        # Clockwise seen from above; the engine's own north axis stays at zero.
        turn = math.radians(building.orientation)
        self.turn = np.array(
            [
                [math.cos(turn), math.sin(turn), 0.0],
                [-math.sin(turn), math.cos(turn), 0.0],
                [0.0, 0.0, 1.0],
            ]
        )

    def _put(self, kind: str, name: str, fields: dict[str, Any]) -> None:
        self.objects.setdefault(kind, {})[name] = fields

    def write(self) -> None:
        """Every surface of every zone."""
        for zone in self.building.zones:
            for surface in zone.surfaces:
                self._surface(zone, surface)

    def _surface(self, zone: Zone, surface: Surface) -> None:
        name = self.book.surfaces[surface.name]
        fields = {
            "surface_type": _type(surface, surface.kind),
            "construction_name": self.fabric.construction(surface),
            "zone_name": self.book.zones[zone.name],
            **self._boundary(surface, name),
            "vertices": self._vertices(surface.points),
        }
        self._put("BuildingSurface:Detailed", name, fields)
        if surface.boundary.kind == "interzone":
            self._other_side(surface, name)
        outside = surface.outside_convection if surface.boundary.kind == "outdoors" else None
        self._films(name, surface.inside_convection, outside)
        for window in surface.fenestrations:
            self._window(surface, window)
        self._shades(surface, name)

    def _other_side(self, surface: Surface, name: str) -> None:
        if surface.fenestrations or surface.overhangs or surface.fins:
            raise BuildingError(
                f"surface {surface.name!r} lies between zones and has windows or shades; "
                "describe openings between zones as an opaque surface or an air exchange"
            )
        other = self.book.surfaces[reverse_side(surface.name)]
        kind = {"roof": "floor", "floor": "roof"}.get(surface.kind, "wall")
        self._put(
            "BuildingSurface:Detailed",
            other,
            {
                "surface_type": _type(surface, kind),
                "construction_name": self.fabric.construction(surface, reverse=True),
                "zone_name": self.book.zones[surface.boundary.zone],  # type: ignore[union-attr]
                **_no_weather("Surface", name),
                "vertices": self._vertices(surface.points[::-1]),
            },
        )
        self._films(other, surface.outside_convection, None)

    def _boundary(self, surface: Surface, name: str) -> dict[str, Any]:
        boundary = surface.boundary
        if boundary.kind == "outdoors":
            return {
                "outside_boundary_condition": "Outdoors",
                "sun_exposure": "SunExposed" if boundary.sun_exposed else "NoSun",
                "wind_exposure": "WindExposed" if boundary.wind_exposed else "NoWind",
            }
        if boundary.kind == "interzone":
            return _no_weather("Surface", self.book.surfaces[reverse_side(surface.name)])
        if boundary.kind == "adiabatic":
            # The engine's Adiabatic puts the room's temperature on both faces, so that only half
            # of the layers takes part; no heat through the outside face is a film of nothing.
            fields = {"combined_convective_radiative_film_coefficient": _NO_FILM}
            self._put("SurfaceProperty:OtherSideCoefficients", name, fields)
            return _no_weather("OtherSideCoefficients", name)
        self._put("SurfaceProperty:OtherSideCoefficients", name, self._ground(surface, name))
        return _no_weather("OtherSideCoefficients", name)

    def _ground(self, surface: Surface, name: str) -> dict[str, Any]:
        given = surface.boundary.temperature  # type: ignore[union-attr]
        # A film of zero puts the temperature on the face itself.
        fields: dict[str, Any] = {"combined_convective_radiative_film_coefficient": 0.0}
        if given is None:
            if self.ground_temperature is None:
                raise BuildingError(
                    f"surface {surface.name!r} lies on ground at the weather's temperature and no "
                    "weather was given; pass weather=, or give the boundary a temperature"
                )
            # Rounded, so that single and double precision write the same model.
            given = tuple(round(float(value), 4) for value in self.ground_temperature)
        if not isinstance(given, tuple):
            return {**fields, "constant_temperature": given}
        key = f"ground temperature of {name}"
        schedule = self.book.schedules[key]
        self._put("Schedule:Compact", schedule, schedules.monthly(given, self.days.leap_year))
        return {**fields, "constant_temperature_schedule_name": schedule}

    def _films(self, name: str, inside: float | None, outside: float | None) -> None:
        given = [("Inside", inside), ("Outside", outside)]
        given = [(where, value) for where, value in given if value is not None]
        if not given:
            return
        fields: dict[str, Any] = {"surface_name": name}
        for k, (where, value) in enumerate(given, start=1):
            fields[f"convection_coefficient_{k}_location"] = where
            fields[f"convection_coefficient_{k}_type"] = "Value"
            fields[f"convection_coefficient_{k}"] = value
        self._put("SurfaceProperty:ConvectionCoefficients", f"films of {name}", fields)

    def _window(self, surface: Surface, window: Fenestration) -> None:
        name = self.book.surfaces[window_key(window.name)]
        low, high = (window.u, window.v), (window.u + window.width, window.v + window.height)
        corners = [low, (high[0], low[1]), high, (low[0], high[1])]
        points = self._turned(_in_plane(surface, corners))
        self._put(
            "FenestrationSurface:Detailed",
            name,
            {
                "surface_type": "Window",
                "construction_name": self.fabric.glazing(window.glazing),
                "building_surface_name": self.book.surfaces[surface.name],
                "number_of_vertices": 4,
                **{
                    f"vertex_{k}_{axis}_coordinate": float(value)
                    for k, point in enumerate(points, start=1)
                    for axis, value in zip("xyz", point, strict=True)
                },
            },
        )
        self._films(name, window.inside_convection, window.outside_convection)

    def _shades(self, surface: Surface, base: str) -> None:
        for overhang in surface.overhangs:
            edge = [(overhang.left, overhang.height), (overhang.right, overhang.height)]
            self._plate(surface, base, f"overhang {overhang.name}", edge, overhang.depth)
        for fin in surface.fins:
            edge = [(fin.offset, fin.top), (fin.offset, fin.bottom)]
            self._plate(surface, base, f"fin {fin.name}", edge, fin.depth)

    def _plate(
        self, surface: Surface, base: str, key: str, edge: list[tuple[float, float]], depth: float
    ) -> None:
        """A plate that sticks out of the wall along an edge in its plane."""
        near = _in_plane(surface, edge)
        far = near + depth * surface.normal
        points = np.stack([near[0], far[0], far[1], near[1]])
        name = self.book.surfaces[f"{key} of {surface.name}"]
        fields = {"base_surface_name": base, "vertices": self._vertices(points)}
        self._put("Shading:Zone:Detailed", name, fields)

    def _turned(self, points: np.ndarray) -> np.ndarray:
        return np.round(points @ self.turn.T, 9) + 0.0

    def _vertices(self, points: np.ndarray) -> list[dict[str, float]]:
        return [
            {f"vertex_{axis}_coordinate": float(value) for axis, value in zip("xyz", point)}  # noqa: B905
            for point in self._turned(points)
        ]


def _type(surface: Surface, kind: str) -> str:
    if kind == "roof" and surface.boundary.kind == "interzone":
        return "Ceiling"
    return kind.capitalize()


def _no_weather(condition: str, partner: str) -> dict[str, Any]:
    return {
        "outside_boundary_condition": condition,
        "outside_boundary_condition_object": partner,
        "sun_exposure": "NoSun",
        "wind_exposure": "NoWind",
    }


def _in_plane(surface: Surface, points: list[tuple[float, float]]) -> np.ndarray:
    """Points (u, v) of a surface's plane in the building's axes. [m]"""
    origin, right, up = surface.frame
    return origin + np.asarray(points, dtype=float) @ np.stack([right, up])
