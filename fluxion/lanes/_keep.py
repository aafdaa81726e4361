"""Which values are worth keeping in memory while a function runs in lanes on a CPU.

XLA fuses an operation into everything that uses its result, and computes it again there: for each
user, and for each element that a narrow value is repeated into. A reverse step, where a few sums
over a zone reach every face, became twenty times its own work in that way, in kernels too long for
the compiler to vectorize. So values count the operations since they last lay in memory, and where
doing them again would cost more than a trip through memory, a gate makes XLA write them down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer
from jax.extend.core import Literal
from jaxtyping import Array, Bool

from fluxion.lanes._value import Operation, Value

#: Operations done again from which on a value with samples is kept.
_WORTH = 20.0
#: The same for each further user, whose kernel may well compute it on the way.
_WORTH_BY_USE = 40.0
#: The same for a value that all samples share and that each of them would compute again.
_WORTH_SHARED = 2.0
#: Cost of an operation on an element, in additions; 1 where nothing is said.
_COST = {
    "div": 4.0,
    "sqrt": 4.0,
    "rsqrt": 4.0,
    "exp": 8.0,
    "log": 8.0,
    "tanh": 8.0,
    "sin": 12.0,
    "cos": 12.0,
    "pow": 16.0,
    "positive_root": 26.0,
    "neg": 0.0,
    "copy": 0.0,
}


def always(arrays: Sequence[Array]) -> Bool[Array, ""] | None:
    """True, in a way that no compiler pass before fusion sees; None where gates make no sense.

    A whole number squared never ends in the bits 11. Gates are for XLA on a CPU: a branch costs
    next to nothing there and a round trip to the host on a GPU. Nothing fuses outside `jax.jit`.
    """
    traced = [a for a in arrays if a.size and isinstance(a, Tracer)]
    if not traced or jax.default_backend() != "cpu":
        return None
    some = lax.convert_element_type(jnp.ravel(traced[0])[0], jnp.int32)
    return (some * some) & 3 != 3


def users(jaxpr: Any) -> Counter[Any]:
    """How often each variable of a traced function is used."""
    read = [v for eqn in jaxpr.eqns for v in eqn.invars] + list(jaxpr.outvars)
    return Counter(v for v in read if not isinstance(v, Literal))


def behind(values: Sequence[Value]) -> frozenset[Operation]:
    """Operations behind all these values, each once: what is used twice is computed once."""
    return frozenset().union(*(value.behind for value in values))


def cost_of(name: str) -> float:
    """Cost of an elementwise operation on an element, in additions."""
    return _COST.get(name, 1.0)


def keep_for_lanes(value: Value, gate: Bool[Array, ""] | None) -> Value:
    """Keep a value that all samples share before they all use it."""
    return _keep(value, gate) if value.work >= _WORTH_SHARED else value


def keep_for_repeats(value: Value, times: float, gate: Bool[Array, ""] | None) -> Value:
    """Keep a value before each of its elements is repeated so many times."""
    return _keep(value, gate) if value.work * (times - 1) >= _WORTH else value


def keep_for_users(value: Value, count: int, gate: Bool[Array, ""] | None) -> Value:
    """Keep a value with several users."""
    return _keep(value, gate) if value.work * (count - 1) >= _WORTH_BY_USE else value


def _keep(value: Value, gate: Bool[Array, ""] | None) -> Value:
    if gate is None or not value.array.size:
        return value
    kept = lax.cond(gate, lambda a: a, jnp.zeros_like, value.array)
    return Value(kept, value.lanes)
