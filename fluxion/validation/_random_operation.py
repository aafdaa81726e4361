"""How random buildings are used: hours, gains, air, thermostats."""

from __future__ import annotations

from typing import Any

import numpy as np

from fluxion.building import (
    IdealLoads,
    Infiltration,
    InternalGain,
    Schedule,
    Thermostat,
    Ventilation,
)
from fluxion.validation._random_fabric import draw, pick

USES = ("office", "home", "shop", "steady")
#: Least and greatest gain by floor area in use. [W/m2]
_GAIN = {"office": (10.0, 30.0), "home": (2.0, 8.0), "shop": (15.0, 40.0), "steady": (0.0, 15.0)}
#: Constant, temperature, wind and squared wind coefficient of infiltration: none, and the values
#: of two older engines. Source: EnergyPlus Input Output Reference, ZoneInfiltration:DesignFlowRate.
_LEAKS = (
    (1.0, 0.0, 0.0, 0.0),
    (0.606, 0.03636, 0.1177, 0.0),
    (0.0, 0.0, 0.224, 0.0),
    (0.4, 0.02, 0.05, 0.012),
)


def random_schedules(rng: np.random.Generator, use: str) -> tuple[Schedule, ...]:
    """Hours of gains, fans and setpoints for a use.

    Args:
        rng: The dice.
        use: One of `USES`.

    Returns:
        Schedules `gains`, `fans`, `heating` and `cooling`.
    """
    warm, back = draw(rng, 19.0, 22.5, 1), draw(rng, 14.0, 18.0, 1)
    cool, up = draw(rng, 23.5, 26.0, 1), draw(rng, 27.0, 31.0, 1)
    start, stop = int(rng.integers(5, 10)), int(rng.integers(17, 23))
    rest = draw(rng, 0.05, 0.4, 2)
    ramp = int(rng.integers(1, 4))
    if use == "steady":
        return (
            Schedule.constant("gains", 1.0),
            Schedule.constant("fans", 1.0),
            Schedule.constant("heating", warm),
            Schedule.constant("cooling", cool),
        )
    if use == "home":
        evening = [(6, rest), (9, 0.8), (16, 0.4), (23, 0.4, 1.0), (24, rest)]
        return (
            Schedule.daily("gains", evening),
            Schedule.constant("fans", 1.0),
            Schedule.daily(
                "heating", [(start - 2, back), (start, back, warm), (23, warm), (24, back)]
            ),
            Schedule.constant("cooling", cool),
        )
    weekend = None if use == "shop" else [(24, 1.0)]

    def weekly(name: str, idle: float, busy: float, *, ramps: bool) -> Schedule:
        rise = [(start - ramp, idle), (start, idle, busy)] if ramps else [(start, idle)]
        free = None if weekend is None else [(24, idle)]
        days = [*rise, (stop, busy), (24, idle)]
        if use == "shop":
            week = {"weekdays": days, "sunday": [(24, idle)]}
        else:
            week = {"weekdays": days, "weekend": free}
        return Schedule.week(name, **week)

    return (
        weekly("gains", rest, 1.0, ramps=False),
        weekly("fans", 0.0, 1.0, ramps=False),
        weekly("heating", back, warm, ramps=True),
        weekly("cooling", up, cool, ramps=False),
    )


def random_use(
    rng: np.random.Generator, use: str, floor_area: float, *, conditioned: bool
) -> dict[str, Any]:
    """Gains, air and thermostat of a zone, as fields of `Zone`.

    Args:
        rng: The dice.
        use: One of `USES`.
        floor_area: Of the zone. [m2]
        conditioned: Whether it must have heating and cooling; otherwise it may have either or none.
    """
    low, high = _GAIN[use]
    gains = [
        InternalGain(
            name="use",
            power=round(draw(rng, max(low, 0.2), high) * floor_area, 1) + 1.0,
            schedule="gains",
            radiant_fraction=draw(rng, 0.0, 0.7, 2),
        )
    ]
    if rng.uniform() < 0.3:
        power = round(draw(rng, 0.5, 4.0) * floor_area, 1) + 1.0
        gains.append(InternalGain(name="standby", power=power, radiant_fraction=0.2))
    constant, temperature, wind, squared = _LEAKS[int(rng.integers(len(_LEAKS)))]
    leaks = Infiltration(
        air_changes_per_hour=draw(rng, 0.05, 1.2, 2),
        constant=constant,
        temperature=temperature,
        wind=wind,
        wind_squared=squared,
    )
    fans = ()
    if rng.uniform() < 0.4:
        flow = round(draw(rng, 0.0002, 0.001, 5) * floor_area, 5)
        fans = (Ventilation(name="fan", flow=flow, schedule="fans"),)
    return {
        "internal_gains": tuple(gains),
        "infiltrations": (leaks,),
        "ventilations": fans,
        "thermostat": _thermostat(rng, conditioned),
        "ideal_loads": _plant(rng, floor_area),
        "capacitance_multiplier": draw(rng, 1.0, 8.0, 1) if rng.uniform() < 0.6 else 1.0,
    }


def _thermostat(rng: np.random.Generator, conditioned: bool) -> Thermostat | None:
    kind = "both" if conditioned else pick(rng, ("none", "heating", "cooling", "both"))
    if kind == "none":
        return None
    return Thermostat(
        heating_setpoint="heating" if kind != "cooling" else None,
        cooling_setpoint="cooling" if kind != "heating" else None,
    )


def _plant(rng: np.random.Generator, floor_area: float) -> IdealLoads:
    heating, cooling = draw(rng, 40.0, 120.0, 0), draw(rng, 30.0, 100.0, 0)
    if rng.uniform() < 0.9:
        return IdealLoads()
    return IdealLoads(
        heating_capacity=round(heating * floor_area + 500.0),
        cooling_capacity=round(cooling * floor_area + 500.0),
    )
