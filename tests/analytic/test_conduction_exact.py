"""Walls as modes against exact solutions of the heat equation.

Frequency responses come from the complex transmission matrix of each layer, transients from the
eigenfunction series of a slab: H. S. Carslaw and J. C. Jaeger, Conduction of Heat in Solids,
2nd ed. 1959, sections 3.4, 3.6 and 3.7.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fluxion.physics.conduction import POLYNOMIALS, wall_modes, wall_profile, wall_response

LAYERS = 4
ALL_MODES = POLYNOMIALS * LAYERS
# Resistance [m2 K/W] and capacity [J/(m2 K)] of each layer, outside to inside, padded to four.
WALLS = {
    "slab": ([0.2 / 1.4], [0.2 * 2300.0 * 880.0]),
    "heavy 140": ([0.009 / 0.14, 0.0615 / 0.04, 0.1 / 0.51], [4293.0, 861.0, 140000.0]),
    "light 140": ([0.009 / 0.14, 0.066 / 0.04, 0.012 / 0.16], [4293.0, 792.0 * 1.4, 9576.0]),
    "massless core": ([0.06, 2.5, 0.08], [120000.0, 0.0, 15000.0]),
    "massless faces": ([0.5, 0.12, 0.3], [0.0, 250000.0, 0.0]),
    "symmetric": ([0.05, 3.0, 0.05], [170000.0, 2000.0, 170000.0]),
    "padding within": ([0.1, 0.0, 0.4, 0.0], [80000.0, 0.0, 4000.0, 0.0]),
    "massless": ([0.5, 1.0], [0.0, 0.0]),
}
NAMES = list(WALLS)
RESISTANCE = np.array([r + [0.0] * (LAYERS - len(r)) for r, _ in WALLS.values()])
CAPACITANCE = np.array([c + [0.0] * (LAYERS - len(c)) for _, c in WALLS.values()])


@partial(jax.jit, static_argnames="modes")
def reduce_all(resistance, capacitance, modes):
    return jax.vmap(lambda r, c: wall_modes(r, c, modes=modes))(resistance, capacitance)


@pytest.fixture(scope="module")
def full():
    return jax.tree.map(np.asarray, reduce_all(RESISTANCE, CAPACITANCE, ALL_MODES))


@pytest.fixture(scope="module")
def three():
    return jax.tree.map(np.asarray, reduce_all(RESISTANCE, CAPACITANCE, 3))


def pick(walls, index):
    return jax.tree.map(lambda leaf: leaf[index], walls)


def transmission(resistance, capacitance, s):
    """Matrix from (temperature, flow inwards) at the inside face to the same outside."""
    total = np.eye(2, dtype=complex)
    for r, c in zip(resistance, capacitance, strict=True):
        root = np.sqrt(s * r * c)
        small = abs(root) < 1e-9
        ratio = 1.0 if small else np.sinh(root) / root
        layer = np.array([[np.cosh(root), r * ratio], [s * c * ratio, np.cosh(root)]])
        total = total @ layer
    return total


def exact_admittance(resistance, capacitance, s):
    """Flows leaving the outside and inside face for (T_out, T_in)."""
    (a, b), (_, d) = transmission(resistance, capacitance, s)
    return np.array([[-d / b, 1 / b], [1 / b, -a / b]])


def modal_admittance(wall, s):
    weights = np.stack([wall.outside_weight, wall.inside_weight])
    swing = -s / (s * wall.time_constant + 1)
    stored = (weights * swing) @ weights.T
    oo, oi, ii = wall.residual
    u = wall.conductance
    return u * np.array([[-1, 1], [1, -1]]) + stored - s * np.array([[oo, oi], [oi, ii]])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("hours", "rtol"), [(8760.0, 1e-9), (24.0, 1e-9), (3.0, 1e-7), (1.0, 5e-5)]
)
def test_frequency_response_of_all_modes_is_the_transmission_matrix(full, name, hours, rtol):
    index = NAMES.index(name)
    s = 2j * np.pi / (hours * 3600)
    want = exact_admittance(RESISTANCE[index], CAPACITANCE[index], s)
    got = modal_admittance(pick(full, index), s)
    np.testing.assert_allclose(got, want, rtol=0, atol=rtol * np.abs(want).max())


@pytest.mark.parametrize("name", NAMES)
def test_three_modes_follow_the_day(three, name):
    index = NAMES.index(name)
    s = 2j * np.pi / 86400
    want = exact_admittance(RESISTANCE[index], CAPACITANCE[index], s)
    got = modal_admittance(pick(three, index), s)
    np.testing.assert_allclose(got, want, rtol=0, atol=4e-3 * np.abs(want).max())


def test_time_constants_of_a_slab(full):
    slab = pick(full, NAMES.index("slab"))
    area = RESISTANCE[0].sum() * CAPACITANCE[0].sum()  # R C = L^2 / alpha
    k = np.arange(1, 6)
    want = area / (np.pi * k) ** 2
    error = np.abs(slab.time_constant[:5] / want - 1)
    assert (error < [1e-10, 1e-7, 1e-3, 5e-3, 0.2]).all(), error


def test_a_slab_cut_in_four_is_the_same_slab():
    r, c = RESISTANCE[0].sum(), CAPACITANCE[0].sum()
    cut = reduce_all(np.full((1, 4), r / 4), np.full((1, 4), c / 4), 5)
    want = r * c / (np.pi * np.arange(1, 6)) ** 2
    np.testing.assert_allclose(cut.time_constant[0], want, rtol=1e-9)


@pytest.fixture(scope="module")
def cut_slab():
    """The slab in four equal layers: four times the polynomials."""
    r, c = RESISTANCE[0].sum(), CAPACITANCE[0].sum()
    walls = reduce_all(np.full((1, 4), r / 4), np.full((1, 4), c / 4), ALL_MODES)
    return pick(jax.tree.map(np.asarray, walls), 0)


@pytest.mark.parametrize(
    ("fraction", "rtol"), [(0.002, 3e-5), (0.01, 1e-8), (0.05, 1e-12), (0.2, 1e-12), (1.0, 1e-12)]
)
def test_step_response_of_a_slab_is_the_series(cut_slab, fraction, rtol):
    """The inside face jumps by one kelvin; flows at both faces at a Fourier number later."""
    slab = cut_slab
    u, rc = slab.conductance, RESISTANCE[0].sum() * CAPACITANCE[0].sum()
    k = np.arange(1, 200)
    fading = np.exp(-((np.pi * k) ** 2) * fraction)
    want_in, want_out = -u * (1 + 2 * fading.sum()), u * (1 + 2 * ((-1.0) ** k * fading).sum())
    a = -slab.inside_weight * np.exp(-fraction * rc / slab.time_constant)
    got_in = -u + (slab.inside_weight / slab.time_constant) @ a
    got_out = u + (slab.outside_weight / slab.time_constant) @ a
    np.testing.assert_allclose(got_in, want_in, rtol=rtol)
    np.testing.assert_allclose(got_out, want_out, rtol=0, atol=rtol * u)


def test_early_flow_is_that_of_a_semi_infinite_solid(cut_slab):
    """Into the slab, long before the far face knows: q = sqrt(k rho c / (pi t))."""
    r, c = RESISTANCE[0].sum(), CAPACITANCE[0].sum()
    t = 0.004 * r * c
    a = -cut_slab.inside_weight * np.exp(-t / cut_slab.time_constant)
    got = -cut_slab.conductance + (cut_slab.inside_weight / cut_slab.time_constant) @ a
    np.testing.assert_allclose(-got, np.sqrt(c / r / (np.pi * t)), rtol=1e-5)


@pytest.mark.parametrize("modes", [1, 2, 3, 5, ALL_MODES])
def test_capacity_and_steady_flow_are_exact_for_any_number_of_modes(modes):
    walls = jax.tree.map(np.asarray, reduce_all(RESISTANCE, CAPACITANCE, modes))
    total, u = CAPACITANCE.sum(axis=1), 1 / RESISTANCE.sum(axis=1)
    np.testing.assert_allclose(walls.conductance, u, rtol=1e-14)
    np.testing.assert_allclose(walls.capacitance, total, rtol=1e-14)
    both = walls.outside_weight + walls.inside_weight
    oo, oi, ii = walls.residual.T
    kept = (both**2).sum(axis=1) + oo + 2 * oi + ii
    np.testing.assert_allclose(kept, total, rtol=1e-12, atol=1e-9)
    # What is left out is a capacitance: it must never be negative.
    assert (oo >= -1e-9 * (1 + total)).all() and (ii >= -1e-9 * (1 + total)).all()
    assert (oo * ii - oi * oi >= -1e-9 * (1 + total) ** 2).all()


def run(response, temp_outside, temp_inside, a, before):
    """Flows at both faces for given courses of face temperatures (leading value: the present)."""
    (last_out, last_in), flows = before, []
    r = response
    for n in range(len(temp_outside) - 1):
        d_out, d_in = temp_outside[n + 1] - temp_outside[n], temp_inside[n + 1] - temp_inside[n]
        p_out, p_in = temp_outside[n] - last_out, temp_inside[n] - last_in
        across = r.conductance * (temp_outside[n + 1] - temp_inside[n + 1])
        q_in = across + r.inside_history @ a - r.b_oi * d_out - r.b_ii * d_in
        q_in += r.d_oi * p_out + r.d_ii * p_in
        q_out = -across + r.outside_history @ a - r.b_oo * d_out - r.b_oi * d_in
        q_out += r.d_oo * p_out + r.d_oi * p_in
        a = r.decay * a - r.outside_gain * d_out - r.inside_gain * d_in
        a = a + r.outside_bend * p_out + r.inside_bend * p_in
        last_out, last_in = temp_outside[n], temp_inside[n]
        flows.append((q_out, q_in))
    return np.array(flows), a


@pytest.fixture(scope="module")
def respond():
    return jax.jit(wall_response)


@pytest.mark.parametrize("name", ["slab", "heavy 140", "massless core", "symmetric"])
@pytest.mark.parametrize("step", [900.0, 3600.0, 86400.0])
def test_faces_on_a_parabola_are_exact(full, respond, name, step):
    """T = b t + c t^2: the hold is exact, with every mode, for any step."""
    wall = pick(full, NAMES.index(name))
    response = jax.tree.map(np.asarray, respond(wall, step))
    t = step * np.arange(13)
    (b1, c1), (b2, c2) = (3e-4, -2e-9), (-1e-4, 5e-9)
    out, inn = b1 * t + c1 * t * t, b2 * t + c2 * t * t
    before = (-b1 * step + c1 * step**2, -b2 * step + c2 * step**2)
    tau = wall.time_constant

    def modes(at):
        return -wall.outside_weight * tau * (b1 + 2 * c1 * (at - tau)) - (
            wall.inside_weight * tau * (b2 + 2 * c2 * (at - tau))
        )

    flows, a = run(response, out, inn, modes(0.0), before)
    np.testing.assert_allclose(a, modes(t[-1]), rtol=1e-9, atol=1e-9 * np.abs(modes(0.0)).max())
    want = np.array(
        [
            [
                wall.conductance * (i - o) + (wall.outside_weight / tau) @ modes(at),
                wall.conductance * (o - i) + (wall.inside_weight / tau) @ modes(at),
            ]
            for at, o, i in zip(t[1:], out[1:], inn[1:], strict=True)
        ]
    )
    np.testing.assert_allclose(flows, want, rtol=0, atol=1e-9 * np.abs(want).max())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("modes", [1, 3, ALL_MODES])
def test_a_slow_ramp_stores_the_whole_capacity(respond, name, modes):
    index = NAMES.index(name)
    wall = pick(reduce_all(RESISTANCE, CAPACITANCE, modes), index)
    response = jax.tree.map(np.asarray, respond(wall, 3600.0))
    ramp = 0.01 * np.arange(1500)
    flows, _ = run(response, ramp, ramp, np.zeros(modes), (-0.01, -0.01))
    want = -CAPACITANCE[index].sum() * 0.01 / 3600
    np.testing.assert_allclose(flows[-1].sum(), want, rtol=1e-8, atol=1e-12)


def discrete_admittance(response, step, s):
    """What the stepped wall answers to harmonic faces."""
    r, z = response, np.exp(s * step)
    change, before = 1 - 1 / z, (1 - 1 / z) / z
    gain = np.stack([r.outside_gain, r.inside_gain]) * change
    gain = gain - np.stack([r.outside_bend, r.inside_bend]) * before
    swing = -gain / (1 - r.decay / z) / z
    history = np.stack([r.outside_history, r.inside_history])
    b = np.array([[r.b_oo, r.b_oi], [r.b_oi, r.b_ii]])
    d = np.array([[r.d_oo, r.d_oi], [r.d_oi, r.d_ii]])
    steady = r.conductance * np.array([[-1, 1], [1, -1]])
    return steady + history @ swing.T - b * change + d * before


@pytest.mark.parametrize("modes", [3, ALL_MODES])
@pytest.mark.parametrize("name", ["slab", "heavy 140", "light 140", "massless core"])
def test_second_order_in_time(respond, name, modes):
    """Against the continuous reduced wall, for faces that swing with a period of a day."""
    index = NAMES.index(name)
    wall = pick(jax.tree.map(np.asarray, reduce_all(RESISTANCE, CAPACITANCE, modes)), index)
    s = 2j * np.pi / 86400
    want = modal_admittance(wall, s)
    errors = []
    for step in (7200.0, 3600.0, 1800.0):
        response = jax.tree.map(np.asarray, respond(wall, step))
        errors.append(np.abs(discrete_admittance(response, step, s) - want).max())
    errors = np.array(errors)
    slopes = np.log2(errors[:-1] / errors[1:])
    assert (slopes > 2.0).all(), slopes
    quarter = jax.tree.map(np.asarray, respond(wall, 900.0))
    error = np.abs(discrete_admittance(quarter, 900.0, s) - want).max()
    assert error < 1e-3 * np.abs(want).max()


def test_single_precision_follows_double(full, three, respond):
    single = reduce_all(RESISTANCE.astype("f4"), CAPACITANCE.astype("f4"), 3)
    assert single.time_constant.dtype == jnp.float32
    response = respond(single, jnp.float32(900.0))
    assert response.b_oo.dtype == jnp.float32
    for name in NAMES[:-1]:
        index = NAMES.index(name)
        s = 2j * np.pi / 86400
        want = modal_admittance(pick(three, index), s)
        wall = jax.tree.map(lambda leaf: np.asarray(leaf, float), pick(single, index))
        got = modal_admittance(wall, s)
        np.testing.assert_allclose(got, want, rtol=0, atol=3e-5 * np.abs(want).max())


@pytest.mark.parametrize("name", ["slab", "heavy 140", "massless core", "massless faces"])
def test_profile_is_the_exact_one(full, name):
    """Temperature inside while the faces swing daily, against the transmission matrix."""
    index = NAMES.index(name)
    r, c = RESISTANCE[index], CAPACITANCE[index]
    s = 2j * np.pi / 86400
    wall = pick(full, index)
    t_out, t_in = 5.0 + 1.0j, 1.0 - 2.0j
    swing = -s * (wall.outside_weight * t_out + wall.inside_weight * t_in)
    a = swing / (s + 1 / wall.time_constant)
    depth = np.linspace(0, r.sum(), 23)
    profile = jax.jit(wall_profile)
    got = np.asarray(profile(r, c, a.real, t_out.real, t_in.real, depth)) + 1j * np.asarray(
        profile(r, c, a.imag, t_out.imag, t_in.imag, depth)
    )
    flow_in = (exact_admittance(r, c, s) @ [t_out, t_in])[1]
    want = []
    start = np.cumsum(r) - r
    for at in depth:
        # From the inside face outwards: the part of each layer beyond this depth.
        beyond = np.clip(start + r - at, 0, r)
        share = np.divide(beyond, r, out=np.zeros_like(r), where=r > 0)
        want.append((transmission(beyond, share * c, s) @ [t_in, flow_in])[0])
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-7)


@pytest.mark.parametrize("modes", [1, 3])
def test_profile_meets_the_faces(modes):
    index = NAMES.index("heavy 140")
    r, c = RESISTANCE[index], CAPACITANCE[index]
    amplitude = np.linspace(300.0, -100.0, modes)
    profile = jax.jit(wall_profile)
    got = profile(r, c, amplitude, -4.0, 21.0, np.array([0.0, r.sum()]))
    np.testing.assert_allclose(got, [-4.0, 21.0], atol=1e-10)
    # Steady: straight over resistance.
    got = profile(r, c, 0 * amplitude, -4.0, 21.0, np.array([r[0], r[0] + r[1]]))
    want = -4.0 + 25.0 * np.array([r[0], r[0] + r[1]]) / r.sum()
    np.testing.assert_allclose(got, want, rtol=1e-12)
