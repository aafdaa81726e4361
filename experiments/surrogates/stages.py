"""What `run.py` does once data and ensemble are there: judge, distil, calibrate, export, time."""

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
from judging import Case, accuracy, calibrated, doubt, predicted, slopes
from reference import train_reference
from speeds import engine_speed, physics_speed, surrogate_speed

from fluxion._version import __version__
from fluxion.datasets import read_dataset
from fluxion.export import compare, comparison_table, export_surrogate, quantize
from fluxion.io import load_surrogate, save_surrogate
from fluxion.surrogates import Surrogate
from fluxion.training import Settings, distil
from fluxion.uncertainty import EnsembleSurrogate, conformal_record

#: Climates that model files carry: those measured.
CARRIED = "@"


def judge_and_export(
    work: Path, assets: Path, out: Path, *, training_seconds: float, quick: bool, ablation: bool
) -> dict[str, Any]:
    """Metrics of everything, and the models and figures as files."""
    seconds: dict[str, float] = {"training": training_seconds}
    ensemble, facts = load_surrogate(work / "ensemble")
    signature = ensemble.signature
    data = read_dataset(work / "office_design.zarr")
    known = Case(read_dataset(work / "office_unseen_designs.zarr"))
    new = Case(read_dataset(work / "office_unseen_climates.zarr"))
    aside = Case(read_dataset(work / "office_calibration.zarr"))
    carried = {n: f for n, f in facts["climates"].items() if CARRIED not in n}
    carried |= dict(zip(new.data.climates, new.climates, strict=True))

    # Half of the unseen designs calibrate, the other half are judged.
    half = known.data.count // 2
    to_calibrate = Case(known.data.take(np.arange(half)))
    to_judge = Case(known.data.take(np.arange(half, known.data.count)))

    student, seconds["distilling"] = _student(work, ensemble, facts, quick)

    plain = EnsembleSurrogate.of(ensemble)
    in_known = calibrated(plain, to_calibrate, new_climates=False)
    in_new = calibrated(plain, aside, new_climates=True)
    metrics: dict[str, Any] = {
        "version": __version__,
        "dataset": {
            "sha256": data.sha256,
            "designs_of_each_climate": data.count,
            "climates": list(data.climates),
            "parameters": list(data.names),
        },
        "training": facts["training"],
        "ensemble": {
            "unseen_designs": accuracy(signature, predicted(plain, known).mean, known),
            "unseen_climates": accuracy(signature, predicted(plain, new).mean, new),
            "slopes_unseen_designs": slopes(ensemble, known),
            "slopes_unseen_climates": slopes(ensemble, new),
        },
        "doubt": {
            "normal_unseen_designs": doubt(plain, to_judge),
            "calibrated_unseen_designs": doubt(in_known, to_judge),
            "normal_unseen_climates": doubt(plain, new),
            "calibrated_unseen_climates": doubt(in_new, new),
        },
    }
    alone = Surrogate(signature, student.module, jax.tree.map(lambda x: x[None], student.params))
    single = EnsembleSurrogate.of(alone)
    metrics["student"] = {
        "unseen_designs": accuracy(signature, predicted(single, known).mean, known),
        "unseen_climates": accuracy(signature, predicted(single, new).mean, new),
        "slopes_unseen_designs": slopes(student, known),
    }

    assets.mkdir(parents=True, exist_ok=True)
    training = {key: facts["training"][key] for key in ("dataset", "seed", "steps", "members")}
    started = time.perf_counter()
    files = {
        "ensemble": assets / "thermal_surrogate_v2_calibrated.onnx",
        "design": assets / "thermal_surrogate_v2.onnx",
        "design_int8": assets / "thermal_surrogate_v2_int8.onnx",
        "reference": assets / "reference_2_64_64_10.onnx",
        "reference_int8": assets / "reference_2_64_64_10_int8.onnx",
    }
    whole = work / "ensemble.onnx"
    export_surrogate(
        signature, ensemble.module, ensemble.params, whole, kind="ensemble",
        climates=carried, training=training,
        conformal=conformal_record(signature, in_new.conformal, nonnegative=in_new.nonnegative),
    )  # fmt: skip
    export_surrogate(
        signature, student.module, student.params, files["design"],
        climates=carried, training={**training, "distilled": True},
    )  # fmt: skip
    quantize(whole, files["ensemble"], "fp16")  # half the size, nearly as exact
    seconds["exporting"] = round(time.perf_counter() - started, 1)
    quantize(files["design"], files["design_int8"])
    reference, metrics["reference"] = train_reference(["default", "boulder", "miami"])
    export_surrogate(
        reference.signature, reference.module, reference.params, files["reference"],
        training={"hours": metrics["reference"]["hours"]},
    )  # fmt: skip
    quantize(files["reference"], files["reference_int8"])
    metrics["files"] = {
        name: {"file": path.name, "KiB": round(path.stat().st_size / 1024, 1)}
        for name, path in files.items()
    }
    batches = (1, 100, 10_000) if quick else (1, 10, 100, 1000, 10_000, 100_000)
    metrics["quantised"] = {}
    for name in ("design", "reference"):
        variants = []
        for mode in ("int8-dynamic", "fp16"):
            variants.append(work / f"{name}_{mode}.onnx")
            quantize(files[name], variants[-1], mode)
        compared = compare(files[name], [files[f"{name}_int8"], *variants], batches=batches)
        metrics["quantised"][name] = [dataclasses.asdict(each) for each in compared]
        (out / f"variants_{name}.md").write_text(comparison_table(compared) + "\n")
    metrics["speed"] = {
        **surrogate_speed(files["design"], whole),
        **physics_speed(),
        **engine_speed(),
    }
    if ablation:
        kept = work / "ablation.json"
        if not kept.exists():
            rows = ablate(
                data, known, steps=300 if quick else 2500, seeds=1 if quick else 2, tell=print
            )
            kept.write_text(json.dumps(rows, indent=1))
        metrics["ablation"] = json.loads(kept.read_text())
    metrics["seconds"] = seconds
    draw(out, work, metrics)
    return metrics


def _student(
    work: Path, ensemble: Surrogate, facts: dict[str, Any], quick: bool
) -> tuple[Surrogate, float]:
    """One network in place of the ensemble, and the seconds that it took; kept once it is there."""
    folder = work / "student"
    if (folder / "model.json").exists():
        found, told = load_surrogate(folder)
        return found, told["training"]["seconds"]
    started = time.perf_counter()
    student = distil(
        ensemble,
        ensemble.module,
        np.stack(list(facts["climates"].values())),
        key=jax.random.key(5),
        settings=Settings(steps=500 if quick else 8000, epoch=500, rate=4e-3),
        report=lambda told: print(told.step, told.loss, flush=True),
    )
    seconds = round(time.perf_counter() - started, 1)
    save_surrogate(folder, student, training={"distilled": True, "seconds": seconds})
    return student, seconds
