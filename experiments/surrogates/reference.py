"""The small reference network, 2-64-64-10: hourly loads of the office from weather alone."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax

import fluxion as fx
from fluxion.io import read_weather_file
from fluxion.signatures import Column, Input, Output, Signature
from fluxion.surrogates import ReferenceNet, Surrogate
from fluxion.training import Settings, fit, init_members


def hours(weather) -> tuple[np.ndarray, np.ndarray]:
    """Outdoor temperature and sunlight, and what heating less cooling the zones need, by hour.

    Only hours in which the office is attended.
    """
    network = fx.build(fx.cases.office(), dtype="float32", first_weekday=weather.first_weekday)
    year = fx.simulate(network, weather)
    hour = np.arange(weather.hours)
    attended = (weather.first_weekday + hour // 24) % 7 < 5
    attended &= (hour % 24 >= 9) & (hour % 24 < 18)
    state = np.stack([np.asarray(weather.temp_air), np.asarray(weather.ghi)], axis=1)
    load = np.asarray(year.heating_rate) - np.asarray(year.cooling_rate)
    return state[attended], load[attended]


def train_reference(climates: list[str], *, seed: int = 0) -> tuple[Surrogate, dict[str, float]]:
    """The network and its error on every fifth day, which training does not see."""
    pairs = [hours(read_weather_file(name, dtype="float32").weather) for name in climates]
    state, load = (np.concatenate(each) for each in zip(*pairs, strict=True))
    zones = tuple(zone.name for zone in fx.cases.office().zones)
    day = np.arange(len(state)) // 9 % 5
    seen = day != 0
    columns = tuple(
        Column(name, unit, float(x.min()), float(x.max()), float(x.mean()), float(x.std()))
        for (name, unit), x in zip(
            [("temperature", "degC"), ("ghi", "W/m2")], state[seen].T, strict=True
        )
    )
    shift, scale = load[seen].mean(axis=0), load[seen].std(axis=0)
    output = Output("load", "W", zones, tuple(map(float, scale)), tuple(map(float, shift)), True)
    signature = Signature("reference", (Input("state", columns),), (output,))
    x = jnp.asarray(signature.inputs[0].to_unit(state), jnp.float32)
    y = jnp.asarray(signature.to_core(load), jnp.float32)
    module = ReferenceNet()
    data, kept = (x[seen], y[seen]), (x[~seen], y[~seen])

    def draw(key):
        rows = jax.random.randint(key, (256,), 0, len(data[0]))
        return data[0][rows], data[1][rows]

    def loss(params, batch, step):
        del step
        value = jnp.mean(optax.squared_error(module.apply({"params": params}, batch[0]), batch[1]))
        return value, {"data": value}

    state_ = fit(
        init_members(module, jax.random.key(seed), 1, x[:1]), loss, draw,
        key=jax.random.key(seed + 1), settings=Settings(steps=4000, epoch=1000, rate=3e-3),
    )  # fmt: skip
    params = jax.tree.map(lambda leaf: leaf[0], state_.params)
    said = signature.from_core(module.apply({"params": params}, kept[0]))
    true = signature.from_core(kept[1])
    unexplained = np.asarray(jnp.mean((said - true) ** 2, axis=0) / jnp.var(true, axis=0))
    return Surrogate(signature, module, params), {
        "explained": float(1 - unexplained.mean()),
        "rmse_W": float(jnp.sqrt(jnp.mean((said - true) ** 2))),
        "hours": int(seen.sum()),
    }
