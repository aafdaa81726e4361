"""Takes out of a converted graph what a runtime would do in vain at every call.

A converter writes what JAX traces: shapes computed from shapes, copies that only broadcast, clips
and divisions one by one. Each rewrite here keeps the numbers, but for the last bit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

#: Operations of two numbers at a time that broadcast their operands by themselves.
_ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Min", "Max"}


def lean(model: Any) -> Any:
    """A model with the same numbers and fewer operations; the one given is not changed."""
    from onnx import ModelProto, shape_inference

    found = ModelProto()
    found.CopyFrom(shape_inference.infer_shapes(model, data_prop=True))
    while any([rewrite(_Graph(found.graph)) for rewrite in _REWRITES]):  # a list: all of them
        pass
    _merge_constants(found.graph)
    del found.graph.value_info[:]
    return found


class _Graph:
    """A graph with its constants, shapes and users at hand."""

    def __init__(self, graph: Any):
        from onnx import numpy_helper

        self.graph = graph
        self.constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.makers = {name: node for node in graph.node for name in node.output}
        self.users: dict[str, list[Any]] = defaultdict(list)
        for node in graph.node:
            for name in dict.fromkeys(node.input):
                self.users[name].append(node)
        self.results = {each.name for each in graph.output}
        self.shapes: dict[str, tuple[Any, ...]] = {t: a.shape for t, a in self.constants.items()}
        for each in (*graph.input, *graph.output, *graph.value_info):
            dims = each.type.tensor_type.shape.dim
            if each.type.tensor_type.HasField("shape"):
                self.shapes[each.name] = tuple(d.dim_param or d.dim_value for d in dims)

    def only_user(self, name: str) -> Any:
        """The one node that takes it, if it is no result and there is one."""
        users = self.users[name]
        return users[0] if len(users) == 1 and name not in self.results else None

    def number(self, name: str) -> float | None:
        """A constant of one number."""
        found = self.constants.get(name)
        return float(found.ravel()[0]) if found is not None and found.size == 1 else None

    def add_constant(self, name: str, value: Any) -> str:
        from onnx import numpy_helper

        self.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def replace(self, old: str, new: str) -> bool:
        """Let all users of one value take another; not for results of the graph."""
        if old in self.results:
            return False
        for node in self.users[old]:
            for place, name in enumerate(node.input):
                if name == old:
                    node.input[place] = new
        return True

    def remove(self, *nodes: Any) -> None:
        for node in nodes:
            self.graph.node.remove(node)

    def first(self, operations: set[str]) -> list[Any]:
        return [node for node in self.graph.node if node.op_type in operations]


def _constant_shapes(g: _Graph) -> int:
    """A shape with one open size needs no computation: that size is what remains."""
    done = 0
    for node in g.first({"Reshape"}):
        shape = g.shapes.get(node.output[0])
        if node.input[1] in g.constants or shape is None:
            continue
        open_sizes = [size for size in shape if isinstance(size, str) or not size]
        if len(open_sizes) <= 1:
            fixed = [-1 if isinstance(size, str) or not size else size for size in shape]
            node.input[1] = g.add_constant(f"{node.output[0]}_shape", np.array(fixed, np.int64))
            done += 1
    return done


def _no_expand(g: _Graph) -> int:
    """Operations of two operands broadcast by themselves."""
    for node in g.first({"Expand"}):
        before, after = (g.shapes.get(n) for n in (node.input[0], node.output[0]))
        if before is None or after is None:
            continue
        users = g.users[node.output[0]]
        needless = before == after or all(
            _broadcasts(g, user, node.output[0], before) for user in users
        )
        if needless and g.replace(node.output[0], node.input[0]):
            g.remove(node)
            return 1
    return 0


def _broadcasts(g: _Graph, user: Any, name: str, shape: tuple[Any, ...]) -> bool:
    """Whether a user gives the same with an operand of this shape instead."""
    if user.op_type not in _ELEMENTWISE or len(user.input) != 2:
        return False
    others = [g.shapes.get(n) for n in user.input if n != name]
    out = g.shapes.get(user.output[0])
    if len(others) != 1 or others[0] is None or out is None:
        return False
    rank = max(len(shape), len(others[0]))
    sides = [(1,) * (rank - len(s)) + tuple(s) for s in (shape, others[0])]
    return tuple(b if a == 1 else a for a, b in zip(*sides, strict=True)) == out


def _no_identity(g: _Graph) -> int:
    for node in g.first({"Identity"}):
        if g.replace(node.output[0], node.input[0]):
            g.remove(node)
            return 1
    return 0


def _multiply(g: _Graph) -> int:
    """Products are cheaper than quotients and powers."""
    done = 0
    for node in g.first({"Div", "Pow"}):
        number = g.number(node.input[1])
        if node.op_type == "Div" and number:
            like = g.constants[node.input[1]]
            node.input[1] = g.add_constant(
                f"{node.output[0]}_factor", (1 / like).astype(like.dtype)
            )
        elif node.op_type == "Pow" and number == 2.0:
            node.input[1] = node.input[0]
        else:
            continue
        node.op_type = "Mul"
        done += 1
    return done


def _relu(g: _Graph) -> int:
    """The larger of a value and 0."""
    done = 0
    for node in g.first({"Max"}):
        for place in (0, 1):
            if len(node.input) == 2 and g.number(node.input[place]) == 0.0:
                other = node.input[1 - place]
                if g.shapes.get(other) != g.shapes.get(node.output[0]):
                    continue
                del node.input[:]
                node.input.append(other)
                node.op_type = "Relu"
                done += 1
                break
    return done


def _relu_first(g: _Graph) -> int:
    """A product that meets its relu before it is reshaped is one operation to a runtime."""
    for relu in g.first({"Relu"}):
        reshape = g.makers.get(relu.input[0])
        if reshape is None or reshape.op_type != "Reshape":
            continue
        product = g.makers.get(reshape.input[0])
        if product is None or product.op_type != "Gemm" or g.only_user(relu.input[0]) is not relu:
            continue
        if g.only_user(reshape.input[0]) is not reshape:
            continue
        inside, between, outside = reshape.input[0], relu.input[0], relu.output[0]
        relu.input[0], relu.output[0] = inside, between
        reshape.input[0], reshape.output[0] = between, outside
        places = {id(n): i for i, n in enumerate(g.graph.node)}
        nodes = list(g.graph.node)
        nodes[places[id(reshape)]], nodes[places[id(relu)]] = relu, reshape
        _reorder(g.graph, nodes)
        return 1
    return 0


def _hard_sigmoid(g: _Graph) -> int:
    """clip(a x + b, 0, 1) in one pass."""
    from onnx import helper

    for clip in g.first({"Clip"}):
        if len(clip.input) != 3 or [g.number(n) for n in clip.input[1:]] != [0.0, 1.0]:
            continue
        add = g.makers.get(clip.input[0])
        if add is None or add.op_type != "Add" or g.only_user(add.output[0]) is not clip:
            continue
        for place in (0, 1):
            beta, product = g.number(add.input[1 - place]), g.makers.get(add.input[place])
            if beta is None or product is None or product.op_type != "Mul":
                continue
            if g.only_user(product.output[0]) is not add:
                continue
            for side in (0, 1):
                alpha = g.number(product.input[1 - side])
                x = product.input[side]
                if alpha is None or g.shapes.get(x) != g.shapes.get(clip.output[0]):
                    continue
                new = helper.make_node(
                    "HardSigmoid", [x], [clip.output[0]], clip.name, alpha=alpha, beta=beta
                )
                clip.CopyFrom(new)
                g.remove(add, product)
                return 1
    return 0


def _one_gemm(g: _Graph) -> int:
    """A product and its bias in one operation, which quantisers know as well."""
    from onnx import helper

    for product in g.first({"MatMul", "Gemm"}):
        attributes = {a.name: helper.get_attribute_value(a) for a in product.attribute}
        matmul = product.op_type == "MatMul"
        if not matmul and len(product.input) == 3 and attributes.get("beta", 1.0) != 0.0:
            continue
        kernel = g.constants.get(product.input[1])
        if kernel is None or kernel.ndim != 2 or len(g.shapes.get(product.input[0]) or ()) != 2:
            continue
        add = g.only_user(product.output[0])
        if add is None or add.op_type != "Add":
            continue
        bias = [n for n in add.input if n != product.output[0]]
        shape = g.constants[bias[0]].shape if bias and bias[0] in g.constants else None
        wide = attributes.get("transB", 0)
        if shape is None or shape not in {(kernel.shape[0 if wide else 1],), (1, kernel.shape[1])}:
            continue
        kept = {k: v for k, v in attributes.items() if k != "beta"}
        inputs = [*product.input[:2], bias[0]]
        new = helper.make_node("Gemm", inputs, [add.output[0]], product.name or None, **kept)
        product.CopyFrom(new)
        g.remove(add)
        return 1
    return 0


def _unused(g: _Graph) -> int:
    """What nobody takes."""
    done = 0
    for node in reversed(list(g.graph.node)):
        if not any(g.users[name] or name in g.results for name in node.output):
            g.remove(node)
            done += 1
    if not done:
        for tensor in list(g.graph.initializer):
            if not g.users[tensor.name] and tensor.name not in g.results:
                g.graph.initializer.remove(tensor)
    return done


_REWRITES: tuple[Callable[[_Graph], int], ...] = (
    _constant_shapes,
    _no_identity,
    _no_expand,
    _multiply,
    _relu,
    _relu_first,
    _hard_sigmoid,
    _one_gemm,
    _unused,
)


def _reorder(graph: Any, nodes: list[Any]) -> None:
    copies = []
    for node in nodes:
        copy = type(node)()
        copy.CopyFrom(node)
        copies.append(copy)
    del graph.node[:]
    graph.node.extend(copies)


def _merge_constants(graph: Any) -> None:
    """One of several equal constants."""
    first: dict[tuple[Any, ...], str] = {}
    new_name: dict[str, str] = {}
    for tensor in list(graph.initializer):
        name, key = tensor.name, (tensor.data_type, tuple(tensor.dims), _content(tensor))
        if key in first:
            new_name[name] = first[key]
            graph.initializer.remove(tensor)
        else:
            first[key] = name
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = new_name.get(name, name)


def _content(tensor: Any) -> bytes:
    from onnx import numpy_helper

    return numpy_helper.to_array(tensor).tobytes()
