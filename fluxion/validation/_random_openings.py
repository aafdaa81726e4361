"""Windows of random buildings, and what shades them."""

from __future__ import annotations

from typing import Any

import numpy as np

from fluxion.building import Fenestration, Fin, Overhang
from fluxion.validation._random_fabric import Fabric, draw

#: Glass keeps this far from the edges of its wall. [m]
_FRAME = 0.1
#: How often a roof of a glazed building has a skylight, and its greatest share of the roof. [-]
_SKYLIGHTS, _SKYLIGHT = 0.15, 0.1


def openings(
    rng: np.random.Generator,
    name: str,
    face: str,
    width: float,
    height: float,
    fabric: Fabric,
    glass: tuple[float, bool],
    shaded: bool,
) -> dict[str, Any]:
    """Windows and shades of a wall or roof, as fields of `Surface`."""
    share, glazed = glass
    roof = face == "roof"
    chance = rng.uniform()
    if not glazed or (roof and chance > _SKYLIGHTS):
        return {}
    share = min(share, _SKYLIGHT) if roof else share
    count = 1 if width < 5.0 else int(rng.integers(1, 3))
    tall = draw(rng, max(0.35, share * 1.05), 0.95)
    bay = width / count
    room_u, room_v = bay - 2 * _FRAME, height - 2 * _FRAME
    high = min(tall * height, room_v)
    wide = min(share * bay * height / high, room_u)
    left, sill = rng.uniform(size=2)
    u, v = _FRAME + left * (room_u - wide), _FRAME + sill * (room_v - high)
    windows = tuple(
        Fenestration(
            name=f"{name} window {k + 1}",
            glazing=fabric.glazings[int(rng.integers(len(fabric.glazings)))].name,
            u=round(k * bay + u, 3),
            v=round(v, 3),
            width=round(wide - 0.002, 3),
            height=round(high - 0.002, 3),
        )
        for k in range(count)
    )
    return {"fenestrations": windows, **(_shades(rng, windows) if shaded and not roof else {})}


def _shades(rng: np.random.Generator, windows: tuple[Fenestration, ...]) -> dict[str, Any]:
    """An overhang and fins round the windows of a wall, or one of the two, or neither."""
    left, right = windows[0].u, windows[-1].u + windows[-1].width
    bottom, top = windows[0].v, windows[0].v + windows[0].height
    with_overhang, with_fins = rng.uniform(size=2) < (0.7, 0.35)
    reach, depth = draw(rng, 0.0, 0.4, 2), draw(rng, 0.3, 1.5, 2)
    fin_depth = draw(rng, 0.2, 0.8, 2)
    found: dict[str, Any] = {}
    if with_overhang:
        found["overhangs"] = (
            Overhang(
                name="overhang",
                height=round(top + 0.05, 3),
                left=round(left - reach, 3),
                right=round(right + reach, 3),
                depth=depth,
            ),
        )
    if with_fins:
        found["fins"] = tuple(
            Fin(name=key, offset=round(at, 3), bottom=bottom, top=round(top, 3), depth=fin_depth)
            for key, at in (("left fin", left - 0.05), ("right fin", right + 0.05))
        )
    return found
