"""What an export says besides the building: algorithms, calendar, outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fluxion.errors import SimulationError

SolarDistribution = Literal[
    "MinimalShadowing",
    "FullExterior",
    "FullInteriorAndExterior",
    "FullExteriorWithReflections",
    "FullInteriorAndExteriorWithReflections",
]
_CHOICES = {
    "solar_distribution": (
        None,
        "MinimalShadowing",
        "FullExterior",
        "FullInteriorAndExterior",
        "FullExteriorWithReflections",
        "FullInteriorAndExteriorWithReflections",
    ),
    "inside_convection": ("TARP", "Simple", "ASTMC1340", "AdaptiveConvectionAlgorithm"),
    "outside_convection": (
        "DOE-2",
        "TARP",
        "MoWiTT",
        "SimpleCombined",
        "AdaptiveConvectionAlgorithm",
    ),
    "conduction": ("ConductionTransferFunction", "ConductionFiniteDifference"),
}
#: Results that the engine reports, by their names here.
#: Each is an hourly variable of the engine, what it belongs to, and what turns it into our unit.
VARIABLES: dict[str, tuple[str, str, float]] = {
    "zone_temperature": ("Zone Mean Air Temperature", "zone", 1.0),
    "radiant_temperature": ("Zone Mean Radiant Temperature", "zone", 1.0),
    "heating_rate": (
        "Zone Ideal Loads Supply Air Sensible Heating Energy",
        "plant",
        1.0 / 3600.0,
    ),
    "cooling_rate": (
        "Zone Ideal Loads Supply Air Sensible Cooling Energy",
        "plant",
        1.0 / 3600.0,
    ),
    "airflow_rate": ("Zone Air Heat Balance Outdoor Air Transfer Rate", "zone", 1.0),
    "exchange_rate": ("Zone Air Heat Balance Interzone Air Transfer Rate", "zone", 1.0),
    "surface_rate": ("Zone Air Heat Balance Surface Convection Rate", "zone", 1.0),
    "gain_rate": ("Zone Air Heat Balance Internal Convective Heat Gain Rate", "zone", 1.0),
    "storage_rate": ("Zone Air Heat Balance Air Energy Storage Rate", "zone", 1.0),
    "inside_temperature": ("Surface Inside Face Temperature", "face", 1.0),
    "outside_temperature": ("Surface Outside Face Temperature", "outside", 1.0),
    "inside_convection_coefficient": (
        "Surface Inside Face Convection Heat Transfer Coefficient",
        "face",
        1.0,
    ),
    "incident_solar": (
        "Surface Outside Face Incident Solar Radiation Rate per Area",
        "outside",
        1.0,
    ),
    "transmitted_solar": (
        "Surface Window Transmitted Solar Radiation Energy",
        "window",
        1.0 / 3600.0,
    ),
}
#: Kept unless asked otherwise.
DEFAULT_OUTPUTS = tuple(VARIABLES)


@dataclass(frozen=True)
class Settings:
    """How the engine shall calculate; the defaults are those closest to `fluxion.simulate`.

    Attributes:
        steps_per_hour: Time steps in an hour, a divisor of 60.
        solar_distribution: Where the engine lets beam sunlight fall. None takes FullExterior:
            shadows outside, and indoors on the floor.
        shading_days: Days between two calculations of shadows; 0 calculates them at every step.
        inside_convection: Natural convection inside.
        outside_convection: Natural and forced convection outside.
        conduction: Of the opaque layers.
        rain: Whether rain in the weather file wets outside faces.
        warmup_days: Days run before the first: those before it in the weather, for a whole year
            its last ones. The engine's own warm-up, which repeats one day, comes before them, and
            lasts as long where the weather has no days to give.
        outputs: Hourly results, names of `VARIABLES`.
        first_weekday: Of 1 January, Monday 0. None takes the weather's, else Sunday.
        start_day: First day of the run, 1 January is 0. None takes the weather's, else 0.
        days: Number of days. None takes the weather's, else the whole year.
    """

    steps_per_hour: int = 12
    solar_distribution: SolarDistribution | None = None
    shading_days: int = 1
    inside_convection: str = "TARP"
    outside_convection: str = "DOE-2"
    conduction: str = "ConductionTransferFunction"
    rain: bool = False
    warmup_days: int = 25
    outputs: tuple[str, ...] = DEFAULT_OUTPUTS
    first_weekday: int | None = None
    start_day: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        if self.steps_per_hour < 1 or 60 % self.steps_per_hour:
            raise SimulationError(
                f"{self.steps_per_hour} steps per hour were given; EnergyPlus takes a divisor of "
                "60, such as 4, 6, 12, 20 or 60"
            )
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                choices = ", ".join(str(choice) for choice in known)
                raise SimulationError(
                    f"{name} {getattr(self, name)!r} is not known; take one of {choices}"
                )
        unknown = [name for name in self.outputs if name not in VARIABLES]
        if unknown or not self.outputs:
            raise SimulationError(
                f"unknown output {', '.join(map(repr, unknown)) or '(none given)'}; "
                f"choose from {', '.join(VARIABLES)}"
            )
        for name, least, most in (
            ("shading_days", 0, 366),
            ("warmup_days", 0, 365),
            ("first_weekday", 0, 6),
            ("start_day", 0, 365),
            ("days", 1, 366),
        ):
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise SimulationError(f"{name} {value} was given; take {least} to {most}")
