"""Promises, contingency and the hard limit by hand: a grid with three months of slack, halls with none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from risk.programme import drawn, file_of, months, planned

from planner.inputs.case import Case
from planner.risk.document import document

GRID, WORKS = months("grid_tranches.lead_months"), months("designs.lead_months")
#: chance of being late 12/16; of those, longer than 3 of 12 months (9/12)^2
GRID_IN_TIME = 1 - 12 / 16 * (9 / 12) ** 2
#: no month of slack: in time only where there is no delay
WORKS_IN_TIME = 1 - 12 / 16


def kept(path: Path) -> dict[str, float]:
    return {c["id"]: c["probability_met"] for c in document("r", drawn(path, 16384))["commitments"]}


def test_a_late_grid_takes_what_it_powers(tmp_path: Path) -> None:
    found = kept(file_of(tmp_path, grid=GRID))
    assert found["secured"] == pytest.approx(GRID_IN_TIME, abs=0.01)
    assert found["halls"] == found["installed"] == found["secured"]  # halls without power are no capacity
    assert found["serving"] == found["sites"] == found["budget"] == 1.0  # a year of slack


def test_late_works_take_halls_and_what_stands_in_them(tmp_path: Path) -> None:
    found = kept(file_of(tmp_path, works=WORKS))
    assert found["halls"] == pytest.approx(WORKS_IN_TIME, abs=0.01)
    assert found["installed"] == found["halls"]
    assert found["secured"] == 1.0


def test_independent_delays_multiply(tmp_path: Path) -> None:
    found = kept(file_of(tmp_path, grid=GRID, works=WORKS))
    assert found["installed"] == pytest.approx(GRID_IN_TIME * WORKS_IN_TIME, abs=0.01)


def test_a_late_accreditation_takes_service_and_sites(tmp_path: Path) -> None:
    """Done at the end of 2026, so three years of slack: 30 months are not too late, and 40 are."""
    for late, share in ((30, 1.0), (40, 0.0)):
        given = f"low_months = {late}.0\nmid_months = {late}.0\nhigh_months = {late}.0"
        found = kept(file_of(tmp_path, accreditation=given))
        assert found["serving"] == found["sites"] == share
        assert found["halls"] == 1.0


def test_money_and_dates_hold_together_or_not(tmp_path: Path) -> None:
    """Dear racks, late grid, correlated: the joint confidence is counted draw by draw, and is no product."""
    case = tight(1.0)
    found = drawn(file_of(tmp_path, racks=(0.5, 1.0, 2.5), grid=GRID), 16384, case=case)
    verdict = found.milestone
    assert verdict is not None
    assert verdict.held is not None
    affordable = found.cost <= case.programme.budget_usd + 0.005
    joint = found.joint(verdict)
    assert joint == np.mean(affordable & verdict.held)
    assert joint > affordable.mean() * verdict.held.mean() + 0.02  # racks and grid: 0.3
    assert document("r", found)["joint_confidence"] == joint


def tight(times: float) -> Case:
    """The budget at so many times the base of the plan."""
    case, plan = planned()
    detail = plan["detail"]
    base = detail.loc[~detail["wbs_code"].isin(["1.1.9", "1.3.9"]), "cents"].sum() / 100
    return replace(case, programme=case.programme.model_copy(update={"budget_usd": times * float(base)}))


def test_contingency_is_what_its_percentile_takes_beyond_base(tmp_path: Path) -> None:
    found = drawn(file_of(tmp_path, (0.8, 1.0, 1.6), (0.5, 1.0, 2.5), grid=GRID, works=WORKS), 4096)
    about = document("r", found)["contingency_usd"]
    assert about["total"] == pytest.approx(np.quantile(found.cost, 0.8) - found.base, abs=0.01)
    for part in about["by_category"].values():
        assert sum(part["by_year"].values()) == pytest.approx(part["usd"], abs=0.01)
    assert sum(part["usd"] for part in about["by_category"].values()) == pytest.approx(about["total"], abs=0.01)
    assert about["by_category"]["chips"]["planned"] == 400_000.0


def test_contingency_of_one_family_is_in_its_category_alone(tmp_path: Path) -> None:
    found = drawn(file_of(tmp_path, racks=(0.5, 1.0, 2.5)), 4096)
    parts = document("r", found)["contingency_usd"]["by_category"]
    assert parts["construction"]["usd"] == pytest.approx(0, abs=1)
    assert parts["chips"]["usd"] == pytest.approx(np.quantile(found.cost, 0.8) - found.base, rel=1e-6)


@pytest.mark.parametrize(
    ("over", "racks", "halls"),
    [
        (0.0, 8.0, 10.0),
        (2e6, 7.0, 10.0),  # the racks of 2029 go first: 2 M$ buy one of them
        (6e6, 5.0, 10.0),
        (16e6, 0.0, 10.0),
        (16e6 + 0.25, 0.0, 10.0),
    ],
)
def test_what_is_bought_last_is_dropped_first(tmp_path: Path, over: float, racks: float, halls: float) -> None:
    """Every rack costs 2 M$ in every draw, and the budget is short by so much."""
    plain = drawn(file_of(tmp_path, racks=(2.0, 2.0, 2.0)), 64)
    case, _ = planned()
    budget = float(plain.cost[0]) - over
    short = replace(case, programme=case.programme.model_copy(update={"budget_usd": budget}))
    left = document("r", drawn(file_of(tmp_path, racks=(2.0, 2.0, 2.0)), 64, case=short))["when_spending_stops"]
    assert left["populated_mw"]["p50"] == left["populated_mw"]["p80"] == pytest.approx(racks, abs=1e-6)
    assert left["commissioned_mw"]["p50"] == pytest.approx(halls, abs=1e-6)
    assert left["share_of_draws_over_budget"] == (1.0 if over else 0.0)
    assert left["share_of_draws_where_dropping_is_not_enough"] == 0.0


def test_halls_first_where_the_file_says_so(tmp_path: Path) -> None:
    """Half of the halls' dollars are missing: five of ten MW, and no more racks than halls."""
    path = file_of(tmp_path)
    path.write_text(path.read_text().replace('["racks", "halls"]', '["halls"]'))
    case, plan = planned()
    detail = plan["detail"].set_index("wbs_code")["cents"]
    dollars = 1.1 * detail[["1.1.3", "1.1.4", "1.1.6", "1.2.3", "1.2.4"]].sum() / 100
    base = drawn(path, 64).base
    short = replace(case, programme=case.programme.model_copy(update={"budget_usd": base - dollars / 2}))
    left = document("r", drawn(path, 64, case=short))["when_spending_stops"]
    assert left["commissioned_mw"]["p50"] == pytest.approx(5.0)
    assert left["populated_mw"]["p50"] == pytest.approx(5.0)
    gone = replace(case, programme=case.programme.model_copy(update={"budget_usd": base - 2 * dollars}))
    assert (
        document("r", drawn(path, 64, case=gone))["when_spending_stops"]["share_of_draws_where_dropping_is_not_enough"]
        == 1.0
    )
