"""Programs compiled side by side and run one after another."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import jax

_RUNNING = Lock()


def compile_and_run(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns, compiled; safe to call from several threads.

    XLA's threads for the CPU are as many as its cores: programs that run at a time and wait for
    pieces of themselves can take all of them, and wait for ever.
    """
    return run_alone(jax.jit(function).lower(*arguments).compile(), *arguments)


def run_alone(program: Callable[..., Any], *arguments: Any) -> Any:
    """What a compiled program returns, when no other one runs and this one is done."""
    with _RUNNING:
        return jax.block_until_ready(program(*arguments))
