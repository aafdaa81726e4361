"""Traced simulations kept in files, so that a later process neither traces nor lowers them.

What is kept is the program as it goes into the compiler, by `jax.export`. Compiled it is by JAX,
whose own cache of compiled programs spares that too.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.export
import jax.numpy as jnp
from jax.core import Tracer

from fluxion.errors import FluxionError
from fluxion.io._atomic import whole_file
from fluxion.io._program_key import leaf_kind, program_key
from fluxion.networks import RCNetwork, State
from fluxion.simulation import Controls, Options, Seams, Trajectory, simulate
from fluxion.simulation._options import check, options_of
from fluxion.simulation._trajectory import default_outputs
from fluxion.weather import Weather

#: Programs that a folder keeps, a few hundred kB each; of more, those not used for longest go.
MOST_KEPT = 64
_DIGEST = 32


@dataclass(frozen=True)
class StoredSimulation:
    """A simulation that is compiled for inputs of one kind; call it like `simulate`.

    Attributes:
        outputs: Names of the hourly results that it keeps.
        options: How it runs.
    """

    outputs: tuple[str, ...]
    options: Options
    _kind: Any = None
    _program: Callable[..., Any] | None = None

    def __call__(
        self,
        network: RCNetwork,
        weather: Weather,
        controls: Controls | None = None,
        *,
        initial_state: State | None = None,
        throw: bool = True,
    ) -> Trajectory:
        """What `fluxion.simulate` gives for these inputs.

        Inputs of another kind (another structure, other shapes) and traced ones, as under `jit`
        or `grad`, go to `fluxion.simulate` itself.

        Args:
            network: What `build` makes.
            weather: Hourly weather of whole days.
            controls: As of `fluxion.simulate`.
            initial_state: As of `fluxion.simulate`.
            throw: Raise if the result is not finite.

        Raises:
            SimulationError: Arguments that cannot work together.
            NonFiniteError: A state left the finite numbers; says when and where.
        """
        controls = Controls() if controls is None else controls
        check(network, weather, controls, initial_state, self.outputs, self.options)
        tree, leaves = _inputs(network, weather, controls, initial_state)
        if self._program is None or _kind_of(tree, leaves) != self._kind:
            return simulate(
                network,
                weather,
                controls,
                outputs=self.outputs,
                initial_state=initial_state,
                options=self.options,
                throw=throw,
            )
        found = self._program(*leaves)
        trajectory = Trajectory(
            structure=network.structure,
            values=found["values"],
            final_state=State(**found["final_state"]),
            seams=Seams(**found["seams"]) if found["seams"] else None,
        )
        if throw:
            trajectory.raise_if_failed()
        return trajectory


def stored_simulation(
    folder: str | os.PathLike[str] | None,
    network: RCNetwork,
    weather: Weather,
    controls: Controls | None = None,
    *,
    outputs: tuple[str, ...] = default_outputs,
    initial_state: State | None = None,
    options: Options | None = None,
    **settings: Any,
) -> StoredSimulation:
    """A simulation, compiled for inputs like these, whose program is kept in a folder.

    The first process that asks for a program traces it and writes it down; later ones read it. A
    program is another one for every other structure, shape, output or option, for other versions
    of Fluxion and JAX, and if the source of Fluxion changes. A file that cannot be read is made
    anew, and a folder that cannot be written costs nothing but the time of tracing. Keep JAX's
    compiled programs as well (`jax_compilation_cache_dir`), or each process compiles.

    Files are programs: take a folder that nobody else writes to.

    Args:
        folder: Where programs are kept; None keeps none.
        network: What `build` makes.
        weather: Hourly weather of whole days.
        controls: As of `fluxion.simulate`.
        outputs: Names of the hourly results to keep, see `OUTPUTS`.
        initial_state: As of `fluxion.simulate`.
        options: How to run.
        **settings: Single fields of `Options`, in place of `options`.

    Returns:
        What is called with these inputs, or with others of their kind.

    Raises:
        SimulationError: Arguments that cannot work together.
    """
    chosen, outputs = options_of(settings, options), tuple(outputs)
    controls = Controls() if controls is None else controls
    check(network, weather, controls, initial_state, outputs, chosen)
    tree, leaves = _inputs(network, weather, controls, initial_state)
    kind = _kind_of(tree, leaves)
    if kind is None:
        return StoredSimulation(outputs, chosen)

    def year(*leaves: Any) -> dict[str, Any]:
        network, weather, controls, state = jax.tree.unflatten(tree, leaves)
        found = simulate(
            network,
            weather,
            controls,
            outputs=outputs,
            initial_state=state,
            options=chosen,
            throw=False,
        )
        return {
            "values": dict(found.values),
            "final_state": dict(vars(found.final_state)),
            "seams": dict(vars(found.seams)) if found.seams else {},
        }

    key = program_key(tree, leaves, outputs, chosen) if folder is not None else None
    if folder is None or key is None:
        return StoredSimulation(outputs, chosen, kind, _compiled(year, leaves))
    program = _kept_program(Path(folder) / f"{key}.program", year, leaves)
    return StoredSimulation(outputs, chosen, kind, program)


def _inputs(
    network: RCNetwork, weather: Weather, controls: Controls, start: State | None
) -> tuple[Any, list[Any]]:
    """All inputs as arrays and what holds them, without names."""
    if jnp.result_type(weather.temp_air) != network.dtype:
        weather = weather.astype(network.dtype)
    inputs = (
        replace(network, structure=network.structure.unnamed()),
        weather.renamed(""),
        jax.tree.map(lambda leaf: jnp.asarray(leaf, network.dtype), controls),
        start,
    )
    leaves, tree = jax.tree.flatten(inputs)
    return tree, [jnp.asarray(leaf) for leaf in leaves]


def _kind_of(tree: Any, leaves: list[Any]) -> Any:
    """What must be the same for a program to fit; None for what runs the ordinary way."""
    if any(isinstance(leaf, Tracer) for leaf in leaves):
        return None
    placed = jax.config.jax_default_device is not None  # type: ignore[attr-defined]
    if placed or any(getattr(leaf, "committed", False) for leaf in leaves):
        return None
    return tree, tuple(leaf_kind(leaf) for leaf in leaves)


def _kept_program(path: Path, year: Callable[..., Any], leaves: list[Any]) -> Callable[..., Any]:
    """The program of a file, or one made anew and written to it."""
    kept = _read(path)
    if kept is not None:
        with suppress(Exception):  # it fits by its key; whatever is wrong, a new one is made
            return _compiled(kept.call, leaves)
    try:
        made = jax.export.export(jax.jit(year))(*leaves)
        text = made.serialize()
    except FluxionError:
        raise
    except Exception:  # what cannot be written down runs all the same
        return _compiled(year, leaves)
    with suppress(OSError, FluxionError):
        _write(path, bytes(text))
    return _compiled(made.call, leaves)


def _compiled(function: Callable[..., Any], leaves: list[Any]) -> Callable[..., Any]:
    def year(*leaves: Any) -> Any:
        return function(*leaves)

    return jax.jit(year).lower(*leaves).compile()


def _read(path: Path) -> Any:
    """The program of a file; None if there is none that is whole."""
    try:
        stored = path.read_bytes()
        if hashlib.sha256(stored[_DIGEST:]).digest() != stored[:_DIGEST]:
            return None
        program = jax.export.deserialize(bytearray(zlib.decompress(stored[_DIGEST:])))
    except Exception:  # a file of anything else
        return None
    with suppress(OSError):
        path.touch()
    return program


def _write(path: Path, text: bytes) -> None:
    packed = zlib.compress(text, 6)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        partial.write_bytes(hashlib.sha256(packed).digest() + packed)
    by_use = sorted(path.parent.glob("*.program"), key=lambda each: each.stat().st_mtime)
    for old in by_use[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
