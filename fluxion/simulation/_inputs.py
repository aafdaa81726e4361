"""What drives a simulation before the network is asked: by day, and at the steps of a day."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fluxion.networks import RCNetwork
from fluxion.simulation._beams import SunDay
from fluxion.units import HOURS_PER_DAY
from fluxion.weather import HourlyWeather, StepWeather


class Controls(eqx.Module):
    """Hourly values that replace or add to what the network says; None leaves it alone.

    Attributes:
        heating_setpoint: Replaces the schedule. [degC]
        cooling_setpoint: Replaces the schedule. [degC]
        heat_flow: Added to each zone's air, negative to cool. [W]
    """

    heating_setpoint: Float[Array, "hour zone"] | None = None
    cooling_setpoint: Float[Array, "hour zone"] | None = None
    heat_flow: Float[Array, "hour zone"] | None = None


class Day(eqx.Module):
    """A day's inputs: weather at its steps, schedules and controls at its hours, its month.

    Attributes:
        weather: At its steps, or at its hours for `weather_at_steps`.
        sun: Where the sun passes.
    """

    weather: StepWeather | HourlyWeather
    schedules: Float[Array, "hour schedule 2"]
    controls: Controls
    month: Int[Array, ""]
    sun: SunDay


class StepInputs(eqx.Module):
    """Inputs of some steps, each at the middle of its step.

    Attributes:
        weather: At the steps.
        schedules: Values of all schedules.
        controls: At the steps.
        ground: What the network says of the ground below its surfaces. [degC]
    """

    weather: StepWeather
    schedules: Float[Array, "step schedule"]
    controls: Controls
    ground: Float[Array, "zone envelope"]


def day_inputs(network: RCNetwork, day: Day) -> StepInputs:
    """A day's inputs at its steps."""
    assert isinstance(day.weather, StepWeather)
    steps = day.weather.temp_air.shape[0]
    count = steps // HOURS_PER_DAY
    fraction = jnp.asarray((np.arange(count) + 0.5) / count, network.dtype)
    start, end = day.schedules[..., 0], day.schedules[..., 1]
    values = start[:, None, :] + fraction[None, :, None] * (end - start)[:, None, :]
    return StepInputs(
        weather=day.weather,
        schedules=values.reshape(steps, -1),
        controls=jax.tree.map(lambda hourly: jnp.repeat(hourly, count, axis=0), day.controls),
        ground=network.envelope.ground_temperature[:, :, day.month],
    )
