"""Finding failures by member, zone and hour."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import NonFiniteError
from fluxion.networks import uniform_state
from fluxion.simulation import OUTPUTS, Trajectory


@pytest.fixture(scope="module")
def structure():
    return fx.build(fx.cases.ashrae140("960"), dtype=float).structure


def made(structure, **values):
    return Trajectory(structure, values, None)  # type: ignore[arg-type]


def test_failures_are_found_by_member_zone_and_first_hour(structure):
    good = np.full((3, 2, 48, 2), 20.0)
    bad = good.copy()
    bad[2, 0, 31:, 1] = np.nan
    bad[0, 1, 5, 0] = np.inf
    faces = np.zeros((3, 2, 48, 2, 4))
    faces[2, 0, 30, 1, 3] = np.nan  # an hour before the air
    run = made(structure, zone_temperature=bad, inside_temperature=faces)
    first, second = structure.zones
    assert run.failures() == [((0, 1), first, 5), ((2, 0), second, 30)]
    with pytest.raises(NonFiniteError) as caught:
        run.raise_if_failed()
    text = str(caught.value)
    assert f"member 0, 1: zone {first!r} from hour 5 (day 1, 5:00)" in text
    assert f"member 2, 0: zone {second!r} from hour 30 (day 2, 6:00)" in text
    assert "\n" not in text


def test_many_failures_are_counted(structure):
    values = np.full((9, 24, 2), np.nan)
    with pytest.raises(NonFiniteError, match="and 13 more"):
        made(structure, zone_temperature=values).raise_if_failed()


def test_finite_results_pass(structure):
    assert made(structure, zone_temperature=np.zeros((24, 2))).failures() == []
    made(structure, zone_temperature=np.zeros((24, 2))).raise_if_failed()


def test_every_output_has_unit_axes_title_and_one_source():
    for name, output in OUTPUTS.items():
        assert output.unit and output.title and output.axes[0] == "zone", name
        assert (output.of_flows is None) != (output.of_light is None), name


def test_initial_state_is_one_temperature():
    network = fx.build(fx.cases.ashrae140("600"), dtype=np.float32)
    state = uniform_state(network, temperature=12.5)
    assert all(leaf.dtype == np.float32 for leaf in jax.tree.leaves(state))
    np.testing.assert_array_equal(state.modes, 0.0)
    np.testing.assert_array_equal(state.temp_inside, 12.5)
    np.testing.assert_array_equal(state.last_air, 12.5)
