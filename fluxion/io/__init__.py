"""Files in and out: buildings, weather readers and the weather store, results."""

from fluxion.io._atomic import whole_file as whole_file
from fluxion.io._building import read_building as read_building
from fluxion.io._building import write_building as write_building
from fluxion.io._checkpoints import Checkpoints as Checkpoints
from fluxion.io._epw import read_epw as read_epw
from fluxion.io._epw import read_epw_file as read_epw_file
from fluxion.io._epw_writer import write_epw as write_epw
from fluxion.io._population import population_to_xarray as population_to_xarray
from fluxion.io._programs import StoredSimulation as StoredSimulation
from fluxion.io._programs import stored_simulation as stored_simulation
from fluxion.io._results import load_results as load_results
from fluxion.io._results import save_results as save_results
from fluxion.io._results import to_xarray as to_xarray
from fluxion.io._results_csv import write_hourly_csv as write_hourly_csv
from fluxion.io._summary import building_sha256 as building_sha256
from fluxion.io._summary import describe_run as describe_run
from fluxion.io._summary import summarize as summarize
from fluxion.io._surrogates import load_surrogate as load_surrogate
from fluxion.io._surrogates import save_surrogate as save_surrogate
from fluxion.io._tmy3 import read_tmy3 as read_tmy3
from fluxion.io._tmy3 import read_tmy3_file as read_tmy3_file
from fluxion.io._weather_files import default_weather as default_weather
from fluxion.io._weather_files import read_weather as read_weather
from fluxion.io._weather_files import read_weather_file as read_weather_file
from fluxion.io._weather_store import get_weather as get_weather
from fluxion.io._weather_store import list_weather as list_weather
from fluxion.io._weather_store import resolve_weather as resolve_weather
from fluxion.io._weather_table import WeatherFile as WeatherFile
from fluxion.io._weather_table import WeatherProvenance as WeatherProvenance

__all__ = [
    "Checkpoints",
    "StoredSimulation",
    "WeatherFile",
    "WeatherProvenance",
    "building_sha256",
    "default_weather",
    "describe_run",
    "get_weather",
    "list_weather",
    "load_results",
    "load_surrogate",
    "population_to_xarray",
    "read_building",
    "read_epw",
    "read_epw_file",
    "read_tmy3",
    "read_tmy3_file",
    "read_weather",
    "read_weather_file",
    "resolve_weather",
    "save_results",
    "save_surrogate",
    "stored_simulation",
    "summarize",
    "to_xarray",
    "whole_file",
    "write_building",
    "write_epw",
    "write_hourly_csv",
]
