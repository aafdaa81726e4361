"""A loop over time steps for many samples at once, as one kernel.

The body is written out number by number (`fluxion.fused._unroll`), so that nothing but arithmetic
is left of it. On a GPU each thread takes a sample through all steps with its state in registers; on
a CPU each number of a vector is a sample.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.fused._ahead import Ahead
from fluxion.fused._blocks import block_of, blocked
from fluxion.fused._graph import Graph, Node, depth_first, emit, unchanging
from fluxion.fused._ir_operations import WHOLE_FORMS
from fluxion.fused._movement import as_objects
from fluxion.fused._parts import Table, arrays_of, leaves_of, nodes_of
from fluxion.fused._unroll import unroll
from fluxion.lanes import Value

#: Kinds of tables that are read, and of which kind each part is.
_KINDS = ("consts", "rows", "look")
_KIND = {"consts": "consts", "rows": "rows", "before": "look", "after": "look"}
#: What a loop is compiled for.
TARGETS = ("gpu", "native", "interpreted")


class LaneLoop:
    """`groups` times `steps` calls of a body, whose findings are averaged over each group.

    Args:
        body: Of one sample: `(consts, state, row) -> (state, found)`, pytrees of arrays; with a
            table `(consts, state, row, (before, after))`.
        consts: What does not change: a pytree of values, and of NumPy arrays for what is known
            while tracing.
        state: A pytree of values, all with samples.
        row: What one step is given, likewise; without an axis of steps.
        look: A row of a table in which each step looks up two neighbours, likewise; the body gets
            both as a fourth argument. None for no table.
        groups: Number of groups.
        steps: In each group.
        lanes: Samples, a multiple of `block`.
        block: Samples side by side in one program of the kernel, a power of two; of a native
            kernel always as many as fill a vector.
        target: One of `TARGETS`: a GPU, this CPU's native code, or plain operations, for checks
            without a GPU.

    Raises:
        SimulationError: The body has an operation that a kernel has no form for.
    """

    def __init__(
        self,
        body: Callable[[Any, Any, Any], tuple[Any, Any]],
        consts: Any,
        state: Any,
        row: Any,
        look: Any = None,
        *,
        groups: int,
        steps: int,
        lanes: int,
        block: int,
        target: str = "gpu",
    ):
        self.groups, self.steps, self.lanes, self.block = groups, steps, lanes, block
        self.target = target
        state_leaves, state_tree = leaves_of(state)
        self.dtype = state_leaves[0].array.dtype
        self.graph = Graph(whole=WHOLE_FORMS if target == "native" else frozenset())
        trees, given = [], []
        parts = {"consts": consts, "state": state, "rows": row}
        self._look_axes = None if look is None else _shape(leaves_of(look)[0][0]).ndim
        if look is not None:
            parts |= {"before": look, "after": look}
        for part, tree in parts.items():
            leaves, structure = leaves_of(tree)
            trees.append(structure)
            given.append((leaves, nodes_of(self.graph, part, leaves, self.dtype)))
        self._state_in = given[1][1]

        def flat(*leaves: Any) -> Any:
            parts, rest = [], list(leaves)
            for structure in trees:
                parts.append(jax.tree.unflatten(structure, rest[: structure.num_leaves]))
                rest = rest[structure.num_leaves :]
            state, found = body(*parts[:3], *([tuple(parts[3:])] if parts[3:] else []))
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
        self.after = [after[k] for k in self._live]
        self._state_nodes = list(before)
        self._state = Table([before[k].source for k in self._live], True)
        self._hoist(operations, [*self.wanted, *self.after])
        # Native kernels compute what does not change themselves, others are given it.
        inside = self.once if self.target == "native" else []
        readers = [v for n in [*self.operations, *inside] for v in n.operands]
        read = {id(v) for v in [*readers, *self.wanted, *self.after] if isinstance(v, Node)}
        # What is laid out ahead reads rows as they come, and constants from their table.
        read |= {id(n) for n in self._ahead.reads if n.source.part == "consts"}
        reads = [n for n in reads if id(n) in read]
        self._tables = {
            (kind, shared): Table(
                {n.source._replace(part=kind) for n in reads if _is(n, kind, shared)}, not shared
            )
            for kind in _KINDS
            for shared in (True, False)
        }
        self._own_reads = [n for n in reads if not n.shared and n.source.part != "state"]

    @cached_property
    def in_depth(self) -> list[Node]:
        """The operations of a step, each where it is used first."""
        return depth_first(self.operations, self._by_place())

    def _by_place(self) -> list[Any]:
        """What a step results in; what has the same place on a first axis, of zones, together."""
        live, number, found = set(self._live), 0, []
        for leaf, array in enumerate((*self._state_out, *self._found)):
            for index in np.ndindex(*array.shape):
                if leaf >= len(self._state_out) or number in live:
                    found.append((index[:1], leaf, index, as_objects(array)[index]))
                number += 1
        return [value for *_, value in sorted(found, key=lambda each: each[:-1])]

    def _hoist(self, operations: list[Node], outputs: list[Any]) -> None:
        """Part what is computed once, from what does not change, from what each step computes."""
        once = unchanging(operations, "consts")
        while True:
            rest = [node for node in operations if id(node) not in once]
            read = {id(v) for n in rest for v in n.operands} | {id(v) for v in outputs}
            kept = [node for node in operations if id(node) in once and id(node) in read]
            # Only numbers of one type lie in memory; whatever is not one is computed each time.
            others = {id(node) for node in kept if node.dtype != self.dtype}
            if not others:
                break
            once -= others
        self.once = [node for node in operations if id(node) in once]
        self._ahead = Ahead(self.graph, operations, once, outputs, self.dtype)
        given = {id(node) for node in [*self.once, *self._ahead.nodes]}
        behind = {id(node) for node in self.graph.needed(outputs, given)[0]}
        self.operations = [node for node in rest if id(node) in behind and id(node) not in given]
        read = {id(v) for n in self.operations for v in n.operands} | {id(v) for v in outputs}
        kept = [node for node in kept if id(node) in read]
        self._kept = {shared: [n for n in kept if n.shared == shared] for shared in (True, False)}
        self._kept_row = {id(n): k for nodes in self._kept.values() for k, n in enumerate(nodes)}

    def place(self, node: Node) -> tuple[str, int]:
        """Part and row where a number lies that a step reads."""
        if (column := self._ahead.column(node)) is not None:
            return "rows", self._tables["rows", True].size + column
        if node.primitive is not None:
            row = self._kept_row[id(node)]
            if self.target == "native":
                return "kept", row
            return "consts", self._tables["consts", node.shared].size + row
        source = node.source
        if source.part == "state":
            return "state", self._state.row(source)
        return source.part, self._tables[_KIND[source.part], node.shared].row(source)

    def counts(self) -> dict[str, int]:
        """Size of a step: operations by name, and the numbers that it reads and carries."""
        found: dict[str, int] = {}
        for node in self.operations:
            found[node.primitive.name] = found.get(node.primitive.name, 0) + 1
        for (part, shared), table in self._tables.items():
            count = len(table.row_of)
            if part == "consts" and self.target != "native":
                count += len(self._kept[shared])
            found[f"{part} {'shared' if shared else 'of each sample'}"] = count
        return found | {"state": len(self._live), "computed once": len(self.once)}

    def pack_consts(self, consts: Any) -> tuple[Array, Array]:
        """What does not change, as the kernel reads it: shared, and of each sample."""
        arrays = arrays_of(leaves_of(consts)[0])

        def read(node: Node) -> Array:
            array = arrays[node.source.leaf]
            return array.reshape(-1, *array.shape[array.ndim - (not node.shared) :])[
                node.source.position
            ]

        packed = []
        for shared in (True, False):
            parts = [self._tables["consts", shared].pack(arrays, (), self.dtype, self.lanes)]
            if self._kept[shared] and self.target != "native":
                kept = emit(self.once, self._kept[shared], read, self.lanes, spread=not shared)
                parts.append(jnp.stack(kept))
            packed.append(jnp.concatenate(parts))
        return packed[0], self._in_blocks(packed[1])

    def _in_blocks(self, array: Array) -> Array:
        """Samples as the kernel reads them: native ones a block after the other."""
        return blocked(array, block_of(self.dtype)) if self.target == "native" else array

    def pack_shared_rows(self, rows: Any, consts: Array) -> Array:
        """What the steps are given and samples share, with what is laid out ahead of it.

        Args:
            rows: With steps first in all leaves.
            consts: Those that samples share, as packed.
        """

        def constant(node: Node) -> Array:
            return consts[self._tables["consts", True].row(node.source)]

        arrays, steps = arrays_of(leaves_of(rows)[0]), self.groups * self.steps
        packed = self._tables["rows", True].pack(arrays, (steps,), self.dtype, self.lanes)
        ahead = self._ahead.compute(arrays, constant, steps, self.dtype)
        return jnp.concatenate([packed, ahead], axis=1)

    def pack_own_rows(self, rows: Any) -> Array:
        """What the steps of each sample are given, with steps first in all leaves."""
        arrays, steps = arrays_of(leaves_of(rows)[0]), self.groups * self.steps
        packed = self._tables["rows", False].pack(arrays, (steps,), self.dtype, self.lanes)
        return self._in_blocks(packed)

    def pack_look(self, look: Any) -> tuple[tuple[int, Array], tuple[int, Array]]:
        """A table that steps look into, or several: shared, and of each sample.

        Args:
            look: Values with the same axes in front, such as that of the table's rows.

        Returns:
            Each with the number of the first of these axes.
        """
        leaves = leaves_of(look)[0]
        arrays, one = arrays_of(leaves), self._look_axes
        front = arrays[0].shape[: arrays[0].ndim - one - leaves[0].lanes]
        shared, own = (
            self._tables["look", which].pack(arrays, front, self.dtype, self.lanes)
            for which in (True, False)
        )
        return (0, shared), (int(self.target == "native"), self._in_blocks(own))

    def pack_state(self, state: Any) -> Array:
        """The numbers of the state that matter. `(number, lane)`"""
        packed = self._state.pack(arrays_of(leaves_of(state)[0]), (), self.dtype, self.lanes)
        return self._in_blocks(packed)

    def found_shapes(self) -> Any:
        """Shapes of what is found, of one sample."""
        return jax.tree.map(lambda leaf: leaf.shape, self._found_shape)

    def __call__(
        self,
        consts: tuple[Array, Array],
        state: Array,
        rows: tuple[Array, Array],
        look: tuple[Array, Array, Array] | None = None,
    ) -> tuple[Array, Any]:
        """Run all steps.

        Args:
            consts: As packed.
            state: As packed, before the first step.
            rows: As packed: shared, and of each sample.
            look: If there is a table, as packed and with one axis of rows; and for each step the
                row before its place, the next one is the row after.

        Returns:
            The state after the last step, and what was found: the mean of each group, with groups
            on the first axis of every leaf and samples on the last.
        """
        if self.target == "native":
            from fluxion.fused._differentiable import run_native as run_kernel
        else:
            from fluxion.fused._kernel import run_kernel

        if look is None:
            steps = self.groups * self.steps
            none = jnp.zeros((2, 1), self.dtype)
            own = self._in_blocks(jnp.zeros((2, 1, self.lanes), self.dtype))
            look = none, own, jnp.zeros(steps, jnp.int32)
        last, found = run_kernel(self, consts, state, rows, look)
        leaves, start = [], 0
        for leaf in jax.tree.leaves(self._found_shape):
            part = found[:, start : start + leaf.size]
            leaves.append(part.reshape(self.groups, *leaf.shape, self.lanes))
            start += leaf.size
        return last, jax.tree.unflatten(jax.tree.structure(self._found_shape), leaves)

    def advance(
        self, state: list[Array], read: Callable[[str, int, bool], Array]
    ) -> tuple[list[Array], list[Array]]:
        """One step of a block.

        Args:
            state: Numbers that matter, each `(lane,)`.
            read: From a part, a row of its table and whether samples share it to its value.

        Returns:
            The numbers of the state after the step, and those found, each `(lane,)`.
        """

        def value(node: Node) -> Array:
            part, row = self.place(node)
            return state[row] if part == "state" else read(part, row, node.shared)

        out = emit(self.operations, [*self.after, *self.wanted], value, self.block)
        return out[: len(state)], out[len(state) :]

    @property
    def sizes(self) -> tuple[int, int]:
        """Numbers of the state, and numbers found; at least one each."""
        return self._state.size, max(len(self.wanted), 1)

    @property
    def constant_rows(self) -> tuple[int, int]:
        """Numbers that a native kernel is given for all steps: shared, and of each sample."""
        shared, own = (self._tables["consts", which].size for which in (True, False))
        return shared, own

    @property
    def row_sizes(self) -> dict[bool, int]:
        """Numbers that a step is given: shared, and of each sample."""
        sizes = {which: self._tables["rows", which].size for which in (True, False)}
        return {True: sizes[True] + len(self._ahead.nodes), False: sizes[False]}

    @property
    def look_sizes(self) -> dict[bool, int]:
        """Numbers of a row of the table: shared, and of each sample."""
        return {which: self._tables["look", which].size for which in (True, False)}

    def kept(self, shared: bool) -> list[Node]:
        """What is computed once, in the order of its rows."""
        return self._kept[shared]

    def own_reads(self, part: str) -> list[Node]:
        """The samples' own numbers that are read of a part."""
        if part == "state":
            return [self._state_nodes[k] for k in self._live]
        if part == "kept":
            return self._kept[False]
        return [node for node in self._own_reads if node.source.part == part]

    @property
    def given(self) -> frozenset[int]:
        """Identities of what is computed before the first step."""
        return frozenset(self._kept_row) | {id(node) for node in self._ahead.nodes}

    @property
    def live(self) -> int:
        """Numbers of the state that matter."""
        return len(self._live)


def _is(node: Node, kind: str, shared: bool) -> bool:
    return _KIND.get(node.source.part) == kind and node.shared == shared


def _shape(leaf: Any) -> jax.ShapeDtypeStruct:
    if isinstance(leaf, Value):
        shape = leaf.array.shape[:-1] if leaf.lanes else leaf.array.shape
        return jax.ShapeDtypeStruct(shape, leaf.array.dtype)
    return jax.ShapeDtypeStruct(np.shape(leaf), leaf.dtype)
