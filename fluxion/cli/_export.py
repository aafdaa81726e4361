"""`fluxion export` and `fluxion quantize`: trained models as files that are served anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._console import messages, name_files, print_json, results, titled_table
from fluxion.cli._environment import prepare
from fluxion.errors import InputError

OutFile = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="The file to write.", show_default=False),
]


def export(
    model: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="What 'fluxion train' wrote.", show_default=False),
    ],
    out: OutFile = None,
    dropout: Annotated[
        int | None,
        typer.Option(
            "--dropout",
            metavar="SAMPLES",
            min=1,
            help="Let a network trained with dropout doubt by so many masks.",
            show_default=False,
        ),
    ] = None,
    json: take.JsonOption = False,
) -> None:
    """Write a trained model as one ONNX file.

    The file carries names, units, bounds, scales and climates under a hash, and gives what JAX
    gives, or is not written.

    Example: fluxion export office-surrogate -o office.onnx
    """
    prepare(simulating=False)
    target = model.with_suffix(".onnx") if out is None else out
    with messages().status("converting"):
        from fluxion.export import from_saved

        file = from_saved(model, target, dropout_samples=dropout)
    if json:
        print_json(_facts(file))
    name_files([target])


def quantize(
    model: Annotated[
        Path, typer.Argument(metavar="FILE.onnx", help="A model in single precision.")
    ],
    out: OutFile = None,
    mode: Annotated[
        str,
        typer.Option(metavar="MODE", help="int8, int8-dynamic, int8-dynamic-tensor, or fp16."),
    ] = "int8",
    compared: Annotated[
        bool, typer.Option("--compare/--no-compare", help="Measure size, error and speed.")
    ] = True,
    json: take.JsonOption = False,
) -> None:
    """Write a smaller variant of a model, and say what it costs.

    Eight bits are a third of the size; whether they are faster depends on the batch, which the
    table shows.

    Example: fluxion quantize office.onnx --mode int8
    """
    target = model.with_name(f"{model.stem}-{mode}.onnx") if out is None else out
    if target.resolve() == model.resolve():
        raise InputError(f"{str(target)!r} is the model itself; give another file with --out")
    prepare(simulating=False)
    with messages().status("quantising"):
        from fluxion.export import compare
        from fluxion.export import quantize as quantize_file

        file = quantize_file(model, target, mode)
    variants = []
    if compared:
        with messages().status("measuring"):
            variants = compare(model, [target])
    if json:
        told = [
            {
                "file": v.name, "precision": v.precision, "bytes": v.size, "error": v.error,
                "largest_error": v.largest_error, "error_of_sum": v.total_error,
                "rows_per_s": {str(rows): speed for rows, speed in v.speed.items()},
            }
            for v in variants
        ]  # fmt: skip
        print_json({**_facts(file), "variants": told})
    elif variants:
        first, second = variants
        table = titled_table(
            f"{target.name} beside {model.name}",
            f"{second.size / first.size:.2f} of the size; errors {100 * second.error:.2g} % of the "
            f"spread on average, {100 * second.total_error:.2g} % of the sum over all periods",
        )
        for head in ("rows at once", first.precision, second.precision, ""):
            table.add_column(head, justify="right")
        for rows, speed in first.speed.items():
            ratio = second.speed[rows] / speed
            table.add_row(
                f"{rows:,}", f"{speed:,.0f}/s", f"{second.speed[rows]:,.0f}/s",
                f"{ratio:.2f}x{' slower' if ratio < 0.95 else ''}",
            )  # fmt: skip
        results().print(table)
    name_files([target])


def _facts(file) -> dict:
    return {
        "file": str(file.path),
        "bytes": len(file.content),
        "kind": file.kind,
        "precision": file.precision,
        "sha256": file.sha256,
    }
