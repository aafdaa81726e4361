"""Trained models as ONNX files: converted, held to JAX, quantised, measured."""

from __future__ import annotations

from fluxion.export._quantize import MODES as MODES
from fluxion.export._quantize import Variant as Variant
from fluxion.export._quantize import compare as compare
from fluxion.export._quantize import comparison_table as comparison_table
from fluxion.export._quantize import quantize as quantize
from fluxion.export._surrogate import export_surrogate as export_surrogate
from fluxion.export._surrogate import from_saved as from_saved

__all__ = [
    "MODES",
    "Variant",
    "compare",
    "comparison_table",
    "export_surrogate",
    "from_saved",
    "quantize",
]
