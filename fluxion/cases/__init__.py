"""Buildings to start from: the ASHRAE 140 test cases and an office."""

from __future__ import annotations

from fluxion.cases._ashrae140 import ashrae140 as ashrae140
from fluxion.cases._ashrae140 import describe_ashrae140 as describe_ashrae140
from fluxion.cases._ashrae140 import list_ashrae140 as list_ashrae140
from fluxion.cases._office import office as office
from fluxion.cases._resolve import resolve_building as resolve_building
from fluxion.cases._weather_drivers import Plane as Plane
from fluxion.cases._weather_drivers import WeatherDriver as WeatherDriver
from fluxion.cases._weather_drivers import incident_solar as incident_solar
from fluxion.cases._weather_drivers import list_weather_drivers as list_weather_drivers
from fluxion.cases._weather_drivers import weather_driver as weather_driver
from fluxion.cases._weather_drivers import weather_driver_means as weather_driver_means

__all__ = [
    "Plane",
    "WeatherDriver",
    "ashrae140",
    "describe_ashrae140",
    "incident_solar",
    "list_ashrae140",
    "list_weather_drivers",
    "office",
    "resolve_building",
    "weather_driver",
    "weather_driver_means",
]
