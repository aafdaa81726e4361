"""The usual loss of the design task, composed of the terms that its settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optax

from fluxion.signatures import Signature
from fluxion.training._physics import (
    BalanceTerm,
    DesignPrediction,
    annual_term,
    data_term,
    sobolev_term,
)
from fluxion.training._physics_loss import PhysicsInformedLoss

#: Weight of errors of annual means beside those of months.
_ANNUAL = 3.0
#: Physics waits for this share of the steps, in which data lead.
_LEAD = 0.2


def design_loss(
    module: Any,
    signature: Signature,
    *,
    sobolev: float = 0.0,
    balance: float = 0.0,
    steps: int = 1,
) -> PhysicsInformedLoss:
    """Errors of months and of the year, of slopes, and of the zones' energy balance.

    Args:
        module: The network.
        signature: Of what it shall give.
        sobolev: Weight of the slopes; they need designs with slopes in the batch.
        balance: Weight of the balance, which rises once data have led for a while.
        steps: Of the training.

    Raises:
        InputError: A balance of results that the signature has not.
    """
    terms: dict[str, Callable] = {"data": data_term}
    weights: dict[str, Any] = {"data": 1.0}
    if signature.periods:
        terms["annual"], weights["annual"] = annual_term, _ANNUAL
    if sobolev:
        terms["slopes"], weights["slopes"] = sobolev_term, sobolev
    if balance:
        terms["balance"] = BalanceTerm.of(signature)
        lead = max(1, round(_LEAD * steps))
        rise = optax.linear_schedule(0.0, balance, lead, lead)
        weights["balance"] = rise
    return PhysicsInformedLoss(
        DesignPrediction(module, signature, slopes=bool(sobolev)), terms, weights
    )
