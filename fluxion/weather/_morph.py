"""Other climates out of a measured one: warmer, milder, sunnier; its days keep their order.

A climate that a model has never met lies between and beyond those that it was trained on; years
shifted and stretched from measured ones fill that space with weather that hangs together.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import WeatherError
from fluxion.units import HOURS_PER_DAY, ZERO_CELSIUS
from fluxion.weather._weather import Weather

#: Days over which a season is smoothed.
_DAYS_OF_SEASON = 31


@dataclass(frozen=True)
class Morph:
    """What to change of a weather; the defaults change nothing.

    Attributes:
        warmer: Added to every temperature. [K]
        seasons: Factor on how far a month is from the year's mean; below 1 is milder. [-]
        days: Factor on how far a day is from its season; above 1, cold snaps are colder. [-]
        swing: Factor on how far an hour is from its day's mean. [-]
        sunnier: Factor on all sunlight. [-]
        windier: Factor on the wind speed. [-]
    """

    warmer: float = 0.0
    seasons: float = 1.0
    days: float = 1.0
    swing: float = 1.0
    sunnier: float = 1.0
    windier: float = 1.0

    def __post_init__(self) -> None:
        limits = {
            "warmer": (-20.0, 20.0),
            "seasons": (0.0, 2.0),
            "days": (0.0, 2.0),
            "swing": (0.0, 2.0),
            "sunnier": (0.0, 1.3),
            "windier": (0.0, 4.0),
        }
        for field in fields(self):
            value, (low, high) = getattr(self, field.name), limits[field.name]
            if not low <= value <= high:
                raise WeatherError(
                    f"{field.name} is {value:g}; give a number from {low:g} to {high:g}"
                )


def morphed(weather: Weather, morph: Morph) -> Weather:
    """A weather shifted and stretched.

    The temperature of an hour is taken as the year's mean, the season (a mean over 31 days less
    that), the day's own departure and the hour's; each of them is stretched, all is shifted.
    The dew point moves with the temperature, so that relative humidity stays; the sky keeps its
    emissivity, sunlight its share of beam.

    Args:
        weather: To begin with, a whole year or some days.
        morph: What to change.

    Returns:
        A weather of the same days and place.

    Source:
        Belcher, Hacker and Powell, "Constructing design weather data for future climates",
        Building Services Engineering Research and Technology 26 (2005), shift and stretch.
    """
    temperature = weather.temp_air
    daily = jnp.mean(temperature.reshape(-1, HOURS_PER_DAY), axis=1)
    season = _smoothed(daily) - jnp.mean(daily)
    departure = daily - jnp.mean(daily) - season
    of_day = morph.warmer + (morph.seasons - 1.0) * season + (morph.days - 1.0) * departure
    change = jnp.repeat(of_day, HOURS_PER_DAY)
    change = change + (morph.swing - 1.0) * (temperature - jnp.repeat(daily, HOURS_PER_DAY))
    after = temperature + change
    emitted = ((after + ZERO_CELSIUS) / (temperature + ZERO_CELSIUS)) ** 4
    ground = weather.ground_temperature
    middle = jnp.mean(ground)
    sun = morph.sunnier
    return replace(
        weather,
        temp_air=after,
        temp_dew=jnp.minimum(weather.temp_dew + change, after),
        horizontal_infrared=weather.horizontal_infrared * emitted,
        ghi=weather.ghi * sun,
        dhi=weather.dhi * sun,
        dni=jnp.minimum(weather.dni * sun, jnp.maximum(weather.dni_extra, weather.dni)),
        wind_speed=weather.wind_speed * morph.windier,
        ground_temperature=middle + morph.warmer + morph.seasons * (ground - middle),
    )


def _smoothed(daily: Float[Array, "day"]) -> Float[Array, "day"]:
    """Means over 31 days around each, the year going round."""
    days = np.arange(daily.shape[0])[:, None] + np.arange(_DAYS_OF_SEASON) - _DAYS_OF_SEASON // 2
    return jnp.mean(daily[days % daily.shape[0]], axis=1)


def read_morph(text: str) -> Morph:
    """A morph as people write it, such as `warmer=3,seasons=0.8`.

    Args:
        text: Names and numbers.

    Raises:
        WeatherError: An unknown name, or no number.
    """
    known = [field.name for field in fields(Morph)]
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (piece.strip() for piece in part.partition("="))
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if name not in known or value != value:
            raise WeatherError(
                f"{part.strip()!r} says no change of a weather; give one of {', '.join(known)} "
                "with a number, such as warmer=3,seasons=0.8"
            )
        found[name] = value
    return Morph(**found)
