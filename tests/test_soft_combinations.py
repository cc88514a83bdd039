"""Which combinations of the soft half exist, without a solver: no gates where tables are empty, chains in order."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import Tables, case_of, change, free_tables, parameter, programme

from planner.formulation import combinations as combos
from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.inputs.case import Case
from planner.inputs.read import load

YEARS = 10


def long_case(folder: Path, tables: Tables) -> Case:
    return case_of(folder, tables, programme("mission value", horizon={"first_year": 2026, "periods": YEARS}))


def initiative(
    name: str, per: str, effect: str, months: float, before: str = "", units: float = 1
) -> dict[str, object]:
    return {
        "initiative_id": name,
        "category": "software",
        "per": per,
        "effect": effect,
        "duration_months": months,
        "prerequisite_id": before,
        "need_ceiling_units": units,
    }


def gated_tables() -> Tables:
    """A chain of two accreditations, a port on a platform, an agency to onboard, operators to train."""
    tables = free_tables()
    tables["accreditations"] = [
        {"accreditation_id": "FIRST", "level_id": "gov", "duration_months": 20},
        {
            "accreditation_id": "SECOND",
            "level_id": "gov",
            "duration_months": 9,
            "opens_level": 1,
            "predecessor_id": "FIRST",
        },
    ]
    tables["existing_accreditations"] = [{"site_id": "B", "accreditation_id": "FIRST", "source_id": "pencil"}]
    tables["initiatives"] = [
        initiative("PLATFORM", "programme", "prerequisite", 12),
        initiative("PORT", "site-level", "gates service", 15, "PLATFORM", 2),
        initiative("ONBOARD", "agency", "gates agency", 12, units=3),
        initiative("SCHEDULER", "programme", "raises utilisation", 12, units=0),
    ]
    tables["training_tracks"] = [
        {
            "track_id": "RUN",
            "learners": "operation",
            "cohort_heads": 10,
            "capacity_heads_per_year": 25,
            "need_ceiling_heads": 100,
            "attrition_per_year": 0.5,
            "duration_months": 13,
        }
    ]
    parameter(tables, site_staff_per_mw=1)
    change(tables, "workloads", {"workload_id": "inference"}, service_id="PORT", uplift_share=0.05)
    change(tables, "agencies", large_agencies=3)
    return tables


def test_empty_tables_are_no_gates(tmp_path: Path) -> None:
    case = long_case(tmp_path, free_tables())
    assert use.halls_in_use(case) == [(s, "none", "gov", t) for s in ("A", "B") for t in range(1, YEARS)]
    for places in (combos.each_site(case), combos.one_pool(case)):
        assert use.runs(case, places) == combos.runs(case, places)
        assert use.services(case, places) == combos.services(case, places)
        assert use.bonuses(case, places) == []
    for starts in (soft.accreditation_starts, soft.programme_starts, soft.port_starts, soft.package_starts):
        assert starts(case) == []
    assert soft.agency_starts(case, "agency", "small agency", "system") == []
    assert soft.cohort_starts(case) == soft.agency_gates(case) == use.live_starts(case) == []
    assert soft.operator_track(case) is None
    assert not case.split_is_firm


def test_a_chain_is_held_in_order_and_what_exists_is_not_started(tmp_path: Path) -> None:
    case = long_case(tmp_path, gated_tables())
    assert soft.chain(case, "SECOND") == ["FIRST", "SECOND"]
    assert soft.opens(case, "gov") == ["SECOND"]
    # A: 20 months from the opening of 2026 end with 2027; nine months of 2028; held in 2029. B skips the first
    assert [soft.first_held(case, s, x) for s in ("A", "B") for x in ("FIRST", "SECOND")] == [2, 3, 0, 1]
    starts = soft.accreditation_starts(case)
    assert ("B", "FIRST", 0) not in starts
    assert [t for s, x, t in starts if (s, x) == ("A", "SECOND")] == list(range(2, YEARS))
    assert [t for s, x, t in starts if (s, x) == ("A", "FIRST")] == list(range(YEARS - 1))


def test_a_port_waits_for_the_platform_and_halls_for_all_gates(tmp_path: Path) -> None:
    case = long_case(tmp_path, gated_tables())
    assert soft.first_done(case, "PLATFORM") == 1
    assert soft.first_done(case, "PORT") == 3
    assert soft.first_done(case, "SCHEDULER") is None  # nobody needs one
    assert use.scheduler(case) is None
    assert [t for s, y, k, t in soft.port_starts(case) if s == "A"] == list(range(1, YEARS - 1))
    # operators: 13 months from the opening of 2026 end with 2027
    track = case.tracks["RUN"]
    assert soft.first_trained(case, track) == 2
    assert soft.most_cohorts(case, track) == 2
    assert soft.staying(case, track, 0, 0) == 0
    assert soft.staying(case, track, 0, 3) == pytest.approx(0.25)
    assert {k for k, _, _ in soft.cohort_starts(case)} == {"RUN"}
    assert {place for _, place, _ in soft.cohort_starts(case)} == {"A", "B"}
    assert min(t for s, _, _, t in use.halls_in_use(case)) == 3


def test_an_agency_waits_for_its_own_gates(tmp_path: Path) -> None:
    tables = gated_tables()
    tables["initiatives"] += [
        initiative("SMALL", "small agency", "gates agency", 30, units=5),
        initiative("LINK", "system", "connects demand", 48, units=40),
    ]
    change(tables, "agencies", small_agencies=5, small_demand_share=0.2)
    case = long_case(tmp_path, tables)
    assert soft.agency_gates(case) == [("ONBOARD", "AG"), ("LINK", "AG")]
    assert soft.units_of_agency(case, "LINK", "AG") == pytest.approx(40)
    assert soft.units_of_agency(case, "ONBOARD", "AG") == 3
    assert soft.first_admitted(case, "AG") == 4
    change(tables, "initiatives", {"initiative_id": "SMALL"}, duration_months=9)
    change(tables, "initiatives", {"initiative_id": "ONBOARD"}, duration_months=60)
    change(tables, "initiatives", {"initiative_id": "LINK"}, duration_months=12)
    early = long_case(tmp_path / "early", tables)
    assert soft.first_done(early, "ONBOARD") == 5
    assert soft.first_admitted(early, "AG") == 1  # the part of the small agencies
    assert min(t for *_, t in use.services(case, combos.one_pool(case))) == 4


def test_a_level_that_cannot_be_opened_in_time_has_no_halls(tmp_path: Path) -> None:
    tables = gated_tables()
    change(tables, "accreditations", {"accreditation_id": "SECOND"}, duration_months=120)
    case = long_case(tmp_path, tables)
    assert soft.first_held(case, "A", "SECOND") is None
    assert {s for s, _, _, _ in use.halls_in_use(case)} == set()
    assert use.runs(case, combos.one_pool(case)) == []


def test_the_most_that_can_be_in_use(tmp_path: Path) -> None:
    tables = free_tables()
    change(tables, "sites", land_acres=30)
    change(tables, "designs", {"route": "greenfield"}, lead_months=24)
    change(tables, "grid_tranches", lead_months=36)
    change(tables, "plants", lead_months=60)
    case = long_case(tmp_path, tables)
    # 20 MW that stand; 100 MW of grid from the end of 2028, but 30 acres
    assert [use.hall_limit_mw(case, "A", t) for t in range(4)] == [20, 20, 50, 50]
    # 100 PF-years asked, racks of 1 MW and 10 PFLOP/s at half delivery
    assert use.service_limit_mw(case, "none", "gov", 1) == pytest.approx(20)
    assert use.most_mw(case, "A", "none", "gov", 4) == pytest.approx(20)


def test_sites_are_staffed_only_where_a_role_counts_by_site(tmp_path: Path) -> None:
    tables = free_tables()
    tables["staffing"] = [{"role_id": "GUARD", "heads_per_site": 20, "wbs_code": "3.2.4"}]
    case = long_case(tmp_path, tables)
    assert use.live_starts(case) == [(s, t) for s in ("A", "B") for t in range(1, YEARS)]


@pytest.fixture(scope="module")
def reference() -> Case:
    return load("federal-ai-whole")


def test_the_reference_can_keep_its_dates(reference: Case) -> None:
    """What the data allow at the earliest: simulation in 2029, marked demand from its year, governance by 2033."""
    p = reference.periods
    there = use.halls_in_use(reference)
    assert p.year(min(t for _, o, k, t in there if (o, k) == ("SVC-PCLUSTER", "gov"))) <= 2029
    due = int(reference.parameter("must_serve_from_year"))
    for (a, w, level), row in reference.demands.items():
        if row.must_serve_share:
            o = reference.workloads[w].service_id
            sites = {s for s, i, k, t in there if (i, k) == (o, level) and p.year(t) <= due}
            assert len(sites) > 1, (a, w, level)
    for y in soft.with_effect(reference, "phase 3", "gates agency"):
        done = soft.first_done(reference, y.initiative_id)
        assert done is not None
        assert p.year(done) <= 2034, y.initiative_id
    assert len(use.entry_accreditations(reference)) == len(reference.sites)
    assert [c.id for c in use.firm(reference, "governance")] == ["phase-3"]
    assert reference.split_is_firm


def test_need_ceilings_of_the_reference_hold_what_they_must(reference: Case) -> None:
    """Ceilings leave room for every agency, every level of every chosen site, and the packages that are asked."""
    for y in reference.initiatives.values():
        if y.per in ("agency", "small agency", "system"):
            units = sum(soft.units_of_agency(reference, y.initiative_id, a) for a in reference.agencies)
            assert units == pytest.approx(y.need_ceiling_units), y.initiative_id
        if y.per == "site-level":
            levels = soft.at_levels(reference, y.initiative_id)
            assert y.need_ceiling_units == reference.programme.sites.count * len(levels), y.initiative_id
    asked = [x for x in soft.asked_services(reference) if x[0] != soft.NO_SERVICE]
    assert reference.initiatives["AUTH-PACKAGE"].need_ceiling_units == len(asked)
    needs = {k: sum(h for (_, i), h in reference.training_needs.items() if i == k) for k in reference.tracks}
    assert all(needs[k] in (0, t.need_ceiling_heads) for k, t in reference.tracks.items())


def test_the_soft_half_is_small(reference: Case) -> None:
    """Counts that the size of the model follows; far more would not solve in time."""
    whole = len(soft.accreditation_starts(reference)) + len(soft.port_starts(reference))
    assert whole < 1500
    assert len(use.halls_in_use(reference)) < 700
    assert len(use.runs(reference, combos.each_site(reference))) < len(
        combos.runs(reference, combos.each_site(reference))
    )
    assert all(
        0 <= use.most_mw(reference, s, o, k, t) <= use.hall_limit_mw(reference, s, t - 1)
        for s, o, k, t in use.halls_in_use(reference)
    )
