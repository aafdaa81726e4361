"""Every row of the standard's table of cases, read back from the finished descriptions."""

from __future__ import annotations

import numpy as np
import pytest

from fluxion.building import Building
from fluxion.cases import ashrae140, list_ashrae140

# Case: weight, insulation, openings, shading, emittance outside and inside, solar absorptance
# outside and inside, air changes [1/h], gains [W], heating and cooling setpoints [degC].
TABLE = """
195   low  std  none   -            0.1 0.1 0.1 0.6 0.0   0 20   20
200   low  std  panels -            0.1 0.1 0.1 0.6 0.0   0 20   20
210   low  std  panels -            0.9 0.1 0.1 0.6 0.0   0 20   20
215   low  std  panels -            0.1 0.9 0.1 0.6 0.0   0 20   20
220   low  std  panels -            0.9 0.9 0.1 0.6 0.0   0 20   20
230   low  std  panels -            0.9 0.9 0.1 0.6 1.0   0 20   20
240   low  std  panels -            0.9 0.9 0.1 0.6 0.0 200 20   20
250   low  std  panels -            0.9 0.9 0.9 0.6 0.0   0 20   20
270   low  std  south  -            0.9 0.9 0.1 0.9 0.0   0 20   20
280   low  std  south  -            0.9 0.9 0.1 0.1 0.0   0 20   20
290   low  std  south  overhang     0.9 0.9 0.1 0.9 0.0   0 20   20
300   low  std  sides  -            0.9 0.9 0.1 0.9 0.0   0 20   20
310   low  std  sides  with-fins    0.9 0.9 0.1 0.9 0.0   0 20   20
320   low  std  south  -            0.9 0.9 0.1 0.9 0.0   0 20   27
395   low  std  none   -            0.9 0.9 0.1 0.6 0.0   0 20   27
400   low  std  panels -            0.9 0.9 0.1 0.6 0.0   0 20   27
410   low  std  panels -            0.9 0.9 0.1 0.6 0.5   0 20   27
420   low  std  panels -            0.9 0.9 0.1 0.6 0.5 200 20   27
430   low  std  panels -            0.9 0.9 0.6 0.6 0.5 200 20   27
440   low  std  south  -            0.9 0.9 0.6 0.1 0.5 200 20   27
450   low  std  south  -            0.0 0.0 0.6 0.6 0.5 200 20   27
460   low  std  south  -            0.9 0.0 0.6 0.6 0.5 200 20   27
470   low  std  south  -            0.0 0.9 0.6 0.6 0.5 200 20   27
600   low  std  south  -            0.9 0.9 0.6 0.6 0.5 200 20   27
610   low  std  south  overhang     0.9 0.9 0.6 0.6 0.5 200 20   27
620   low  std  sides  -            0.9 0.9 0.6 0.6 0.5 200 20   27
630   low  std  sides  with-fins    0.9 0.9 0.6 0.6 0.5 200 20   27
640   low  std  south  -            0.9 0.9 0.6 0.6 0.5 200 ramp 27
650   low  std  south  -            0.9 0.9 0.6 0.6 0.5 200 -    27
660   low  std  south  -            0.9 0.9 0.6 0.6 0.5 200 20   27
670   low  std  south  -            0.9 0.9 0.6 0.6 0.5 200 20   27
680   low  high south  -            0.9 0.9 0.6 0.6 0.5 200 20   27
685   low  std  south  -            0.9 0.9 0.6 0.6 0.5 200 20   20
695   low  high south  -            0.9 0.9 0.6 0.6 0.5 200 20   20
600FF low  std  south  -            0.9 0.9 0.6 0.6 0.5 200 -    -
650FF low  std  south  -            0.9 0.9 0.6 0.6 0.5 200 -    -
680FF low  high south  -            0.9 0.9 0.6 0.6 0.5 200 -    -
800   high std  panels -            0.9 0.9 0.6 0.6 0.5 200 20   27
810   high std  south  -            0.9 0.9 0.6 0.1 0.5 200 20   27
900   high std  south  -            0.9 0.9 0.6 0.6 0.5 200 20   27
910   high std  south  overhang     0.9 0.9 0.6 0.6 0.5 200 20   27
920   high std  sides  -            0.9 0.9 0.6 0.6 0.5 200 20   27
930   high std  sides  with-fins    0.9 0.9 0.6 0.6 0.5 200 20   27
940   high std  south  -            0.9 0.9 0.6 0.6 0.5 200 ramp 27
950   high std  south  -            0.9 0.9 0.6 0.6 0.5 200 -    27
980   high high south  -            0.9 0.9 0.6 0.6 0.5 200 20   27
985   high std  south  -            0.9 0.9 0.6 0.6 0.5 200 20   20
995   high high south  -            0.9 0.9 0.6 0.6 0.5 200 20   20
900FF high std  south  -            0.9 0.9 0.6 0.6 0.5 200 -    -
950FF high std  south  -            0.9 0.9 0.6 0.6 0.5 200 -    -
980FF high high south  -            0.9 0.9 0.6 0.6 0.5 200 -    -
"""
ROWS = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()}
GLAZING = {"660": "low-e argon", "670": "single clear"}


def finish(building: Building, side: str, key: str, override: str) -> float:
    """The one value that all opaque surfaces have on a side."""
    values = set()
    for surface in building.surfaces:
        given = getattr(surface, f"{side}_{override}")
        layer = building.layers(surface.construction)[-1 if side == "inside" else 0]
        values.add(getattr(layer, key) if given is None else given)
    (value,) = values
    return value


def openings(building: Building) -> str:
    glazed = {s.name for s in building.surfaces if s.fenestrations}
    if glazed:
        return {("south",): "south", ("east", "west"): "sides"}[tuple(sorted(glazed))]
    panels = any(s.construction == "panels" for s in building.surfaces)
    return "panels" if panels else "none"


def shading(building: Building) -> str:
    overhangs = [len(s.overhangs) for s in building.surfaces if s.overhangs]
    fins = [len(s.fins) for s in building.surfaces if s.fins]
    return {"[] []": "-", "[1] []": "overhang", "[1, 1] [2, 2]": "with-fins"}[f"{overhangs} {fins}"]


def setpoint(value: float | str | None) -> str:
    if value is None:
        return "-"
    return "ramp" if isinstance(value, str) else f"{value:g}"


def read_back(building: Building) -> list[str]:
    (zone,) = building.zones
    fabric = {c.name for c in building.constructions} - {"panels"}
    weights = {"light floor": "low", "heavy floor": "high"}
    (weight,) = {weights[name] for name in fabric & set(weights)}
    thick = {name for name in fabric if name.startswith("thick")}
    word = {"low": "light", "high": "heavy"}[weight]
    assert thick in (set(), {"thick roof", f"thick {word} wall"})
    assert thick or fabric == {"roof", f"{word} wall", f"{word} floor"}
    control = zone.thermostat
    return [
        weight,
        "high" if thick else "std",
        openings(building),
        shading(building),
        str(finish(building, "outside", "thermal_absorptance", "emissivity")),
        str(finish(building, "inside", "thermal_absorptance", "emissivity")),
        str(finish(building, "outside", "solar_absorptance", "solar_absorptance")),
        str(finish(building, "inside", "solar_absorptance", "solar_absorptance")),
        str(sum((leak.air_changes_per_hour or 0.0 for leak in zone.infiltrations), start=0.0)),
        f"{sum(gain.power for gain in zone.internal_gains):.0f}",
        setpoint(control and control.heating_setpoint),
        setpoint(control and control.cooling_setpoint),
    ]


def test_the_table_has_every_case_but_the_sunspace():
    assert set(list_ashrae140()) - set(ROWS) == {"960"} and len(ROWS) == 51


@pytest.mark.parametrize("case", ROWS)
def test_a_case_is_what_its_row_says(case):
    building = ashrae140(case)
    assert read_back(building) == ROWS[case]
    assert {g.name for g in building.glazings} <= {GLAZING.get(case, "double clear")}
    assert len(building.zones[0].ventilations) == (case[:3] in ("650", "950"))
    np.testing.assert_allclose(building.zone_volume("zone"), 129.6)
    area = sum(s.window_area for s in building.surfaces)
    np.testing.assert_allclose(area, 12.0 if ROWS[case][2] in ("south", "sides") else 0.0)


def test_panels_lie_where_the_windows_were_and_the_wall_has_no_holes():
    base, building = ashrae140("600"), ashrae140("430")
    pieces = [s for s in building.surfaces if s.name.startswith("south")]
    for piece in pieces:
        assert np.all(piece.points[:, 1] == 0.0)
        np.testing.assert_allclose((piece.azimuth, piece.tilt), (180.0, 90.0))
    boxes = np.array([(*s.points[:, ::2].min(0), *s.points[:, ::2].max(0)) for s in pieces])
    u, v = np.meshgrid(np.arange(0.05, 8.0, 0.1), np.arange(0.05, 2.7, 0.1))
    inside = (
        (boxes[:, 0, None] < u.ravel())
        & (u.ravel() < boxes[:, 2, None])
        & (boxes[:, 1, None] < v.ravel())
        & (v.ravel() < boxes[:, 3, None])
    )
    np.testing.assert_array_equal(inside.sum(axis=0), 1)
    windows = [
        (w.u, w.v, w.u + w.width, w.v + w.height) for w in base.surface("south").fenestrations
    ]
    panels = [box for s, box in zip(pieces, boxes, strict=True) if s.construction == "panels"]
    np.testing.assert_allclose(panels, windows, atol=1e-12)
    assert {m.roughness for m in building.layers("panels")} == {"very_smooth"}


# Conductances from air to air [W/K], published with the combined coefficients of the table.
FILMS = {"wall": (21.6, 1.8), "roof": (21.8, 1.7), "floor": (5.2, 3.7), "panels": (17.8, 4.5)}


@pytest.mark.parametrize(
    ("case", "wall", "roof", "floor", "panels", "total"),
    [
        ("430", 26.60, 13.24, 1.867, 25.18, 85.44),
        ("800", 26.51, 13.24, 1.867, 25.18, 85.35),
        ("680", 9.10, 4.43, 1.867, None, 59.13),
        ("980", 9.10, 4.43, 1.867, None, 59.13),
    ],
)
def test_conductances_air_to_air(case, wall, roof, floor, panels, total):
    """With panels in place of windows the whole envelope can be added up from layers."""
    building = ashrae140(case)
    found = dict.fromkeys(FILMS, 0.0)
    for surface in building.surfaces:
        kind = "panels" if surface.construction == "panels" else surface.kind
        outside, inside = FILMS[kind]
        u = building.u_factor(surface.construction, inside_film=inside, outside_film=outside)
        found[kind] += u * surface.net_area
    np.testing.assert_allclose(found["wall"], wall, rtol=1e-3)
    np.testing.assert_allclose(found["roof"], roof, rtol=1e-3)
    np.testing.assert_allclose(found["floor"], floor, rtol=1e-3)
    air = 0.5 * building.zone_volume("zone") / 3600.0 * 1.0156 * 1015.0
    glass = 25.18
    if panels is not None:
        np.testing.assert_allclose(found["panels"], panels, rtol=1e-3)
        glass = found["panels"]
    opaque = found["wall"] + found["roof"] + found["floor"]
    np.testing.assert_allclose(opaque + glass + air, total, rtol=1e-3)


@pytest.mark.parametrize(
    ("case", "inside", "outside"),
    [("450", True, True), ("460", True, False), ("470", False, True)],
)
def test_constant_coefficients(case, inside, outside):
    base, building = ashrae140("600"), ashrae140(case)
    films = {
        "inside": {"wall": 1.8, "roof": 1.7, "floor": 3.7, "window": 4.5},
        "outside": {"wall": 21.6, "roof": 21.8, "floor": 5.2, "window": 17.8},
    }
    for side, fixed in (("inside", inside), ("outside", outside)):
        key = f"{side}_convection"
        for surface in building.surfaces:
            wanted = films[side][surface.kind] if fixed else None
            assert getattr(surface, key) == wanted
            for window in surface.fenestrations:
                assert getattr(window, key) == (films[side]["window"] if fixed else None)
    outer, inner = building.glazing("double clear").panes
    before = base.glazing("double clear").panes
    assert (outer.emissivity_front, inner.emissivity_back) == (
        0.0 if outside else 0.84,
        0.0 if inside else 0.84,
    )
    assert (outer.emissivity_back, inner.emissivity_front) == (0.84, 0.84)
    assert outer.replace(emissivity_front=0.84) == before[0]
    assert inner.replace(emissivity_back=0.84) == before[1]
