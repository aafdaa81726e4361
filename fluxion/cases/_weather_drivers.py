"""Weather-driver cases WD100 to WD600: how a program reads weather and tilts the sun.

No building takes part. Each case is a place with a weather file and ten planes; asked are means of
the weather and of the sunlight on each plane. The six places test what a single one hides: two
hemispheres, a site beyond the polar circle, a time zone of a half hour, a low and a high site, and
a ground that reflects.

Source: draft of the weather-driver test suite for ANSI/ASHRAE Standard 140, field trials of 2020.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.errors import InputError
from fluxion.physics.sky import PlaneIrradiance, plane_irradiance
from fluxion.weather import Weather, step_weather


@dataclass(frozen=True)
class Plane:
    """A plane on which sunlight is asked.

    Attributes:
        name: As in the outputs of the field trials: side it faces and tilt.
        tilt: 0 faces up, 90 is vertical. [deg]
        azimuth: Direction it faces, north 0, east 90. [deg]
    """

    name: str
    tilt: float
    azimuth: float


#: The same in all cases, by compass also in the south.
PLANES = (
    Plane("horizontal", 0.0, 180.0),
    Plane("south_90", 90.0, 180.0),
    Plane("east_90", 90.0, 90.0),
    Plane("north_90", 90.0, 0.0),
    Plane("west_90", 90.0, 270.0),
    Plane("45_east_90", 90.0, 135.0),
    Plane("45_west_90", 90.0, 225.0),
    Plane("south_30", 30.0, 180.0),
    Plane("east_30", 30.0, 90.0),
    Plane("west_30", 30.0, 270.0),
)


@dataclass(frozen=True)
class WeatherDriver:
    """A weather-driver case.

    Attributes:
        name: WD100 to WD600.
        place: Where it is.
        latitude: North positive. [deg]
        longitude: East positive. [deg]
        elevation: Above sea level. [m]
        utc_offset: Local standard time minus UTC. [h]
        ground_reflectance: For sunlight, in place of the file's. [-]
        days: Days looked at hour by hour, MM-DD.
        planes: Where sunlight is asked.
    """

    name: str
    place: str
    latitude: float
    longitude: float
    elevation: float
    utc_offset: float
    ground_reflectance: float
    days: tuple[str, ...]
    planes: tuple[Plane, ...] = PLANES


_DENVER = WeatherDriver(
    "WD100", "Denver", 39.833, -104.650, 1650.0, -7.0, 0.0, ("05-04", "07-14", "09-06")
)
_CASES = {
    case.name: case
    for case in (
        _DENVER,
        WeatherDriver("WD200", "Atlanta", 33.633, -84.433, 308.0, -5.0, 0.0, ("05-24", "08-26")),
        WeatherDriver("WD300", "Santiago", -33.393, -70.786, 474.0, -4.0, 0.0, ("02-07", "08-13")),
        WeatherDriver("WD400", "Barrow", 71.286, -156.767, 10.0, -9.0, 0.0, ("01-24", "07-01")),
        WeatherDriver("WD500", "New Delhi", 28.567, 77.103, 236.8, 5.5, 0.0, ("03-01", "09-14")),
        dataclasses.replace(_DENVER, name="WD600", ground_reflectance=0.2),
    )
}


def list_weather_drivers() -> tuple[str, ...]:
    """Names of the weather-driver cases."""
    return tuple(_CASES)


def weather_driver(case: str) -> WeatherDriver:
    """A weather-driver case of ASHRAE 140.

    Args:
        case: Its name, such as `WD100`.

    Raises:
        InputError: There is no such case; the message lists those there are.
    """
    name = str(case).strip().upper()
    if name not in _CASES:
        raise InputError(
            f"weather-driver case {case!r} is not known; the cases are {', '.join(_CASES)}"
        )
    return _CASES[name]


def incident_solar(
    case: WeatherDriver, weather: Weather, *, sky_model: str = "perez", steps_per_hour: int = 1
) -> dict[str, PlaneIrradiance]:
    """Sunlight on each plane of a case at every step, by origin.

    Args:
        case: The case.
        weather: Of its place.
        sky_model: As `fluxion.weather.step_weather` has it.
        steps_per_hour: Steps in an hour; one puts the sun at the middle of each hour.

    Returns:
        By the planes' names, arrays of `weather.hours * steps_per_hour`. [W/m2]
    """
    steps = step_weather(
        weather,
        steps_per_hour=steps_per_hour,
        sky_model=sky_model,
        ground_reflectance=case.ground_reflectance,
    )
    tilt, azimuth = (
        jnp.asarray([[getattr(plane, key)] for plane in case.planes], steps.dni.dtype)
        for key in ("tilt", "azimuth")
    )
    light = plane_irradiance(steps.sky, tilt, azimuth, reflectance=case.ground_reflectance)
    return {
        plane.name: jax.tree.map(lambda leaf, row=row: leaf[row], light)
        for row, plane in enumerate(case.planes)
    }


def weather_driver_means(
    case: WeatherDriver, weather: Weather, *, sky_model: str = "perez", steps_per_hour: int = 1
) -> dict[str, float]:
    """Means over the weather of all that the field trials list for sunlight.

    Args:
        case: The case.
        weather: Of its place.
        sky_model: As `fluxion.weather.step_weather` has it.
        steps_per_hour: Steps in an hour.

    Returns:
        `mean_south_90_total_radiation` and so on, with `beam` and `diffuse`; on the horizontal
        `mean_total_horizontal_radiation`, `mean_diffuse_horizontal_radiation` and
        `mean_horizontal_beam_radiation`. Beam is from the sun's disc alone. [W/m2]
    """
    found = {}
    light = incident_solar(case, weather, sky_model=sky_model, steps_per_hour=steps_per_hour)
    for name, plane in light.items():
        for kind, values in (
            ("total", plane.total),
            ("beam", plane.beam),
            ("diffuse", plane.diffuse),
        ):
            found[_output(name, kind)] = float(np.mean(np.asarray(values, dtype=float)))
    return found


def _output(plane: str, kind: str) -> str:
    if plane != "horizontal":
        return f"mean_{plane}_{kind}_radiation"
    return (
        f"mean_horizontal_{kind}_radiation"
        if kind == "beam"
        else (f"mean_{kind}_horizontal_radiation")
    )
