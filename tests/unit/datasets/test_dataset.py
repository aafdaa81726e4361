"""What was simulated is what is read; parts and unions keep what belongs together."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from fluxion.datasets import DataPreprocessor, Dataset, read_dataset
from fluxion.errors import InputError


def made(
    count: int = 6,
    *,
    seed: int = 0,
    climates: tuple[str, ...] = ("warm", "cold"),
    sloped: tuple[int, ...] = (0, 2, 3),
    own: bool = False,
    **changes,
) -> Dataset:
    """A dataset whose numbers tell where they belong: climate, first parameter of the design."""
    rng = np.random.default_rng(seed)
    designs = rng.uniform(18, 22, (len(climates), count, 2) if own else (count, 2))
    first = designs[..., 0] if own else np.stack([designs[:, 0]] * len(climates))
    marks = np.array([sum(map(ord, name)) for name in climates], dtype=float)
    values = np.broadcast_to((first + marks[:, None])[..., None, None], (*first.shape, 12, 3))
    slopes = np.stack([values[:, list(sloped)]] * 2, axis=-1)
    return replace(
        Dataset(
            ("heating_setpoint", "orientation"), ("degC", "deg"), np.zeros(2), np.ones(2), designs,
            {"monthly_heating": values.copy()}, {"monthly_heating": "J"},
            {"monthly_heating": slopes}, np.array(sloped), climates,
            tuple(f"sha of {name}" for name in climates), ("a", "b", "c"),
            tuple(f"month {i}" for i in range(12)), 1,
            {"fluxion_sweep": {"building_sha256": "b", "days": None, "steps_per_hour": 4}},
        ),
        **changes,
    )  # fmt: skip


def assert_consistent(data: Dataset) -> None:
    """Every value and slope stands where its climate and design are."""
    first = np.broadcast_to(data.designs[..., 0], (len(data.climates), data.count))
    marks = np.array([sum(map(ord, name)) for name in data.climates], dtype=float)
    wanted = first + marks[:, None]
    np.testing.assert_array_equal(data.values["monthly_heating"][:, :, 5, 1], wanted)
    np.testing.assert_array_equal(
        data.slopes["monthly_heating"][:, :, 5, 1, 1], wanted[:, data.sloped]
    )
    assert data.climate_sha256 == tuple(f"sha of {name}" for name in data.climates)


@pytest.mark.parametrize("own", [False, True])
def test_parts_hold_every_design_once_with_its_values_and_slopes(own) -> None:
    data = made(10, own=own)
    parts = data.split(0.7, seed=3)
    assert [part.count for part in parts] == [7, 3]
    for part in parts:
        assert_consistent(part)
    assert sum(len(part.sloped) for part in parts) == 3
    both = np.concatenate([part.designs[..., 0] for part in parts], axis=-1)
    np.testing.assert_array_equal(np.sort(both), np.sort(data.designs[..., 0]))
    again = data.split(0.7, seed=3)[0]
    assert again.sha256 == parts[0].sha256 != data.split(0.7, seed=4)[0].sha256
    shuffled = data.take([3, 9, 0])
    assert_consistent(shuffled)
    assert list(shuffled.sloped) == [0, 2]
    cold = data.climates_subset(["cold"])
    assert_consistent(cold)
    assert len(cold.climates) == 1


@pytest.mark.parametrize("own", [False, True])
def test_union_of_designs_and_of_climates(own) -> None:
    more = DataPreprocessor.combine(made(own=own), made(4, seed=1, own=own))
    assert more.count == 10 and list(more.sloped) == [0, 2, 3, 6, 8, 9] and more.failed == 2
    assert_consistent(more)
    assert len(more.attributes["combined_with"]) == 1
    wider = DataPreprocessor.combine(
        made(own=own), made(own=own, climates=("hot",), low=np.full(2, -1.0))
    )
    assert wider.climates == ("warm", "cold", "hot") and wider.low[0] == -1
    assert_consistent(wider)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"names": ("heating_setpoint", "azimuth")}, "names is .*orientation.* in one, .*azimuth"),
        ({"units": ("K", "deg")}, "units is"),
        ({"zones": ("a", "b", "d")}, "zones is"),
        ({"output_units": {"monthly_heating": "kWh"}}, "output_units is"),
        ({"slopes": {}}, "outputs with slopes is"),
        ({"attributes": {"fluxion_sweep": {"building_sha256": "c"}}}, "building_sha256 is b in"),
        ({"climate_sha256": ("another", "sha of cold")}, "the weather file of 'warm' is another"),
        ({"climates": ("warm", "hot")}, "the climate 'warm' is in both"),
        ({"climates": ("dry", "hot")}, "other designs over other climates"),
        ({"own": True}, "own_designs is False in one, True"),
        ({"seed": 0}, "the same designs are in both"),
        ({"seed": 0, "climates": ("hot",), "sloped": (1, 2, 3)}, "slopes of different designs"),
    ],
)
def test_what_does_not_go_together_is_refused(other, said) -> None:
    with pytest.raises(InputError, match=said) as error:
        DataPreprocessor.combine(made(), made(**{"seed": 1, **other}))
    assert "\n" not in str(error.value)


def test_one_file_and_back(tmp_path) -> None:
    data, path = made(), tmp_path / "new" / "data.npz"
    data.save(path)
    read = read_dataset(path)
    assert read.sha256 == data.sha256
    assert read.attributes == data.attributes and read.labels() == data.labels()
    assert_consistent(DataPreprocessor.combine(path, made(seed=1)))
    before = path.read_bytes()
    data.save(path)
    assert path.read_bytes() == before  # no time of writing in it
    with pytest.raises(InputError, match="ends in .npz"):
        data.save(tmp_path / "data.csv")


def test_files_at_fault(tmp_path) -> None:
    path = tmp_path / "data.npz"
    with pytest.raises(InputError, match="cannot be read"):
        read_dataset(path)
    path.write_text("dear")
    with pytest.raises(InputError, match="is no dataset or is damaged"):
        read_dataset(path)
    np.savez(path, x=np.zeros(3))
    with pytest.raises(InputError, match="is no dataset or is damaged"):
        read_dataset(path)
    made().save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="is no dataset or is damaged"):
        read_dataset(path)
    changed = made()
    changed.values["monthly_heating"][0, 0, 0, 0] += 1
    _save_as(path, changed, made().sha256)
    with pytest.raises(InputError, match="numbers are not those that were written"):
        read_dataset(path)
    with pytest.raises(InputError, match="no store of a sweep"):
        read_dataset(tmp_path / "none.zarr")


def _save_as(path, data: Dataset, digest: str) -> None:
    """A file that tells the digest of other numbers."""
    data.save(path)
    with np.load(path) as file:
        arrays = dict(file)
    about = json.loads(str(arrays.pop("about"))) | {"sha256": digest}
    np.savez(path, about=np.array(json.dumps(about)), **arrays)
    assert zipfile.is_zipfile(path)


def test_parts_that_there_are_not() -> None:
    data = made()
    for fraction in (0.0, 1.0, 0.01, -1.0, float("nan")):
        with pytest.raises(InputError, match="at least one design in each part"):
            data.split(fraction)
    with pytest.raises(InputError, match="no climate 'hot'; the dataset has warm, cold"):
        data.climates_subset(["hot"])
    with pytest.raises(InputError, match="no climate was asked for"):
        data.climates_subset([])
    with pytest.raises(InputError, match="no dataset was given"):
        DataPreprocessor.combine()
