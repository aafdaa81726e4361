"""Trained models at run time, with NumPy and ONNX Runtime alone; importing it loads no JAX."""

from __future__ import annotations

from fluxion.serving._backend import FallbackWarning as FallbackWarning
from fluxion.serving._backend import InferenceBackend as InferenceBackend
from fluxion.serving._distributed import (
    DistributedSurrogateManager as DistributedSurrogateManager,
)
from fluxion.serving._inputs import OutsideTrainingWarning as OutsideTrainingWarning
from fluxion.serving._manager import SurrogateManager as SurrogateManager
from fluxion.serving._model_file import ModelFile as ModelFile
from fluxion.serving._model_file import read_model_file as read_model_file
from fluxion.serving._model_file import seal as seal
from fluxion.serving._prediction import Prediction as Prediction

__all__ = [
    "DistributedSurrogateManager",
    "FallbackWarning",
    "InferenceBackend",
    "ModelFile",
    "OutsideTrainingWarning",
    "Prediction",
    "SurrogateManager",
    "read_model_file",
    "seal",
]
