"""What the ASHRAE 140 test buildings are made of.

Source: ANSI/ASHRAE Standard 140-2020, tables of section 5.2 (section 7 of the 2023 edition).
"""

from __future__ import annotations

from fluxion.building import (
    Construction,
    GasGap,
    Glazing,
    GlazingPane,
    Material,
    ResistiveMaterial,
    Roughness,
)


def _material(
    name: str,
    thickness: float,
    conductivity: float,
    density: float,
    specific_heat: float,
    roughness: Roughness = "rough",
) -> Material:
    return Material(
        name=name,
        thickness=thickness,
        conductivity=conductivity,
        density=density,
        specific_heat=specific_heat,
        thermal_absorptance=0.9,
        solar_absorptance=0.6,
        roughness=roughness,
    )


#: The panels of high conductance are a double pane in all but transparency: two sheets of its
#: thickness and still air between them. The insulation below the raised floors has a resistance
#: and no mass: it all but cuts the floor off from outside, and its mass is not meant to count.
MATERIALS: tuple[Material | ResistiveMaterial, ...] = (
    _material("wood siding", 0.009, 0.14, 530.0, 900.0),
    _material("fiberglass quilt, wall", 0.066, 0.04, 12.0, 840.0),
    _material("plasterboard, wall", 0.012, 0.16, 950.0, 840.0),
    _material("roof deck", 0.019, 0.14, 530.0, 900.0),
    _material("fiberglass quilt, roof", 0.1118, 0.04, 12.0, 840.0),
    _material("fiberglass quilt, thick roof", 0.400, 0.04, 12.0, 840.0),
    _material("plasterboard, roof", 0.010, 0.16, 950.0, 840.0),
    _material("timber floor", 0.025, 0.14, 650.0, 1200.0),
    _material("foam insulation", 0.0615, 0.04, 10.0, 1400.0),
    _material("foam insulation, thick light wall", 0.250, 0.04, 10.0, 1400.0),
    _material("foam insulation, thick heavy wall", 0.2452, 0.04, 10.0, 1400.0),
    _material("concrete block", 0.100, 0.51, 1400.0, 1000.0),
    _material("concrete slab", 0.080, 1.13, 1400.0, 1000.0),
    _material("concrete, common wall", 0.200, 0.51, 1400.0, 1000.0),
    _material("panel", 0.003048, 1.0, 2470.0, 750.0, "very_smooth"),
    _material("air between panels", 0.012, 0.0625, 1.2925, 1006.1, "very_smooth"),
    ResistiveMaterial(name="floor insulation, light", thermal_resistance=25.075),
    ResistiveMaterial(name="floor insulation, heavy", thermal_resistance=25.175),
)

#: Layers from outside to inside.
CONSTRUCTIONS: tuple[Construction, ...] = tuple(
    Construction(name=name, layers=layers)
    for name, layers in (
        ("light wall", ("wood siding", "fiberglass quilt, wall", "plasterboard, wall")),
        ("light floor", ("floor insulation, light", "timber floor")),
        ("heavy wall", ("wood siding", "foam insulation", "concrete block")),
        ("heavy floor", ("floor insulation, heavy", "concrete slab")),
        ("roof", ("roof deck", "fiberglass quilt, roof", "plasterboard, roof")),
        (
            "thick light wall",
            ("wood siding", "foam insulation, thick light wall", "plasterboard, wall"),
        ),
        (
            "thick heavy wall",
            ("wood siding", "foam insulation, thick heavy wall", "concrete block"),
        ),
        ("thick roof", ("roof deck", "fiberglass quilt, thick roof", "plasterboard, roof")),
        ("common wall", ("concrete, common wall",)),
        ("panels", ("panel", "air between panels", "panel")),
    )
)


def _clear(name: str) -> GlazingPane:
    return GlazingPane(
        name=name,
        thickness=0.003048,
        conductivity=1.0,
        solar_transmittance=0.834,
        solar_reflectance_front=0.075,
        solar_reflectance_back=0.075,
        emissivity_front=0.84,
        emissivity_back=0.84,
    )


GLAZINGS: tuple[Glazing, ...] = (
    Glazing(
        name="double clear",
        panes=(_clear("outer pane"), _clear("inner pane")),
        gaps=(GasGap(name="gap", thickness=0.012, gas="air"),),
    ),
    Glazing(
        name="low-e argon",
        panes=(
            GlazingPane(
                name="outer pane",
                thickness=0.00318,
                conductivity=1.0,
                solar_transmittance=0.452,
                solar_reflectance_front=0.359,
                solar_reflectance_back=0.397,
                emissivity_front=0.84,
                emissivity_back=0.047,
                coated=True,
            ),
            _clear("inner pane"),
        ),
        gaps=(GasGap(name="gap", thickness=0.012, gas="argon"),),
    ),
    Glazing(name="single clear", panes=(_clear("pane"),)),
)
