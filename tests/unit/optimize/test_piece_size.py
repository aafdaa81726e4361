"""Designs side by side: as many as were measured to run fastest, and what takes them by itself."""

from __future__ import annotations

from types import SimpleNamespace

import jax
import pytest

import fluxion as fx
from fluxion.benchmarks._buildings import room_of_surfaces, row_of_rooms
from fluxion.cases import resolve_building
from fluxion.optimize import GradientOracle, piece_size


@pytest.mark.parametrize(
    ("building", "dtype", "fastest"),
    [
        ("ashrae140:600", "float32", 64),
        ("ashrae140:900", "float32", 64),
        ("ashrae140:960", "float32", 64),
        ("ashrae140:960", "float64", 16),
        ("office", "float32", 8),
        (lambda: row_of_rooms(3), "float32", 16),
        (lambda: row_of_rooms(5), "float32", 16),
        (lambda: room_of_surfaces(6), "float32", 16),
    ],
)
def test_the_rule_finds_what_was_measured(building, dtype, fastest) -> None:
    described = resolve_building(building) if isinstance(building, str) else building()
    network = fx.build(described, dtype=dtype)
    assert piece_size(network, jax.devices("cpu")) == fastest
    assert piece_size(network, jax.devices("cpu"), gradients=True) == max(fastest // 4, 8)
    assert piece_size(network, [SimpleNamespace(platform="gpu")]) == 64


def test_oracles_take_it_unless_told_otherwise() -> None:
    network, weather = fx.build(fx.cases.office()), fx.default_weather().select_days(3, 1)
    space = fx.DesignSpace({"heating_setpoint": (18, 22)})
    size = piece_size(network, jax.devices())
    for oracle in (fx.BatchOracle, GradientOracle):
        assert oracle(network, weather, space, kernel="scan").batch_size == size
        assert oracle(network, weather, space, batch_size=5).batch_size == 5
