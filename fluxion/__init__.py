"""Fluxion: differentiable building-energy simulation in JAX.

    import fluxion as fx

    weather = fx.read_epw("denver.epw")             # or fx.default_weather()
    network = fx.build(fx.cases.ashrae140("600"))   # RCNetwork: structure and traced parameters
    year = fx.simulate(network, weather)            # Trajectory: hourly results
    year.annual_heating                             # [J], by zone

Names are loaded when first used, so that importing the package costs nothing and a part that
needs no JAX does not load it.
"""

from __future__ import annotations

import importlib
import typing

from fluxion._version import __version__ as __version__

if typing.TYPE_CHECKING:
    from fluxion import building as building
    from fluxion import cases as cases
    from fluxion import cta as cta
    from fluxion import data as data
    from fluxion import datasets as datasets
    from fluxion import energyplus as energyplus
    from fluxion import export as export
    from fluxion import io as io
    from fluxion import networks as networks
    from fluxion import optimize as optimize
    from fluxion import physics as physics
    from fluxion import serving as serving
    from fluxion import simulation as simulation
    from fluxion import surrogates as surrogates
    from fluxion import training as training
    from fluxion import uncertainty as uncertainty
    from fluxion import validation as validation
    from fluxion import viz as viz
    from fluxion import weather as weather
    from fluxion.building import Building as Building
    from fluxion.building import build as build
    from fluxion.data import ASHRAELoader as ASHRAELoader
    from fluxion.errors import FluxionError as FluxionError
    from fluxion.errors import InputError as InputError
    from fluxion.io import default_weather as default_weather
    from fluxion.io import load_results as load_results
    from fluxion.io import population_to_xarray as population_to_xarray
    from fluxion.io import read_building as read_building
    from fluxion.io import read_epw as read_epw
    from fluxion.io import read_tmy3 as read_tmy3
    from fluxion.io import save_results as save_results
    from fluxion.io import to_xarray as to_xarray
    from fluxion.io import write_building as write_building
    from fluxion.networks import RCNetwork as RCNetwork
    from fluxion.optimize import BatchOracle as BatchOracle
    from fluxion.optimize import DesignSpace as DesignSpace
    from fluxion.simulation import Controls as Controls
    from fluxion.simulation import Options as Options
    from fluxion.simulation import Trajectory as Trajectory
    from fluxion.simulation import simulate as simulate
    from fluxion.weather import Weather as Weather

_MODULES = (
    "building",
    "cases",
    "cta",
    "data",
    "datasets",
    "energyplus",
    "export",
    "io",
    "networks",
    "optimize",
    "serving",
    "physics",
    "simulation",
    "surrogates",
    "training",
    "uncertainty",
    "validation",
    "viz",
    "weather",
)
_HOME = {
    "ASHRAELoader": "fluxion.data",
    "BatchOracle": "fluxion.optimize",
    "Building": "fluxion.building",
    "Controls": "fluxion.simulation",
    "DesignSpace": "fluxion.optimize",
    "FluxionError": "fluxion.errors",
    "InputError": "fluxion.errors",
    "Options": "fluxion.simulation",
    "RCNetwork": "fluxion.networks",
    "Trajectory": "fluxion.simulation",
    "Weather": "fluxion.weather",
    "build": "fluxion.building",
    "default_weather": "fluxion.io",
    "load_results": "fluxion.io",
    "population_to_xarray": "fluxion.io",
    "read_building": "fluxion.io",
    "read_epw": "fluxion.io",
    "read_tmy3": "fluxion.io",
    "save_results": "fluxion.io",
    "simulate": "fluxion.simulation",
    "to_xarray": "fluxion.io",
    "write_building": "fluxion.io",
}

__all__ = ["__version__", *_MODULES, *_HOME]


def __getattr__(name: str) -> typing.Any:
    if name in _MODULES:
        return importlib.import_module(f"fluxion.{name}")
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'fluxion' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
