"""The checker against a plan made by hand: it passes, and each number that is spoilt is named by its rule."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from planner.plan import DECISIONS, Plan
from planner.verify import RULES, verify
from planner.verify.domains import rack_class_of

from .hand import case, claim, plan
from .spoils import broken_rules, extended, spoilt, without

ROOT = Path(__file__).parents[2]


def test_the_plan_by_hand_passes() -> None:
    found = verify(case(), plan(), claim())
    assert [breach.sentence for breach in found.broken] == []
    assert found.passed
    assert found.max_violation < 1e-9
    assert found.checks > 500
    assert found.rules > 60
    assert set(found.tightest) <= set(RULES)
    assert found.tightest["sites.opens_once"] == 0
    # 20 of 100 acres
    assert found.tightest["construction.within_land"] == pytest.approx(0.8)


def test_every_rule_of_the_algebra_is_checked() -> None:
    """Rules stand in the first column of a table, or are named in the text of the objective."""
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    named = {name for line in rows for name in re.findall(r"`([a-z]+\.[a-z_]+)(?:\[[^`]*\])?`", line.split("|")[1])}
    named |= set(re.findall(r"`(objective\.[a-z_]+)`", text))
    assert len(named) > 45
    assert named <= set(RULES)


def test_rules_are_named_once() -> None:
    assert len(RULES) == len(set(RULES))
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in RULES)


def test_the_checker_is_a_stranger() -> None:
    """It reads neither the model nor a solver, nor the arithmetic of the case and its periods."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "planner" / "verify").glob("*.py"))
    imports = re.findall(r"^\s*(?:from|import) (\S+)", text, flags=re.MULTILINE)
    assert not [name for name in imports if re.match(r"pyomo|highspy|planner\.(formulation|solve|run)", name)]
    assert "case.periods" not in text
    assert not re.search(r"case\.(escalation|musd|rate|deflator|present_factor|demand_pflops_years|rent_musd)\(", text)


SPOILS = [
    # table, row, column, value, a rule that must be named
    ("opens", 0, "opens", 2, "sites.opens_once"),
    ("opens", 0, "opens", 0, "sites.chosen_count"),
    ("opens", 0, "opens", 0, "sites.enough_regions"),
    ("opens", 0, "period", "2027", "sites.only_when_opened"),
    ("modules", 0, "modules", 1.5, "plan.whole_numbers"),
    ("modules", 0, "modules", 5, "plan.within_bounds"),
    ("modules", 0, "modules", 4, "construction.within_build_rate"),
    ("modules", 0, "modules", 11, "construction.within_land"),
    ("modules", 0, "modules", 6, "construction.within_craft_workers"),
    ("modules", 0, "modules", 10, "construction.within_national_workers"),
    ("modules", 0, "modules", 0, "sites.minimum_commissioned"),
    ("modules", 0, "modules", 0, "cooling.within_halls"),
    ("modules", 0, "modules", 4, "power.secured_covers_halls"),
    ("modules", 1, "modules", 3, "construction.within_existing_halls"),
    ("hardened", 0, "mw", 26.0, "construction.hardened_within_halls"),
    ("hardened", 0, "mw", 9.0, "workload.within_hardened"),
    ("hardened", 1, "site_id", "S2", "plan.allowed_rows"),
    ("reached", 0, "reached", 0, "construction.discount_only_when_reached"),
    ("reached", 0, "reached", 0, "construction.reached_above_threshold"),
    ("discounted", 0, "mw", 11.0, "construction.discount_above_threshold"),
    ("discounted", 0, "mw", 21.0, "construction.discount_within_starts"),
    ("discounted", 0, "mw", -1.0, "plan.not_negative"),
    ("contract", 0, "contracts", 2, "power.contract_once"),
    ("contract", 0, "tranche", 2, "power.tranches_in_order"),
    ("units", 0, "units", 5, "power.within_onsite_limit"),
    ("units", 0, "units", 0, "power.first_is_a_unit"),
    ("units", 0, "units", 0, "power.within_generation"),
    ("first", 0, "first", 2, "power.first_once"),
    ("first", 0, "first", 0, "power.units_after_first"),
    ("signed", 0, "mw", 60.0, "power.within_ppa_limit"),
    ("generated", 0, "mwh", 80_000.0, "power.within_generation"),
    ("imported", 0, "mwh", 65_337.0, "power.energy_balance"),
    ("imported", 0, "mwh", 400_000.0, "power.within_grid_rights"),
    ("imported", 0, "mwh", 300_000.0, "power.delivery_of_energy"),
    ("billed", 0, "mwh", 280_000.0, "power.delivery_of_minimum_take"),
    ("housed", 0, "mw", 9.9, "cooling.racks_housed"),
    ("housed", 0, "mw", 21.0, "cooling.within_halls"),
    ("housed", 0, "design_id", "LE", "plan.allowed_rows"),
    ("bought", 0, "racks", 201, "fleet.within_supply"),
    ("bought", 0, "racks", 100.5, "plan.whole_numbers"),
    ("retired", 0, "racks", 101.0, "fleet.retired_within_bought"),
    ("retired", 0, "period", "2028", "plan.allowed_rows"),
    ("running", 0, "racks", 101.0, "workload.racks_assigned"),
    ("running", 0, "racks", 70.0, "workload.delivered"),
    ("bought", 0, "racks", 1.0, "workload.cluster_size"),
    ("running", 0, "racks", 40.0, "sites.minimum_serving"),
    ("running", 0, "level_id", "secret", "plan.allowed_rows"),
    ("served", 0, "pflops_years", 70.0, "workload.served_by_depth"),
    ("served", 0, "pflops_years", 30.0, "workload.must_serve"),
    ("depth", 0, "pflops_years", 41.0, "plan.within_bounds"),
    ("hosts", 0, "hosts", 0, "workload.only_on_cluster"),
    ("tail_running", 0, "racks", 11.0, "workload.tail_within_survivors"),
    ("tail_running", 1, "racks", 9.0, "workload.tail_delivered"),
    ("tail_depth", 0, "pflops_years", 41.0, "plan.within_bounds"),
    ("counted", 0, "mw", 21.0, "commitments.counted_is_commissioned"),
    ("counted", 0, "mw", 1.3, "commitments.counted_is_populated"),
    ("counted", 0, "commitment", "secured", "plan.allowed_rows"),
    ("contract", 0, "contracts", 0, "commitments.firm"),
    ("detail", 4, "cents", 1, "money.detail_complete"),
    ("detail", 4, "cents", 1, "money.detail_rounding"),
    ("detail", 4, "quantity", 21.0, "money.detail_quantity"),
    ("detail", 4, "rate_usd", 1e6 + 1, "money.detail_rate"),
    ("detail", 22, "escalation", 1.11, "money.detail_rate"),
    ("detail", 4, "factor", 1.4, "money.detail_factor"),
    ("detail", 4, "ledger", "operations", "money.detail_account"),
    ("detail", 4, "rate_ref", "designs.GF.nothing", "money.detail_rate"),
    ("detail", 4, "wbs_code", "9.9.9", "plan.known_ids"),
    ("bought", 0, "racks", 199, "budget.within_authority"),
    ("modules", 0, "modules", 200, "budget.within_budget"),
    ("detail", 17, "cents", 10**11, "budget.to_the_cent"),
    ("tiers", 0, "secured_mw", 51.0, "results.tiers"),
    ("energy", 1, "water_m3", 6300.0, "results.energy"),
    ("compute", 4, "serving_pflops", 161.0, "results.compute"),
    ("commitments", 2, "planned", 44.0, "results.commitments"),
    ("commitments", 3, "met", True, "results.commitments"),
    ("commitments", 3, "state", "met", "results.commitments"),
    ("commitments", 3, "shortfall", 20.0, "commitments.goal"),
    ("commitments", 6, "met", True, "results.commitments"),
    ("depth", 0, "tranche_id", "second", "objective.mission_value"),
    ("counted", 0, "mw", 1.0, "objective.goal_shortfall"),
    ("counted", 0, "mw", 1.0, "objective.give_back"),
    ("served", 0, "period", "2026", "workload.delivered"),
    ("opens", 0, "site_id", "S9", "plan.known_ids"),
    ("opens", 0, "period", "2026H1", "plan.known_ids"),
    ("housed", 0, "rack_class", "air", "plan.known_ids"),
    ("tail_depth", 0, "year_after", 3, "plan.known_ids"),
    ("imported", 0, "mwh", None, "plan.no_missing_values"),
    ("imported", 0, "mwh", float("inf"), "plan.no_missing_values"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "rule"), SPOILS)
def test_a_spoilt_number_is_named(table: str, row: int, column: str, value: object, rule: str) -> None:
    found = verify(case(), spoilt(table, row, column, value), claim())
    assert not found.passed
    assert rule in broken_rules(found)


def test_a_fact_that_stands_twice_is_named() -> None:
    for table in (name for name in DECISIONS if len(plan()[name])):
        row = tuple(plan()[table].iloc[0])
        assert "plan.one_row_a_fact" in broken_rules(verify(case(), extended(table, row), claim()))


def test_every_decision_counts() -> None:
    """Leaving out any row of any decision breaks something."""
    for table in DECISIONS:
        for row in plan()[table].index.tolist():
            assert not verify(case(), without(table, row), claim()).passed, (table, row)


def test_a_line_left_out_or_made_up_is_named() -> None:
    for row in plan()["detail"].index.tolist()[::5]:
        assert "money.detail_complete" in broken_rules(verify(case(), without("detail", row), claim()))
    extra = list(plan()["detail"].iloc[0])
    extra[3], extra[4] = "S2", "an opening that does not happen"
    assert "money.detail_complete" in broken_rules(verify(case(), extended("detail", tuple(extra)), claim()))


def test_a_line_in_parts_is_the_same_money() -> None:
    """A line may be posted in two items as long as they come to the same."""
    tables = dict(plan().tables)
    detail = tables["detail"]
    part = detail.iloc[[4]].assign(item="the other half")
    halves = pd.concat([detail, part], ignore_index=True)
    for row in (4, len(halves) - 1):
        halves.loc[row, "quantity"] = 10.0
        halves.loc[row, "cents"] = 1_500_000_000
    tables["detail"] = halves
    assert verify(case(), Plan(tables), claim()).passed


@pytest.mark.parametrize(
    ("stage", "change", "rule"),
    [
        (0, {"achieved": 99.0}, "objective.mission_value"),
        (1, {"achieved": 0.9}, "objective.goal_shortfall"),
        (2, {"achieved": 300.0}, "objective.present_cost"),
        (0, {"value": 99.0, "floor": 98.01}, "objective.give_back"),
        (0, {"floor": 0.5}, "objective.give_back"),
        (1, {"value": 0.5, "floor": 0.5}, "objective.give_back"),
        (0, {"moved_musd": 10.1}, "objective.moved_dollars"),
        (0, {"moved_limit_musd": 11.0}, "objective.moved_dollars"),
        (0, {"name": "emissions"}, "objective.known_stages"),
    ],
)
def test_a_false_claim_of_a_stage_is_named(stage: int, change: dict[str, object], rule: str) -> None:
    claims = claim()
    claims[stage] = dataclasses.replace(claims[stage], **change)  # type: ignore[arg-type]
    assert rule in broken_rules(verify(case(), plan(), claims))


def _solved_for(name: str, sense: str, value: float, **more: object) -> set[str]:
    """Rules broken when the programme has this one stage and claims this value."""
    asked = case()
    programme = asked.programme.model_dump() | {"stages": ({"name": name, **more},)}
    other = dataclasses.replace(asked, programme=type(asked.programme).model_validate(programme))
    claim = dataclasses.replace(claim()[0], name=name, sense=sense, value=value, achieved=value, floor=None)
    return broken_rules(verify(other, plan(), [dataclasses.replace(claim, moved_limit_musd=None, moved_musd=None)]))


def test_other_objectives() -> None:
    value, _, cost = claim()
    # 30134.4 + 26770.56 t; 10 racks of 4 PFLOP/s fp8
    due = [
        ("secured power", "max", 45.0, {}),
        ("compute", "max", 40.0, {"precision": "fp8"}),
        ("emissions", "min", 56_904.96, {}),
        ("net present value", "max", value.value - cost.value, {}),
    ]
    for name, sense, right, more in due:
        rule = "objective." + name.replace(" ", "_")
        assert _solved_for(name, sense, right, **more) == set()
        assert _solved_for(name, sense, right * 1.001, **more) == {rule}


def test_a_breach_speaks_in_words_and_as_json() -> None:
    found = verify(case(), spoilt("imported", 0, "mwh", 65_436.0), claim())
    breach = next(b for b in found.broken if b.rule == "power.energy_balance")
    assert breach.where == "S1,2027"
    assert breach.excess == pytest.approx(100)
    assert breach.unit == "MWh"
    assert breach.sentence == "S1, 2027: 84,196 MWh are supplied; the halls use 84,096 MWh"
    document = json.loads(json.dumps(found.as_dict()))
    assert document["passed"] is False
    assert {"passed", "rules", "max_violation", "broken"} <= set(document)
    # 100 MWh more at 52.5 dollars, of 3.4 M
    assert found.max_violation == pytest.approx(5250 / (65_436 * 52.5), rel=1e-3)


def test_a_class_of_racks_is_read_by_its_cooling_designs() -> None:
    assert rack_class_of("dry, cold+air") == {"dry, cold", "air"}
    assert rack_class_of("air+dry, cold") == rack_class_of("dry, cold+air")
    assert rack_class_of("") == rack_class_of("none") == frozenset()


def test_a_hair_is_no_breach() -> None:
    found = verify(case(), spoilt("imported", 0, "mwh", 65_336.0 + 1e-4), claim())
    assert "power.energy_balance" not in broken_rules(found)
    assert found.max_violation > 0
