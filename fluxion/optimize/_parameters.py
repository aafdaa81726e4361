"""Names for the numbers of a network: what a design space, a sweep or a gradient can speak of.

A name is a path such as `orientation`, `zone.heating_setpoint` (all zones), `zone.core.volume`
(one zone) or `construction.wall.insulation.thickness`. Setting it sets every number it stands for.
With stars it stands for all that match, such as `window.* south window.height`; `scale.` before a
name multiplies each number by one factor, such as `scale.gain.*.lights.power`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import SimulationError
from fluxion.networks import RCNetwork
from fluxion.physics.glazing_gap import GAS_COEFFICIENTS, gap_conductance
from fluxion.units import STANDARD_PRESSURE

#: Films of the standard rating of windows. [W/(m2 K)] (ISO 10077-1:2017, vertical)
_OUTSIDE_FILM, _INSIDE_FILM = 25.0, 7.69


@dataclass(frozen=True)
class Parameter:
    """A named number of a network.

    Attributes:
        name: Its path.
        unit: Its unit.
        where: The array it lives in.
        mask: Which entries of that array it sets.
    """

    name: str
    unit: str
    where: Callable[[RCNetwork], Array]
    mask: np.ndarray

    def value(self, network: RCNetwork) -> Array:
        """Mean of the entries that it stands for."""
        leaf, mask = self.where(network), jnp.asarray(self.mask)
        return jnp.sum(jnp.where(mask, leaf, 0.0)) / max(int(self.mask.sum()), 1)

    def set(self, network: RCNetwork, value: Float[Array, ""]) -> RCNetwork:
        """The network with all those entries at one value."""
        leaf = self.where(network)
        changed = jnp.where(jnp.asarray(self.mask), jnp.asarray(value, leaf.dtype), leaf)
        return eqx.tree_at(self.where, network, changed)


class WindowUFactor(Parameter):
    """Transmittance of all windows, standard films included, set through their gaps."""

    def value(self, network: RCNetwork) -> Array:
        s, g = network.structure, network.glazings
        fixed, gas = np.asarray(s.gap_fixed, dtype=bool), np.asarray(s.gap_gas, dtype=int)
        # The gas model at the temperatures of the standard rating.
        cold, warm, upright, height, pressure = (
            jnp.asarray(value, network.dtype) for value in (2.5, 17.5, 90.0, 1.0, STANDARD_PRESSURE)
        )
        modelled = gap_conductance(
            cold,
            warm,
            g.gap_thickness,
            g.emissivity_back[:, :-1],
            g.emissivity_front[:, 1:],
            jnp.asarray(GAS_COEFFICIENTS[gas], network.dtype),
            upright,
            height,
            pressure,
            upright=True,
        )
        present = np.asarray(s.pane_present, dtype=bool)[:, 1:]
        each = jnp.where(fixed, g.gap_resistance, 1 / modelled)
        gaps = jnp.sum(jnp.where(present, each, 0.0), axis=-1)
        panes = jnp.sum(g.thickness / g.conductivity, axis=-1)
        total = 1 / (panes + gaps + 1 / _OUTSIDE_FILM + 1 / _INSIDE_FILM)
        return jnp.mean(total)

    def set(self, network: RCNetwork, value: Float[Array, ""]) -> RCNetwork:
        s, g = network.structure, network.glazings
        present = np.asarray(s.pane_present, dtype=bool)[:, 1:]
        panes = jnp.sum(g.thickness / g.conductivity, axis=-1, keepdims=True)
        films = 1 / _OUTSIDE_FILM + 1 / _INSIDE_FILM
        gaps = jnp.maximum(1 / value - films - panes, 1e-3)
        share = present / np.maximum(present.sum(axis=1, keepdims=True), 1)
        resistance = gaps * jnp.asarray(share, network.dtype)
        fixed = tuple(tuple(True for _ in row) for row in s.gap_fixed)
        network = eqx.tree_at(lambda n: n.glazings.gap_resistance, network, resistance)
        return replace(network, structure=replace(s, gap_fixed=fixed))


class Scaled(Parameter):
    """A factor on every number of a parameter; one where the network is as it was."""

    def value(self, network: RCNetwork) -> Array:
        return jnp.ones((), network.dtype)

    def set(self, network: RCNetwork, value: Float[Array, ""]) -> RCNetwork:
        leaf = self.where(network)
        scaled = leaf * jnp.asarray(value, leaf.dtype)
        return eqx.tree_at(self.where, network, jnp.where(jnp.asarray(self.mask), scaled, leaf))


def _rows(names: tuple[tuple[str, ...], ...]) -> list[tuple[str, tuple[int, int]]]:
    return [(n, (i, j)) for i, row in enumerate(names) for j, n in enumerate(row) if n]


def _each(
    prefix: str, fields: dict[str, str], places: list[tuple[str, tuple]], shape: tuple, part: str
) -> list[Parameter]:
    """A parameter for each place and field, and one for all places together."""
    found = []
    for key, unit in fields.items():

        def where(network: RCNetwork, key: str = key) -> Array:
            return getattr(getattr(network, part), key)

        everywhere = np.zeros(shape, dtype=bool)
        for name, at in places:
            mask = np.zeros(shape, dtype=bool)
            mask[at] = True
            everywhere |= mask
            found.append(Parameter(f"{prefix}.{name}.{key}", unit, where, mask))
        if places:
            found.append(Parameter(f"{prefix}.{key}", unit, where, everywhere))
    return found


_LAYER = {
    "thickness": "m",
    "conductivity": "W/(m K)",
    "density": "kg/m3",
    "specific_heat": "J/(kg K)",
}
_SURFACE = {
    "outside_solar_absorptance": "-",
    "inside_solar_absorptance": "-",
    "outside_emissivity": "-",
    "inside_emissivity": "-",
}
_PANE = {
    "thickness": "m",
    "conductivity": "W/(m K)",
    "solar_transmittance": "-",
    "solar_reflectance_front": "-",
    "solar_reflectance_back": "-",
    "emissivity_front": "-",
    "emissivity_back": "-",
}
_ZONE = {
    "heating_setpoint": "degC",
    "cooling_setpoint": "degC",
    "heating_capacity": "W",
    "cooling_capacity": "W",
    "capacitance_multiplier": "-",
    "volume": "m3",
}


def _layers(network: RCNetwork) -> list[Parameter]:
    s = network.structure
    shape = network.layers.thickness.shape
    massless = np.asarray(network.layers.thermal_resistance) > 0
    massive = [
        (f"{s.constructions[i]}.{layer}", (i, j))
        for layer, (i, j) in _rows(s.layers)
        if not massless[i, j]
    ]
    resistive = [
        (f"{s.constructions[i]}.{layer}", (i, j))
        for layer, (i, j) in _rows(s.layers)
        if massless[i, j]
    ]
    found = _each("construction", _LAYER, massive, shape, "layers")
    found += _each("construction", {"thermal_resistance": "m2 K/W"}, resistive, shape, "layers")
    # A name for all layers of all constructions would mean nothing.
    return [p for p in found if p.name.count(".") > 1]


def _glazings(network: RCNetwork) -> list[Parameter]:
    s, g = network.structure, network.glazings
    if not any(any(row) for row in s.window):
        return []
    panes, gaps = [], []
    for i, name in enumerate(s.glazings):
        for j, present in enumerate(s.pane_present[i]):
            if present:
                panes.append((f"{name}.pane{j + 1}", (i, j)))
            if present and j:
                gaps.append((f"{name}.gap{j}", (i, j - 1)))
    found = _each("glazing", _PANE, panes, g.thickness.shape, "glazings")
    found += _each("glazing", {"gap_thickness": "m"}, gaps, g.gap_thickness.shape, "glazings")
    if gaps and all(sum(row) > 1 for row in s.pane_present):
        mask = np.ones(g.gap_resistance.shape, dtype=bool)
        found.append(
            WindowUFactor("window.u_factor", "W/(m2 K)", lambda n: n.glazings.gap_resistance, mask)
        )
    return found


def _shades(network: RCNetwork) -> list[Parameter]:
    found = []
    for plate, keys in {
        "overhang": ("depth", "height", "left", "right"),
        "fin": ("depth", "offset", "bottom", "top"),
    }.items():
        depth = np.asarray(getattr(network.shades, f"{plate}_depth"))
        real = depth > 0
        if not real.any():
            continue
        for key in keys:

            def where(network: RCNetwork, field: str = f"{plate}_{key}") -> Array:
                return getattr(network.shades, field)

            for name, at in _rows(network.structure.envelope):
                mask = np.zeros(depth.shape, dtype=bool)
                mask[at] = real[at]
                if mask.any():
                    found.append(Parameter(f"{plate}.{name}.{key}", "m", where, mask))
            found.append(Parameter(f"{plate}.{key}", "m", where, real))
    return found


def parameters(network: RCNetwork) -> dict[str, Parameter]:
    """Every named number of a network.

    Args:
        network: A network with concrete values.

    Returns:
        Parameters by name.
    """
    s = network.structure
    scalar = np.ones((), dtype=bool)
    zones = [(name, (i,)) for i, name in enumerate(s.zones)]
    gains = [(name.replace(": ", "."), (i,)) for i, name in enumerate(s.gains)]
    flows = [(name.replace(": ", "."), (i,)) for i, name in enumerate(s.airflows)]
    windows = _rows(s.window)
    found = [
        Parameter("orientation", "deg", lambda n: n.orientation, scalar),
        Parameter("ground_reflectance", "-", lambda n: n.ground_reflectance, scalar),
        *_each("zone", _ZONE, zones, (len(s.zones),), "zones"),
        *_each("gain", {"power": "W", "radiant_fraction": "-"}, gains, (len(s.gains),), "gains"),
        *_each("airflow", {"flow": "m3/s"}, flows, (len(s.airflows),), "airflows"),
        *_each("surface", _SURFACE, _rows(s.envelope), network.envelope.area.shape, "envelope"),
        *_each(
            "window",
            {"width": "m", "height": "m", "u": "m", "v": "m"},
            windows,
            network.windows.width.shape,
            "windows",
        ),
        *_layers(network),
        *_glazings(network),
        *_shades(network),
    ]
    return _with_short_names({p.name: p for p in found})


def _with_short_names(found: dict[str, Parameter]) -> dict[str, Parameter]:
    for short, long in {
        "heating_setpoint": "zone.heating_setpoint",
        "cooling_setpoint": "zone.cooling_setpoint",
        "infiltration": "airflow.flow",
    }.items():
        if long in found:
            found[short] = replace(found[long], name=short)
    return found


def find_parameter(known: dict[str, Parameter], name: str) -> Parameter:
    """The parameter of this name, which may hold stars or begin with `scale.`.

    Raises:
        SimulationError: There is none, or stars that match numbers of different kinds; the message
            offers the nearest and some others.
    """
    if name in known:
        return known[name]
    if name.startswith("scale."):
        found = find_parameter(known, name.removeprefix("scale."))
        if isinstance(found, WindowUFactor):
            raise SimulationError(
                f"{name!r} is made of several numbers; give {found.name!r} bounds"
            )
        return Scaled(name, "-", found.where, found.mask)
    if "*" in name:
        return _matching(known, name)
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    offer = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    short = [key for key in known if key.count(".") < 2][:12]
    raise SimulationError(
        f"unknown parameter {name!r}; {offer}this network has {len(known)} parameters, "
        f"for instance {', '.join(short)}"
    )


def _matching(known: dict[str, Parameter], pattern: str) -> Parameter:
    """All numbers whose names match, as one parameter."""
    # A name that stands for many would bring in what the pattern leaves out.
    found = [p for p in known.values() if fnmatchcase(p.name, pattern) and p.mask.sum() <= 1]
    kinds = {(p.name.partition(".")[0], p.name.rpartition(".")[2]) for p in found}
    if len(kinds) != 1:
        told = " and ".join(sorted(f"{head}.*.{tail}" for head, tail in kinds)) or "nothing"
        raise SimulationError(
            f"the pattern {pattern!r} matches {told}; give one that matches numbers of one kind, "
            "such as 'window.*.height'"
        )
    mask = np.any([p.mask for p in found], axis=0)
    return Parameter(pattern, found[0].unit, found[0].where, mask)
