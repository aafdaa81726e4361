"""A dataset: designs over climates, what became of them, and how that changes with the designs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int

from fluxion.errors import InputError

if TYPE_CHECKING:
    from fluxion.weather import Weather


@dataclass(frozen=True, eq=False)
class Dataset:
    """Designs over climates, with results and slopes; designs that failed are left out.

    Attributes:
        names: Of the parameters.
        units: Of the parameters.
        low: Least value that each parameter was drawn from.
        high: The greatest.
        designs: A row each, the same for all climates, or climates first if each has its own.
        values: Each result, (weather, design, month, zone), or without month if it is annual.
        output_units: Of each result.
        slopes: Of some results, by each parameter, which stands last; of the designs in `sloped`.
        sloped: Designs with slopes, as rows of `designs`.
        climates: As the spec names them.
        climate_sha256: Of their files.
        zones: Names of the zones.
        months: Names of the months; empty if there is no monthly result.
        failed: Designs that were simulated and left out since they failed.
        attributes: What made it; `fluxion_sweep` holds all that the results depend on.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    low: Float[np.ndarray, "parameter"]
    high: Float[np.ndarray, "parameter"]
    designs: Float[np.ndarray, "*weather design parameter"]
    values: dict[str, Float[np.ndarray, "weather design ..."]]
    output_units: dict[str, str]
    slopes: dict[str, Float[np.ndarray, "weather sloped ..."]]
    sloped: Int[np.ndarray, "sloped"]
    climates: tuple[str, ...]
    climate_sha256: tuple[str, ...]
    zones: tuple[str, ...]
    months: tuple[str, ...]
    failed: int
    attributes: dict[str, Any]

    @property
    def count(self) -> int:
        """Number of designs (of each climate)."""
        return self.designs.shape[-2]

    @property
    def own_designs(self) -> bool:
        """Whether each climate has designs of its own."""
        return self.designs.ndim == 3

    @cached_property
    def sha256(self) -> str:
        """Of names and numbers; where it came from does not count."""
        digest = hashlib.sha256()
        digest.update(json.dumps(self.labels()).encode())
        for name, array in self.arrays().items():
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def labels(self) -> dict[str, Any]:
        """All but the arrays and `attributes`, as JSON has it."""
        return {
            "names": list(self.names),
            "units": list(self.units),
            "output_units": self.output_units,
            "climates": list(self.climates),
            "climate_sha256": list(self.climate_sha256),
            "zones": list(self.zones),
            "months": list(self.months),
            "failed": self.failed,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Every array by name; slopes are `slope_` and the name of their result."""
        return {
            "low": self.low,
            "high": self.high,
            "designs": self.designs,
            "sloped": self.sloped,
            **self.values,
            **{f"slope_{name}": array for name, array in self.slopes.items()},
        }

    def take(self, rows: Sequence[int] | np.ndarray) -> Dataset:
        """Some of the designs, of every climate, in this order.

        Args:
            rows: Their indices, none twice.
        """
        rows = np.asarray(rows, dtype=int)
        place = np.full(self.count, -1)
        place[rows] = np.arange(len(rows))
        kept = np.flatnonzero(place[self.sloped] >= 0)
        kept = kept[np.argsort(place[self.sloped[kept]])]
        return replace(
            self,
            designs=self.designs[..., rows, :],
            values={name: array[:, rows] for name, array in self.values.items()},
            slopes={name: array[:, kept] for name, array in self.slopes.items()},
            sloped=place[self.sloped[kept]],
        )

    def split(self, fraction: float, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Two parts with different designs, over the same climates.

        Args:
            fraction: Of the designs that go into the first, above 0 and below 1.
            seed: The same seed gives the same parts.

        Raises:
            InputError: A fraction that leaves one of the parts empty.
        """
        first = round(fraction * self.count) if 0 < fraction < 1 else 0
        if not 0 < first < self.count:
            raise InputError(
                f"a part of {fraction:g} of {self.count} designs was asked for; give a fraction "
                "that leaves at least one design in each part"
            )
        order = np.random.default_rng(seed).permutation(self.count)
        return self.take(np.sort(order[:first])), self.take(np.sort(order[first:]))

    def climates_subset(self, names: Sequence[str]) -> Dataset:
        """Only these climates, in this order.

        Args:
            names: As `climates` has them.

        Raises:
            InputError: One that there is not, or none.
        """
        unknown = [name for name in names if name not in self.climates]
        if unknown or not names:
            told = f"no climate {unknown[0]!r}" if unknown else "no climate was asked for"
            raise InputError(f"{told}; the dataset has {', '.join(self.climates)}")
        rows = [self.climates.index(name) for name in names]
        return replace(
            self,
            designs=self.designs[rows] if self.own_designs else self.designs,
            values={name: array[rows] for name, array in self.values.items()},
            slopes={name: array[rows] for name, array in self.slopes.items()},
            climates=tuple(names),
            climate_sha256=tuple(self.climate_sha256[row] for row in rows),
        )

    def weathers(self, dtype: Any = None) -> tuple[Weather, ...]:
        """The climates, read anew, cut to the days that were simulated.

        Args:
            dtype: Of all arrays; None takes JAX's default float.

        Raises:
            InputError: A weather file is not what it was.
            WeatherError: A weather is not there any more.
        """
        from fluxion.io import read_weather_file

        days = self.attributes.get("fluxion_sweep", {}).get("days")
        found = []
        for name, digest in zip(self.climates, self.climate_sha256, strict=True):
            file = read_weather_file(name, dtype=dtype)
            if file.provenance.sha256 != digest:
                raise InputError(
                    f"the weather {name!r} is not the file that the dataset was made with (SHA-256 "
                    f"{file.provenance.sha256[:12]} here, {digest[:12]} there); bring that file "
                    "back, or make the dataset anew"
                )
            first, last = days or (1, file.weather.days)
            found.append(file.weather.select_days(first - 1, last - first + 1))
        return tuple(found)

    def save(self, path: str | PathLike[str]) -> None:
        """Write it to one .npz file, which `read_dataset` reads.

        Args:
            path: The file; appears whole or not at all.

        Raises:
            InputError: It cannot be written, or is not called .npz.
        """
        from fluxion.datasets._npz import write_npz

        write_npz(path, self)
