"""A spec whose designs are answered at once, so that stores can be tested without simulating."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from fluxion.optimize import Population
from fluxion.sweeps import _chunk, parse_spec

FIELDS = {
    "building": "ashrae140:600",
    "samples": 50,
    "days": [1, 2],
    "batch": 4,
    "chunk": 8,
    "parameters": {"heating_setpoint": [18, 22], "orientation": [0, 360]},
}


class Answers:
    """In place of an oracle: numbers out of the designs; the coldest setpoints fail."""

    def __init__(self, network, weather, space, *, options, outputs, batch_size, kernel):
        self.outputs, self.batch_size, self.devices = outputs, batch_size, (None,)
        self.climates = len(weather) if isinstance(weather, tuple) else 0

    def evaluate_population(self, designs, *, progress):
        sums = designs.sum(axis=1, keepdims=True).astype(np.float32)
        failed = np.flatnonzero(designs[:, 0] < 18.5)
        sums[failed] = np.nan
        if self.climates:
            sums = np.stack([sums + i for i in range(self.climates)])
        values = {name: sums * (i + 1) for i, name in enumerate(self.outputs)}
        progress(len(designs), len(designs))
        reasons = tuple("too cold" for _ in failed)
        return Population(designs, values, tuple(int(i) for i in failed), reasons)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps are answered by `Answers`."""
    monkeypatch.setattr(_chunk, "BatchOracle", Answers)


@pytest.fixture
def spec(tmp_path):
    """Makes the spec with some fields changed; its store lies in the test's folder."""

    def make(**changes):
        return parse_spec({"store": str(tmp_path / "s.zarr"), **FIELDS, **changes})

    return make


@pytest.fixture
def after():
    """Says yes once it was asked so often."""

    def make(count: int):
        asked = SimpleNamespace(times=0)

        def stop() -> bool:
            asked.times += 1
            return asked.times > count

        return stop

    return make
