"""Software, security and training at the ends: nothing needed or paid, no time, one agency, one level; all decided."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import EXACT, Tables, amounts, case_of, change, free_tables, gates, must_serve, parameter, programme
from tiny import Row

from planner.run import Result, optimize

SERVED = 600.0
GOVERNANCE = {
    "id": "phase-3",
    "claim": "Governance",
    "said_by": "pencil",
    "metric": "governance",
    "level": 1.0,
    "by": 2029,
    "binding": "firm",
}
SPLIT = {**GOVERNANCE, "id": "split", "claim": "A split", "metric": "split", "level": 0.7}


def gated() -> Tables:
    """One agency and one level behind every gate there is; all is done by the end of 2026, for nothing."""
    return gates(free_tables())


def run(folder: Path, tables: Tables, **asked: Any) -> Result:
    return optimize(case_of(folder, tables, programme(**asked)), EXACT)


def value(result: Result) -> float:
    assert result.plan is not None, result.document.get("explanation")
    assert result.document["verdict"] == "optimal"
    return amounts(result)["mission_value"]


def explained(result: Result) -> str:
    """Why there is no plan, in a sentence for people."""
    assert result.plan is None
    assert result.document["verdict"] == "infeasible"
    assert "No plan keeps all rules" in result.document["explanation"]
    return str(result.document["explanation"])


def test_every_gate_can_be_opened(tmp_path: Path) -> None:
    assert value(run(tmp_path, gated(), claims=[GOVERNANCE])) == pytest.approx(SERVED)


@pytest.mark.parametrize(
    ("table", "where", "columns"),
    [
        ("initiatives", {"initiative_id": "PORT"}, {"need_ceiling_units": 0}),
        ("initiatives", {"initiative_id": "PACKAGE"}, {"need_ceiling_units": 0}),
        ("initiatives", {"initiative_id": "WATCH"}, {"need_ceiling_units": 0}),
        ("initiatives", {"initiative_id": "WATCH"}, {"duration_months": 48}),
        ("accreditations", {"accreditation_id": "HIGH"}, {"duration_months": 48}),
        ("training_tracks", {"track_id": "USE"}, {"need_ceiling_heads": 0}),
        ("training_tracks", {"track_id": "OPERATE"}, {"capacity_heads_per_year": 0}),
        ("training_tracks", {"track_id": "OPERATE"}, {"duration_months": 60}),
    ],
)
def test_behind_a_gate_that_stays_shut_nothing_serves(tmp_path: Path, table: str, where: Row, columns: Row) -> None:
    tables = gated()
    change(tables, table, where, **columns)
    assert value(run(tmp_path, tables)) == pytest.approx(0.0, abs=1e-9)


def test_a_gate_opens_as_far_as_trainers_have_room(tmp_path: Path) -> None:
    """Nine of twenty heads a year: 0.45, 0.9 and all of demand. 100 · 2.35 · 2 M$ = 470."""
    tables = gated()
    change(tables, "training_tracks", {"track_id": "USE"}, capacity_heads_per_year=9)
    assert value(run(tmp_path, tables)) == pytest.approx(470.0)


def test_what_must_be_served_behind_a_shut_gate_is_infeasible(tmp_path: Path) -> None:
    tables = gated()
    change(tables, "initiatives", {"initiative_id": "PORT"}, need_ceiling_units=0)
    must_serve(tables)
    assert "no firm promise" in explained(run(tmp_path, tables))


def test_where_nothing_is_needed_at_all_nothing_serves(tmp_path: Path) -> None:
    """Every ceiling of need is zero: no item may be bought, so each gate stays shut; a firm promise says so."""
    tables = gated()
    change(tables, "initiatives", need_ceiling_units=0)
    change(tables, "training_tracks", need_ceiling_heads=0)
    result = run(tmp_path, tables)
    assert value(result) == pytest.approx(0.0, abs=1e-9)
    assert result.plan is not None
    assert all(result.plan[t].empty for t in ("starts", "ports", "packages", "onboards", "connects", "courses"))
    assert "Governance" in explained(run(tmp_path, tables, claims=[GOVERNANCE]))


@pytest.mark.parametrize("initiative", ["BOARD", "JOIN"])
def test_governance_that_cannot_be_done_is_infeasible(tmp_path: Path, initiative: str) -> None:
    tables = gated()
    change(tables, "initiatives", {"initiative_id": initiative}, need_ceiling_units=0)
    assert "Governance" in explained(run(tmp_path, tables, claims=[GOVERNANCE]))
    reported = run(tmp_path, tables, claims=[{**GOVERNANCE, "binding": "reported"}])
    assert value(reported) == pytest.approx(SERVED if initiative == "BOARD" else 0.25 * SERVED)
    planned = reported.document["commitments"][0]["planned"]
    assert 0 <= planned < 1


def _no_large(tables: Tables) -> None:
    change(tables, "agencies", large_agencies=0)


def _no_small(tables: Tables) -> None:
    change(tables, "agencies", small_agencies=0)


def _no_agencies(tables: Tables) -> None:
    change(tables, "agencies", large_agencies=0, small_agencies=0)


def _only_small(tables: Tables) -> None:
    change(tables, "agencies", small_demand_share=1)


def _no_systems(tables: Tables) -> None:
    change(tables, "initiatives", {"initiative_id": "LINK"}, need_ceiling_units=0)


def _no_attrition(tables: Tables) -> None:
    change(tables, "training_tracks", attrition_per_year=0)


def _no_caps(tables: Tables) -> None:
    tables["funding_sources"] = []


def _endless_caps(tables: Tables) -> None:
    """Power costs something, and each payer may pay as much as the table can hold."""
    change(tables, "sites", tariff_usd_per_mwh=50, max_onsite_mw=0)
    change(tables, "funding_sources", cap_usd=1e12)


def _no_caps_to_pay(tables: Tables) -> None:
    change(tables, "sites", tariff_usd_per_mwh=50, max_onsite_mw=0)
    tables["funding_sources"] = []


def _one_agency_is_all(tables: Tables) -> None:
    change(tables, "agencies", large_agencies=1, small_agencies=0, small_demand_share=0)


def _nothing_to_pay(tables: Tables) -> None:
    change(tables, "funding_sources", cap_usd=0)


@pytest.mark.parametrize(
    "ends",
    [
        _no_large,
        _no_small,
        _no_agencies,
        _one_agency_is_all,
        _only_small,
        _no_systems,
        _no_attrition,
        _no_caps,
        _no_caps_to_pay,
        _endless_caps,
        _nothing_to_pay,
    ],
)
def test_ends_at_which_all_is_served(tmp_path: Path, ends: Callable[[Tables], None]) -> None:
    tables = gated()
    ends(tables)
    assert value(run(tmp_path, tables)) == pytest.approx(SERVED)


def test_all_leave_within_a_year(tmp_path: Path) -> None:
    """Who is trained in a year is there in the next one alone: trainers go on."""
    tables = gated()
    change(tables, "training_tracks", attrition_per_year=1)
    assert value(run(tmp_path, tables)) == pytest.approx(SERVED)


@pytest.mark.parametrize("levels", [1, 2])
@pytest.mark.parametrize("agencies", [1, 2])
def test_one_agency_and_one_level_are_like_several(tmp_path: Path, agencies: int, levels: int) -> None:
    """The same demand in one part or in four; a level of its own needs its own accreditation and port."""
    tables = gated()
    names, places = [f"AG{n}" for n in range(agencies)], ["gov", "secret"][:levels]
    part = agencies * levels
    tables["agencies"] = [{**tables["agencies"][0], "agency_id": a} for a in names]
    tables["levels"] = [{"level_id": k} for k in places]
    tables["site_levels"] = [{"site_id": s, "level_id": k} for s in ("A", "B") for k in places]
    tables["accreditations"] = [{"accreditation_id": f"TO {k}", "level_id": k, "opens_level": 1} for k in places]
    tables["level_needs"] = [{"level_id": k, "initiative_id": "WATCH"} for k in places]
    tables["movement"] = [{"agency_id": a, "site_id": s} for a in names for s in ("A", "B")]
    tables["training_needs"] = [{**row, "agency_id": a} for row in tables["training_needs"] for a in names]
    (demand,) = tables["demand"]
    share = demand["base_pflops_years"] / part
    tables["demand"] = [
        {**demand, "agency_id": a, "level_id": k, "base_pflops_years": share} for a in names for k in places
    ]
    result = run(tmp_path, tables, claims=[GOVERNANCE])
    assert value(result) == pytest.approx(SERVED)
    assert result.plan is not None
    assert set(result.plan["accredits"]["accreditation_id"]) == {f"TO {k}" for k in places}
    assert len(result.plan["ports"]) == levels


def test_without_anyone_to_pay_for_power_nothing_runs(tmp_path: Path) -> None:
    tables = gated()
    change(tables, "sites", tariff_usd_per_mwh=50, max_onsite_mw=0)
    change(tables, "funding_sources", cap_usd=0)
    assert value(run(tmp_path, tables)) == pytest.approx(0.0, abs=1e-9)
    must_serve(tables)
    explained(run(tmp_path, tables))


@pytest.mark.parametrize(
    ("share", "tolerance", "low", "high", "served"),
    [
        (0.0, 0.0, 0.0, 1.0, 0.0),
        (1.0, 0.0, 0.0, 1.0, SERVED),
        (0.7, 1.0, 0.0, 1.0, SERVED),
        (0.7, 0.03, 0.0, 0.0, 0.0),
        (0.7, 0.03, 1.0, 1.0, SERVED),
    ],
)
def test_splits_at_their_ends(
    tmp_path: Path, share: float, tolerance: float, low: float, high: float, served: float
) -> None:
    """Racks cost 1 M$, in 2026 alone. Where all is soft, or where no year may have soft dollars, none can be bought."""
    tables = gated()
    change(tables, "chip_supply", rack_price_usd=1e6)
    tables["chip_supply"] = [row for row in tables["chip_supply"] if row["year"] == 2026]
    parameter(tables, soft_band_from_year=2027, soft_band_low=low, soft_band_high=high)
    asked = {"infrastructure_share": share, "infrastructure_share_tolerance": tolerance}
    result = run(tmp_path, tables, claims=[{**SPLIT, "level": share}], **asked)
    assert value(result) == pytest.approx(served, abs=1e-9)
    assert [c["state"] for c in result.document["commitments"]] == ["met"]
