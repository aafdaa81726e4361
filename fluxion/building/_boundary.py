"""What is on the outside of a surface."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fluxion.building._base import Description
from fluxion.building._units import Celsius, Name


class Outdoors(Description):
    """Outside air, with or without sun and wind."""

    kind: Literal["outdoors"] = "outdoors"
    sun_exposed: bool = True
    """Whether sun, sky and ground light reach the face."""
    wind_exposed: bool = True
    """Whether wind reaches the face; if not, its convection takes a wind speed of zero."""


class Ground(Description):
    """Soil of a known temperature."""

    kind: Literal["ground"] = "ground"
    temperature: (
        Celsius | Annotated[tuple[Celsius, ...], Field(min_length=12, max_length=12)] | (None)
    ) = None
    """One temperature, or twelve monthly ones; none takes those of the weather file. [degC]"""


class Adiabatic(Description):
    """No heat flow: the other side is the same as this one."""

    kind: Literal["adiabatic"] = "adiabatic"


class Interzone(Description):
    """Another zone.

    One surface describes a wall between two zones. It is declared in one of them, its outside
    faces the other, and it belongs to the enclosures of both.
    """

    kind: Literal["interzone"] = "interzone"
    zone: Name
    """The zone on the other side."""


Boundary = Annotated[Outdoors | Ground | Adiabatic | Interzone, Field(discriminator="kind")]
