"""Trained models at run time, with NumPy and ONNX Runtime alone; importing it loads no JAX."""

from __future__ import annotations

from fluxion.serving._backend import FallbackWarning as FallbackWarning
from fluxion.serving._backend import InferenceBackend as InferenceBackend
from fluxion.serving._backend import open_session as open_session
from fluxion.serving._distributed import (
    DistributedSurrogateManager as DistributedSurrogateManager,
)
from fluxion.serving._inputs import OutsideTrainingWarning as OutsideTrainingWarning
from fluxion.serving._manager import SurrogateManager as SurrogateManager
from fluxion.serving._model_file import ModelFile as ModelFile
from fluxion.serving._model_file import read_model_file as read_model_file
from fluxion.serving._model_file import seal as seal
from fluxion.serving._prediction import Prediction as Prediction
from fluxion.serving._speed import BATCHES as BATCHES
from fluxion.serving._speed import measure_speed as measure_speed

__all__ = [
    "BATCHES",
    "DistributedSurrogateManager",
    "FallbackWarning",
    "InferenceBackend",
    "ModelFile",
    "OutsideTrainingWarning",
    "Prediction",
    "SurrogateManager",
    "measure_speed",
    "open_session",
    "read_model_file",
    "seal",
]
