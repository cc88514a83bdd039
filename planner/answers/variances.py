"""What changed against the baseline since a plan was made again: dollars, MW and months."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from planner.answers import Answer, Chart
from planner.answers.frontiers import Year
from planner.comparison.sections import Section, of_pair
from planner.report.shapes import Cell, Figure

if TYPE_CHECKING:
    from planner.analyses.compare import Comparison
    from planner.analyses.variance import Line, Milestone, Variance
    from planner.store import Stored

SCHEMA = "planner/variance/1"
Rows = tuple[tuple[Cell, ...], ...]


def answer(now: Stored, found: Variance, beside: Comparison) -> Answer:
    """Money by year with its chart and by category, MW with theirs, milestones, and the bridge of a comparison."""
    base = str(now.document["baseline"]["run"])
    pair = beside.pairs[0]
    document: dict[str, Any] = {"schema": SCHEMA, "baseline": now.document["baseline"], **found.as_dict()}
    document["bridge"] = pair.bridge.as_dict() if pair.bridge else None
    sections: list[tuple[str, Section, Chart | None]] = [
        ("years", *_money(now, found)),
        ("categories", _categories(now, found), None),
        *((f"MW {tier}", *_megawatts(now, found, tier)) for tier in dict.fromkeys(x.what for x in found.megawatts)),
        ("milestones", _milestones(found), None),
        *((f"bridge {n}", section, None) for n, section in enumerate(of_pair(pair, brief=True), 1)),
    ]
    return Answer(f"Variance against {base}", lead(now, found), now.case, document, sections)


def lead(now: Stored, found: Variance) -> str:
    """What the baseline had, what the plan has now, and what it is now later or earlier by."""
    about = now.document["baseline"]
    money = [x for x in found.cents if x.what != "operations"]
    was, has = (Figure(sum(getattr(x, end) or 0 for x in money) / 100, "USD") for end in ("baseline", "now"))
    late = [m for m in found.milestones if (m.months or 0) > 0]
    lost = [m for m in found.milestones if m.baseline is not None and m.now is None]
    words = f"Planned again as of {about['as_of']}: {has} of investment, {was} in the baseline {about['run']}."
    moved = f" {len(late)} of {len(found.milestones)} milestones are later" if late else " No milestone is later"
    return words + moved + (f"; {len(lost)} are no longer reached." if lost else ".")


def _past(now: Stored, year: int) -> str:
    p = now.case.periods
    inside = p.of_year(year)
    if not inside or min(inside) >= now.case.past:
        return "planned" if inside else ""
    return "actual" if max(inside) < now.case.past else "part actual"


def _money(now: Stored, found: Variance) -> tuple[Section, Chart | None]:
    """Investment by year, and what it adds up to."""
    sums = {"baseline": 0.0, "now": 0.0}
    rows: list[tuple[Cell, ...]] = []
    for year in sorted({x.year for x in found.cents}):
        mine = [x for x in found.cents if x.year == year and x.what != "operations"]
        was, has = (sum(getattr(x, end) or 0.0 for x in mine) / 100 for end in sums)
        sums = {"baseline": sums["baseline"] + was, "now": sums["now"] + has}
        cells = [Figure(x, "USD") for x in (was, has)], [Figure(x, "USD") for x in sums.values()]
        change = Figure(has - was, "USD", signed=True)
        rows.append((Year(year, "year"), _past(now, year), *cells[0], change, *cells[1]))
    headers = ("Year", "", "Baseline", "Now", "Variance", "Baseline to date", "Now to date")
    says = f"Investment to date: {sums_of(rows, 6)} now, {sums_of(rows, 5)} in the baseline."
    chart = Chart("lines", 0, (5, 6), "year", "investment to date", says) if len(rows) > 1 else None
    return Section("Investment by year", headers, tuple(rows), "Then-year dollars as posted."), chart


def sums_of(rows: Iterable[tuple[Cell, ...]], column: int) -> str:
    """The last figure of a column."""
    return str(list(rows)[-1][column])


def _difference(x: Line, per: float, unit: str) -> tuple[Cell, ...]:
    ends = (Figure(None if v is None else v / per, unit) for v in (x.baseline, x.now))
    return *ends, Figure(None if x.variance is None else x.variance / per, unit, signed=True)


def _categories(now: Stored, found: Variance) -> Section:
    rows: Rows = tuple(
        (x.what, Year(x.year, "year"), _past(now, x.year), *_difference(x, 100.0, "USD")) for x in found.cents
    )
    headers = ("Category", "Year", "", "Baseline", "Now", "Variance")
    return Section("Dollars by category and year", headers, rows, "Then-year dollars as posted.", long=len(rows) > 25)


def _megawatts(now: Stored, found: Variance, tier: str) -> tuple[Section, Chart | None]:
    unit = "MW facility" if tier == "secured" else "MW IT"
    mine = [x for x in found.megawatts if x.what == tier]
    rows: Rows = tuple((Year(x.year, "year"), _past(now, x.year), *_difference(x, 1.0, unit)) for x in mine)
    title = f"{tier[:1].upper()}{tier[1:]} power by year"
    known = [n for n, x in enumerate(mine) if x.variance is not None]
    says = f"{title}, {unit}: now and in the baseline."
    whole = len(known) == len(mine) > 1
    chart = Chart("lines", 0, (2, 3), "year", f"{tier}, {unit}", says) if whole else None
    return Section(title, ("Year", "", "Baseline", "Now", "Variance"), rows, "At the end of the year."), chart


def _milestones(found: Variance) -> Section:
    rows: Rows = tuple((m.what, _when(m.baseline), _when(m.now), _later(m)) for m in found.milestones)
    headers = ("Milestone", "Baseline", "Now", "Months later")
    return Section("Milestones", headers, rows, "Reached at the end of the month.", empty="There is no milestone.")


def _when(month: int | None) -> str:
    return "never" if month is None else f"{(month - 1) // 12}-{(month - 1) % 12 + 1:02}"


def _later(m: Milestone) -> Cell:
    return "" if m.months is None else Figure(m.months, "months", signed=True)
