"""The checker against a plan made by hand: it passes, and each number that is spoilt is named by its rule."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from planner.inputs.case import Case
from planner.plan import DECISIONS, Plan
from planner.verify import RULES, ObjectiveClaim, tally, verify
from planner.verify.rows import rack_class_of

from .hand import case, claim, parts_musd, plan
from .spoils import broken_rules, spoilt, without

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
    ("opens", 0, "opens", 0, "sites.only_when_opened"),
    ("opens", 0, "period", "2027", "plan.allowed_rows"),
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
    ("running", 0, "racks", 260.0, "construction.hardened_within_halls"),
    ("running", 3, "racks", 210.0, "construction.hardened_within_halls"),
    ("hardened", 0, "mw", 11.0, "owed.hardened"),
    ("hardened", 0, "period", "2027", "workload.within_hardened"),
    ("hardened", 0, "mw", 9.0, "workload.within_hardened"),
    ("hardened", 1, "site_id", "S2", "plan.allowed_rows"),
    ("reached", 0, "reached", 0, "construction.discount_only_when_reached"),
    ("discounted", 0, "mw", 11.0, "construction.discount_above_threshold"),
    ("discounted", 0, "mw", 21.0, "construction.discount_within_starts"),
    ("discounted", 0, "period", "2027", "construction.discount_within_starts"),
    ("discounted", 0, "mw", 9.0, "owed.discounted"),
    ("discounted", 0, "mw", -1.0, "plan.not_negative"),
    ("contract", 0, "contracts", 2, "power.contract_once"),
    ("contract", 0, "tranche", 2, "power.tranches_in_order"),
    ("units", 0, "units", 5, "power.within_onsite_limit"),
    ("units", 0, "units", 0, "power.within_generation"),
    ("signed", 0, "mw", 60.0, "power.within_ppa_limit"),
    ("generated", 0, "mwh", 80_000.0, "power.within_generation"),
    ("imported", 0, "mwh", 65_337.0, "power.energy_balance"),
    ("imported", 0, "mwh", 400_000.0, "power.within_grid_rights"),
    ("imported", 0, "mwh", 300_000.0, "power.delivery_of_energy"),
    ("billed", 0, "mwh", 280_000.0, "power.delivery_of_minimum_take"),
    ("billed", 0, "mwh", 280_321.0, "owed.billed"),
    ("housed", 0, "mw", 9.9, "cooling.racks_housed"),
    ("housed", 0, "mw", 21.0, "cooling.within_halls"),
    ("housed", 0, "cooling_id", "air", "plan.allowed_rows"),
    ("housed", 0, "cooling_id", "lake", "plan.known_ids"),
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
    ("tail_running", 0, "site_id", "S2", "workload.tail_within_survivors"),
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
    ("commitments", 4, "planned", 9.0, "results.commitments"),
    ("depth", 0, "tranche_id", "second", "objective.value"),
    ("counted", 0, "mw", 1.0, "objective.value"),
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


def test_every_rule_is_tested() -> None:
    """Each is named in a test that breaks it: of this folder, or of plans that are made again."""
    here = Path(__file__).parent
    files = [*here.glob("test_*.py"), here.parent / "test_replan.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert [name for name in RULES if f'"{name}"' not in text] == []


def test_tighter_data_break_the_plan() -> None:
    """7008 m3 of water in 2027; the site begins to serve in the fiscal year 2027."""
    tables = dict(case().tables)
    dry = tables | {"sites": tables["sites"].assign(water_budget_m3_per_year=7000.0)}
    assert broken_rules(verify(dataclasses.replace(case(), tables=dry), plan(), claim())) == {"cooling.within_water"}
    columns = tables["continuing_resolutions"].columns
    for months, broken in ((11.0, set()), (12.0, {"construction.no_start_under_resolution"})):
        resolution = pd.DataFrame([(2027, months)], columns=columns)
        asked = dataclasses.replace(case(), tables=tables | {"continuing_resolutions": resolution})
        assert broken_rules(verify(asked, plan(), claim())) == broken


def test_a_fact_that_stands_twice_is_named() -> None:
    tables = dict(plan().tables)
    twice = [name for name in DECISIONS if len(tables[name])]
    for name in twice:
        tables[name] = pd.concat([tables[name], tables[name].iloc[:1]], ignore_index=True)
    found = verify(case(), Plan(tables), claim()).broken
    assert [b.where.partition(":")[0] for b in found if b.rule == "plan.one_row_a_fact"] == twice


def test_every_decision_counts() -> None:
    """Leaving out the last row of any decision breaks something; what spoils the first stands above."""
    for table in DECISIONS:
        for row in plan()[table].index.tolist()[-1:]:
            assert not verify(case(), without(table, row), claim()).passed, table


def test_a_line_left_out_or_made_up_is_named() -> None:
    detail = plan()["detail"]
    out = detail.iloc[::5]
    made_up = detail.iloc[:1].assign(site_id="S2", item="an opening that does not happen")
    tables = {**plan().tables, "detail": pd.concat([detail.drop(index=out.index), made_up], ignore_index=True)}
    found = [b.where for b in verify(case(), Plan(tables), claim()).broken if b.rule == "money.detail_complete"]
    keys = ["wbs_code", "site_id", "period", "rate_ref"]
    named = {",".join(key) for key in pd.concat([out, made_up])[keys].itertuples(index=False, name=None)}
    assert set(found) == named


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


def _asked(**changes: object) -> Case:
    """The case with a programme of which some fields are changed."""
    programme = case().programme.model_dump() | changes
    return dataclasses.replace(case(), programme=type(case().programme).model_validate(programme))


def _with_parameter(name: str, value: float) -> Case:
    """The case with another value of one parameter."""
    table = case().tables["parameters"]
    table = table.assign(value=table["value"].where(table["parameter_id"] != name, value))
    return dataclasses.replace(case(), tables={**case().tables, "parameters": table})


def _claims(name: str, **changes: object) -> tuple[dict[str, object], ...]:
    """The claims with one of them changed."""
    return tuple(c.model_dump() | (changes if c.id == name else {}) for c in case().programme.claims)


def test_a_false_claim_of_the_objective_is_named() -> None:
    said = claim()
    for off in (1e-3, -1e-3):
        false = ObjectiveClaim(said.value_musd + off, said.bound_musd)
        assert broken_rules(verify(case(), plan(), false)) == {"objective.value"}
    assert broken_rules(verify(case(), plan(), ObjectiveClaim(said.value_musd, said.value_musd))) == set()
    below = ObjectiveClaim(said.value_musd, said.value_musd - 0.01)
    assert broken_rules(verify(case(), plan(), below)) == {"objective.bound"}
    for nothing in (None, float("inf")):
        assert verify(case(), plan(), ObjectiveClaim(said.value_musd, nothing)).passed
    assert verify(case(), plan(), None).passed


def test_every_weight_counts() -> None:
    """30134.4 + 26770.56 t; 10 racks of 4 PFLOP/s fp8 and 45 MW secured at the end."""
    parts = parts_musd()
    value = parts["value"] + parts["value after"] + parts["cost after"]
    due = [
        ({"mission_value": 3.0}, 3.0 * value),
        ({"present_cost": -2.0}, 2.0 * parts["cost"]),
        ({"owed_after_horizon": -5.0}, 0.0),
        ({"emissions_usd_per_t": -100.0}, -5.690496),
        ({"compute_usd_per_pflops": 1e6, "compute_precision": "fp8"}, 40.0),
        ({"secured_usd_per_mw": 1e5}, 4.5),
    ]
    for weights, amount in due:
        asked = _asked(objective=weights)
        right = amount + parts["goal"]
        assert broken_rules(verify(asked, plan(), ObjectiveClaim(right, None))) == set()
        off = 0.001 * max(1.0, abs(right))
        assert broken_rules(verify(asked, plan(), ObjectiveClaim(right + off, None))) == {"objective.value"}


def test_a_goal_without_a_price_is_measured_only() -> None:
    """What could count does, whether or not the plan lists it; and the objective does not miss it."""
    free = _asked(claims=_claims("halls", price_usd=0.0))
    said = claim().value_musd - parts_musd()["goal"]
    for shown in (plan(), without("counted", 0)):
        assert broken_rules(verify(free, shown, ObjectiveClaim(said, None))) == set()
    assert broken_rules(verify(free, plan(), claim())) == {"objective.value", "objective.bound"}


def test_what_is_promised_holds_to_the_end() -> None:
    """9 MW are populated in 2027, but 1 MW in 2028."""
    found = verify(_asked(claims=_claims("racks", binding="firm", unit="MW IT")), plan(), claim())
    assert [b.sentence for b in found.broken if b.rule == "commitments.firm"] == [
        "racks: the plan reaches 1; the promise is 5 MW IT"
    ]


def test_a_site_counts_from_its_date_to_the_end() -> None:
    """20 MW of halls and 8.475 MW of racks at work in 2028; 10 MW in 2027."""
    found = verify(_with_parameter("minimum_site_serving_mw", 9.0), plan(), claim())
    assert [(b.rule, b.where) for b in found.broken] == [("sites.minimum_serving", "S1,2028")]
    found = verify(_with_parameter("minimum_site_mw", 21.0), plan(), claim())
    assert [(b.rule, b.where) for b in found.broken] == [
        ("sites.minimum_commissioned", "S1,2027"),
        ("sites.minimum_commissioned", "S1,2028"),
    ]


def test_the_largest_share_goes_by_racks_at_work() -> None:
    tables = dict(plan().tables)
    for table in ("opens", "modules", "bought", "running", "hardened"):
        mine = tables[table]
        tables[table] = pd.concat([mine, mine.assign(site_id="S2")], ignore_index=True)
    asked = _with_parameter("largest_site_share", 0.45)
    rows = [b.where for b in verify(asked, Plan(tables), None).broken if b.rule == "sites.largest_share"]
    assert rows == ["S1,2027", "S2,2027", "S1,2028", "S2,2028"]


def test_the_service_of_another_run_is_kept() -> None:
    path = {("train", "gov", "2027"): 80.0, ("train", "gov", "2028"): 80.0}
    path |= {("infer", "gov", "2028"): 7.3, ("infer", "secret", "2028"): 2.5}
    assert verify(dataclasses.replace(case(), service_path=path), plan(), claim()).passed
    for change in (
        {("train", "gov", "2027"): 79.0},
        {("infer", "secret", "2027"): 1.0},
        {("train", "gov", "2026"): 1.0},
    ):
        found = verify(dataclasses.replace(case(), service_path=path | change), plan(), claim())
        assert broken_rules(found) == {"workload.serves_as_asked"}
    del path["infer", "secret", "2028"]
    found = verify(dataclasses.replace(case(), service_path=path), plan(), claim())
    assert [b.where for b in found.broken] == ["infer,secret,2028"]


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


def test_what_is_bought_without_a_price_is_named() -> None:
    supply = case().tables["chip_supply"]
    unpriced = dataclasses.replace(case(), tables={**case().tables, "chip_supply": supply[supply["year"] < 2028]})
    found = [b for b in verify(unpriced, plan(), claim()).broken if "no such price" in b.sentence]
    assert {b.rule for b in found} == {"money.detail_complete"}
    assert any("1.3.1,S1,2028" in b.where for b in found)


def test_a_promise_without_its_row_is_named() -> None:
    found = verify(case(), without("commitments", 0), claim())
    assert ("results.commitments", "budget: the promise has no row in the table of commitments") in {
        (b.rule, b.sentence) for b in found.broken
    }


@pytest.mark.parametrize(
    ("value", "shown"), [(float("inf"), "inf"), (float("nan"), "nan"), (0.0001, "0.0001"), (1234567.0, "1,234,567")]
)
def test_numbers_of_a_sentence(value: float, shown: str) -> None:
    assert tally.words_of(value) == shown


def test_a_rule_is_registered_once_and_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match=r"money\.detail_complete is registered twice"):
        tally.rule("money.detail_complete")(lambda world, check: None)
    assert (tally.as_json(float("nan")), tally.as_json(0.5), tally.as_json("x")) == (None, 0.5, "x")
