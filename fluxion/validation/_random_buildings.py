"""Random buildings: one for each seed, the same on every machine.

A building is a block of boxes, side by side and one upon another, a zone each. Everything that a
description can say and both engines can calculate is drawn: sizes, turn, fabric, glass, shades,
use, air, thermostats, what lies below. Numbers are rounded when they are drawn, so that no last
digit depends on the machine.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from fluxion.building import (
    Adiabatic,
    AirExchange,
    Building,
    Ground,
    Interzone,
    Outdoors,
    Surface,
    Zone,
)
from fluxion.validation._random_fabric import Fabric, draw, pick, random_fabric
from fluxion.validation._random_openings import openings
from fluxion.validation._random_operation import USES, random_schedules, random_use

MOST_ZONES = 10
#: Counts of boxes from west to east, south to north and up, by their product.
_BLOCKS: dict[int, list[tuple[int, int, int]]] = {
    count: [
        shape for shape in product(range(1, 8), range(1, 4), range(1, 4)) if np.prod(shape) == count
    ]
    for count in range(1, MOST_ZONES + 1)
}
_FACES = {
    "south": (0, -1, 0), "east": (1, 0, 0), "north": (0, 1, 0), "west": (-1, 0, 0),
    "roof": (0, 0, 1), "floor": (0, 0, -1),
}  # fmt: skip
_AZIMUTH = {
    "south": 180.0,
    "east": 90.0,
    "north": 0.0,
    "west": 270.0,
    "roof": 180.0,
    "floor": 180.0,
}
_TILT = {"roof": 0.0, "floor": 180.0}
_TERRAINS = ("country", "suburbs", "city", "ocean")
Cell = tuple[int, int, int]


def random_building(seed: int) -> Building:
    """A random building of one to ten zones.

    Args:
        seed: Which; the same seed gives the same building everywhere.

    Returns:
        A closed, valid description named `random SEED`, that `fluxion.energyplus` can export.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    block = _draw_block(rng)
    edges = (
        _edges(rng, block[0], 3.0, 14.0),
        _edges(rng, block[1], 3.0, 11.0),
        _edges(rng, block[2], 2.4, 4.5),
    )
    fabric = random_fabric(rng)
    use = pick(rng, USES)
    schedules = random_schedules(rng, use)
    below = _below(rng)
    cells: list[Cell] = list(product(*(range(count) for count in block)))  # type: ignore[arg-type]
    glass = {face: (draw(rng, 0.05, 0.75, 2), bool(rng.uniform() < 0.75)) for face in _AZIMUTH}
    shaded = bool(rng.uniform() < 0.4)
    zones = []
    for number, cell in enumerate(cells):
        surfaces = tuple(
            _surface(rng, cell, face, block, edges, fabric, below, glass[face], shaded)
            for face in _FACES
            if _declares(cell, face, block)
        )
        area = float(np.prod([np.diff(edges[axis])[cell[axis]] for axis in (0, 1)]))
        conditioned = number == 0 or bool(rng.uniform() < 0.8)
        zones.append(
            Zone(
                name=_name(cell),
                surfaces=surfaces,
                **random_use(rng, use, area, conditioned=conditioned),
            )
        )
    return Building(
        name=f"random {seed}",
        description=f"A random {use} of {len(zones)} zones, {' x '.join(map(str, block))} boxes.",
        zones=tuple(zones),
        materials=fabric.materials,
        constructions=fabric.constructions,
        glazings=fabric.glazings,
        schedules=schedules,
        air_exchanges=_exchanges(rng, cells, block),
        orientation=draw(rng, 0.0, 360.0, 1),
        terrain=pick(rng, _TERRAINS),  # type: ignore[arg-type]
        ground_reflectance=draw(rng, 0.1, 0.45, 2),
    )


def _draw_block(rng: np.random.Generator) -> Cell:
    counts = list(_BLOCKS)
    shapes = _BLOCKS[counts[int(rng.integers(len(counts)))]]
    return shapes[int(rng.integers(len(shapes)))]


def _edges(rng: np.random.Generator, count: int, least: float, most: float) -> np.ndarray:
    """Where the boxes begin and end along an axis. [m]"""
    sizes = [draw(rng, least, most, 2) for _ in range(count)]
    return np.round(np.concatenate([[0.0], np.cumsum(sizes)]), 2)


def _below(rng: np.random.Generator) -> dict[str, Any]:
    """What the lowest floors lie on, as fields of `Surface`."""
    kind = pick(rng, ("fixed", "monthly", "weather", "adiabatic", "raised"))
    level, swing = draw(rng, 8.0, 18.0, 1), draw(rng, 1.0, 5.0, 1)
    months = tuple(
        round(level - swing * float(np.cos(np.pi * (m - 1.0) / 6.0)), 1) for m in range(12)
    )
    boundary = {
        "fixed": Ground(temperature=level),
        "monthly": Ground(temperature=months),
        "weather": Ground(),
        "adiabatic": Adiabatic(),
        "raised": Outdoors(sun_exposed=bool(level > 13.0)),
    }[kind]
    return {"boundary": boundary}


def _name(cell: Cell) -> str:
    return "zone " + "".join(str(place) for place in cell)


def _next(cell: Cell, face: str, block: Cell) -> Cell | None:
    """The box beyond a face, if there is one."""
    beyond = tuple(place + step for place, step in zip(cell, _FACES[face], strict=True))
    inside = all(0 <= place < count for place, count in zip(beyond, block, strict=True))
    return beyond if inside else None  # type: ignore[return-value]


def _declares(cell: Cell, face: str, block: Cell) -> bool:
    """Whether a box has this face itself, rather than its neighbour: towards the greater place."""
    return _next(cell, face, block) is None or sum(_FACES[face]) > 0


def _surface(
    rng: np.random.Generator,
    cell: Cell,
    face: str,
    block: Cell,
    edges: tuple[np.ndarray, ...],
    fabric: Fabric,
    below: dict[str, Any],
    glass: tuple[float, bool],
    shaded: bool,
) -> Surface:
    low = [float(edges[axis][cell[axis]]) for axis in range(3)]
    high = [float(edges[axis][cell[axis] + 1]) for axis in range(3)]
    corner = {
        "south": (low[0], low[1], low[2]),
        "east": (high[0], low[1], low[2]),
        "north": (high[0], high[1], low[2]),
        "west": (low[0], high[1], low[2]),
        "roof": (low[0], low[1], high[2]),
        "floor": (low[0], high[1], low[2]),
    }[face]
    size = [b - a for a, b in zip(low, high, strict=True)]
    width = size[1] if face in ("east", "west") else size[0]
    height = size[1] if face in _TILT else size[2]
    name = f"{_name(cell)} {face}"
    beyond = _next(cell, face, block)
    fields: dict[str, Any] = {}
    if beyond is not None:
        construction = "slab" if face in _TILT else "partition"
        fields["boundary"] = Interzone(zone=_name(beyond))
    elif face == "floor":
        construction = "base"
        fields = below
    else:
        construction = face if face == "roof" else "wall"
        fields = openings(rng, name, face, width, height, fabric, glass, shaded)
    return Surface.rectangle(
        name,
        construction,
        width=width,
        height=height,
        azimuth=_AZIMUTH[face],
        tilt=_TILT.get(face, 90.0),
        origin=corner,
        **fields,
    )


def _exchanges(rng: np.random.Generator, cells: list[Cell], block: Cell) -> tuple[AirExchange, ...]:
    """Sometimes, air to and fro between a box and the next one east."""
    pairs = [(cell, beyond) for cell in cells if (beyond := _next(cell, "east", block))]
    if not pairs or rng.uniform() > 0.3:
        return ()
    one, two = pairs[int(rng.integers(len(pairs)))]
    flow = draw(rng, 0.01, 0.08)
    ways = ((one, two, "out"), (two, one, "back"))
    return tuple(
        AirExchange(name=f"door {way}", source=_name(a), target=_name(b), flow=flow)
        for a, b, way in ways
    )
