"""Optima that a rough model of this programme fell for. Beside each stands what would be chosen without the rule."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from small import (
    LEAST_COST,
    NET_BENEFIT,
    Tables,
    amounts,
    change,
    chip_on_sale,
    chosen,
    free_tables,
    gates,
    grid_contract,
    must_serve,
    parameter,
    programme,
    solved,
    value,
)
from tiny import Row, initiative

from planner.run import Result

#: the tie-break is worth less than this, in M$
TIE = 1e-5
SPLIT = {"id": "split", "claim": "Seventy to thirty", "said_by": "pencil", "metric": "split", "level": 0.7}
GOVERNANCE = {"id": "phase-3", "claim": "Governance", "said_by": "pencil", "metric": "governance", "level": 1.0}
FIRM = {"by": 2028, "binding": "firm"}
#: decisions of software, security and training that cost money
SOFT = ("accredits", "starts", "ports", "packages", "onboards", "connects", "courses")


def total(result: Result, table: str, *columns: int) -> Counter[Any]:
    """Amounts of a table of the plan by some of its columns."""
    found: Counter[Any] = Counter()
    for row in chosen(result, table):
        found[tuple(row[c] for c in columns)] += row[-1]
    return found


# no site under its minimum


@pytest.mark.parametrize(
    ("commissioned", "serving", "cost", "halls", "racks"),
    [
        # Two sites; a hall of 10 MW is 10 M$ in A and 20 in B, a rack 4 M$, and what it serves moves to B for 3 M$.
        # All 20 racks in A: 20 + 80.
        (0, 0, 100.0, {"A": 2}, {"A": 20}),
        # A hall in B that nothing needs, and nothing in it: 20 more. Ten racks in it save 10 in A and move for 30.
        (10, 0, 120.0, {"A": 2, "B": 1}, {"A": 20}),
        # Five racks move for 15. Five more racks that serve nobody are 20.
        (10, 5, 135.0, {"A": 2, "B": 1}, {"A": 15, "B": 5}),
    ],
)
def test_no_site_is_under_its_minimum(
    tmp_path: Path, commissioned: float, serving: float, cost: float, halls: Row, racks: Row
) -> None:
    tables = free_tables()
    must_serve(tables)
    parameter(tables, minimum_site_mw=commissioned, minimum_site_serving_mw=serving, counted_site_by_year=2028)
    change(tables, "designs", {"route": "retrofit"}, shell_usd_per_mw=1e6)
    change(tables, "sites", {"site_id": "B"}, construction_multiplier=2)
    change(tables, "movement", {"site_id": "B"}, movement_usd_per_pflops_year=0.2e6)
    tables["chip_supply"] = chip_on_sale("X", [2026], 4e6)
    result = solved(tmp_path, tables, programme(LEAST_COST, sites={"count": 2, "minimum_regions": 1}))
    assert value(result) == pytest.approx(-cost, abs=TIE)
    assert {s: n for (s,), n in total(result, "modules", 0).items()} == halls
    assert {s: n for (s,), n in total(result, "bought", 0).items()} == racks
    at_work = {s: n for (s, t), n in total(result, "running", 0, 4).items() if t == "2028"}
    assert at_work == pytest.approx(racks)


# no empty halls counted


def twenty_mw(factor: float, price: float) -> tuple[Tables, Row]:
    tables = free_tables()
    parameter(tables, counted_factor=factor)
    change(tables, "designs", {"route": "retrofit"}, shell_usd_per_mw=1e6)
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6, supply=5)
    claim = {"id": "halls", "claim": "Twenty MW", "said_by": "pencil", "metric": "power", "tier": "commissioned"}
    claims = [{**claim, "level": 20.0, "unit": "MW", "by": 2027, "binding": "goal", "price_usd": price}]
    return tables, programme(LEAST_COST, claims=claims)


@pytest.mark.parametrize(
    ("factor", "counted", "modules"),
    [
        # Five racks are all there are. A hall counts for 1.25 times its racks: 6.25 MW, and a second one for nothing.
        (1.25, 6.25, 1),
        # Where a rack counts for four halls, the second one closes the gap.
        (4.0, 20.0, 2),
    ],
)
def test_empty_halls_do_not_count(tmp_path: Path, factor: float, counted: float, modules: int) -> None:
    result = solved(tmp_path, *twenty_mw(factor, price=5e6))
    # halls of 10 M$, five racks of 1 M$, and 5 M$ for each MW that is missed
    assert value(result) == pytest.approx(-(10 * modules + 5 + 5 * (20 - counted)), abs=TIE)
    assert sum(n for *_, n in chosen(result, "modules")) == modules
    (promise,) = result.document["commitments"]
    assert promise["planned"] == pytest.approx(counted, abs=1e-4)
    assert promise["state"] == ("met" if counted == 20 else "short")


def test_no_goal_is_reported_shorter_than_it_is(tmp_path: Path) -> None:
    """Without a price nothing in the model speaks of the goal; what the racks of a hall make count is given in full."""
    tables, asked = twenty_mw(1.25, price=0)
    must_serve(tables)
    # nobody clears halls at the end of the horizon for nothing
    parameter(tables, disposal_usd_per_rack=1000)
    change(tables, "demand", base_pflops_years=25)
    (promise,) = solved(tmp_path, tables, asked).document["commitments"]
    assert promise["planned"] == pytest.approx(6.25)
    assert promise["shortfall"] == pytest.approx(13.75)


# no purchases for nothing in the last years


@pytest.mark.parametrize(
    ("tail", "years"),
    [
        # A rack lasts a year: of 2028 it serves in 2029, of 2029 only after the horizon, where that counts.
        (0, {"2026", "2027", "2028"}),
        (1, {"2026", "2027", "2028", "2029"}),
    ],
)
def test_nothing_is_bought_that_never_serves(tmp_path: Path, tail: int, years: set[str]) -> None:
    tables = free_tables()
    parameter(tables, tail_years=tail, tail_taper=1)
    change(tables, "chips", life_months=12)
    change(tables, "chip_supply", rack_price_usd=1e6)
    change(tables, "designs", {"route": "retrofit"}, shell_usd_per_mw=1e6)
    result = solved(tmp_path, tables, programme())
    assert total(result, "bought", 2) == {(year,): 20 for year in years}
    assert total(result, "modules", 2) == {("2026",): 2}


def test_what_the_band_asks_for_in_the_last_years_serves(tmp_path: Path) -> None:
    """3 M$ of soft money a year ask for at least 4.5 of infrastructure in 2028 and 2029, which is met by racks of use.

    Eight racks serve from 2027 for three years; six more from 2029, when demand grows; eight take the place of the
    first ones after the horizon. 9 of 31 M$ are soft, which is within the split, so nothing is set aside. A discount
    rate makes the later of two purchases the cheaper: without one, three of the eight could as well come in 2028.
    """
    tables = free_tables()
    tables["initiatives"] = [_initiative("WATCH", "gates level", 0, recurring_usd_per_year=3e6)]
    tables["level_needs"] = [{"level_id": "gov", "initiative_id": "WATCH"}]
    parameter(tables, tail_years=2, tail_taper=0.5, soft_band_from_year=2028, soft_band_low=0.2, soft_band_high=0.4)
    for row in tables["demand_paths"]:
        row["multiplier"] = 0.4 if row["year"] < 2029 else 0.7
    change(tables, "chips", life_months=36)
    change(tables, "discount_rates", real_rate=0.01)
    change(tables, "chip_supply", rack_price_usd=1e6)
    asked = {"infrastructure_share": 0.7, "infrastructure_share_tolerance": 0.03, "claims": [{**SPLIT, **FIRM}]}
    result = solved(tmp_path, tables, programme(**asked))
    assert total(result, "bought", 2) == {("2026",): 8, ("2028",): 6, ("2029",): 8}
    assert total(result, "tail_running", 3)[1,] == pytest.approx(14)
    assert chosen(result, "unallocated") == set()


# no money on items without effect


def _initiative(name: str, effect: str, cost: float = 1e6, **columns: Any) -> Row:
    return initiative(name, "programme", effect, cost, need_ceiling_units=1, **columns)


def _useless() -> Tables:
    """Soft items that nothing waits for, and money that nothing else may take."""
    tables = free_tables()
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6)
    tables["accreditations"] = [{"accreditation_id": "IL5", "level_id": "gov", "opens_level": 0, "cost_usd": 1e6}]
    tables["initiatives"] = [_initiative("CORE", "prerequisite"), _initiative("BOARD", "phase 3")]
    course = {"cost_usd_per_head": 1e4, "duration_months": 12, "capacity_heads_per_year": 100}
    tables["training_tracks"] = [
        {"track_id": r, "learners": learners, "need_ceiling_heads": 1000, **course}
        for r, learners in [("AWARE", "awareness"), ("USE", "use")]
    ]
    tables["training_needs"] = [
        {"agency_id": "AG", "track_id": "AWARE", "heads": 100},
        {"agency_id": "AG", "track_id": "USE", "heads": 50},
    ]
    parameter(tables, aware_share=1)
    return tables


@pytest.mark.parametrize(
    ("governed", "items", "heads", "unallocated"),
    [
        # 20 racks. Fifty practitioners at 0.01 M$ serve all demand: 0.5. Three of ten parts are 60/7 M$.
        (False, {}, {"USE": 50}, 60 / 7 - 0.5),
        # Promised, the board and a hundred heads are needed, and nothing else: 2 M$ more.
        (True, {"BOARD": 1}, {"USE": 50, "AWARE": 100}, 60 / 7 - 2.5),
    ],
)
def test_what_has_no_effect_gets_no_money(
    tmp_path: Path, governed: bool, items: Row, heads: Row, unallocated: float
) -> None:
    """Soft money is free where the split sets it aside anyway; still none is spent on what serves nobody."""
    claims = [{**SPLIT, **FIRM}, {**GOVERNANCE, **FIRM, "binding": "firm" if governed else "reported"}]
    asked = {"budget_usd": 60e6, "infrastructure_share": 0.7, "infrastructure_share_tolerance": 0.0}
    result = solved(tmp_path, _useless(), programme(**asked, claims=claims))
    assert amounts(result)["mission_value"] == pytest.approx(600.0, abs=TIE)
    assert {y: n for (y,), n in total(result, "starts", 0).items()} == items
    assert {r: n for (r,), n in total(result, "courses", 0).items()} == pytest.approx(heads)
    assert [table for table in SOFT if chosen(result, table)] == [*(["starts"] if items else []), "courses"]
    assert result.document["indicators"]["unallocated_by_split_usd"] == pytest.approx(1e6 * unallocated)


# no accreditation that nothing waits for, and none dropped that is promised


@pytest.mark.parametrize(
    ("cost", "governed", "worth", "accredited"),
    [
        # 20 racks are worth 600 and cost 20; the accreditation costs 10.
        (10e6, False, 570.0, {"HIGH"}),
        # At 590 it is not worth it: nothing is served, so nothing is accredited, and nothing is paid.
        (590e6, False, 0.0, set()),
        # Promised, it is made all the same, and what it opens is used.
        (590e6, True, -10.0, {"HIGH"}),
    ],
)
def test_an_accreditation_is_made_where_it_is_worth_it_or_promised(
    tmp_path: Path, cost: float, governed: bool, worth: float, accredited: set[str]
) -> None:
    tables = free_tables()
    tables["accreditations"] = [
        {"accreditation_id": "HIGH", "level_id": "gov", "opens_level": 1, "duration_months": 12, "cost_usd": cost}
    ]
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6)
    result = solved(tmp_path, tables, programme(NET_BENEFIT, claims=[{**GOVERNANCE, **FIRM}] if governed else []))
    assert value(result) == pytest.approx(worth, abs=TIE)
    assert {x for _, x, _, _ in chosen(result, "accredits")} == accredited
    assert bool(chosen(result, "served")) == bool(accredited)


# no dollar of delivery that nobody owes


def test_no_more_energy_is_billed_than_is_owed(tmp_path: Path) -> None:
    """Half of 100 MW must be paid for, 438,000 MWh a year; twenty racks take 175,200. The larger is billed."""
    tables = free_tables()
    must_serve(tables)
    parameter(tables, minimum_take_share=0.5)
    change(tables, "sites", land_acres=1000, existing_mw=0, max_onsite_mw=0, delivery_usd_per_mwh=10)
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6)
    result = solved(tmp_path, tables, programme(LEAST_COST))
    billed = {t: n for (t,), n in total(result, "billed", 1).items()}
    assert billed == pytest.approx(dict.fromkeys(("2027", "2028", "2029"), 438_000.0))
    # twenty racks, and 438,000 − 175,200 MWh at 10 $ in three years
    assert value(result) == pytest.approx(-27.884, abs=TIE)


def test_no_bill_for_unused_power_fills_the_split(tmp_path: Path) -> None:
    """100 M$ of initiatives ask for at least 185.7 M$ of infrastructure: racks are bought, nothing is billed for it."""
    tables = free_tables()
    must_serve(tables)
    gates(tables, cost_usd=5e6)
    parameter(tables, must_serve_from_year=2029)
    change(tables, "sites", land_acres=1000, existing_mw=0, max_onsite_mw=0, delivery_usd_per_mwh=10)
    change(tables, "grid_tranches", mw=400)
    tables["chip_supply"] = chip_on_sale("X", [2026, 2027], 1e6)
    for site in ("A", "B"):
        grid_contract(tables, site, minimum_take_share=0.8)
    asked = programme(LEAST_COST, budget_usd=2e9, infrastructure_share=0.75, infrastructure_share_tolerance=0.1)
    result = solved(tmp_path, tables, {**asked, "claims": [{**SPLIT, "level": 0.75, **FIRM}]})
    usd = {code: n / 1e8 for (code,), n in total(result, "detail", 0).items()}
    assert usd["1.3.1"] + usd["1.2.5"] == pytest.approx(0.65 / 0.35 * 100, rel=0.01)
    # 400 MW at 0.8 for three years, less what racks in place use
    assert usd["1.2.5"] < 0.8 * 400 * 8760 * 3 * 10 / 1e6
