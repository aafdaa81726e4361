"""Risk against hand counts, and searches whose answers are known."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fluxion as fx
from fluxion.errors import SimulationError
from fluxion.optimize import (
    CVaR,
    Integer,
    LinearConstraint,
    MeanStd,
    Quantile,
    risk_aware_search,
)


class Bowl(eqx.Module):
    """Members agree at a = 1, where the mean is not least: it is least at a = 0.

    In the climate c, member k says a^2 + c + k (a - 1) + (b - 2)^2, k being -1 or 1.
    """

    sides: jax.Array

    def members(self, designs, climate):
        a, b = designs[:, 0], designs[:, 1]
        mean = a**2 + (b - 2.0) ** 2 + climate[0, 0]
        found = mean + self.sides[:, None] * (a - 1.0)
        return {"annual_heating": jnp.stack([found, found], axis=-1) / 2}


BOWL = Bowl(jnp.array([-1.0, 1.0]))
SPACE = fx.DesignSpace({"a": (-2.0, 2.0), "b": (0.0, 3.0)})
WHOLE = fx.DesignSpace({"a": Integer(0, 1), "b": (0, 1)})
CALM = np.zeros((12, 1))


def test_risks_of_samples_are_those_counted_by_hand():
    samples = jnp.array([3.0, 1.0, 2.0, 10.0, 4.0])
    np.testing.assert_allclose(MeanStd(2.0)(samples), 4.0 + 2 * np.std(samples))
    np.testing.assert_allclose(CVaR(0.0)(samples), 4.0)
    np.testing.assert_allclose(CVaR(0.8)(samples), 10.0)
    np.testing.assert_allclose(CVaR(0.7)(samples), (10.0 + 0.5 * 4.0) / 1.5)
    np.testing.assert_allclose(Quantile(0.5)(samples), 3.0)
    for risk in (MeanStd(), CVaR(), Quantile()):
        assert np.isfinite(jax.jit(jax.grad(risk))(jnp.ones(5))).all()


@pytest.mark.parametrize(
    ("risk", "best"),
    [
        (MeanStd(0.0), 0.0),  # the mean alone
        (MeanStd(1.0), 0.5),  # a^2 + |a - 1| is least at 1/2
        (MeanStd(4.0), 1.0),  # where members agree, in a kink
        (CVaR(0.5), 0.5),  # the worse of two: the same
    ],
)
def test_gradients_find_the_design_of_least_risk(risk, best):
    found = risk_aware_search(BOWL, CALM, SPACE, "annual_heating", risk=risk, samples=64)
    np.testing.assert_allclose(found.design, [best, 2.0], atol=2e-3)
    np.testing.assert_allclose(found.mean, best**2, atol=5e-3)
    np.testing.assert_allclose(found.std, abs(best - 1.0), atol=5e-3)
    assert found.search is not None and found.samples.shape == (1, 2)
    assert found.parameters().keys() == {"a", "b"}


def test_climates_are_scenarios_of_their_own():
    climates = np.stack([CALM, CALM + 5.0])
    found = risk_aware_search(BOWL, climates, SPACE, "annual_heating", risk=CVaR(0.75), samples=64)
    # The worst of four: the colder climate and the worse member.
    np.testing.assert_allclose(found.risk, 5.0 + 0.25 + 0.5, atol=1e-3)
    assert found.samples.shape == (2, 2)


def test_sampling_keeps_whole_numbers_and_constraints():
    space = fx.DesignSpace(
        {"a": Integer(-2, 2), "b": (0.0, 3.0)}, [LinearConstraint("less", {"b": 1.0}, at_most=1.0)]
    )
    found = risk_aware_search(
        BOWL, CALM, space, {"annual_heating": 2.0}, risk=MeanStd(4.0), samples=2000
    )
    assert found.search is None and space.feasible(found.design[None]).allowed.all()
    np.testing.assert_allclose(found.design, [1.0, 1.0], atol=0.01)
    np.testing.assert_allclose(found.risk, 2 * (1 + 1), atol=0.05)


def test_a_function_of_results_and_design():
    found = risk_aware_search(
        BOWL, CALM, SPACE, lambda r, x: r["annual_heating"].sum() + 10 * (x[0] - 1.5) ** 2,
        risk=MeanStd(0.0), samples=64,
    )  # fmt: skip
    np.testing.assert_allclose(found.design, [15 / 11, 2.0], atol=1e-3)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"objective": "comfort"}, "does not give comfort; it gives annual_heating"),
        ({"objective": {"annual_heating": np.inf}}, "give finite ones"),
        ({"by": "luck"}, "take gradients or sampling"),
        ({"samples": 0}, "0 samples"),
        (
            {"space": fx.DesignSpace({"a": Integer(0, 1), "b": (0, 1)}), "by": "gradients"},
            "jump|choi",
        ),
        ({"climates": CALM + np.nan}, "not finite at any of 16"),
    ],
)
def test_bad_input_is_told(change, line):
    usual = {"climates": CALM, "space": SPACE, "objective": "annual_heating", "samples": 16}
    with pytest.raises(SimulationError, match=line):
        risk_aware_search(BOWL, **{**usual, **change})


@pytest.mark.parametrize("bad", [lambda: CVaR(1.0), lambda: Quantile(2), lambda: MeanStd(np.nan)])
def test_risks_that_cannot_be_are_refused(bad):
    with pytest.raises(SimulationError, match="was given"):
        bad()
