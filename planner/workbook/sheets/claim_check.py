"""On Promises: every claim of the programme beside what the plan and published figures support, and its price."""

from __future__ import annotations

import re
from collections.abc import Iterable

from planner.inputs.programme import Claim
from planner.workbook import style
from planner.workbook.book import Book, Page, heads
from planner.workbook.quantities import TIERS
from planner.workbook.sheets import chips, compute, investment, power, present, promises, unit_costs
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.unit_costs import Unit
from planner.workbook.tables import Entry, label

ME = promises.ME
HEADERS = heads(
    "Claim|Published by|Claimed|Unit|By|The plan holds|Held from|Missing|$M a unit, as the plan pays|"
    "All of it as the plan pays, $M|All of it, published low, $M|All of it, published high, $M|"
    "True for so much more, $M|What the plan shows|What settles it"
)
SOURCE, CLAIMED, PLANNED, FROM, MISSING, OWN, ALL, LOW, HIGH, MORE, FINDING, SETTLES = 2, 3, *range(6, 16)
TOLERANCE = "constants.tolerance_relative"
#: output a dollar, where the data have it: beside a claim without an amount that speaks of output
OUTPUT, RATIO = "output", "parameters.output_per_dollar.value"
NO_PRICE = {
    "interconnect": "no price: the speed of light sets it",
    "governance": "a rule of every plan, so it has no price of its own",
    "memo": "the plan does not measure it",
}


def section(book: Book, parts: Parts, promised: promises.Places, row: int) -> int:
    """The tables from a row of Promises on; the next row."""
    page, claims = book.pages[ME], book.case.programme.claims
    page.heading(row, "What all of a claim would take, and what settles it; dollars are then-year")
    page.note(
        row + 1, "True for so much more: what is missing times the plan's own cost a unit; no solve stands behind it."
    )
    page.headers(row + 2, HEADERS)
    first = row + 3
    for n, claim in enumerate(claims):
        _from_above(page, first + n, promised.first + n, claim)
    end = first + max(len(claims), 1)
    if not claims:
        page.put(first, 1, "The programme names no claim.", "text")
    from_, at = _levels(book, page, parts, (first, end + 1))
    units, at = unit_costs.fill(book, page, parts, at)
    racks = _families(book, page, at)
    of_family = {str(page.values[r, 1]): r for r in range(racks[0], racks[1] + 1)} if racks else {}
    for n, claim in enumerate(claims):
        _supported(book, page, parts, first + n, claim, from_, units, of_family)
    return (racks[1] if racks else at) + 2


def _from_above(page: Page, row: int, at: int, claim: Claim) -> None:
    page.put(row, 1, claim.claim, "text")
    for column, there in ((CLAIMED, promises.PROMISED), (5, promises.BY), (PLANNED, promises.PLANNED)):
        if (at, there) in page.values:
            page.link(row, column, page, (at, there), style.YEAR if column == 5 else promises.form(claim))
    if (at, promises.SHORT) in page.values:
        page.link(row, MISSING, page, (at, promises.SHORT), promises.form(claim))
    page.put(row, 4, page.values.get((at, promises.UNIT)), "text")
    page.link(row, FINDING, page, (at, promises.VERDICT))
    page.sheet.cell(row, FINDING)._style = page.book.look("check", style.GENERAL)


def _levels(book: Book, page: Page, parts: Parts, rows: tuple[int, int]) -> tuple[dict[str, int], int]:
    """What the plan holds of each claim by year, and the year from which it holds to the end: id -> row."""
    start, row = rows
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
        level = page.here(start + n, CLAIMED)
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
    racks: dict[str, int],
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
    if claim.metric == "interconnect":
        _physics(book, page, row)
    if claim.metric == "split" and known:
        _set_aside(book, page, parts, row)
    if rows := [racks[family] for family in named(claim, racks)]:
        count = sum(page.n(r, 2) > 0 for r in rows)
        text = "+".join(["0", *(f"(B{r}>0)" for r in rows)]) + f'&" of {len(rows)} families are bought"'
        page.formula(row, FINDING, text, f"{count} of {len(rows)} families are bought", "check")
    if speaks_of_output(book, claim):
        _output(book, page, parts, row)
    missing = (row, MISSING) in page.values and page.n(row, MISSING) > 0
    page.put(row, SETTLES, _settles(book, claim, known, bool(rows), missing), "text")


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


def named(claim: Claim, families: Iterable[str]) -> list[str]:
    """Families of chips that a claim without an amount names: as a word of its own, or in the plural."""
    words = {word.removesuffix("s").lower() for word in re.findall(r"\w+", claim.claim)}
    return [f for f in families if f.removesuffix("s").lower() in words] if claim.metric == "memo" else []


def speaks_of_output(book: Book, claim: Claim) -> bool:
    """Whether a claim without an amount is about output, and the data have a ratio to read it beside."""
    return claim.metric == "memo" and OUTPUT in claim.claim.lower() and RATIO in book.assumption_rows


def _physics(book: Book, page: Page, row: int) -> None:
    """The latencies of the fabric tiers, which a claim on the interconnect is read beside."""
    latencies = [f.value for f in book.case.figures if f.table == "fabric"]
    if not latencies:
        return
    values, _ = book.lookup("fabric", ME)
    text = f'MIN({values})&" to "&MAX({values})&" us across the fabric tiers"'
    words = f"{min(latencies):.10g} to {max(latencies):.10g} us across the fabric tiers"
    page.formula(row, FINDING, text, words, "check")


def _set_aside(book: Book, page: Page, parts: Parts, row: int) -> None:
    """What holding the split sets aside that buys nothing."""
    inv, cell = book.pages[investment.ME], (parts.investment.split.unallocated, 4)
    page.link(row, ALL, inv, cell, style.MUSD)
    finding = ("the dollars beside it buy nothing", "all of it buys something")
    text = f'IF(J{row}>0,"{finding[0]}","{finding[1]}")'
    page.formula(row, FINDING, text, finding[page.n(row, ALL) <= 0], "check")


def _output(book: Book, page: Page, parts: Parts, row: int) -> None:
    """Output claimed per dollar invested, beside the plan's own value of service per dollar."""
    figure, worth, cell = book.figures[RATIO], book.pages[present.ME], book.assumption_rows[RATIO]
    inv, total = book.pages[investment.ME], (parts.investment.category.total, 4)
    page.assume(row, CLAIMED, RATIO, style.QUANTITY)
    page.put(row, 4, "USD of output a USD", "text")
    for column, end, number in ((ALL, "B", figure.value), (LOW, "D", figure.low), (HIGH, "E", figure.high)):
        if number is not None:
            text = f"{inv.ref(*total)}*Assumptions!${end}${cell}"
            page.formula(row, column, text, inv.n(*total) * number, form=style.MUSD)
    value = worth.n(*parts.present.mission) / max(1.0, inv.n(*total))
    text = f"{worth.ref(*parts.present.mission)}/MAX(1,{inv.ref(*total)})"
    page.formula(row, PLANNED, text, value, form=style.QUANTITY)
    page.put(row, SOURCE, f"{book.case.sources[figure.source_id].publisher}: {figure.status}", "text")


def _settles(book: Book, claim: Claim, known: bool, families: bool, missing: bool) -> str:
    """The command that knows more, or why there is none."""
    run = str(book.document.get("run") or "RUN")
    if families:
        return f"planner alternatives {run}: what forcing each chip costs"
    if speaks_of_output(book, claim):
        return "nothing in the plan: it holds the price of its service a USD, which is not output"
    if not known:
        return NO_PRICE.get(claim.metric, "the plan does not measure it")
    if claim.metric in ("power", "compute") and claim.by:
        kind = "date" if missing else "level"
        return f"planner frontier {run} --curve {kind}:{claim.id}"
    if claim.metric == "budget":
        return f"planner explain {run}: the least budget that holds all else"
    return f"planner price {run}" if claim.binding == "firm" else "the plan measures it"
