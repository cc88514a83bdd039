"""What must hold for every programme, tried on small ones solved to the end."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_programmes import random_programme
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
    gates,
    grid_contract,
    labels_swapped,
    lives,
    money_doubled,
    programme,
    solved,
    value,
)
from tiny import Row, tiny_tables

from planner.formulation import Formulation, build
from planner.formulation.combinations import each_site, one_pool
from planner.inputs.case import Case
from planner.run import Options, Result, optimize
from planner.solve import Outcome, Program, SolveLimits

#: decisions that are whole things
WHOLE = ("opens", "modules", "contract", "units", "bought")
SECURED: Row = {"present_cost": -0.001, "secured_usd_per_mw": 1e6}


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
    return tables, programme(NET_BENEFIT, budget_usd=150e6)


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


def gated(seed: int) -> tuple[Tables, Row]:
    """One site, and every gate for money."""
    tables, asked = varied(seed)
    gates(tables, cost_usd=random.Random(seed).choice([1e5, 1e6]))
    return tables, {**asked, "sites": {"count": 1, "minimum_regions": 1}}


def with_goal(seed: int) -> tuple[Tables, Row]:
    """A goal out of reach, at a price a MW."""
    tables, asked = varied(seed)
    claim = {"id": "power", "claim": "Power", "said_by": "pencil", "metric": "power", "tier": "commissioned"}
    claims = [{**claim, "by": 2029, "level": 200.0, "unit": "MW", "binding": "goal", "price_usd": 4e6}]
    return tables, {**asked, "claims": claims}


def contracted(seed: int) -> tuple[Tables, Row]:
    """More power than racks need is promised, under contracts of the investor or of an agency."""
    tables, asked = varied(seed)
    draw = random.Random(seed)
    change(tables, "sites", delivery_usd_per_mwh=draw.uniform(10, 30))
    tables["grid_tranches"] += [{**row, "tranche": 2, "mw": 40} for row in tables["grid_tranches"]]
    for site in ("A", "B"):
        terms = {"ramp_months": draw.choice([0, 18]), "term_months": draw.choice([30, 90])}
        terms |= {"minimum_take_share": 0.8, "generation_take_share": draw.choice([0, 0.6])}
        terms |= {"generation_usd_per_mwh": 9, "exit_fee_usd_per_mw": draw.choice([5e4, 3e5]), "resale_share": 0.2}
        grid_contract(tables, site, obligor=draw.choice(["investor", "agency"]), **terms)
    claim = {"id": "power", "claim": "Power", "said_by": "pencil", "metric": "power", "tier": "secured"}
    claims = [{**claim, "by": draw.choice([2027, 2028]), "level": 130.0, "unit": "MW", "binding": "firm"}]
    lives(tables, draw.choice([60, 120]), wbs_1_2_1=240)
    objective = {**NET_BENEFIT, "owed_after_horizon": -1.0, "terminal_value": 1.0}
    return tables, {**asked, "claims": claims, "objective": objective, "budget_usd": 600e6}


def decisions(result: Result) -> dict[str, set[tuple[Any, ...]]]:
    return {table: chosen(result, table) for table in WHOLE}


def at_its_best(built: Formulation) -> Outcome:
    """The objective of a model by plain HiGHS, without the scheme."""
    program = Program.compile(built.model)
    return program.solve(program.linear(built.objective), SolveLimits(seconds=600.0))


def exact_optimum(case: Case) -> float:
    outcome = at_its_best(build(case, each_site(case)))
    assert outcome.gap == pytest.approx(0, abs=1e-6)
    assert outcome.value is not None
    return outcome.value


def pooled_bound(case: Case) -> float:
    """The pooled model, racks in parts."""
    built = build(case, one_pool(case))
    program = Program.compile(built.model)
    whole = np.array([not name.startswith("fleet.bought") for name in program.names])
    outcome = program.restricted(whole=whole).solve(program.linear(built.objective), SolveLimits(seconds=600.0))
    assert outcome.bound is not None
    return outcome.bound


def claimed(result: Result) -> tuple[float, float]:
    """Value and bound of a run, M USD."""
    objective = result.document["objective"]
    return objective["value"] / 1e6, objective["bound"] / 1e6


def test_money_of_twice_the_size_decides_the_same(tmp_path: Path) -> None:
    tables, asked = lively()
    once = solved(tmp_path / "once", tables, asked)
    twice = solved(tmp_path / "twice", *money_doubled(tables, asked))
    assert decisions(twice) == decisions(once)
    assert value(twice) == pytest.approx(2 * value(once), rel=1e-9)
    for name in ("spend_usd", "operations_usd"):
        assert twice.document["indicators"][name] == pytest.approx(2 * once.document["indicators"][name], rel=1e-9)


def test_more_budget_never_lowers_the_objective(tmp_path: Path) -> None:
    tables, asked = lively()
    found = [value(solved(tmp_path / str(n), tables, {**asked, "budget_usd": n * 1e6})) for n in (40, 90, 91, 150)]
    for less, more in itertools.pairwise(found):
        assert more >= less - 1e-9 * abs(less)
    assert found[-1] > found[0]


def test_labels_of_sites_do_not_matter(tmp_path: Path) -> None:
    tables, asked = lively()
    plain = solved(tmp_path / "plain", tables, asked)
    swapped = solved(tmp_path / "swapped", labels_swapped(tables), asked)
    assert value(swapped) == pytest.approx(value(plain), rel=1e-9)
    other = {"A": "B", "B": "A"}
    expected = {t: {(other[s], *rest) for s, *rest in rows} for t, rows in decisions(plain).items()}
    assert decisions(swapped) == expected


def test_sites_alike_but_for_their_place_fall_out_the_same(tmp_path: Path) -> None:
    """Only the tie-break tells the two sites apart: the one further south and west, whatever its name."""
    asked = programme(budget_usd=1e14)
    for name, tables, best in [("plain", tiny_tables(), "A"), ("swapped", labels_swapped(tiny_tables()), "B")]:
        for order in (1, -1):
            rows = {**tables, "sites": tables["sites"][::order]}
            result = solved(tmp_path / f"{name}{order}", rows, asked)
            assert {s for s, *_ in chosen(result, "opens")} == {best}


@pytest.mark.parametrize("make", [varied, gated, with_goal, contracted])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_run_is_the_exact_optimum_and_the_pool_bounds_it(tmp_path: Path, make: Any, seed: int) -> None:
    tables, asked = make(seed)
    case = case_of(tmp_path / "case", tables, asked)
    best = exact_optimum(case)
    near = 1e-6 * max(1.0, abs(best))
    assert pooled_bound(case) >= best - near
    found, bound = claimed(solved(tmp_path / "run", tables, asked))
    assert found == pytest.approx(best, abs=near)
    assert bound >= found - near


@pytest.mark.parametrize("make", [varied, gated, with_goal])
@pytest.mark.parametrize("seed", [1, 4])
@pytest.mark.parametrize("gap", [0.02, 0.2])
def test_value_and_bound_lie_around_the_optimum(tmp_path: Path, make: Any, seed: int, gap: float) -> None:
    """With a gap a run may end early: its plan passes, and what it claims holds."""
    case = case_of(tmp_path, *make(seed))
    result = optimize(case, Options(gap=gap, seconds=600.0))
    assert result.document["verdict"] == "optimal"
    assert result.document["verification"]["passed"]
    best, (found, bound) = exact_optimum(case), claimed(result)
    near = 1e-6 * max(1.0, abs(best))
    assert found <= best + near
    assert bound >= best - near
    assert bound - found <= gap * result.document["indicators"]["present_cost_usd"] / 1e6 + near


@pytest.mark.parametrize("make", [varied, gated, contracted])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_posted_cost_can_fall_with_all_whole_decisions_held(tmp_path: Path, make: Any, seed: int) -> None:
    """The checker recomputes the least of each posted quantity by its rule; a linear solve does so for all together."""
    tables, asked = make(seed)
    result = solved(tmp_path, tables, asked)
    built = build(result.case, each_site(result.case))
    program = Program.compile(built.model)
    best = program.solve(program.linear(built.objective), SolveLimits(seconds=600.0))
    assert best.values is not None
    held = {i: float(v) for i, (v, whole) in enumerate(zip(best.values, program.whole, strict=True)) if whole}
    again = program.restricted(fixed=held).solve(program.linear(built.objective), SolveLimits(seconds=600.0))
    assert again.value == pytest.approx(value(result), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", [2, 4, 10, 13, 17, 22, 28, 42, 54])
def test_what_the_model_allows_the_checker_allows(tmp_path: Path, seed: int) -> None:
    """Every gate, promise and chain of lead times at random; the pooled model bounds each plan."""
    case = case_of(tmp_path, *random_programme(seed))
    result = optimize(case, EXACT)
    if result.plan is None:
        assert result.document["verdict"] == "infeasible"
        return
    assert result.document["verification"]["passed"], result.document["verification"]["broken"]
    assert pooled_bound(case) >= value(result) - 1e-6 * max(1.0, abs(value(result)))


@pytest.mark.parametrize("objective", [NET_BENEFIT, LEAST_COST, SECURED], ids=["net benefit", "cost", "secured"])
def test_a_plan_is_found_where_there_is_one(tmp_path: Path, objective: Row) -> None:
    """Two sites that share the service: what is best for one pool of racks may leave nothing for the second site."""
    tables, _ = lively()
    change(tables, "demand", must_serve_share=0.1)
    change(tables, "parameters", {"parameter_id": "must_serve_from_year"}, value=2028)
    change(tables, "parameters", {"parameter_id": "largest_site_share"}, value=0.6)
    change(tables, "parameters", {"parameter_id": "share_rule_from_year"}, value=2029)
    asked = programme(objective, budget_usd=400e6, sites={"count": 2, "minimum_regions": 1})
    best = exact_optimum(case_of(tmp_path / "case", tables, asked))
    assert value(solved(tmp_path / "run", tables, asked)) == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("year", [2020, 2026])
def test_demand_that_must_be_met_is_met_from_the_first_service_on(tmp_path: Path, year: int) -> None:
    """Nothing serves in the first year, so a rule from then on, or from before, holds from the second."""
    tables, _ = lively()
    change(tables, "demand", must_serve_share=0.25)
    change(tables, "parameters", {"parameter_id": "must_serve_from_year"}, value=year)
    result = solved(tmp_path, tables, programme(LEAST_COST, budget_usd=400e6))
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
    result = optimize(case_of(tmp_path, tiny_tables(), programme(LEAST_COST, claims=claims)), EXACT)
    assert result.document["verdict"] == "infeasible"


def test_what_weighs_nothing_is_not_sought(tmp_path: Path) -> None:
    """Amounts are reported of the measures that weigh something; the value is their weighted sum."""
    tables, asked = lively()
    result = solved(tmp_path, tables, asked)
    found = amounts(result)
    assert set(found) >= {"mission_value", "present_cost"}
    assert value(result) == pytest.approx(found["mission_value"] - found["present_cost"], rel=1e-9)
