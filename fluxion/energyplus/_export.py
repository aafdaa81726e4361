"""A building as the engine's input: epJSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from fluxion.building import Building, Zone
from fluxion.building._build import TERRAIN
from fluxion.energyplus._calendar import WEEKDAYS, RunDays, run_days, run_period_name
from fluxion.energyplus._fabric import Objects
from fluxion.energyplus._names import NameBook
from fluxion.energyplus._schedules import ANY
from fluxion.energyplus._settings import VARIABLES, Settings
from fluxion.energyplus._surfaces import Envelope
from fluxion.energyplus._zones import Zones
from fluxion.errors import BuildingError
from fluxion.weather import Weather

#: Version of the engine whose input this writes.
VERSION = "25.2"

_TERRAIN = {
    "flat": "Country",
    "country": "Country",
    "suburbs": "Suburbs",
    "city": "City",
    "ocean": "Ocean",
}
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
#: Warm-up ends when temperatures [K] and loads (as a part) repeat this closely from day to day.
_WARM_TEMPERATURE, _WARM_LOADS = 0.02, 0.005
_LEAST_WARMUP, _MOST_WARMUP = 3, 200
#: Files that nobody reads here.
_UNWANTED = (
    "output_csv", "output_mtr", "output_eso", "output_tabular", "output_json", "output_audit",
    "output_space_sizing", "output_zone_sizing", "output_system_sizing", "output_dxf", "output_bnd",
    "output_rdd", "output_mdd", "output_mtd", "output_shd", "output_dfs", "output_glhe",
    "output_delightin", "output_delighteldmp", "output_delightdfdmp", "output_edd", "output_dbg",
    "output_perflog", "output_sln", "output_sci", "output_wrl", "output_screen", "output_extshd",
    "output_tarcog", "output_plant_component_sizing",
)  # fmt: skip


def export(
    building: Building, *, weather: Weather | None = None, settings: Settings | None = None
) -> dict[str, Any]:
    """Write a building as input of EnergyPlus.

    Args:
        building: Any building.
        weather: Whose days are run and whose ground temperatures hold; none stands for a common
            year that begins on a Sunday.
        settings: Algorithms, time step, days and outputs.

    Returns:
        The model in epJSON, ready for `json.dump`; it names no other file.

    Raises:
        BuildingError: The engine cannot express something; the message names it.
        SimulationError: The weather does not have the days that were asked for.
    """
    settings = settings or Settings()
    days = run_days(settings, weather)
    solar = _solar_distribution(building, settings)
    book = NameBook(building)
    objects: Objects = {}
    ground = None if weather is None else np.asarray(weather.ground_temperature, float)
    Zones(building, book, objects, days, settings.steps_per_hour).write()
    Envelope(building, book, objects, days, ground).write()
    return {**_site(building, settings, days, solar), **objects, **_outputs(settings, objects)}


def _solar_distribution(building: Building, settings: Settings) -> str:
    chosen = settings.solar_distribution
    for zone in building.zones:
        if zone.diffuse_to != "all":
            raise BuildingError(
                f"zone {zone.name!r} sends diffuse light to the {zone.diffuse_to} first "
                "(diffuse_to); EnergyPlus spreads it over all surfaces, so give 'all'"
            )
        if zone.beam_to == "all" and chosen is None:
            raise BuildingError(
                f"zone {zone.name!r} spreads beam light over all surfaces (beam_to); EnergyPlus "
                "lays it on the floor or where it falls, so give 'floor' or 'traced' or choose "
                "solar_distribution='FullInteriorAndExterior'"
            )
    if chosen is not None:
        return chosen
    ways = {zone.beam_to for zone in building.zones if _has_windows(zone)}
    if len(ways) > 1:
        raise BuildingError(
            "some zones trace beam light and others lay it on the floor (beam_to); EnergyPlus "
            "does one or the other for the whole building, so give all zones the same"
        )
    return "FullInteriorAndExterior" if ways == {"traced"} else "FullExterior"


def _has_windows(zone: Zone) -> bool:
    """Whether any surface that the zone declares carries a window."""
    return any(surface.fenestrations for surface in zone.surfaces)


def _least_film(building: Building) -> float:
    films = [0.1]
    for surface in building.surfaces:
        for item in (surface, *surface.fenestrations):
            films += [f for f in (item.inside_convection, item.outside_convection) if f]
    return min(films)


def _site(building: Building, settings: Settings, days: RunDays, solar: str) -> dict[str, Any]:
    exponent, layer = TERRAIN[building.terrain]
    first, last = days.begin_lead, days.end
    warmup = max(1, _LEAST_WARMUP if days.lead else settings.warmup_days)
    often = settings.shading_days
    return {
        "Version": {"version": {"version_identifier": VERSION}},
        "SimulationControl": {
            "control": {
                "do_zone_sizing_calculation": "No",
                "do_system_sizing_calculation": "No",
                "do_plant_sizing_calculation": "No",
                "run_simulation_for_sizing_periods": "No",
                "run_simulation_for_weather_file_run_periods": "Yes",
            }
        },
        "Building": {
            "building": {
                "north_axis": 0.0,
                "terrain": _TERRAIN[building.terrain],
                "loads_convergence_tolerance_value": _WARM_LOADS,
                "temperature_convergence_tolerance_value": _WARM_TEMPERATURE,
                "solar_distribution": solar,
                "maximum_number_of_warmup_days": max(_MOST_WARMUP, warmup),
                "minimum_number_of_warmup_days": warmup,
            }
        },
        "ScheduleTypeLimits": {ANY: {}},
        "Timestep": {"timestep": {"number_of_timesteps_per_hour": settings.steps_per_hour}},
        "RunPeriod": {
            # The name tells a reader of the results where they begin to count.
            run_period_name(days): {
                "begin_month": first.month,
                "begin_day_of_month": first.day,
                "begin_year": first.year,
                "end_month": last.month,
                "end_day_of_month": last.day,
                "end_year": last.year,
                "day_of_week_for_start_day": WEEKDAYS[first.weekday()],
                "use_weather_file_holidays_and_special_days": "No",
                "use_weather_file_daylight_saving_period": "No",
                "apply_weekend_holiday_rule": "No",
                "use_weather_file_rain_indicators": "Yes" if settings.rain else "No",
                "use_weather_file_snow_indicators": "No",
            }
        },
        "GlobalGeometryRules": {
            "rules": {
                "starting_vertex_position": "LowerLeftCorner",
                "vertex_entry_direction": "Counterclockwise",
                "coordinate_system": "World",
            }
        },
        "Site:HeightVariation": {
            "site": {
                "wind_speed_profile_exponent": exponent,
                "wind_speed_profile_boundary_layer_thickness": layer,
                "air_temperature_gradient_coefficient": 0.0,
            }
        },
        "Site:GroundReflectance": {
            "site": {
                f"{month}_ground_reflectance": building.ground_reflectance for month in _MONTHS
            }
        },
        "ShadowCalculation": {
            "shadows": {
                "shading_calculation_method": "PolygonClipping",
                "shading_calculation_update_frequency_method": (
                    "Periodic" if often else "Timestep"
                ),
                "shading_calculation_update_frequency": often or 1,
                "sky_diffuse_modeling_algorithm": "SimpleSkyDiffuseModeling",
            }
        },
        "HeatBalanceAlgorithm": {
            "layers": {
                "algorithm": settings.conduction,
                "minimum_surface_convection_heat_transfer_coefficient_value": _least_film(building),
            }
        },
        "SurfaceConvectionAlgorithm:Inside": {"inside": {"algorithm": settings.inside_convection}},
        "SurfaceConvectionAlgorithm:Outside": {
            "outside": {"algorithm": settings.outside_convection}
        },
    }


#: What a model must have for an output of a kind to exist.
_NEEDED = {"plant": "ZoneHVAC:IdealLoadsAirSystem", "window": "FenestrationSurface:Detailed"}


def _outputs(settings: Settings, objects: Objects) -> dict[str, Any]:
    wanted = [
        name
        for name in settings.outputs
        if _NEEDED.get(VARIABLES[name][1]) is None or _NEEDED[VARIABLES[name][1]] in objects
    ]
    return {
        "Output:Variable": {
            name: {
                "key_value": "*",
                "variable_name": VARIABLES[name][0],
                "reporting_frequency": "Hourly",
            }
            for name in wanted
        },
        "Output:SQLite": {"sqlite": {"option_type": "Simple"}},
        "OutputControl:Files": {
            "files": {
                **dict.fromkeys(_UNWANTED, "No"),
                "output_sqlite": "Yes",
                "output_eio": "Yes",
                "output_end": "Yes",
            }
        },
    }
