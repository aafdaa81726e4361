"""The laws that a surrogate of a dataset can keep by construction, held to the dataset first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fluxion.building import Building
from fluxion.cases import resolve_building
from fluxion.datasets._dataset import Dataset
from fluxion.datasets._setpoint_bounds import Straight, setpoint_bounds
from fluxion.errors import InputError, require
from fluxion.io import building_sha256
from fluxion.signatures import Input, Signature
from fluxion.simulation import BALANCE

if TYPE_CHECKING:
    from fluxion.surrogates import Laws, Plane

_TEMPERATURE = "monthly_temperature"
_WORKDAYS = "workday_share"
#: What the simulator may leave over of what flows, in single precision.
_LEFT = 1e-4


def task_laws(signature: Signature, dataset: Dataset, building: Building | None = None) -> Laws:
    """Laws for a network that is trained on a dataset.

    The energy balance of each zone's air closes in every month. Where `monthly_temperature` is a
    result, it stays between the months' mean setpoints of the design, as far as the plant is
    unlimited and always on: it then holds every setpoint at every step, and so do the means.

    Args:
        signature: Of the surrogate, see `task_signature`.
        dataset: That it is trained on.
        building: Of the dataset; found by its name if None.

    Raises:
        InputError: A term of the balance is lacking, the building is another one, or the dataset
            itself does not keep the laws.
        MissingExtraError: flax is not installed.
    """
    require("flax", "train")
    from fluxion.surrogates import Balance, Between, Laws

    names = [output.name for output in signature.outputs]
    balance = Balance.of(signature)
    _check_balance(dataset)
    between: tuple[Between, ...] = ()
    if _TEMPERATURE in names:
        result = names.index(_TEMPERATURE)
        low, high = setpoint_bounds(dataset, _building_of(dataset, building))
        between = (Between(result, *(_of_core(signature, result, p) for p in (low, high))),)
    return Laws(len(dataset.zones), balance, between)


def _check_balance(dataset: Dataset) -> None:
    terms = [
        sign * dataset.values[f"monthly_{name}"].astype(float)
        for name, sign in BALANCE.items()
        if f"monthly_{name}" in dataset.values
    ]
    left, flow = np.abs(sum(terms)), np.asarray(sum(np.abs(term) for term in terms))
    part = float((left / np.maximum(flow, _LEFT * flow.max())).max())
    if not part <= _LEFT:
        raise InputError(
            f"the dataset leaves up to {100 * part:.2g} % of a zone's balance over; it lacks "
            "monthly_exchange, or is not the simulator's; train without laws"
        )


def _building_of(dataset: Dataset, building: Building | None) -> Building:
    made = dataset.attributes.get("fluxion_sweep", {})
    if building is None:
        try:
            building = resolve_building(str(made.get("building", "")))
        except InputError:
            raise InputError(
                f"the dataset is of the building {made.get('building')!r}, which is no name that "
                "is known here; give its file, whose setpoints bound the temperatures"
            ) from None
    if building_sha256(building) != made.get("building_sha256"):
        raise InputError(
            f"the building {building.name!r} is not the one that the dataset was made of (other "
            "SHA-256); give that one"
        )
    return building


def _of_core(signature: Signature, result: int, plane: Straight) -> Plane:
    """A bound in the units of the core."""
    from fluxion.surrogates import Plane

    output = signature.outputs[result]
    scale, shift = np.array(output.scale), np.array(output.shift)
    design, climate = (signature.input(name) for name in ("design", "climate"))
    constant = plane.constant - shift
    columns = []
    for number, slopes in enumerate(plane.design):
        if slopes.any():
            constant = constant + slopes * design.columns[number].shift
            columns.append((number, _texted(slopes * design.columns[number].scale / scale)))
    days = ()
    if plane.workdays.any():
        number = _place(climate, _WORKDAYS)
        constant = constant + plane.workdays * climate.columns[number].shift
        days = ((number, _texted(plane.workdays * climate.columns[number].scale / scale)),)
    return Plane(_texted(constant / scale), tuple(columns), days)


def _place(given: Input, name: str) -> int:
    if name not in given.names:
        raise InputError(f"the climate has no column {name!r}; train without laws")
    return given.names.index(name)


def _texted(values: np.ndarray) -> tuple[float, ...]:
    return tuple(map(float, values))
