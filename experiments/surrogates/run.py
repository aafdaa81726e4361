"""Data, models, metrics and figures of the standard surrogate; see README.md.

    python experiments/surrogates/run.py --work /somewhere/large

Stages that are done are not done again; the work folder keeps what they made.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parents[1] / "assets"
SPECS = ("office_design", "office_unseen_designs", "office_unseen_climates", "office_calibration")
#: Share of units that one network is trained without, in each step.
DROPOUT = 0.05
#: What surrogates of designs answer.
OUTPUTS = (
    "monthly_heating,monthly_cooling,monthly_peak_heating,monthly_peak_cooling,monthly_discomfort"
)


def say(text: str) -> None:
    """To standard error, as progress is."""
    print(text, file=sys.stderr, flush=True)


def fluxion(*arguments: str) -> None:
    """Run the command line; its progress goes where ours goes."""
    say(f"$ fluxion {' '.join(arguments)}")
    subprocess.run([sys.executable, "-m", "fluxion", *arguments], check=True, stdout=sys.stderr)


#: What a spec says in a short run, of samples, slopes and climates around each.
_SHORT = {"samples": 16, "gradients": 1, "count": 1}


def make_data(work: Path, quick: bool) -> None:
    """Weather and datasets; what is there is kept."""
    import tomllib

    for name in SPECS:
        spec = work / f"{name}.toml"
        text = (HERE / f"{name}.toml").read_text()
        for key, number in _SHORT.items() if quick else ():
            text = re.sub(rf"^{key} = \d+", f"{key} = {number}", text, flags=re.MULTILINE)
        spec.write_text(text)
        for weather in tomllib.loads(spec.read_text())["weather"]:
            base = weather.partition("@")[0]
            if base != "default":
                fluxion("weather", "get", base)
        fluxion("dataset", str(spec))


#: What closes the balance of the zones' air besides heating and cooling.
TERMS = "monthly_gain,monthly_airflow,monthly_surface,monthly_storage,monthly_temperature"
#: Folder, members and options of each training.
TRAININGS: dict[str, tuple[int, tuple[str, ...]]] = {
    "ensemble": (4, ("--steps", "6000")),
    "dropout": (1, ("--steps", "4000", "--dropout", str(DROPOUT))),
    "balanced": (1, ("--steps", "4000", "--laws")),
}


def train(work: Path, quick: bool) -> dict[str, float]:
    """All networks; returns the seconds that each took."""
    seconds = {}
    for name, (members, options) in TRAININGS.items():
        folder = work / name
        outputs = f"{OUTPUTS},{TERMS}" if name == "balanced" else OUTPUTS
        given = ("--steps", "500", *options[2:]) if quick else options
        fluxion(
            "train", str(work / "office_design.zarr"), "--out", str(folder), "--outputs", outputs,
            "--members", str(members), *given,
        )  # fmt: skip
        facts = json.loads((folder / "model.json").read_text())
        seconds[name] = float(facts["training"]["found"]["seconds"])
    return seconds


def main() -> int:
    """Run the stages that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("surrogate-work"), help="large files")
    parser.add_argument(
        "--quick", action="store_true", help="few designs, short trainings, to try the way"
    )
    parser.add_argument("--assets", type=Path, default=ASSETS, help="folder of the models")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of tables and figures")
    parser.add_argument("--skip-ablation", action="store_true")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    make_data(asked.work, asked.quick)
    training = train(asked.work, asked.quick)
    from stages import judge_and_export  # JAX starts here, after the commands before

    metrics: dict[str, Any] = judge_and_export(
        asked.work, asked.assets, asked.out,
        training=training, dropout_rate=DROPOUT, quick=asked.quick,
        ablation=not asked.skip_ablation,
    )  # fmt: skip
    metrics["seconds"]["whole_run"] = round(time.perf_counter() - started, 1)
    (asked.assets / "model_metrics_v2.json").write_text(json.dumps(metrics, indent=1) + "\n")
    say(f"wrote {asked.assets / 'model_metrics_v2.json'}")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "1")
    raise SystemExit(main())
