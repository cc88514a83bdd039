"""Promises: every claim, what the plan does about it, its verdict, and what all of the claim would take."""

from __future__ import annotations

from typing import NamedTuple

from planner.inputs.programme import Claim
from planner.measures import amount, is_large, is_share
from planner.results import verdicts
from planner.workbook import style
from planner.workbook.book import EDITED, Book, Page, heads, letter
from planner.workbook.quantities import TIERS
from planner.workbook.sheets import adds_up, funding, investment, provenance
from planner.workbook.sheets.detail import Detail
from planner.workbook.sheets.parts import Parts

ME = "Promises"
HEADERS = heads(
    "Claim|Said by|Promised|Unit|By|Held as|Planned|Secured MW facility|Commissioned MW IT|Populated MW IT|"
    "Short or over by|Verdict|Places shown|Short or over by, in words|Note|Place among those that fall short|"
    "Places of the promise|Promised, in words|Places of the plan|Planned, in words"
)
PROMISED, UNIT, BY, HELD, PLANNED, FIRST_TIER = 3, 4, 5, 6, 7, 8
SHORT, VERDICT, DIGITS, WORDS, NOTE, FALLS, LEVEL_DIGITS, LEVEL_WORDS, PLAN_DIGITS, PLAN_WORDS = range(11, 21)
HEADER_ROW = 7
TOLERANCE = "constants.tolerance_relative"
NOTHING = "Figures were edited since the run: nothing is proven of them."
YEARLY = 12


class Places(NamedTuple):
    """``broken`` counts the firm promises that are not kept, ``firm`` all of them; ``headline`` says it in words.

    ``measured`` is how many promises have a level and an amount in the plan: each of them may fall short.
    """

    first: int
    last: int
    checked: list[tuple[int, str]]
    broken: tuple[int, int]
    firm: tuple[int, int]
    measured: int
    headline: tuple[int, int]
    proof: tuple[int, int]


def fill(book: Book, detail: Detail, parts: Parts) -> Places:
    page = book.page(ME, f"{book.case.programme.title}: promises and plan", "report: one row a claim, with its verdict")
    page.heading(HEADER_ROW - 1, "Every promise, and what the plan does about it (a point estimate)")
    page.headers(HEADER_ROW, HEADERS)
    checked = []
    first = HEADER_ROW + 1
    for at, claim in enumerate(book.case.programme.claims, first):
        _claim(page, at, claim)
        if claim.metric == "power" and claim.by:
            _tiers(page, detail, at, claim)
        if _outcome(book, page, detail, at, claim, parts):
            checked.append((at, claim.id))
        _falls(book, page, at, first)
    if not book.case.programme.claims:
        page.put(first, 1, "The programme names no claim.", "text")
    last = first + max(len(book.case.programme.claims), 1) - 1
    broken, firm = _counts(book, page, first, last)
    _headline(book, page, parts, (broken, firm))
    measured = sum((r, SHORT) in page.values for r in range(first, last + 1))
    return Places(first, last, checked, broken, firm, measured, (4, 1), (5, 1))


def close(book: Book, parts: Parts, row: int) -> None:
    """Below the claims: whether budget and promise of power add up, and the operating money it rests on."""
    page = book.pages[ME]
    adds_up.operating_money(book, page, parts, adds_up.arithmetic(book, page, parts, row))
    wide = {LEVEL_WORDS: 28, PLAN_WORDS: 24}
    page.widths({1: 42, 2: 24, 3: 12, 4: 13, 5: 10, 6: 12, 7: 12, 12: 30, 13: 12, 14: 24, 15: 50, **wide}, 12)
    page.most_columns = NOTE
    page.printed(3, "B4")


def _counts(book: Book, page: Page, first: int, last: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Below the table: firm promises that are not kept, and all that are firm."""
    held, short, level = (page.here(first, c, (last, c)) for c in (HELD, SHORT, PROMISED))
    allowed, rows = book.figure(TOLERANCE), range(first, last + 1)
    firm = [r for r in rows if page.values.get((r, HELD)) == "firm" and (r, SHORT) in page.values]
    count = sum(page.n(r, SHORT) > (1 + page.n(r, PROMISED)) * allowed for r in firm)
    text = f'SUMPRODUCT(({held}="firm")*({short}>(1+{level})*{book.address(TOLERANCE, ME)}))'
    for row, name, formula, value in (
        (last + 1, "Firm promises that are not kept", text, count),
        (last + 2, "Firm promises", f'COUNTIFS({held},"firm",{short},">=0")', len(firm)),
    ):
        for column in range(1, NOTE + 1):
            page.put(row, column, name if column == 1 else "", "total")
        page.formula(row, SHORT, formula, float(value), "total", "0")
    return (last + 1, SHORT), (last + 2, SHORT)


def _headline(book: Book, page: Page, parts: Parts, counts: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """How many firm promises are kept, and what is proven; both change when a figure is edited."""
    short, all_ = (page.n(*at) for at in counts)
    a, b = (page.here(*at).replace("$", "") for at in counts)
    kept = f"All {all_:.0f} firm promises are kept." if all_ else "The programme makes no firm promise with an amount."
    value = f"{short:.0f} of {all_:.0f} firm promises are not kept." if short else kept
    page.banner(4, "", NOTE)
    fine = f'"All "&{b}&" firm promises are kept."' if all_ else f'"{kept}"'
    text = f'IF({a}=0,{fine},{a}&" of "&{b}&" firm promises are not kept.")'
    page.formula(4, 1, text, value, "banner")
    stored, row = book.pages[provenance.ME], parts.solved.rows[provenance.PROOF]
    proof = f'IF({EDITED}=0,{stored.ref(row, 2)},"{NOTHING}")'
    page.formula(5, 1, proof, stored.values[row, 2], "link")


def _claim(page: Page, row: int, claim: Claim) -> None:
    page.put(row, 1, claim.claim, "text")
    page.put(row, 2, claim.said_by, "text")
    if claim.level is not None:
        page.assume(row, PROMISED, f"claims.{claim.id}.level", form(claim))
    page.put(row, UNIT, _unit(claim) or None, "text")
    if claim.by is not None:
        page.assume(row, BY, f"claims.{claim.id}.by", style.YEAR)
    page.put(row, HELD, claim.binding if claim.level is not None else "claim only", "text")
    page.put(row, NOTE, claim.note or None, "text")


def form(claim: Claim) -> str:
    return style.MUSD if claim.unit == "USD" else "0.00" if is_share(claim.unit) else style.MW


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
    known, live = f"{claim.id}|planned" in view.totals, None
    if known:
        live = _live(book, detail, row, claim, parts)
        text, value = live or (view.formula(f'"{claim.id}|planned"'), view.value(claim.id, "planned"))
        page.formula(row, PLANNED, text, value, form=form(claim))
        _in_words(book, page, row, (PLANNED, PLAN_DIGITS, PLAN_WORDS), claim)
    if claim.level is not None:
        _in_words(book, page, row, (PROMISED, LEVEL_DIGITS, LEVEL_WORDS), claim)
    if known and claim.level is not None:
        _verdict(book, page, row, claim, claim.level, page.n(row, PLANNED))
    else:
        page.put(row, VERDICT, verdicts.promise(claim.model_dump()), "check")
    return live is not None


def _shortfall(book: Book, row: int, claim: Claim, level: float, planned: float) -> tuple[str, float]:
    """A budget and the caps are ceilings, the split is a band, everything else a floor."""
    if claim.metric in verdicts.CEILINGS:
        return f"MAX(0,G{row}-C{row})", max(0.0, planned - level)
    if claim.metric in verdicts.BANDS:
        width = "programme.infrastructure_share_tolerance"
        outside = max(0.0, abs(planned - level) - book.figure(width))
        return f"MAX(0,ABS(G{row}-C{row})-{book.address(width, ME)})", outside
    return f"MAX(0,C{row}-G{row})", max(0.0, level - planned)


def _verdict(book: Book, page: Page, row: int, claim: Claim, level: float, planned: float) -> None:
    """Shortfall, computed, the same in words, and the verdict: the words that every face prints."""
    text, short = _shortfall(book, row, claim, level, planned)
    page.formula(row, SHORT, text, short, form=form(claim))
    _in_words(book, page, row, (SHORT, DIGITS, WORDS), claim)
    missed = short > (1 + level) * book.figure(TOLERANCE)
    item = {**claim.model_dump(), "planned": planned, "shortfall": short}
    both = [verdicts.promise({**item, "met": met}) for met in (False, True)]
    opening = both[0].removesuffix(amount(short, claim.unit))
    test = f"K{row}>(1+C{row})*{book.address(TOLERANCE, ME)}"
    page.formula(row, VERDICT, f'IF({test},"{opening}"&N{row},"{both[1]}")', both[0 if missed else 1], "check")


def _in_words(book: Book, page: Page, row: int, columns: tuple[int, int, int], claim: Claim) -> None:
    """An amount as ``planner.measures.amount`` says it: ``columns`` are those of the amount, its places and the words.

    A promise is followed by its year.
    """
    ten, large, million = (book.address(f"constants.{name}", ME) for name in ("ten", "usd_per_busd", "usd_per_musd"))
    amount_at, places_at = (f"{letter(c)}{row}" for c in columns[:2])
    value, limit = page.n(row, columns[0]), book.figure("constants.ten")
    unit = said_unit(claim)
    if unit == "USD":
        digits, places = f"1+(ROUND({amount_at}/{million},1)>={large}/{million})", 1 + is_large(value)
        text = f'"$"&FIXED({amount_at}/IF({places_at}>1,{large},{million}),{places_at})&MID("MB",{places_at},1)'
    elif is_share(unit):
        digits, places = f"1+({amount_at}<1/{ten})", 1 + (value < 1 / limit)
        text = f'FIXED({amount_at}*{ten}*{ten},{places_at})&" %"'
    else:
        digits = f"({amount_at}<>INT({amount_at}))*(({amount_at}<{ten}*{ten})+({amount_at}<{ten}))"
        places = 0 if value.is_integer() else (value < limit * limit) + (value < limit)
        text = f"FIXED({amount_at},{places_at})" + (f'&" "&D{row}' if unit else "")
    words = amount(value, unit)
    if columns[0] == PROMISED and claim.by is not None:
        text, words = f'{text}&" by "&E{row}', f"{words} by {claim.by}"
    page.formula(row, columns[1], digits, float(places), "calculation", '0"     "')
    page.formula(row, columns[2], text, words, "calculation")


def said_unit(claim: Claim) -> str:
    """The unit in which amounts of a claim are said: conditions of governance are shares, named or not."""
    return claim.unit or ("share" if claim.metric == "governance" else "")


def _falls(book: Book, page: Page, row: int, first: int) -> None:
    """The place of a claim among those that the plan falls short of, counted from 1; 0 where it does not."""
    if (row, SHORT) not in page.values:
        return
    missed = page.n(row, SHORT) > (1 + page.n(row, PROMISED)) * book.figure(TOLERANCE)
    place = missed * (1 + max([page.n(r, FALLS) for r in range(first, row)] or [0.0]))
    before = f"(1+MAX(P${first}:P{row - 1}))" if row > first else "1"
    page.formula(row, FALLS, f"(K{row}>(1+C{row})*{book.address(TOLERANCE, ME)})*{before}", place, "calculation", "0")


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
    if claim.metric == "funding" and parts.funding and book.case.periods.months == YEARLY:
        page, cell = book.pages[funding.ME], (parts.funding.used, 4)
        return page.ref(*cell), page.n(*cell)
    return None
