"""What random buildings are made of: layers, constructions, panes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluxion.building import (
    Construction,
    GasGap,
    Glazing,
    GlazingPane,
    Material,
    ResistiveMaterial,
    Roughness,
)

#: Conductivity [W/(m K)], density [kg/m3], specific heat [J/(kg K)]: rounded textbook values.
_STUFF: dict[str, tuple[float, float, float]] = {
    "brick": (0.8, 1800.0, 840.0),
    "concrete": (1.7, 2300.0, 900.0),
    "aerated concrete": (0.16, 600.0, 1000.0),
    "timber": (0.13, 500.0, 1600.0),
    "cladding": (0.14, 530.0, 900.0),
    "steel": (50.0, 7800.0, 480.0),
    "mineral wool": (0.036, 60.0, 840.0),
    "polystyrene": (0.034, 25.0, 1400.0),
    "plaster": (0.5, 1300.0, 1000.0),
    "plasterboard": (0.16, 800.0, 1090.0),
    "membrane": (0.16, 1120.0, 1460.0),
    "tile": (1.0, 2000.0, 800.0),
    "screed": (1.2, 1900.0, 850.0),
    "carpet": (0.06, 200.0, 1300.0),
    "rubble": (0.5, 1800.0, 840.0),
}
_INSULATION = ("mineral wool", "polystyrene")
#: Substance and least and greatest thickness [m] of each layer, outermost first. `insulation`
#: becomes one of the insulations, or nothing.
_Recipe = tuple[tuple[str, float, float], ...]
_WALLS: dict[str, _Recipe] = {
    "frame": (
        ("cladding", 0.009, 0.025), ("insulation", 0.05, 0.25), ("plasterboard", 0.012, 0.03),
    ),
    "brick": (("brick", 0.1, 0.3), ("insulation", 0.03, 0.15), ("plaster", 0.01, 0.02)),
    "wrapped concrete": (
        ("plaster", 0.005, 0.015), ("insulation", 0.05, 0.25), ("concrete", 0.12, 0.25),
    ),
    "lined concrete": (
        ("concrete", 0.12, 0.25), ("insulation", 0.03, 0.12), ("plasterboard", 0.012, 0.025),
    ),
    "blocks": (("plaster", 0.01, 0.02), ("aerated concrete", 0.2, 0.4), ("plaster", 0.01, 0.015)),
    "log": (("timber", 0.08, 0.2),),
    "sandwich": (("steel", 0.0006, 0.001), ("polystyrene", 0.06, 0.2), ("steel", 0.0006, 0.001)),
}  # fmt: skip
_ROOFS: dict[str, _Recipe] = {
    "flat concrete": (
        ("membrane", 0.006, 0.012), ("insulation", 0.05, 0.3), ("concrete", 0.1, 0.25),
    ),
    "timber": (("tile", 0.01, 0.02), ("insulation", 0.08, 0.35), ("plasterboard", 0.012, 0.025)),
    "metal": (("steel", 0.0006, 0.001), ("insulation", 0.05, 0.2), ("plasterboard", 0.012, 0.02)),
}  # fmt: skip
_BASES: dict[str, _Recipe] = {
    "slab": (("insulation", 0.03, 0.2), ("concrete", 0.1, 0.25), ("tile", 0.008, 0.015)),
    "soil": (("rubble", 0.2, 0.4), ("insulation", 0.03, 0.1), ("concrete", 0.1, 0.2)),
    "joists": (("insulation", 0.05, 0.25), ("timber", 0.02, 0.04), ("carpet", 0.005, 0.01)),
}
_SLABS: dict[str, _Recipe] = {
    "concrete": (("carpet", 0.005, 0.01), ("concrete", 0.12, 0.25), ("plaster", 0.01, 0.015)),
    "screed": (("screed", 0.04, 0.07), ("polystyrene", 0.02, 0.04), ("concrete", 0.12, 0.2)),
    "timber": (("timber", 0.02, 0.03), ("mineral wool", 0.05, 0.1), ("plasterboard", 0.012, 0.02)),
}
_PARTITIONS: dict[str, _Recipe] = {
    "studs": (
        ("plasterboard", 0.012, 0.03), ("mineral wool", 0.03, 0.07), ("plasterboard", 0.012, 0.03),
    ),
    "brick": (("plaster", 0.01, 0.015), ("brick", 0.1, 0.2), ("plaster", 0.01, 0.015)),
    "concrete": (("concrete", 0.1, 0.2),),
}  # fmt: skip
_RECIPES = {
    "wall": _WALLS, "roof": _ROOFS, "base": _BASES, "slab": _SLABS, "partition": _PARTITIONS,
}  # fmt: skip
_ROUGH: tuple[Roughness, ...] = (
    "very_rough", "rough", "medium_rough", "medium_smooth", "smooth", "very_smooth",
)  # fmt: skip
#: How often an element goes without its insulation, and how often that is a mere resistance. [-]
_BARE, _MASSLESS = 0.25, 0.1

#: Panes: thickness [m], transmittance, reflectance front and back, emissivity front and back [-].
_PANES: dict[str, tuple[float, ...]] = {
    "clear 3": (0.003, 0.837, 0.075, 0.075, 0.84, 0.84),
    "clear 6": (0.006, 0.775, 0.071, 0.071, 0.84, 0.84),
    "grey 6": (0.006, 0.455, 0.053, 0.053, 0.84, 0.84),
    "low-e outer": (0.006, 0.48, 0.26, 0.30, 0.84, 0.05),
    "low-e inner": (0.006, 0.60, 0.22, 0.17, 0.10, 0.84),
}
_GLAZINGS: dict[str, tuple[str, ...]] = {
    "single": ("clear 3",),
    "single tinted": ("grey 6",),
    "double": ("clear 3", "clear 3"),
    "double thick": ("clear 6", "clear 6"),
    "double tinted": ("grey 6", "clear 6"),
    "double solar control": ("low-e outer", "clear 6"),
    "double low-e": ("clear 6", "low-e inner"),
    "triple": ("clear 3", "clear 3", "clear 3"),
    "triple low-e": ("low-e outer", "clear 3", "low-e inner"),
}
_GASES = ("air", "argon", "krypton")


@dataclass(frozen=True)
class Fabric:
    """Materials, constructions and glazings of a building.

    Attributes:
        materials: All layers.
        constructions: One for each of `wall`, `roof`, `base`, `slab` (between storeys, outermost
            layer on top) and `partition`.
        glazings: One or two.
    """

    materials: tuple[Material | ResistiveMaterial, ...]
    constructions: tuple[Construction, ...]
    glazings: tuple[Glazing, ...]


def draw(rng: np.random.Generator, low: float, high: float, digits: int = 3) -> float:
    """A number from `low` to `high`, rounded."""
    return round(float(rng.uniform(low, high)), digits)


def pick(rng: np.random.Generator, choices: tuple[str, ...] | list[str]) -> str:
    """One of the choices."""
    return choices[int(rng.integers(len(choices)))]


def random_fabric(rng: np.random.Generator) -> Fabric:
    """What a building is made of."""
    materials: list[Material | ResistiveMaterial] = []
    constructions = []
    for element, recipes in _RECIPES.items():
        kind = pick(rng, list(recipes))
        layers = _layers(rng, element, recipes[kind])
        materials += layers
        constructions.append(Construction(name=element, layers=tuple(m.name for m in layers)))
    names = sorted({pick(rng, list(_GLAZINGS)) for _ in range(int(rng.integers(1, 3)))})
    return Fabric(
        tuple(materials), tuple(constructions), tuple(_glazing(rng, name) for name in names)
    )


def _layers(
    rng: np.random.Generator, element: str, recipe: _Recipe
) -> list[Material | ResistiveMaterial]:
    found: list[Material | ResistiveMaterial] = []
    for place, (stuff, thinnest, thickest) in enumerate(recipe):
        thickness = draw(rng, thinnest, thickest, 4)
        bare, massless, which = rng.uniform(size=3)
        own = f"{element} {place + 1}"
        if stuff == "insulation":
            if bare < _BARE:
                continue
            stuff = _INSULATION[int(which * len(_INSULATION))]
            if massless < _MASSLESS:
                resistance = round(thickness / _STUFF[stuff][0], 3)
                found.append(
                    ResistiveMaterial(name=f"{own} resistance", thermal_resistance=resistance)
                )
                continue
        conductivity, density, specific_heat = _STUFF[stuff]
        metal = stuff == "steel"
        found.append(
            Material(
                name=f"{own} {stuff}",
                thickness=thickness,
                conductivity=conductivity,
                density=density,
                specific_heat=specific_heat,
                thermal_absorptance=draw(rng, 0.25, 0.6) if metal else draw(rng, 0.85, 0.95),
                solar_absorptance=draw(rng, 0.2, 0.9),
                roughness=_ROUGH[int(rng.integers(len(_ROUGH)))],
            )
        )
    return found


def _glazing(rng: np.random.Generator, name: str) -> Glazing:
    keys = _GLAZINGS[name]
    return Glazing(
        name=name,
        panes=tuple(
            GlazingPane(
                name=f"{name} pane {i}",
                thickness=_PANES[key][0],
                conductivity=0.9 if key.startswith("clear") else 1.0,
                solar_transmittance=_PANES[key][1],
                solar_reflectance_front=_PANES[key][2],
                solar_reflectance_back=_PANES[key][3],
                emissivity_front=_PANES[key][4],
                emissivity_back=_PANES[key][5],
                coated=key.startswith("low-e"),
            )
            for i, key in enumerate(keys, start=1)
        ),
        gaps=tuple(
            GasGap(
                name=f"{name} gap {i}",
                thickness=draw(rng, 0.006, 0.018, 4),
                gas=pick(rng, _GASES),  # type: ignore[arg-type]
            )
            for i in range(1, len(keys))
        ),
    )
