"""Promises: the opening page. Every claim, who said it, what the plan does about it, and how sure that is."""

from __future__ import annotations

from typing import NamedTuple

from planner.inputs.programme import Claim
from planner.measures import gap_text
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.quantities import TIERS
from planner.workbook.sheets import adds_up, funding, investment
from planner.workbook.sheets.detail import Detail
from planner.workbook.sheets.parts import Parts

ME = "Promises"
HEADERS = (
    "Claim",
    "Said by",
    "Promised",
    "Unit",
    "By",
    "Held as",
    "Planned",
    "Secured MW facility",
    "Commissioned MW IT",
    "Populated MW IT",
    "Shortfall",
    "Verdict",
    "Confidence",
    "Note",
)
PROMISED, UNIT, BY, HELD, PLANNED, FIRST_TIER, SHORT, VERDICT = 3, 4, 5, 6, 7, 8, 11, 12
CONFIDENCE = "point estimate, confidence not assessed"
NOT_TESTED = "shown, not tested"
#: metrics whose level is the most
CEILINGS = ("budget", "funding")
YEARLY = 12
#: promises from this level on are given in whole units
LARGE = 100


class Places(NamedTuple):
    first: int
    last: int
    checked: list[tuple[int, str]]
    broken: tuple[int, int]


def fill(book: Book, detail: Detail, parts: Parts) -> Places:
    page = book.page(ME, f"{book.case.programme.title}: promises and plan", "opening page")
    page.banner(4, sentence(book), len(HEADERS))
    row = adds_up.arithmetic(book, page, parts, 6)
    row = adds_up.operating_money(book, page, parts, row)
    page.heading(row, "Every promise, and what the plan does about it")
    page.headers(row + 1, HEADERS)
    checked = []
    first = row + 2
    for at, claim in enumerate(book.case.programme.claims, first):
        _claim(page, at, claim)
        if claim.metric == "power" and claim.by:
            _tiers(page, detail, at, claim)
        if _outcome(book, page, detail, at, claim, parts):
            checked.append((at, claim.id))
    if not book.case.programme.claims:
        page.put(first, 1, "The programme names no claim.", "text")
    last = first + max(len(book.case.programme.claims), 1) - 1
    broken = _broken(page, book, first, last)
    page.widths({1: 46, 2: 24, 3: 11, 4: 13, 5: 7, 6: 11, 7: 11, 8: 12, 9: 15, 10: 11, 11: 11, 12: 32, 13: 26, 14: 56})
    page.printed(4, "B5")
    return Places(first, last, checked, broken)


def _broken(page: Page, book: Book, first: int, last: int) -> tuple[int, int]:
    """Below the table: firm promises that are short, counted."""
    row, ref = last + 1, "constants.tolerance_relative"
    page.put(row, 1, "Firm promises that are short", "total")
    for column in range(2, len(HEADERS) + 1):
        page.put(row, column, "", "total")
    held, short, level = (page.here(first, c, (last, c)) for c in (6, SHORT, PROMISED))
    allowed = book.figure(ref)
    count = sum(
        page.values.get((r, 6)) == "firm" and page.n(r, SHORT) > (1 + page.n(r, PROMISED)) * allowed
        for r in range(first, last + 1)
    )
    text = f'SUMPRODUCT(({held}="firm")*({short}>(1+{level})*{book.address(ref, ME)}))'
    page.formula(row, SHORT, text, float(count), "total", "0")
    return row, SHORT


def sentence(book: Book) -> str:
    """What the run proves, in one sentence."""
    gap = gap_text(book.document) or "an amount that is not known"
    if book.document.get("verdict") == "optimal":
        return f"This run proves that the plan meets every firm promise and that no plan is better by more than {gap}."
    return f"The plan meets every firm promise. The search stopped at a limit: a better plan may exist, by {gap}."


def _claim(page: Page, row: int, claim: Claim) -> None:
    page.put(row, 1, claim.claim, "text")
    page.put(row, 2, claim.said_by, "text")
    if claim.level is not None:
        page.assume(row, PROMISED, f"claims.{claim.id}.level", _form(claim))
    page.put(row, UNIT, _unit(claim) or None, "text")
    if claim.by is not None:
        page.assume(row, BY, f"claims.{claim.id}.by", style.YEAR)
    page.put(row, 6, claim.binding if claim.level is not None else "claim only", "text")
    page.put(row, 13, CONFIDENCE if claim.level is not None else "not assessed", "text")
    page.put(row, 14, claim.note or None, "text")


def _form(claim: Claim) -> str:
    return style.MUSD if claim.unit == "USD" else "0.00" if _is_share(claim) else style.MW


def _is_share(claim: Claim) -> bool:
    return claim.unit == "fraction" or claim.unit.startswith("share")


def _unit(claim: Claim) -> str:
    return "$M" if claim.unit == "USD" else claim.unit


def _tiers(page: Page, detail: Detail, row: int, claim: Claim) -> None:
    """All three tiers at the end of the promised year, whichever was promised."""
    view = detail.view("power tier", 2)
    for column, tier in enumerate(TIERS, FIRST_TIER):
        text = view.formula(f'"{tier}|"&$E{row}')
        page.formula(row, column, text, view.value(tier, claim.by), form=style.MW)


def _outcome(book: Book, page: Page, detail: Detail, row: int, claim: Claim, parts: Parts) -> bool:
    """Planned, shortfall and verdict; returns whether planned was recomputed from Detail."""
    view = detail.view("promise", 1)
    if f"{claim.id}|planned" not in view.totals:
        if claim.metric == "interconnect":
            _physics(book, page, row)
        else:
            page.put(row, VERDICT, NOT_TESTED, "check")
        return False
    live = _live(book, detail, row, claim, parts)
    text, value = live or (view.formula(f'"{claim.id}|planned"'), view.value(claim.id, "planned"))
    page.formula(row, PLANNED, text, value, form=_form(claim))
    if claim.level is None:
        page.put(row, VERDICT, NOT_TESTED, "check")
    else:
        _verdict(book, page, row, claim, claim.level, value)
    return live is not None


def _physics(book: Book, page: Page, row: int) -> None:
    """Which fabric tiers keep within a microsecond."""
    values, _ = book.lookup("fabric", ME)
    latencies = [f.value for f in book.case.figures if f.table == "fabric"]
    within = sum(value <= 1 for value in latencies)
    text = f'COUNTIF({values},"<=1")&" of "&ROWS({values})&" fabric tiers within 1 us"'
    page.formula(row, VERDICT, text, f"{within} of {len(latencies)} fabric tiers within 1 us", "check")


def _shortfall(book: Book, row: int, claim: Claim, level: float, planned: float) -> tuple[str, float]:
    """A budget and the caps are ceilings, the split is a band, everything else a floor."""
    if claim.metric in CEILINGS:
        return f"MAX(0,G{row}-C{row})", max(0.0, planned - level)
    if claim.metric == "split":
        width = "programme.infrastructure_share_tolerance"
        outside = max(0.0, abs(planned - level) - book.figure(width))
        return f"MAX(0,ABS(G{row}-C{row})-{book.address(width, ME)})", outside
    return f"MAX(0,C{row}-G{row})", max(0.0, level - planned)


def _verdict(book: Book, page: Page, row: int, claim: Claim, level: float, planned: float) -> None:
    """Shortfall, computed, and the word for it."""
    text, short = _shortfall(book, row, claim, level, planned)
    page.formula(row, SHORT, text, short, form=_form(claim))
    large, money = level >= LARGE, claim.unit == "USD"
    form = "#,##0,," if money else "#,##0" if large else "0.00"
    amount = f"{short / 1e6:,.0f}" if money else f"{short:,.0f}" if large else f"{short:.2f}"
    prefix = "reported, " if claim.binding == "reported" else ""
    allowed, tolerance = book.figure("constants.tolerance_relative"), book.address("constants.tolerance_relative", ME)
    missed = short > (1 + level) * allowed
    words = "over by" if claim.metric in CEILINGS else "outside by" if claim.metric == "split" else "short by"
    verdict = f"{prefix}{words} {amount} {_unit(claim)}" if missed else f"{prefix}met"
    gap = f'"{prefix}{words} "&TEXT(K{row},"{form}")&" "&D{row}'
    page.formula(row, VERDICT, f'IF(K{row}>(1+C{row})*{tolerance},{gap},"{prefix}met")', verdict, "check")


def _live(book: Book, detail: Detail, row: int, claim: Claim, parts: Parts) -> tuple[str, float] | None:
    """Planned from Detail where a tier, a precision, the sites or the dollars say it."""
    counted = detail.view("promise", 1).value(claim.id, "planned")
    if claim.metric == "power" and claim.tier and claim.by:
        column = FIRST_TIER + TIERS.index(claim.tier)
        value = detail.view("power tier", 2).value(claim.tier, claim.by)
        allowed = book.figure("constants.tolerance_mw")
        return (f"{chr(64 + column)}{row}", value) if abs(value - counted) <= allowed else None
    if claim.metric == "compute" and claim.tier and claim.precision and claim.by:
        view = detail.view("compute", 1)
        value = view.value(claim.tier, claim.precision, claim.by)
        if abs(value - counted) > book.figure("constants.tolerance_relative") * max(1.0, counted):
            return None  # the least of later years is less: what is promised by a date holds to the end
        return view.formula(f'"{claim.tier}|{claim.precision}|"&$E{row}'), value
    if claim.metric == "budget":
        page = book.pages[investment.ME]
        cell = (parts.investment.category.total, 4)
        return page.ref(*cell), page.n(*cell)
    if claim.metric == "split" and claim.by in (None, book.years[-1]):
        page, cell = book.pages[investment.ME], (parts.investment.split.share, 4)
        return page.ref(*cell), page.n(*cell)
    if claim.metric == "funding" and parts.funding.used and book.case.periods.months == YEARLY:
        page, cell = book.pages[funding.ME], (parts.funding.used, 4)
        return page.ref(*cell), page.n(*cell)
    return None
