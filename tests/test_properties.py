"""What must hold for every programme, tried on small ones solved to the end."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest
from small import (
    EXACT,
    Tables,
    case_of,
    change,
    chip_on_sale,
    chosen,
    gates,
    labels_swapped,
    money_doubled,
    programme,
    solved,
    values,
)
from tiny import Row, tiny_tables

from planner.formulation import build
from planner.inputs.case import Case
from planner.run import Result, optimize
from planner.search import Level, Search, solve_stages
from planner.search.models import pooled
from planner.solve import Limits, Program, Verdict

#: decisions that are whole things
WHOLE = ("opens", "modules", "contract", "units", "bought")
GIVE_BACK = 0.001
#: later stages may use a millionth of an earlier one's value
SLACK = 1e-5


def lively() -> tuple[Tables, Row]:
    """Two unlike sites, two chips, both routes, a budget that binds, movement, operations and a tail."""
    tables = tiny_tables()
    change(tables, "sites", {"site_id": "B"}, tariff_usd_per_mwh=40, opening_cost_usd=3e6)
    change(tables, "movement", {"site_id": "A"}, movement_usd_per_pflops_year=1000)
    change(tables, "movement", {"site_id": "B"}, movement_usd_per_pflops_year=3000)
    change(tables, "designs", {"route": "greenfield"}, lead_months=24, shell_usd_per_mw=2e6)
    change(tables, "parameters", {"parameter_id": "tail_years"}, value=2)
    change(tables, "parameters", {"parameter_id": "tail_taper"}, value=0.5)
    change(tables, "parameters", {"parameter_id": "disposal_usd_per_rack"}, value=1000)
    change(tables, "demand", base_pflops_years=250)
    change(tables, "funding_sources", cap_usd=1e11)
    tables["chip_supply"] = chip_on_sale("X", [2026, 2027], 1.1e6) + chip_on_sale("H", [2026], 1e6)
    stages = [{"name": "mission value", "give_back_share": GIVE_BACK}, {"name": "present cost"}]
    return tables, {**programme(budget_usd=150e6), "stages": stages}


def varied(seed: int) -> tuple[Tables, Row]:
    """The lively programme with other prices, supplies and demands."""
    draw = random.Random(seed)
    tables, asked = lively()
    for row in tables["sites"]:
        row.update(opening_cost_usd=draw.uniform(1e6, 9e6), tariff_usd_per_mwh=draw.uniform(30, 70))
        row.update(existing_mw=draw.choice([0, 10, 20, 30]), land_acres=draw.choice([15, 35]))
    for row in tables["chip_supply"]:
        row.update(rack_price_usd=draw.uniform(1e6, 3e6), supply_racks_per_year=draw.randint(5, 25))
    for row in tables["designs"]:
        row.update(shell_usd_per_mw=draw.uniform(1e6, 3e6))
    change(tables, "demand", base_pflops_years=draw.uniform(100, 250))
    return tables, {**asked, "sites": {"count": draw.choice([1, 2]), "minimum_regions": 1}}


def decisions(result: Result) -> dict[str, set[tuple[Any, ...]]]:
    return {table: chosen(result, table) for table in WHOLE}


def exact_optimum(case: Case) -> float:
    """The first stage on the exact model alone, without the search."""
    built = build(case)
    program = Program.compile(built.model)
    aim = Search(case, built, program).exact.aims[0]
    outcome = program.solve(program.linear(aim.terms), aim.sense, Limits(gap=0.0, seconds=600.0))
    assert outcome.gap == pytest.approx(0, abs=1e-6)
    assert outcome.objective is not None
    return outcome.objective


def pooled_bound(case: Case) -> float:
    """The first stage on the pooled model, racks in parts."""
    level = pooled(case, None)
    relaxed = level.columns("fleet.bought")
    outcome = level.program.solve(
        level.objectives[0], level.aims[0].sense, Limits(gap=0.0, seconds=600.0), relaxed=relaxed
    )
    assert outcome.bound is not None
    return outcome.bound


def test_money_of_twice_the_size_decides_the_same(tmp_path: Path) -> None:
    tables, asked = lively()
    once = solved(tmp_path / "once", tables, asked)
    twice = solved(tmp_path / "twice", *money_doubled(tables, asked))
    assert decisions(twice) == decisions(once)
    assert values(twice) == pytest.approx([2 * v for v in values(once)], rel=SLACK)
    assert values(twice)[0] == pytest.approx(2 * values(once)[0], rel=1e-9)
    for name in ("spend_usd", "operations_usd"):
        assert twice.document["indicators"][name] == pytest.approx(2 * once.document["indicators"][name], rel=SLACK)


def test_more_budget_never_lowers_the_first_stage(tmp_path: Path) -> None:
    tables, _ = lively()
    found = [
        values(solved(tmp_path / str(n), tables, {**programme("mission value"), "budget_usd": n * 1e6}))[0]
        for n in (40, 90, 91, 150)
    ]
    for less, more in itertools.pairwise(found):
        assert more >= less * (1 - 1e-9)
    assert found[-1] > found[0]


def test_labels_of_sites_do_not_matter(tmp_path: Path) -> None:
    tables, asked = lively()
    plain = solved(tmp_path / "plain", tables, asked)
    swapped = solved(tmp_path / "swapped", labels_swapped(tables), asked)
    assert values(swapped) == pytest.approx(values(plain), rel=SLACK)
    assert values(swapped)[0] == pytest.approx(values(plain)[0], rel=1e-9)
    other = {"A": "B", "B": "A"}
    expected = {t: {(other[s], *rest) for s, *rest in rows} for t, rows in decisions(plain).items()}
    assert decisions(swapped) == expected


def test_sites_alike_but_for_their_place_fall_out_the_same(tmp_path: Path) -> None:
    """Only the tie-break tells the two sites apart: the one further south and west, whatever its name."""
    asked = programme("mission value", "present cost", budget_usd=1e14)
    for name, tables, best in [("plain", tiny_tables(), "A"), ("swapped", labels_swapped(tiny_tables()), "B")]:
        for order in (1, -1):
            rows = {**tables, "sites": tables["sites"][::order]}
            result = solved(tmp_path / f"{name}{order}", rows, asked)
            assert {s for s, *_ in chosen(result, "opens")} == {best}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bounds_are_on_the_right_side_and_every_plan_passes(tmp_path: Path, seed: int) -> None:
    tables, asked = varied(seed)
    case = case_of(tmp_path / "case", tables, asked)
    best = exact_optimum(case)
    assert pooled_bound(case) >= best * (1 - 1e-7)
    result = solved(tmp_path / "run", tables, asked)
    first = result.document["stages"][0]
    assert result.document["verification"]["passed"]
    assert first["value"] == pytest.approx(best, rel=1e-6)
    for stage in result.document["stages"]:
        sign = 1 if stage["sense"] == "max" else -1
        assert sign * (stage["bound"] - stage["value"]) >= -1e-7 * max(1.0, abs(stage["value"]))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("gap", [0.02, 0.2])
def test_bounds_with_a_gap_hold_for_the_exact_model(tmp_path: Path, seed: int, gap: float) -> None:
    """Searches beyond a mark, with placing and improving: each stage against the exact model alone, held alike."""
    tables, asked = varied(seed)
    claim = {"id": "power", "claim": "Power", "said_by": "pencil", "metric": "power", "tier": "commissioned"}
    asked["claims"] = [{**claim, "by": 2029, "level": 200.0, "unit": "MW", "binding": "goal"}]
    asked["stages"] = [
        {"name": "mission value", "give_back_share": 0.02},
        {"name": "goal shortfall", "give_back_share": 0.02},
        {"name": "present cost"},
    ]
    every_stage_is_proven(case_of(tmp_path, tables, asked), gap)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("gap", [0.002, 0.1])
def test_bounds_hold_where_gates_hold_service_back(tmp_path: Path, seed: int, gap: float) -> None:
    """One site of two or three, its gates for money: plans of one site's pool, and a bound on all the others."""
    tables, asked = varied(seed)
    gates(tables, cost_usd=random.Random(seed).choice([1e5, 1e6]))
    asked["sites"] = {"count": 1, "minimum_regions": 1}
    asked["stages"] = [{"name": "mission value", "give_back_share": 0.2}, {"name": "present cost"}]
    every_stage_is_proven(case_of(tmp_path, tables, asked), gap)


def every_stage_is_proven(case: Case, gap: float) -> None:
    """Value and bound of each stage lie around what the exact model alone comes to, held alike."""
    built = build(case)
    search = Search(case, built, Program.compile(built.model))
    done = solve_stages(search, Limits(gap, 600.0), lambda *_: None)
    assert len(done) == len(search.exact.aims)
    alone = Level.of(built, Program.compile(built.model))
    for k, stage in enumerate(done):
        aim = alone.aims[k]
        best = alone.program.solve(alone.objectives[k], aim.sense, Limits(0.0, 600.0), rows=alone.rows).objective
        found, sign = stage.outcome, 1 if aim.sense == "max" else -1
        assert best is not None
        assert found.bound is not None
        assert found.objective is not None
        near = 1e-6 * max(1.0, abs(best))
        assert sign * found.bound >= sign * best - near
        assert sign * found.objective <= sign * best + near
        assert found.verdict is Verdict.OPTIMAL
        assert abs(found.bound - found.objective) <= gap * (abs(found.objective) or 1.0) + near
        if stage.kept is not None:
            alone.keep(stage.kept)


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_a_later_stage_is_the_best_that_keeps_the_earlier(tmp_path: Path, seed: int) -> None:
    """Present cost of the run against the exact model alone with the first stage held."""
    tables, asked = varied(seed)
    case = case_of(tmp_path / "case", tables, asked)
    result = solved(tmp_path / "run", tables, asked)
    built = build(case)
    program = Program.compile(built.model)
    search = Search(case, built, program)
    level = search.exact
    first = program.solve(level.objectives[0], "max", Limits(gap=0.0, seconds=600.0))
    search.keep(0, first)
    again = level.program.solve(level.objectives[1], "min", EXACT.limits(), rows=level.rows)
    assert result.document["stages"][1]["value"] == pytest.approx(again.objective, rel=SLACK)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plan_that_gives_nothing_back_passes(tmp_path: Path, seed: int) -> None:
    """Holding a stage to its last dollar leaves room for rounding, and verification allows that room."""
    tables, asked = varied(seed)
    stages = [{"name": "mission value"}, {"name": "present cost"}]
    solved(tmp_path, tables, {**asked, "stages": stages})


@pytest.mark.parametrize("stage", ["mission value", "present cost", "net present value", "secured power"])
def test_a_plan_is_found_where_there_is_one(tmp_path: Path, stage: str) -> None:
    """Two sites that share the service: what is best for one pool of racks may leave nothing for the second site."""
    tables, _ = lively()
    change(tables, "demand", must_serve_share=0.1)
    change(tables, "parameters", {"parameter_id": "must_serve_from_year"}, value=2028)
    change(tables, "parameters", {"parameter_id": "largest_site_share"}, value=0.6)
    change(tables, "parameters", {"parameter_id": "share_rule_from_year"}, value=2029)
    asked = programme(stage, budget_usd=400e6, sites={"count": 2, "minimum_regions": 1})
    best = exact_optimum(case_of(tmp_path / "case", tables, asked))
    assert values(solved(tmp_path / "run", tables, asked)) == pytest.approx([best], rel=SLACK)


@pytest.mark.parametrize("year", [2020, 2026])
def test_demand_that_must_be_met_is_met_from_the_first_service_on(tmp_path: Path, year: int) -> None:
    """Nothing serves in the first year, so a rule from then on, or from before, holds from the second."""
    tables, _ = lively()
    change(tables, "demand", must_serve_share=0.25)
    change(tables, "parameters", {"parameter_id": "must_serve_from_year"}, value=year)
    result = solved(tmp_path, tables, programme("present cost", budget_usd=400e6))
    assert result.plan is not None
    served = result.plan["served"].groupby("period")["pflops_years"].sum()
    assert served.to_dict() == pytest.approx(dict.fromkeys(("2027", "2028", "2029"), 62.5))


@pytest.mark.parametrize(
    ("tier", "precision"),
    [("serving", "fp8"), ("installed", "bf16")],  # nothing serves in the first year; no chip on sale has bf16
)
def test_a_promise_that_nothing_can_meet_is_infeasible(tmp_path: Path, tier: str, precision: str) -> None:
    claim = {"id": "p", "claim": "A promise", "said_by": "pencil", "metric": "compute", "tier": tier, "by": 2026}
    claims = [{**claim, "precision": precision, "level": 10.0, "binding": "firm"}]
    result = optimize(case_of(tmp_path, tiny_tables(), programme("present cost", claims=claims)), EXACT)
    assert result.document["verdict"] == "infeasible"
