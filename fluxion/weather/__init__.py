"""Weather as a pytree: hourly values, and everything a simulation needs at each of its steps."""

from fluxion.weather._fields import weather_field as weather_field
from fluxion.weather._morph import Morph as Morph
from fluxion.weather._morph import morphed as morphed
from fluxion.weather._morph import read_morph as read_morph
from fluxion.weather._step_weather import HourlyWeather as HourlyWeather
from fluxion.weather._step_weather import StepWeather as StepWeather
from fluxion.weather._step_weather import hourly_infrared as hourly_infrared
from fluxion.weather._step_weather import hourly_weather as hourly_weather
from fluxion.weather._step_weather import step_weather as step_weather
from fluxion.weather._step_weather import weather_at_steps as weather_at_steps
from fluxion.weather._weather import Site as Site
from fluxion.weather._weather import Weather as Weather

__all__ = [
    "HourlyWeather",
    "Morph",
    "Site",
    "StepWeather",
    "Weather",
    "hourly_infrared",
    "hourly_weather",
    "morphed",
    "read_morph",
    "step_weather",
    "weather_at_steps",
    "weather_field",
]
