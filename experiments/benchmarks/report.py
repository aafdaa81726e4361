"""What benchmarks print: a table for people, or one JSON object with the machine it was made on."""

from __future__ import annotations

import json
import os
import platform

import jax
import numpy as np


def row(name: str, values, unit: str) -> dict:
    """Median of what was measured, and half the distance between its quartiles."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return {"name": name, "value": float(middle), "unit": unit, "spread": float(high - low) / 2}


def show(rows: list[dict], *, as_json: bool, precision: str) -> None:
    """Print all rows."""
    if not as_json:
        print(f"{'name':44} {'median':>10} {'+-':>8} unit")
        for each in rows:
            print(f"{each['name']:44} {each['value']:10.4g} {each['spread']:8.2g} {each['unit']}")
        return
    device = jax.devices()[0]
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "backend": device.platform,
        "device": device.device_kind,
        "jax": jax.__version__,
        "precision": precision,
    }
    print(json.dumps({"machine": machine, "results": rows}))
