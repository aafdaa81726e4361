"""Groups in their own processes: real figures, and every way to fail."""

from __future__ import annotations

import itertools
import json

import pytest

from fluxion.benchmarks import Group, Row, groups, run_benchmarks
from fluxion.benchmarks import _run as running
from fluxion.benchmarks._child import GroupFailed, Stopped, environment, measure
from fluxion.benchmarks._groups import choose
from fluxion.benchmarks._plan import flag_name
from fluxion.errors import InputError

WANTED = {
    "case600.b128.sims_per_s_core",
    "case600.b1.sims_per_s",
    "case900.b128.sims_per_s_core",
    "tenzone.b128.sims_per_s_core",
    "case600.grad20.b128.ratio",
    "case600.grad20.b1.ratio",
    "case600.compile_s",
    "case600.grad_compile_s",
    "energyplus.case600.sims_per_s_core",
    "cta.overhead_percent",
}
FLAGS = "--xla_backend_extra_options=xla_cpu_one=1 --xla_cpu_two=512"
KERNELS = Group("machine", "kernels", "_kernels:machine_kernels", {"seconds": 0.0})
BROKEN = Group("broken", "nothing", "_kernels:no_such_function", {}, (("broken.figure", "s"),))


def never() -> bool:
    return False


@pytest.mark.parametrize("quick", [True, False])
def test_every_plan_declares_the_figures_that_others_rely_on(quick: bool) -> None:
    plan = groups("default", quick=quick, flags=FLAGS, cores=2)
    declared = [name for group in plan for name, _ in group.rows]
    assert set(declared) >= WANTED
    assert len(declared) == len(set(declared))
    assert len({group.name for group in plan}) == len(plan)


def test_flags_are_measured_one_by_one() -> None:
    plan = groups("default", quick=False, flags=FLAGS, cores=2)
    given = {g.name: g.environment["XLA_FLAGS"] for g in plan if g.name.startswith("flags.")}
    assert given == {
        "flags.none": "",
        "flags.xla_cpu_one": FLAGS.split()[0],
        "flags.xla_cpu_two": FLAGS.split()[1],
        "flags.all": FLAGS,
    }
    assert flag_name("--xla_cpu_two") == "xla_cpu_two"


def test_groups_are_chosen_by_name_beginning_and_figure() -> None:
    plan = groups("default", quick=False, flags="", cores=2)
    names = [group.name for group in choose(plan, ["scaling", "cta.overhead_percent"])]
    assert names[0] == "cta" and "scaling.zones" in names and "case600" not in names
    with pytest.raises(InputError, match="'nothing'.*case600"):
        choose(plan, ["nothing"])


def test_settings_of_the_user_do_not_change_what_is_measured(monkeypatch) -> None:
    monkeypatch.setenv("JAX_ENABLE_X64", "1")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "somewhere")
    given = environment(KERNELS, "--flag")
    assert "JAX_ENABLE_X64" not in given and "JAX_COMPILATION_CACHE_DIR" not in given
    assert given["XLA_FLAGS"] == "--flag"


def test_a_process_that_is_too_slow_or_no_longer_wanted_ends() -> None:
    slow = Group("slow", "", KERNELS.measure, KERNELS.arguments, timeout=0.0)
    with pytest.raises(GroupFailed, match="ended after 0 s"):
        list(measure(slow, "", never))
    with pytest.raises(Stopped):
        list(measure(KERNELS, "", lambda: True))


def test_a_failed_group_is_named_and_the_others_go_on(monkeypatch) -> None:
    monkeypatch.setattr(running, "groups", lambda *_, **__: [BROKEN, KERNELS])
    kept = []
    found = run_benchmarks("default", keep=kept.append)
    assert "no_such_function" in found.failed["broken"]
    rows = {row.name: row for row in found.rows}
    assert rows["broken.figure"].value is None
    assert "no_such_function" in rows["broken.figure"].reason
    assert found.value("machine.multiply_add") > 0.0
    assert [set(each.seconds) for each in kept] == [
        {"devices", "broken"},
        {"devices", "broken", "machine"},
    ]
    # What is printed is JSON, and says nothing about whose machine it is.
    said = json.dumps(found.to_dict(), allow_nan=False)
    assert set(json.loads(said)) == {
        "machine", "weather", "quick", "results", "failed", "seconds"
    }  # fmt: skip
    assert all({"name", "value", "unit", "spread"} <= set(r) for r in found.to_dict()["results"])
    assert found.machine["devices"] and "/" not in found.weather["name"]
    import platform

    assert platform.node() not in said.replace(found.machine["processor"], "")


def test_an_interrupted_run_keeps_what_is_done(monkeypatch) -> None:
    monkeypatch.setattr(running, "groups", lambda *_, **__: [KERNELS, BROKEN])
    monkeypatch.setattr(running, "measure", lambda *_: iter([Row("done", 1.0, "s")]))
    asked = itertools.count()
    found = run_benchmarks("default", stop=lambda: next(asked) > 0)
    assert found.value("done") == 1.0
    assert found.failed == {"broken": "not begun: interrupted"} and found.interrupted
