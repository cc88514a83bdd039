"""Accounts and Scoring test: the sheets say what the results say, recalculate, and leave the verdict to counsel."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from workbook.engine import Computed
from workbook.sample import sample

from planner.inputs.schema import STATUSES
from planner.results import scoring
from planner.results.accounts import accounts

NEAR = pytest.approx


@pytest.fixture(scope="module")
def sheets(finished: Path) -> dict[str, Worksheet]:
    book = load_workbook(finished, data_only=True)
    return {name: book[name] for name in ("Accounts", "Scoring test", "Checks", "Assumptions")}


def rows_below(sheet: Worksheet, heading: str) -> dict[tuple[str, str], int]:
    """(label, what it is) -> row, from a heading to the next."""
    first = next(r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 1).value or "").startswith(heading))
    found: dict[tuple[str, str], int] = {}
    for r in range(first + 1, sheet.max_row + 1):
        if sheet.cell(r, 1).style == "plan heading":
            break
        found[str(sheet.cell(r, 1).value), str(sheet.cell(r, 2).value)] = r
    return found


def test_net_benefit_by_margin_is_that_of_the_results(sheets: dict[str, Worksheet]) -> None:
    case, plan, _ = sample()
    margins, sheet = accounts(case, plan)["margins"], sheets["Accounts"]
    rows = {name: r for (name, _), r in rows_below(sheet, "Net benefit by margin").items()}
    names = ("One", "10th percentile", "As in the data", "90th percentile")
    for name, found in zip(names, margins["rows"], strict=True):
        cells = sheet.cell(rows[name], 4).value, sheet.cell(rows[name], 5).value
        assert cells == NEAR((found["margin"], found["net_benefit_usd"]), rel=1e-7)
    assert sheet.cell(rows["Net benefit of zero"], 4).value == NEAR(margins["margin_at_zero"], rel=1e-7)
    assert {f"{quote}" for quote in case.rent_quotes} - set(rows) == {"INF2-AWS-1Y"}


def test_ways_are_those_of_the_results(sheets: dict[str, Worksheet]) -> None:
    case, plan, _ = sample()
    found, sheet = accounts(case, plan)["ways"], sheets["Accounts"]
    rows = {name: r for (name, _), r in rows_below(sheet, "Present cost of each way").items()}
    words = {"Build": "build", "Lease halls": "lease halls", "Rent, model's price": "rent at the model's price"}
    words |= {"Rent, low quotes": "rent at low quotes", "Rent, high quotes": "rent at high quotes"}
    for name, way in words.items():
        assert sheet.cell(rows[name], 4).value == NEAR(found[way]["present_usd"], rel=1e-6), name
    rows = {name: r for (name, _), r in rows_below(sheet, "Cumulative present cost").items()}
    for name, way in words.items():
        last = list(found[way]["cumulative_usd"].values())[-1]
        assert sheet.cell(rows[name], sheet.max_column).value == NEAR(last, rel=1e-6)


def test_returns_and_level_fees_are_those_of_the_results(sheets: dict[str, Worksheet]) -> None:
    case, plan, _ = sample()
    found, sheet = accounts(case, plan), sheets["Accounts"]
    rows = rows_below(sheet, "The investor's return")
    readings = {"A": "investor_as_the_data_say", "B": "investor_bears_operations"}
    for (name, reading), r in rows.items():
        if name.startswith("Return"):
            rate = found[readings[reading[0]]][f"{name.split(', ')[1]}_return"]
            assert sheet.cell(r, 4).value == (NEAR(rate, abs=1e-9) if rate is not None else "none: fees never pay back")
    first = min(r for (name, _), r in rows_below(sheet, "Level fee").items() if name == "Level fee")
    for column, key in ((5, readings["A"]), (6, readings["B"])):
        fees = [sheet.cell(r, column).value for r in range(first - 2, first + 1)]
        assert fees == NEAR(list(found[key]["level_fee_over_base_year_price"].values()), rel=1e-6)


def test_the_sheet_ties_to_the_others(sheets: dict[str, Worksheet]) -> None:
    checks = sheets["Checks"]
    mine = [r for r in range(10, checks.max_row + 1) if str(checks.cell(r, 2).value).startswith("Accounts: ")]
    assert len(mine) >= 4
    assert {checks.cell(r, 7).value for r in mine} == {"PASS"}


def test_a_dearer_quote_flows_to_renting_and_to_the_accounts(finished: Path, sheets: dict[str, Worksheet]) -> None:
    sheet, figures = sheets["Accounts"], sheets["Assumptions"]
    refs = {figures.cell(r, 1).value: r for r in range(1, figures.max_row + 1)}
    quotes = [refs[f"rent_quotes.{q}.usd_per_chip_hour"] for q in sample()[0].rent_quotes]
    edits = {("Assumptions", r, 2): 2 * float(figures.cell(r, 2).value or 0) for r in quotes}
    again = Computed(finished, edits)
    row = next(r for (name, _), r in rows_below(sheet, "The service at these prices").items() if _ == "at low quotes")
    rents = float(sheet.cell(row, 4).value or 0)
    added = next(r for (name, _), r in rows_below(sheet, "What levels add").items() if name == "Add-ons")
    addons = float(sheet.cell(added, 4).value or 0)
    assert again["Accounts", row, 4] == NEAR(2 * rents - addons, rel=1e-9)


def test_every_part_that_is_quoted_has_its_pflops() -> None:
    case, _, _ = sample()
    general = {q.chip for q in case.rent_quotes.values() if q.part_class == "general purpose"}
    assert general == set(case.quoted_parts)


def test_the_scoring_test_leaves_the_verdict_to_counsel(sheets: dict[str, Worksheet]) -> None:
    case, plan, _ = sample()
    sheet = sheets["Scoring test"]
    criteria = rows_below(sheet, "Criteria")
    for c in scoring.CRITERIA:
        r = criteria[c.name, c.text]
        assert sheet.cell(r, 3).value in STATUSES
        assert all(sheet.cell(r, column).value for column in (4, 5, 6))
    places = {name: r for (name, _), r in rows_below(sheet, "Sites and levels").items()}
    pairs = scoring.places(case, plan)
    assert pairs
    for site, level in pairs:
        r = places[f"{site}|{level}"]
        assert case.sites[site].name in str(sheet.cell(r, 2).value)
        assert {sheet.cell(r, c).value for c in (7, 8, 9)} <= {"within", "above"}
        assert sheet.cell(r, 12).value
        assert sheet.cell(r, 13).value
        assert sheet.cell(r, 14).value == "counsel needed"
