"""From a flax module to an ONNX graph: one network, an ensemble, or dropout by masks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fluxion.errors import InputError, require
from fluxion.export._lean import lean
from fluxion.signatures import Signature

#: Of the operations that are written; every ONNX Runtime that Fluxion takes knows it.
OPSET = 21
_SAMPLES, _ROWS = 3, 5
Core = Callable[..., tuple[Array, ...]]


def output_names(kind: str, signature: Signature) -> tuple[str, ...]:
    """Results of the graph, in their order."""
    if kind == "single":
        return ("core", "reduced") if signature.periods else ("core",)
    own = ("mean", "std")
    return (*own, "reduced", "reduced_std") if signature.periods else own


def graph_function(kind: str, signature: Signature, module: Any, params: Any) -> Core:
    """What the graph computes, written without a map over layers, which does not convert.

    Args:
        kind: "single", "ensemble" (parameters have a leading axis of members) or "dropout".
        signature: Says which results are summed over the periods.
        module: The network.
        params: Its parameters, in single precision.

    Returns:
        A function of the inputs, and of the masks `(sample, width)` with dropout.
    """
    count = len(signature.inputs)
    if kind == "single":
        return reference_function(kind, signature, module, params)
    if kind == "ensemble":
        members = [jax.tree.map(lambda leaf, i=i: leaf[i], params) for i in range(_members(params))]

        def ensemble(*inputs: Array) -> tuple[Array, ...]:
            cores = [module.apply({"params": one}, *inputs) for one in members]
            if not signature.periods:
                return _moments(cores)
            return (*_moments(cores), *_moments([over_periods(x, signature) for x in cores]))

        return ensemble
    ranks = _mask_ranks(signature, module, params)

    def dropout(*given: Array) -> tuple[Array, ...]:
        inputs, masks = given[:count], given[count:]
        wide = tuple(
            mask.reshape((mask.shape[0], *(1,) * rank, mask.shape[1]))
            for mask, rank in zip(masks, ranks, strict=True)
        )
        return stacked_moments(module.apply({"params": params}, *inputs, wide), signature)

    return dropout


def reference_function(kind: str, signature: Signature, module: Any, params: Any) -> Core:
    """The same as JAX users compute it, mapped over members or masks; what a graph is held to."""
    count = len(signature.inputs)

    def single(*inputs: Array) -> tuple[Array, ...]:
        core = module.apply({"params": params}, *inputs)
        return (core, over_periods(core, signature)) if signature.periods else (core,)

    if kind == "single":
        return single
    if kind == "ensemble":
        return lambda *inputs: stacked_moments(
            jax.vmap(lambda one: module.apply({"params": one}, *inputs))(params), signature
        )
    return lambda *given: stacked_moments(
        jax.vmap(lambda masks: module.apply({"params": params}, *given[:count], masks))(
            given[count:]
        ),
        signature,
    )


def stacked_moments(cores: Array, signature: Signature) -> tuple[Array, ...]:
    """Mean and deviation along the first axis, of results of periods and of those over all."""

    def moments(values: Array) -> tuple[Array, Array]:
        mean = values.mean(axis=0)
        return mean, jnp.sqrt(jnp.square(values - mean).mean(axis=0))

    if not signature.periods:
        return moments(cores)
    return (*moments(cores), *moments(over_periods(cores, signature)))


def over_periods(core: Array, signature: Signature) -> Array:
    """Sums over the periods, or means or largest values where the signature says so."""
    how = [(output.reduction or ("", ""))[1] for output in signature.outputs for _ in output.parts]
    largest, level = (np.array([each == word for each in how]) for word in ("max", "mean"))
    if largest.all():
        return core.max(axis=-2)
    total = core.sum(axis=-2)
    if level.any():
        total = total * jnp.where(level, 1.0 / len(signature.periods), 1.0).astype(core.dtype)
    return jnp.where(largest, core.max(axis=-2), total) if largest.any() else total


@contextmanager
def _jax_as_it_was() -> Iterator[None]:
    """Put back what the converter replaces in JAX: its `cumsum` stays behind and takes no axis."""
    before = [(module, dict(vars(module))) for module in (jax.numpy, jax.lax, jax.nn)]
    try:
        yield
    finally:
        for module, names in before:
            for name, value in names.items():
                if vars(module).get(name) is not value:
                    setattr(module, name, value)


def convert(
    kind: str, signature: Signature, module: Any, params: Any, mask_widths: Sequence[int]
) -> Any:
    """The ONNX model of a network.

    Args:
        kind: See `graph_function`; so are the others.
        signature: See there.
        module: See there.
        params: See there.
        mask_widths: Of the masks, with dropout.

    Raises:
        InputError: The network holds what does not convert.
        MissingExtraError: The converter is not installed.
    """
    jax2onnx = require("jax2onnx", "export")
    shapes: list[tuple[Any, ...]] = [
        ("B" if each.rows is None else each.rows, len(each.columns)) for each in signature.inputs
    ]
    shapes += [("S", width) for width in mask_widths]
    names = [each.name for each in signature.inputs]
    names += [f"mask_{layer}" for layer in range(len(mask_widths))]
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # the converter's remarks on its own plugins
    try:
        with _jax_as_it_was():
            model = jax2onnx.to_onnx(
                graph_function(kind, signature, module, params),
                shapes,
                model_name=f"fluxion_{signature.task}",
                opset=OPSET,
                return_mode="proto",
                export_mode="web",
                input_names=names,
                output_names=list(output_names(kind, signature)),
            )
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise InputError(
            f"the network does not convert to ONNX ({type(error).__name__}: {said}); make it of "
            "dense layers, products, sums and hard activations"
        ) from error
    finally:
        logging.disable(before)
    return lean(model)


def _members(params: Any) -> int:
    return jax.tree.leaves(params)[0].shape[0]


def _moments(values: Sequence[Array]) -> tuple[Array, Array]:
    """Mean and deviation of members one by one: faster in a runtime than stacked."""
    share = 1.0 / len(values)
    mean = sum(values[1:], values[0]) * share
    squares = [jnp.square(each - mean) for each in values]
    return mean, jnp.sqrt(sum(squares[1:], squares[0]) * share)


def _mask_ranks(signature: Signature, module: Any, params: Any) -> list[int]:
    """Axes that each mask needs between its samples and its units.

    A mask meets rows alone, or rows and periods; which of them is what gives the right shape.
    """
    inputs = [
        jax.ShapeDtypeStruct((each.rows or _ROWS, len(each.columns)), np.float32)
        for each in signature.inputs
    ]
    periods = (len(signature.periods),) if signature.periods else ()
    wanted = (_SAMPLES, _ROWS, *periods, signature.width)
    widths = module.mask_widths
    ranks = []
    for layer in range(len(widths)):
        for rank in range(1, len(wanted) - 1):
            masks = [jax.ShapeDtypeStruct((width,), np.float32) for width in widths]
            own = (_SAMPLES, *(1,) * rank, widths[layer])
            masks[layer] = jax.ShapeDtypeStruct(own, np.float32)
            try:
                found = jax.eval_shape(
                    lambda *x: module.apply({"params": params}, *x[:-1], x[-1]),
                    *inputs,
                    tuple(masks),
                )
            except (TypeError, ValueError):
                continue
            if found.shape == wanted:
                ranks.append(rank)
                break
        else:
            raise InputError(
                f"mask {layer} of dropout fits no hidden layer; a network multiplies each of its "
                "masks onto the last axis of a hidden layer"
            )
    return ranks
