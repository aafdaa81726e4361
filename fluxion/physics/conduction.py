"""Heat conduction through layered walls as a few exact modes.

A wall of layers is one-dimensional, linear and time-invariant. With the temperatures of its two
faces as inputs, its temperature is the steady straight-line profile (straight over thermal
resistance) plus a deviation, and the deviation expands in eigenmodes of the conduction operator:

    T(r, t) = (1 - r/R) T_out(t) + (r/R) T_in(t) + sum_k a_k(t) phi_k(r)
    da_k/dt = -a_k / tau_k - beta_out_k dT_out/dt - beta_in_k dT_in/dt
    q_in    = U (T_out - T_in) + sum_k (beta_in_k / tau_k) a_k      (and the mirror image outside)

The operator's inverse (its Green's function) is known in closed form for a chain of resistances,
``G(r, s) = min(r, s) - r s / R``. Its eigenvalues are the time constants themselves, so the slow
modes that matter are the large eigenvalues: well conditioned in float32, for massless layers, and
without any inverse. The integral operator is projected on Legendre polynomials of each layer
(Galerkin method), where every integral is a known number: the slow modes converge exponentially.

Modes that are not kept respond at once; their heat storage is kept as a small capacitance at the
faces, so that the wall's steady state and its total heat capacity are exact for any number of
modes.

Source: H. S. Carslaw and J. C. Jaeger, Conduction of Heat in Solids, 2nd ed. 1959, ch. 3 and 14
(Green's functions and eigenfunction expansions); K. E. Atkinson, The Numerical Solution of
Integral Equations of the Second Kind, 1997, ch. 3 (Galerkin method).
"""

from __future__ import annotations

from functools import partial
from math import factorial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.polynomial import Polynomial

from fluxion.physics._linear_algebra import eigenpairs

#: Polynomials in each layer; 8 give the three slowest time constants to 1e-3 or better.
POLYNOMIALS = 8
#: Relative distance of time constants below which two modes count as a pair. [-]
_PAIR = 0.1


def _legendre_tables(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Constants of orthonormal Legendre polynomials p on [0, 1].

    Returns:
        ``int x p_m``, ``int int min(x, y) p_m p_n`` and, as coefficients of powers of x,
        ``int min(x, y) p_m(y) dy``.
    """
    x = Polynomial([0.0, 1.0])
    basis = [
        np.sqrt(2 * m + 1) * np.polynomial.Legendre.basis(m, domain=[0, 1]).convert(kind=Polynomial)
        for m in range(count)
    ]

    def over_unit(p: Polynomial) -> float:
        return float(p.integ()(1.0))

    folded = []
    for p in basis:
        upper = over_unit(p) - p.integ()
        folded.append((x * p).integ() + x * upper)
    first = np.array([over_unit(x * p) for p in basis])
    kernel = np.array([[over_unit(p * q) for q in folded] for p in basis])
    powers = np.array([np.pad(q.coef, (0, count + 2 - len(q.coef))) for q in folded])
    return first, (kernel + kernel.T) / 2, powers


_FIRST, _KERNEL, _FOLDED = _legendre_tables(POLYNOMIALS)


class WallModes(eqx.Module):
    """A layered wall reduced to its slowest modes; everything is per square metre.

    Attributes:
        conductance: Face to face, without films. [W/(m2 K)]
        time_constant: Of each kept mode, slowest first. [s]
        outside_weight: Projection of the outside face's profile on each mode. [J^0.5/(m K^0.5)]
        inside_weight: The same for the inside face. [J^0.5/(m K^0.5)]
        residual: Capacitance of the modes left out, between (outside, outside),
            (outside, inside) and (inside, inside). [J/(m2 K)]
        capacitance: Total heat capacity of the wall. [J/(m2 K)]
    """

    conductance: Float[Array, "..."]
    time_constant: Float[Array, "... mode"]
    outside_weight: Float[Array, "... mode"]
    inside_weight: Float[Array, "... mode"]
    residual: Float[Array, "... 3"]
    capacitance: Float[Array, "..."]

    def reversed(self) -> WallModes:
        """The same wall seen from its other side."""
        return WallModes(
            self.conductance,
            self.time_constant,
            self.inside_weight,
            self.outside_weight,
            self.residual[..., ::-1],
            self.capacitance,
        )


def _safe_sqrt(x: Float[Array, "..."]) -> Float[Array, "..."]:
    positive = x > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, x, 1.0)), 0.0)


def _eigenproblem(
    resistance: Float[Array, "layer"], capacitance: Float[Array, "layer"]
) -> tuple[Float[Array, "node"], Float[Array, "node"], Float[Array, "node node"]]:
    """Root of the capacitance, moment of r, and the projected Green's function."""
    dtype, layers, n = resistance.dtype, resistance.shape[0], POLYNOMIALS
    first, kernel = jnp.asarray(_FIRST, dtype), jnp.asarray(_KERNEL, dtype)
    total, start = jnp.sum(resistance), jnp.cumsum(resistance) - resistance
    constant = jnp.zeros((layers, n), dtype).at[:, 0].set(1.0)
    moment = start[:, None] * constant + resistance[:, None] * first
    # min(r, s) between layers is the r of the outer one; within a layer it has its own integral.
    outer = jnp.arange(layers)[:, None] < jnp.arange(layers)[None, :]
    across = jnp.einsum("im,jn->imjn", moment, constant)
    lowest = jnp.where(outer[:, None, :, None], across, across.transpose(2, 3, 0, 1))
    within = start[:, None, None] * constant[:, :, None] * constant[:, None, :]
    within = within + resistance[:, None, None] * kernel
    own = jnp.eye(layers, dtype=bool)[:, None, :, None]
    lowest = jnp.where(own, within[:, :, None, :], lowest)
    green = lowest - jnp.einsum("im,jn->imjn", moment, moment) / total
    root = jnp.repeat(_safe_sqrt(capacitance), n)
    size = layers * n
    matrix = root[:, None] * green.reshape(size, size) * root[None, :]
    return root, moment.reshape(size), (matrix + matrix.T) / 2


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def _largest_eigenpairs(
    matrix: Float[Array, "node node"], count: int
) -> tuple[Float[Array, "mode"], Float[Array, "node mode"]]:
    """The largest eigenvalues of a symmetric matrix and their vectors, largest first."""
    values, vectors = eigenpairs(matrix)
    return values[::-1][:count], vectors[:, ::-1][:, :count]


@_largest_eigenpairs.defjvp
def _largest_eigenpairs_jvp(count, primals, tangents):
    (matrix,), (tangent,) = primals, tangents
    values, vectors = eigenpairs(matrix)
    values, vectors = values[::-1], vectors[:, ::-1]
    kept, kept_vectors = values[:count], vectors[:, :count]
    coupling = vectors.T @ tangent @ kept_vectors
    gap = kept[None, :] - values[:, None]
    # Modes without mass are exactly degenerate (at zero) and carry no weight: no rotation there.
    scale = jnp.finfo(matrix.dtype).eps * (values[0] + jnp.finfo(matrix.dtype).tiny)
    apart = jnp.abs(gap) > scale
    rotation = jnp.where(apart, coupling / jnp.where(apart, gap, 1.0), 0.0)
    change = jnp.diagonal(coupling)[:count]
    return (kept, kept_vectors), (change, vectors @ rotation)


def _faded(values: Float[Array, "candidate"], modes: int) -> Float[Array, "mode"]:
    """1 for modes well apart from the first one left out, 0 for those equal to it.

    Two walls of concrete behind insulation have modes in pairs, each a mix of both walls that a
    trifle can turn. Half a pair is worth little and its derivative is spurious, so both halves
    then count as modes that respond at once.
    """
    if values.shape[0] == modes:
        return jnp.ones_like(values)
    positive = values[:modes] > 0
    relative = 1 - values[modes] / jnp.where(positive, values[:modes], 1.0)
    fade = -jnp.expm1(-((relative / _PAIR) ** 2))
    return jnp.where(positive, fade, 0.0)


def wall_modes(
    thermal_resistance: Float[Array, "layer"],
    capacitance: Float[Array, "layer"],
    *,
    modes: int,
) -> WallModes:
    """Reduce a wall of layers, outside to inside, to its slowest modes.

    Layers without mass (capacitance 0) and layers without resistance and mass (padding) are
    allowed; the wall as a whole must have a resistance above 0.

    Args:
        thermal_resistance: Of each layer, thickness / conductivity. [m2 K/W]
        capacitance: Of each layer, thickness x density x specific heat. [J/(m2 K)]
        modes: How many modes to keep (static), at most 8 for each layer.

    Returns:
        The reduced wall. Differentiable in every argument.

    Source: see the module's head.
    """
    root, moment, matrix = _eigenproblem(thermal_resistance, capacitance)
    total = jnp.sum(thermal_resistance)
    constant = jnp.zeros_like(moment).at[::POLYNOMIALS].set(1.0)
    inside = root * moment / total
    outside = root * constant - inside
    tau, vectors = _largest_eigenpairs(matrix, min(modes + 1, matrix.shape[0]))
    kept = _faded(tau, modes)
    tau, vectors = jnp.maximum(tau[:modes], 1e-6), vectors[:, :modes]
    beta_out, beta_in = kept * (outside @ vectors), kept * (inside @ vectors)
    residual = jnp.stack(
        [
            outside @ outside - beta_out @ beta_out,
            outside @ inside - beta_out @ beta_in,
            inside @ inside - beta_in @ beta_in,
        ]
    )
    return WallModes(1 / total, tau, beta_out, beta_in, residual, jnp.sum(capacitance))


class WallResponse(eqx.Module):
    """A reduced wall advanced by a fixed step.

    The temperature of each face follows the parabola through its last three values. With
    ``dT = T[n+1] - T[n]`` and ``dT' = T[n] - T[n-1]`` at each face, everything per square metre
    and heat flows positive when they leave the wall:

        q_in [n+1] = U (T_out - T_in) + inside_history . a  - b_oi dT_out - b_ii dT_in
                                                            + d_oi dT_out' + d_ii dT_in'
        q_out[n+1] = U (T_in - T_out) + outside_history . a - b_oo dT_out - b_oi dT_in
                                                            + d_oo dT_out' + d_oi dT_in'
        a    [n+1] = decay * a - outside_gain * dT_out - inside_gain * dT_in
                               + outside_bend * dT_out' + inside_bend * dT_in'

    A straight line in place of the parabola would be first order for modes faster than the step,
    whose storage it damps.

    Attributes:
        conductance: Face to face. [W/(m2 K)]
        decay: Of each mode over the step. [-]
        outside_gain, inside_gain: Response of each mode to the last change of a face.
        outside_bend, inside_bend: Response of each mode to the change before.
        outside_history, inside_history: Heat flow at a face for each unit of a mode's old value.
        b_oo, b_oi, b_ii: Response of the flows to the last changes. [W/(m2 K)]
        d_oo, d_oi, d_ii: Response of the flows to the changes before. [W/(m2 K)]
    """

    conductance: Float[Array, "..."]
    decay: Float[Array, "... mode"]
    outside_gain: Float[Array, "... mode"]
    inside_gain: Float[Array, "... mode"]
    outside_bend: Float[Array, "... mode"]
    inside_bend: Float[Array, "... mode"]
    outside_history: Float[Array, "... mode"]
    inside_history: Float[Array, "... mode"]
    b_oo: Float[Array, "..."]
    b_oi: Float[Array, "..."]
    b_ii: Float[Array, "..."]
    d_oo: Float[Array, "..."]
    d_oi: Float[Array, "..."]
    d_ii: Float[Array, "..."]


def _bend(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """``int_0^1 (1/2 - r) exp(-x r) dr``, without cancellation for small x."""
    small = x < 0.3
    y = jnp.where(small, x, 0.0)
    series = 0.0
    for k in range(8, 0, -1):  # the integral's power series, to 1e-10 at the switch
        series = y * (k * (-1) ** (k + 1) / (2 * (k + 1) * (k + 2) * factorial(k)) + series)
    z = jnp.where(small, 1.0, x)
    decay = jnp.exp(-z)
    exact = 0.5 * (1 - decay) / z - (1 - decay * (1 + z)) / z**2
    return jnp.where(small, series, exact)


def wall_response(wall: WallModes, step: Float[Array, ""]) -> WallResponse:
    """Discretise a reduced wall in time: exact for faces that follow a parabola.

    Args:
        wall: The reduced wall, any leading axes.
        step: Length of the step. [s]

    Source: J. E. Seem et al., Transfer functions for efficient calculation of multidimensional
    transient heat transfer, J. Heat Transfer 111 (1989), eq. 8-12 (first-order hold), written
    here for each mode and with a hold one order higher.
    """
    x = step / wall.time_constant
    line, bend = -jnp.expm1(-x) / x, _bend(x)
    decay = jnp.exp(-x)
    out, inn = wall.outside_weight, wall.inside_weight

    def flow(a, b, hold, residual):
        return jnp.sum(a * b * hold / wall.time_constant, axis=-1) + residual / step

    oo, oi, ii = (wall.residual[..., k] for k in range(3))
    return WallResponse(
        conductance=wall.conductance,
        decay=decay,
        outside_gain=(line + bend) * out,
        inside_gain=(line + bend) * inn,
        outside_bend=bend * out,
        inside_bend=bend * inn,
        outside_history=out * decay / wall.time_constant,
        inside_history=inn * decay / wall.time_constant,
        b_oo=flow(out, out, line + bend, 1.5 * oo),
        b_oi=flow(out, inn, line + bend, 1.5 * oi),
        b_ii=flow(inn, inn, line + bend, 1.5 * ii),
        d_oo=flow(out, out, bend, 0.5 * oo),
        d_oi=flow(out, inn, bend, 0.5 * oi),
        d_ii=flow(inn, inn, bend, 0.5 * ii),
    )


def wall_profile(
    thermal_resistance: Float[Array, "layer"],
    capacitance: Float[Array, "layer"],
    modes: Float[Array, "mode"],
    temp_outside: Float[Array, ""],
    temp_inside: Float[Array, ""],
    resistance_from_outside: Float[Array, "point"],
) -> Float[Array, "point"]:
    """Temperature inside a wall, at any depth, from its reduced state.

    Args:
        thermal_resistance: Of each layer. [m2 K/W]
        capacitance: Of each layer. [J/(m2 K)]
        modes: Amplitudes of the kept modes. [K J^0.5/(m K^0.5)]
        temp_outside: Of the outside face. [degC]
        temp_inside: Of the inside face. [degC]
        resistance_from_outside: Where to look, as resistance from the outside face. [m2 K/W]

    Returns:
        Temperatures. [degC]

    Source: the eigenvalue equation itself, ``tau phi(r) = int G(r, s) c phi(s) ds``.
    """
    layers = thermal_resistance.shape[0]
    root, _, matrix = _eigenproblem(thermal_resistance, capacitance)
    tau, vectors = _largest_eigenpairs(matrix, modes.shape[0])
    total = jnp.sum(thermal_resistance)
    start = jnp.cumsum(thermal_resistance) - thermal_resistance
    at = resistance_from_outside[:, None]
    # int min(r, s) p_m over a layer: r below it, its own moment above it, a polynomial within it.
    x = jnp.clip((at - start) / jnp.where(thermal_resistance > 0, thermal_resistance, 1.0), 0, 1)
    powers = x[..., None] ** jnp.arange(_FOLDED.shape[1])
    folded = thermal_resistance[:, None] * (powers @ jnp.asarray(_FOLDED.T, x.dtype))
    constant = jnp.zeros((layers, POLYNOMIALS), x.dtype).at[:, 0].set(1.0)
    lowest = folded + jnp.minimum(at, start)[..., None] * constant
    moment = start[:, None] * constant + thermal_resistance[:, None] * jnp.asarray(_FIRST, x.dtype)
    green = lowest - at[..., None] * moment / total
    weight = modes / jnp.maximum(tau, 1e-6)
    deviation = (green.reshape(at.shape[0], -1) * root) @ vectors @ weight
    fraction = resistance_from_outside / total
    return (1 - fraction) * temp_outside + fraction * temp_inside + deviation
