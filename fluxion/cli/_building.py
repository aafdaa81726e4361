"""`fluxion building` and `fluxion cases`: check, show and start from descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from fluxion.cli import _options as take
from fluxion.cli._console import print_json, results
from fluxion.cli._environment import prepare

if TYPE_CHECKING:
    from fluxion.building import Building

building = typer.Typer(no_args_is_help=False, help="Check and show building descriptions.")


@building.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A building file (JSON).")],
) -> None:
    """Check a building file, down to the network that a simulation would run."""
    prepare()
    from fluxion.building import build
    from fluxion.cases import resolve_building

    described = resolve_building(file)
    build(described, dtype="float32")
    count = len(described.zones)
    results().print(
        f"{described.name}: {count} {'zones' if count > 1 else 'zone'}, "
        f"{len(described.surfaces)} surfaces, {described.floor_area():.1f} m² of floor; "
        "nothing is at fault",
        markup=False,
        soft_wrap=True,
    )


@building.command()
def show(building: take.BuildingArgument, json: take.JsonOption = False) -> None:
    """Show a building; with [bold]--json[/bold] as a building file to start from.

    Example: fluxion building show ashrae140:600 --json > house.json
    """
    from fluxion.building import dump_building
    from fluxion.cases import resolve_building

    described = resolve_building(building)
    if json:
        print_json(dump_building(described))
        return
    console = results()
    console.print(f"[bold]{described.name}[/bold]  {described.description}")
    zones = Table(box=None, pad_edge=False)
    zones.add_column("zone")
    for name, unit in (("floor", "m²"), ("volume", "m³"), ("surfaces", ""), ("windows", "m²")):
        zones.add_column(f"{name}\n[dim]{unit}[/dim]", justify="right")
    for zone in described.zones:
        windows = [w for surface in zone.surfaces for w in surface.fenestrations]
        zones.add_row(
            zone.name,
            f"{described.floor_area(zone.name):.1f}",
            f"{described.zone_volume(zone.name):.1f}",
            str(len(described.enclosure(zone.name))),
            f"{sum(w.width * w.height for w in windows):.1f}",
        )
    console.print(zones)
    fabric = Table("construction", box=None, pad_edge=False)
    fabric.add_column("U\n[dim]W/(m² K)[/dim]", justify="right")
    fabric.add_column("layers, from outside")
    for each in described.constructions:
        fabric.add_row(each.name, f"{described.u_factor(each.name):.3f}", " | ".join(each.layers))
    console.print()
    console.print(fabric)


@building.command()
def schema() -> None:
    """Print the JSON schema of building files, for editors that complete and check."""
    from fluxion.building import building_schema

    print_json(building_schema())


def cases(json: take.JsonOption = False) -> None:
    """List the buildings that come with Fluxion."""
    from fluxion.cases import ashrae140, list_ashrae140, office

    found: dict[str, Any] = {
        f"ashrae140:{name}": _summary(ashrae140(name)) for name in list_ashrae140()
    }
    found["office"] = _summary(office())
    if json:
        print_json(found)
        return
    table = Table("name", "what it is", box=None, pad_edge=False)
    for name, summary in found.items():
        table.add_row(name, summary)
    results().print(table)


def _summary(described: Building) -> str:
    return described.description.partition(". Source:")[0].partition("\n")[0]
