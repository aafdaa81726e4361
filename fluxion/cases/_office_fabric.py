"""What the office is made of: layers, glazing, hours.

Ordinary present-day practice in a cool climate. The figures are our own round choices within
the ranges of textbooks and codes; they stand for no standard and no real building.
"""

from __future__ import annotations

from fluxion.building import (
    Construction,
    GasGap,
    Glazing,
    GlazingPane,
    Material,
    Roughness,
    Schedule,
)

_ROWS: tuple[tuple[str, float, float, float, float, float, Roughness], ...] = (
    ("brick", 0.100, 0.80, 1800.0, 840.0, 0.65, "rough"),
    ("mineral wool, wall", 0.120, 0.036, 60.0, 840.0, 0.6, "medium_rough"),
    ("plasterboard", 0.0125, 0.16, 800.0, 1090.0, 0.5, "smooth"),
    ("roof membrane", 0.010, 0.16, 1120.0, 1460.0, 0.7, "rough"),
    ("rigid insulation, roof", 0.160, 0.030, 35.0, 1400.0, 0.6, "medium_rough"),
    ("rigid insulation, ground", 0.080, 0.035, 35.0, 1400.0, 0.6, "medium_rough"),
    ("concrete slab", 0.150, 1.70, 2300.0, 900.0, 0.65, "medium_rough"),
    ("carpet", 0.006, 0.06, 200.0, 1300.0, 0.7, "very_rough"),
    ("acoustic tile", 0.020, 0.06, 370.0, 590.0, 0.4, "medium_smooth"),
    ("stud cavity", 0.075, 0.40, 60.0, 1000.0, 0.6, "smooth"),
)

MATERIALS = tuple(
    Material(
        name=name,
        thickness=thickness,
        conductivity=conductivity,
        density=density,
        specific_heat=specific_heat,
        solar_absorptance=solar_absorptance,
        roughness=roughness,
    )
    for (
        name, thickness, conductivity, density, specific_heat, solar_absorptance, roughness
    ) in _ROWS
)  # fmt: skip

#: Layers from outside to inside; the outside of the slab between storeys is the upper storey.
CONSTRUCTIONS = tuple(
    Construction(name=name, layers=layers)
    for name, layers in (
        ("exterior wall", ("brick", "mineral wool, wall", "plasterboard")),
        ("roof", ("roof membrane", "rigid insulation, roof", "concrete slab", "acoustic tile")),
        ("ground floor", ("rigid insulation, ground", "concrete slab", "carpet")),
        ("slab between storeys", ("carpet", "concrete slab", "acoustic tile")),
        ("partition", ("plasterboard", "stud cavity", "plasterboard")),
    )
)

GLAZINGS = (
    Glazing(
        name="double low-e",
        panes=(
            GlazingPane(
                name="outer pane",
                thickness=0.006,
                solar_transmittance=0.48,
                solar_reflectance_front=0.26,
                solar_reflectance_back=0.30,
                emissivity_back=0.05,
                coated=True,
            ),
            GlazingPane(
                name="inner pane",
                thickness=0.006,
                solar_transmittance=0.775,
                solar_reflectance_front=0.071,
                solar_reflectance_back=0.071,
            ),
        ),
        gaps=(GasGap(name="gap", thickness=0.014, gas="argon"),),
    ),
)

SCHEDULES = (
    Schedule.week(
        "occupancy",
        weekdays=[(7, 0.0), (9, 0.0, 0.95), (12, 0.95), (13, 0.5), (17, 0.95), (19, 0.95, 0.05),
                  (22, 0.05), (24, 0.0)],
        saturday=[(8, 0.0), (13, 0.1), (24, 0.0)],
        sunday=[(24, 0.0)],
    ),
    Schedule.week(
        "lighting",
        weekdays=[(6, 0.05), (8, 0.3), (18, 0.9), (20, 0.5), (22, 0.2), (24, 0.05)],
        saturday=[(8, 0.05), (13, 0.15), (24, 0.05)],
        sunday=[(24, 0.05)],
    ),
    Schedule.week(
        "equipment",
        weekdays=[(7, 0.3), (9, 0.3, 0.9), (17, 0.9), (19, 0.9, 0.4), (24, 0.3)],
        weekend=[(24, 0.3)],
    ),
    Schedule.week(
        "fans", weekdays=[(6, 0.0), (20, 1.0), (24, 0.0)], weekend=[(24, 0.0)]
    ),
    Schedule.week(
        "leaks", weekdays=[(6, 1.0), (20, 0.5), (24, 1.0)], weekend=[(24, 1.0)]
    ),
    Schedule.week(
        "heating setpoint",
        weekdays=[(5, 16.0), (7, 16.0, 21.0), (20, 21.0), (24, 16.0)],
        weekend=[(24, 16.0)],
    ),
    Schedule.week(
        "cooling setpoint",
        weekdays=[(6, 28.0), (20, 24.0), (24, 28.0)],
        weekend=[(24, 28.0)],
    ),
)  # fmt: skip
