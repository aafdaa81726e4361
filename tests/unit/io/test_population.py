"""A population as a dataset: the oracle's numbers under their names, and what made them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.io import population_to_xarray
from fluxion.optimize import Population

pytest.importorskip("xarray", reason="datasets need xarray (extra 'results')")
NAMES = ("annual_heating", "zone_temperature", "inside_temperature")


@pytest.fixture(scope="module")
def oracle():
    """Of a house of two zones over two climates of a name each."""
    network = fx.build(fx.cases.ashrae140("960"))
    first = fx.default_weather().select_days(31, 2)
    space = fx.DesignSpace({"heating_setpoint": (18, 22), "infiltration": {"low": 0.0, "high": 1}})
    return fx.BatchOracle(
        network, [first.renamed("here"), first.renamed("there")], space, outputs=NAMES
    )


def answered(oracle) -> Population:
    """Numbers in the shapes that the oracle gives; the second design failed."""
    structure = oracle.network.structure
    zones, faces = len(structure.zones), len(structure.face_names[0])
    shapes = {"annual_heating": (zones,), "zone_temperature": (48, zones)}
    shapes["inside_temperature"] = (48, zones, faces)
    values = {
        name: np.arange(2 * 3 * np.prod(shape), dtype=float).reshape(2, 3, *shape)
        for name, shape in shapes.items()
    }
    designs = oracle.space.sample(3)
    return Population(designs, values, (1,), ("not finite in climate 1: annual_heating",))


def test_numbers_stand_under_their_names(oracle) -> None:
    population = answered(oracle)
    data = population_to_xarray(population, oracle, {"study": "x"})
    assert data["annual_heating"].dims == ("design", "climate", "zone")
    assert data["annual_heating"].attrs["units"] == "J"
    assert data["zone_temperature"].dims == ("design", "climate", "time", "zone")
    assert data["inside_temperature"].dims == ("design", "climate", "time", "zone", "face")
    assert data["face_name"].dims == ("zone", "face")
    picked = data["annual_heating"].sel(climate="there", zone="sun zone").values
    np.testing.assert_array_equal(picked, population.values["annual_heating"][1, :, 1])
    assert str(data["time"].values[0]).endswith("02-01T00:00:00.000000000")
    np.testing.assert_array_equal(
        data["designs"].sel(parameter="infiltration"), population.designs[:, 1]
    )
    assert list(data["unit"].values) == ["degC", "m3/s"]
    assert list(data["failed"].values) == [False, True, False]
    assert data["reason"].values[1].startswith("not finite in climate 1")
    assert data.attrs["source"].startswith("Fluxion ") and data.attrs["study"] == "x"
    assert "steps_per_hour" in data.attrs["options"] and '"low": 0.0' in data.attrs["choices"]


def test_one_climate_keeps_its_axis(oracle) -> None:
    alone = fx.BatchOracle(
        oracle.network, oracle.climates[0], oracle.space, outputs=("annual_heating",)
    )
    both = answered(oracle)
    population = dataclasses.replace(
        both, values={"annual_heating": both.values["annual_heating"][0]}
    )
    data = population_to_xarray(population, alone)
    assert data["annual_heating"].shape == (3, 1, 2)
    assert list(data["climate"].values) == ["here"]
    with pytest.raises(SimulationError, match="the oracle that made the population"):
        population_to_xarray(both, alone)
