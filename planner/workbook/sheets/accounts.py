"""Accounts: other margins, other ways to the same service, and who pays and gains; live formulas over Detail."""

from __future__ import annotations

from typing import NamedTuple

from planner.inputs.schema import OBLIGORS
from planner.workbook.book import Book
from planner.workbook.contracts import OWED, PRESENT
from planner.workbook.sheets import after, investment, margins, present, sites, spans, ways, who_pays
from planner.workbook.sheets.detail import Detail
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.ties import Check, cell
from planner.workbook.tables import TOTAL

ME, HEADER = spans.ME, spans.HEADER


class Places(NamedTuple):
    """What the checks and the scoring test draw from."""

    rows: spans.Spans
    kept: tuple[int, int] | None
    built: int
    payers: dict[tuple[str, str], int]
    returns: list[tuple[str, tuple[int, int]]]


def fill(book: Book, detail: Detail, parts: Parts, later: after.Places | None) -> Places:
    page = book.page(ME, "Accounts: is the value real, is there a cheaper way, and who pays", "report: three parts")
    page.note(4, "The plan stays as it is. Present values are base-year dollars; cash is then-year dollars.")
    rows = spans.Spans(book, page, detail, parts)
    spans.timing(rows)
    spans.delivered(rows)
    spans.path(rows)
    found = margins.section(rows)
    served = ways.section(rows, later)
    paid = who_pays.section(rows, served)
    page.widths({1: 27, 2: 62, 3: 12, 4: 13}, 11.5)
    page.printed(HEADER, f"E{HEADER + 1}")
    page.most_pages = 3
    return Places(rows, found[0] if found else None, served.built, paid.payers, paid.returns)


def checks(book: Book, parts: Parts, places: Places) -> list[Check]:
    """What the sheet must have in common with the others."""
    page, pv, inv = book.pages[ME], book.pages[present.ME], book.pages[investment.ME]
    p = parts.present
    built = places.rows.rows["built present"]
    cost, running, nothing, left = (cell(pv, *at) for at in (p.cost, p.running, p.nothing, p.left))
    view, owed = places.rows.detail.view(OWED, 1), {x: places.rows.rows[f"owed present, {x}"] for x in OBLIGORS}
    less = "".join(f"-{page.ref(r, TOTAL)}" for r in owed.values())
    built_in = page.n(built, TOTAL) - sum(page.n(r, TOTAL) for r in owed.values())
    found = [
        Check(
            "Accounts: building without what is owed, against present and running cost less terminal value",
            (f"{page.ref(built, TOTAL)}{less}", built_in),
            (f"{cost[0]}+{running[0]}-{left[0]}", cost[1] + running[1] - left[1]),
            relative=True,
            tolerance="constants.tolerance_relative",
        )
    ]
    for obligor, r in owed.items():
        there = view.formula(f'"{obligor}|{PRESENT}"'), view.value(obligor, PRESENT)
        name = f"Accounts: what {obligor} owes after the horizon, present, against the plan"
        found.append(Check(name, cell(page, r, TOTAL), there, "constants.tolerance_relative", relative=True))
    if places.kept:
        name = "Accounts: net benefit at the margin in the data against Present value"
        net = cell(page, *places.kept), cell(pv, *p.net)
        found.append(Check(name, *net, tolerance="constants.tolerance_relative", relative=True))
    for ledger in ("investment", "operations"):
        rows = [r for (_, at), r in places.payers.items() if at == ledger]
        if not rows:
            continue
        text = "+".join(page.ref(r, TOTAL) for r in rows)
        left = text, float(sum(page.n(r, TOTAL) for r in rows))
        if ledger == "investment":
            left = f"{left[0]}+{nothing[0]}", left[1] + nothing[1]
            right = cell(inv, parts.investment.category.total, TOTAL)
        else:
            right = cell(book.pages[sites.ME], parts.sites.total, sites.OPERATIONS)
        found.append(Check(f"Accounts: {ledger} by payer against all of it", left, right))
    for name, at in places.returns:
        zero = ("0", 0.0)
        words = f"Accounts: cash at the investor's return is worth nothing ({name})"
        found.append(Check(words, cell(page, *at), zero, "constants.tolerance_relative", solved=True))
    return found
