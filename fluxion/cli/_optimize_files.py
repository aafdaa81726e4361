"""Files of an optimization: summary, history to look at and to resume, picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from fluxion.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from fluxion.optimize import History, Optimum

_HISTORY = "history.npz"


def write_optimum(
    folder: Path, found: Optimum, report: dict[str, Any], made_by: dict[str, str], console: Console
) -> list[Path]:
    """Write summary, history and picture into a folder."""
    import numpy as np

    from fluxion.cli._report import write_json
    from fluxion.io import whole_file

    files = [folder / "optimize.json", folder / _HISTORY]
    write_json(files[0], {**report, "made_by": made_by})
    with whole_file(files[1]) as partial:
        np.savez(partial, made_by=np.array(json.dumps(made_by)), **vars(found.history))
    try:
        files.append(_write_picture(folder / "optimize.png", found, report))
    except MissingExtraError as error:
        console.print(f"left out: {error}", markup=False, soft_wrap=True)
    return files


def read_history(folder: Path, made_by: dict[str, str]) -> History:
    """The history of an earlier run of the same.

    Raises:
        InputError: There is none, it cannot be read, or something else made it.
    """
    import numpy as np

    from fluxion.optimize import History

    path = folder / _HISTORY
    try:
        with np.load(path, allow_pickle=False) as stored:
            before = json.loads(str(stored["made_by"]))
            history = History(**{name: stored[name] for name in History.__dataclass_fields__})
    except FileNotFoundError:
        raise InputError(
            f"there is no history {str(path)!r} to resume; leave out --resume to begin"
        ) from None
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"the history {str(path)!r} cannot be read ({error}); leave out --resume to begin anew"
        ) from None
    for name, value in made_by.items():
        if name not in _MAY_DIFFER and before.get(name) != value:
            raise InputError(
                f"the history {str(path)!r} is of another run: {name} was "
                f"{before.get(name, 'not given')!r} and is {value!r}; give the same, or leave out "
                "--resume to begin anew"
            )
    return history


#: What of a run's description does not decide what is found.
_MAY_DIFFER = {"created"}


def _write_picture(path: Path, found: Optimum, report: dict[str, Any]) -> Path:
    import numpy as np

    from fluxion import viz
    from fluxion.io import whole_file

    curves = {}
    for number in range(len(found.values)):
        values = found.history.values[found.history.start == number]
        values = values[np.isfinite(values)]
        if len(values):
            places = np.arange(1, len(values) + 1)
            curves[f"start {number}"] = [(places, np.minimum.accumulate(values))]
    figure = viz.convergence(
        {"gradient evaluations of a start": curves},
        value="best objective so far",
        title=f"best design of {report['building']}",
    )
    with whole_file(path) as partial:
        figure.savefig(partial, dpi=150)
    return path
