"""Software, security and training solved by hand: the sum is beside each programme, and the run must give it.

A rack is 1 MW and delivers 5 PFLOP/s-years a year; one delivered PFLOP/s-year is worth 2 M$. Twenty racks, the halls of
a site, serve all demand, 100 a year. Ordered in 2026, a rack serves in 2027, 2028 and 2029. What takes up to 12 months
and starts in 2026 is done for 2027. Only what a test prices costs anything, and there is no discount.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from small import (
    EXACT,
    LEAST_COST,
    NET_BENEFIT,
    Tables,
    amounts,
    case_of,
    change,
    chip_on_sale,
    chosen,
    free_tables,
    must_serve,
    programme,
    value,
)
from tiny import PRICE_YEARS, Row, initiative

from planner.run import Result, optimize

#: the tie-break is worth less than this, in M$
TIE = 1e-5
CASES: dict[str, Callable[[], tuple[Tables, Row]]] = {}


def case(name: str, *args: Any) -> Callable[[Callable[..., tuple[Tables, Row]]], Callable[..., tuple[Tables, Row]]]:
    """Note a programme under a name."""

    def note(make: Callable[..., tuple[Tables, Row]]) -> Callable[..., tuple[Tables, Row]]:
        CASES[name] = lambda: make(*args)
        return make

    return note


@cache
def solved(name: str) -> Result:
    tables, asked = CASES[name]()
    with tempfile.TemporaryDirectory() as folder:
        return optimize(case_of(Path(folder), tables, asked), EXACT)


def track(learners: str, cost_per_head: float, **columns: Any) -> Row:
    return {
        "track_id": "COURSE",
        "learners": learners,
        "cost_usd_per_head": cost_per_head,
        "duration_months": 12,
        "need_ceiling_heads": 1000,
        "capacity_heads_per_year": 1000,
        **columns,
    }


def table(name: str, plan_of: str) -> set[tuple[Any, ...]]:
    return chosen(solved(name), plan_of)


@case("accredit first", 200e6)
@case("build first", 150e6)
def accreditation(opening_at_b: float) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["accreditations"] = [
        {"accreditation_id": "HIGH", "level_id": "gov", "opens_level": 1, "duration_months": 24, "cost_usd": 10e6}
    ]
    tables["existing_accreditations"] = [{"site_id": "B", "accreditation_id": "HIGH", "source_id": "pencil"}]
    tables["chip_supply"] = chip_on_sale("X", [2026], 2e6) + chip_on_sale("X", [2027], 1e6)
    change(tables, "sites", {"site_id": "B"}, opening_cost_usd=opening_at_b)
    return tables, programme(NET_BENEFIT)


def test_accredit_first_or_build_first() -> None:
    """A is accredited from 2026 to the end of 2027 and serves two years, with racks that have become cheaper by 2027;
    B holds the accreditation and serves three years, with racks of 2026.

    A: 2 · 200 − 10 − 20 · 1 = 370. B at 200 M$: 3 · 200 − 200 − 20 · 2 = 360. B at 150 M$: 410.
    """
    assert value(solved("accredit first")) == pytest.approx(370.0, abs=TIE)
    assert table("accredit first", "accredits") == {("A", "HIGH", "2026", 1)}
    assert table("accredit first", "bought") == {("A", "X", "2027", 20)}
    assert value(solved("build first")) == pytest.approx(410.0, abs=TIE)
    assert table("build first", "accredits") == set()
    assert table("build first", "bought") == {("B", "X", "2026", 20)}


@case("cheap courses", 0.3e6)
@case("dear courses", 0.5e6)
def staff_and_racks(cost_per_head: float) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["training_tracks"] = [track("use", cost_per_head)]
    tables["training_needs"] = [{"agency_id": "AG", "track_id": "COURSE", "heads": 100}]
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6)
    return tables, programme(budget_usd=30e6)


def test_train_or_buy() -> None:
    """A head admits a hundredth of demand, which takes a fifth of a rack: what one lacks, the other cannot use.

    At 0.3 M$ a head 30 M$ train sixty and buy twelve racks: 60 · 3 years · 2 M$ = 360. At 0.5 they train forty for
    eight racks, which leaves 2 M$; nine racks and 42 heads take all: 42 · 3 · 2 = 252.
    """
    assert amounts(solved("cheap courses"))["mission_value"] == pytest.approx(360.0, abs=TIE)
    assert sum(n for _, _, _, n in table("cheap courses", "courses")) == pytest.approx(60)
    assert sum(n for _, _, _, n in table("cheap courses", "bought")) == 12
    assert amounts(solved("dear courses"))["mission_value"] == pytest.approx(252.0, abs=TIE)
    assert sum(n for _, _, _, n in table("dear courses", "courses")) == pytest.approx(42)


@case("staff are not replaced", 0.25e6)
@case("staff are replaced", 0.15e6)
def attrition(cost_per_head: float) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["training_tracks"] = [track("use", cost_per_head, attrition_per_year=0.5, capacity_heads_per_year=200)]
    tables["training_needs"] = [{"agency_id": "AG", "track_id": "COURSE", "heads": 1000}]
    return tables, programme(NET_BENEFIT)


def heads(name: str) -> dict[str, float]:
    """Heads that start the course, by period."""
    return {period: n for _, _, period, n in table(name, "courses")}


def test_train_again_or_not() -> None:
    """A hundred heads admit a tenth; half leave each year. Those of 2026 serve 10 + 5 + 2.5, worth 35 M$; of
    2027 10 + 5, 30 M$; of 2028 10, 20 M$. Trainers have room for two hundred a year.

    At 25 M$ a hundred: 2 · (35 − 25) + 2 · (30 − 25) = 30. At 15: 2 · 20 + 2 · 15 + 2 · 5 = 80.
    """
    assert value(solved("staff are not replaced")) == pytest.approx(30.0, abs=TIE)
    assert heads("staff are not replaced") == pytest.approx({"2026": 200, "2027": 200})
    assert value(solved("staff are replaced")) == pytest.approx(80.0, abs=TIE)
    assert heads("staff are replaced") == pytest.approx({"2026": 200, "2027": 200, "2028": 200})
    result = solved("staff are replaced")
    assert result.plan is not None
    trained = {(p, round(n, 6)) for _, _, p, n in chosen(result, "trained")}
    # at the end of each year: 200; 200 + 100; 200 + 100 + 50; 100 + 50 + 25, as none are started in 2029
    assert trained == {("2026", 200.0), ("2027", 300.0), ("2028", 350.0), ("2029", 175.0)}


@case("serve elsewhere", 0.1e6)
@case("port at both", 0.2e6)
def ports(movement: float) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["initiatives"] = [initiative("PORT", "site-level", "gates service", 20e6)]
    change(tables, "workloads", {"workload_id": "inference"}, service_id="PORT")
    tables["agencies"] = [{"agency_id": a, "lat_deg": 39, "lon_deg": -77} for a in ("EAST", "WEST")]
    tables["demand"] = [{**tables["demand"][0], "agency_id": a, "base_pflops_years": 50} for a in ("EAST", "WEST")]
    tables["movement"] = [
        {"agency_id": a, "site_id": s, "movement_usd_per_pflops_year": 0 if near else movement}
        for a, s, near in [("EAST", "A", 1), ("EAST", "B", 0), ("WEST", "A", 0), ("WEST", "B", 1)]
    ]
    must_serve(tables)
    return tables, programme(LEAST_COST, sites={"count": 2, "minimum_regions": 1})


def test_port_a_service_or_serve_elsewhere() -> None:
    """Two sites, an agency near each, 50 PFLOP/s-years · 3 years. Ported at both: 2 · 20 = 40. Ported at one, the data
    of the other agency move: 20 + 150 · 0.1 = 35, or 20 + 150 · 0.2 = 50.
    """
    assert value(solved("serve elsewhere")) == pytest.approx(-35.0, abs=TIE)
    assert len(table("serve elsewhere", "ports")) == 1
    assert value(solved("port at both")) == pytest.approx(-40.0, abs=TIE)
    assert {s for s, *_ in table("port at both", "ports")} == {"A", "B"}


@case("caps bind", 3e6, 1.38e6)
@case("caps do not bind", 30e6, 10e6)
def payers(appropriation: float, fees: float) -> tuple[Tables, Row]:
    tables = free_tables()
    change(tables, "sites", tariff_usd_per_mwh=100, max_onsite_mw=0)
    tables["chip_supply"] = chip_on_sale("X", [2026], 0)
    tables["funding_sources"] = [
        {"source": source, "year": y, "cap_usd": cap}
        for source, cap in (("appropriation", appropriation), ("pay-as-you-go", fees))
        for y in PRICE_YEARS
    ]
    return tables, programme()


def test_who_pays_the_power_bill() -> None:
    """A rack draws 8,760 MWh, 0.876 M$ a year. 3 + 1.38 = 4.38 M$ a year carry five: 25 · 3 · 2 M$ = 150, and each
    payer gives all it has. With room for all, 20 racks cost 17.52 M$ a year, three parts to one.
    """
    bound = solved("caps bind")
    assert amounts(bound)["mission_value"] == pytest.approx(150.0, abs=TIE)
    assert {n for _, _, _, n in chosen(bound, "bought")} == {5}
    paid = {(f, p): round(x, 4) for f, p, x in chosen(bound, "funded")}
    assert paid == {(f, y): x for f, x in (("appropriation", 3.0), ("pay-as-you-go", 1.38)) for y in YEARS_OF_SERVICE}
    free = solved("caps do not bind")
    assert amounts(free) == pytest.approx({"mission_value": 600.0, "present_cost": 3 * 17.52}, rel=1e-6)
    paid = {(f, p): round(x, 4) for f, p, x in chosen(free, "funded")}
    assert paid == {(f, y): x for f, x in (("appropriation", 13.14), ("pay-as-you-go", 4.38)) for y in YEARS_OF_SERVICE}
    assert free.document["indicators"]["funding_by_source_usd"] == pytest.approx(
        {"appropriation": 39.42e6, "pay-as-you-go": 13.14e6}
    )


YEARS_OF_SERVICE = ("2027", "2028", "2029")
SPLIT = {"id": "split", "claim": "Seventy to thirty", "said_by": "pencil", "metric": "split", "level": 0.7}


@case("firm split", "firm")
@case("reported split", "reported")
def split(binding: str) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6)
    asked = {"budget_usd": 20e6, "infrastructure_share": 0.7, "infrastructure_share_tolerance": 0.0}
    return tables, programme(**asked, claims=[{**SPLIT, "binding": binding, "by": 2029}])


def test_what_the_split_costs() -> None:
    """20 M$ buy 20 racks, 20 · 30 = 600. Where 30 % are soft and nothing soft is needed, 14 racks and four equal parts
    of 6 M$ that buy nothing: 420.
    """
    assert amounts(solved("reported split"))["mission_value"] == pytest.approx(600.0, abs=TIE)
    assert table("reported split", "unallocated") == set()
    firm = solved("firm split")
    assert amounts(firm)["mission_value"] == pytest.approx(420.0, abs=TIE)
    assert {(p, round(x, 6)) for p, x in chosen(firm, "unallocated")} == {(str(y), 1.5) for y in range(2026, 2030)}
    assert firm.document["indicators"]["unallocated_by_split_usd"] == pytest.approx(6e6)
    assert firm.document["indicators"]["infrastructure_share"] == pytest.approx(0.7)
    assert [(c["planned"], c["state"]) for c in firm.document["commitments"]] == [(pytest.approx(0.7), "met")]
    assert [c["planned"] for c in solved("reported split").document["commitments"]] == [pytest.approx(1.0)]


@case("scheduler", 80e6)
@case("no scheduler", 100e6)
def scheduler(cost: float) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["initiatives"] = [initiative("SCHEDULER", "programme", "raises utilisation", cost, need_ceiling_units=1)]
    change(tables, "workloads", {"workload_id": "inference"}, uplift_share=0.25)
    tables["chip_supply"] = chip_on_sale("X", [2026], 0, supply=12)
    return tables, programme(NET_BENEFIT)


def test_scheduler_or_not() -> None:
    """Twelve racks deliver 60 a year; a quarter more is 15 · 3 · 2 M$ = 90. 360 + 90 − 80 = 370, or 360 without."""
    assert value(solved("scheduler")) == pytest.approx(370.0, abs=TIE)
    assert sum(x for *_, x in table("scheduler", "bonus")) == pytest.approx(45.0)
    assert value(solved("no scheduler")) == pytest.approx(360.0, abs=TIE)
    assert table("no scheduler", "bonus") == set()


@case("two of four", 100e6)
@case("all four", 60e6)
def agencies(cost: float) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["initiatives"] = [initiative("JOIN", "agency", "gates agency", cost)]
    change(tables, "agencies", large_agencies=4)
    tables["demand_tranches"] = [
        {"tranche_id": "core", "share": 0.5, "value_share": 1},
        {"tranche_id": "rest", "share": 0.5, "value_share": 0.5},
    ]
    return tables, programme(NET_BENEFIT)


def test_each_further_agency_is_worth_less() -> None:
    """Each of four admits 25 a year. The first two serve the depth worth most: 25 · 3 · 2 M$ = 150 each, the next 75.

    At 100 M$ each: 300 − 200 = 100. At 60: 450 − 240 = 210.
    """
    assert value(solved("two of four")) == pytest.approx(100.0, abs=TIE)
    assert [(*key, round(n, 6)) for *key, n in table("two of four", "onboards")] == [("JOIN", "AG", "2026", 2.0)]
    assert {round(x, 6) for _, gate, _, x in table("two of four", "admitted") if gate == "all"} == {0.5}
    assert value(solved("all four")) == pytest.approx(210.0, abs=TIE)


@case("guards")
def guards() -> tuple[Tables, Row]:
    tables = free_tables()
    tables["staffing"] = [
        {"role_id": "GUARD", "heads_per_site": 10, "heads_per_mw": 0.5, "loaded_usd_per_head_year": 1e6}
        | {"wbs_code": "3.2.5"}
    ]
    tables["chip_supply"] = chip_on_sale("X", [2027], 0)
    return tables, programme(NET_BENEFIT)


def test_guards_from_the_year_in_which_racks_run() -> None:
    """Racks of 2027 serve 2028 and 2029: 400. Ten guards a site and ten for its 20 MW, from 2028: 2 · 20 = 40."""
    assert value(solved("guards")) == pytest.approx(360.0, abs=TIE)
    assert {t for _, t, _ in table("guards", "goes_live")} == {"2028"}


@case("live at once", 30e6)
@case("live a year later", 50e6)
def going_live(fixed_staff: float) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["staffing"] = [
        {"role_id": "GUARD", "heads_per_mw": 0, "heads_per_site": 10, "loaded_usd_per_head_year": fixed_staff / 10}
        | {"wbs_code": "3.2.5"}
    ]
    for row in tables["demand_paths"]:
        row["multiplier"] = 0.2 if row["year"] <= 2027 else 1
    return tables, programme(NET_BENEFIT)


def test_go_live_now_or_later() -> None:
    """A fifth of demand in 2027 is worth 40 M$, all of it 200 a year after. Staff of a site that is live cost 30 or 50.

    At 30: 10 + 2 · 170 = 350. At 50 the first year would lose 10: 2 · 150 = 300.
    """
    assert value(solved("live at once")) == pytest.approx(350.0, abs=TIE)
    assert {t for _, t, _ in table("live at once", "goes_live")} == {"2027"}
    assert value(solved("live a year later")) == pytest.approx(300.0, abs=TIE)
    assert {t for _, t, _ in table("live a year later", "goes_live")} == {"2028"}


@case("one classified site", 0.1e6)
@case("two classified sites", 0.2e6)
def classified(movement: float) -> tuple[Tables, Row]:
    tables = free_tables()
    tables["levels"] = [{"level_id": "gov"}, {"level_id": "secret"}]
    tables["site_levels"] += [{"site_id": s, "level_id": "secret"} for s in ("A", "B")]
    tables["accreditations"] = [
        {"accreditation_id": "IL6", "level_id": "secret", "opens_level": 1, "duration_months": 12, "cost_usd": 20e6}
    ]
    tables["agencies"] = [{"agency_id": a, "lat_deg": 39, "lon_deg": -77} for a in ("EAST", "WEST")]
    demand = {**tables["demand"][0], "level_id": "secret", "base_pflops_years": 50}
    tables["demand"] = [{**demand, "agency_id": a} for a in ("EAST", "WEST")]
    must_serve(tables)
    tables["demand"].append({**demand, "agency_id": "EAST", "level_id": "gov"})
    tables["movement"] = [
        {"agency_id": a, "site_id": s, "movement_usd_per_pflops_year": 0 if near else movement}
        for a, s, near in [("EAST", "A", 1), ("EAST", "B", 0), ("WEST", "A", 0), ("WEST", "B", 1)]
    ]
    return tables, programme(LEAST_COST, sites={"count": 2, "minimum_regions": 1})


def test_one_classified_site_or_two() -> None:
    """Two sites, a Secret agency near each, 50 PFLOP/s-years · 3 years that must be served. GovCloud may be asked for.

    Both accredited for Secret: 2 · 20 = 40. One alone, and half of the data moves: 20 + 150 · 0.1 = 35, or 20 + 150 ·
    0.2 = 50.
    """
    assert value(solved("one classified site")) == pytest.approx(-35.0, abs=TIE)
    assert len(table("one classified site", "accredits")) == 1
    assert value(solved("two classified sites")) == pytest.approx(-40.0, abs=TIE)
    assert {s for s, *_ in table("two classified sites", "accredits")} == {"A", "B"}


@case("chain in months")
def chain() -> tuple[Tables, Row]:
    tables = free_tables()
    shared = {"level_id": "gov", "cost_usd": 1e6}
    tables["accreditations"] = [
        {"accreditation_id": "HIGH", "opens_level": 0, "duration_months": 3, **shared},
        {"accreditation_id": "IL5", "opens_level": 1, "duration_months": 9, "predecessor_id": "HIGH", **shared},
    ]
    return tables, programme(NET_BENEFIT)


def test_months_of_a_chain_are_added() -> None:
    """Three and nine months are twelve: both are done in 2026, and 2027 serves. 600 − 2 = 598; rounded apart 398."""
    assert value(solved("chain in months")) == pytest.approx(598.0, abs=TIE)
    assert {(x, t) for _, x, t, _ in table("chain in months", "accredits")} == {("HIGH", "2026"), ("IL5", "2026")}


@case("operators")
def operators() -> tuple[Tables, Row]:
    tables = free_tables()
    tables["training_tracks"] = [track("operation", 0.1e6, attrition_per_year=0.5)]
    change(tables, "parameters", {"parameter_id": "site_staff_per_mw"}, value=1)
    return tables, programme(NET_BENEFIT)


def test_operators_follow_the_halls() -> None:
    """20 MW of halls from the end of 2026 to that of 2029 need 20 operators, and half of them leave each year.

    Twenty learn in 2026, then ten a year: 50 heads at 0.1 M$ are 5. 600 − 5 = 595.
    """
    assert value(solved("operators")) == pytest.approx(595.0, abs=TIE)
    assert heads("operators") == pytest.approx({"2026": 20, "2027": 10, "2028": 10, "2029": 10})


@case("governed")
def governed() -> tuple[Tables, Row]:
    """A firm promise of governance by 2028: an initiative of phase 3, both agencies through their gate, staff aware."""
    tables = free_tables()
    tables["initiatives"] = [
        initiative("BOARD", "programme", "phase 3", 7e6, category="security", recurring_usd_per_year=1e6),
        initiative("JOIN", "agency", "gates agency", 5e6),
    ]
    change(tables, "agencies", large_agencies=2)
    tables["training_tracks"] = [track("awareness", 0.1e6)]
    tables["training_needs"] = [{"agency_id": "AG", "track_id": "COURSE", "heads": 50}]
    change(tables, "parameters", {"parameter_id": "aware_share"}, value=0.5)
    claim = {"id": "phase-3", "claim": "Governance", "said_by": "pencil", "metric": "governance", "level": 1.0}
    return tables, programme(LEAST_COST, claims=[{**claim, "by": 2028, "binding": "firm"}])


def test_governance_at_the_least_cost() -> None:
    """The board starts in 2028 and runs in 2029: 7 + 1. Two agencies: 10. Half of 50 heads at 0.1 M$: 2.5.
    Together 20.5.
    """
    result = solved("governed")
    assert value(result) == pytest.approx(-20.5, abs=TIE)
    assert table("governed", "starts") == {("BOARD", "2028", 1)}
    assert [(c["planned"], c["state"]) for c in result.document["commitments"]] == [(1.0, "met")]


@pytest.mark.parametrize("name", CASES)
def test_the_checker_agrees(name: str) -> None:
    result = solved(name)
    assert result.document["verification"]["passed"], result.document["verification"]["broken"]
