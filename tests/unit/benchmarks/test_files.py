"""Reports and pages from results; nothing is measured here."""

from __future__ import annotations

import json

import pytest

from fluxion.benchmarks import Results, Row, write_document, write_report
from fluxion.benchmarks._document import check_document
from fluxion.errors import InputError

MACHINE = {
    "processor": "a processor", "cores": 2, "memory_GiB": 8.0, "load_at_start": 0.5,
    "fluxion": "1", "jax": "2", "jaxlib": "3", "python": "4", "system": "s",
    "architecture": "x", "xla_flags": "",
}  # fmt: skip
ROWS = [
    Row("case600.b1.sims_per_s_core", 20.0, "1/s", 1.0),
    Row("case600.b128.sims_per_s_core", 321.0, "1/s", 2.0),
    Row("scaling.zones.1.ms_per_sim", 3.0, "ms"),
    Row("scaling.zones.2.ms_per_sim", 7.0, "ms"),
    Row("energyplus.case600.sims_per_s_core", None, "1/s", reason="not installed"),
]


@pytest.fixture
def results() -> Results:
    weather = {"name": "somewhere", "sha256": "0" * 64}
    return Results(MACHINE, weather, True, list(ROWS), {"energyplus": "pip install it"}, {"a": 1.0})


def test_results_come_back_from_their_file(results, tmp_path) -> None:
    files = write_report(tmp_path, results)
    assert {"results.json", "report.md", "throughput.png"} <= {path.name for path in files}
    assert Results.from_file(tmp_path / "results.json") == results
    text = (tmp_path / "report.md").read_text()
    assert "321 ± 2" in text and "- energyplus: pip install it" in text
    assert json.loads((tmp_path / "results.json").read_text())["results"][4]["value"] is None


@pytest.mark.parametrize("text", ["", "[]", '{"machine": {}}', '{"results": 3}'])
def test_another_file_is_refused(text, tmp_path) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match="holds no results"):
        Results.from_file(tmp_path / "a.json")


def test_a_page_is_renewed_between_its_marks_only(results, tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Words\n<!-- bench: throughput -->\nold\n<!-- /bench -->\nmore words\n"
        "<!-- bench: adjoints -->\nkept, as nothing was measured\n<!-- /bench -->\n"
        "<!-- bench: picture_throughput -->\n<!-- /bench -->\n"
    )
    files = write_document(page, results)
    text = page.read_text()
    assert text.startswith("# Words\n") and "\nmore words\n" in text
    assert "321 ± 2" in text and "old" not in text and "kept, as" in text
    assert "(performance/throughput.png)" in text
    assert tmp_path / "performance" / "throughput.png" in files
    write_document(page, results)
    assert page.read_text() == text  # twice is once


@pytest.mark.parametrize(
    ("text", "said"),
    [("no marks", "has no marks"), ("<!-- bench: nonsense -->\n<!-- /bench -->", "nonsense")],
)
def test_a_page_without_known_marks_is_refused(text, said, tmp_path) -> None:
    (tmp_path / "page.md").write_text(text)
    with pytest.raises(InputError, match=said):
        check_document(tmp_path / "page.md")
