"""The engine's log, in our words."""

from __future__ import annotations

import pytest

from fluxion.energyplus import EngineError
from fluxion.energyplus._problems import check, read_log
from fluxion.errors import WeatherError

_ERR = """Program Version,EnergyPlus, Version 25.2.0-cf7368216c, YMD=2026.11.23 12:41,
   ** Warning ** Timestep: Requested number (1) is less
   **   ~~~   **  than the suggested minimum of 4.
   ** Severe  ** Something is wrong with
   **   ~~~   ** "ZONE".
   ** Severe  ** And this.
   ************* Testing Individual Branch Integrity
   *************  ** Warning ** Repeated in the summary
   *************  **   ~~~   **   This error occurred 3 total times;
   ************* EnergyPlus Warmup Error Summary. During Warmup: 0 Warning; 0 Severe Errors.
"""
_DONE = "EnergyPlus Completed Successfully-- 1 Warning; 2 Severe Errors; Elapsed Time=00hr 00min"
_FATAL = "   **  Fatal  ** Errors found: program terminates.\n"


@pytest.fixture
def log(tmp_path):
    def write(err: str, end: str = ""):
        (tmp_path / "eplusout.err").write_text(err)
        (tmp_path / "eplusout.end").write_text(end)
        return tmp_path

    return write


def test_entries_are_joined_and_the_summary_left_out(log) -> None:
    found = read_log(log(_ERR, _DONE))
    assert found.warnings == (
        "Timestep: Requested number (1) is less than the suggested minimum of 4.",
    )
    assert found.severe == ('Something is wrong with "ZONE".', "And this.")
    assert found.fatal is None
    assert found.completed


def test_an_empty_folder_is_a_log_of_nothing(tmp_path) -> None:
    found = read_log(tmp_path)
    assert (found.warnings, found.severe, found.fatal, found.completed) == ((), (), None, False)


@pytest.mark.parametrize(
    ("err", "end", "code", "kind", "says"),
    [
        (_ERR, _DONE, 0, EngineError, 'severe errors: Something is wrong with "ZONE"; And this$'),
        (_ERR + _FATAL, "", 1, EngineError, "stopped: Something is wrong"),
        (_FATAL, "", 1, EngineError, "stopped: Errors found: program terminates$"),
        ("", "", 134, EngineError, "code 134 and left no reason: last words"),
        (_ERR, _DONE.replace("2 Severe", "0 Severe"), 1, EngineError, "severe errors"),
        (
            "   ** Severe  ** GetNextEnvironment: not within Data Period(s) from Weather File\n"
            + _FATAL,
            "",
            1,
            WeatherError,
            "^denver: EnergyPlus rejects this weather file: GetNextEnvironment",
        ),
        (
            "   ** Severe  ** CheckWarmupConvergence: Loads Initialization, "
            'Zone="Z" did not converge after 25 warmup days.\n',
            _DONE,
            0,
            EngineError,
            "warm-up did not converge",
        ),
        (
            "".join(f"   ** Severe  ** fault {k}\n" for k in range(9)),
            _DONE,
            0,
            EngineError,
            "fault 0; fault 1; fault 2; and 6 more$",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(log, err, end, code, kind, says) -> None:
    with pytest.raises(kind, match=says) as caught:
        check(log(err, end), "denver", code, "last words")
    assert "\n" not in str(caught.value)
    assert type(caught.value) is kind


def test_a_clean_run_passes(log) -> None:
    found = check(log("   ** Warning ** hm\n", _DONE), "denver", 0, "")
    assert found.warnings == ("hm",)
