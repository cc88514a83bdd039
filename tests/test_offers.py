"""Offers follow from the gates: no plan is lost by them, and the relaxation of sites told apart comes nearer."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import case_of, programme
from test_pencil_soft import CASES
from test_soft_edges import gated

from planner.formulation import build
from planner.formulation.combinations import one_pool
from planner.formulation.objective import aims
from planner.inputs import read
from planner.inputs.case import Case
from planner.solve import Limits, Outcome, Program, Verdict

#: rows of offers that speak of each site
BY_SITE = (
    "offers.site_within_gates",
    "offers.offered_where_staffed",
    "offers.delivered_as_served",
    "offers.delivered_where_offered",
    "offers.depth_delivered",
)


def solved(case: Case, without: tuple[str, ...] = (), relaxed: bool = False) -> Outcome:
    built = build(case)
    program = Program.compile(built.model)
    aim = aims(built.model, case, built.accounts)[0]
    kept = program.without(*without) if without else program
    whole = program.whole if relaxed else None
    return kept.solve(program.linear(aim.terms), aim.sense, Limits(gap=0.0), relaxed=whole)


def rules(case: Case, **places: object) -> set[str]:
    return {name.partition("[")[0] for name in Program.compile(build(case, **places).model).row_names}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", list(CASES))
def test_no_plan_of_a_pencil_case_is_lost(name: str, tmp_path: Path) -> None:
    tables, asked = CASES[name]()
    case = case_of(tmp_path, tables, asked)
    with_offers, without = solved(case), solved(case, ("offers.",))
    assert with_offers.verdict is without.verdict is Verdict.OPTIMAL
    assert with_offers.objective == pytest.approx(without.objective, rel=1e-6, abs=1e-6)


def test_no_plan_behind_every_gate_is_lost(tmp_path: Path) -> None:
    case = case_of(tmp_path, gated(), programme("mission value"))
    assert set(BY_SITE) <= rules(case)
    assert solved(case).objective == pytest.approx(solved(case, ("offers.",)).objective)


def test_sites_are_told_apart_where_service_is(tmp_path: Path) -> None:
    case = case_of(tmp_path, gated(), programme("mission value"))
    assert not set(BY_SITE) & rules(case, places=one_pool(case))


def test_a_programme_without_gates_has_none() -> None:
    assert not {rule for rule in rules(read.load("federal-ai", ())) if rule.startswith("offers.")}


def test_the_relaxation_of_the_whole_programme_comes_nearer() -> None:
    """A tenth of a per cent of what gates and whole halls cost together."""
    case = read.load("federal-ai-whole", ()).only(["OH-COL", "PA-SAL", "TX-ABI", "KY-PAD"])
    with_them, without = solved(case, relaxed=True), solved(case, BY_SITE, relaxed=True)
    assert with_them.objective is not None
    assert without.objective is not None
    assert with_them.objective < without.objective * (1 - 0.001)
