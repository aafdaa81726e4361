"""What is timed: buildings with twenty parameters, over one weather."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fluxion.building import Building, build_for
from fluxion.cases import resolve_building
from fluxion.io import read_weather
from fluxion.lanes import lane_map
from fluxion.networks import RCNetwork
from fluxion.optimize import (
    BatchOracle,
    DesignSpace,
    choose_kernel,
    parameters,
    piece_size,
    population_function,
    value_and_gradient,
)
from fluxion.simulation import Options, simulate
from fluxion.weather import Weather

#: Names of cases in results, and what `resolve_building` takes.
CASES = {"case600": "ashrae140:600", "case900": "ashrae140:900", "tenzone": "office"}

#: The first that a building has, until there are twenty with layers of its walls.
_WANTED = (
    "orientation",
    "ground_reflectance",
    "heating_setpoint",
    "cooling_setpoint",
    "infiltration",
    "gain.power",
    "gain.radiant_fraction",
    "surface.outside_solar_absorptance",
    "surface.inside_solar_absorptance",
    "surface.outside_emissivity",
    "surface.inside_emissivity",
    "window.width",
    "window.height",
    "glazing.solar_transmittance",
    "glazing.emissivity_back",
    "glazing.gap_thickness",
)
_COUNT = 20
#: How far designs lie apart, relative to the building's own values.
_SPREAD = 0.01


@dataclass(frozen=True)
class Problem:
    """A network over a weather, with twenty named parameters.

    Attributes:
        network: Of the building.
        weather: In the same precision.
        space: The parameters.
    """

    network: RCNetwork
    weather: Weather
    space: DesignSpace

    @property
    def values(self) -> jax.Array:
        """The building's own parameters."""
        return jnp.asarray(self.space.values(self.network), self.network.dtype)

    @property
    def kernel(self) -> str:
        """What runs the loop over a year, as oracles choose it."""
        return choose_kernel("auto", self.network.dtype, jax.devices()[0].platform)

    @property
    def piece(self) -> int:
        """Designs side by side in one program, as `BatchOracle` takes them."""
        return piece_size(self.network, jax.devices()[:1], kernel=self.kernel)

    @property
    def gradient_piece(self) -> int:
        """The same as `GradientOracle` takes them."""
        devices = jax.devices()[:1]
        return piece_size(self.network, devices, gradients=True, kernel=self.kernel)

    def designs(self, count: int) -> jax.Array:
        """Designs round the building; all parameters of all differ. (design, parameter)"""
        noise = np.random.default_rng(0).standard_normal((count, self.space.size))
        rows = np.asarray(self.values) * (1 + _SPREAD * noise)
        return jnp.asarray(rows, self.network.dtype)

    def load(self, options: Options | None = None) -> Callable[[jax.Array, Weather], jax.Array]:
        """Annual heating and cooling of a design over a weather. [MWh]"""

        def annual(x: jax.Array, weather: Weather) -> jax.Array:
            year = simulate(
                self.space.apply(self.network, x), weather, options=options, throw=False
            )
            return jnp.sum(year.annual_heating + year.annual_cooling) / 3.6e9

        return annual

    def loads(self, options: Options | None = None) -> Callable[..., jax.Array]:
        """`load` of designs side by side, as XLA runs it."""
        return lane_map(self.load(options), in_axes=(0, None))

    def gradients(self, options: Options | None = None) -> Callable[..., Any]:
        """Value and gradient of `load` for designs side by side, as XLA runs them."""
        return lane_map(jax.value_and_grad(self.load(options)), in_axes=(0, None))

    def population(self, options: Options | None = None) -> Callable[..., jax.Array]:
        """`load` of designs side by side, as oracles run it."""
        both = ("annual_heating", "annual_cooling")
        many = population_function(
            self.network, self.space, outputs=both, options=options, kernel=self.kernel
        )

        def annual(x: jax.Array, weather: Weather) -> jax.Array:
            found = many(weather, x)
            return sum(jnp.sum(found[name], axis=-1) for name in both) / 3.6e9  # pyright: ignore

        return annual

    def slopes(self, options: Options | None = None) -> Callable[..., Any]:
        """Value and gradient of `load` for designs side by side, as oracles run them."""
        objective = {"annual_heating": 1 / 3.6e9, "annual_cooling": 1 / 3.6e9}
        many = value_and_gradient(
            self.network, self.space, objective, options=options, kernel=self.kernel
        )
        return lambda x, weather: many(weather, x)

    def oracle(self, **settings: Any) -> BatchOracle:
        """A population's oracle, on one device unless told otherwise."""
        settings = {"devices": jax.devices()[:1], **settings}
        return BatchOracle(self.network, self.weather, self.space, **settings)


def problem_of(building: Building, weather: str, dtype: str) -> Problem:
    """The problem of a building.

    Args:
        building: With at least twenty parameters in reach.
        weather: As of `fluxion.io.read_weather`.
        dtype: Of all arrays.
    """
    year = read_weather(weather, dtype=dtype)
    network = build_for(building, year, dtype=dtype)
    known = parameters(network)
    layers = [name for name in known if name.startswith("construction.")]
    names = [name for name in _WANTED if name in known]
    for field in ("thickness", "conductivity"):
        names += [name for name in layers if name.endswith(field)][: _COUNT - len(names)]
    return Problem(network, year, DesignSpace({name: (-1e9, 1e9) for name in names}))


def problem(case: str, weather: str, dtype: str = "float32") -> Problem:
    """The problem of one of `CASES`."""
    return problem_of(resolve_building(CASES[case]), weather, dtype)
