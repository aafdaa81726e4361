"""`fluxion optimize`: refusals in one line, files that resume, and a run from end to end."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fluxion.cli._console import messages
from fluxion.cli._optimize_files import read_history, write_optimum
from fluxion.cli._space import parse_weights
from fluxion.errors import InputError
from fluxion.optimize import History, multistart

SPACE = ("-p", "zone.heating_setpoint=18:20", "-p", "surface.roof.inside_emissivity=0.2:0.9")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("-p", "zone.heating_setpont=18:20"), "did you mean 'zone.heating_setpoint'"),
        (("-p", "zone.heating_setpoint=20:18"), "give the lower one first"),
        (("--objective", "comfort=1"), "'comfort' was given; take heating, cooling"),
        ((*SPACE, "--price", "orientation=3"), "no parameter of the space"),
        ((*SPACE, "--starts", "0"), "0 starts were asked for"),
        (("--resume",), "--resume was given without --out"),
    ],
)
def test_bad_input_is_refused_in_one_line(fluxion, words, line) -> None:
    result = fluxion("optimize", "ashrae140:195", *words)
    assert result.exit_code == 2 and result.stdout == ""
    assert line in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        (["heating"], "write NAME=NUMBER"),
        (["a=nan"], "write NAME"),
        (["a=1", "a=2"], "given twice"),
    ],
)
def test_weights_that_are_none(texts, line) -> None:
    with pytest.raises(InputError, match=line):
        parse_weights(texts, "objective")


@pytest.fixture
def optimum():
    def bowl(x):
        return np.sum((x - 0.3) ** 2, axis=1), 2 * (x - 0.3)

    return multistart(bowl, np.array([[0.9, 0.1], [0.2, 0.8]]), np.zeros(2), np.ones(2))


def test_a_written_history_resumes_only_the_same_run(tmp_path, optimum) -> None:
    made_by = {"building": "box", "objective": "heating=1", "source": "Fluxion 1"}
    files = write_optimum(tmp_path, optimum, {"building": "box"}, made_by, messages())
    assert [path.name for path in files] == ["optimize.json", "history.npz", "optimize.png"]
    assert json.loads(files[0].read_text())["made_by"] == made_by
    found = read_history(tmp_path, made_by)
    for name in History.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(found, name), getattr(optimum.history, name))
    with pytest.raises(InputError, match="objective was 'heating=1' and is 'cooling=1'"):
        read_history(tmp_path, made_by | {"objective": "cooling=1"})
    (tmp_path / "history.npz").write_bytes(b"no history")
    with pytest.raises(InputError, match="cannot be read"):
        read_history(tmp_path, made_by)
    with pytest.raises(InputError, match="no history .* leave out --resume"):
        read_history(tmp_path / "elsewhere", made_by)


@pytest.mark.slow
def test_a_run_is_reported_and_resumed(fluxion, tmp_path) -> None:
    words = ("optimize", "ashrae140:195", *SPACE, "--starts", "2", "--evaluations", "3", "--json")
    words += ("--price", "surface.roof.inside_emissivity=10", "--warmup-days", "2")
    words += ("--steps-per-hour", "1", "--out", tmp_path)
    first = fluxion(*words)
    assert first.exit_code == 0, first.output
    report = json.loads(first.stdout)
    best = report["parameters"]["zone.heating_setpoint"]
    assert best["lower"] <= best["best"] <= best["upper"] and best["unit"] == "degC"
    loads = report["results"]
    value = loads["heating_kWh"] + loads["cooling_kWh"]
    value += 10 * report["parameters"]["surface.roof.inside_emissivity"]["best"]
    np.testing.assert_allclose(report["objective"]["value"], value, rtol=1e-4)
    assert report["gradient_evaluations"] == len(report["history"]) <= 6
    again = fluxion(*words, "--resume")
    assert json.loads(again.stdout)["history"] == report["history"]
