"""On Drivers: the figures that move the net benefit most, or, until that is counted, those that carry most money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.analyses.ranges import ranges
from planner.workbook import style
from planner.workbook.book import EDITED, Book, Page, heads, letter
from planner.workbook.sheets import assumptions
from planner.workbook.sheets.placed import Live, counted
from planner.workbook.tables import Entry, label

ME = "Drivers"
AMOUNT = 4
SENSITIVITIES = heads(
    "Figure|Source|Unit|Net benefit moves, $M|Low|Value|High|Status|Dollars behind it, $M|Row of Assumptions' table"
)
#: where a row keeps the place of its figure on Assumptions
FOUND = 10
MOST, FIRST_ROW = 10, 5
RUN = f"The {MOST} figures that move the net benefit most"
NOT_RUN = f"{RUN}: 'planner sensitivity RUN' counts them. Until then, the {MOST} that carry the most money"


def not_assessed(book: Book, page: Page, row: int) -> int:
    """Until a sensitivity analysis has run: the figures that carry the most money, also after an edit."""
    page.heading(row, NOT_RUN)
    page.headers(row + 1, SENSITIVITIES)
    source, first = book.pages["Assumptions"], assumptions.HEADER_ROW + 1
    last = max((r for r, c in source.values if c == assumptions.PLACE and r >= first), default=0)
    if not last:
        page.put(row + 2, 1, "no figure carries money")
    places = source.ref(first, assumptions.PLACE, (last, assumptions.PLACE))
    shown: dict[int, tuple[int, str, str]] = {
        1: (1, "line", style.GENERAL),
        2: (assumptions.SOURCE, "line", style.GENERAL),
        3: (assumptions.UNIT, "line", style.GENERAL),
        5: (assumptions.LOW, "link", "#,##0.####"),
        6: (assumptions.VALUE, "link", "#,##0.####"),
        7: (assumptions.HIGH, "link", "#,##0.####"),
        8: (assumptions.STATUS, "line", style.GENERAL),
        9: (assumptions.BEHIND, "link", style.MUSD),
    }
    by_place = {place: r for r in range(first, last + 1) if (place := source.values[r, assumptions.PLACE])}
    for n in range(min(MOST, len(by_place))):
        at, there = row + 2 + n, by_place[n + 1.0]
        page.formula(at, FOUND, f"MATCH({counted(n + 1)},{places},0)", float(there - first + 1), form="0")
        page.put(at, AMOUNT, "not assessed")
        for column, (of, look, form) in shown.items():
            text = f"INDEX({source.ref(first, of, (last, of))},${letter(FOUND)}{at})"
            if of in (assumptions.LOW, assumptions.HIGH):
                text = f'IF({text}="","no range",{text})'
            page.formula(at, column, text, source.values.get((there, of), "no range"), look, form)
    return row + 3 + MOST


def ranges_of(book: Book, figures: Sequence[str], user: str, first: int = 1) -> dict[str, Live]:
    """Low, value and high of figures on Assumptions, by ``"row,column"``; of one that stands for many, its first.

    The value of one that stands for figures of different values is left out.
    """
    source, found = book.pages["Assumptions"], {}
    known = {one.ref: one for one in ranges(book.case)[0]}
    for n, name in enumerate(figures):
        if (one := known.get(name)) is not None:
            ref = f"{one.table}.{one.rows[0]}.{one.column}"
            row = book.assumption_rows[ref]
            for c, column in enumerate((assumptions.LOW, assumptions.VALUE, assumptions.HIGH), first):
                if column != assumptions.VALUE or one.base is not None:
                    found[f"{n},{c}"] = source.ref(row, column), source.values[row, column]
            book.used.setdefault(ref, set()).add(user)
    return found


def by_sensitivity(book: Book, document: Mapping[str, Any]) -> None:
    """The figures that move the net benefit most, from a sensitivity analysis kept with the run.

    What each moves is stored, because the analysis counts it, not the workbook; low, value and high are live.
    """
    page = book.pages[ME]
    page.formula(FIRST_ROW, 1, f'"{RUN}"&IF({EDITED}=0,"",", counted before the edits")', RUN, "heading")
    moving = sorted(document["figures"], key=lambda f: -f["swing"]["net_benefit_usd"])[:MOST]
    page.clear(FIRST_ROW + 1, range(9, FOUND + 1))
    for row in range(FIRST_ROW + 2, FIRST_ROW + 2 + MOST):
        page.clear(row, range(1, FOUND + 1))
    if not moving:
        page.put(FIRST_ROW + 2, 1, "no figure moves it")
    live = ranges_of(book, [str(figure["figure"]) for figure in moving], ME, 5)
    for n, figure in enumerate(moving):
        at = FIRST_ROW + 2 + n
        label(page, at, Entry(str(figure["figure"]), str(figure["source"]), str(figure["unit"])))
        page.put(at, AMOUNT, figure["swing"]["net_benefit_usd"], "line", style.MUSD)
        for column, end in enumerate(("low", "base", "high"), 5):
            if f"{n},{column}" in live:
                page.formula(at, column, *live[f"{n},{column}"], "link", "#,##0.####")
            else:
                page.put(at, column, "varies" if figure[end] is None else figure[end], "line", "#,##0.####")
        page.put(at, 8, str(figure["status"]))
