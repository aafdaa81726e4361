"""What one core of this machine reaches: arithmetic, elementary functions, memory.

Small kernels that XLA compiles as it compiles a simulation. They do nothing but what they measure,
so a program can come near them and not beyond.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp

from fluxion.benchmarks._rows import Row, row
from fluxion.benchmarks._timing import alternate

#: Fits the nearest cache, and is many vectors long.
_SMALL = 2048
#: Multiply-adds in a row on each number; without more the kernel would measure the cache.
_CHAIN = 64
_ROUNDS = 2000
#: Far larger than any cache. (float32)
_LARGE = 1 << 25
_PASSES = 8


def _multiply_add(x: jax.Array) -> jax.Array:
    def body(_, x):
        for _ in range(_CHAIN):
            x = x * 0.999 + 0.001
        return x

    return jax.lax.fori_loop(0, _ROUNDS, body, x)


def _exponentials(x: jax.Array) -> jax.Array:
    def body(_, x):
        for _ in range(4):
            x = jnp.exp(-x)
        return x

    return jax.lax.fori_loop(0, _ROUNDS, body, x)


def _stream(x: jax.Array) -> jax.Array:
    return jax.lax.fori_loop(0, _PASSES, lambda _, x: x * 0.5 + 1.0, x)


def devices() -> Iterator[Row | dict[str, Any]]:
    """What JAX sees, by kind and count."""
    found = jax.devices()
    kinds = Counter(f"{device.platform}: {device.device_kind}" for device in found)
    yield {
        "devices": [f"{kind} ({count})" for kind, count in kinds.items()],
        "platforms": sorted({device.platform for device in found}),
    }


def machine_kernels(seconds: float) -> Iterator[Row | str]:
    """Attainable rates of one core in float32.

    Args:
        seconds: For each kernel. [s]
    """
    small = jnp.linspace(0.5, 1.5, _SMALL, dtype=jnp.float32)
    square = jnp.ones((768, 768), jnp.float32)
    large = jnp.ones(_LARGE, jnp.float32)
    kernels = {
        # two operations each
        "multiply_add": (_multiply_add, small, 2e-9 * _SMALL * _CHAIN * _ROUNDS, "Gflop/s"),
        "matrix_product": (lambda a: a @ a, square, 2e-9 * 768**3, "Gflop/s"),
        "exponential": (_exponentials, small, 4e-9 * _SMALL * _ROUNDS, "G/s"),
        # read once, written once
        "memory": (_stream, large, 8e-9 * _LARGE * _PASSES, "GB/s"),
    }
    for name, (kernel, argument, amount, unit) in kernels.items():
        yield f"measuring {name}"
        program = jax.jit(kernel).lower(argument).compile()
        (times,) = alternate(lambda p=program, a=argument: p(a), seconds=seconds)
        yield row(f"machine.{name}", amount / times[:, 1], unit)
