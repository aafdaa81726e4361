"""Tables and pictures of a page of documentation, renewed from results; its words stay.

What is renewed stands between marks, `<!-- bench: throughput -->` and `<!-- /bench -->`, with a
name of a table or of a picture.
"""

from __future__ import annotations

import re
from pathlib import Path

from fluxion.benchmarks._figures import CAPTIONS
from fluxion.benchmarks._report import draw, unwritable
from fluxion.benchmarks._results import Results
from fluxion.benchmarks._sections import SECTIONS
from fluxion.errors import InputError

_BLOCK = re.compile(r"(<!-- bench: (\w+) -->\n)(.*?)(<!-- /bench -->)", re.DOTALL)
#: Where pictures of a page lie, beside it.
_FOLDER = "performance"


def check_document(path: str | Path) -> str:
    """The page's text.

    Raises:
        InputError: It cannot be read, has no marks, or has one of a name that is not known.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"the page {str(path)!r} cannot be read ({error.strerror}); give one with marks such "
            "as <!-- bench: targets --> and <!-- /bench -->"
        ) from None
    known = [*SECTIONS, *(f"picture_{name}" for name in CAPTIONS)]
    marks = [found[2] for found in _BLOCK.finditer(text)]
    unknown = [name for name in marks if name not in known]
    if unknown or not marks:
        said = f"the marks {', '.join(unknown)}" if unknown else "no marks <!-- bench: NAME -->"
        raise InputError(f"the page {str(path)!r} has {said}; take {', '.join(known)}")
    return text


def write_document(path: str | Path, found: Results) -> list[Path]:
    """Renew a page's tables and its pictures in the folder `performance` beside it.

    What was not measured keeps what the page has.

    Returns:
        The files that were written.

    Raises:
        InputError: As of `check_document`, or a file that cannot be written.
    """
    path = Path(path)
    text = check_document(path)
    beside = path.parent / _FOLDER
    try:
        beside.mkdir(parents=True, exist_ok=True)
        drawn = draw(beside, found, dpi=80)

        def renewed(match: re.Match[str]) -> str:
            begin, name, old, end = match.groups()
            if name.startswith("picture_"):
                picture = name.removeprefix("picture_")
                body = []
                if picture in drawn:
                    body = [f"![{CAPTIONS[picture]}]({_FOLDER}/{picture}.png)"]
            else:
                body = SECTIONS[name][1](found)
            return begin + ("\n" + "\n".join(body) + "\n\n" if body else old) + end

        partial = path.with_name(f".{path.name}.part")
        partial.write_text(_BLOCK.sub(renewed, text), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise unwritable(path.parent, error) from None
    return [path, *drawn.values()]
