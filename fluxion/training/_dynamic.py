"""The dynamic task: hourly answers of a building to weather and control, and rollouts by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from fluxion.errors import InputError
from fluxion.networks import RCNetwork
from fluxion.simulation import Controls, Options, forcing_of_hours, simulate
from fluxion.surrogates import OBSERVED, Hour, rollout
from fluxion.units import HOURS_PER_DAY
from fluxion.weather import Weather


def random_setpoints(
    seed: int,
    hours: int,
    zones: int,
    *,
    heating: tuple[float, float] = (15.0, 22.0),
    band: tuple[float, float] = (2.0, 8.0),
    free: float = 0.2,
    hold: tuple[int, int] = (3, 12),
) -> Controls:
    """Setpoints that jump at random, so that a building shows how it answers.

    Args:
        seed: The same seed gives the same schedules.
        hours: Of the schedules.
        zones: Each with a schedule of its own.
        heating: Range of heating setpoints. [degC]
        band: Range of the distance of cooling setpoints from these. [K]
        free: Share of the holds in which the plant leaves the zone alone between 5 and 45 degC. [-]
        hold: Fewest and most hours between jumps.
    """
    dice = np.random.default_rng(seed)
    low, high = np.empty((hours, zones)), np.empty((hours, zones))
    for zone in range(zones):
        start = 0
        while start < hours:
            end = start + int(dice.integers(hold[0], hold[1] + 1))
            warm = dice.uniform(*heating)
            cold = warm + dice.uniform(*band)
            if dice.random() < free:
                warm, cold = 5.0, 45.0
            low[start:end, zone], high[start:end, zone] = warm, cold
            start = end
    return Controls(heating_setpoint=jnp.asarray(low), cooling_setpoint=jnp.asarray(high))


class DynamicData(eqx.Module):
    """Hours of a building one after the other: what drove it and what was seen.

    Attributes:
        hours: What a model is given of each hour.
        observed: Hourly means of `OBSERVED`, `(hour, zone)`.
    """

    hours: Hour
    observed: dict[str, Float[Array, "hour zone"]]

    @property
    def count(self) -> int:
        """Number of hours."""
        return self.observed[OBSERVED[0]].shape[0]

    def between(self, first: int, end: int) -> DynamicData:
        """The hours from `first` to before `end`."""
        return jax.tree.map(lambda leaf: leaf[first:end], self)


def hours_of(
    network: RCNetwork,
    weather: Weather,
    controls: Controls | None = None,
    *,
    options: Options | None = None,
) -> Hour:
    """What drives a network in each hour, as models of the dynamic task take it.

    Args:
        network: That the model has, which need not be the building that was observed.
        weather: Whole days.
        controls: Of the hours.
        options: How the model's network is run.
    """
    forcing = forcing_of_hours(network, weather, controls, options=options)
    clock = jnp.asarray(np.arange(weather.hours) % HOURS_PER_DAY, network.dtype)
    return Hour(forcing, clock)


def dynamic_data(
    building: RCNetwork,
    model: RCNetwork,
    weather: Weather,
    controls: Controls,
    *,
    options: Options | None = None,
    model_options: Options | None = None,
) -> DynamicData:
    """Observe a building by simulation, for a model whose network may be another.

    Args:
        building: That is observed.
        model: That the model has; its sun, gains and setpoints are what the model is told.
        weather: Of both.
        controls: Of both.
        options: How the building is simulated.
        model_options: How the model's network is run.
    """
    seen = simulate(building, weather, controls, outputs=OBSERVED, options=options)
    hours = hours_of(model, weather, controls, options=model_options)
    return DynamicData(hours, {name: seen[name] for name in OBSERVED})


class Window(eqx.Module):
    """Some hours of the data, and where the model stands at their beginning.

    Attributes:
        start: Where models stand, windows along the first axis.
        data: `(window, hour, ...)`.
    """

    start: Any
    data: DynamicData


class DrawWindows(eqx.Module):
    """Batches of windows at random places.

    Attributes:
        data: All hours.
        starts: Where the model stands before each hour, hours along the first axis.
        length: Hours of a window.
        count: Windows of a batch.
    """

    data: DynamicData
    starts: Any
    length: int = eqx.field(static=True, default=96)
    count: int = eqx.field(static=True, default=8)

    def __check_init__(self) -> None:
        if self.data.count < self.length:
            raise InputError(
                f"the data have {self.data.count} hours, fewer than a window of {self.length}; "
                "give more data or shorter windows"
            )

    def __call__(self, key: Key[Array, ""]) -> Window:
        """A batch."""
        first = jax.random.randint(key, (self.count,), 0, self.data.count - self.length + 1)
        within = first[:, None] + jnp.arange(self.length)
        return Window(
            jax.tree.map(lambda leaf: leaf[first], self.starts),
            jax.tree.map(lambda leaf: leaf[within], self.data),
        )


class RolloutLoss(eqx.Module):
    """Squared errors of a model that runs by itself through each window.

    Attributes:
        step: The model.
        scales: Usual error of each result: one that weighs 1. [K], [W]
        burn: First hours of each window in which the model finds its way, which do not count.
    """

    step: Callable[..., Any]
    scales: dict[str, float]
    burn: int = eqx.field(static=True, default=24)

    def __call__(
        self, params: Any, batch: Window, step: Int[Array, ""]
    ) -> tuple[Float[Array, ""], dict[str, Array]]:
        """What to lower, and the error of each result."""
        del step

        def one(start: Any, hours: Hour) -> dict[str, Array]:
            return rollout(self.step, params, start, hours)[1]

        found = jax.vmap(one)(batch.start, batch.data.hours)
        terms = {}
        for name, scale in self.scales.items():
            error = (found[name] - batch.data.observed[name]) / scale
            terms[name] = jnp.mean(error[:, self.burn :] ** 2)
        total = sum(terms.values(), jnp.zeros((), terms[next(iter(terms))].dtype))
        return total, terms


def places(
    step: Callable[..., Any], params: Any, carry: Any, hours: Hour
) -> tuple[Any, dict[str, Array]]:
    """Where a model stands before each hour as it runs by itself, and what it gives.

    Args:
        step: The model.
        params: Of its neural network.
        carry: Where it begins.
        hours: To run through.
    """

    def one(carry: Any, hour: Hour) -> tuple[Any, tuple[Any, dict[str, Array]]]:
        after, found = step(params, carry, hour)
        return after, (carry, found)

    return jax.lax.scan(one, carry, hours)[1]


def free_run_errors(
    found: dict[str, Float[Array, "hour zone"]], data: DynamicData, first: int = 0
) -> dict[str, Float[Array, ""]]:
    """Root mean squared error of each result over hours and zones, from hour `first` on."""
    return {
        name: jnp.sqrt(jnp.mean((found[name][first:] - data.observed[name][first:]) ** 2))
        for name in OBSERVED
    }
