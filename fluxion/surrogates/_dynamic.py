"""Models that go from hour to hour: the network with what it misses learned, or a network alone.

A hybrid model lets the RC network answer each hour and adds heat to each zone's air that a small
neural network learned: gains nobody told of, leaks, wrong insulation. The heat is bounded, and the
thermostat acts on the air after it, so that no zone leaves its setpoints while the plant has
capacity, loads are never negative, and the balance of the air closes, whatever was learned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Float

from fluxion.networks import Forcing, State
from fluxion.simulation import Controls

#: Hourly means that a dynamic model gives, `(zone,)` each.
OBSERVED = ("zone_temperature", "heating_rate", "cooling_rate")
#: Physics of an hour, such as `fluxion.simulation.OneHour`.
Physics = Callable[[State, Forcing, Controls | None], tuple[State, dict[str, Array]]]
#: Air of no zone that a network alone tells of is colder or warmer. [degC]
AIR_LIMITS = (-40.0, 70.0)


class Hour(eqx.Module):
    """What an hour brings; rows along the first axes.

    Attributes:
        forcing: Of its steps, a row of `fluxion.simulation.forcing_of_hours`.
        clock: Hour of the day in which it begins, local standard time. [h]
    """

    forcing: Forcing
    clock: Float[Array, "*hour"]


class HybridCarry(eqx.Module):
    """Where a hybrid model stands.

    Attributes:
        state: Of the RC network.
        supply: Heating less cooling of the hour before. [W]
    """

    state: State
    supply: Float[Array, "zone"]


class NeuralCarry(eqx.Module):
    """Where a network alone stands.

    Attributes:
        temperature: Of each zone's air. [degC]
        supply: Heating less cooling of the hour before. [W]
        memory: What it keeps for itself. [-]
    """

    temperature: Float[Array, "zone"]
    supply: Float[Array, "zone"]
    memory: Float[Array, "number"]


def hour_features(hour: Hour) -> Float[Array, "feature"]:
    """Weather, sun, gains, setpoints and time of an hour, means over its steps.

    Of each zone: sun on outside faces [W/m2], sun on inside faces [W/m2], sun in panes [W/m2],
    convective and radiant gains [W], both setpoints [degC]. Then outdoor air and sky [degC], and
    sine and cosine of the time of day.
    """
    f = hour.forcing

    def mean(values: Array) -> Array:
        """Over the steps, and over all but the zones."""
        return jnp.mean(values.reshape(*values.shape[:2], -1), axis=(0, 2))

    angle = 2 * jnp.pi * hour.clock / 24
    of_zones = [
        mean(f.solar_outside), mean(f.solar_inside), mean(f.pane_heat),
        jnp.mean(f.gain_convective, axis=0), jnp.mean(f.gain_radiant, axis=0),
        jnp.mean(f.heating_setpoint, axis=0), jnp.mean(f.cooling_setpoint, axis=0),
    ]  # fmt: skip
    shared = [jnp.mean(f.temp_air), jnp.mean(f.temp_sky), jnp.sin(angle), jnp.cos(angle)]
    return jnp.concatenate([*of_zones, jnp.stack(shared)])


class Scale(eqx.Module):
    """Features as a network sees them: near one, and never beyond what it was trained on."""

    shift: Float[Array, "feature"]
    scale: Float[Array, "feature"]
    low: Float[Array, "feature"]
    high: Float[Array, "feature"]

    @staticmethod
    def of(rows: Float[Array, "row feature"]) -> Scale:
        """Mean, spread and span of rows; a feature that does not vary becomes none."""
        middle, spread = jnp.mean(rows, axis=0), jnp.std(rows, axis=0)
        varies = spread > 1e-4 * jnp.maximum(jnp.abs(middle), 1.0)
        scale = jnp.where(varies, spread, jnp.inf)
        return Scale(middle, scale, jnp.min(rows, axis=0), jnp.max(rows, axis=0))

    def __call__(self, features: Float[Array, "feature"]) -> Float[Array, "feature"]:
        """Features for the network."""
        return (jnp.clip(features, self.low, self.high) - self.shift) / self.scale


class HybridStep(eqx.Module):
    """An hour of the RC network, with heat that a neural network adds to each zone's air.

    Attributes:
        physics: Of an hour; its outputs hold those of `OBSERVED`.
        module: From features to a number for each zone.
        scale: Of the features, `(hybrid_features,)`.
        reach: Most heat that may be added or taken in each zone. [W]
    """

    physics: Physics
    module: nn.Module = eqx.field(static=True)
    scale: Scale
    reach: Float[Array, "zone"]

    def __call__(
        self, params: Any, carry: HybridCarry, hour: Hour
    ) -> tuple[HybridCarry, dict[str, Array]]:
        """Take the model an hour further.

        Args:
            params: Of the neural network.
            carry: Where it stands.
            hour: What drives it.

        Returns:
            Where it stands then, and the hourly means of `OBSERVED`.
        """
        features = self.scale(hybrid_features(carry, hour))
        learned: Any = self.module.apply({"params": params}, features)
        added = self.reach * jnp.tanh(learned)
        state, found = self.physics(carry.state, hour.forcing, Controls(heat_flow=added))
        observed = {name: found[name] for name in OBSERVED}
        supply = observed["heating_rate"] - observed["cooling_rate"]
        return HybridCarry(state, supply), observed


def hybrid_features(carry: HybridCarry, hour: Hour) -> Float[Array, "feature"]:
    """Of each zone: air, radiant and mean inside temperature [degC], supply [W]; and the hour's."""
    s = carry.state
    own = [s.temp_air, s.temp_radiant, jnp.mean(s.temp_inside, axis=-1), carry.supply]
    return jnp.concatenate([*own, hour_features(hour)])


class NeuralStep(eqx.Module):
    """An hour by a neural network alone, which keeps some numbers for itself.

    Attributes:
        module: From features to, for each zone, a change of temperature and both loads, and to
            the numbers that it keeps.
        scale: Of the features, `(neural_features,)`.
        reach: Most change of temperature in an hour. [K]
        load: Usual load of each zone. [W]
        memory: How many numbers it keeps (static).
    """

    module: nn.Module = eqx.field(static=True)
    scale: Scale
    reach: float
    load: Float[Array, "zone"]
    memory: int = eqx.field(static=True, default=8)

    def __call__(
        self, params: Any, carry: NeuralCarry, hour: Hour
    ) -> tuple[NeuralCarry, dict[str, Array]]:
        """Take the model an hour further; as `HybridStep`."""
        features = self.scale(neural_features(carry, hour))
        given: Any = self.module.apply(
            {"params": params}, jnp.concatenate([features, carry.memory])
        )
        zones = carry.temperature.shape[0]
        change, heat, cold, kept = jnp.split(given, [zones, 2 * zones, 3 * zones])
        air = carry.temperature + self.reach * jnp.tanh(change)
        air = jnp.clip(air, *AIR_LIMITS)
        observed = {
            "zone_temperature": air,
            "heating_rate": self.load * jax.nn.softplus(heat),
            "cooling_rate": self.load * jax.nn.softplus(cold),
        }
        # What is kept moves slowly, as heat in a wall does.
        memory = carry.memory + 0.1 * (jnp.tanh(kept) - carry.memory)
        supply = observed["heating_rate"] - observed["cooling_rate"]
        return NeuralCarry(air, supply, memory), observed


def neural_features(carry: NeuralCarry, hour: Hour) -> Float[Array, "feature"]:
    """Of each zone air [degC] and supply [W]; and the hour's."""
    return jnp.concatenate([carry.temperature, carry.supply, hour_features(hour)])


def rollout(
    step: Callable[[Any, Any, Hour], tuple[Any, dict[str, Array]]],
    params: Any,
    carry: Any,
    hours: Hour,
) -> tuple[Any, dict[str, Float[Array, "hour zone"]]]:
    """Let a model run by itself from hour to hour.

    Args:
        step: A `HybridStep`, a `NeuralStep` or alike.
        params: Of its neural network.
        carry: Where it begins.
        hours: Hours along the first axis of every array.

    Returns:
        Where it ends, and hourly means by name. In reverse mode every hour is run again from its
        beginning, so that nothing within hours is kept.
    """

    def one(carry: Any, hour: Hour) -> tuple[Any, dict[str, Array]]:
        return step(params, carry, hour)

    return jax.lax.scan(jax.checkpoint(one, prevent_cse=False), carry, hours)
