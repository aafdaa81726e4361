"""What a sweep is, as a user writes it in TOML; checked before anything heavy happens."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from fluxion.building._messages import near, one_line
from fluxion.errors import InputError
from fluxion.optimize import check_constraints
from fluxion.simulation import LOADS, REDUCTIONS, Options
from fluxion.sweeps._spec_parameters import LinearCondition, flattened, kind_of
from fluxion.sweeps._variants import Variants


def _whole(least: int, most: int) -> Any:
    return pydantic.Field(strict=True, ge=least, le=most)


class Spec(pydantic.BaseModel):
    """A sweep. Unknown keys are refused."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    building: str
    """A test case, `office`, or a building file"""
    weather: tuple[str, ...] = ("default",)
    """One or several weather files or names"""
    variants: Variants | None = None
    """Other climates out of each of these, added to them"""
    parameters: dict[str, Any]
    """What each parameter may be: [lowest, highest], or a table"""
    constraints: tuple[LinearCondition, ...] = ()
    """Linear conditions that every design meets"""
    samples: Annotated[int, _whole(1, 2**30)]
    """Number of designs"""
    own_designs: bool = False
    """Whether every weather gets designs of its own, as many; else all get the same"""
    seed: Annotated[int, _whole(0, 2**63 - 1)] = 0
    """The same seed draws the same designs"""
    sampling: Literal["sobol", "latin_hypercube", "random"] = "sobol"
    """How designs are drawn"""
    outputs: tuple[str, ...] = LOADS
    """What is kept of each design"""
    gradients: Annotated[int, _whole(0, 2**30)] = 0
    """Of how many designs, the first, slopes of the outputs by the parameters are kept as well"""
    days: tuple[int, int] | None = None
    """First and last day of the weather, counted from 1; all days if left out"""
    steps_per_hour: Annotated[int, _whole(1, 3600)] = Options.steps_per_hour
    """Time steps in an hour"""
    warmup_days: Annotated[int, _whole(0, 366)] = 25
    """Days run before the first to forget the start"""
    precision: Literal[32, 64] = 32
    """Bits of the numbers"""
    batch: Annotated[int, _whole(1, 2**20)] | None = None
    """Designs side by side on each device; what suits the building if left out"""
    chunk: Annotated[int, _whole(1, 2**24)] = 1024
    """Designs written at once"""
    store: str | None = None
    """Folder of the results; beside the spec if left out"""

    @pydantic.field_validator("weather", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @pydantic.field_validator("weather", "outputs")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("the list is empty; name at least one")
        twice = [name for name in dict.fromkeys(value) if value.count(name) > 1]
        if twice:
            raise ValueError(f"{twice[0]!r} was given twice; give it once")
        return value

    @pydantic.field_validator("outputs")
    @classmethod
    def _known_outputs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in REDUCTIONS:
                raise ValueError(f"there is no result {name!r}; {near(name, REDUCTIONS)}")
        return value

    @pydantic.field_validator("parameters", mode="before")
    @classmethod
    def _kinds(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if not value:
            raise ValueError("no parameter was given; give one such as heating_setpoint = [18, 22]")
        return {name: kind_of(name, given) for name, given in flattened(value)}

    @pydantic.model_validator(mode="after")
    def _known_terms(self) -> Spec:
        check_constraints(
            tuple(each.constraint() for each in self.constraints), tuple(self.parameters)
        )
        return self

    @property
    def sloped(self) -> tuple[str, ...]:
        """Outputs whose slopes are kept: all but counts."""
        return tuple(o for o in self.outputs if self.gradients and not REDUCTIONS[o].counted)

    @pydantic.model_validator(mode="after")
    def _gradients_of_some(self) -> Spec:
        if self.gradients > self.samples:
            raise ValueError(
                f"gradients of {self.gradients} designs were asked for, there are {self.samples} "
                "samples; ask for as many or fewer"
            )
        if self.gradients and not self.sloped:
            raise ValueError(
                f"gradients were asked for, but {', '.join(self.outputs)} counts hours and has no "
                "slopes; add an output such as monthly_heating"
            )
        return self

    @pydantic.field_validator("days")
    @classmethod
    def _forwards(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value is not None and not 1 <= value[0] <= value[1]:
            raise ValueError(
                f"days {value[0]} to {value[1]} were given; give the first and the last day, from 1"
            )
        return value


def parse_spec(fields: Mapping[str, Any]) -> Spec:
    """A spec from its plain form.

    Args:
        fields: What a spec's TOML holds.

    Returns:
        The spec, variants of weather written out.

    Raises:
        InputError: Naming the first fault.
    """
    try:
        spec = Spec.model_validate(dict(fields))
    except pydantic.ValidationError as error:
        raise InputError(one_line(error, Spec, dict(fields))) from None
    if spec.variants is None:
        return spec
    more = spec.variants.of(spec.weather)
    return spec.model_copy(update={"weather": (*spec.weather, *more), "variants": None})


def read_spec(path: str | Path, defaults: Mapping[str, Any] | None = None) -> Spec:
    """Read a spec; files that it names are looked for beside it, and so is its store.

    Args:
        path: A TOML file.
        defaults: Of keys that it leaves out, where they are others than a sweep's.

    Raises:
        InputError: No such file, no TOML, or a spec at fault.
    """
    path = Path(path)
    try:
        fields = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise InputError(
            f"the spec {str(path)!r} cannot be read ({error.strerror}); give a TOML file"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: the text is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        raise InputError(f"{path}: malformed TOML: {said[:1].lower()}{said[1:]}") from None
    try:
        spec = parse_spec({**(defaults or {}), **fields})
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    folder = path.parent
    return spec.model_copy(
        update={
            "building": _beside(folder, spec.building),
            "weather": tuple(_beside(folder, each) for each in spec.weather),
            "store": str(folder / (spec.store or f"{path.stem}.zarr")),
        }
    )


def _beside(folder: Path, text: str) -> str:
    """The file of this name in the folder, with its morph if it has one, or the text itself."""
    for name in (text, text.partition("@")[0]):
        if (folder / name).is_file():
            return str(folder / name) + text.removeprefix(name)
    return text
