"""Datasets: what the physics said of many designs, as arrays for training.

from fluxion.datasets import read_dataset

data = read_dataset("office_design.zarr")       # made by: fluxion dataset office_design.toml
training, held_out = data.split(0.9, seed=0)
training.values["monthly_heating"]              # (weather, design, month, zone)
"""

from __future__ import annotations

from fluxion.datasets._combine import DataPreprocessor as DataPreprocessor
from fluxion.datasets._dataset import Dataset as Dataset
from fluxion.datasets._design_task import climates_of as climates_of
from fluxion.datasets._design_task import task_data as task_data
from fluxion.datasets._design_task import task_signature as task_signature
from fluxion.datasets._read import read_dataset as read_dataset
from fluxion.datasets._task_laws import task_laws as task_laws

#: What a dataset keeps of each design unless its spec says otherwise.
OUTPUTS = (
    "monthly_heating", "monthly_cooling", "monthly_peak_heating", "monthly_peak_cooling",
    "monthly_discomfort",
)  # fmt: skip

__all__ = [
    "OUTPUTS",
    "DataPreprocessor",
    "Dataset",
    "climates_of",
    "read_dataset",
    "task_data",
    "task_laws",
    "task_signature",
]
