"""How `fluxion train` goes: data, loop with progress, states to resume from, model, report."""

from __future__ import annotations

import csv
import dataclasses
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fluxion.cli._console import messages, name_files, print_json, results, titled_table
from fluxion.cli._stop import gentle_stop
from fluxion.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from rich.console import Console

    from fluxion.training import Report

_INTERRUPTED = 130
_EPOCH = 250
_MODEL_FILES = ("training.csv", "training.png", "metrics.json")


@dataclass(frozen=True)
class TrainingPlan:
    """What `fluxion train` was asked for; see its options."""

    dataset: str
    out: Path
    members: int
    network: dict[str, int]
    dropout: float
    outputs: tuple[str, ...] | None
    steps: int
    batch: int
    rate: float
    optimiser: str
    sobolev: float
    balance: float
    laws: bool
    building: str | None
    patience: int | None
    holdout: float
    seed: int

    def identity(self, dataset_sha256: str) -> dict[str, Any]:
        """All that the trained numbers depend on."""
        facts = dataclasses.asdict(self)
        del facts["building"]  # the dataset's, wherever it lies
        if not self.laws:
            del facts["laws"]  # as in models of before there were any
        return {**facts, "dataset": dataset_sha256, "out": None, "epoch": _EPOCH}


def run_training(plan: TrainingPlan, *, json: bool) -> None:
    """Train, or go on training, and write the model and its report.

    Args:
        plan: What was asked for.
        json: Print one JSON object instead of the table.
    """
    remarks = messages()
    with remarks.status("loading") as status:
        import jax

        from fluxion.datasets import climates_of, read_dataset, task_data, task_signature
        from fluxion.io import Checkpoints, load_surrogate, save_surrogate
        from fluxion.surrogates import DesignNet, Surrogate
        from fluxion.training import (
            DesignScore,
            DrawDesigns,
            Settings,
            design_loss,
            fit,
            init_members,
            initial_state,
        )
        from fluxion.validation import held_out_errors

        if not 0 < plan.holdout < 1:
            raise InputError(f"--holdout {plan.holdout:g} was given; give a share between 0 and 1")
        settings = Settings(
            plan.steps, _EPOCH, plan.rate, patience=plan.patience, optimiser=plan.optimiser
        )
        status.update("reading the dataset")
        dataset = read_dataset(plan.dataset)
        identity = plan.identity(dataset.sha256)
        done = _found_in(plan.out, identity, load_surrogate)
        if done is not None:
            return _report_done(plan, done, remarks, json)
        training, held = dataset.split(1 - plan.holdout, seed=plan.seed)
        climates = climates_of(dataset)
        signature = task_signature(training, climates, plan.outputs)
        data, aside = (task_data(signature, part, climates) for part in (training, held))
        network: dict[str, Any] = {**plan.network, "free": signature.free}
        if plan.laws:
            status.update("holding the dataset to the laws")
            network["laws"] = _laws(signature, dataset, plan.building)
        module = DesignNet(signature.width, **network)
        draw_key, init_key = jax.random.split(jax.random.key(plan.seed))
        params = init_members(module, init_key, plan.members, data.designs[0, :1], data.climates[0])
        loss = design_loss(
            module, signature, sobolev=plan.sobolev if data.sloped.shape[1] else 0.0,
            balance=plan.balance, steps=settings.steps,
        )  # fmt: skip
        draw = DrawDesigns(
            data, plan.batch, sloped=4 if plan.sobolev and data.sloped.shape[1] else 0,
            dropout=plan.dropout, widths=module.mask_widths,
        )  # fmt: skip
        states = Checkpoints(plan.out / "states", identity)
        start = states.latest(initial_state(params, draw_key, settings))
    course: list[dict[str, Any]] = _course_of(plan.out, 0 if start is None else int(start.step[0]))
    if start is not None:
        remarks.print(f"going on from step {int(start.step[0]):,} of {plan.steps:,}")
    began = time.perf_counter()
    heard = "stopping after this epoch; press Ctrl-C again to stop at once"
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with (
        gentle_stop(remarks, heard) as stop,
        Progress(*columns, console=remarks, speed_estimate_period=120.0) as bar,
    ):
        total = settings.epochs * settings.epoch
        task = bar.add_task(
            "compiling", total=total, completed=0 if start is None else int(start.step[0])
        )

        def report(told: Report) -> None:
            course.append(_row(told))
            _write_course(plan.out / "training.csv", course)
            said = f"error {np.median(told.score):.4f}, best {np.median(told.best):.4f}"
            bar.update(task, completed=told.step, description=said)

        state = fit(
            params, loss, draw, key=draw_key, settings=settings, start=start,
            score=DesignScore(module, aside), report=report, stop=stop,
            keep=lambda state: states.keep(int(state.step[0]), state),
        )  # fmt: skip
        interrupted = stop()
    seconds = time.perf_counter() - began
    if interrupted and int(state.step[0]) < total:
        states.close()
        remarks.print(
            f"stopped after {int(state.step[0]):,} of {total:,} steps, which are kept; go on with "
            "the same command",
            soft_wrap=True,
        )
        raise typer.Exit(_INTERRUPTED)
    surrogate = Surrogate(signature, module, state.best)
    with remarks.status("judging"):
        errors = held_out_errors(surrogate, held, climates)
    found = {
        "steps": int(state.step[0]),
        "score": [float(value) for value in state.score],
        "held_out": errors,
        "seconds": round(seconds, 1),
    }
    save_surrogate(
        plan.out, surrogate,
        training={**identity, "dataset_name": Path(plan.dataset).name, "found": found},
        climates=dict(zip(dataset.climates, climates, strict=True)),
    )  # fmt: skip
    states.close(remove=True)
    files = [plan.out, *_pictures(plan.out, course, remarks)]
    if json:
        print_json({"model": str(plan.out), **found, "files": [str(f) for f in files]})
    else:
        _print(results(), errors, plan, seconds)
    name_files(files)


def _laws(signature: Any, dataset: Any, building: str | None) -> Any:
    from fluxion.cases import resolve_building
    from fluxion.datasets import task_laws

    own = None if building is None else resolve_building(building)
    return task_laws(signature, dataset, own)


def _found_in(out: Path, identity: dict[str, Any], load: Any) -> dict[str, Any] | None:
    """What the training found if the folder holds its model already.

    Raises:
        InputError: It holds a model of other settings, which is not replaced.
    """
    if not (out / "model.json").exists():
        return None
    _, facts = load(out)
    made = facts["training"]
    differ = [key for key, value in _plain(identity).items() if made.get(key) != value]
    if differ:
        raise InputError(
            f"{str(out)!r} holds a model trained with other {', '.join(differ)}; give another "
            "folder with --out, or move that one away"
        )
    return made["found"]


def _report_done(plan: TrainingPlan, found: dict[str, Any], remarks: Console, json: bool) -> None:
    remarks.print(f"{plan.out} holds this model already; move it away to train it anew")
    if json:
        print_json({"model": str(plan.out), **found, "files": []})
    else:
        _print(results(), found["held_out"], plan, found["seconds"])


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    import json

    return json.loads(json.dumps(facts))


def _row(told: Report) -> dict[str, Any]:
    row: dict[str, Any] = {"step": told.step}
    for name, values in {"loss": told.loss, **told.terms, "error": told.score}.items():
        row[name] = float(np.median(values))
    row["error_low"], row["error_high"] = float(told.score.min()), float(told.score.max())
    return row


def _write_course(path: Path, course: list[dict[str, Any]]) -> None:
    from fluxion.io import whole_file

    with whole_file(path) as part, part.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(course[-1]))
        writer.writeheader()
        writer.writerows(course)


def _course_of(out: Path, step: int) -> list[dict[str, Any]]:
    """What was reported of a run before it stopped."""
    path = out / "training.csv"
    if not step or not path.exists():
        return []
    with path.open(newline="") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    return [{**row, "step": int(row["step"])} for row in rows if row["step"] <= step]


def _pictures(out: Path, course: list[dict[str, Any]], remarks: Console) -> list[Path]:
    try:
        from fluxion.viz import learning_curves
    except MissingExtraError:
        return []
    with remarks.status("drawing"):
        try:
            figure = learning_curves(course)
        except MissingExtraError:
            return []
        path = out / "training.png"
        figure.savefig(path)
    return [path]


def _print(console: Console, errors: dict[str, Any], plan: TrainingPlan, seconds: float) -> None:
    table = titled_table(
        f"Surrogate of {Path(plan.dataset).name}",
        f"errors on held-out designs, of the whole year, worst zone in brackets; {seconds:.0f} s",
    )
    for head in ("result", "mean error", "CV-RMSE"):
        table.add_column(head, justify="left" if head == "result" else "right")
    for name, found in errors.items():
        cells = [
            f"{100 * found[key]:.2f} % ({100 * found[key + '_worst_zone']:.2f} %)"
            for key in ("mae", "cv_rmse")
        ]
        table.add_row(name, *cells)
    console.print(table)
