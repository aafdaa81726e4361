"""The examples of the explanation page run and mean what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "cta.md"


def test_examples_run():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    np.testing.assert_allclose(names["days"].integrate(), 500.0 * 8760)
    np.testing.assert_allclose(names["wall"].integrate(), 0.19 + 1.35 + 0.495, rtol=1e-6)
    assert names["flux"].domain.names == ("depth",)
