"""Spans of time that a horizon cannot hold as they are written: lives within a period, money before the first year."""

from __future__ import annotations

from planner.errors import Fault
from planner.inputs import check_claims
from planner.inputs.check import Sheets, good_rows
from planner.inputs.parse import listing, show
from planner.inputs.periods import Periods
from planner.inputs.programme import Programme

#: (table, column) of what serves for so many months, rounded up to whole periods
ROUNDED = (("chips", "life_months"), ("designs", "term_months"))
#: part of a life or term that rounding may add without a remark
ROOM = 0.1


def check(periods: Periods, sheets: Sheets) -> list[Fault]:
    """A chip that lives for less than a period would serve all of it."""
    sheet = sheets["chips"]
    allowed = f"at least {periods.months} months, a period of the horizon"
    advice = "" if periods.months == 3 else "Or write months_per_period = 3."
    return [
        Fault(sheet.file, row.line, "life_months", row.text["life_months"], allowed, advice)
        for row in good_rows(sheet, "life_months")
        if row.values["life_months"] < periods.months
    ]


def remarks(programme: Programme, sheets: Sheets) -> list[str]:
    """What inputs without a fault lead to that a reader may not expect, in sentences."""
    h = programme.horizon
    periods = Periods(h.first_year, h.periods, h.months_per_period)
    return [*check_claims.remarks(programme), *_authority(periods, sheets), *_rounded(periods, sheets)]


def _authority(periods: Periods, sheets: Sheets) -> list[str]:
    """Only the years of the horizon have money."""
    rows = [row.values for row in good_rows(sheets["authority"], "year", "share_of_budget")]
    years = {periods.year(t) for t in periods}
    lost = [row for row in rows if row["year"] not in years and row["share_of_budget"] > 0]
    if not lost:
        return []
    named = listing((f"{row['year']} ({100 * row['share_of_budget']:g} %)" for row in lost), 20)
    share = 100 * sum(row["share_of_budget"] for row in lost)
    said = f"authority.csv: what is authorised in {named} lies before the horizon or after it and is lost to the plan"
    return [f"{said}, {share:g} % of the budget."]


def _rounded(periods: Periods, sheets: Sheets) -> list[str]:
    """Lives and terms that whole periods make longer by more than a tenth."""
    found = []
    for table, column in ROUNDED:
        sheet = sheets[table]
        for row in good_rows(sheet, *sheet.table.keys, column):
            months = row.values[column]
            counted = periods.after(0, months) * periods.months
            if months and counted > months * (1 + ROOM):
                said = f"{sheet.file}: {column} of {sheet.key(row)}, {show(months)}, counts as {counted} months"
                found.append(f"{said}, whole periods of {periods.months}.")
    return found
