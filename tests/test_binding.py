"""No rule is decoration: each binds in the shipped reference, or after edits inside the sourced ranges. Slow."""

from __future__ import annotations

from pathlib import Path

import pyomo.environ as pyo
import pytest
from binding_cases import EDITED, SHIPPED
from binding_lp import BINDS, WHOLE, Question, of_document, outside
from binding_never import BOOKKEEPING, DEFINITIONS, ELSEWHERE, FOLLOWS, NEVER, WITHOUT_ROWS

from planner.formulation import build
from planner.inputs.read import load
from planner.verify import RULES

MODEL = Path(__file__).parents[1] / "docs" / "model.md"
QUESTIONS = {**SHIPPED, **EDITED}
#: rows that a search adds for later stages
LATER_STAGES = {"objective.give_back", "objective.moved", "objective.moved_dollars"}


def test_every_rule_is_asked_for_once() -> None:
    model = build(load(WHOLE)).model
    families = {c.name: len(c) for c in model.component_objects(pyo.Constraint)}
    shown = [name for question in QUESTIONS.values() for name in question.names()]
    told = [*shown, *DEFINITIONS, *FOLLOWS, *NEVER, *WITHOUT_ROWS]
    assert sorted(told) == sorted(set(told)), "a rule is named twice"
    assert set(families) | LATER_STAGES == set(told)
    assert {name for name, rows in families.items() if not rows} == set(WITHOUT_ROWS)


def test_every_rule_of_the_plan_has_rows_or_a_reason() -> None:
    shown = {name for question in QUESTIONS.values() for name in question.names()}
    told = shown | {*NEVER, *DEFINITIONS, *WITHOUT_ROWS, *ELSEWHERE}
    left = [name for name in RULES if name not in told and not name.startswith(BOOKKEEPING)]
    assert left == [], "say where the rule binds, in tests/binding_cases.py, or why it never does"
    assert set(ELSEWHERE.values()) <= shown
    assert set(ELSEWHERE) <= set(RULES)


@pytest.mark.parametrize("question", [*QUESTIONS.values(), *(x.extreme for x in NEVER.values())])
def test_edits_stay_inside_the_sourced_ranges(question: Question) -> None:
    assert [why for edit in question.written() if (why := outside(edit))] == []


def test_a_value_outside_its_range_is_told() -> None:
    assert outside("parameters.largest_site_share.value=0.2") != ""
    assert outside("sites.TX-ABI.land_acres=900") != ""
    assert outside("parameters.no_such_thing.value=1") != ""


def test_what_ships_is_asked_as_it_ships() -> None:
    assert [name for name, question in SHIPPED.items() if question.edits] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", QUESTIONS)
def test_the_rules_bind(name: str) -> None:
    relaxation = QUESTIONS[name].relaxation()
    idle = [rule for rule in QUESTIONS[name].rules if not relaxation.binds(rule)]
    assert idle == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", NEVER)
def test_the_rest_is_idle_where_it_is_tightest(rule: str) -> None:
    relaxation = NEVER[rule].extreme.relaxation()
    gain, slack = relaxation.gain(rule, steps=10**6), relaxation.slack(rule)
    print(f"{rule}: without it the optimum is better by {gain:.1g}, slack {slack:.3f}")
    assert relaxation.ended
    assert gain < BINDS, "the rule binds after all: move it to tests/binding_cases.py"
    assert slack >= NEVER[rule].slack


def test_the_document_lists_what_never_binds() -> None:
    rows = [line.strip("|").split("|") for line in of_document(MODEL, "Rules that never bind") if "| `" in line]
    listed = {rule.strip(" `"): slack.strip() for slack, rule, _ in rows}
    assert set(listed) == {*NEVER, *WITHOUT_ROWS}
    assert {rule: listed[rule] for rule in NEVER} == {rule: f"{NEVER[rule].slack:g}" for rule in NEVER}
