"""Checks: the workbook ties to itself, to its detail and to the solver. PASS, FAIL or EDITED, as words."""

from __future__ import annotations

from collections.abc import Sequence

from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import (
    assumptions,
    investment,
    power,
    present,
    promises,
    provenance,
    sites,
    soft_ties,
    ties,
)
from planner.workbook.sheets.detail import DOLLARS, POSTED, Detail
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.ties import ME, Check, cell

COUNT, RELATIVE, ZERO = "constants.tolerance_mw", "constants.tolerance_relative", ("0", 0.0)
HEADERS = ("No.", "Check", "Left", "Right", "Difference", "Tolerance", "Result")
FLAG = (5, 2)
HEADER_ROW = 9
RESULT = 7
#: spreadsheets show a difference in the last bits of two numbers as 0
NOISE = 3e-15


def fill(book: Book, detail: Detail, parts: Parts, promised: promises.Places, more: Sequence[Check] = ()) -> list[str]:
    """Writes the sheet, with ``more`` checks; returns the sentences of checks that do not pass."""
    page = book.page(ME, "Checks", "check")
    checks = [
        *ties.dollars(book, detail, parts),
        *ties.by_evidence(book, parts),
        *ties.commitments(book, parts),
        *ties.levels(book, parts),
        *soft_ties.split(book, detail, parts),
        *soft_ties.money(book, detail, parts),
        *soft_ties.need(book, parts),
        *more,
        *_solved(book, detail, parts, promised),
    ]
    first, last = HEADER_ROW + 1, HEADER_ROW + len(checks)
    results = f"$G${first}:$G${last}"
    _, _, marks = assumptions.ranges(book)
    page.put(
        4,
        1,
        "EDITED: an assumption differs from the solved run; dollars are recalculated, decisions are not re-optimised.",
    )
    page.put(6, 1, "Figures edited")
    page.put(6, 3, "assumptions that differ from the solved run")
    page.formula(6, 2, f'COUNTIF({marks},"EDITED")', 0, "check", "0")
    page.put(7, 1, "Difference")
    page.put(7, 3, "what a difference from the solved run is called: EDITED once a figure is edited")
    page.formula(7, 2, 'IF(B6=0,"FAIL","EDITED")', "FAIL", "check")
    page.put(8, 1, "Otherwise")
    page.put(8, 3, "what the overall word is when no check fails")
    page.headers(HEADER_ROW, HEADERS)
    words = [
        _write(book, page, row, n, check)
        for n, (row, check) in enumerate(zip(range(first, last + 1), checks, strict=True), 1)
    ]
    page.formula(
        8, 2, f'IF(COUNTIF({results},"EDITED")>0,"EDITED","PASS")', "EDITED" if "EDITED" in words else "PASS", "check"
    )
    page.put(5, 1, "Overall")
    page.put(5, 3, "stands at the top of every sheet")
    page.formula(5, 2, f'IF(COUNTIF({results},"FAIL")>0,"FAIL",B8)', "FAIL" if "FAIL" in words else "PASS", "check")
    for rule in style.result_rules():
        page.sheet.conditional_formatting.add(f"G{first}:G{last}", rule)
        page.sheet.conditional_formatting.add("B5", rule)
    page.widths({1: 15, 2: 82, 3: 22, 4: 22, 5: 14, 6: 14, 7: 10})
    page.printed(HEADER_ROW, f"A{HEADER_ROW + 1}")
    bad = [
        (row, check) for row, check, word in zip(range(first, last + 1), checks, words, strict=True) if word != "PASS"
    ]
    return [f"{c.name}: {page.n(r, 3):,.6g} against {page.n(r, 4):,.6g}" for r, c in bad]


def _write(book: Book, page: Page, row: int, number: int, check: Check) -> str:
    page.put(row, 1, f"C{number:02d}")
    page.put(row, 2, check.name, "text")
    page.formula(row, 3, check.left[0], check.left[1], form=_form(check.left[1]))
    page.formula(row, 4, check.right[0], check.right[1], form=_form(check.left[1]))
    difference = check.left[1] - check.right[1]
    if abs(difference) < NOISE * abs(check.left[1]):
        difference = 0.0
    difference = max(0.0, difference) if check.most else difference
    tolerance, allowed = book.address(check.tolerance, ME), book.figure(check.tolerance)
    if check.relative:
        tolerance, allowed = f"{tolerance}*MAX(1,ABS(D{row}))", allowed * max(1.0, abs(check.right[1]))
    page.formula(row, 5, f"MAX(0,C{row}-D{row})" if check.most else f"C{row}-D{row}", difference, form=_form(allowed))
    page.formula(row, 6, tolerance, allowed, "link", _form(allowed))
    otherwise = "$B$7" if check.solved else '"FAIL"'
    word = "PASS" if abs(difference) <= allowed else "FAIL"
    page.formula(row, RESULT, f'IF(ABS(E{row})<=F{row},"PASS",{otherwise})', word, "check")
    return word


def _form(value: float) -> str:
    """Cents for dollars and whole counts, more places for what is small."""
    return "#,##0.00" if abs(value) >= 0.01 or not value else "0.000000"


def _solved(book: Book, detail: Detail, parts: Parts, promised: promises.Places) -> list[Check]:
    """Against what the solver and the independent verifier stored."""
    return [*_posted(book, detail), *_totals(book, parts), *_verified(book, parts), *_promised(book, detail, promised)]


def _posted(book: Book, detail: Detail) -> list[Check]:
    """Rows and dollars as the run posted them, and figures as it was solved with."""
    dollars, posted = detail.column("costs", DOLLARS), detail.column("costs", POSTED)
    low, high = detail.blocks["costs"]
    total, kept = (float(sum(detail.page.n(r, c) for r in range(low, high + 1))) for c in (DOLLARS, POSTED))
    count = float(high - low + 1)
    rows = f'COUNTIF({detail.column("costs", 1)},"cost")', count
    values, solved, _ = assumptions.ranges(book)
    edited = f"SUMPRODUCT(1*({values}<>{solved}))", 0.0
    both = (f"SUM({dollars})", total), (f"SUM({posted})", kept)
    return [
        Check("Dollars of Detail against dollars posted by the run", *both, solved=True),
        Check("Cost rows on Detail against rows posted", rows, (f"ROWS({dollars})", count), COUNT),
        Check("Every assumption at its solved value (figures that differ)", edited, ZERO, COUNT, solved=True),
    ]


def _totals(book: Book, parts: Parts) -> list[Check]:
    """The workbook's own totals against those of the run."""
    stored, inv, site = book.pages[provenance.ME], book.pages[investment.ME], book.pages[sites.ME]
    rows, pv, p = parts.solved.rows, book.pages[present.ME], parts.present
    sources = {
        "investment": ("Investment against the solver's own total", cell(inv, parts.investment.category.total, 4)),
        "operations": ("Operations against the solver's own total", cell(site, parts.sites.operations.total, 4)),
        "present cost": ("Present cost against the run's own", cell(pv, *p.cost)),
        "value in the horizon": ("Service in the horizon against the run's own", cell(pv, *p.inside)),
        "value after the horizon": ("Service after the horizon against the run's own", cell(pv, *p.after)),
        "cost after the horizon": ("Running cost after the horizon against the run's own", cell(pv, *p.running)),
        "mission value": ("Mission value against the run's own", cell(pv, *p.mission)),
        "terminal value": ("Terminal value against the run's own", cell(pv, *p.left)),
        "net benefit": ("Net benefit against the run's own", cell(pv, *p.net)),
    }
    return [
        Check(text, here, cell(stored, rows[name], 2), RELATIVE, solved=True, relative=True)
        for name, (text, here) in sources.items()
        if name in rows
    ]


def _verified(book: Book, parts: Parts) -> list[Check]:
    stored, site, rows = book.pages[provenance.ME], book.pages[sites.ME], parts.solved.rows
    passed, broken = (cell(stored, rows[name], 2) for name in ("verification passed", "rules broken"))
    names = site.ref(parts.sites.first, 1, (parts.sites.last, 1))
    chosen = f"COUNTA({names})", float(len(power.site_entries(book, "")))
    asked = book.address("programme.sites", ME), book.figure("programme.sites")
    return [
        Check("The independent verifier passed the plan", passed, ("1", 1.0), COUNT),
        Check("Rules the verifier found broken", broken, ZERO, COUNT),
        Check("Sites chosen against sites asked for", chosen, asked, COUNT),
    ]


def _promised(book: Book, detail: Detail, promised: promises.Places) -> list[Check]:
    page, view = book.pages[promises.ME], detail.view("promise", 1)
    checks = [Check("Firm promises that are not kept", cell(page, *promised.broken), ZERO, COUNT, solved=True)]
    for row, claim in promised.checked:
        there = view.formula(f'"{claim}|planned"'), view.value(claim, "planned")
        name = f"Promise {claim}: planned level against the run's commitments"
        checks.append(Check(name, cell(page, row, promises.PLANNED), there, RELATIVE, solved=True, relative=True))
    return checks
