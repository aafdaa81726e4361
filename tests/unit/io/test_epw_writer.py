"""Weather written as EPW and read again."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.errors import InputError
from fluxion.io import default_weather, read_epw, write_epw


def assert_same(found, wanted, rtol) -> None:
    for field in dataclasses.fields(wanted):
        one, two = getattr(found, field.name), getattr(wanted, field.name)
        if field.name == "site":
            for part in dataclasses.fields(two):
                np.testing.assert_allclose(
                    getattr(one, part.name), getattr(two, part.name), rtol=rtol
                )
        elif isinstance(two, str | int | bool):
            assert one == two, field.name
        else:
            np.testing.assert_allclose(one, two, rtol=rtol, atol=rtol, err_msg=field.name)


def test_a_year_comes_back_as_it_went(tmp_path) -> None:
    weather = default_weather()
    write_epw(tmp_path / "year.epw", weather)
    assert_same(read_epw(tmp_path / "year.epw"), weather, 1e-12)


def test_odd_numbers_keep_all_their_digits(tmp_path) -> None:
    weather = default_weather().select_days(200, 2)
    weather = dataclasses.replace(weather, temp_air=weather.temp_air + 0.123456789)
    write_epw(tmp_path / "days.epw", weather)
    found = read_epw(tmp_path / "days.epw")
    assert_same(found, weather, 1e-12)
    assert (found.start_day, found.days) == (200, 2)


def test_single_precision(tmp_path) -> None:
    weather = default_weather(dtype=jnp.float32).select_days(58, 3)
    write_epw(tmp_path / "days.epw", weather)
    assert_same(read_epw(tmp_path / "days.epw", dtype=jnp.float32), weather, 2e-6)


def test_names_do_not_break_the_header(tmp_path) -> None:
    weather = default_weather().select_days(0, 2).renamed("Here, There")
    write_epw(tmp_path / "days.epw", weather)
    assert read_epw(tmp_path / "days.epw").name == "Here There"


def test_a_folder_that_is_none(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_epw(tmp_path / "file" / "x.epw", default_weather().select_days(0, 1))
