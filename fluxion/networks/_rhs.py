"""The network as an ordinary differential equation, for any solver of such.

The state is what stores heat: the temperature profile of every wall, as amplitudes of its modes,
and the air of every zone,

    dz/dt = (beta_out T_out + beta_in T_in - z) / tau
    C dT_air/dt = heat from faces, outdoor air, other zones, gains and plant

Face temperatures are algebraic: films, longwave exchange and the gaps of windows depend on them,
so the balance that `step` closes once is closed here again and again at the same state, with
walls that answer at once (a step without length) and air held where it is. The heat which holds
the air is, with its sign turned, what the air takes up. So every law and number is that of `step`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fluxion.cta import SampledField, time_samples
from fluxion.networks._balance import _opposite, step
from fluxion.networks._coefficients import Coefficients
from fluxion.networks._network import RCNetwork
from fluxion.networks._state import Flows, Forcing, State
from fluxion.physics.conduction import WallModes, WallResponse

#: Sweeps over the faces in each evaluation.
SWEEPS = 8


class RhsState(eqx.Module):
    """What stores heat in a network, and nothing else.

    Attributes:
        modes: Amplitudes of each wall's temperature profile, not of its deviation from the
            steady one as in `State` [K J^0.5/(m K^0.5)]; then its outside and its inside face as
            the modes left out see them. [degC]
        temp_air: Of each zone. [degC]
    """

    modes: Float[Array, "zone opaque mode+2"]
    temp_air: Float[Array, "zone"]


class FaceSolution(eqx.Module):
    """All temperatures and flows that follow from what is stored.

    Attributes:
        state: Temperatures of faces, panes and radiant nodes, ready to start `step` from.
        flows: Heat flows; `heating - cooling` is what would hold the air where it is.
        deviation: Of what each wall stores from its steady profile, as `RhsState.modes`.
        change: Largest change of a face in the last sweep, which bounds the error left. [K]
    """

    state: State
    flows: Flows
    deviation: Float[Array, "zone opaque mode+2"]
    change: Float[Array, ""]


class ForcingInTime(eqx.Module):
    """Forcing as a continuous function of time: straight lines between the middles of steps.

    Attributes:
        fields: A `Forcing` whose every part is a field over "time". [h]
    """

    fields: Forcing

    def __init__(self, forcing: Forcing, *, steps_per_hour: int, start: Any = 0.0):
        """Make it from the forcing of consecutive steps, each standing for its step's middle.

        Args:
            forcing: Every leaf with a leading axis of steps, two or more.
            steps_per_hour: Steps in an hour.
            start: When the first step begins. [h]
        """
        length = 1.0 / steps_per_hour
        self.fields = jax.tree.map(
            lambda leaf: time_samples(leaf, start + 0.5 * length, length), forcing
        )

    def __call__(self, time: Float[Array, ""] | float) -> Forcing:
        """Forcing at a time; before the first middle and after the last it holds. [h]"""
        return jax.tree.map(
            lambda field: field.at(time=time),
            self.fields,
            is_leaf=lambda leaf: isinstance(leaf, SampledField),
        )


def _outer(network: RCNetwork, state: State) -> Float[Array, "zone opaque"]:
    """Temperature of the outside face of each opaque slot; for a partition, its other face."""
    envelope, partitions = network.structure.counts[1:3]
    beyond = _opposite(network.structure, state.temp_inside[:, envelope : envelope + partitions])
    return jnp.concatenate([state.temp_outside[:, :envelope], beyond], axis=1)


class _Stores(eqx.Module):
    """Everything in a wall that follows its faces with a lag: modes, then the faces' own lags.

    A store at `z` goes towards ``z* = from_outside T_out + from_inside T_in`` and gives
    ``(z - z*) to_outside`` and ``(z - z*) to_inside`` to the faces. The modes left out, all faster
    than those kept, are two more stores that lag a face by half the fastest kept time constant
    and hold their heat capacity between them.
    """

    from_outside: Float[Array, "zone opaque mode+2"]
    from_inside: Float[Array, "zone opaque mode+2"]
    to_outside: Float[Array, "zone opaque mode+2"]
    to_inside: Float[Array, "zone opaque mode+2"]
    time_constant: Float[Array, "zone opaque mode+2"]

    def steady(self, outside: Array, inside: Array) -> Float[Array, "zone opaque mode+2"]:
        return self.from_outside * outside[..., None] + self.from_inside * inside[..., None]


def _stores(walls: WallModes) -> _Stores:
    lag = jnp.maximum(0.5 * walls.time_constant[..., -1:], 1.0)
    oo, oi, ii = (walls.residual[..., k : k + 1] / lag for k in range(3))
    one, none = jnp.ones_like(lag), jnp.zeros_like(lag)
    out, inn, tau = walls.outside_weight, walls.inside_weight, walls.time_constant

    def with_lags(kept: Array, first: Array, second: Array) -> Array:
        return jnp.concatenate([kept, first, second], axis=-1)

    return _Stores(
        from_outside=with_lags(out, one, none),
        from_inside=with_lags(inn, none, one),
        to_outside=with_lags(out / tau, oo, oi),
        to_inside=with_lags(inn / tau, oi, ii),
        time_constant=with_lags(tau, lag, lag),
    )


def _at_once(walls: WallModes, stores: _Stores) -> WallResponse:
    """A wall advanced by a step without length."""
    none = jnp.zeros_like(walls.conductance)
    nothing = jnp.zeros_like(stores.time_constant)
    return WallResponse(
        conductance=walls.conductance,
        decay=nothing,
        outside_gain=nothing,
        inside_gain=nothing,
        outside_bend=nothing,
        inside_bend=nothing,
        outside_history=stores.to_outside,
        inside_history=stores.to_inside,
        b_oo=jnp.sum(stores.to_outside * stores.from_outside, axis=-1),
        b_oi=jnp.sum(stores.to_outside * stores.from_inside, axis=-1),
        b_ii=jnp.sum(stores.to_inside * stores.from_inside, axis=-1),
        d_oo=none,
        d_oi=none,
        d_ii=none,
    )


def rhs_initial_state(
    network: RCNetwork,
    coefficients: Coefficients,
    start: State | Float[Array, ""] | float = 20.0,
) -> RhsState:
    """What is stored in a network, from a simulation's state or at one temperature throughout.

    Args:
        network: The network.
        coefficients: Its coefficients, with as many modes as the state has.
        start: A state, such as a trajectory's `final_state`, or a temperature. [degC]
    """
    stores, shape = _stores(coefficients.walls), coefficients.walls.conductance.shape
    if isinstance(start, State):
        steady = stores.steady(_outer(network, start), start.temp_inside[:, : shape[1]])
        deviation = jnp.pad(start.modes, ((0, 0), (0, 0), (0, 2)))
        return RhsState(deviation + steady, start.temp_air)
    temp = jnp.asarray(start, network.dtype)
    uniform = jnp.broadcast_to(temp, shape)
    return RhsState(stores.steady(uniform, uniform), jnp.broadcast_to(temp, shape[:1]))


def solve_faces(
    network: RCNetwork,
    coefficients: Coefficients,
    state: RhsState,
    forcing: Forcing,
    *,
    sweeps: int = SWEEPS,
) -> FaceSolution:
    """Temperatures of all faces, radiant nodes and panes, given what is stored.

    Args:
        network: The network.
        coefficients: Its coefficients; their step length does not matter.
        state: What is stored.
        forcing: At this instant; setpoints and capacities of the plant are not looked at.
        sweeps: Repetitions (static). Each closes all balances exactly with films of the last, and
            leaves a tenth or so of its change: natural convection grows with the cube root.

    Returns:
        Temperatures, flows and how far the last sweep moved a face.
    """
    stores = _stores(coefficients.walls)
    response = _at_once(coefficients.walls, stores)
    c = eqx.tree_at(lambda c: c.response, coefficients, response)
    zones, envelope, partitions, windows = network.structure.counts
    opaque, dtype = envelope + partitions, network.dtype
    held = dataclasses.replace(
        forcing,
        heating_setpoint=state.temp_air,
        cooling_setpoint=state.temp_air,
        heating_capacity=jnp.full((zones,), jnp.inf, dtype),
        cooling_capacity=jnp.full((zones,), jnp.inf, dtype),
    )
    weightless = jnp.zeros((zones,), dtype)

    def at_rest(found: State) -> State:
        steady = stores.steady(_outer(network, found), found.temp_inside[:, :opaque])
        return dataclasses.replace(
            found,
            modes=state.modes - steady,
            temp_air=state.temp_air,
            last_outside=found.temp_outside,
            last_inside=found.temp_inside,
            last_air=state.temp_air,
            end_air=state.temp_air,
        )

    def sweep(_, found: State) -> State:
        return at_rest(step(network, c, weightless, found, held)[0])

    outdoors = jnp.broadcast_to(forcing.temp_air, (zones, envelope + windows))
    indoors = jnp.broadcast_to(state.temp_air[:, None], (zones, opaque + windows))
    middle = 0.5 * (outdoors[:, envelope:] + indoors[:, opaque:])
    panes = coefficients.panes.half_resistance.shape
    guess = State(
        modes=state.modes,
        temp_outside=outdoors,
        temp_inside=indoors,
        temp_air=state.temp_air,
        temp_radiant=state.temp_air,
        temp_pane=jnp.broadcast_to(middle[..., None], panes),
        last_outside=outdoors,
        last_inside=indoors,
        last_air=state.temp_air,
        missed=weightless,
        end_air=state.temp_air,
    )
    before = jax.lax.fori_loop(0, sweeps - 1, sweep, at_rest(guess))
    after, flows = step(network, c, weightless, before, held)
    real = coefficients.area > 0
    moved = jnp.abs(jnp.where(real, after.temp_inside - before.temp_inside, 0.0))
    rested = at_rest(after)
    kept = dataclasses.replace(rested, modes=rested.modes[..., :-2])
    return FaceSolution(kept, flows, rested.modes, jnp.max(moved))


def rhs(
    network: RCNetwork,
    coefficients: Coefficients,
    air_capacity: Float[Array, "zone"],
    state: RhsState,
    forcing: Forcing,
    heat_flow: Float[Array, "zone"] | float = 0.0,
    *,
    sweeps: int = SWEEPS,
) -> RhsState:
    """Rate of change of what a network stores.

    Smooth in everything, under `jit`, `vmap`, `jvp` and `grad`, and stiff: fast modes have time
    constants of seconds, so use an implicit solver.

    Args:
        network: The network.
        coefficients: Its coefficients; their step length does not matter. Steady flows are exact
            and the heat capacity right for any number of modes; more modes (8 for each layer are
            there) are better within minutes of a change.
        air_capacity: Heat capacity of each zone's air. [J/K]
        state: What is stored.
        forcing: At this instant, see `ForcingInTime`; its setpoints are not looked at.
        heat_flow: Of the plant into each zone's air, negative to cool. [W]
        sweeps: See `solve_faces` (static).

    Returns:
        Rates, in the state's units. [1/s]
    """
    found = solve_faces(network, coefficients, state, forcing, sweeps=sweeps)
    gained = found.flows.cooling - found.flows.heating + heat_flow
    # The deviation from the steady profile decays.
    rate = -found.deviation / _stores(coefficients.walls).time_constant
    return RhsState(rate, gained / air_capacity)
