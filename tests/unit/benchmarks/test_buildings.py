"""Buildings made to any size: their zones, walls and areas."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion.benchmarks._buildings import room_of_surfaces, row_of_rooms
from fluxion.building import Interzone, build
from fluxion.cases import ashrae140


@pytest.mark.parametrize("count", [1, 3])
def test_rooms_share_walls(count: int) -> None:
    building = row_of_rooms(count)
    network = build(building)
    zones = network.structure.counts[0]
    shared = [s for z in building.zones for s in z.surfaces if isinstance(s.boundary, Interzone)]
    assert zones == count and len(shared) == count - 1
    assert sum(len(s.fenestrations) for z in building.zones for s in z.surfaces) == 2 * count


def test_strips_keep_the_area_and_the_directions() -> None:
    whole, cut = build(ashrae140("600")), build(room_of_surfaces(3))
    assert len(room_of_surfaces(3).zones[0].surfaces) == 5 * 3 + 1
    np.testing.assert_allclose(np.sum(cut.envelope.area), np.sum(whole.envelope.area), rtol=1e-6)
