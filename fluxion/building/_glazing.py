"""Glazing described pane by pane and gap by gap, from outside to inside."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fluxion.building._base import Description
from fluxion.building._units import (
    Conductivity,
    Fraction,
    Incidence,
    Name,
    ThermalResistance,
    ThinThickness,
)


class GlazingPane(Description):
    """A pane with its optics at normal incidence; `front` is the face towards outside."""

    name: Name
    """Name of the pane."""
    thickness: ThinThickness
    """Thickness. [m]"""
    conductivity: Conductivity = 1.0
    """Thermal conductivity. [W/(m K)]"""
    solar_transmittance: Fraction
    """Solar transmittance at normal incidence. [-]"""
    solar_reflectance_front: Fraction
    """Solar reflectance of the outside face at normal incidence. [-]"""
    solar_reflectance_back: Fraction
    """Solar reflectance of the inside face at normal incidence. [-]"""
    emissivity_front: Fraction = 0.84
    """Longwave emissivity of the outside face. [-]"""
    emissivity_back: Fraction = 0.84
    """Longwave emissivity of the inside face. [-]"""
    coated: bool = False
    """Whether a coating, rather than bare glass, sets the angular behaviour."""

    @model_validator(mode="after")
    def _check_energy(self) -> GlazingPane:
        for face in ("front", "back"):
            reflectance = getattr(self, f"solar_reflectance_{face}")
            total = self.solar_transmittance + reflectance
            if total > 1.0 + 1e-9:
                raise ValueError(
                    f"solar_transmittance {self.solar_transmittance:g} and "
                    f"solar_reflectance_{face} {reflectance:g} add up to {total:g}; "
                    "they must not exceed 1, the rest is absorbed"
                )
        return self


class GasGap(Description):
    """The space between two panes."""

    name: Name
    """Name of the gap."""
    thickness: ThinThickness
    """Distance between the panes. [m]"""
    gas: Literal["air", "argon", "krypton", "xenon"] = "air"
    """The gas that fills the gap."""
    thermal_resistance: ThermalResistance | None = None
    """Fixed effective resistance, radiation included, in place of the gas model. [m2 K/W]"""


class AngularTable(Description):
    """Optics of a whole glazing by angle of incidence, in place of those of its panes."""

    incidence: Annotated[tuple[Incidence, ...], Field(min_length=2)]
    """Angles of incidence, from 0 to 90. [deg]"""
    transmittance: tuple[Fraction, ...]
    """Solar transmittance at each angle. [-]"""
    absorptance: tuple[tuple[Fraction, ...], ...]
    """For each pane, outermost first, its solar absorptance at each angle. [-]"""
    reflectance_back: tuple[Fraction, ...] | None = None
    """Solar reflectance seen from inside at each angle; none means that seen from outside. [-]"""

    @model_validator(mode="after")
    def _check_table(self) -> AngularTable:
        angles = self.incidence
        if (
            angles[0] != 0.0
            or angles[-1] != 90.0
            or any(b <= a for a, b in zip(angles, angles[1:], strict=False))
        ):
            raise ValueError(
                f"incidence runs from {angles[0]:g} to {angles[-1]:g}; "
                "give increasing angles from 0 to 90 degrees"
            )
        columns = (self.transmittance, *self.absorptance)
        back = () if self.reflectance_back is None else (self.reflectance_back,)
        for column in (*columns, *back):
            if len(column) != len(angles):
                raise ValueError(
                    f"a column has {len(column)} values for {len(angles)} angles of incidence; "
                    "give one value per angle"
                )
        for angle, *parts in zip(angles, *columns, strict=True):
            if sum(parts) > 1.0 + 1e-9:
                raise ValueError(
                    f"at {angle:g} degrees transmittance and absorptances add up to "
                    f"{sum(parts):g}; they must not exceed 1, the rest is reflected"
                )
        for column in back:
            for angle, through, back_reflected in zip(
                angles, self.transmittance, column, strict=True
            ):
                if through + back_reflected > 1.0 + 1e-9:
                    total = through + back_reflected
                    raise ValueError(
                        f"at {angle:g} degrees transmittance and reflectance_back add up to "
                        f"{total:g}; they must not exceed 1, the rest is absorbed"
                    )
        return self


class Glazing(Description):
    """Panes and the gaps between them, from outside to inside."""

    name: Name
    """Name that fenestrations use."""
    panes: Annotated[tuple[GlazingPane, ...], Field(min_length=1, max_length=4)]
    """One to four panes, outermost first."""
    gaps: tuple[GasGap, ...] = ()
    """The gaps between the panes, one fewer than panes."""
    angular: AngularTable | None = None
    """Measured or tabulated optics of the whole glazing, in place of those of the panes."""

    @model_validator(mode="after")
    def _check_counts(self) -> Glazing:
        panes, gaps = len(self.panes), len(self.gaps)
        if gaps != panes - 1:
            raise ValueError(
                f"glazing {self.name!r} has {panes} panes and {gaps} gaps; "
                f"give one gap between each two panes, {panes - 1} here"
            )
        if self.angular is not None and len(self.angular.absorptance) != panes:
            raise ValueError(
                f"the angular table of glazing {self.name!r} has absorptances of "
                f"{len(self.angular.absorptance)} panes; it has {panes} panes"
            )
        return self
