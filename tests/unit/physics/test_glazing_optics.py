"""Optics of panes and stacks: energy, symmetry, independent solutions, quality of the fit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import simpson

from fluxion.physics.glazing_optics import (
    COATED_SWITCH,
    angular_nodes,
    evaluate_angular,
    fit_angular,
    glazing_optics,
    glazing_optics_from_table,
    glazing_system,
    pane_optics,
)

CLEAR = (0.834, 0.075, 0.075, 0.0)
LOW_E = (0.452, 0.359, 0.397, 1.0)
LOW_E_SOFT = (0.60, 0.20, 0.30, 1.0)
TINTED = (0.30, 0.05, 0.05, 0.0)
LOW_IRON = (0.91, 0.082, 0.082, 0.0)
ABSENT = (0.5, 0.1, 0.1, 0.0)
STACKS = {
    "single": (CLEAR,),
    "double": (CLEAR, CLEAR),
    "low_e": (LOW_E, CLEAR),
    "tinted": (TINTED, CLEAR),
    "low_iron": (LOW_IRON, LOW_IRON),
    "triple": (LOW_E_SOFT, CLEAR, LOW_E_SOFT),
}
ANGLES = np.radians(np.linspace(0.0, 90.0, 181))
COSINES = np.cos(ANGLES)
COSINES[-1] = 0.0
TO_85 = slice(0, 171)
build = jax.jit(glazing_optics)
tabulate = jax.jit(glazing_optics_from_table)


def arrays(stack, dtype=None):
    """Pane arrays of one static width, absent panes last."""
    rows = np.array(list(stack) + [ABSENT] * (3 - len(stack)))
    present = np.arange(3) < len(stack)
    return tuple(jnp.asarray(column, dtype) for column in rows.T) + (jnp.asarray(present),)


@jax.jit
def exact(t, rf, rb, coated, present, cosine):
    """System properties at given angles, computed without the fit."""
    panes = pane_optics(t[:, None], rf[:, None], rb[:, None], cosine, coated=coated[:, None])
    return glazing_system(*panes, present)


def test_normal_incidence_returns_what_was_given():
    for t, rf, rb, coated in (CLEAR, TINTED, LOW_IRON):
        got = pane_optics(*(jnp.asarray(x) for x in (t, rf, rb, 1.0)), coated=coated)
        np.testing.assert_allclose(got, (t, rf, rb), atol=1e-12)
    got = pane_optics(*(jnp.asarray(x) for x in LOW_E[:3]), jnp.asarray(1.0), coated=1)
    # The published bronze curve does not end at one but at 1.01175.
    np.testing.assert_allclose(got, (1.01175 * LOW_E[0], *LOW_E[1:3]), atol=1e-12)


def test_uncoated_pane_against_index_and_thickness():
    """Closed-form recovery, checked forward: Fresnel with known index and absorption."""
    index, absorption = 1.526, 0.12
    face = ((index - 1.0) / (index + 1.0)) ** 2
    weaken = np.exp(-absorption)
    t0 = (1 - face) ** 2 * weaken / (1 - (face * weaken) ** 2)
    r0 = face * (1 + t0 * weaken)
    angle = np.radians(57.0)
    inside = np.arcsin(np.sin(angle) / index)
    s = (np.sin(angle - inside) / np.sin(angle + inside)) ** 2
    p = (np.tan(angle - inside) / np.tan(angle + inside)) ** 2
    slant = np.exp(-absorption / np.cos(inside))
    want = np.mean([(1 - f) ** 2 * slant / (1 - (f * slant) ** 2) for f in (s, p)])
    got, _, _ = pane_optics(*map(jnp.asarray, (t0, r0, r0, np.cos(angle))), coated=0)
    np.testing.assert_allclose(got, want, rtol=1e-10)


@pytest.mark.parametrize("name", STACKS)
def test_energy_is_conserved_from_both_sides(name):
    t, rf, rb, coated, present = arrays(STACKS[name])
    through, absorbed, front, back = exact(t, rf, rb, coated, present, COSINES)
    np.testing.assert_allclose(through + front + absorbed.sum(0), 1.0, atol=1e-12)
    assert np.all(np.asarray(absorbed) > -1e-12)
    optics = build(t, rf, rb, coated, present)
    total = optics.back_transmittance + optics.back_reflectance + optics.back_absorptance.sum()
    np.testing.assert_allclose(total, 1.0, atol=1e-12)
    np.testing.assert_allclose(optics.back_transmittance, optics.diffuse_transmittance, rtol=1e-10)


def test_system_against_a_linear_solve():
    """Net radiation: unknown fluxes in both directions in every gap, solved as one system."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        t, rf, rb = rng.uniform(0.05, 0.45, (3, 3))
        # Unknowns: forward fluxes f0..f3 (f0 = 1 given), backward fluxes b0..b3 (b3 = 0 given).
        matrix, right = np.eye(8), np.zeros(8)
        right[0] = 1.0
        for i in range(3):
            matrix[i + 1, i] -= t[i]
            matrix[i + 1, 4 + i + 1] -= rb[i]
            matrix[4 + i, i] -= rf[i]
            matrix[4 + i, 4 + i + 1] -= t[i]
        flux = np.linalg.solve(matrix, right)
        want = [flux[i] * (1 - t[i] - rf[i]) + flux[5 + i] * (1 - t[i] - rb[i]) for i in range(3)]
        got = glazing_system(jnp.asarray(t), jnp.asarray(rf), jnp.asarray(rb), jnp.ones(3))
        np.testing.assert_allclose(got[0], flux[3], rtol=1e-12)
        np.testing.assert_allclose(got[1], want, rtol=1e-12)
        np.testing.assert_allclose(got[2], flux[4], rtol=1e-12)


def test_absent_panes_change_nothing_wherever_they_stand():
    want = exact(*arrays((LOW_E, CLEAR)), COSINES)
    t, rf, rb, coated = (jnp.asarray(c) for c in np.array([LOW_E, ABSENT, CLEAR]).T)
    got = exact(t, rf, rb, coated, jnp.array([1, 0, 1]), COSINES)
    np.testing.assert_allclose(got[0], want[0], rtol=1e-12)
    np.testing.assert_allclose(got[1][jnp.array([0, 2])], want[1][:2], rtol=1e-12)
    np.testing.assert_array_equal(got[1][1], 0.0)
    np.testing.assert_allclose(got[3], want[3], rtol=1e-12)


def test_no_pane_is_a_hole():
    optics = build(*arrays(()))
    np.testing.assert_allclose(optics.diffuse_transmittance, 1.0, rtol=1e-12)
    np.testing.assert_array_equal(optics.diffuse_absorptance, 0.0)


def test_mirrored_stack_swaps_front_and_back():
    front = build(*arrays((LOW_E, CLEAR)))
    mirrored = build(*arrays((CLEAR, (LOW_E[0], LOW_E[2], LOW_E[1], 1.0))))
    np.testing.assert_allclose(front.back_absorptance[:2], mirrored.diffuse_absorptance[1::-1])
    np.testing.assert_allclose(
        front.back_reflectance,
        1.0 - mirrored.diffuse_transmittance - mirrored.diffuse_absorptance.sum(),
    )


@pytest.mark.parametrize("name", STACKS)
def test_fit_meets_the_exact_curve(name):
    panes = arrays(STACKS[name])
    through, absorbed, _, _ = exact(*panes, COSINES)
    optics = build(*panes)
    fitted = evaluate_angular(optics.beam_transmittance, COSINES)
    np.testing.assert_allclose(fitted[TO_85], through[TO_85], atol=0.0016)
    got = evaluate_angular(optics.beam_absorptance, COSINES)
    np.testing.assert_allclose(got[:, TO_85], absorbed[:, TO_85], atol=0.0035)
    energy = np.sum((np.asarray(fitted) - through) * COSINES) / np.sum(through * COSINES)
    assert abs(energy) < 1e-4


def test_hemispherical_means_against_simpson():
    panes = arrays((LOW_E, CLEAR))
    through, absorbed, _, back = exact(*panes, COSINES)
    weight = np.sin(2.0 * ANGLES)
    optics = build(*panes)
    for got, samples in (
        (optics.diffuse_transmittance, through),
        (optics.diffuse_absorptance, absorbed),
        (optics.back_reflectance, back),
    ):
        np.testing.assert_allclose(got, simpson(samples * weight, x=ANGLES), atol=3e-6)


def test_light_from_behind_and_grazing_light_give_nothing():
    optics = build(*arrays((LOW_E, CLEAR)))
    cosines = jnp.array([0.0, -0.3, -1.0])
    np.testing.assert_array_equal(evaluate_angular(optics.beam_transmittance, cosines), 0.0)
    np.testing.assert_array_equal(evaluate_angular(optics.beam_absorptance, cosines), 0.0)
    through, absorbed, front, _ = exact(*arrays((CLEAR, CLEAR)), COSINES)
    np.testing.assert_allclose(
        [through[-1], absorbed[:, -1].sum(), front[-1]], [0, 0, 1], atol=1e-9
    )


def test_fit_reproduces_a_polynomial_that_vanishes_at_grazing():
    nodes = angular_nodes()
    coefficients = fit_angular(0.3 * nodes + 0.5 * nodes**3 - 0.1 * nodes**7)
    at = jnp.linspace(0.0, 1.0, 21)
    want = 0.3 * at + 0.5 * at**3 - 0.1 * at**7
    np.testing.assert_allclose(evaluate_angular(coefficients, at), want, atol=1e-12)


def test_single_precision_keeps_six_digits():
    single, double = (
        build(*arrays((LOW_E, CLEAR), dtype=dtype)) for dtype in (jnp.float32, jnp.float64)
    )
    assert {leaf.dtype for leaf in jax.tree.leaves(single)} == {jnp.dtype("float32")}
    got = evaluate_angular(single.beam_transmittance, jnp.asarray(COSINES, jnp.float32))
    assert got.dtype == jnp.float32
    want = evaluate_angular(double.beam_transmittance, COSINES)
    np.testing.assert_allclose(got, want, atol=3e-6)


def test_glazings_batch_by_vmap():
    each = [arrays(STACKS[name]) for name in ("single", "low_e")]
    batch = jax.jit(jax.vmap(glazing_optics))(
        *(jnp.stack(pair) for pair in zip(*each, strict=True))
    )
    for row, panes in enumerate(each):
        alone = build(*panes)
        np.testing.assert_allclose(batch.back_absorptance[row], alone.back_absorptance, rtol=1e-10)
    assert evaluate_angular(batch.beam_absorptance, jnp.ones(4)).shape == (2, 3, 4)


def test_coated_curve_changes_without_a_jump_and_ends_on_each_reference():
    def at(t):
        return pane_optics(*map(jnp.asarray, (t, 0.2, 0.2, 0.5)), coated=1)[0] / t

    below, above = at(COATED_SWITCH - 0.0101), at(COATED_SWITCH + 0.0101)
    assert float(above - below) > 0.02  # the two curves differ: a wrong branch would show
    np.testing.assert_allclose(at(COATED_SWITCH), 0.5 * (below + above), atol=1e-12)
    np.testing.assert_allclose(below, at(0.3), rtol=1e-12)
    np.testing.assert_allclose(above, at(0.8), rtol=1e-12)


def test_table_of_a_known_glazing_gives_its_optics():
    panes = arrays((CLEAR, CLEAR))
    every_ten = slice(None, None, 20)
    cosines = jnp.asarray(COSINES[every_ten])
    through, absorbed, _, back = (x[..., every_ten] for x in exact(*panes, COSINES))
    table = tabulate(cosines, through, absorbed, back)
    model = build(*panes)
    steep = COSINES[: int(79 / 0.5)]  # the table says nothing between 80 and 90 degrees
    np.testing.assert_allclose(
        evaluate_angular(table.beam_transmittance, steep),
        evaluate_angular(model.beam_transmittance, steep),
        atol=0.007,
    )
    for name in ("diffuse_transmittance", "diffuse_absorptance", "back_absorptance"):
        np.testing.assert_allclose(getattr(table, name), getattr(model, name), atol=7e-4)
    np.testing.assert_allclose(table.back_reflectance, model.back_reflectance, atol=7e-4)


def test_table_takes_either_order_and_back_absorptances():
    cosines = jnp.linspace(0.0, 1.0, 6)
    through, absorbed = 0.6 * cosines, jnp.stack([0.2 * cosines, 0.1 * cosines])
    back = 1.0 - 0.9 * cosines
    up = tabulate(cosines, through, absorbed, back, absorbed[::-1])
    down = tabulate(
        cosines[::-1], through[::-1], absorbed[:, ::-1], back[::-1], absorbed[::-1, ::-1]
    )
    for a, b in zip(jax.tree.leaves(up), jax.tree.leaves(down), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
    np.testing.assert_allclose(up.diffuse_transmittance, 0.4, rtol=1e-12)  # 2 * 0.6 / 3
    np.testing.assert_allclose(up.back_absorptance, [0.2 / 3, 0.4 / 3], rtol=1e-12)
