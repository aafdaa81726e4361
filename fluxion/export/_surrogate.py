"""A trained model as one ONNX file that says what it is, held to JAX before it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import jax
import numpy as np

from fluxion._version import __version__
from fluxion.errors import FluxionError, InputError, require
from fluxion.export._convert import convert, output_names, reference_function
from fluxion.io import load_surrogate, whole_file
from fluxion.serving import ModelFile, open_session, read_model_file, seal
from fluxion.signatures import Input, Signature

#: How far a graph may be from JAX, of one or of the value if that is larger.
TOLERANCE = 1e-5
_BATCHES = (1, 5, 300)
_SAMPLES = 100


def export_surrogate(
    signature: Signature,
    module: Any,
    params: Any,
    path: str | PathLike[str],
    *,
    kind: str = "single",
    climates: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    conformal: Mapping[str, Any] | None = None,
    dropout: Mapping[str, Any] | None = None,
) -> ModelFile:
    """Write a trained model as an ONNX file for `fluxion.serving`.

    The graph computes in single precision and in the units of the core, for any number of rows;
    scales, bounds, climates and what made the model are in its metadata, under a hash. It is tried
    on random designs first, in climates between those that it carries, and written only if it
    gives what JAX gives.

    Args:
        signature: What goes in and comes out.
        module: A flax module, called as `module.apply({"params": params}, *inputs)`.
        params: Its parameters; of an ensemble with a leading axis of members.
        path: Of the file; it appears whole or not at all.
        kind: "single"; "ensemble", whose graph gives mean and standard deviation of the members;
            "dropout", where masks are inputs and the deviation is over them.
        climates: That the file shall carry, `(row, feature)` in physical units, by name.
        training: What made the model, as JSON can hold it.
        conformal: What widens predictions to intervals, as
            `fluxion.uncertainty.conformal_record` gives it: "level"; "quantile" for each number,
            or each of each period, in standard deviations if "normalised", else in units of the
            core; "least_std", which deviations are at least; "reduced_quantile" and
            "reduced_least_std" for results over all periods; and "nonnegative", results of which
            no interval begins below 0.
        dropout: "rate", and if wanted "samples" (100) and "seed" (0), of the masks that the
            runtime draws once.

    Returns:
        The file as it was written.

    Raises:
        InputError: Arguments that do not fit together, or a network that does not convert.
        FluxionError: The graph does not give what JAX gives; nothing is written.
        MissingExtraError: The extra `export` is not installed.
    """
    require("onnx", "export")
    single = jax.tree.map(lambda leaf: np.asarray(leaf, np.float32), params)
    told: dict[str, Any] = {
        "version": __version__,
        "kind": kind,
        "precision": "float32",
        "signature": signature.to_json(),
        "climates": _climates(signature, climates or {}),
        "training": dict(training or {}),
        "conformal": _conformal(signature, kind, conformal),
    }
    widths = _check_kind(kind, module, single, dropout)
    if kind == "ensemble":
        told["members"] = jax.tree.leaves(single)[0].shape[0]
    if kind == "dropout" and dropout is not None:
        told["dropout"] = {
            "rate": float(dropout["rate"]),
            "samples": int(dropout.get("samples", _SAMPLES)),
            "seed": int(dropout.get("seed", 0)),
            "widths": list(widths),
        }
    try:
        json.dumps(told)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"what made the model cannot be written as JSON ({error}); give numbers, texts, lists "
            "and mappings of them"
        ) from None
    model = convert(kind, signature, module, single, widths)
    del model.metadata_props[:]
    content = seal(model.SerializeToString(deterministic=True), told)
    check_parity(content, kind, signature, module, single, widths, told["climates"])
    with whole_file(path) as partial:
        partial.write_bytes(content)
    return read_model_file(path)


def from_saved(
    folder: str | PathLike[str],
    path: str | PathLike[str],
    *,
    dropout_samples: int | None = None,
    **settings: Any,
) -> ModelFile:
    """Write a model that `fluxion train` saved as an ONNX file.

    Args:
        folder: Where it was saved.
        path: Of the file.
        dropout_samples: Let a network that was trained with dropout doubt by so many masks.
        **settings: Of `export_surrogate`, in place of what the folder says.

    Raises:
        InputError: The folder holds no model, or one that was trained without dropout or with
            several members while masks are asked for; or as `export_surrogate`.
    """
    surrogate, facts = load_surrogate(folder)
    params, members = surrogate.params, facts.get("members")
    if members == 1:
        params = jax.tree.map(lambda leaf: leaf[0], params)
    told: dict[str, Any] = {
        "kind": "ensemble" if members and members > 1 else "single",
        "climates": facts["climates"],
        "training": {**facts["training"], "params_sha256": facts["params_sha256"]},
    }
    if dropout_samples is not None:
        rate = facts["training"].get("dropout")
        if not rate or told["kind"] == "ensemble":
            have = f"has {members} members" if rate else "was trained without dropout"
            raise InputError(
                f"masks of dropout were asked for, but the model {have}; train one with "
                "'fluxion train --members 1 --dropout 0.1'"
            )
        told |= {"kind": "dropout", "dropout": {"rate": rate, "samples": dropout_samples}}
    return export_surrogate(
        surrogate.signature, surrogate.module, params, Path(path), **{**told, **settings}
    )


def random_inputs(
    signature: Signature, rows: int, seed: int = 0, climates: Mapping[str, Any] | None = None
) -> dict[str, np.ndarray]:
    """Inputs of the core within the range of the training data, where one is told.

    Args:
        signature: Of the model.
        rows: Samples.
        seed: The same seed draws the same inputs.
        climates: Between two of which what samples share lies; without any its features are drawn
            one by one, which no climate has together.
    """
    dice = np.random.default_rng((seed, rows))
    known = [np.asarray(rows, np.float64) for rows in (climates or {}).values()]

    def some(each: Input) -> np.ndarray:
        if each.rows is not None and known:
            one, other = (known[number] for number in dice.integers(len(known), size=2))
            share = dice.uniform()
            return each.to_unit(share * one + (1 - share) * other).astype(np.float32)
        shape = (rows if each.rows is None else each.rows, len(each.columns))
        low, high = (np.asarray(each.to_unit(x), np.float64) for x in (each.low, each.high))
        bounded = np.isfinite(low) & np.isfinite(high)
        low, high = np.where(bounded, low, -2.0), np.where(bounded, high, 2.0)
        return dice.uniform(low, high, shape).astype(np.float32)

    return {each.name: some(each) for each in signature.inputs}


def check_parity(
    content: bytes,
    kind: str,
    signature: Signature,
    module: Any,
    params: Any,
    widths: Any,
    climates: Mapping[str, Any] | None = None,
) -> float:
    """Largest difference between a graph and JAX on random inputs, relative to values above one.

    Raises:
        FluxionError: It is above `TOLERANCE`.
    """
    session, _ = open_session(content)
    reference = jax.jit(reference_function(kind, signature, module, params))
    worst = 0.0
    for rows in _BATCHES:
        feed = random_inputs(signature, rows, climates=climates)
        dice = np.random.default_rng(rows)
        for layer, width in enumerate(widths):
            mask = dice.random((7, width)) < 0.8
            feed[f"mask_{layer}"] = (mask / 0.8).astype(np.float32)
        found = session.run(list(output_names(kind, signature)), feed)
        with jax.default_matmul_precision("highest"):
            wanted = reference(*feed.values())
        for ours, theirs in zip(found, wanted, strict=True):
            theirs = np.asarray(theirs)
            if ours.shape != theirs.shape:
                raise FluxionError(
                    f"the graph gives {ours.shape} where JAX gives {theirs.shape}; nothing written"
                )
            error = np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1.0)
            worst = max(worst, float(np.max(error)) if np.isfinite(error).all() else np.inf)
    if not worst < TOLERANCE:
        raise FluxionError(
            f"the graph differs from JAX by {worst:.1e} (allowed {TOLERANCE:g}); nothing written"
        )
    return worst


def _check_kind(kind: str, module: Any, params: Any, dropout: Any) -> tuple[int, ...]:
    """Widths of the masks, none without dropout."""
    if kind not in ("single", "ensemble", "dropout"):
        raise InputError(f"kind {kind!r} was given; take single, ensemble or dropout")
    leaves = jax.tree.leaves(params)
    if not all(np.isfinite(leaf).all() for leaf in leaves):
        raise InputError("the model's parameters hold NaN or infinite numbers; train it again")
    if kind == "ensemble" and len({leaf.shape[:1] for leaf in leaves}) != 1:
        raise InputError(
            "the parameters are not those of an ensemble: they have no common leading axis; "
            "give kind='single', or stack the members"
        )
    if (kind == "dropout") != (dropout is not None):
        raise InputError("kind='dropout' and the rate of dropout go together; give both or none")
    if dropout is None:
        return ()
    rate, samples = dropout.get("rate", -1.0), dropout.get("samples", _SAMPLES)
    if not 0.0 < rate < 1.0 or samples < 1:
        raise InputError(
            f"dropout of rate {rate} with {samples} samples was given; take a rate between 0 and 1 "
            "and 1 sample or more"
        )
    widths = tuple(getattr(module, "mask_widths", ()))
    if not widths:
        raise InputError(f"{type(module).__name__} has no layers for dropout (no mask_widths)")
    return widths


def _climates(signature: Signature, given: Mapping[str, Any]) -> dict[str, Any]:
    shared = [each for each in signature.inputs if each.rows is not None]
    found = {}
    for name, rows in given.items():
        array = np.asarray(rows, np.float64)
        wanted = (shared[0].rows, len(shared[0].columns)) if shared else ()
        if array.shape != wanted or not np.isfinite(array).all():
            raise InputError(
                f"climate {name!r} has shape {array.shape}; give finite numbers of shape {wanted}"
                if shared
                else "climates were given, but the model takes none"
            )
        found[str(name)] = array.tolist()
    return found


def _conformal(
    signature: Signature, kind: str, given: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    if given is None:
        return None
    level, normalised = given.get("level"), bool(given.get("normalised", kind != "single"))
    if not isinstance(level, int | float) or not 0.0 < level < 1.0:
        raise InputError(f"a conformal level of {level!r} was given; give one between 0 and 1")
    if normalised and kind == "single":
        raise InputError(
            "the calibration is in standard deviations, which a single network does not give; "
            "calibrate it with widths of the core"
        )
    told: dict[str, Any] = {**given, "level": float(level), "normalised": normalised}
    wide, each = (signature.width,), (len(signature.periods), signature.width)
    allowed = {
        "quantile": {wide, each},
        "reduced_quantile": {wide},
        "least_std": {wide},
        "reduced_least_std": {wide},
    }
    for name, shapes in allowed.items():
        if given.get(name) is not None:
            values = np.asarray(given[name], np.float64)
            if values.shape not in shapes or not (np.isfinite(values) & (values >= 0)).all():
                raise InputError(
                    f"conformal {name!r} of shape {values.shape} was given; give finite numbers "
                    f"of 0 or more of shape {' or '.join(map(str, sorted(shapes)))}"
                )
            told[name] = values.tolist()
    return told
