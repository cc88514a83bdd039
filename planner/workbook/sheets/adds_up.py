"""On Promises: whether budget and promise of power add up, and the operating money taken as open to it."""

from __future__ import annotations

from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import funding, investment, power
from planner.workbook.sheets.parts import Parts

ME = "Promises"


def arithmetic(book: Book, page: Page, parts: Parts, row: int) -> int:
    """Dollars of the budget per promised MW beside the plan's own."""
    page.heading(row, "Do budget and promised MW add up? Infrastructure dollars per MW")
    page.headers(row + 1, ("Figure", "Unit", "Amount", "Basis"))
    claim = power.promise(book)
    inv, fleet = book.pages[investment.ME], book.pages["Chips"]
    budget, share = (f"programme.{x}" for x in ("budget_usd", "infrastructure_share"))
    at = row + 2
    lines: list[tuple[str, str, str, str, float, str]] = [
        ("Budget", "programme, then-year", "$M", book.address(budget, ME), book.figure(budget), style.MUSD),
        ("Infrastructure share", "programme", "share", book.address(share, ME), book.figure(share), style.SHARE),
    ]
    if claim:
        level = f"claims.{claim.id}.level"
        promised = book.figure(budget) * book.figure(share) / max(1.0, book.figure(level))
        lines += [
            ("Capacity promised", "as the promise says", "MW", book.address(level, ME), book.figure(level), style.MW),
            (
                "Promised per MW",
                "share of budget over MW",
                "$M/MW",
                f"C{at}*C{at + 1}/MAX(1,C{at + 2})",
                promised,
                style.MUSD,
            ),
        ]
    total, mw = (parts.investment.split.infrastructure, 4), parts.chips.mw_total
    own = inv.n(*total) / max(1.0, fleet.n(*mw))
    text = f"{inv.ref(*total)}/MAX(1,{fleet.ref(*mw)})"
    lines.append(
        (
            "Plan per MW bought",
            "infrastructure over MW IT of racks bought; published ranges and the reasons: Cost per MW",
            "$M/MW IT",
            text,
            own,
            style.MUSD,
        )
    )
    if claim:
        ratio = own / max(1.0, promised)
        lines.append(
            (
                "Plan over promised",
                "times the promised figure",
                "ratio",
                f"C{at + 4}/MAX(1,C{at + 3})",
                ratio,
                style.QUANTITY,
            )
        )
    for place, (name, basis, unit, formula, value, form) in enumerate(lines, at):
        page.put(place, 1, name)
        page.put(place, 2, unit)
        page.formula(place, 3, formula, value, "calculation", form)
        page.put(place, 4, basis, "unit")
    return at + len(lines) + 1


def operating_money(book: Book, page: Page, parts: Parts, row: int) -> int:
    """The caps of operating money, which silently size the plan, with their range and source."""
    page.heading(
        row, "Who pays for operations: the money that was taken as open to the programme, all payers, all years"
    )
    page.headers(row + 1, ("Figure", "Unit", "Amount", "Basis"))
    places = parts.funding
    if places is None:
        page.put(row + 2, 1, "No cap")
        page.put(row + 2, 4, "the data name no payer", "unit")
        return row + 4
    source = book.pages[funding.ME]
    figure = next(f for f in book.case.figures if f.table == "funding_sources")
    origin = f"{figure.status}, from {book.case.sources[figure.source_id].title}"
    lines = [("Caps as planned", "$M", places.ranges["value"], style.MUSD, origin)]
    for end in ("low", "high"):
        if end in places.ranges:
            basis = "range on Federal funding"
            lines.append((f"Caps at the {end} end", "$M", places.ranges[end], style.MUSD, basis))
    basis = "at 100 % the caps, not the demand, size the plan"
    lines.append(("Largest use in a year", "share of caps", places.used, style.SHARE, basis))
    for at, (name, unit, cell, form, basis) in enumerate(lines, row + 2):
        page.put(at, 1, name)
        page.put(at, 2, unit)
        page.link(at, 3, source, (cell, 4), form)
        page.put(at, 4, basis, "unit")
    return row + 3 + len(lines)
