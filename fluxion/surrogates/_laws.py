"""What a network keeps whatever it learned: balances that close, results between bounds.

The last layer of a network moves what the layers before say onto the laws. It is made of sums,
products and one sigmoid in the units of the core, so that it is exported with the network, stays in
single precision when products are quantised, and costs nearly nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fluxion.errors import InputError
from fluxion.signatures import Signature
from fluxion.simulation import BALANCE

Numbers = tuple[float, ...]
#: Columns of an input, and what each of them counts in each part.
Columns = tuple[tuple[int, Numbers], ...]


@dataclass(frozen=True)
class Plane:
    """A number for each part that is straight in what goes in, all in the units of the core.

    Attributes:
        constant: By part.
        design: Columns of the design.
        climate: Columns of the climate, whose rows are the months.
    """

    constant: Numbers
    design: Columns = ()
    climate: Columns = ()

    def __call__(
        self, design: Float[Array, "*samples parameter"], climate: Float[Array, "month feature"]
    ) -> Float[Array, "*samples month part"]:
        """The number of each month."""
        kind = design.dtype
        found = jnp.asarray(self.constant, kind)
        for column, factors in self.climate:
            found = found + climate[:, column, None] * jnp.asarray(factors, kind)
        for column, factors in self.design:
            found = found + design[..., None, column, None] * jnp.asarray(factors, kind)
        return found


@dataclass(frozen=True)
class Between:
    """A result that stays between two planes; what the network says is squashed between them.

    Attributes:
        result: Place among the results.
        low: Below all values.
        high: Above all values.
    """

    result: int
    low: Plane
    high: Plane

    def keep(self, said: Array, design: Array, climate: Array) -> Array:
        """Values of the result from any numbers."""
        low = self.low(design, climate)
        return low + (self.high(design, climate) - low) * jax.nn.sigmoid(said)


@dataclass(frozen=True)
class Balance:
    """Terms whose sum is zero in each part and month.

    What the network leaves over is taken from the terms that may have either sign, each by its
    share. With shares as the squares of their scales this is the nearest point of the plane in the
    units of the core. Loads and gains are never negative and are left as they are.

    Source: Beucler and others, Enforcing analytic constraints in neural networks emulating physical
    systems, Phys. Rev. Lett. 126 (2021) 098302; here the last layer projects.

    Attributes:
        factor: What each result counts in the sum, (result, part); 0 of those that are no terms.
        constant: What shifts of results come to in the sum, by part.
        back: What each result takes of what is left over, (result, part).
    """

    factor: tuple[Numbers, ...]
    constant: Numbers
    back: tuple[Numbers, ...]

    @staticmethod
    def of(signature: Signature) -> Balance:
        """The balance of the zones' air in each month.

        Args:
            signature: Of results that hold all its terms; exchange of air between zones may lack
                where there is none.

        Raises:
            InputError: A term is lacking, or none of them may have either sign.
        """
        signs = {f"monthly_{name}": sign for name, sign in BALANCE.items()}
        known = {output.name: output for output in signature.outputs}
        missing = [n for n in signs if n not in known and n != "monthly_exchange"]
        if missing:
            raise InputError(
                f"a balance closes with all of its terms; {', '.join(missing)} are lacking among "
                "the results; add them to the outputs of the dataset and of the training"
            )
        if not any(known[name].signed for name in signs if name in known):
            raise InputError("no term of the balance may have either sign; nothing can close it")
        sign = np.array([signs.get(output.name, 0.0) for output in signature.outputs])
        scale = np.array([output.scale for output in signature.outputs])
        shift = np.array([output.shift for output in signature.outputs])
        usual = np.abs(sign) @ scale  # so that the sum is near one
        factor = sign[:, None] * scale / usual
        moved = np.array([output.signed for output in signature.outputs])[:, None] * factor
        return Balance(
            _rows(factor),
            tuple(map(float, sign @ shift / usual)),
            _rows(moved / (moved**2).sum(axis=0)),
        )

    def keep(self, said: Float[Array, "... result part"]) -> Float[Array, "... result part"]:
        """The same, with nothing left over."""
        kind = said.dtype
        left = jnp.sum(said * jnp.asarray(self.factor, kind), axis=-2, keepdims=True)
        left = left + jnp.asarray(self.constant, kind)
        return said - left * jnp.asarray(self.back, kind)


@dataclass(frozen=True)
class Laws:
    """Laws that a network of monthly results keeps by construction.

    Attributes:
        parts: Parts of each result, such as zones.
        balance: Of some results; None for none.
        between: Results with bounds, none of them a term of the balance.
    """

    parts: int
    balance: Balance | None = None
    between: tuple[Between, ...] = ()

    def keep(
        self,
        said: Float[Array, "*samples month width"],
        design: Float[Array, "*samples parameter"],
        climate: Float[Array, "month feature"],
    ) -> Float[Array, "*samples month width"]:
        """What a network says, moved onto the laws; all in the units of the core.

        Args:
            said: Results side by side, parts inside.
            design: As the network sees it.
            climate: As the network sees it.
        """
        for each in self.between:
            start, end = each.result * self.parts, (each.result + 1) * self.parts
            kept = each.keep(said[..., start:end], design, climate)
            said = jnp.concatenate([said[..., :start], kept, said[..., end:]], axis=-1)
        if self.balance is None:
            return said
        rows = said.reshape(*said.shape[:-1], -1, self.parts)
        return self.balance.keep(rows).reshape(said.shape)

    def to_dict(self) -> dict[str, Any]:
        """As plain numbers and lists, which `from_dict` reads, for JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(found: Mapping[str, Any]) -> Laws:
        """Laws from what `to_dict` gave, or from what JSON made of it.

        Raises:
            InputError: It is no such thing.
        """
        try:
            balance = found["balance"]
            return Laws(
                int(found["parts"]),
                None
                if balance is None
                else Balance(
                    _rows(balance["factor"]),
                    tuple(map(float, balance["constant"])),
                    _rows(balance["back"]),
                ),
                tuple(
                    Between(int(each["result"]), _plane(each["low"]), _plane(each["high"]))
                    for each in found["between"]
                ),
            )
        except (KeyError, TypeError, ValueError):
            raise InputError("the laws of the network are damaged; train it again") from None


def _plane(found: Mapping[str, Any]) -> Plane:
    def columns(given: Sequence[Any]) -> Columns:
        return tuple((int(column), tuple(map(float, factors))) for column, factors in given)

    return Plane(
        tuple(map(float, found["constant"])), columns(found["design"]), columns(found["climate"])
    )


def _rows(values: Any) -> tuple[Numbers, ...]:
    return tuple(tuple(map(float, row)) for row in values)
