"""`fluxion bench` on results that are at hand; measuring is tested with the benchmarks."""

from __future__ import annotations

import json

import pytest

RESULTS = {
    "machine": {
        "processor": "a processor", "cores": 2, "memory_GiB": 8.0, "load_at_start": 0.5,
        "fluxion": "1", "jax": "2", "jaxlib": "3", "python": "4", "system": "s",
        "architecture": "x", "xla_flags": "",
    },
    "weather": {"name": "somewhere", "sha256": "0" * 64},
    "quick": True,
    "results": [
        {"name": "case600.b1.sims_per_s", "value": 12.0, "unit": "1/s", "spread": 0.5},
        {"name": "cta.overhead_percent", "value": None, "unit": "%", "spread": None,
         "reason": "failed"},
    ],
    "failed": {"cta": "no memory"},
    "seconds": {"case600": 3.0},
}  # fmt: skip


@pytest.fixture
def at_hand(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(RESULTS))
    return path


def test_results_at_hand_are_printed_as_they_are(fluxion, at_hand) -> None:
    done = fluxion("bench", "--from", at_hand, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == RESULTS


def test_the_table_has_targets_and_a_failure_is_named(fluxion, at_hand, tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("words\n<!-- bench: targets -->\n<!-- /bench -->\n")
    done = fluxion("bench", "--from", at_hand, "--document", page)
    assert done.exit_code == 0
    assert "Case 600 alone" in done.stdout and "150" in done.stdout
    assert "not measured: cta: no memory" in done.stderr
    assert "| Case 600 alone | ≥ 150 | 12.0 ± 0.50 |" in page.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "nonsense"], "'nonsense'"),
        (["--from", "missing.json"], "missing.json"),
        (["--weather", "nowhere"], "nowhere"),
        (["--document", "missing.md"], "missing.md"),
    ],
)
def test_bad_input_is_refused_before_anything_is_measured(fluxion, words, said) -> None:
    done = fluxion("bench", *words)
    assert done.exit_code == 2
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_results_at_hand_are_not_measured_again(fluxion, at_hand) -> None:
    done = fluxion("bench", "--from", at_hand, "--quick")
    assert done.exit_code == 2 and "--from" in done.stderr
