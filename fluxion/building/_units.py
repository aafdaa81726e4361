"""Numbers with a unit and bounds, so that a wrong sign or a wrong unit dies at the door.

Each alias carries its unit as metadata (`Unit`), which error messages repeat. Strings and booleans
are not numbers here, and neither are infinities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, Strict


@dataclass(frozen=True)
class Unit:
    """The unit of a number, as metadata of its type."""

    symbol: str


def _temperature(value: float) -> float:
    if 150.0 <= value <= 400.0:
        raise ValueError(
            f"{value:g} degC is out of range; it looks like kelvin, "
            f"so write {value - 273.15:.4g} degC"
        )
    if not -90.0 <= value <= 90.0:
        raise ValueError(f"{value:g} degC is out of range; give degrees Celsius from -90 to 90")
    return value


def _setpoint(value: float) -> float:
    if 45.0 < value <= 110.0:
        raise ValueError(
            f"a setpoint of {value:g} degC is out of range; it looks like degrees Fahrenheit, "
            f"so write {(value - 32.0) / 1.8:.3g} degC"
        )
    value = _temperature(value)
    if value < -40.0:
        raise ValueError(f"a setpoint of {value:g} degC is out of range; give -40 to 45 degC")
    return value


def _thickness(value: float) -> float:
    if value > 5.0:
        raise ValueError(
            f"a thickness of {value:g} m is out of range; it looks like millimetres, "
            f"so write {value / 1000.0:g} (thickness is in m)"
        )
    return value


def _thin(value: float) -> float:
    if value > 0.5:
        raise ValueError(
            f"a thickness of {value:g} m is too much for a pane or a gap; it looks like "
            f"millimetres, so write {value / 1000.0:g} (thickness is in m)"
        )
    return value


def _conductivity(value: float) -> float:
    if value > 450.0:
        raise ValueError(
            f"a conductivity of {value:g} W/(m K) is more than copper's; give W/(m K), not mW/(m K)"
        )
    return value


def _specific_heat(value: float) -> float:
    if value < 50.0:
        raise ValueError(
            f"a specific_heat of {value:g} J/(kg K) is out of range; it looks like kJ/(kg K), "
            f"so write {value * 1000.0:g} (specific_heat is in J/(kg K))"
        )
    if value > 15000.0:
        raise ValueError(
            f"a specific_heat of {value:g} J/(kg K) is out of range; water has 4186, give J/(kg K)"
        )
    return value


def _power(value: float) -> float:
    if 0.0 < value < 1.0:
        raise ValueError(
            f"a power of {value:g} W is hardly anything; it looks like kilowatt, "
            f"so write {value * 1000.0:g} (power is in W)"
        )
    return value


def _capacity(value: float) -> float:
    if 0.0 < value < 50.0:
        raise ValueError(
            f"a capacity of {value:g} W is hardly anything; it looks like kilowatt, "
            f"so write {value * 1000.0:g} (capacity is in W), or null for unlimited"
        )
    return value


#: No building reaches further than this. [m]
_FAR = 1e5
_POSITIVE = Field(gt=0.0, allow_inf_nan=False)
_NOT_NEGATIVE = Field(ge=0.0, allow_inf_nan=False)

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Fraction = Annotated[float, Strict(), Field(ge=0.0, le=1.0), Unit("-")]
Coordinate = Annotated[float, Strict(), Field(ge=-_FAR, le=_FAR), Unit("m")]
Metre = Annotated[float, Strict(), Field(gt=0.0, le=_FAR), Unit("m")]
Offset = Annotated[float, Strict(), Field(ge=0.0, le=_FAR), Unit("m")]
Thickness = Annotated[float, Strict(), _POSITIVE, AfterValidator(_thickness), Unit("m")]
ThinThickness = Annotated[float, Strict(), _POSITIVE, AfterValidator(_thin), Unit("m")]
CubicMetre = Annotated[float, Strict(), _POSITIVE, Unit("m3")]
Degree = Annotated[float, Strict(), Field(ge=-360.0, le=360.0), Unit("deg")]
Incidence = Annotated[float, Strict(), Field(ge=0.0, le=90.0), Unit("deg")]
Celsius = Annotated[float, Strict(), AfterValidator(_temperature), Unit("degC")]
Setpoint = Annotated[float, Strict(), AfterValidator(_setpoint), Unit("degC")]
Conductivity = Annotated[float, Strict(), _POSITIVE, AfterValidator(_conductivity), Unit("W/(m K)")]
Density = Annotated[float, Strict(), Field(gt=0.0, le=25000.0), Unit("kg/m3")]
SpecificHeat = Annotated[
    float, Strict(), _POSITIVE, AfterValidator(_specific_heat), Unit("J/(kg K)")
]
ThermalResistance = Annotated[float, Strict(), Field(gt=0.0, le=1000.0), Unit("m2 K/W")]
FilmCoefficient = Annotated[float, Strict(), Field(gt=0.0, le=1000.0), Unit("W/(m2 K)")]
Watt = Annotated[float, Strict(), _NOT_NEGATIVE, AfterValidator(_power), Unit("W")]
Capacity = Annotated[float, Strict(), _NOT_NEGATIVE, AfterValidator(_capacity), Unit("W")]
VolumeFlow = Annotated[float, Strict(), _NOT_NEGATIVE, Unit("m3/s")]
AirChanges = Annotated[float, Strict(), Field(ge=0.0, le=200.0), Unit("1/h")]
Multiplier = Annotated[float, Strict(), _POSITIVE, Unit("-")]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^\S(.*\S)?$")]
