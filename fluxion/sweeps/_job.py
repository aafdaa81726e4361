"""A spec made ready to run: network, climates, designs, and what identifies the results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from fluxion._version import __version__
from fluxion.building import build_for
from fluxion.cases import resolve_building
from fluxion.errors import InputError
from fluxion.io import WeatherFile, building_sha256, read_weather_file
from fluxion.lanes import default_devices
from fluxion.networks import RCNetwork
from fluxion.optimize import DesignSpace, choose_kernel, parameters, piece_size
from fluxion.simulation import Options, months_of
from fluxion.sweeps._results import axes_of
from fluxion.sweeps._spec import Spec
from fluxion.sweeps._spec_parameters import plain
from fluxion.weather import Weather

#: Fields of a spec that stand otherwise in the identity, or not at all.
_APART = {"building", "weather", "store", "parameters", "constraints", "gradients", "own_designs"}


@dataclass(frozen=True)
class Job:
    """A sweep ready to run.

    Attributes:
        spec: What was asked for.
        building: Name of the building.
        network: What the designs vary.
        climates: Over which every design is simulated.
        space: The parameters.
        designs: All designs, (design, parameter); weathers first if each has its own.
        options: How to simulate.
        kernel: That runs the loop over a year.
        batch: Designs side by side on each device.
        sloped_batch: The same of designs that get slopes.
        identity: All that the results depend on; equal identities mean equal results.
    """

    spec: Spec
    building: str
    network: RCNetwork
    climates: tuple[Weather, ...]
    space: DesignSpace
    designs: np.ndarray
    options: Options
    kernel: str
    batch: int
    sloped_batch: int
    identity: dict[str, Any]

    @property
    def chunk(self) -> int:
        """Designs written at once."""
        return min(self.spec.chunk, self.spec.samples)

    @property
    def months(self) -> tuple[str, ...]:
        """Months that the climates touch."""
        return tuple(month for month, _, _ in months_of(self.climates[0]))

    def shape(self, output: str, count: int) -> tuple[int, ...]:
        """Of an output of so many designs."""
        zones = len(self.network.structure.zones)
        lengths = {"weather": len(self.climates), "design": count, "zone": zones}
        return tuple(lengths.get(axis, len(self.months)) for axis in axes_of(output))

    def slope_shape(self, output: str, count: int) -> tuple[int, ...]:
        """Of the slopes of an output of so many designs: the same, and parameters last."""
        return (*self.shape(output, count), self.space.size)

    def rows(self, rows: slice) -> np.ndarray:
        """These of the designs."""
        return self.designs[..., rows, :]

    def sloped(self, rows: slice) -> int:
        """How many of these designs, the first of them, get slopes."""
        return max(0, min(rows.stop, self.spec.gradients) - rows.start)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.spec.samples // self.chunk)


def build_job(spec: Spec) -> Job:
    """Read what a spec names and draw its designs.

    Args:
        spec: The sweep; JAX must already compute in its precision.

    Raises:
        InputError: A building, weather or parameter at fault.
    """
    dtype = f"float{spec.precision}"
    building = resolve_building(spec.building)
    files = [read_weather_file(each, dtype=dtype) for each in spec.weather]
    climates = tuple(_cut(file, spec) for file in files)
    network = build_for(building, climates[0], dtype=dtype)
    _check_names(network, spec)
    space = DesignSpace(spec.parameters, [each.constraint() for each in spec.constraints])
    space.check(network)
    designs = _designs(space, spec)
    devices = default_devices()
    kernel = choose_kernel("auto", network.dtype, devices[0].platform)
    batch = spec.batch
    if batch is None:
        batch = piece_size(network, devices, kernel=kernel)
    sloped_batch = piece_size(network, default_devices(), gradients=True)
    identity = {
        "fluxion": __version__,
        "building": building.name,
        "building_sha256": building_sha256(building),
        "weather": [file.weather.name for file in files],
        "weather_sha256": [file.provenance.sha256 for file in files],
        **spec.model_dump(mode="json", exclude=_APART),
        "batch": batch,
        **_kernel(kernel),
        "parameters": [plain(name, kind) for name, kind in spec.parameters.items()],
        **_constraints(spec),
        **_gradients(spec, sloped_batch),
        **({"own_designs": True} if spec.own_designs else {}),
        "designs_sha256": hashlib.sha256(designs.tobytes()).hexdigest(),
    }
    options = Options(steps_per_hour=spec.steps_per_hour, warmup_days=spec.warmup_days)
    return Job(
        spec, building.name, network, climates, space, designs, options, kernel, batch,
        sloped_batch,
        identity,
    )  # fmt: skip


def _designs(space: DesignSpace, spec: Spec) -> np.ndarray:
    """Designs for all weathers; if each has its own, these are parts of one even sample."""
    parts = len(spec.weather) if spec.own_designs else 1
    designs = space.sample(parts * spec.samples, seed=spec.seed, method=spec.sampling)
    return designs.reshape(parts, spec.samples, -1) if spec.own_designs else designs


def continued(job: Job, identity: Mapping[str, Any]) -> Job:
    """The job by the kernel and in batches as large as those of a store that was begun, unless its
    spec has a size.

    Args:
        job: That a spec makes here and now.
        identity: Of the store.
    """
    batch, sloped = identity.get("batch"), identity.get("gradients_batch")
    if job.spec.gradients and isinstance(sloped, int):
        own = {**job.identity, "gradients_batch": sloped}
        job = replace(job, sloped_batch=sloped, identity=own)
    kernel = str(identity.get("kernel", "scan"))
    own = {key: value for key, value in job.identity.items() if key != "kernel"}
    job = replace(job, kernel=kernel, identity={**own, **_kernel(kernel)})
    if job.spec.batch is not None or not isinstance(batch, int):
        return job
    return replace(job, batch=batch, identity={**job.identity, "batch": batch})


def _kernel(kernel: str) -> dict[str, Any]:
    """Of the identity; nothing of the one that was the only one."""
    return {} if kernel == "scan" else {"kernel": kernel}


def _gradients(spec: Spec, batch: int) -> dict[str, Any]:
    """Of the identity; nothing where there are none, as in stores made before there were any."""
    return {"gradients": spec.gradients, "gradients_batch": batch} if spec.gradients else {}


def _constraints(spec: Spec) -> dict[str, Any]:
    """Of the identity; nothing where there is none, as in stores made before there were any."""
    found = [each.model_dump(mode="json") for each in spec.constraints]
    return {"constraints": found} if found else {}


def _cut(file: WeatherFile, spec: Spec) -> Weather:
    # Climates of one name share a compiled program.
    weather = file.weather.renamed("")
    if spec.days is None:
        return weather
    first, last = spec.days
    if last > weather.days:
        raise InputError(
            f"days {first} to {last} were asked of a weather of {weather.days} days; "
            f"give days from 1 to {weather.days}"
        )
    return weather.select_days(first - 1, last - first + 1)


def _check_names(network: RCNetwork, spec: Spec) -> None:
    """Refuse names that are no traced number of the network, and list those that are."""
    known = parameters(network)
    for name in spec.parameters:
        if name in known or "*" in name or name.startswith("scale."):
            continue  # the space itself looks at patterns
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        meant = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        short = [key for key in known if key.count(".") < 2]
        parts = [key for key in known if key.count(".") >= 2]
        more = f"; and {len(parts)} of single parts such as {parts[0]!r}" if parts else ""
        raise InputError(
            f"the parameter {name!r} is unknown or not a traced number of this building; "
            f"{meant}there are {', '.join(short)}{more}"
        )
