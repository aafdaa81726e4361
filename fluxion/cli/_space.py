"""Design spaces from what a user types, and one that suits any building."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fluxion.errors import InputError

if TYPE_CHECKING:
    from fluxion.networks import RCNetwork
    from fluxion.optimize import DesignSpace

Bounds = dict[str, tuple[float, float]]

#: Fixed ranges of parameters that many buildings have.
_RANGES: Bounds = {
    "orientation": (0.0, 360.0),
    "window.u_factor": (0.8, 3.2),
    "surface.outside_solar_absorptance": (0.2, 0.9),
    "ground_reflectance": (0.1, 0.6),
}
#: Ranges as steps from the building's own value. Setpoints move apart, so that they never cross.
_STEPS: Bounds = {"heating_setpoint": (-3.0, 0.0), "cooling_setpoint": (0.0, 3.0)}
#: Ranges as factors of the building's own value.
_FACTORS: Bounds = {"infiltration": (0.25, 2.0), "gain.power": (0.5, 2.0)}
_INSULATION = (0.5, 3.0)


def parse_bounds(texts: list[str]) -> Bounds:
    """Bounds from `NAME=LOW:HIGH`.

    Raises:
        InputError: A text of another form, or a name given twice.
    """
    found: Bounds = {}
    for text in texts:
        name, equals, span = text.rpartition("=")
        low, colon, high = span.partition(":")
        try:
            if not (equals and colon and name.strip()):
                raise ValueError
            bounds = (float(low), float(high))
        except ValueError:
            raise InputError(
                f"the parameter {text!r} was given; write NAME=LOW:HIGH, "
                "such as heating_setpoint=18:22"
            ) from None
        if name.strip() in found:
            raise InputError(f"the parameter {name.strip()!r} was given twice; give it once")
        found[name.strip()] = bounds
    return found


def parse_weights(texts: list[str], option: str) -> dict[str, float]:
    """Numbers by name from `NAME=NUMBER`.

    Args:
        texts: As they were typed.
        option: The option that they were given to, for messages.

    Raises:
        InputError: A text of another form, a number that is not finite, or a name given twice.
    """
    found: dict[str, float] = {}
    for text in texts:
        name, equals, number = (part.strip() for part in text.rpartition("="))
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not (equals and name and math.isfinite(value)):
            raise InputError(f"--{option} {text!r} was given; write NAME=NUMBER")
        if name in found:
            raise InputError(f"--{option} {name!r} was given twice; give it once")
        found[name] = value
    return found


def default_bounds(network: RCNetwork) -> Bounds:
    """Parameters that shape a building's loads, as far as it has them, with plausible ranges."""
    import numpy as np

    from fluxion.optimize import parameters

    known = parameters(network)

    def value(name: str) -> float:
        return float(known[name].value(network))

    found = {name: bounds for name, bounds in _RANGES.items() if name in known}
    for name, (low, high) in _STEPS.items():
        plant = getattr(network.zones, name.replace("setpoint", "capacity"))
        if name in known and bool(np.any(np.asarray(plant) > 0)):
            found[name] = (value(name) + low, value(name) + high)
    for name, (low, high) in _FACTORS.items():
        if name in known and value(name) > 0:
            found[name] = (value(name) * low, value(name) * high)
    for name in _insulations(network):
        if name in known:
            found[name] = (value(name) * _INSULATION[0], value(name) * _INSULATION[1])
    return found


def _insulations(network: RCNetwork) -> list[str]:
    """The least conductive layer of each construction, where it insulates at all."""
    import numpy as np

    structure = network.structure
    conductivity = np.asarray(network.layers.conductivity)
    massless = np.asarray(network.layers.thermal_resistance) > 0
    names = []
    for i, construction in enumerate(structure.constructions):
        layers = [
            (float(conductivity[i, j]), layer)
            for j, layer in enumerate(structure.layers[i])
            if layer and not massless[i, j]
        ]
        if layers and min(layers)[0] < 0.1:
            names.append(f"construction.{construction}.{min(layers)[1]}.thickness")
    return names


def make_space(network: RCNetwork, texts: list[str]) -> DesignSpace:
    """The space a user asked for, or the default one."""
    from fluxion.optimize import DesignSpace

    space = DesignSpace(parse_bounds(texts) if texts else default_bounds(network))
    space.check(network)
    return space
