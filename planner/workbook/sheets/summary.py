"""Summary: the first and the second screen of a run, as live formulas over the other sheets."""

from __future__ import annotations

import math
from collections.abc import Mapping

from planner.inputs.programme import Claim
from planner.report import screen, second
from planner.report.facts import TIERS, Facts
from planner.report.shapes import Figure, Table
from planner.results.evidence import APART
from planner.workbook.book import EDITED, Book, Page
from planner.workbook.sheets import (
    accounts,
    cash,
    evidence,
    funding,
    headline,
    investment,
    listed,
    moving,
    power,
    present,
    promises,
    sites,
    sources_and_uses,
)
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.placed import Live, find, place

ME = "Summary"
#: row of the headline's first sentence, of which there are four at most, and of the first table; columns in use
HEADLINE, FIRST_ROW, WIDE = 4, 10, 6


def fill(
    book: Book, parts: Parts, promised: promises.Places, known: Mapping[str, Live], kept: second.Kept | None = None
) -> dict[str, float]:
    """Both screens; ``known`` are formulas by the key of a figure. Returns named figures by their key."""
    case, plan, document = book.case, book.plan, book.document
    facts, shown = book.facts, screen.first(case, plan, document, kept)
    page = book.page(ME, case.programme.title, "opening page: what the money buys, where it goes, what is owed")
    row = FIRST_ROW
    for table in shown.tables:
        if table.name == "not_kept":
            table = listed.with_room(table, promised)
        own = _own(book, parts, facts, table, row, promised)
        _, row = place(book, page, table, row, {**known, **own})
    first_screen = row - 1
    for table in second.second(case, plan, document, kept):
        own = _own(book, parts, facts, table, row, promised)
        start, row = place(book, page, table, row, {**known, **own})
        if table.name == "drivers" and own:
            text = f'IF({EDITED}=0,"{table.title}","{table.title}: counted before the edits")'
            page.formula(start - 2, 1, text, table.title, "heading")
    for at, sentence in enumerate(headline.fill(book, page, parts, facts, promised, row), HEADLINE):
        page.banner(at, "", WIDE)
        page.formula(at, 1, f"B{sentence}", page.values[sentence, 2], "banner")
    proof = page.sheet.max_row + 1
    page.put(proof, 1, "Proof, check, run and date")
    page.put(proof, 2, shown.proof)
    page.formula(HEADLINE + 4, 1, f'IF({EDITED}=0,B{proof},"{promises.NOTHING}")', shown.proof, "line")
    page.widths({1: 58, 2: 26, 3: 34, 4: 34, 5: 20, 6: 20})
    for column in "GH":
        page.sheet.column_dimensions[column].width = 20
    page.printed(3, "B4")
    page.one_page_each([first_screen], row - 1, 8)  # the parts below are not printed
    return {key: figure.value or 0.0 for key, figure in shown.figures().items()}


def live(book: Book, parts: Parts) -> dict[str, Live]:
    """Formulas by the key of the figure."""
    found: dict[str, Live] = {}
    facts = book.facts

    def link(key: str, page: Page, cell: tuple[int, int]) -> None:
        found[key] = page.ref(*cell), page.n(*cell)

    inv, watts, place_of = book.pages[investment.ME], book.pages[power.ME], book.pages[sites.ME]
    for tier in TIERS:
        row = parts.power.tiers[tier]
        link(f"{tier}_mw", watts, (row, book.last))
        if (claim := facts.power_claims().get(tier)) is not None:
            found[f"{tier}_mw_by_promise"] = _at_promise(book, watts, parts.power.header, row, claim)
    budget = "programme.budget_usd"
    found["budget_usd"] = book.address(budget, ME), book.figure(budget)
    block = parts.investment.category
    for row in range(block.first, block.last + 1):
        link(f"use_{str(inv.values[row, 1]).replace(' ', '_')}_usd", inv, (row, 4))
    link("use_management_reserve_usd", inv, (parts.investment.reserve, 4))
    link("use_unspent_usd", inv, (find(inv, "Unspent", parts.investment.reserve), 4))
    cost, first, last = parts.sites.operations, book.columns[0], book.last
    link("operations_usd", place_of, (cost.total, 4))
    bills = place_of.ref(cost.total, first, (cost.total, last))
    found["operations_peak_usd"] = f"MAX({bills})", max(facts.operations.values())
    if parts.funding is not None:
        pay = book.pages[funding.ME]
        link("money_open_usd", pay, (parts.funding.caps, 4))
        caps = pay.ref(parts.funding.caps, first, (parts.funding.caps, last))
        opened = facts.money_open(facts.peak_year()) or 0.0
        found["money_open_peak_usd"] = f"INDEX({caps},MATCH(MAX({bills}),{bills},0))", opened
    for n, owed in enumerate(facts.owed(), 1):
        if owed.what.startswith("power"):
            heading = find(watts, "Owed after the horizon")
            link(f"owed_{n}_usd", watts, (find(watts, owed.obligor, heading), 4))
        else:
            link(f"owed_{n}_usd", inv, (find(inv, "Still to pay"), 4))
    pv, p, held = book.pages[present.ME], parts.present, book.pages[accounts.ME]
    for key, cell in (
        ("net_benefit_usd", p.net),
        ("mission_value_usd", p.mission),
        ("present_cost_usd", p.cost),
        ("owed_after_horizon_usd", p.owed),
        ("terminal_value_usd", p.left),
    ):
        link(key, pv, cell)
    margins = (book.document.get("accounts") or {}).get("margins") or {"rows": []}
    for end in ("10th", "90th"):
        if any(str(reading["which"]).startswith(end) for reading in margins["rows"]):
            link(f"net_benefit_{end}_usd", held, (find(held, end, find(held, "Net benefit by margin")), 5))
    return found | _evidence(book, facts)


def _at_promise(book: Book, watts: Page, header: int, row: int, claim: Claim) -> Live:
    """MW of a tier at the end of the year that its promise names."""
    years = watts.ref(header, book.columns[0], (header, book.last))
    levels = watts.ref(row, book.columns[0], (row, book.last))
    column = book.columns[0] + int(claim.by or 0) - book.years[0]
    year = book.address(f"claims.{claim.id}.by", ME)
    return f"INDEX({levels},MATCH({year},{years},0))", watts.n(row, column)


def _evidence(book: Book, facts: Facts) -> dict[str, Live]:
    page = book.pages[evidence.ME]
    found: dict[str, Live] = {}
    for part in facts.evidence.parts:
        if part.status not in APART and part.cents:
            cell = (find(page, part.status, find(page, "Investment by the status")), 4)
            found[f"evidence_{part.status.replace('-', '_')}_usd"] = page.ref(*cell), page.n(*cell)
    if facts.evidence.not_on_sale_share is not None:
        start = find(page, "Chip dollars by how the chip is sold")
        cell = (find(page, "Not on sale", start), 5)
        found["chips_not_on_sale_share"] = page.ref(*cell), page.n(*cell)
    return found


def _own(book: Book, parts: Parts, facts: Facts, table: Table, row: int, promised: promises.Places) -> dict[str, Live]:
    """Formulas of a table over its own cells, and the verdicts, by ``"row,column"``."""
    first = row + 2

    def value(n: int, c: int) -> float:
        cell = table.rows[n][c]
        return float(cell.value or 0.0) if isinstance(cell, Figure) else math.nan

    found: dict[str, Live] = {}
    if table.name == "tiers":
        for n, tier in enumerate(TIERS):
            claim, at = facts.power_claims().get(tier), first + n
            if claim is not None and claim.level:
                level = book.address(f"claims.{claim.id}.level", ME)
                found[f"{n},3"] = f"C{at}/{level}", value(n, 3)
                if (words := listed.words(book, promised, claim.id, promises.LEVEL_WORDS))[1] == table.rows[n][1]:
                    found[f"{n},1"] = words
    elif table.name == "money":
        found |= sources_and_uses.uses(table, first)
    elif table.name == "evidence":
        total = next(n for n, cells in enumerate(table.rows) if cells[0] == "All spent")
        found |= {f"{n},3": (f"C{first + n}/MAX(1,C${first + total})", value(n, 3)) for n in range(total + 1)}
        found["evidence_usd"] = f"SUM(C{first}:C{first + total - 1})", value(total, 2)
    elif table.name == "cash":
        found |= _cash(book, table, parts, first)
    elif table.name == "operations":
        found["0,0"] = _peak(book, parts, str(table.rows[0][0]))
    elif table.name == "promises":
        found |= listed.every(book, table, promised)
    elif table.name == "not_kept":
        found |= listed.short(book, table, promised)
    elif table.name == "drivers":
        found |= moving.ranges_of(book, [str(cells[0]) for cells in table.rows], ME)
    return found


def _peak(book: Book, parts: Parts, words: str) -> Live:
    """The year of the largest operating bill."""
    page, cost, first, last = book.pages[sites.ME], parts.sites.operations, book.columns[0], book.last
    years, bills = (page.ref(row, first, (row, last)) for row in (cost.header, cost.total))
    return f'"Peak year, "&INDEX({years},MATCH(MAX({bills}),{bills},0))', words


def _cash(book: Book, table: Table, parts: Parts, first: int) -> dict[str, Live]:
    """Cash by fiscal year from Investment, ceilings at the same even rate, slack from the last year backwards."""
    inv, held, last = book.pages[investment.ME], book.pages[cash.ME], len(table.rows) - 1
    months = "constants.months_after_september"
    q, total, ceiling = book.address(months, ME), parts.investment.fiscal.total, parts.cash.ceiling

    def value(n: int, c: int) -> float:
        cell = table.rows[n][c]
        return float(cell.value or 0.0) if isinstance(cell, Figure) else math.nan

    found: dict[str, Live] = {}
    for n in range(last + 1):
        column, at = book.columns[0] + n, first + n
        before, here = held.ref(ceiling, column - 1), held.ref(ceiling, column)
        most = f"{here}*(12-{q})/12" if n == 0 else before if n == last else f"({before}*{q}+{here}*(12-{q}))/12"
        room = f"ROUND(12*(D{at}-C{at}),2)/12"
        texts = (
            inv.ref(total, column),
            f"B{at}" if n == 0 else f"B{at}+C{at - 1}",
            most,
            room if n == last else f"MIN({room},E{at + 1})",
        )
        found |= {f"{n},{c}": (text, value(n, c)) for c, text in enumerate(texts, 1)}
    return found
