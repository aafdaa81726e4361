"""What commands about designs begin with: a building, its space, a weather, how to simulate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluxion.cli import _options as take

if TYPE_CHECKING:
    from rich.status import Status

    from fluxion.building import Building
    from fluxion.io import WeatherFile
    from fluxion.networks import RCNetwork
    from fluxion.optimize import DesignSpace
    from fluxion.simulation import Options
    from fluxion.weather import Weather


@dataclass(frozen=True)
class Study:
    """Designs of a building over a weather.

    Attributes:
        building: As described.
        file: The weather with its provenance.
        network: Of the building, on the weather's calendar.
        space: The parameters that designs vary.
        options: How to simulate.
        precision: Bits of the numbers.
        seed: Of what is drawn.
        folder: For files; None writes none.
    """

    building: Building
    file: WeatherFile
    network: RCNetwork
    space: DesignSpace
    options: Options
    precision: int
    seed: int
    folder: Path | None

    @property
    def weather(self) -> Weather:
        """All its days."""
        return self.file.weather

    def made_by(self) -> dict[str, Any]:
        """What files say about where they come from."""
        from fluxion.io import describe_run

        return describe_run(
            self.building, self.file, self.options, precision=self.precision, seed=self.seed
        )


def open_study(
    building: str,
    weather: str,
    parameters: list[str] | None,
    *,
    steps_per_hour: int,
    warmup_days: int,
    precision: int,
    seed: int,
    out: Path | None,
    status: Status,
) -> Study:
    """Read what the arguments of a command name.

    Args:
        building: As `resolve_building` takes it.
        weather: As `read_weather_file` takes it.
        parameters: `NAME=LOW:HIGH` each; none takes those that shape the loads.
        steps_per_hour: As of `Options`.
        warmup_days: As of `Options`.
        precision: Bits of the numbers; JAX is told.
        seed: Of what is drawn.
        out: Folder for files, made if need be.
        status: Told what is being done.

    Raises:
        InputError: One of them is at fault.
    """
    from fluxion.building import build_for
    from fluxion.cases import resolve_building
    from fluxion.cli._run import set_precision
    from fluxion.cli._space import make_space
    from fluxion.io import read_weather_file
    from fluxion.simulation import Options

    dtype = set_precision(take.check_precision(precision))
    described = resolve_building(building)
    status.update("reading the weather")
    file = read_weather_file(weather, dtype=dtype)
    folder = take.usable_folder(out)
    network = build_for(described, file.weather, dtype=dtype)
    options = Options(steps_per_hour=steps_per_hour, warmup_days=warmup_days)
    return Study(
        building=described,
        file=file,
        network=network,
        space=make_space(network, parameters or []),
        options=options,
        precision=precision,
        seed=seed,
        folder=folder,
    )
