"""What is behind service: which combinations exist and from when, without a solver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import Tables, case_of, change, free_tables, parameter, programme

from planner.formulation import combinations as combos
from planner.formulation import initiative_combinations as steps
from planner.formulation import role_combinations as roles
from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.inputs.case import Case
from planner.inputs.read import load

YEARS = 10
ANY = (combos.ANY_CLASS,)


def long_case(folder: Path, tables: Tables) -> Case:
    return case_of(folder, tables, programme(horizon={"first_year": 2026, "periods": YEARS, "months_per_period": 12}))


def initiative(name: str, per: str, effect: str, months: float, before: str = "", units: float = 1) -> dict[str, Any]:
    row = {"initiative_id": name, "category": "software", "per": per, "effect": effect, "duration_months": months}
    return {**row, "prerequisite_id": before, "need_ceiling_units": units}


def gated_tables() -> Tables:
    """A chain of two accreditations, a port on a platform, an agency to onboard, operators to train."""
    tables, last = free_tables(), {"opens_level": 1, "predecessor_id": "FIRST"}
    tables["accreditations"] = [
        {"accreditation_id": "FIRST", "level_id": "gov", "duration_months": 20},
        {"accreditation_id": "SECOND", "level_id": "gov", "duration_months": 9, **last},
    ]
    tables["existing_accreditations"] = [{"site_id": "B", "accreditation_id": "FIRST", "source_id": "pencil"}]
    tables["initiatives"] = [
        initiative("PLATFORM", "programme", "prerequisite", 12),
        initiative("PORT", "site-level", "gates service", 15, "PLATFORM", 2),
        initiative("ONBOARD", "agency", "gates agency", 12, units=3),
        initiative("SCHEDULER", "programme", "raises utilisation", 12, units=0),
    ]
    room = {"capacity_heads_per_year": 25, "need_ceiling_heads": 100}
    track = {"track_id": "RUN", "learners": "operation", "attrition_per_year": 0.5, "duration_months": 13, **room}
    tables["training_tracks"] = [track]
    parameter(tables, site_staff_per_mw=1)
    change(tables, "workloads", {"workload_id": "inference"}, service_id="PORT", uplift_share=0.05)
    change(tables, "agencies", large_agencies=3)
    return tables


def test_empty_tables_are_no_gates(tmp_path: Path) -> None:
    case = long_case(tmp_path, free_tables())
    served = range(1, YEARS)
    assert use.halls_in_use(case, ANY) == [(s, "any", "gov", t) for s in ("A", "B") for t in served]
    for places in (combos.each_site(case), combos.one_pool(case)):
        assert use.runs(case, places) == [(r, "X", "inference", "gov", t) for r in places for t in served]
        assert use.services(case, places) == [(r, "AG", "inference", "gov", t) for r in places for t in served]
        assert use.bonuses(case, places) == []
    for found in (soft.site_accreditations, soft.course_starts, soft.agency_gates, roles.ports_of):
        assert found(case) == []
    for found in (steps.guard_starts, steps.package_starts, steps.joinings, steps.gates_of_agencies):
        assert found(case) == []
    assert steps.dates(case) == {}
    assert soft.operator_track(case) is None
    assert not any(roles.is_gated(case, s) for s in case.sites)
    assert not case.split_is_firm


def test_a_chain_is_held_in_order_and_what_exists_is_not_started(tmp_path: Path) -> None:
    case = long_case(tmp_path, gated_tables())
    assert soft.chain(case, "SECOND") == ["FIRST", "SECOND"]
    assert soft.opens(case, "gov") == ["SECOND"]
    # A: 20 months and 9 end in May of 2028; held in 2029. B skips the first
    assert [soft.first_held(case, s, x) for s in ("A", "B") for x in ("FIRST", "SECOND")] == [2, 3, 0, 1]
    assert [roles.accreditation_steps(case, s, "gov") for s in ("A", "B")] == [["FIRST", "SECOND"], ["SECOND"]]


def test_a_port_waits_for_the_platform_and_halls_for_all_gates(tmp_path: Path) -> None:
    case = long_case(tmp_path, gated_tables())
    assert soft.first_done(case, "PLATFORM") == 1
    assert soft.first_done(case, "PORT") == 3
    assert steps.dates(case) == {"PLATFORM": (0, 1.0)}  # nobody needs a scheduler
    assert use.scheduler(case) is None
    assert roles.ports_of(case) == [("A", "PORT", "gov"), ("B", "PORT", "gov")]
    # operators: 13 months from the opening of 2026 end with 2027; one that stays is half there two years later
    track = case.tracks["RUN"]
    assert soft.first_trained(case, track) == 2
    assert soft.staying(case, track, 0, 0) == 0
    assert soft.staying(case, track, 0, 3) == pytest.approx(0.25)
    assert use.level_from(case) == {("A", "gov"): 3, ("B", "gov"): 3}
    assert all(roles.is_gated(case, s) for s in case.sites)


def test_an_agency_waits_for_its_own_gates(tmp_path: Path) -> None:
    tables = gated_tables()
    tables["initiatives"] += [
        initiative("SMALL", "small agency", "gates agency", 30, units=5),
        initiative("LINK", "system", "connects demand", 48, units=40),
    ]
    change(tables, "agencies", small_agencies=5, small_demand_share=0.2)
    case = long_case(tmp_path, tables)
    assert soft.agency_gates(case) == [("ONBOARD", "AG"), ("LINK", "AG")]
    assert [soft.units_of_agency(case, y, "AG") for y in ("LINK", "ONBOARD")] == [pytest.approx(40), 3]
    assert soft.first_admitted(case, "AG") == 4
    firsts = {"large": 1, "small": 3, "LINK": 4}
    assert steps.joinings(case) == [("AG", gate, t) for gate, n in firsts.items() for t in range(n, YEARS + 1)]
    assert steps.gates_of_agencies(case) == [("AG", "onboarded"), ("AG", "LINK")]
    assert min(t for *_, t in use.services(case, combos.one_pool(case))) == 4
    for name, months in (("SMALL", 9), ("ONBOARD", 60), ("LINK", 12)):
        change(tables, "initiatives", {"initiative_id": name}, duration_months=months)
    early = long_case(tmp_path / "early", tables)
    assert soft.first_done(early, "ONBOARD") == 5
    assert soft.first_admitted(early, "AG") == 1  # the part of the small agencies


def test_a_level_that_cannot_be_opened_in_time_has_no_halls(tmp_path: Path) -> None:
    tables = gated_tables()
    change(tables, "accreditations", {"accreditation_id": "SECOND"}, duration_months=120)
    case = long_case(tmp_path, tables)
    assert soft.first_held(case, "A", "SECOND") is None
    assert use.halls_in_use(case, ANY) == use.runs(case, combos.one_pool(case)) == []


def test_the_most_that_can_be_in_use(tmp_path: Path) -> None:
    tables = free_tables()
    change(tables, "sites", land_acres=30)
    change(tables, "designs", {"route": "greenfield"}, lead_months=24)
    change(tables, "grid_tranches", lead_months=36)
    change(tables, "plants", lead_months=60)
    case = long_case(tmp_path, tables)
    # 20 MW that stand; 100 MW of grid from the end of 2028, but 30 acres
    assert [use.hall_limit_mw(case, "A", t) for t in range(4)] == [20, 20, 50, 50]


def test_going_live_is_a_decision_where_a_role_counts_by_site(tmp_path: Path) -> None:
    tables = free_tables()
    tables["staffing"] = [{"role_id": "GUARD", "heads_per_site": 20, "wbs_code": "3.2.5"}]
    case = long_case(tmp_path, tables)
    assert soft.sites_go_live(case)
    assert all(roles.is_gated(case, s) for s in case.sites)


@pytest.fixture(scope="module")
def reference() -> Case:
    return load("federal-ai")


def test_the_reference_can_keep_its_dates(reference: Case) -> None:
    """What the data allow at the earliest: simulation in 2029, marked demand from its year, governance by 2033."""
    p, there = reference.periods, use.serving_from(reference)
    assert p.year(min(t for (_, o, k), t in there.items() if (o, k) == ("SVC-PCLUSTER", "gov"))) <= 2029
    due = int(reference.parameter("must_serve_from_year"))
    for (a, w, level), row in reference.demands.items():
        if row.must_serve_share:
            service = reference.workloads[w].service_id
            sites = {s for (s, o, k), t in there.items() if (o, k) == (service, level) and p.year(t) <= due}
            assert len(sites) > 1, (a, w, level)
    for y in soft.with_effect(reference, "phase 3", "gates agency"):
        done = soft.first_done(reference, y.initiative_id)
        assert done is not None
        assert p.year(done) <= 2034, y.initiative_id
    assert reference.split_is_firm


def test_need_ceilings_of_the_reference_hold_what_they_must(reference: Case) -> None:
    """Ceilings leave room for every agency, every level of every chosen site, and the packages that are asked."""
    asked = [x for x in soft.asked_services(reference) if x[0] != soft.NO_SERVICE]
    for y, e in reference.initiatives.items():
        if e.per in ("agency", "small agency", "system"):
            units = sum(soft.units_of_agency(reference, y, a) for a in reference.agencies)
            assert units == pytest.approx(e.need_ceiling_units), y
        if e.per == "site-level":
            levels = {k for o, k in asked if o == y} | {k for k in reference.levels if y in reference.level_needs[k]}
            assert e.need_ceiling_units == reference.programme.sites.count * len(levels), y
    assert reference.initiatives["AUTH-PACKAGE"].need_ceiling_units == len(asked)
    needs = {k: sum(h for (_, i), h in reference.training_needs.items() if i == k) for k in reference.tracks}
    assert all(needs[k] in (0, t.need_ceiling_heads) for k, t in reference.tracks.items())
