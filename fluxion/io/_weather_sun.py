"""Declination and equation of time of a site, hour by hour, from the Solar Position Algorithm.

pvlib gives zenith and azimuth; turned back into equatorial angles they vary slowly, so that the
trace may interpolate them and still find the sun where the algorithm has it.
"""

from __future__ import annotations

import numpy as np

_TYPICAL_YEAR = 2001
_TYPICAL_LEAP_YEAR = 2004


def sun_coordinates(
    *,
    latitude: float,
    longitude: float,
    elevation: float,
    utc_offset: float,
    start_day: int,
    days: int,
    leap_year: bool,
    year: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Declination, equation of time and extraterrestrial irradiance at the middle of each hour.

    Args:
        latitude: North positive. [deg]
        longitude: East positive. [deg]
        elevation: Above sea level. [m]
        utc_offset: Local standard time minus UTC. [h]
        start_day: Day of the year of the first hour, from 0.
        days: Number of days.
        leap_year: Whether the year has 366 days.
        year: Calendar year; None (typical years, whose months come from many) takes 2001, or
            2004 for leap years.

    Returns:
        Declination [deg], apparent minus mean solar time [min] and extraterrestrial normal
        irradiance [W/m2], each of 24 values a day.

    Notes:
        Angles are topocentric and without refraction.
        Source: Reda and Andreas, Solar position algorithm, 2004, doi:10.1016/j.solener.2003.12.003
        (as pvlib implements it); Spencer, 1971, for the extraterrestrial irradiance.
    """
    import pandas as pd
    import pvlib

    first_year = year or (_TYPICAL_LEAP_YEAR if leap_year else _TYPICAL_YEAR)
    hours = start_day * 24 + np.arange(days * 24) + 0.5
    start = pd.Timestamp(year=first_year, month=1, day=1, tz="UTC")
    times = start + pd.to_timedelta(hours - utc_offset, unit="h")
    spa = pvlib.solarposition.get_solarposition(
        pd.DatetimeIndex(times), latitude, longitude, altitude=elevation, method="nrel_numpy"
    )
    zenith = np.deg2rad(np.asarray(spa["zenith"]))
    azimuth = np.deg2rad(np.asarray(spa["azimuth"]))
    phi = np.deg2rad(latitude)
    east = np.sin(zenith) * np.sin(azimuth)
    north = np.sin(zenith) * np.cos(azimuth)
    up = np.cos(zenith)
    declination = np.arcsin(np.clip(np.sin(phi) * up + np.cos(phi) * north, -1.0, 1.0))
    angle = np.rad2deg(np.arctan2(-east, np.cos(phi) * up - np.sin(phi) * north))
    mean_angle = 15.0 * (hours % 24.0 - 12.0) + longitude - 15.0 * utc_offset
    equation = 4.0 * ((angle - mean_angle + 180.0) % 360.0 - 180.0)
    day_of_year = np.floor(hours / 24.0) + 1.0
    extra = pvlib.irradiance.get_extra_radiation(day_of_year, method="spencer")
    return np.rad2deg(declination), equation, np.asarray(extra, float)
