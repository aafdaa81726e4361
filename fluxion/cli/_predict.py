"""`fluxion predict`: what a model file says of designs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluxion.cli import _options as take


def predict(
    model: Annotated[
        Path, typer.Argument(metavar="FILE.onnx", help="A model file.", show_default=False)
    ],
    designs: Annotated[
        str | None,
        typer.Argument(
            metavar="DESIGNS.csv",
            help="Designs, a column for each parameter; - reads standard input.",
            show_default="one design, the middle of all ranges",
        ),
    ] = None,
    climate: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="One that the file carries, or a weather to read."),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; may be repeated."),
    ] = None,
    backend: Annotated[str, typer.Option(help="cpu, cuda, coreml, directml or openvino.")] = "cpu",
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail if the backend is not there.")
    ] = False,
    describe: Annotated[
        bool, typer.Option("--describe", help="Say what the model takes and gives, and end.")
    ] = False,
    benchmark: Annotated[
        bool, typer.Option("--benchmark", help="Measure designs a second by batch, and end.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE.csv", help="Write all results.", show_default=False
        ),
    ] = None,
    json: take.JsonOption = False,
) -> None:
    """Ask a model file about designs; needs no JAX.

    Rows outside the range of the training data are flagged.

    Example: fluxion predict office.onnx --climate boulder --set heating_setpoint=20
    """
    from fluxion.cli._predict_run import (
        benchmark_model,
        describe_model,
        open_model,
        run_prediction,
    )

    manager = open_model(model, backend, strict)
    if describe:
        return describe_model(manager, json)
    if benchmark:
        return benchmark_model(manager, json)
    run_prediction(manager, designs, climate, values or [], out=out, json=json)
