"""Laws are found from the building, held to what was simulated, and kept by what is trained."""

from __future__ import annotations

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.datasets import Dataset, climates_of, task_laws, task_signature
from fluxion.errors import InputError
from fluxion.io import building_sha256, read_weather_file
from fluxion.optimize import BatchOracle, DesignSpace
from fluxion.simulation import BALANCE, MONTHS
from fluxion.surrogates import DesignNet, Laws, Surrogate

TERMS = tuple(f"monthly_{name}" for name in BALANCE if name != "exchange")
OUTPUTS = (*TERMS, "monthly_temperature")


@pytest.fixture(scope="module")
def simulated() -> Dataset:
    """Case 640, whose heating is set back by night, for a few designs."""
    building = fx.cases.ashrae140("640")
    file = read_weather_file("default")
    network = fx.build(building, first_weekday=file.weather.first_weekday)
    space = DesignSpace({"heating_setpoint": (18.0, 22.0), "cooling_setpoint": (24.0, 28.0)})
    designs = space.sample(4, seed=0)
    found = BatchOracle(network, file.weather, space, outputs=OUTPUTS).evaluate_population(designs)
    units = {name: "degC" if name == "monthly_temperature" else "J" for name in OUTPUTS}
    return Dataset(
        space.names, ("degC", "degC"), space.lower, space.upper, designs,
        {name: np.asarray(found.values[name])[None] for name in OUTPUTS}, units, {},
        np.zeros(0, int), ("default",), (file.provenance.sha256,), network.structure.zones,
        MONTHS, 0,
        {"fluxion_sweep": {
            "building": "ashrae140:640", "building_sha256": building_sha256(building),
        }},
    )  # fmt: skip


def test_what_was_simulated_keeps_the_laws_and_so_does_any_network(simulated):
    climates = climates_of(simulated)
    signature = task_signature(simulated, climates)
    laws = task_laws(signature, simulated)
    assert Laws.from_dict(json.loads(json.dumps(laws.to_dict()))) == laws
    module = DesignNet(signature.width, hidden=8, tower=8, free=signature.free, laws=laws)
    x, climate = jnp.asarray(simulated.designs), jnp.asarray(climates[0])
    shapes = jnp.zeros(2), jnp.zeros(climate.shape)
    params = module.init(jax.random.key(0), *shapes)["params"]
    found = Surrogate(signature, module, jax.tree.map(lambda leaf: leaf + 0.3, params))(x, climate)
    terms = [BALANCE[name.removeprefix("monthly_")] * np.asarray(found[name]) for name in TERMS]
    assert np.abs(sum(terms)).max() < 1e-9 * max(np.abs(term).max() for term in terms)
    # The bounds are the mean setpoints of the design, and what was simulated lies within.
    heating = fx.cases.ashrae140("640").zones[0].thermostat.heating_setpoint
    assert isinstance(heating, str)  # a schedule, so the lower bound is below the setpoint
    low, high = _bounds(signature, laws, x, climate)
    assert (low < simulated.designs[:, 0, None, None] - 1.0).all()
    np.testing.assert_allclose(high, np.broadcast_to(x[:, 1, None, None], high.shape), atol=1e-3)
    for air in (found["monthly_temperature"], simulated.values["monthly_temperature"][0]):
        assert (np.asarray(air) >= low - 2e-3).all() and (np.asarray(air) <= high + 2e-3).all()


def _bounds(signature, laws, x, climate) -> list[np.ndarray]:
    unit = [each.to_unit(g) for each, g in zip(signature.inputs, (x, climate), strict=True)]
    output = signature.outputs[laws.between[0].result]
    planes = laws.between[0].low, laws.between[0].high
    return [np.asarray(plane(*unit)) * output.scale + np.array(output.shift) for plane in planes]


def test_data_that_do_not_keep_the_laws_are_refused(simulated):
    climates = climates_of(simulated)
    signature = task_signature(simulated, climates)
    values = {**simulated.values, "monthly_gain": 1.01 * simulated.values["monthly_gain"]}
    with pytest.raises(InputError, match="balance over; it lacks"):
        task_laws(signature, dataclasses.replace(simulated, values=values))
    air = simulated.values["monthly_temperature"] - 20.0
    cold = dataclasses.replace(simulated, values={**simulated.values, "monthly_temperature": air})
    with pytest.raises(InputError, match="K beyond the setpoints"):
        task_laws(signature, cold)
    with pytest.raises(InputError, match="not the one that the dataset was made of"):
        task_laws(signature, simulated, fx.cases.ashrae140("600"))
    lost = dataclasses.replace(simulated, attributes={"fluxion_sweep": {"building": "mine"}})
    with pytest.raises(InputError, match="give its file"):
        task_laws(signature, lost)
    few = task_signature(simulated, climates, ["monthly_heating", "monthly_cooling"])
    with pytest.raises(InputError, match="are lacking among the results"):
        task_laws(few, simulated)
