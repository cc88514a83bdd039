"""The checker on software, security and training by hand: a spoilt number is named by the rule it breaks."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from planner.inputs.case import Case
from planner.plan import Plan
from planner.verify import verify
from planner.verify.soft_facts import NEVER
from planner.verify.world import World

from .hand import case, claim, plan
from .spoils import broken_rules, spoilt

#: what money and tables say follows from every decision, and the split follows from money
FOLLOWS = (
    "money.detail_complete",
    "money.detail_quantity",
    "objective.",
    "results.",
    "budget.split_most",
    "budget.unallocated_is_least",
    "budget.operations_funded",
    "commitments.firm",
)

SPOILS = [
    # table, row, column, value, the rule that must be named, what else may be
    ("accredits", 0, "accredits", 2, "security.accredit_at_open_sites", ["plan.within_bounds"]),
    ("accredits", 0, "accredits", 0.5, "plan.whole_numbers", ["security", "software", "commitments"]),
    ("accredits", 0, "accredits", 0, "security.in_use_where_authorised", ["security", "software", "commitments"]),
    ("accredits", 0, "accredits", 0, "commitments.governance_authorised", ["security", "software"]),
    ("accredits", 0, "site_id", "S2", "security.accredit_at_open_sites", ["security", "software", "commitments"]),
    ("accredits", 0, "period", "2027", "security.predecessor_first", ["security.in_use_where_authorised"]),
    ("accredits", 1, "period", "2026", "plan.allowed_rows", ["security.predecessor_first"]),
    ("accredits", 1, "period", "2028", "security.in_use_where_authorised", []),
    ("accredits", 1, "accreditation_id", "TS", "plan.known_ids", ["security", "software"]),
    ("accredits", 1, "accredits", 0, "software.ports_at_authorised_levels", ["security.in_use_where_authorised"]),
    ("starts", 0, "period", "2027", "software.prerequisite_first", ["software.in_use_where_ported"]),
    ("starts", 0, "starts", 2, "software.start_once", ["plan.within_bounds"]),
    ("starts", 2, "starts", 0, "workload.bonus_when_scheduled", []),
    ("starts", 2, "period", "2028", "workload.bonus_when_scheduled", []),
    ("starts", 3, "period", "2028", "software.in_use_where_guarded", ["software.prerequisite_first"]),
    ("starts", 4, "starts", 0, "commitments.governance_done", ["commitments.services_offered"]),
    ("starts", 4, "starts", 0, "commitments.services_offered", ["commitments.governance_done"]),
    ("starts", 4, "initiative_id", "SVC", "plan.allowed_rows", ["commitments"]),
    ("starts", 5, "starts", 0, "training.within_capacity", ["workload.within_admitted", "commitments"]),
    ("ports", 0, "ports", 0, "software.in_use_where_ported", []),
    ("ports", 0, "period", "2026", "software.prerequisite_first", ["plan.allowed_rows"]),
    ("ports", 0, "site_id", "S2", "software.ports_at_open_sites", ["software"]),
    ("ports", 0, "site_id", "S2", "software.ports_at_authorised_levels", ["software"]),
    ("ports", 0, "ports", 2, "software.ports_at_open_sites", ["plan.within_bounds", "software"]),
    ("ports", 1, "ports", 5, "software.within_need", ["plan.within_bounds", "software"]),
    ("ports", 2, "ports", 0, "software.in_use_where_guarded", []),
    ("ports", 2, "level_id", "gov", "plan.allowed_rows", ["software.in_use_where_guarded"]),
    ("packages", 0, "packages", 0, "software.in_use_where_packaged", []),
    ("packages", 0, "packages", 2, "software.packages_once", ["plan.within_bounds"]),
    ("packages", 1, "period", "2028", "software.in_use_where_packaged", []),
    ("packages", 1, "service_id", "none", "plan.known_ids", ["software.in_use_where_packaged"]),
    ("onboards", 0, "agencies", 0, "workload.within_admitted", ["commitments.governance_agencies"]),
    ("onboards", 0, "agencies", 2, "software.units_of_agency", ["software.prerequisite_first"]),
    ("onboards", 0, "agencies", 0.9, "workload.within_admitted", ["commitments.governance_agencies"]),
    ("onboards", 0, "period", "2026", "plan.allowed_rows", ["software.prerequisite_first"]),
    ("onboards", 0, "agency_id", "AG", "plan.allowed_rows", ["plan", "software", "workload", "commitments"]),
    ("onboards", 1, "agencies", 0, "commitments.governance_agencies", []),
    ("connects", 0, "units", 400.0, "workload.within_admitted", []),
    ("connects", 0, "units", 90.0, "workload.tail_within_admitted", ["workload.within_admitted"]),
    ("connects", 0, "units", 801.0, "software.units_of_agency", ["plan.within_bounds"]),
    ("connects", 1, "units", 90.0, "workload.within_admitted", []),
    ("connects", 1, "units", 201.0, "plan.within_bounds", ["software"]),
    ("connects", 1, "units", 201.0, "software.within_need", ["plan", "software"]),
    ("connects", 2, "units", 4.0, "workload.within_admitted", []),
    ("connects", 3, "units", 38.0, "commitments.governance_done", []),
    ("courses", 0, "heads", 0.0, "training.operators_of_halls", ["owed.courses"]),
    ("courses", 0, "heads", 13.0, "owed.courses", []),
    ("courses", 0, "heads", 21.0, "training.within_capacity", ["owed.courses", "plan.within_bounds", "training"]),
    ("courses", 0, "place_id", "S2", "training.operators_of_halls", ["owed.courses"]),
    ("courses", 0, "place_id", "AS", "plan.allowed_rows", ["training", "owed.courses"]),
    ("courses", 0, "period", "2027", "training.operators_of_halls", ["owed.courses"]),
    ("courses", 1, "heads", 0.9, "training.operators_of_halls", ["owed.courses"]),
    ("courses", 1, "heads", 1.1, "owed.courses", []),
    ("courses", 2, "heads", 400.0, "training.within_need", []),
    ("courses", 2, "heads", 501.0, "plan.within_bounds", ["training"]),
    ("courses", 2, "heads", 100.0, "workload.within_admitted", []),
    ("courses", 5, "heads", 0.0, "commitments.governance_aware", []),
    ("goes_live", 0, "goes_live", 0, "training.in_use_where_live", ["commitments.governance_live"]),
    ("goes_live", 0, "goes_live", 0, "commitments.governance_live", ["training.in_use_where_live"]),
    ("goes_live", 0, "goes_live", 2, "training.live_at_open_sites", ["plan.within_bounds"]),
    ("goes_live", 0, "period", "2028", "training.in_use_where_live", []),
    ("goes_live", 0, "period", "2026", "plan.allowed_rows", []),
    ("goes_live", 0, "site_id", "S2", "training.live_at_open_sites", ["training", "commitments"]),
    ("bonus", 0, "pflops_years", 0.36, "workload.bonus_within_output", []),
    ("bonus", 0, "pflops_years", 0.2, "workload.delivered", []),
    ("bonus", 0, "workload_id", "train", "plan.allowed_rows", ["workload"]),
    ("bonus", 0, "period", "2027", "plan.allowed_rows", ["workload"]),
    ("running", 2, "period", "2027", "plan.allowed_rows", ["software", "workload", "owed.hardened"]),
    ("served", 2, "period", "2027", "plan.allowed_rows", ["workload"]),
    ("depth", 4, "period", "2027", "workload.within_admitted", ["workload.served_by_depth"]),
    ("unallocated", 1, "musd", 15.0, "budget.unallocated_even", []),
    ("unallocated", 0, "musd", 20.0, "budget.unallocated_is_least", ["budget.unallocated_even"]),
    ("unallocated", 0, "musd", 0.0, "budget.split_most", ["budget.unallocated_even"]),
    ("unallocated", 1, "musd", 60.0, "budget.split_least", ["budget.unallocated_even"]),
    ("unallocated", 2, "musd", 90.0, "budget.band_most", ["budget"]),
    ("unallocated", 0, "musd", 300.0, "budget.within_authority", ["budget"]),
    ("unallocated", 0, "musd", 300.0, "budget.within_budget", ["budget"]),
    ("bought", 1, "racks", 150, "budget.band_least", ["cooling.racks_housed"]),
    ("funded", 0, "musd", 9.0, "budget.operations_funded", []),
    ("funded", 0, "musd", 21.0, "budget.within_caps", []),
    ("funded", 0, "source", "cost share", "plan.known_ids", []),
    ("admitted", 4, "share", 0.6, "results.admitted", []),
    ("admitted", 2, "gate_id", "TS", "plan.known_ids", []),
    ("trained", 1, "heads", 10.0, "results.trained", []),
    ("trained", 1, "place_id", "S9", "plan.known_ids", []),
    ("commitments", 8, "planned", 0.7, "results.commitments", []),
    ("commitments", 9, "planned", 0.6, "results.commitments", []),
    ("commitments", 10, "planned", 0.9, "results.commitments", []),
    ("commitments", 11, "planned", 3.0, "results.commitments", []),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "rule", "others"), SPOILS)
def test_a_spoilt_number_is_named(
    table: str, row: int, column: str, value: object, rule: str, others: list[str]
) -> None:
    """By the rule, and by no rule that has nothing to do with it."""
    found = broken_rules(verify(case(), spoilt(table, row, column, value), claim()))
    assert rule in found
    assert not [name for name in found - {rule} if not name.startswith((*FOLLOWS, *others))]


def test_soft_costs_to_the_cent() -> None:
    world = World(case(), plan(), claim())
    due = {key: group.usd for key, group in world.ledger.groups.items() if key[0][0] == "2" or key[0] > "3.2.4"}
    posted = plan()["detail"].set_index(["wbs_code", "site_id", "period", "rate_ref"])["cents"]
    codes = {code for code, *_ in due}
    assert codes >= {"2.1.1", "2.1.2", "2.1.9", "2.2.1", "2.2.2", "2.2.3", "2.2.4", "2.2.9", "2.3.1", "2.3.2", "2.3.3"}
    assert codes >= {"2.3.9", "2.9", "3.2.5", "3.2.7"}
    for (code, place, t, ref), usd in due.items():
        assert posted[code, place, str(2026 + t), ref] == pytest.approx(100 * usd, abs=0.5001)
    # one cent more on each of them is named
    tables = dict(plan().tables)
    soft = tables["detail"]["wbs_code"].isin(codes)
    tables["detail"] = tables["detail"].assign(cents=tables["detail"]["cents"] + soft.astype(int))
    found = verify(case(), Plan(tables), claim())
    assert sum(breach.rule == "money.detail_rounding" for breach in found.broken) == soft.sum()


def test_what_the_data_let_be() -> None:
    """Bounds and first periods, by hand."""
    facts = World(case(), plan(), claim()).facts.soft
    # 10 MW that stand, and 30 MW a year, until 80 MW of grid and 20 MW of engines carry 100 / (1.1 * 1.25)
    assert facts.hall_limit["S1"].tolist() == pytest.approx([40, 70, 10 + 100 / 1.375])
    assert facts.accredited == {"S1": ["HIGH", "IL6"], "S2": ["HIGH"]}
    assert facts.units("LINK", "AS") == pytest.approx(200)
    assert facts.in_use_from("S1", "none", "gov") == 1
    assert facts.in_use_from("S1", "SVC", "gov") == 2
    assert facts.in_use_from("S1", "SVC", "secret") == 2
    assert facts.in_use_from("S2", "SVC", "secret") == NEVER
    assert facts.in_use_from("S1", "none", "secret") == NEVER
    assert (facts.admits_from("AG"), facts.admits_from("AS")) == (1, 2)


def test_slack_of_the_soft_rules() -> None:
    tightest = verify(case(), plan(), claim()).tightest
    assert tightest["budget.split_most"] == pytest.approx(0, abs=1e-9)
    # 7.3 of 7.5 at GovCloud, but all of 2.5 at Secret
    assert tightest["workload.within_admitted"] == 0
    # 0.3 of 0.35
    assert tightest["workload.bonus_within_output"] == pytest.approx(1 / 7)
    # 0.3 of 0.05/1.05 * 15
    assert tightest["workload.bonus_when_scheduled"] == pytest.approx(1 - 0.3 * 1.05 / 0.75)
    # 300 of 350
    assert tightest["training.within_need"] == pytest.approx(1 / 7)
    # 0.35 MW at GovCloud, of the 70 MW of halls that can be there by the end of 2027
    assert tightest["software.in_use_where_ported"] == pytest.approx(1 - 0.35 / 70)


def test_half_years() -> None:
    """Six periods of half a year: half of what a year allows, and attrition by the half."""
    asked = case()
    halves = asked.programme.horizon.model_copy(update={"periods": 6, "months_per_period": 6})
    asked = dataclasses.replace(asked, programme=asked.programme.model_copy(update={"horizon": halves}))
    tables = dict(plan().tables)
    periods = ["2026H1", "2026H2", "2026H2", "2026H2", "2027H1", "2027H2"]
    tables["courses"] = tables["courses"].assign(period=periods)
    tables["starts"] = tables["starts"].assign(period="2026H1")
    world = World(asked, Plan(tables))
    # the curriculum is there in month 9; half a year later, in month 15, its first practitioners are
    left = [0, 0, 300, 300 * 0.9**0.5, 270, 270 * 0.9**0.5]
    assert world.soft.trained["USE", "AS"].tolist() == pytest.approx(left)
    # and general staff is aware in month 10
    assert world.soft.trained["AWARE", "AG"].tolist()[:3] == pytest.approx([0, 1000, 1000 * 0.5**0.5 + 1500])
    facts = world.facts.soft
    assert [facts.most_heads(r) for r in ("OPS", "USE", "AWARE")] == [10, 250, 1500]
    assert facts.caps_musd("appropriation").tolist() == pytest.approx([10] * 6)
    # High is held from 2027; Secret takes nine months more; the port follows the platform: 2028
    assert facts.can_hold("S1", "HIGH") == 2
    assert facts.can_hold("S1", "IL6") == 4
    assert facts.in_use_from("S1", "SVC", "secret") == 4
    assert facts.in_use_from("S1", "none", "gov") == 2


def _with(**tables: pd.DataFrame) -> Case:
    """The case with other tables."""
    asked = case()
    return dataclasses.replace(asked, tables={**asked.tables, **tables})


def test_what_is_held_before_is_not_started_and_owed_from_the_opening() -> None:
    columns = case().tables["existing_accreditations"].columns
    existing = pd.DataFrame([("S1", "HIGH", "s", "")], columns=columns)
    found = verify(_with(existing_accreditations=existing), plan(), claim())
    assert "plan.allowed_rows" in broken_rules(found)
    monitored = {b.where for b in found.broken if b.rule == "money.detail_complete"}
    assert "2.2.2,S1,2026,accreditations.HIGH.monitoring_usd_per_year" in monitored
    # and it needs no predecessor held by a start
    tables = dict(plan().tables)
    tables["accredits"] = tables["accredits"].drop(index=0)
    held = broken_rules(verify(_with(existing_accreditations=existing), Plan(tables), claim()))
    assert not {name for name in held if name.startswith(("security.", "software.", "plan."))}


def test_accreditations_of_a_site_follow_each_other_in_the_months_of_a_year() -> None:
    """With nine months for each both can begin in 2026; with twelve for the first the second cannot."""
    for months, broken in ((9.0, False), (12.0, True)):
        table = case().tables["accreditations"].assign(duration_months=[months, 9.0])
        world = World(_with(accreditations=table), spoilt("accredits", 1, "period", "2026"))
        assert world.soft.accreditation_month("S1", "IL6") == months + 9
        assert world.soft.held("S1", "IL6").tolist() == [0, 0, 1]
        found = broken_rules(verify(_with(accreditations=table), spoilt("accredits", 1, "period", "2026"), None))
        assert ("security.predecessor_first" in found) == broken
        assert ("plan.allowed_rows" in found) == broken


def test_operators_begin_in_the_last_period_that_is_in_time() -> None:
    """With fifteen months, and nine for what they wait for, the first are there at the end of 2027."""
    track = case().tables["training_tracks"]
    track = track.assign(
        duration_months=track["duration_months"].where(track["track_id"] != "OPS", 15.0),
        prerequisite_id=track["prerequisite_id"].where(track["track_id"] != "OPS", "COURSES"),
    )
    soft = World(_with(training_tracks=track), plan()).soft
    assert soft.operators_needed("S1").tolist() == [0, 10, 10]
    begin, late = soft.operators_owed("S1")
    # a tenth of the ten leaves in 2028
    assert (begin.tolist(), late.tolist()) == (pytest.approx([10, 1, 0]), [0, 0, 0])
    # with a course that is written a year later nobody is there in time for 2027
    soft = World(_with(training_tracks=track), spoilt("starts", 5, "period", "2027")).soft
    begin, late = soft.operators_owed("S1")
    assert (begin.tolist(), late.tolist()) == (pytest.approx([0, 1, 0]), pytest.approx([0, 10, 0]))


def test_an_empty_table_is_no_gate() -> None:
    """Without any soft table the same racks work with nothing done; only the scheduler's work must be made by racks."""
    soft = ("accreditations", "initiatives", "level_needs", "training_tracks", "training_needs", "staffing")
    empty = {name: case().tables[name].iloc[0:0] for name in (*soft, "funding_sources")}
    workloads = case().tables["workloads"].assign(service_id="")
    bare = _with(**empty, workloads=workloads)
    kept = [c for c in bare.programme.claims if c.metric in ("power", "compute", "sites", "memo")]
    bare = dataclasses.replace(bare, programme=bare.programme.model_copy(update={"claims": tuple(kept)}))
    decided = ("accredits", "starts", "ports", "packages", "onboards", "connects", "courses", "goes_live", "bonus")
    tables = dict(plan().tables)
    for name in (*decided, "unallocated", "funded", "trained"):
        tables[name] = tables[name].iloc[0:0]
    hard = ~tables["detail"]["wbs_code"].str.startswith(("2.", "3.2.5", "3.2.7"))
    tables["detail"] = tables["detail"][hard]
    tables["running"] = spoilt("running", 2, "racks", 3.65)["running"]
    tables["compute"] = spoilt("compute", 8, "serving_pflops", 19.6)["compute"]
    tables["commitments"] = tables["commitments"][tables["commitments"]["id"].isin([c.id for c in kept])]
    alone = tables["admitted"].assign(gate_id="all", share=1.0).drop_duplicates()
    more = pd.DataFrame([("AS", "all", "2027", 1.0)], columns=alone.columns)
    tables["admitted"] = pd.concat([alone, more], ignore_index=True)
    assert [breach.sentence for breach in verify(bare, Plan(tables), None).broken] == []


def test_no_cent_is_set_aside_without_a_firm_split() -> None:
    asked = case()
    claims = [
        c.model_copy(update={"binding": "reported"}) if c.metric == "split" else c for c in asked.programme.claims
    ]
    free = dataclasses.replace(asked, programme=asked.programme.model_copy(update={"claims": tuple(claims)}))
    found = verify(free, plan(), claim())
    assert "plan.allowed_rows" in broken_rules(found)
    assert not {name for name in broken_rules(found) if name.startswith("budget.")}
