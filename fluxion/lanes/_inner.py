"""Operations that hold another traced function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Those whose function is run in place. Checkpoints within a scan need no barrier, and derivatives
#: were taken before.
_HOLDERS = {
    "checkpoint",
    "closed_call",
    "core_call",
    "custom_jvp_call",
    "custom_vjp_call",
    "custom_vjp_call_jaxpr",
    "jit",
    "pjit",
    "remat",
    "remat2",
}


def inner_function(eqn: Any) -> tuple[Any, Sequence[Any]] | None:
    """The function that an operation runs in place, and its constants; None if it runs none."""
    if eqn.primitive.name not in _HOLDERS:
        return None
    keys = ("jaxpr", "call_jaxpr", "fun_jaxpr")
    found = next(eqn.params[key] for key in keys if key in eqn.params)
    return (found.jaxpr, found.consts) if hasattr(found, "consts") else (found, ())
