"""`fluxion dataset`: what surrogates are trained on, from the physics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fluxion.cli import _options as take
from fluxion.cli._cluster import DaskOption, WorkersOption, check_cluster_options
from fluxion.cli._environment import prepare
from fluxion.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console


def dataset(
    spec: Annotated[
        str,
        typer.Argument(
            metavar="SPEC.toml",
            help="What is simulated: as the spec of 'fluxion sweep'.",
            show_default=False,
        ),
    ],
    npz: Annotated[
        bool, typer.Option("--npz", help="Write the finished dataset to one .npz file as well.")
    ] = False,
    json: take.JsonOption = False,
    dask: DaskOption = None,
    workers: WorkersOption = None,
) -> None:
    """Simulate designs over climates for surrogates to be trained on.

    A dataset is a sweep that keeps what each month needs, by zone, and with
    [bold]gradients = N[/bold] in its spec the slopes of N designs by every parameter. The same
    command resumes it after a stop.

    Example: fluxion dataset office_design.toml --npz
    """
    if not spec.lower().endswith(".toml"):
        raise InputError(
            f"{spec!r} was given; give a spec such as office.toml, which names building, weather, "
            "parameters and samples"
        )
    check_cluster_options(dask, workers)
    prepare()
    from fluxion.cli._sweep_stored import sweep_stored
    from fluxion.datasets import OUTPUTS

    sweep_stored(
        spec,
        json=json,
        dask=dask,
        workers=workers,
        command="dataset",
        defaults={"outputs": list(OUTPUTS)},
        finish=_write_npz if npz else None,
    )


def _write_npz(store: Path, remarks: Console) -> list[str]:
    from fluxion.datasets import read_dataset

    with remarks.status("writing"):
        path = store.with_suffix(".npz")
        read_dataset(store).save(path)
    return [str(path)]
