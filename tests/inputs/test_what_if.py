"""Edits: what they change, and what is said where they match nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import change, found
from tiny import write_tiny

from planner.inputs import read
from planner.inputs.programme import INSTEAD

CLAIM = {
    "id": "halls",
    "claim": "Halls",
    "said_by": "me",
    "metric": "power",
    "tier": "secured",
    "level": 50,
    "by": 2028,
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    goal = {**CLAIM, "id": "goal", "binding": "goal", "price_usd": 5}
    return write_tiny(tmp_path, programme={"claims": [CLAIM, goal]})


EDITS: list[tuple[str, Any, Any]] = [
    ("sites.A.tariff_usd_per_mwh=60", lambda c: c.sites["A"].tariff_usd_per_mwh, 60),
    ("sites.A.tariff_usd_per_mwh=+10%", lambda c: c.sites["A"].tariff_usd_per_mwh, 55),
    ("sites.A.tariff_usd_per_mwh=-5%", lambda c: c.sites["A"].tariff_usd_per_mwh, 47.5),
    ("sites.A.tariff_usd_per_mwh=*1.2", lambda c: c.sites["A"].tariff_usd_per_mwh, 60),
    ("sites.A.tariff_usd_per_mwh=x1.2", lambda c: c.sites["A"].tariff_usd_per_mwh, 60),
    ("sites.A.lon_deg=-99", lambda c: c.sites["A"].lon_deg, -99),
    ("sites.A.name=Alpha", lambda c: c.sites["A"].name, "Alpha"),
    ("sites.*.tariff_usd_per_mwh=x2", lambda c: [s.tariff_usd_per_mwh for s in c.sites.values()], [100, 100]),
    ("demand.AG/inference/gov.base_pflops_years=7", lambda c: c.demands["AG", "inference", "gov"].base_pflops_years, 7),
    ("demand.*/inference/*.base_pflops_years=7", lambda c: c.demands["AG", "inference", "gov"].base_pflops_years, 7),
    ("discount_rates.real1.5.real_rate=0.02", lambda c: c.discount("real1.5"), 0.02),
    ("parameters.tail_years=3", lambda c: c.parameter("tail_years"), 3),
    ("parameters.tail_years.value=3", lambda c: c.parameter("tail_years"), 3),
    ("programme.budget_usd=60e9", lambda c: c.programme.budget_usd, 60e9),
    ("programme.budget_usd=+10%", lambda c: c.programme.budget_usd, 1.1e9),
    ("programme.horizon.periods=3", lambda c: c.periods.count, 3),
    ("programme.discount_rate=real1.5", lambda c: c.real_rate, 0.015),
    ("programme.demand_case=high", lambda c: c.programme.demand_case, "high"),
    ("programme.objective.present_cost=-0.5", lambda c: c.programme.objective.present_cost, -0.5),
    ("programme.objective.mission_value=x2", lambda c: c.programme.objective.mission_value, 2),
    ("programme.objective.emissions_usd_per_t=-190", lambda c: c.programme.objective.emissions_usd_per_t, -190),
    ("programme.gap=0.01", lambda c: c.programme.gap, 0.01),
    ("programme.claims.goal.price_usd=1e6", lambda c: c.programme.claims[1].price_usd, 1e6),
    ("claims.goal.price_usd=+10%", lambda c: c.programme.claims[1].price_usd, 5.5),
    ("sites.*.tariff_usd_per_mwh+=5", lambda c: [s.tariff_usd_per_mwh for s in c.sites.values()], [55, 55]),
    ("sites.A.lon_deg-=1.5", lambda c: c.sites["A"].lon_deg, -101.5),
    ("claims.halls.by-=1", lambda c: c.programme.claims[0].by, 2027),
    ("claims.halls=drop", lambda c: [claim.id for claim in c.programme.claims], ["goal"]),
    ("plants.RECIP=drop", lambda c: list(c.plants), []),
    ("discount_rates.real1.5=drop", lambda c: list(c.tables["discount_rates"]["rate_id"]), ["real7"]),
    ("sites.A.name=drop", lambda c: c.sites["A"].name, "drop"),
    ("claims.halls.level=60", lambda c: c.programme.claims[0].level, 60),
    ("programme.budget_usd=60B", lambda c: c.programme.budget_usd, 60e9),
    ("programme.budget_usd=$1.5M", lambda c: c.programme.budget_usd, 1.5e6),
    ("programme.budget_usd+=0.5bn", lambda c: c.programme.budget_usd, 1.5e9),
    ("programme.claims.goal.price_usd=2k", lambda c: c.programme.claims[1].price_usd, 2000),
    ("claims.goal.price_usd=1.1m", lambda c: c.programme.claims[1].price_usd, 1.1e6),
    ("sites.A.equipment_tax_share=10%", lambda c: c.sites["A"].equipment_tax_share, 0.1),
    ("sites.A.name=60B", lambda c: c.sites["A"].name, "60B"),
    ("claims.halls.binding=firm", lambda c: c.programme.claims[0].binding, "firm"),
]


@pytest.mark.parametrize(("edit", "look", "value"), EDITS)
def test_an_edit(model: Path, edit: str, look: Any, value: object) -> None:
    base, case = read.load(model), read.load(model, (edit,))
    assert look(case) == (pytest.approx(value) if isinstance(value, int | float) else value)
    assert case.changes == (edit,)
    assert case.sha256 != base.sha256


WRONG: list[tuple[str, str, str]] = [
    ("site.A.lat_deg=1", "site.A.lat_deg", "Did you mean sites?"),
    ("sites.C.lat_deg=1", "sites.C.lat_deg", ""),
    ("sites.A.lat_dog=1", "sites.A.lat_dog", "Did you mean lat_deg?"),
    ("sites.A.site_id=C", "sites.A.site_id", ""),
    ("sites.A.lat_deg=abc", "sites.A.lat_deg", ""),
    ("sites.A.lat_deg=1000", "sites.A.lat_deg", ""),
    ("sites.A.equipment_tax_share=1000%", "sites.A.equipment_tax_share", ""),
    ("programme.budget_usd=60X", "programme.budget_usd", ""),
    ("programme.budget_usd+=5%", "programme.budget_usd", ""),
    ("sites.A.name=+10%", "sites.A.name", ""),
    ("sites.A.lat_deg", "sites.A.lat_deg", ""),
    ("sites.A.lat_deg=", "sites.A.lat_deg", ""),
    ("sites=1", "sites", ""),
    ("parameters.tail_year=1", "parameters.tail_year", "Did you mean tail_years?"),
    ("parameters.tail_years=100", "parameters.tail_years", ""),
    ("programme.budget=1", "programme.budget", "Did you mean budget_usd?"),
    ("programme.budget_usd=-1", "programme.budget_usd", ""),
    ("programme.budget_usd=lots", "programme.budget_usd", ""),
    ("programme.title=+10%", "programme.title", ""),
    ("programme.horizon.period=1", "programme.horizon.period", "Did you mean periods?"),
    ("programme.horizn.periods=1", "programme.horizn.periods", "Did you mean horizon?"),
    ("programme.sites.count=9", "programme.sites.count", ""),
    ("programme.discount_rate=real8", "programme.discount_rate", "Did you mean real7?"),
    ("programme.data=dta", "programme.data", "Did you mean data?"),
    ("claims.hals.level=1", "claims.hals.level", "Did you mean halls?"),
    ("claims.halls.levl=1", "claims.halls.levl", "Did you mean level?"),
    ("claims.halls.level=abc", "claims.halls.level", ""),
    ("sites.A.lat_deg+=abc", "sites.A.lat_deg", ""),
    ("sites.A.name+=1", "sites.A.name", ""),
    ("sites.C=drop", "sites.C", ""),
    ("plants.RECIPE=drop", "plants.RECIPE", "Did you mean RECIP?"),
    ("claims.hals=drop", "claims.hals", "Did you mean halls?"),
    ("programme.title2=drop", "programme.title2", "Did you mean title?"),
    ("programme.stages.0.name=emissions", "programme.stages.0.name", INSTEAD["stages"]),
    ("programme.soft_side=modelled", "programme.soft_side", INSTEAD["soft_side"]),
    ("claims.halls.priority=2", "claims.halls.priority", INSTEAD["priority"]),
    ("programme.objective.cost=-1", "programme.objective.cost", ""),
    ("programme.objective.present_cost=0", "programme.objective.present_cost", "Write present_cost = -1.0."),
    ("claims.halls.price_usd=5", "claims.halls.price_usd", ""),
    ("claims.goal.price_usd=-5", "claims.goal.price_usd", ""),
]


@pytest.mark.parametrize(("edit", "column", "suggestion"), WRONG)
def test_a_wrong_edit(model: Path, edit: str, column: str, suggestion: str) -> None:
    (fault,) = found(model, edit)
    assert (fault.file, fault.row, fault.column) == ("--set", None, column)
    if suggestion:
        assert fault.suggestion == suggestion


def test_every_wrong_edit_is_named(model: Path) -> None:
    faults = found(model, *(edit for edit, _, _ in WRONG[:3]))
    assert sorted(fault.column for fault in faults) == sorted(column for _, column, _ in WRONG[:3])


def test_edits_follow_one_another(model: Path) -> None:
    case = read.load(model, ("sites.A.tariff_usd_per_mwh=60", "sites.*.tariff_usd_per_mwh=x2"))
    assert [site.tariff_usd_per_mwh for site in case.sites.values()] == [120, 100]


def test_an_edit_may_leave_the_range_of_its_figure(model: Path) -> None:
    data = model.parent / "data"
    change(data, "figures", lambda lines: lines[1].__setitem__(slice(3, 5), ["39", "42"]))
    case = read.load(model, ("sites.A.lat_deg=45", "sites.B.lat_deg=30"))
    figure = next(f for f in case.figures if f.ref == "sites.A.lat_deg")
    assert (figure.low, figure.high) == (30, 45)


def test_an_edit_may_name_a_missing_row_of_another_table(model: Path) -> None:
    (fault,) = found(model, "designs.GF-D2C.cooling_id=d2x")
    assert (fault.file, fault.row, fault.column) == ("designs.csv", 2, "cooling_id")


def test_a_row_that_goes_takes_along_what_is_said_of_it(model: Path) -> None:
    base, case = read.load(model), read.load(model, ("sites.A=drop",))
    for table in ("sites", "site_levels", "grid_tranches", "movement"):
        assert "A" in set(base.tables[table]["site_id"])
        assert set(case.tables[table]["site_id"]) == {"B"}
    assert case.tables["chips"].equals(base.tables["chips"])


def test_what_must_stay_is_missed(model: Path) -> None:
    (fault,) = found(model, "spend_profiles.even=drop")
    assert (fault.file, fault.column) == ("--set", "spend_profiles.even")
    assert {f.file for f in found(model, "spend_profiles.even/1=drop")} == {"designs.csv", "plants.csv"}


@pytest.mark.parametrize("path", ["sites.A.land_acres", "programme.budget_usd", "claims.halls.level"])
def test_a_plus_sign_alone_is_refused_with_both_readings(model: Path, path: str) -> None:
    (fault,) = found(model, f"{path}=+50")
    assert (fault.column, fault.found) == (path, "+50")
    assert fault.suggestion == f"Write {path}=50 for a new value, {path}+=50 to add."


@pytest.mark.parametrize(
    ("edit", "empty"),
    [
        ("chips.*=drop", "chips.csv"),
        ("designs.*=drop", "designs.csv"),
        ("authority.*=drop", "authority.csv"),
        ("levels.gov=drop", "levels.csv"),
        ("agencies.AG=drop", "agencies.csv"),
        ("workloads.*=drop", "workloads.csv"),
    ],
)
def test_no_edit_empties_a_table_that_needs_a_row(model: Path, edit: str, empty: str) -> None:
    (fault,) = found(model, edit)
    assert fault.file == "--set"
    assert empty in fault.found
