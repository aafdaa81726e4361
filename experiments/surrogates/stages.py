"""What `run.py` does once data and networks are there: judge, distil, calibrate, export, time."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
from ablation import ablate
from figures import draw
from judging import Case, accuracy, calibrated, doubt, place_of, predicted, slopes
from physics import physics_kept
from places import without_each_place
from reference import train_reference
from report import report
from speeds import engine_speed, physics_speed, surrogate_speed
from ways import compare_ways, dropout, laplace, ways_table

from fluxion._version import __version__
from fluxion.datasets import Dataset, read_dataset
from fluxion.export import compare, comparison_table, export_surrogate, quantize
from fluxion.io import load_surrogate, save_surrogate
from fluxion.surrogates import AnnualNet, Surrogate
from fluxion.training import Settings, annual_signature, distil
from fluxion.uncertainty import EnsembleSurrogate, conformal_record

#: Climates that model files carry: those measured.
_DRAWN = "@"
_LEARN = Settings(steps=5000, epoch=500, rate=0.012, optimiser="muon")
_QUICK = dataclasses.replace(_LEARN, steps=500)
#: Steps of each training that leaves a place out.
_LEFT_OUT_STEPS = 1200
#: Units of the network of whole years.
_ANNUAL_UNITS = 96


@dataclasses.dataclass(frozen=True)
class Cases:
    """What networks are judged on, none of which they were trained on.

    Attributes:
        known: Other designs in climates of the training; half calibrates, half is judged.
        new: Climates of other places.
        aside: Climates of still others, which calibrate intervals of new ones.
    """

    known: Case
    new: Case
    aside: Case

    @staticmethod
    def read(work: Path) -> Cases:
        """From the work folder."""
        names = ("office_unseen_designs", "office_unseen_climates", "office_calibration")
        return Cases(*(Case(read_dataset(work / f"{name}.zarr")) for name in names))

    @property
    def to_calibrate(self) -> Case:
        """The first half of the designs in known climates."""
        return Case(self.known.data.take(np.arange(self.known.data.count // 2)))

    @property
    def to_judge(self) -> Case:
        """The second half of them."""
        count = self.known.data.count
        return Case(self.known.data.take(np.arange(count // 2, count)))


def judge_and_export(
    work: Path,
    assets: Path,
    out: Path,
    *,
    training: dict[str, float],
    dropout_rate: float,
    quick: bool,
    ablation: bool,
) -> dict[str, Any]:
    """Metrics of everything, and the models and figures as files.

    Args:
        work: Folder of datasets and trained networks.
        assets: Folder of the model files.
        out: Folder of tables and figures.
        training: Seconds that each training took.
        dropout_rate: Of the network that was trained with dropout.
        quick: Short trainings, to try the way.
        ablation: Whether to train on few designs with each set of terms.
    """
    data, cases = read_dataset(work / "office_design.zarr"), Cases.read(work)
    ensemble, facts = load_surrogate(work / "ensemble")
    students = {
        name: _student(work / name, ensemble, facts, quick, annual=name == "annual")
        for name in ("student", "annual")
    }
    plain = EnsembleSurrogate.of(ensemble)
    started = time.perf_counter()
    others = without_each_place(
        data, ensemble, work / "left_out", steps=100 if quick else _LEFT_OUT_STEPS,
        members=plain.size, tell=print,
    )  # fmt: skip
    leaving_out = time.perf_counter() - started
    in_new = calibrated(plain, cases.aside, new_climates=True, others=others)
    metrics: dict[str, Any] = {
        "version": __version__,
        "dataset": _dataset_facts(data),
        "training": facts["training"],
        "ensemble": _judged(ensemble, cases),
        "doubt": _doubts(plain, in_new, cases),
        "places_that_calibrate": len(others)
        + len({place_of(c) for c in cases.aside.data.climates}),
        "student": _judged(students["student"][0], cases),
        "annual": _annual_errors(students["annual"][0], cases),
    }
    metrics["balanced"] = {
        where: physics_kept(load_surrogate(work / "balanced")[0], case)
        for where, case in (("unseen_designs", cases.known), ("unseen_climates", cases.new))
    }
    ways = {
        "ensemble of four": plain,
        "dropout": dropout(load_surrogate(work / "dropout")[0], dropout_rate),
        "Laplace": laplace(ensemble, data),
    }
    metrics["ways"] = compare_ways(ways, cases.to_calibrate, cases.to_judge, cases.aside, cases.new)
    (out / "ways.md").write_text(ways_table(metrics["ways"]) + "\n")

    files, whole, seconds = _export(work, assets, cases, ensemble, facts, students, in_new)
    seconds = {**{f"training_{k}": v for k, v in training.items()}, **seconds}
    seconds["training_without_each_place"] = round(leaving_out, 1)
    reference, metrics["reference"] = train_reference(["default", "boulder", "miami"])
    files["reference"] = assets / "reference_2_64_64_10.onnx"
    files["reference_int8"] = assets / "reference_2_64_64_10_int8.onnx"
    export_surrogate(
        reference.signature, reference.module, reference.params, files["reference"],
        training={"hours": metrics["reference"]["hours"]},
    )  # fmt: skip
    quantize(files["reference"], files["reference_int8"], "int8-dynamic")
    metrics["files"] = {
        name: {"file": path.name, "KiB": round(path.stat().st_size / 1024, 1)}
        for name, path in files.items()
    }
    metrics["quantised"] = _variants(work, out, files, quick)
    metrics["speed"] = {
        **surrogate_speed(
            {"annual": files["annual"], "design": files["design"], "ensemble": whole}
        ),
        **physics_speed(),
        **engine_speed(),
    }
    if ablation:
        kept = work / "ablation.json"
        if not kept.exists():
            rows = ablate(
                data, cases.known, steps=300 if quick else 2000, seeds=1 if quick else 2, tell=print
            )
            kept.write_text(json.dumps(rows, indent=1))
        metrics["ablation"] = json.loads(kept.read_text())
    metrics["seconds"] = seconds
    draw(out, work, metrics)
    (out / "measured.md").write_text(report(metrics))
    return metrics


def _dataset_facts(data: Dataset) -> dict[str, Any]:
    return {
        "sha256": data.sha256,
        "designs_of_each_climate": data.count,
        "climates": list(data.climates),
        "parameters": list(data.names),
    }


def _judged(model: Surrogate, cases: Cases) -> dict[str, Any]:
    """Errors and slopes of a network or an ensemble of months."""
    mean = EnsembleSurrogate.of(_with_members(model))
    found: dict[str, Any] = {}
    for where, case in (("unseen_designs", cases.known), ("unseen_climates", cases.new)):
        found[where] = accuracy(model.signature, predicted(mean, case).mean, case)
        found[f"slopes_{where}"] = slopes(model, case)
    return found


def _with_members(model: Surrogate) -> Surrogate:
    if model.params["out"]["kernel"].ndim == 3:
        return model
    return Surrogate(model.signature, model.module, jax.tree.map(lambda x: x[None], model.params))


def _annual_errors(model: Surrogate, cases: Cases) -> dict[str, Any]:
    """Errors of a network of whole years, by zone, as a share of the zone's mean."""
    found: dict[str, Any] = {}
    for where, case in (("unseen_designs", cases.known), ("unseen_climates", cases.new)):
        said = [
            model(x, c.astype(np.float32)) for x, c in zip(case.designs, case.climates, strict=True)
        ]
        found[where] = {}
        for name, truth in case.year().items():
            if name not in said[0]:
                continue
            error = np.stack([np.asarray(each[name]) for each in said]) - truth
            mean = np.maximum(truth.mean(axis=(0, 1)), 1e-9)
            mae = np.abs(error).mean(axis=(0, 1)) / mean
            cv = np.sqrt((error**2).mean(axis=(0, 1))) / mean
            found[where][name] = {"mae": float(mae.mean()), "cv_rmse": float(cv.mean())}
    return found


def _doubts(
    plain: EnsembleSurrogate, in_new: EnsembleSurrogate, cases: Cases
) -> dict[str, dict[str, Any]]:
    in_known = calibrated(plain, cases.to_calibrate, new_climates=False)
    return {
        "normal_unseen_designs": doubt(plain, cases.to_judge),
        "calibrated_unseen_designs": doubt(in_known, cases.to_judge),
        "normal_unseen_climates": doubt(plain, cases.new),
        "calibrated_unseen_climates": doubt(in_new, cases.new),
    }


def _student(
    folder: Path, ensemble: Surrogate, facts: dict[str, Any], quick: bool, *, annual: bool
) -> tuple[Surrogate, float]:
    """One network in place of the ensemble, and the seconds that it took; kept once it is there."""
    if (folder / "model.json").exists():
        found, told = load_surrogate(folder)
        return found, told["training"]["seconds"]
    started = time.perf_counter()
    climates = np.stack(list(facts["climates"].values()))
    learns, module = None, ensemble.module
    if annual:
        learns = annual_signature(ensemble, climates)
        module = AnnualNet(learns.width, hidden=_ANNUAL_UNITS, free=learns.free)
    student = distil(
        ensemble, module, climates, key=jax.random.key(5), settings=_QUICK if quick else _LEARN,
        learns=learns, report=lambda told: print(told.step, told.loss, flush=True),
    )  # fmt: skip
    seconds = round(time.perf_counter() - started, 1)
    save_surrogate(folder, student, training={"distilled": True, "seconds": seconds})
    return student, seconds


def _export(
    work: Path,
    assets: Path,
    cases: Cases,
    ensemble: Surrogate,
    facts: dict[str, Any],
    students: dict[str, tuple[Surrogate, float]],
    in_new: EnsembleSurrogate,
) -> tuple[dict[str, Path], Path, dict[str, float]]:
    """Model files; the ensemble in single precision, which stays; and the seconds of it all."""
    assets.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    carried = {n: f for n, f in facts["climates"].items() if _DRAWN not in n}
    carried |= dict(zip(cases.new.data.climates, cases.new.climates, strict=True))
    training = {key: facts["training"][key] for key in ("dataset", "seed", "steps", "members")}
    head = assets / "thermal_surrogate_v2"
    files = {
        "ensemble": Path(f"{head}_calibrated.onnx"),
        "design": Path(f"{head}.onnx"),
        "design_int8": Path(f"{head}_int8.onnx"),
        "annual": Path(f"{head}_annual.onnx"),
        "balanced": Path(f"{head}_balanced.onnx"),
    }
    whole = work / "ensemble.onnx"
    export_surrogate(
        ensemble.signature, ensemble.module, ensemble.params, whole, kind="ensemble",
        climates=carried, training=training,
        conformal=conformal_record(
            ensemble.signature, in_new.conformal, nonnegative=in_new.nonnegative
        ),
    )  # fmt: skip
    quantize(whole, files["ensemble"], "fp16")  # half the size, nearly as exact
    seconds = {"exporting": round(time.perf_counter() - started, 1)}
    for name, student in (("design", "student"), ("annual", "annual")):
        model, seconds[f"distilling_{student}"] = students[student]
        export_surrogate(
            model.signature, model.module, model.params, files[name],
            climates=carried, training={**training, "distilled": True},
        )  # fmt: skip
    quantize(files["design"], files["design_int8"], "int8-dynamic")
    balanced, told = load_surrogate(work / "balanced")
    export_surrogate(
        balanced.signature, balanced.module, jax.tree.map(lambda x: x[0], balanced.params),
        files["balanced"], climates=carried,
        training={key: told["training"][key] for key in ("dataset", "seed", "steps", "laws")},
    )  # fmt: skip
    return files, whole, seconds


def _variants(
    work: Path, out: Path, files: dict[str, Path], quick: bool
) -> dict[str, list[dict[str, Any]]]:
    """Size, error and speed of smaller variants, also as tables."""
    batches = (1, 100, 10_000) if quick else (1, 10, 100, 1000, 10_000, 100_000)
    found = {}
    for name in ("design", "annual", "reference"):
        variants = [files[f"{name}_int8"]] if f"{name}_int8" in files else []
        for mode in ("int8", "int8-dynamic", "fp16"):
            if mode == "int8-dynamic" and variants:
                continue
            variants.append(work / f"{name}_{mode}.onnx")
            quantize(files[name], variants[-1], mode)
        compared = compare(files[name], variants, batches=batches)
        found[name] = [dataclasses.asdict(each) for each in compared]
        (out / f"variants_{name}.md").write_text(comparison_table(compared) + "\n")
    return found
