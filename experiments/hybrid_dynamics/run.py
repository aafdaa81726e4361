"""What a few weeks of observation add to a network that is wrong about its building; see README.md.

    python experiments/hybrid_dynamics/run.py

Members that `results.csv` has already are not run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

import fluxion as fx
from fluxion.errors import FluxionError
from fluxion.networks import RCNetwork, uniform_state
from fluxion.simulation import Options, one_hour
from fluxion.surrogates import (
    OBSERVED,
    HybridCarry,
    HybridStep,
    NeuralCarry,
    NeuralStep,
    ReferenceNet,
    Scale,
    hybrid_features,
    neural_features,
)
from fluxion.training import (
    DrawWindows,
    DynamicData,
    RolloutLoss,
    Settings,
    dynamic_data,
    fit,
    free_run_errors,
    init_members,
    places,
    random_setpoints,
)

sys.path.append(str(Path(__file__).resolve().parents[1]))
from rows import append_rows, read_rows

HERE = Path(__file__).resolve().parent
COLUMNS = ("case", "unknown", "weeks", "model", "seed", "period", *OBSERVED, "seconds")
#: Days before each period in which models find their way from 20 degC.
WARMUP = 7
#: First day of the year and days of the periods that no model sees: two weeks each.
UNSEEN = {"spring": (110, 14), "summer": (190, 14)}
TRAINING_DAY = 40
#: Most heat that is learned [W], usual errors [K] and [W], hours of windows, numbers kept.
REACH, MEMORY = 1000.0, 8
SCALES = {"zone_temperature": 1.0, "heating_rate": 500.0, "cooling_rate": 500.0}
WINDOW, BURN = 72, 24
MODEL = Options(steps_per_hour=1, warmup_days=0)
MEMBERS = 3


def wrong(network: RCNetwork) -> RCNetwork:
    """The network of somebody who guessed: insulation, mass, leaks, gains and colours are off."""
    return eqx.tree_at(
        lambda n: (
            n.layers.conductivity, n.layers.density, n.airflows.flow, n.gains.power,
            n.envelope.inside_solar_absorptance,
        ),
        network,
        (
            1.4 * network.layers.conductivity, 0.7 * network.layers.density,
            0.5 * network.airflows.flow, 0.3 * network.gains.power,
            0.8 * network.envelope.inside_solar_absorptance,
        ),
    )  # fmt: skip


class Nothing:
    """A network that adds nothing."""

    def apply(self, params: Any, features: Any) -> Any:
        """No heat."""
        return jnp.zeros(1)


@eqx.filter_jit
def run_free(step: Any, params: Any, carry: Any, data: DynamicData) -> Any:
    """Where a model stands before each hour, and what it gives."""
    return places(step, params, carry, data.hours)


def study(case: str, unknown: str, weeks: int, steps: int) -> list[tuple]:
    """Rows of one building, of one model network, of so many weeks of training."""
    weather = fx.default_weather(dtype=float)
    building = fx.build(fx.cases.ashrae140(case), dtype=float, first_weekday=weather.first_weekday)
    model = wrong(building) if unknown == "parameters" else building

    def observe(first: int, days: int, seed: int) -> DynamicData:
        span = weather.select_days(first - WARMUP, days + WARMUP)
        return dynamic_data(
            building, model, span, random_setpoints(seed, span.hours, 1),
            options=Options(warmup_days=0), model_options=MODEL,
        )  # fmt: skip

    train = observe(TRAINING_DAY, 7 * weeks, 0)
    periods = {"training": train}
    periods |= {n: observe(*span, k + 1) for k, (n, span) in enumerate(UNSEEN.items())}
    rows: list[tuple] = []

    def judge(name: str, seed: int | str, step: Any, params: Any, carry: Any, seconds: float):
        for period, data in periods.items():
            found = run_free(step, params, carry, data)[1]
            errors = free_run_errors(found, data, 24 * WARMUP)
            told = [f"{float(errors[each]):.5g}" for each in OBSERVED]
            rows.append((case, unknown, weeks, name, seed, period, *told, f"{seconds:.1f}"))

    hour = one_hour(model, weather, options=MODEL)
    start = HybridCarry(uniform_state(model, temperature=20.0), jnp.zeros(1))
    physics = HybridStep(hour, Nothing(), Scale.of(jnp.zeros((2, 1))), jnp.zeros(1))  # type: ignore
    judge("network", "", physics, {}, start, 0.0)

    where, _ = run_free(physics, {}, start, train)
    features = jax.vmap(hybrid_features)(where, train.hours)
    net = ReferenceNet(1, 32)
    hybrid = HybridStep(hour, net, Scale.of(features), jnp.full(1, REACH))
    trained = learn(hybrid, net, features[0], where, train, steps)
    for seed, params, seconds in trained:
        judge("hybrid", seed, hybrid, params, start, seconds)

    seen = train.observed
    carry = NeuralCarry(
        seen["zone_temperature"], seen["heating_rate"] - seen["cooling_rate"],
        jnp.zeros((train.count, MEMORY)),
    )  # fmt: skip
    before = jax.tree.map(lambda leaf: jnp.concatenate([leaf[:1], leaf[:-1]]), carry)
    features = jax.vmap(neural_features)(before, train.hours)
    net = ReferenceNet(3 + MEMORY, 64)
    alone = NeuralStep(net, Scale.of(features), 5.0, jnp.full(1, 1000.0), MEMORY)
    example = jnp.concatenate([features[0], jnp.zeros(MEMORY)])
    from_rest = NeuralCarry(jnp.full(1, 20.0), jnp.zeros(1), jnp.zeros(MEMORY))
    for seed, params, seconds in learn(alone, net, example, before, train, 4 * steps):
        judge("neural", seed, alone, params, from_rest, seconds)
    return rows


def learn(step: Any, net: Any, example: Any, where: Any, train: DynamicData, steps: int):
    """Networks trained side by side, and the seconds of each."""
    after = 24 * WARMUP
    draw = DrawWindows(
        train.between(after, train.count), jax.tree.map(lambda a: a[after:], where), WINDOW, 8
    )
    begun = time.perf_counter()
    end = fit(
        init_members(net, jax.random.key(0), MEMBERS, example), RolloutLoss(step, SCALES, BURN),
        draw, key=jax.random.key(1),
        settings=Settings(steps=steps, epoch=steps // 4, rate=3e-3, decay=0.1),
    )  # fmt: skip
    params = jax.block_until_ready(end.params)
    seconds = (time.perf_counter() - begun) / MEMBERS
    return [(k, jax.tree.map(lambda a, k=k: a[k], params), seconds) for k in range(MEMBERS)]


def main() -> int:
    """Run what is missing, then summarize all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default="600,900", help="of ASHRAE 140")
    parser.add_argument("--weeks", default="1,2,4,8", help="of training")
    parser.add_argument("--unknown", default="parameters,steps", help="what the network misses")
    parser.add_argument("--steps", type=int, default=400, help="of the optimiser")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the results")
    asked = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    asked.out.mkdir(parents=True, exist_ok=True)
    table = asked.out / "results.csv"
    try:
        for case in asked.cases.split(","):
            for unknown in asked.unknown.split(","):
                for weeks in map(int, asked.weeks.split(",")):
                    if unknown == "steps" and weeks != 2:
                        continue
                    done = {(r["case"], r["unknown"], r["weeks"]) for r in read_rows(table)}
                    if (case, unknown, str(weeks)) not in done:
                        append_rows(table, COLUMNS, study(case, unknown, weeks, asked.steps))
                        print(f"{case}, {unknown}, {weeks} weeks: done", file=sys.stderr)
    except FluxionError as error:
        print(error, file=sys.stderr)
        return 2
    rows = read_rows(table)
    summary = summarize(rows)
    (asked.out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    draw_errors(rows, asked.out / "errors.png")
    print(json.dumps(summary, indent=1))
    return 0


def summarize(rows: list[dict[str, str]]) -> dict[str, dict[str, list[float]]]:
    """Errors of each model, means over its seeds: [K], [W] of heating, [W] of cooling."""
    keys = ("case", "unknown", "weeks", "period")
    groups: dict[str, dict[str, list]] = {}
    for row in rows:
        of_models = groups.setdefault(", ".join(row[key] for key in keys), {})
        of_models.setdefault(row["model"], []).append([float(row[name]) for name in OBSERVED])
    return {
        group: {m: [float(f"{v:.3g}") for v in np.mean(e, axis=0)] for m, e in models.items()}
        for group, models in groups.items()
    }


def draw_errors(rows: list[dict[str, str]], path: Path) -> None:
    """Errors of air temperature over weeks of training, on weeks that no model saw."""
    from fluxion.viz import _style

    rows = [row for row in rows if row["unknown"] == "parameters"]
    cases = sorted({row["case"] for row in rows})
    colours = {"network": "#8A8A8A", "hybrid": _style.HEATING, "neural": _style.COOLING}
    titles = {"network": "wrong network", "hybrid": "with learned heat", "neural": "neural alone"}
    with _style.style():
        figure = _style.new_figure(3.2 * len(cases) * len(UNSEEN), 3.0)
        axes = np.atleast_1d(figure.subplots(1, len(cases) * len(UNSEEN), sharey=True))
        pairs = [(case, period) for case in cases for period in UNSEEN]
        for panel, (case, period) in zip(axes, pairs, strict=True):
            for model, colour in colours.items():
                own = [
                    (int(r["weeks"]), float(r["zone_temperature"])) for r in rows
                    if (r["case"], r["period"], r["model"]) == (case, period, model)
                ]  # fmt: skip
                weeks = sorted({week for week, _ in own})
                mean = [np.mean([e for w, e in own if w == week]) for week in weeks]
                panel.plot(weeks, mean, "o-", color=colour, label=titles[model])
                panel.plot(*zip(*own, strict=True), ".", color=colour, alpha=0.4)
            panel.set(title=f"Case {case}, {period}", xlabel="weeks of training", yscale="log")
            panel.set_xscale("log", base=2)
            panel.set_xticks(weeks, [str(week) for week in weeks])
            panel.set_yticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"])
            panel.minorticks_off()
        axes[0].set_ylabel("RMSE of free-run air temperature [K]")
        axes[-1].legend()
        figure.savefig(path, dpi=110)


if __name__ == "__main__":
    sys.exit(main())
