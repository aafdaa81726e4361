"""Materials, constructions and glazings."""

from __future__ import annotations

from typing import Any

from fluxion.building import (
    Building,
    GasGap,
    Glazing,
    GlazingPane,
    Material,
    ResistiveMaterial,
    Surface,
)
from fluxion.energyplus._names import NameBook
from fluxion.errors import BuildingError

Objects = dict[str, dict[str, dict[str, Any]]]
#: Solar absorptance and emissivity of a face, none for those of its material.
_Finish = tuple[float | None, float | None]

_ROUGHNESS = {
    "very_rough": "VeryRough",
    "rough": "Rough",
    "medium_rough": "MediumRough",
    "medium_smooth": "MediumSmooth",
    "smooth": "Smooth",
    "very_smooth": "VerySmooth",
}
#: The engine's own bounds of emissivities. [-]
_LEAST_EMISSIVITY, _MOST_EMISSIVITY = 1e-5, 0.99999
_MOST_LAYERS = 10
_LEAST_SPECIFIC_HEAT = 100.0
_LEAST_RESISTANCE = 0.001
#: So viscous a gas does not move: a gap of fixed resistance has no convection. [kg/(m s)]
_STILL = 1e3


def emissivity(value: float) -> float:
    """A longwave emissivity within the engine's bounds."""
    return min(max(value, _LEAST_EMISSIVITY), _MOST_EMISSIVITY)


class Fabric:
    """Collects materials and constructions as surfaces ask for them."""

    def __init__(self, building: Building, book: NameBook, objects: Objects):
        self.building, self.book, self.objects = building, book, objects

    def _put(self, kind: str, name: str, fields: dict[str, Any]) -> None:
        self.objects.setdefault(kind, {})[name] = fields

    def construction(self, surface: Surface, *, reverse: bool = False) -> str:
        """Name of the construction of a surface with its own finishes.

        Args:
            surface: Whose layers and finishes are taken.
            reverse: As seen from the zone on the other side.
        """
        layers = self.building.layers(surface.construction)
        finishes = [
            (surface.outside_solar_absorptance, surface.outside_emissivity),
            (surface.inside_solar_absorptance, surface.inside_emissivity),
        ]
        stack = self._stack(surface, layers, finishes)
        key = surface.construction
        if any(value is not None for pair in finishes for value in pair):
            key += f" finished {finishes}"
        if reverse:
            stack = stack[::-1]
            key += " (from the other side)"
        name = self.book.constructions[key]
        self._put("Construction", name, layer_fields(stack))
        return name

    def _stack(
        self,
        surface: Surface,
        layers: tuple[Material | ResistiveMaterial, ...],
        finishes: list[_Finish],
    ) -> list[str]:
        where = f"construction {surface.construction!r} of surface {surface.name!r}"
        outer, inner = finishes
        halves = 1
        if len(layers) == 1 and _finish(layers[0], outer) != _finish(layers[0], inner):
            layers, halves = layers * 2, 2  # one layer, two faces that differ
        if len(layers) > _MOST_LAYERS:
            raise BuildingError(
                f"{where} has {len(layers)} layers; EnergyPlus takes at most {_MOST_LAYERS}, "
                "so merge some"
            )
        own: list[_Finish] = [(None, None)] * len(layers)
        own[0], own[-1] = outer, inner  # of a single layer both are the same by now
        return [
            self.material(layer, finish, halves=halves, where=where)
            for layer, finish in zip(layers, own, strict=True)
        ]

    def material(
        self,
        layer: Material | ResistiveMaterial,
        finish: _Finish,
        *,
        halves: int,
        where: str,
    ) -> str:
        """Name of a material, its finish replaced where one is given, perhaps half as thick."""
        solar, thermal = _finish(layer, finish)
        key = layer.name
        if (solar, thermal) != _finish(layer, (None, None)):
            key += f" with solar {solar:.6g} and emissivity {thermal:.6g}"
        if halves > 1:
            key += " (half)"
        name = self.book.materials.called(f"material {key}", key)
        fields: dict[str, Any] = {
            "roughness": _ROUGHNESS[layer.roughness],
            "thermal_absorptance": emissivity(thermal),
            "solar_absorptance": solar,
            "visible_absorptance": solar,
        }
        if isinstance(layer, ResistiveMaterial):
            resistance = layer.thermal_resistance / halves
            if resistance < _LEAST_RESISTANCE:
                raise BuildingError(
                    f"material {layer.name!r} in {where} has a thermal_resistance of "
                    f"{resistance:g} m2 K/W; EnergyPlus takes {_LEAST_RESISTANCE:g} or more, "
                    "so leave the layer out"
                )
            self._put("Material:NoMass", name, {**fields, "thermal_resistance": resistance})
            return name
        if layer.specific_heat < _LEAST_SPECIFIC_HEAT:
            raise BuildingError(
                f"material {layer.name!r} in {where} has a specific_heat of "
                f"{layer.specific_heat:g} J/(kg K); EnergyPlus takes {_LEAST_SPECIFIC_HEAT:g} or "
                "more, so raise it and lower the density in proportion"
            )
        self._put(
            "Material",
            name,
            {
                **fields,
                "thickness": layer.thickness / halves,
                "conductivity": layer.conductivity,
                "density": layer.density,
                "specific_heat": layer.specific_heat,
            },
        )
        return name

    def glazing(self, name: str) -> str:
        """Name of the construction of a glazing."""
        glazing = self.building.glazing(name)
        if glazing.angular is not None:
            raise BuildingError(
                f"glazing {name!r} has a table of optics by angle, which EnergyPlus cannot take "
                "for a whole glazing; describe its panes at normal incidence instead"
            )
        construction = self.book.constructions[f"glazing {name}"]
        layers: list[str] = []
        for i, pane in enumerate(glazing.panes):
            layers.append(self._pane(glazing, i, pane))
            if i < len(glazing.gaps):
                layers.append(self._gap(glazing, glazing.gaps[i], i))
        self._put("Construction", construction, layer_fields(layers))
        return construction

    def _pane(self, glazing: Glazing, i: int, pane: GlazingPane) -> str:
        name = self.book.materials[f"pane {i + 1} of {glazing.name}"]
        front, back = pane.emissivity_front, pane.emissivity_back
        # The radiation across a gap of fixed resistance is part of that resistance.
        if i > 0 and glazing.gaps[i - 1].thermal_resistance is not None:
            front = _LEAST_EMISSIVITY
        if i < len(glazing.gaps) and glazing.gaps[i].thermal_resistance is not None:
            back = _LEAST_EMISSIVITY
        optics = {
            "{}_transmittance_at_normal_incidence": pane.solar_transmittance,
            "front_side_{}_reflectance_at_normal_incidence": pane.solar_reflectance_front,
            "back_side_{}_reflectance_at_normal_incidence": pane.solar_reflectance_back,
        }
        self._put(
            "WindowMaterial:Glazing",
            name,
            {
                "optical_data_type": "SpectralAverage",
                "thickness": pane.thickness,
                **{
                    key.format(band): value
                    for band in ("solar", "visible")
                    for key, value in optics.items()
                },
                "infrared_transmittance_at_normal_incidence": 0.0,
                "front_side_infrared_hemispherical_emissivity": emissivity(front),
                "back_side_infrared_hemispherical_emissivity": emissivity(back),
                "conductivity": pane.conductivity,
            },
        )
        return name

    def _gap(self, glazing: Glazing, gap: GasGap, i: int) -> str:
        name = self.book.materials[f"gap {i + 1} of {glazing.name}"]
        fields: dict[str, Any] = {"gas_type": gap.gas.capitalize(), "thickness": gap.thickness}
        if gap.thermal_resistance is not None:
            fields = {
                "gas_type": "Custom",
                "thickness": gap.thickness,
                "conductivity_coefficient_a": gap.thickness / gap.thermal_resistance,
                "viscosity_coefficient_a": _STILL,
                "specific_heat_coefficient_a": 1000.0,
                "molecular_weight": 29.0,
                "specific_heat_ratio": 1.4,
            }
        self._put("WindowMaterial:Gas", name, fields)
        return name


def layer_fields(layers: list[str]) -> dict[str, str]:
    """Layers from outside to inside as fields of a `Construction`."""
    keys = ["outside_layer", *(f"layer_{k}" for k in range(2, len(layers) + 1))]
    return dict(zip(keys, layers, strict=True))


def _finish(layer: Material | ResistiveMaterial, own: _Finish) -> tuple[float, float]:
    solar, thermal = own
    return (
        layer.solar_absorptance if solar is None else solar,
        layer.thermal_absorptance if thermal is None else thermal,
    )
