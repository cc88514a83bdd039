"""No site begins to serve where a continuing resolution leaves no month: the model waits, the checker sees it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from small import Tables, amounts, case_of, change, chosen, free_tables, programme, solved

from planner.formulation.combinations import under_resolution
from planner.inputs.case import Case
from planner.inputs.periods import Periods
from planner.verify import verify

TIE = 1e-3


def serving(months: float | None, year: int = 2027) -> Tables:
    tables = free_tables()
    if months is not None:
        tables["continuing_resolutions"] = [{"fiscal_year": year, "months": months}]
    return tables


def with_months(case: Case, year: int, months: float) -> Case:
    table = pd.DataFrame({"fiscal_year": [year], "months": [months]})
    return replace(case, tables={**case.tables, "continuing_resolutions": table})


@pytest.mark.parametrize(
    ("months", "worth"),
    [
        # 20 MW of retrofit, ready at the end of 2026, serve 200 M$ a year from 2027: 3 years
        (None, 600.0),
        # a start in 2027 waits inside the year
        (11, 600.0),
        # no month is left in fiscal 2027: service begins in 2028
        (12, 400.0),
    ],
)
def test_service_waits_for_a_year_with_a_month_left(tmp_path: Path, months: float | None, worth: float) -> None:
    tables = serving(months)
    change(tables, "designs", {"design_id": "RETRO-D2C"}, lead_months=12)
    result = solved(tmp_path, tables, programme())
    assert amounts(result)["mission_value"] == pytest.approx(worth, abs=TIE)


def test_a_site_that_serves_may_grow_under_a_resolution(tmp_path: Path) -> None:
    """Fiscal 2028 is closed to new starts; halls that are ready in 2027 beside those of 2026 are no new start."""
    tables = serving(12, 2028)
    change(tables, "designs", {"design_id": "RETRO-D2C"}, lead_months=12)
    result = solved(tmp_path, tables, programme())
    assert amounts(result)["mission_value"] == pytest.approx(600.0, abs=TIE)


def test_the_checker_tells_a_start_that_the_model_would_not_make(tmp_path: Path) -> None:
    tables = serving(None)
    change(tables, "designs", {"design_id": "RETRO-D2C"}, lead_months=12)
    result = solved(tmp_path, tables, programme())
    assert result.plan is not None
    assert {period for _, _, period, _ in chosen(result, "modules")} == {"2026"}
    found = verify(with_months(result.case, 2027, 12), result.plan, None)
    assert "construction.no_start_under_resolution" in {breach.rule for breach in found.broken}
    kept = verify(with_months(result.case, 2027, 11), result.plan, None)
    assert "construction.no_start_under_resolution" not in {breach.rule for breach in kept.broken}


@pytest.mark.parametrize(
    ("months", "period", "year", "opening", "least"),
    [
        # January 2027 is the fourth month of fiscal 2027, which ends before the year does
        (12, 1, 2027, 3, 12),
        # the second half of 2026 lasts to December, but fiscal 2026 ends in September
        (6, 1, 2026, 9, 12),
        # the last quarter of 2026 is the first of fiscal 2027
        (3, 3, 2027, 0, 3),
        (3, 4, 2027, 3, 6),
    ],
)
def test_months_are_counted_from_october(
    tmp_path: Path, months: int, period: int, year: int, opening: int, least: int
) -> None:
    p = Periods(2026, 5, months)
    assert (p.fiscal_year(period), p.fiscal_month(period)) == (year, opening)
    horizon = {"first_year": 2026, "periods": 5, "months_per_period": months}
    case = case_of(tmp_path, free_tables(), programme(horizon=horizon))
    assert under_resolution(with_months(case, year, least), period)
    assert not under_resolution(with_months(case, year, least - 1), period)
