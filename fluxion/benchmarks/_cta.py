"""What the field abstraction costs after jit, against hand-written jax.numpy on the same work.

Both versions get the same arrays as arguments, are compiled, checked to agree, and timed in
alternating pairs, so that a busy machine slows both alike. Times are those of the compiled
program on bare arrays; handing it a field instead costs some microseconds a call for unpacking,
once for each call from Python, and is reported apart. Overhead is the median over pairs of
the ratio of times, minus one; the spread is half the distance between its quartiles. `work` is
the ratio of the compiler's own count of arithmetic and of bytes touched, free of noise.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fluxion import cta
from fluxion.benchmarks._rows import Row, row

_HOURS, _COLUMNS = 8760, 32


def _solar(x, z, params):
    """A closed form over a facade: decays upwards, waves along."""
    return params[0] * jnp.exp(-params[1] * z) * (1.0 + jnp.sin(x))


def _cases():
    """Name, field version, hand-written version, arguments of each."""
    rng = np.random.default_rng(0)
    series = jnp.asarray(rng.uniform(0, 1000, (_HOURS, _COLUMNS)), jnp.float32)
    price = jnp.asarray(rng.uniform(0, 1, (_HOURS, 1)), jnp.float32)
    one, zero = jnp.float32(1.0), jnp.float32(0.0)
    power, tariff = cta.time_cells(series), cta.time_cells(price)
    edges = jnp.arange(_HOURS + 1, dtype=jnp.float32)
    yield (
        "annual integral",
        lambda f: f.integrate(),
        lambda v, h: jnp.sum(v, 0) * h,
        (power,),
        (series, one),
    )
    low, high = jnp.float32(1416.5), jnp.float32(2160.25)
    yield (
        "integral over part of the year",
        lambda f, a, b: f.integrate(lower=a, upper=b),
        lambda v, e, a, b: (jnp.clip(b, e[:-1], e[1:]) - jnp.clip(a, e[:-1], e[1:])) @ v,
        (cta.CellField(series, cta.Cells(time=edges)), low, high),
        (series, edges, low, high),
    )
    yield (
        "product of series, then integral",
        lambda f, g: (f * g).integrate(),
        lambda v, p, h: jnp.sum(v * p, 0) * h,
        (power, tariff),
        (series, price, one),
    )
    yield (
        "gradient of that by the series",
        lambda f, g: jax.grad(lambda f: (f * g).integrate().sum())(f).values,
        jax.grad(lambda v, p, h: jnp.sum(jnp.sum(v * p, 0) * h)),
        (power, tariff),
        (series, price, one),
    )
    times = jnp.asarray(rng.uniform(0, _HOURS - 1, 20000), jnp.float32)
    readings = cta.time_samples(series[:, 0])

    def even_lookup(v, start, step, t):
        u = jnp.clip((t - start) / step, 0, _HOURS - 1)
        i = jnp.clip(u.astype(jnp.int32), 0, _HOURS - 2)
        return v[i] * (1 - (u - i)) + v[i + 1] * (u - i)

    yield (
        "interpolation, even samples",
        lambda f, t: f(t[:, None]),
        even_lookup,
        (readings, times),
        (series[:, 0], zero, one, times),
    )
    uneven = jnp.asarray(np.cumsum(rng.uniform(0.5, 1.5, _HOURS)), jnp.float32)
    yield (
        "interpolation, uneven samples",
        lambda f, t: f(t[:, None]),
        lambda v, x, t: jnp.interp(t, x, v),
        (cta.SampledField(series[:, 0], cta.Grid(time=uneven)), times),
        (series[:, 0], uneven, times),
    )
    x = jnp.asarray(np.cumsum(rng.uniform(0.5, 1.5, 400)), jnp.float32)
    z = jnp.asarray(np.cumsum(rng.uniform(0.5, 1.5, 300)), jnp.float32)
    facade = jnp.asarray(rng.uniform(0, 1000, (400, 300)), jnp.float32)

    def trapezoid(points):
        half = jnp.diff(points) / 2
        return jnp.pad(half, (0, 1)) + jnp.pad(half, (1, 0))

    yield (
        "facade integral, samples",
        lambda f: f.map(jnp.sqrt).integrate(),
        lambda v, x, z: trapezoid(x) @ (jnp.sqrt(v) @ trapezoid(z)),
        (cta.SampledField(facade, cta.Grid(x=x, z=z)),),
        (facade, x, z),
    )
    nodes, weights = cta.gauss_legendre(128)
    nodes, weights = jnp.asarray(nodes, jnp.float32), jnp.asarray(weights, jnp.float32)
    params, width, height = jnp.asarray([800.0, 0.2], jnp.float32), jnp.float32(4), jnp.float32(2.7)

    def closed_facade(params, width, height):
        box = cta.Box(x=(jnp.zeros_like(width), width), z=(jnp.zeros_like(width), height))
        return cta.ClosedField(_solar, params, box, quadrature=128).integrate()

    def plain_facade(params, width, height):
        x, z = nodes * width, nodes * height
        values = params[0] * jnp.exp(-params[1] * z) * (1.0 + jnp.sin(x[:, None]))
        return (weights * width) @ (values @ (weights * height))

    numbers = (params, width, height)
    yield ("facade integral, closed form", closed_facade, plain_facade, numbers, numbers)
    yield (
        "rate of change of a series",
        lambda f: f.gradient("time").values,
        lambda v, h: jnp.gradient(v, h, axis=0),
        (power,),
        (series, one),
    )
    days = jnp.arange(0, _HOURS + 1, 24, dtype=jnp.float32)
    yield (
        "energy of 365 days by bounds",
        lambda f, d: jax.vmap(lambda a, b: f.integrate(lower=a, upper=b))(d[:-1], d[1:]),
        lambda v, e, d: (
            (jnp.clip(d[1:, None], e[:-1], e[1:]) - jnp.clip(d[:-1, None], e[:-1], e[1:])) @ v
        ),
        (cta.CellField(series[:, :2], cta.Cells(time=edges)), days),
        (series[:, :2], edges, days),
    )


def _work_of(compiled) -> float:
    """The compiler's count of operations plus bytes."""
    cost = compiled.cost_analysis()
    cost = cost[0] if isinstance(cost, list) else cost
    return cost.get("flops", 0.0) + cost.get("bytes accessed", 0.0)


def _as_program(fn, args):
    """`fn` compiled on the bare arrays in `args`, as it runs inside a larger program."""
    leaves, structure = jax.tree.flatten(args)
    return jax.jit(lambda *arrays: fn(*jax.tree.unflatten(structure, arrays))), leaves


def _crossing_us(field, repeats: int = 2000) -> float:
    """What passing a field instead of its bare arrays adds to one call of a compiled function."""
    leaves = jax.tree.leaves(field)
    with_field, bare = jax.jit(lambda f: leaves[0] + 1), jax.jit(lambda *a: leaves[0] + 1)
    jax.block_until_ready((with_field(field), bare(*leaves)))
    pairs = [
        _timed(with_field, (field,), repeats) - _timed(bare, leaves, repeats) for _ in range(9)
    ]
    return 1e6 * float(np.median(pairs))


def _timed(fn, args, repeats: int) -> float:
    start = time.perf_counter()
    jax.block_until_ready([fn(*args) for _ in range(repeats)][-1])
    return (time.perf_counter() - start) / repeats


def _measure(
    name: str, field_fn: Any, hand_fn: Any, field_args: Any, hand_args: Any, pairs: int
) -> dict[str, Any]:
    """Compile both, check that they agree, time them in alternating pairs."""
    field_fn, field_args = _as_program(field_fn, field_args)
    hand_fn, hand_args = _as_program(hand_fn, hand_args)
    got = jax.tree.leaves(field_fn(*field_args))[0]
    wanted = jax.tree.leaves(hand_fn(*hand_args))[0]
    agree = np.asarray(got)[1:-1] if name.startswith("rate") else np.asarray(got)
    expected = np.asarray(wanted)[1:-1] if name.startswith("rate") else np.asarray(wanted)
    np.testing.assert_allclose(agree, expected, rtol=2e-3, atol=1e-3 * np.abs(expected).max())
    repeats = max(1, int(4e-3 / max(_timed(hand_fn, hand_args, 3), 1e-6)))
    fields, hands = [], []
    for pair in range(pairs):
        order = [(field_fn, field_args, fields), (hand_fn, hand_args, hands)]
        for fn, args, times in order if pair % 2 else reversed(order):
            times.append(_timed(fn, args, repeats))
    work = _work_of(field_fn.lower(*field_args).compile()) / _work_of(
        hand_fn.lower(*hand_args).compile()
    )
    fields, hands = np.array(fields), np.array(hands)
    return {
        "ratio": fields / hands,
        "field_us": 1e6 * fields,
        "hand_us": 1e6 * hands,
        "work": work,
    }


def cta_overhead(pairs: int) -> Iterator[Row | str]:
    """Overhead of each case, their median, and the cost of handing a field to a program.

    Args:
        pairs: Timed pairs of each case.
    """
    overheads = []
    for case in _cases():
        yield case[0]
        found = _measure(*case, pairs=pairs)
        overheads.append(100 * (np.median(found["ratio"]) - 1))
        slug = case[0].replace(",", "").replace(" ", "_")
        yield row(f"cta.{slug}.overhead_percent", 100 * (found["ratio"] - 1), "%")
        yield row(f"cta.{slug}.field_us", found["field_us"], "us")
        yield row(f"cta.{slug}.hand_us", found["hand_us"], "us")
        yield row(f"cta.{slug}.work_ratio", found["work"], "-")
    yield row("cta.overhead_percent", overheads, "%")
    yield row("cta.overhead_percent.worst", max(overheads), "%")
    yield row("cta.jit_crossing_us", _crossing_us(cta.time_cells(jnp.ones(24, jnp.float32))), "us")
