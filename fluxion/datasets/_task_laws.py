"""The laws that a surrogate of a dataset can keep by construction, held to the dataset first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from fluxion.building import Building, build_for, plant_limits
from fluxion.cases import resolve_building
from fluxion.datasets._dataset import Dataset
from fluxion.errors import InputError, require
from fluxion.io import building_sha256
from fluxion.optimize import DesignSpace
from fluxion.signatures import Input, Signature
from fluxion.simulation import BALANCE, months_of

if TYPE_CHECKING:
    from fluxion.networks import RCNetwork
    from fluxion.surrogates import Laws, Plane

_TEMPERATURE = "monthly_temperature"
_WORKDAYS = "workday_share"
#: Air of no building is colder or warmer; holds where a plant promises nothing. [degC]
_ANY_AIR = (-40.0, 70.0)
#: A plant of this capacity holds its setpoint at every step. [W]
_UNLIMITED = 1e8
#: What round-off may make of a setpoint. [K]
_SLACK = 2e-3
#: What the simulator may leave over of what flows, in single precision.
_LEFT = 1e-4


def task_laws(
    signature: Signature, dataset: Dataset, building: Building | None = None
) -> Laws:
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
        low, high = _setpoint_planes(signature, dataset, _building_of(dataset, building))
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


class _Straight:
    """What setpoints are in the columns of the design, and of the climate's share of workdays."""

    def __init__(self, constant: np.ndarray, design: np.ndarray, workdays: np.ndarray):
        self.constant, self.design, self.workdays = constant, design, workdays

    def __call__(self, designs: np.ndarray, workdays: np.ndarray) -> np.ndarray:
        """(design, month, zone)."""
        own = self.constant + designs @ self.design
        return own[:, None, :] + workdays[:, None] * self.workdays


def _setpoint_planes(
    signature: Signature, dataset: Dataset, building: Building
) -> tuple[_Straight, _Straight]:
    """Lower and upper bound of a zone's mean temperature in a month, in physical units."""
    weathers = dataset.weathers()
    network = build_for(building, weathers[0])
    space = DesignSpace({n: (float(a), float(b)) for n, a, b in zip(
        dataset.names, dataset.low, dataset.high, strict=True)})  # fmt: skip
    workdays, limits = [], []
    known: dict[Any, Any] = {}
    for weather in weathers:
        key = (weather.first_weekday, weather.start_day, weather.days, bool(weather.leap_year))
        if key not in known:
            own = build_for(building, weather)
            hourly = plant_limits(own, weather)
            known[key] = hourly, hourly.of_months(months_of(weather)), _workdays(weather)
        limits.append(known[key])
        workdays.append(known[key][2])
    share = np.stack(workdays)
    found = []
    for what, extreme in (("heating", _ANY_AIR[0]), ("cooling", _ANY_AIR[1])):
        always = all((getattr(h, f"{what}_capacity") >= _UNLIMITED).all() for h, _, _ in limits)
        base, slope = _of_designs(network, space, f"{what}_setpoint")
        if not always or any("capacity" in name for name in dataset.names):
            zones = len(dataset.zones)
            plane = _Straight(np.full(zones, extreme), np.zeros_like(slope), np.zeros(zones))
        else:
            own = np.asarray(getattr(network.zones, f"{what}_setpoint"), float)
            monthly = np.stack([getattr(m, f"{what}_setpoint") - own for _, m, _ in limits])
            plane = _Straight(base, slope, np.zeros(len(own)))
            _add_schedule(plane, monthly, share, what)
        found.append(plane)
    _check_bounds(dataset, share, *found)
    return found[0], found[1]


def _workdays(weather: Any) -> np.ndarray:
    """Share of each month's days that are Monday to Friday."""
    day = np.arange(weather.days)
    work = (weather.first_weekday + day) % 7 < 5
    return np.array([work[a // 24 : b // 24].mean() for _, a, b in months_of(weather)])


def _of_designs(
    network: RCNetwork, space: DesignSpace, field: str
) -> tuple[Float[np.ndarray, "zone"], Float[np.ndarray, "parameter zone"]]:
    """A zone's number at parameters of 0, and its slopes; it must be straight in them."""
    import jax

    def of(x: Any) -> Any:
        return getattr(space.apply(network, x).zones, field)

    middle, half = 0.5 * (space.lower + space.upper), 0.5 * (space.upper - space.lower)
    every = np.concatenate([middle[None], middle + np.diag(half), space.sample(8, seed=0)])
    said = np.asarray(jax.jit(jax.vmap(of))(every.astype(network.dtype)), float)
    slope = (said[1 : 1 + len(half)] - said[0]) / np.maximum(half, 1e-12)[:, None]
    slope = np.where(np.abs(slope) < 1e-6, 0.0, slope)
    base = said[0] - middle @ slope
    if np.abs(base + every @ slope - said).max() > _SLACK:
        raise InputError(
            f"the {field.replace('_', ' ')} is not straight in the parameters; train without laws"
        )
    return base, slope


def _add_schedule(plane: _Straight, monthly: np.ndarray, share: np.ndarray, what: str) -> None:
    """What the schedule adds in a month, told by the share of workdays."""
    rows = np.stack([np.ones(share.size), share.ravel()], axis=1)
    found, *_ = np.linalg.lstsq(rows, monthly.reshape(share.size, -1), rcond=None)
    found = np.where(np.abs(found) < 1e-9, 0.0, found)
    if np.abs(rows @ found - monthly.reshape(share.size, -1)).max() > _SLACK:
        raise InputError(
            f"the {what} setpoint changes over the seasons or within the working week; its mean "
            "does not follow from a month's workdays, so train without laws"
        )
    plane.constant = plane.constant + found[0]
    plane.workdays = plane.workdays + found[1]


def _check_bounds(dataset: Dataset, share: np.ndarray, low: _Straight, high: _Straight) -> None:
    each = np.broadcast_to(dataset.designs, (len(share), *dataset.designs.shape[-2:]))
    for climate, x, days, air in zip(
        dataset.climates, each, share, dataset.values[_TEMPERATURE], strict=True
    ):
        beyond = max((low(x, days) - air).max(), (air - high(x, days)).max())
        if beyond > _SLACK:
            raise InputError(
                f"monthly temperatures of the dataset in {climate!r} are {beyond:.2g} K beyond "
                "the setpoints of its building; give the building that it was made of"
            )


def _of_core(signature: Signature, result: int, plane: _Straight) -> Plane:
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
