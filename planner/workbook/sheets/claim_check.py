"""Claim check: every claim of the announcement beside what the plan and published figures support, and its price."""

from __future__ import annotations

from planner.inputs.programme import Claim
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.quantities import TIERS
from planner.workbook.sheets import chips, compute, investment, power, present, promises, unit_costs
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.unit_costs import Unit
from planner.workbook.tables import Entry, label

ME = "Claim check"
HEADERS = (
    "Claim",
    "Said by",
    "Claimed",
    "Unit",
    "By",
    "The plan holds",
    "Held from",
    "Missing",
    "$M a unit, as the plan pays",
    "All of it as the plan pays, $M",
    "All of it, published low, $M",
    "All of it, published high, $M",
    "True for so much more, $M",
    "Finding",
    "Published by",
    "What settles it",
)
CLAIMED, PLANNED, FROM, MISSING, OWN, ALL, LOW, HIGH, MORE, FINDING, SOURCE, SETTLES = (
    3,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
)
HEADER_ROW, FIRST_ROW = 6, 7
TOLERANCE = "constants.tolerance_relative"
#: claims without an amount of the reference announcement, and what the plan says to them
FAMILIES, OUTPUT = "chips", "output"
NO_PRICE = {
    "interconnect": "no price: light sets it; a claim within one rack would hold",
    "governance": "a rule of every plan, so it has no price of its own",
    "memo": "the plan does not measure it",
}


def fill(book: Book, parts: Parts, promised: promises.Places) -> None:
    page = book.page(ME, "Claim check: what the plan and published figures support", "report: claims, one a row")
    page.note(4, "Dollars are then-year. Unit costs and published ranges with their source stand below the claims.")
    page.note(5, "True for so much more: what is missing times the plan's own cost a unit; no solve stands behind it.")
    page.headers(HEADER_ROW, HEADERS)
    claims = book.case.programme.claims
    source = book.pages[promises.ME]
    for n, claim in enumerate(claims):
        _from_promises(page, FIRST_ROW + n, source, promised.first + n, claim)
    end = FIRST_ROW + max(len(claims), 1)
    if not claims:
        page.put(FIRST_ROW, 1, "The programme names no claim.", "text")
    from_, row = _levels(book, page, parts, end + 1)
    page.break_before(row)
    units, row = unit_costs.fill(book, page, parts, row)
    racks = _families(book, page, row)
    for n, claim in enumerate(claims):
        _supported(book, page, parts, FIRST_ROW + n, claim, from_, units, racks)
    page.widths({1: 42, 2: 26, 3: 26, 4: 13, 9: 13, 10: 13, 13: 13, 14: 28, 15: 26, 16: 38}, default=11)
    page.printed(5, f"B{FIRST_ROW}")


def _from_promises(page: Page, row: int, source: Page, at: int, claim: Claim) -> None:
    page.put(row, 1, claim.claim, "text")
    page.put(row, 2, claim.said_by, "text")
    for column, there in ((CLAIMED, promises.PROMISED), (5, promises.BY), (PLANNED, promises.PLANNED)):
        if (at, there) in source.values:
            page.link(row, column, source, (at, there), _form(claim) if column != 5 else style.YEAR)
    if (at, promises.SHORT) in source.values:
        page.link(row, MISSING, source, (at, promises.SHORT), _form(claim))
    if (at, promises.UNIT) in source.values:
        page.put(row, 4, str(source.values[at, promises.UNIT]), "text")
    page.link(row, FINDING, source, (at, promises.VERDICT))
    page.sheet.cell(row, FINDING)._style = page.book.look("check", style.GENERAL)


def _form(claim: Claim) -> str:
    return promises._form(claim)


def _levels(book: Book, page: Page, parts: Parts, row: int) -> tuple[dict[str, int], int]:
    """What the plan holds of each claim by year, and the year from which it holds to the end: id -> row."""
    page.heading(
        row,
        "What the plan holds of a claim at the end of each year; held from: to the end; past the last year: not held",
    )
    header = row + 1
    page.years_header(header, "Claim", "Measure", "Unit", "Held from")
    at, found = header + 1, {}
    years, tolerance = page.here(header, book.columns[0], (header, book.last)), book.figure(TOLERANCE)
    for n, claim in enumerate(book.case.programme.claims):
        place = _source(book, parts, claim)
        if place is None or claim.level is None:
            continue
        source, there = place
        label(page, at, Entry(claim.id, str(source.values[there, 1]).replace("|", " "), claim.unit))
        for c in book.columns:
            page.link(at, c, source, (there, c), style.MW)
        level = page.here(FIRST_ROW + n, CLAIMED)
        cells = page.here(at, book.columns[0], (at, book.last))
        text = f"1+SUMPRODUCT(MAX(({cells}<{level}*(1-{book.address(TOLERANCE, ME)}))*{years}))"
        short = [int(page.n(header, c)) for c in book.columns if page.n(at, c) < claim.level * (1 - tolerance)]
        first = page.here(header, book.columns[0])
        page.formula(at, 4, f"MAX({first},{text})", max(book.years[0], 1 + max(short, default=0)), form=style.YEAR)
        found[claim.id] = at
        at += 1
    if not found:
        page.note(at, "No claim is about power or compute.")
        at += 1
    return found, at + 1


def _source(book: Book, parts: Parts, claim: Claim) -> tuple[Page, int] | None:
    """The row by year that measures a claim."""
    if claim.metric == "power" and claim.tier in TIERS:
        return book.pages[power.ME], parts.power.tiers[claim.tier]
    if claim.metric == "compute" and claim.tier and claim.precision:
        page, block = book.pages[compute.ME], parts.compute.precision
        key = f"{claim.tier}|{claim.precision}"
        return page, next(r for r in range(block.first, block.last + 1) if page.values[r, 1] == key)
    return None


def _families(book: Book, page: Page, row: int) -> tuple[int, int] | None:
    """Racks bought of every family of chips."""
    fleet, catalogue = book.pages[chips.ME], book.case.chips.values()
    bought = {str(fleet.values[r, 1]): r for r in range(fleet.sheet.max_row, 0, -1) if (r, 1) in fleet.values}
    families: dict[str, list[int]] = {}
    for chip in catalogue:
        families.setdefault(chip.family, []).append(bought[chip.chip_id])
    page.heading(row, "Racks bought, by family of chips")
    page.headers(row + 1, ("Family", "Racks"))
    at = row + 2
    for family, rows in families.items():
        page.put(at, 1, family)
        text = "+".join(f"SUM({fleet.ref(a, 4, (b, 4))})" for a, b in unit_costs.runs(rows))
        page.formula(at, 2, text, sum(fleet.n(r, 4) for r in rows), form=style.COUNT)
        at += 1
    return (row + 2, at - 1) if families else None


def _supported(
    book: Book,
    page: Page,
    parts: Parts,
    row: int,
    claim: Claim,
    levels: dict[str, int],
    units: dict[str, Unit],
    racks: tuple[int, int] | None,
) -> None:
    """Dates, dollars, finding and what settles a claim."""
    known = (row, PLANNED) in page.values
    if claim.id in levels:
        at, last = levels[claim.id], book.years[-1]
        held = int(page.n(at, 4))
        end = book.address("programme.last_year", ME)
        value = held if held <= last else f"not by {last}"
        page.formula(row, FROM, f'IF(D{at}>{end},"not by "&{end},D{at})', value, form=style.YEAR)
    unit = units.get(claim.tier or "") if claim.metric == "power" else units.get(f"compute {claim.id}")
    if unit is not None:
        _priced(page, row, unit)
    elif claim.metric == "services" and claim.initiatives:
        _initiatives(book, page, row, claim)
    if known and claim.level is not None and claim.metric not in promises.CEILINGS and claim.metric != "split":
        _finding(book, page, row)
    if claim.metric == "split" and known:
        _set_aside(book, page, parts, row)
    if claim.id == FAMILIES and claim.metric == "memo" and racks:
        cells = page.here(racks[0], 2, (racks[1], 2))
        count = sum(page.n(r, 2) > 0 for r in range(racks[0], racks[1] + 1))
        text = f'COUNTIF({cells},">0")&" of "&ROWS({cells})&" families are bought"'
        page.formula(row, FINDING, text, f"{count} of {racks[1] - racks[0] + 1} families are bought", "check")
    if claim.id == OUTPUT and claim.metric == "memo":
        _output(book, page, parts, row)
    page.put(
        row, SETTLES, _settles(book, claim, known, (row, MISSING) in page.values and page.n(row, MISSING) > 0), "text"
    )


def _priced(page: Page, row: int, unit: Unit) -> None:
    """All of the claim and what is missing of it, at the cost of a unit."""
    at = unit.row
    page.formula(row, OWN, f"E{at}", page.n(at, unit_costs.PLAN), "link", style.MUSD_FINE)
    columns = [(ALL, unit_costs.PLAN)] + [(LOW, unit_costs.LOW), (HIGH, unit_costs.HIGH)] * bool(unit.sources)
    for column, there in columns:
        if (at, there) in page.values:
            letter = "EFGH"[there - unit_costs.PLAN]
            page.formula(row, column, f"C{row}*{letter}{at}", page.n(row, CLAIMED) * page.n(at, there), form=style.MUSD)
    if (row, MISSING) in page.values:
        page.formula(row, MORE, f"H{row}*I{row}", page.n(row, MISSING) * page.n(row, OWN), form=style.MUSD)
    page.put(row, SOURCE, unit.sources or "no published price a unit in the data", "text")


def _initiatives(book: Book, page: Page, row: int, claim: Claim) -> None:
    """One unit of each initiative that the claim names, at the ends of its range."""
    refs = [f"initiatives.{i}.cost_usd" for i in claim.initiatives]
    if not all(ref in book.assumption_rows for ref in refs):
        return
    figures = [book.figures[ref] for ref in refs]
    for column, end, numbers in (
        (ALL, "B", [f.value for f in figures]),
        (LOW, "D", [f.value if f.low is None else f.low for f in figures]),
        (HIGH, "E", [f.value if f.high is None else f.high for f in figures]),
    ):
        cells = [f"Assumptions!${end}${book.assumption_rows[ref]}" for ref in refs]
        if end == "B" or all(f.low is not None and f.high is not None for f in figures):
            page.formula(row, column, "+".join(cells), sum(numbers), form=style.MUSD)
    for ref in refs:
        book.address(ref, ME)
    known = {book.case.sources[f.source_id].publisher for f in figures}
    page.put(row, SOURCE, f"{'; '.join(sorted(known))}: one unit of each, once", "text")


def _finding(book: Book, page: Page, row: int) -> None:
    """Whether the plan holds the claim at its date, else what is missing in its unit; its dollars stand beside."""
    level, missing = page.n(row, CLAIMED), page.n(row, MISSING)
    tolerance = f"(1+C{row})*{book.address(TOLERANCE, ME)}"
    holds = missing <= (1 + level) * book.figure(TOLERANCE)
    value = f"short by {missing:,.2f}"
    promised = f'"short by "&TEXT(H{row},"#,##0.00")'
    text = f'IF(H{row}<={tolerance},"holds in this plan",{promised})'
    page.formula(row, FINDING, text, "holds in this plan" if holds else value, "check")


def _set_aside(book: Book, page: Page, parts: Parts, row: int) -> None:
    """What holding the split sets aside that buys nothing."""
    inv, cell = book.pages[investment.ME], (parts.investment.split.unallocated, 4)
    page.link(row, ALL, inv, cell, style.MUSD)
    finding = "held; the dollars beside it buy nothing"
    text = f'IF(J{row}>0,"{finding}","held")'
    page.formula(row, FINDING, text, finding if page.n(row, ALL) > 0 else "held", "check")


def _output(book: Book, page: Page, parts: Parts, row: int) -> None:
    """Output claimed per dollar invested, beside the plan's own value of service per dollar."""
    ref = "parameters.output_per_dollar.value"
    if ref not in book.assumption_rows:
        return
    figure, worth, cell = book.figures[ref], book.pages[present.ME], book.assumption_rows[ref]
    inv, total = book.pages[investment.ME], (parts.investment.category.total, 4)
    page.assume(row, CLAIMED, ref, style.QUANTITY)
    page.put(row, 4, "USD of output a USD", "text")
    for column, end, number in ((ALL, "B", figure.value), (LOW, "D", figure.low), (HIGH, "E", figure.high)):
        if number is not None:
            text = f"{inv.ref(*total)}*Assumptions!${end}${cell}"
            page.formula(row, column, text, inv.n(*total) * number, form=style.MUSD)
    value = worth.n(*parts.present.mission) / max(1.0, inv.n(*total))
    text = f"{worth.ref(*parts.present.mission)}/MAX(1,{inv.ref(*total)})"
    page.formula(row, PLANNED, text, value, form=style.QUANTITY)
    page.put(row, SOURCE, f"{book.case.sources[figure.source_id].publisher}: {figure.status}", "text")


def _settles(book: Book, claim: Claim, known: bool, missing: bool) -> str:
    """The command that knows more, or why there is none."""
    run = str(book.document.get("run") or "RUN")
    if claim.id == FAMILIES and claim.metric == "memo":
        return f"planner alternatives {run}: what forcing each chip costs"
    if claim.id == OUTPUT and claim.metric == "memo":
        return "nothing in the plan: it holds the price of its service a USD, which is not output"
    if not known:
        return NO_PRICE.get(claim.metric, "the plan does not measure it")
    if claim.metric in ("power", "compute") and claim.by:
        kind = "date" if missing else "level"
        return f"planner frontier {run} --curve {kind}:{claim.id}"
    if claim.metric == "budget":
        return f"planner explain {run}: the least budget that holds all else"
    return f"planner price {run}" if claim.binding == "firm" else "the plan measures it"
