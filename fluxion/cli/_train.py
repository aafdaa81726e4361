"""`fluxion train`: a surrogate from a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._environment import prepare


def train(
    dataset: Annotated[
        str,
        typer.Argument(
            metavar="DATASET",
            help="What 'fluxion dataset' made: a .zarr store or a .npz file.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the trained model.")
    ] = Path("surrogate"),
    members: Annotated[
        int, typer.Option(min=1, help="Networks that are trained side by side; several doubt.")
    ] = 5,
    hidden: Annotated[int, typer.Option(min=1, help="Units that every month goes through.")] = 256,
    blocks: Annotated[int, typer.Option(min=0, help="Residual blocks of these.")] = 0,
    tower: Annotated[int, typer.Option(min=1, help="Units that read the design.")] = 128,
    storeys: Annotated[int, typer.Option(min=0, help="Residual blocks of these.")] = 1,
    dropout: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Share of units left out in each step.")
    ] = 0.0,
    outputs: Annotated[
        str | None,
        typer.Option(metavar="NAME,...", help="Results to learn.", show_default="all by month"),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of the optimiser.")] = 5000,
    batch: Annotated[int, typer.Option(min=1, help="Designs of each climate in a step.")] = 32,
    rate: Annotated[float, typer.Option(help="Highest learning rate.")] = 0.012,
    optimiser: Annotated[str, typer.Option(help="muon, or adamw.")] = "muon",
    sobolev: Annotated[float, typer.Option(min=0.0, help="Weight of the loss of slopes.")] = 0.1,
    balance: Annotated[
        float, typer.Option(min=0.0, help="Weight of the loss of the zones' energy balance.")
    ] = 0.0,
    laws: Annotated[
        bool,
        typer.Option(
            "--laws",
            help="Let the zones' energy balance close and monthly temperatures stay between "
            "setpoints by construction; needs every term of the balance among the outputs.",
        ),
    ] = False,
    building: Annotated[
        str | None,
        typer.Option(
            metavar="BUILDING",
            help="Whose setpoints bound the temperatures, if the dataset is of a building file.",
            show_default="that of the dataset",
        ),
    ] = None,
    patience: Annotated[
        int | None, typer.Option(min=1, help="Epochs without gain after which training ends.")
    ] = None,
    holdout: Annotated[
        float, typer.Option(help="Share of the designs that is kept to choose the best state.")
    ] = 0.08,
    seed: Annotated[
        int, typer.Option(metavar="S", help="The same seed trains the same networks.")
    ] = 0,
    json: take.JsonOption = False,
) -> None:
    """Train a surrogate of a building's designs.

    Ctrl-C ends after the running epoch; the same command goes on from there. The folder holds the
    model, the course of the training as table and picture, and the errors on held-out designs.

    Example: fluxion train office_design.zarr --out office-surrogate
    """
    prepare(simulating=False)
    from fluxion.cli._train_run import TrainingPlan, run_training

    run_training(
        TrainingPlan(
            dataset=dataset,
            out=out,
            members=members,
            network={"hidden": hidden, "blocks": blocks, "tower": tower, "storeys": storeys},
            dropout=dropout,
            outputs=tuple(n.strip() for n in outputs.split(",")) if outputs else None,
            steps=steps,
            batch=batch,
            rate=rate,
            optimiser=optimiser,
            sobolev=sobolev,
            balance=balance,
            laws=laws,
            building=building,
            patience=patience,
            holdout=holdout,
            seed=seed,
        ),
        json=json,
    )
