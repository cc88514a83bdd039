"""Why there is no plan: the cause is named, the conflict is irreducible, and every way out is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken import Broken, base, claim, programmes
from small import EXACT
from tiny import write_tiny

from planner.analyses import explain_words
from planner.analyses.ask import ANY_PLAN, ask
from planner.analyses.explain import Explanation, document, explain
from planner.analyses.linear import without
from planner.analyses.source import Source
from planner.analyses.terms import given_up, terms
from planner.formulation import build
from planner.inputs.case import Case
from planner.run import optimize
from planner.solve import Program, SolveLimits

BROKEN = programmes(20, seed=7)


def source_of(folder: Path, broken: Broken) -> Source:
    return Source(str(write_tiny(folder, broken.tables, broken.asked)))


def named(found: Explanation) -> list[set[str]]:
    return [{m.term.id for m in found.conflict}, *({t.id for t in terms} for terms in found.others)]


def holds(source: Source, kept: set[str]) -> bool:
    """The exact model asked directly, with all other terms given up, in whatever way."""
    dropped = [t for t in terms(source.case()) if t.id not in kept]
    return any(ask(source.case(way), gap=ANY_PLAN, read=False).value is not None for way in given_up(dropped))


def holds_in_parts(case: Case, kept: set[str]) -> bool:
    """The same with nothing whole, the rows of all other terms left out."""
    program = Program.compile(build(case).model)
    gone = [r for t in terms(case, program.row_names) if t.id not in kept for r in t.rules]
    nothing = np.zeros(len(program.columns), dtype=bool)
    return without(program, gone).restricted(whole=nothing).solve(program.linear([]), SolveLimits()).values is not None


@pytest.mark.parametrize("broken", BROKEN, ids=[b.name for b in BROKEN])
def test_the_cause_is_named(tmp_path: Path, broken: Broken) -> None:
    source = source_of(tmp_path, broken)
    found = explain(source, wanted=0, seconds=600)
    assert found.verdict == "infeasible"
    assert found.without_presolve
    assert sorted(map(sorted, named(found))) == sorted(map(sorted, broken.causes))
    assert found.irreducible
    assert found.smallest
    case, conflict = source.case(), {m.term.id for m in found.conflict}
    assert len(conflict) == min(map(len, broken.causes))
    assert not holds(source, conflict)
    for member in conflict:
        assert holds(source, conflict - {member})
    if broken.only_whole:
        halls = next(cause for cause in broken.causes if "halls" in cause)
        assert holds_in_parts(case, halls)
        assert not holds(source, halls)


def changes(found: Explanation) -> dict[tuple[str, ...], Any]:
    return {tuple(c.lever.what for c in r.changes): r.changes[-1].step.to for r in found.repairs}


def test_every_way_out_is_one(tmp_path: Path) -> None:
    """20 MW for 28 M$: 10 MW, 56 M$, secured, a goal, or less of both; no date helps."""
    broken = base("menu")
    broken.claims, broken.fields = [claim("halls", 20, 2028)], {"budget_usd": 28e6}
    source = source_of(tmp_path, broken)
    found = explain(source, seconds=600)
    assert all(r.confirmed for r in found.repairs)
    assert len(found.repairs) >= 5
    menu = changes(found)
    assert menu["level",] == pytest.approx(10)
    assert menu["budget",] == pytest.approx(56e6)
    assert menu["tier",] == "secured"
    assert menu["binding",] == "goal"
    assert ("date",) not in menu
    assert any(len(r.changes) == 2 for r in found.repairs)
    for repair in found.repairs:
        result = optimize(source.case(repair.edits), EXACT)
        assert result.document["verdict"] == "optimal", repair.edits
        assert result.document["verification"]["passed"]
    answer = document(source, found)
    assert answer["repairs"][0]["edits"]
    assert answer["confirmed_without_presolve"] is True
    assert "Budget from $28M to $56M. Confirmed." in answer["explanation"]


def test_a_date_and_a_split_are_ways_out_in_their_own_unit(tmp_path: Path) -> None:
    """Halls of 2026 are paid in 2026, from 40 % of 80 M$: a year later, or authority earlier, is enough."""
    broken = base("date")
    broken.tables["authority"] = [{"year": 2026, "share_of_budget": 0.4}, {"year": 2027, "share_of_budget": 0.6}]
    broken.claims, broken.fields = [claim("halls", 20, 2026)], {"budget_usd": 80e6}
    found = explain(source_of(tmp_path, broken), seconds=600)
    menu = changes(found)
    assert menu["date",] == 2027
    assert menu["budget",] == pytest.approx(100e6)  # 40 of 0.4
    assert menu["authority",] == 3  # a quarter of 0.6 more: 44 M$
    assert all(r.confirmed for r in found.repairs)


def test_two_causes_take_a_pair(tmp_path: Path) -> None:
    """30 MW take two sites and 84 M$."""
    broken = base("pair")
    broken.claims, broken.fields = [claim("halls", 30, 2028)], {"budget_usd": 28e6}
    found = explain(source_of(tmp_path, broken), seconds=600)
    pairs = {frozenset(c.lever.what for c in r.changes): r for r in found.repairs if len(r.changes) == 2}
    both = pairs[frozenset({"budget", "more sites"})]
    assert both.confirmed
    assert both.cost_usd == pytest.approx(56e6)


def test_a_clash_of_nature_alone_names_no_promise(tmp_path: Path) -> None:
    """60 MW where 40 stand and no land is left: the term is named, nothing physical is offered."""
    broken = base("physical")
    broken.claims = [claim("giant", 60, 2029)]
    found = explain(source_of(tmp_path, broken), seconds=600)
    assert [x.rule for x in found.runs_into] == ["construction.within_existing_halls"]
    assert "not for sale" in explain_words.text(found)
    for repair in found.repairs:
        assert all(not e.startswith(("sites.", "designs.", "chip_supply.")) for e in repair.edits)


def test_a_programme_with_a_plan_has_nothing_to_repair(tmp_path: Path) -> None:
    broken = base("fine")
    broken.claims, broken.fields = [claim("halls", 10, 2028)], {"budget_usd": 28e6}
    found = explain(source_of(tmp_path, broken), seconds=600)
    assert (found.verdict, found.conflict, found.repairs) == ("feasible", (), ())


def test_out_of_time_is_unknown_and_claims_nothing(tmp_path: Path) -> None:
    found = explain(source_of(tmp_path, BROKEN[0]), seconds=0.0)
    assert (found.verdict, found.conflict, found.irreducible) == ("unknown", (), False)
    assert "not settled" in explain_words.text(found)
