"""Thermostats, plant and fans of the ASHRAE 140 test buildings.

Source: ANSI/ASHRAE Standard 140-2020, section 5.2, case descriptions.
"""

from __future__ import annotations

from dataclasses import dataclass

from fluxion.building import IdealLoads, Schedule, Thermostat, Ventilation


@dataclass(frozen=True)
class Control:
    """How a zone is heated and cooled, with the schedules this takes."""

    thermostat: Thermostat | None = None
    ideal_loads: IdealLoads = IdealLoads()
    schedules: tuple[Schedule, ...] = ()


#: 10 degC at night; the morning ramp climbs on a straight line from 07:00 to 08:00, the drop at
#: 23:00 is sudden.
_SETBACK = Schedule.daily("setback", [(7, 10.0), (8, 10.0, 20.0), (23, 20.0), (24, 10.0)])
_COOLING_HOURS = Schedule.daily("cooling hours", [(7, 0.0), (18, 1.0), (24, 0.0)])
_FAN_HOURS = Schedule.daily("fan hours", [(7, 1.0), (18, 0.0), (24, 1.0)])

CONTROLS: dict[str, Control] = {
    "20/27": Control(Thermostat(heating_setpoint=20.0, cooling_setpoint=27.0)),
    "20/20": Control(Thermostat(heating_setpoint=20.0, cooling_setpoint=20.0)),
    "setback": Control(
        Thermostat(heating_setpoint="setback", cooling_setpoint=27.0), schedules=(_SETBACK,)
    ),
    "day cooling": Control(
        Thermostat(cooling_setpoint=27.0),
        IdealLoads(cooling_availability="cooling hours"),
        (_COOLING_HOURS,),
    ),
    "none": Control(),
}

#: 1700 m3/h from 18:00 to 07:00, besides infiltration. [m3/s]
NIGHT_FAN = Ventilation(name="night fan", flow=1700.0 / 3600.0, schedule="fan hours")
NIGHT_FAN_SCHEDULES = (_FAN_HOURS,)
