"""A loop over time steps for many samples at once, as one kernel.

Each thread takes a sample through all steps with its state in registers. The body is written out
number by number (`fluxion.fused._unroll`), so that nothing but arithmetic is left of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jaxtyping import Array

from fluxion.fused._graph import Graph, Node, emit
from fluxion.fused._movement import as_objects
from fluxion.fused._parts import Place, Table, arrays_of, leaves_of, nodes_of
from fluxion.fused._unroll import unroll
from fluxion.lanes import Value

_PARTS = ("consts", "rows")


class LaneLoop:
    """`groups` times `steps` calls of a body, whose findings are averaged over each group.

    Args:
        body: Of one sample: `(consts, state, row) -> (state, found)`, pytrees of arrays.
        consts: What does not change: a pytree of values, and of NumPy arrays for what is known
            while tracing.
        state: A pytree of values, all with samples.
        row: What one step is given, likewise; without an axis of steps.
        groups: Number of groups.
        steps: In each group.
        lanes: Samples, a multiple of `block`.
        block: Samples side by side in one program of the kernel, a power of two.
        interpret: Run as plain operations, for checks without a GPU.

    Raises:
        SimulationError: The body has an operation that a kernel has no form for.
    """

    def __init__(
        self,
        body: Callable[[Any, Any, Any], tuple[Any, Any]],
        consts: Any,
        state: Any,
        row: Any,
        *,
        groups: int,
        steps: int,
        lanes: int,
        block: int,
        interpret: bool = False,
    ):
        self.groups, self.steps, self.lanes, self.block = groups, steps, lanes, block
        self.interpret = interpret
        state_leaves, state_tree = leaves_of(state)
        self.dtype = state_leaves[0].array.dtype
        self.graph = Graph()
        trees, given = [], []
        for part, tree in (("consts", consts), ("state", state), ("rows", row)):
            leaves, structure = leaves_of(tree)
            trees.append(structure)
            given.append((leaves, nodes_of(self.graph, part, leaves, self.dtype)))
        self._state_in = given[1][1]

        def flat(*leaves: Any) -> Any:
            parts, rest = [], list(leaves)
            for structure in trees:
                parts.append(jax.tree.unflatten(structure, rest[: structure.num_leaves]))
                rest = rest[structure.num_leaves :]
            state, found = body(*parts)
            return jax.tree.leaves(state), found

        shapes = [_shape(leaf) for leaves, _ in given for leaf in leaves]
        traced, out = jax.make_jaxpr(flat, return_shape=True)(*shapes)
        nodes = [array for _, arrays in given for array in arrays]
        found = unroll(self.graph, traced.jaxpr, traced.consts, nodes)
        count = state_tree.num_leaves
        self._state_out, self._found = found[:count], found[count:]
        self._found_shape = out[1]
        self._settle()

    def _settle(self) -> None:
        """Which numbers of the state matter, and what the kernel reads and computes."""
        before = np.concatenate([array.ravel() for array in self._state_in])
        after = np.concatenate([as_objects(array).ravel() for array in self._state_out])
        self.wanted = [v for array in self._found for v in as_objects(array).ravel()]
        slot = {id(node): k for k, node in enumerate(before)}
        live: set[int] = set()
        while True:
            outputs = [*self.wanted, *(after[k] for k in sorted(live))]
            operations, reads = self.graph.needed(outputs)
            used = {slot[id(node)] for node in reads if id(node) in slot}
            if used <= live:
                break
            live |= used
        self._live = sorted(live)
        self._after = [after[k] for k in self._live]
        self.operations = operations
        places = [node.source for node in reads]
        self._state = Table([before[k].source for k in self._live], True)
        self._tables = {
            (part, shared): Table(
                [p for node, p in zip(reads, places, strict=True) if _is(node, part, shared)],
                not shared,
            )
            for part in _PARTS
            for shared in (True, False)
        }

    def counts(self) -> dict[str, int]:
        """Size of a step: operations by name, and the numbers that it reads and carries."""
        found: dict[str, int] = {}
        for node in self.operations:
            found[node.primitive.name] = found.get(node.primitive.name, 0) + 1
        for (part, shared), table in self._tables.items():
            found[f"{part} {'shared' if shared else 'of each sample'}"] = len(table.row_of)
        return found | {"state": len(self._live)}

    def pack_consts(self, consts: Any) -> tuple[Array, Array]:
        """What does not change, as the kernel reads it: shared, and of each sample."""
        arrays = arrays_of(leaves_of(consts)[0])
        shared, own = (self._tables["consts", which] for which in (True, False))
        return tuple(t.pack(arrays, (), self.dtype, self.lanes) for t in (shared, own))  # pyright: ignore[reportReturnType]

    def pack_rows(self, rows: Any) -> tuple[Array, Array]:
        """What the steps are given, steps first in all leaves: shared, and of each sample."""
        arrays, leading = arrays_of(leaves_of(rows)[0]), (self.groups * self.steps,)
        shared, own = (self._tables["rows", which] for which in (True, False))
        return tuple(t.pack(arrays, leading, self.dtype, self.lanes) for t in (shared, own))  # pyright: ignore[reportReturnType]

    def pack_state(self, state: Any) -> Array:
        """The numbers of the state that matter. `(number, lane)`"""
        return self._state.pack(arrays_of(leaves_of(state)[0]), (), self.dtype, self.lanes)

    def found_shapes(self) -> Any:
        """Shapes of what is found, of one sample."""
        return jax.tree.map(lambda leaf: leaf.shape, self._found_shape)

    def __call__(
        self, consts: tuple[Array, Array], state: Array, rows: tuple[Array, Array]
    ) -> tuple[Array, Any]:
        """Run all steps.

        Args:
            consts: As packed.
            state: As packed, before the first step.
            rows: As packed.

        Returns:
            The state after the last step, and what was found: the mean of each group, with groups
            on the first axis of every leaf and samples on the last.
        """
        from fluxion.fused._kernel import run_kernel

        last, found = run_kernel(self, consts, state, rows)
        leaves, start = [], 0
        for leaf in jax.tree.leaves(self._found_shape):
            part = found[:, start : start + leaf.size]
            leaves.append(part.reshape(self.groups, *leaf.shape, self.lanes))
            start += leaf.size
        return last, jax.tree.unflatten(jax.tree.structure(self._found_shape), leaves)

    def advance(
        self, state: list[Array], read: Callable[[Place, bool], Array]
    ) -> tuple[list[Array], list[Array]]:
        """One step of a block.

        Args:
            state: Numbers that matter, each `(lane,)`.
            read: From a place of consts or rows, and whether samples share it, to its value.
        """
        rows = {place: k for k, place in enumerate(self._places_of_state())}

        def value(source: Place) -> Array:
            if source.part == "state":
                return state[rows[source]]
            shared = (source.leaf, source.position) in self._tables[source.part, True].row_of
            return read(source, shared)

        out = emit(self.graph, [*self._after, *self.wanted], value, self.block)
        return out[: len(state)], out[len(state) :]

    def _places_of_state(self) -> list[Place]:
        return [Place("state", leaf, position) for leaf, position in self._state.row_of]

    def row(self, place: Place, shared: bool) -> int:
        """Row of a number in its table."""
        return self._tables[place.part, shared].row(place)

    @property
    def sizes(self) -> tuple[int, int]:
        """Numbers of the state, and numbers found; at least one each."""
        return self._state.size, max(len(self.wanted), 1)

    @property
    def live(self) -> int:
        """Numbers of the state that matter."""
        return len(self._live)


def _is(node: Node, part: str, shared: bool) -> bool:
    return node.source.part == part and node.shared == shared


def _shape(leaf: Any) -> jax.ShapeDtypeStruct:
    if isinstance(leaf, Value):
        shape = leaf.array.shape[:-1] if leaf.lanes else leaf.array.shape
        return jax.ShapeDtypeStruct(shape, leaf.array.dtype)
    return jax.ShapeDtypeStruct(np.shape(leaf), leaf.dtype)
