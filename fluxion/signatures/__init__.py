"""What goes into a trained model and what comes out, in words and numbers; needs no JAX."""

from __future__ import annotations

from fluxion.signatures._signature import Column as Column
from fluxion.signatures._signature import Input as Input
from fluxion.signatures._signature import Output as Output
from fluxion.signatures._signature import Signature as Signature

__all__ = ["Column", "Input", "Output", "Signature"]
