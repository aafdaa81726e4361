"""Files in: weather readers and the weather store."""

from fluxion.io._epw import read_epw as read_epw
from fluxion.io._epw import read_epw_file as read_epw_file
from fluxion.io._weather_table import WeatherFile as WeatherFile
from fluxion.io._weather_table import WeatherProvenance as WeatherProvenance

__all__ = ["WeatherFile", "WeatherProvenance", "read_epw", "read_epw_file"]
