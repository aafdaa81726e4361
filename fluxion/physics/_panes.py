"""Solar optics of single panes at any angle, and of panes in series.

`pane_optics` carries a pane's normal-incidence properties to an angle; `glazing_system` combines
panes with all reflections between them.

Polarisation: each pane is computed per polarisation and averaged before the panes are combined,
which is what WINDOW and EnergyPlus do. Against the Standard 140 table for clear double glass
that is within 0.007 at every angle, where carrying the two polarisations through the whole
system (the better physics) departs by 0.024 at 70 degrees.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

#: Normal transmittance at which a coated pane changes from the bronze to the clear curve. [-]
COATED_SWITCH = 0.645
_COATED_SWITCH_HALF_WIDTH = 0.01
# Polynomials in cos(incidence), lowest power first: transmittance, then transmittance plus
# reflectance weight, of the clear and the bronze reference pane.
_CLEAR_TRANSMITTANCE = (-0.0015, 3.355, -3.840, 1.460, 0.0288)
_CLEAR_SUM = (0.999, -0.563, 2.043, -2.532, 1.054)
_BRONZE_TRANSMITTANCE = (-0.002, 2.813, -2.341, -0.05725, 0.599)
_BRONZE_SUM = (0.997, -1.868, 6.513, -7.862, 3.225)


def _horner(coefficients: tuple[float, ...], x: Array) -> Array:
    value = jnp.zeros_like(x) + coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def _uncoated(transmittance: Array, reflectance: Array, cosine: Array) -> tuple[Array, Array]:
    """Fresnel interfaces and bulk absorption, from normal transmittance and reflectance."""
    tiny = 1e-6
    transmittance = jnp.maximum(transmittance, tiny)
    reflectance = jnp.maximum(reflectance, tiny)
    # Interface reflectance: the small root of (2 - R) rho^2 - beta rho + R = 0, without loss of
    # digits; then the path transmittance exp(-k d) as the positive root of its own quadratic.
    beta = transmittance**2 - reflectance**2 + 2.0 * reflectance + 1.0
    discriminant = jnp.maximum(beta**2 - 4.0 * (2.0 - reflectance) * reflectance, tiny)
    rho = 2.0 * reflectance / (beta + jnp.sqrt(discriminant))
    once = (1.0 - rho) ** 2
    path = 2.0 * transmittance / (once + jnp.sqrt(once**2 + 4.0 * (transmittance * rho) ** 2))
    absorption = -jnp.log(path)
    root = jnp.sqrt(rho)
    index = (1.0 + root) / (1.0 - root)

    inside = jnp.sqrt(jnp.maximum(1.0 - (1.0 - cosine**2) / index**2, tiny))
    weaken = jnp.exp(-absorption / inside)
    t_sum, r_sum = jnp.zeros_like(weaken), jnp.zeros_like(weaken)
    for a, b in ((cosine, index * inside), (inside, index * cosine)):
        face = ((a - b) / (a + b)) ** 2
        # 0/0 at grazing incidence on glass that absorbs nothing; the limit is no transmission.
        t = (1.0 - face) ** 2 * weaken / jnp.maximum(1.0 - (face * weaken) ** 2, tiny)
        t_sum, r_sum = t_sum + t, r_sum + face * (1.0 + t * weaken)
    return 0.5 * t_sum, 0.5 * r_sum


def _coated(
    transmittance: Array, reflectance_front: Array, reflectance_back: Array, cosine: Array
) -> tuple[Array, Array, Array]:
    """Regression curves of a clear and a bronze pane, scaled to the pane's normal values."""
    position = (transmittance - COATED_SWITCH) / (2.0 * _COATED_SWITCH_HALF_WIDTH) + 0.5
    share = jnp.clip(position, 0.0, 1.0)
    share = share**2 * (3.0 - 2.0 * share)

    def blend(clear: tuple[float, ...], bronze: tuple[float, ...]) -> Array:
        return share * _horner(clear, cosine) + (1.0 - share) * _horner(bronze, cosine)

    shape = blend(_CLEAR_TRANSMITTANCE, _BRONZE_TRANSMITTANCE)
    reflected = jnp.clip(blend(_CLEAR_SUM, _BRONZE_SUM) - shape, 0.0, 1.0)
    t = transmittance * jnp.maximum(shape, 0.0)
    rf = jnp.minimum(reflectance_front + (1.0 - reflectance_front) * reflected, 1.0 - t)
    rb = jnp.minimum(reflectance_back + (1.0 - reflectance_back) * reflected, 1.0 - t)
    return t, rf, rb


def pane_optics(
    transmittance: Float[Array, "*pane"],
    reflectance_front: Float[Array, "*pane"],
    reflectance_back: Float[Array, "*pane"],
    cos_incidence: Float[Array, "*pane"],
    *,
    coated: Array,
) -> tuple[Float[Array, "*pane"], Float[Array, "*pane"], Float[Array, "*pane"]]:
    """One pane's transmittance and reflectances at an angle of incidence.

    Args:
        transmittance: At normal incidence. [-]
        reflectance_front: At normal incidence, face towards outside. [-]
        reflectance_back: At normal incidence, face towards inside. [-]
        cos_incidence: Cosine of the angle of incidence, 0 to 1. [-]
        coated: True or 1 where the pane carries a coating. [-]

    Returns:
        Transmittance, front reflectance and back reflectance at that angle. [-]

    Notes:
        All arguments broadcast. An uncoated pane uses the mean of its two reflectances; index
        and absorption follow in closed form from normal values. Coated panes use the bronze
        regression below a normal transmittance of 0.645 and the clear one above; the two are
        blended by a cubic over 0.635 to 0.655 so that the derivative exists. As published they
        end at 1.0033 (clear) and 1.0118 (bronze) of the normal transmittance. Polarisations
        are averaged here, per pane.
        Source: E. U. Finlayson et al., WINDOW 4.0: documentation of calculation procedures,
        LBL-33943, 1993; EnergyPlus Engineering Reference, "Angular properties for uncoated
        glass" and "... for coated glass".
    """
    coated = jnp.asarray(coated) != 0
    cosine = jnp.clip(cos_incidence, 0.0, 1.0)
    # The branch not taken gets an ordinary pane, so that its derivative stays finite.
    plain_t = jnp.where(coated, 0.8, transmittance)
    plain_r = jnp.where(coated, 0.08, 0.5 * (reflectance_front + reflectance_back))
    t_plain, r_plain = _uncoated(plain_t, plain_r, cosine)
    t_film, rf_film, rb_film = _coated(transmittance, reflectance_front, reflectance_back, cosine)
    return (
        jnp.where(coated, t_film, t_plain),
        jnp.where(coated, rf_film, r_plain),
        jnp.where(coated, rb_film, r_plain),
    )


def glazing_system(
    t: Float[Array, "pane *angle"],
    rf: Float[Array, "pane *angle"],
    rb: Float[Array, "pane *angle"],
    present: Array,
) -> tuple[
    Float[Array, "*angle"],
    Float[Array, "pane *angle"],
    Float[Array, "*angle"],
    Float[Array, "*angle"],
]:
    """Panes in series with all reflections between them.

    Args:
        t: Pane transmittances, panes from outside to inside. [-]
        rf: Pane reflectances for light coming from outside. [-]
        rb: Pane reflectances for light coming from inside. [-]
        present: 1 for a pane that is there; 0 for one that lets everything pass. [-] (pane,)

    Returns:
        System transmittance; absorptance of each pane for light from outside; reflectance of
        the system seen from outside; the same seen from inside. [-]

    Notes:
        Exact for planar specular panes. For light from inside reverse the pane axis and swap
        `rf` with `rb`.
        Source: ISO 15099:2003, 7.2 (two-flux method for a multilayer).
    """
    t, rf, rb = only_present(t, rf, rb, present)
    transmittance, absorptance, front = stack_optics(t, rf, rb)
    _, _, back = stack_optics(t[::-1], rb[::-1], rf[::-1])
    return transmittance, absorptance, front, back


def only_present(t: Array, rf: Array, rb: Array, present: Array) -> tuple[Array, Array, Array]:
    """Optics with every pane that is absent made a hole."""
    there = (jnp.asarray(present) != 0).reshape(t.shape[:1] + (1,) * (t.ndim - 1))
    return jnp.where(there, t, 1.0), jnp.where(there, rf, 0.0), jnp.where(there, rb, 0.0)


def stack_optics(t: Array, rf: Array, rb: Array) -> tuple[Array, Array, Array]:
    """Transmittance, absorptance of each pane and reflectance, for light from the first pane."""
    num_panes = t.shape[0]
    below = [jnp.zeros_like(t[0])]  # reflectance of everything behind pane i
    gain: list[Array] = []  # reflections between pane i and what is behind it
    for i in reversed(range(num_panes)):
        # At grazing incidence both mirrors are perfect: 0/0, whose limit passes no light.
        gain.insert(0, 1.0 / jnp.maximum(1.0 - rb[i] * below[0], 1e-6))
        below.insert(0, rf[i] + t[i] ** 2 * below[0] * gain[0])
    flux = jnp.ones_like(t[0])
    absorbed = []
    for i in range(num_panes):
        passed = flux * t[i] * gain[i]
        from_front = flux * (1.0 - t[i] - rf[i])
        absorbed.append(from_front + passed * below[i + 1] * (1.0 - t[i] - rb[i]))
        flux = passed
    return flux, jnp.stack(absorbed), below[0]
