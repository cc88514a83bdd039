"""On Accounts, part 2: build, lease halls or buy the service, by span and cumulative; then-year and present."""

from __future__ import annotations

from typing import NamedTuple

from planner.inputs.schema import OBLIGORS
from planner.results.accounts.leased import lines
from planner.workbook import style
from planner.workbook.book import FIRST, letter, quoted
from planner.workbook.contracts import OWED
from planner.workbook.facts import LEASED, OWNED
from planner.workbook.sheets import after, present, rents
from planner.workbook.sheets.detail import AHEAD, DOLLARS
from planner.workbook.sheets.spans import Spans
from planner.workbook.tables import TOTAL, Entry, label

NOTES = (
    "All three serve what the plan serves. Quoted contracts of the base year fall by the trend, low and high.",
    "No classified region has a public price: the add-on of a level is the model's own in every way.",
    "Leases replace land, shell, civil works, plant and upkeep of halls; power and chips stay as planned.",
    "They are not held to the halls that stand at a site today, as leases in a plan are.",
    "Software, security and training are in the first two, not in renting: one who rents still pays a part of it.",
)


class Places(NamedTuple):
    """Rows that the accounts draw from: fees and rents in base-year dollars, the others in then-year dollars."""

    own: int
    rents: dict[str, int]
    running: int
    owed: dict[str, int]
    built: int


def section(spans: Spans, later: after.Places | None) -> Places:
    page = spans.page
    page.heading(spans.at, "2. Build, lease halls, or rent")
    for text in NOTES:
        spans.at += 1
        page.note(spans.at, text)
    spans.at += 2
    priced = rents.section(spans)
    running, owed, built = _built(spans, later)
    leased = _leased(spans, built)
    _present(spans, priced, built, leased)
    due = {x: f"owed present, {x}" for x in owed}
    spans.header("Of building: owed after the horizon on grid contracts, present, $M")
    for obligor, row in owed.items():
        spans.rows[due[obligor]] = spans.times(("Owed", f"by {obligor}", "$M"), row, "deflator", "factor")
    spans.at += 1
    own = priced.pop("own")
    return Places(own, priced, running, owed, built)


def _built(spans: Spans, later: after.Places | None) -> tuple[int, dict[str, int], int]:
    """Cost of the plan, then-year dollars: rows of running cost after the horizon, of what is owed, of all of it."""
    page, book = spans.page, spans.book
    spans.header("Building: cost of the plan, $M then-year, without what buys nothing")
    costs = [
        spans.summed((ledger.capitalize(), "of the plan", "$M"), "costs", 5, DOLLARS, ledger)
        for ledger in ("investment", "operations")
    ]
    running, deflator = spans.at, spans.rows["deflator"]
    label(page, running, Entry("Running cost", "of racks that go on after the horizon, tapered", "$M"))
    if later is not None:
        source = book.pages[after.ME]
        for n, c in enumerate(spans.tail[: int(book.case.parameter("tail_years"))]):
            text = f"{quoted(source.name)}!{letter(FIRST + n)}{later.total}/{letter(c)}{deflator}"
            page.formula(running, c, text, source.n(later.total, FIRST + n) / page.n(deflator, c), form=style.MUSD)
    page.sum(running, TOTAL, (running, spans.columns[0]), (running, spans.columns[-1]), style.MUSD, "calculation")
    spans.at += 1
    owed = _owed(spans)
    left = _left(spans, spans.parts.present.left, "halls, land and connections at the end")
    rows = [*((r, 1) for r in (*costs, running, *owed.values())), (left, -1)]
    total = spans.plus(("Build", "cost in all", "$M"), *rows, look="total")
    spans.at += 1
    return running, owed, total


def _left(spans: Spans, cell: tuple[int, int] | None, what: str) -> int:
    """What is left at the end of the horizon: then-year dollars of its last period, of the same present value."""
    page, source, at, c = spans.page, spans.book.pages[present.ME], spans.at, spans.columns[spans.inside - 1]
    label(page, at, Entry("Terminal value", what, "$M"))
    if cell is not None:
        deflator, factor = spans.rows["deflator"], spans.rows["factor"]
        text = f"{source.ref(*cell)}/({letter(c)}{deflator}*{letter(c)}{factor})"
        value = source.n(*cell) / (page.n(deflator, c) * page.n(factor, c))
        page.formula(at, c, text, value, "link", style.MUSD)
    page.sum(at, TOTAL, (at, spans.columns[0]), (at, spans.columns[-1]), style.MUSD, "calculation")
    spans.at += 1
    return at


def _owed(spans: Spans) -> dict[str, int]:
    """What grid contracts still owe after the horizon, by who owes it."""
    page, view, found = spans.page, spans.detail.view(OWED, 1), {}
    year, deflator = spans.rows["year"], spans.rows["deflator"]
    for obligor in OBLIGORS:
        text = view.formula(f'"{obligor}|"&{{c}}{year}') + f"/{{c}}{deflator}"

        def usd(c: int, obligor: str = obligor) -> float:
            return view.value(obligor, int(page.n(year, c))) / page.n(deflator, c)

        found[obligor] = spans.row(("Owed", f"after the horizon on grid contracts, by {obligor}", "$M"), text, usd)
    return found


def _leased(spans: Spans, built: int) -> int | None:
    """Cost with leased halls, then-year dollars; none where a hall has no leased design like it."""
    page, book = spans.page, spans.book
    if lines(book.case, book.plan) is None:
        page.note(spans.at, "The data have no leased design for a hall of this plan: leasing is left out.")
        spans.at += 2
        return None
    spans.header("Leasing: what falls away and what takes its place, $M then-year")
    categories = ("construction", "power and cooling", "operations")
    pairs, n = [], page.n
    for category in categories:
        name = "upkeep of halls" if category == "operations" else category
        own = spans.summed(("Owned halls", name, "$M"), "costs", 16, DOLLARS, f"{OWNED} {category}")
        pairs.append((own, spans.summed(("Leased halls", name, "$M"), LEASED, 1, AHEAD, category)))
    changes = []
    for category, (own, leased) in zip(categories, pairs, strict=True):
        times, factor = "", 1.0
        if category != "operations":
            refs = ("parameters.programme_management_share.value", f"categories.{category}.contingency_share")
            for address, share in map(spans.figure, refs):
                times, factor = f"{times}*(1+{address})", factor * (1 + share)

        def change(c: int, own: int = own, leased: int = leased, factor: float = factor) -> float:
            return (n(leased, c) - n(own, c)) * factor

        names = ("Change", f"{category}, with management and contingency" if times else category, "$M")
        changes.append(spans.row(names, f"({{c}}{leased}-{{c}}{own}){times}", change))
    changes.append(_left(spans, spans.parts.present.left_halls, "owned halls and land at the end, which leasing loses"))
    total = spans.plus(("Lease", "what leasing adds to building", "$M"), *((r, 1) for r in changes), look="total")
    both = spans.plus(("Lease halls", "cost in all: leased halls, own chips and power", "$M"), (built, 1), (total, 1))
    spans.at += 1
    return both


def _present(spans: Spans, priced: dict[str, int], built: int, leased: int | None) -> None:
    """Each way at present value, then cumulative, with the year to which building is dearer."""
    base = spans.book.case.programme.base_year
    spans.header(f"Present cost of each way, $M of {base}")
    ways = {"Build": spans.times(("Build", "the plan, with running cost after it", "$M"), built, "deflator", "factor")}
    if leased is not None:
        names = ("Lease halls", "leased halls, own chips and power", "$M")
        ways["Lease halls"] = spans.times(names, leased, "deflator", "factor")
    words = {"own": "Rent, model's price", "low": "Rent, low quotes", "high": "Rent, high quotes"}
    for end, row in priced.items():
        ways[words[end]] = spans.times((words[end], "the service bought", "$M"), row, "factor")
    spans.at += 1
    spans.rows["built present"] = ways["Build"]
    _cumulative(spans, ways)


def _cumulative(spans: Spans, ways: dict[str, int]) -> None:
    page, first = spans.page, spans.columns[0]
    spans.header(
        "Cumulative present cost, $M; beside it the last year in which building is dearer, 0 for none", "Dearer to"
    )
    own, years = spans.at, spans.rows["year"]
    for name, row in ways.items():
        at, names = spans.at, (name, "cumulative", "$M")

        def sofar(c: int, row: int = row) -> float:
            return sum(page.n(row, k) for k in range(first, c + 1))

        label(page, at, Entry(*names))
        text = f"SUM(${letter(first)}{row}:{{c}}{row})"
        page.across(at, spans.columns, text, sofar, style.MUSD)
        if at > own:
            dearer = [page.n(years, c) for c in spans.columns if page.n(own, c) > page.n(at, c)]
            text = f"SUMPRODUCT(MAX(({spans.area(own)}>{spans.area(at)})*{spans.area(years)}))"
            page.formula(at, TOTAL, text, max(dearer, default=0.0), form=style.YEAR)
        spans.at += 1
    spans.at += 1
