"""On Present value: what the plan is worth less what it costs, line by line."""

from __future__ import annotations

from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import provenance
from planner.workbook.sheets.provenance import OWED, Solved
from planner.workbook.tables import TOTAL, Entry, label

Cell = tuple[int, int]


def section(book: Book, page: Page, solved: Solved, row: int, rows: tuple[int, ...], end: int | None) -> list[Cell]:
    """What the plan is worth less what it costs, line by line; cells in the order of Places."""
    cost, inside, *tail = rows
    rate = f"at {book.case.programme.discount_rate}, dollars of {book.case.programme.base_year}"
    page.heading(row, f"Net benefit, present value {rate}")
    page.headers(row + 1, ("Row", "What it is", "Unit", "Amount"))
    first = row + 2
    lines = (
        ("In the horizon", "market value of the service", f"D{inside}", page.n(inside, TOTAL)),
        ("After it", "market value of the service of racks that go on", *_of(page, tail[:1])),
        ("Running cost", "of those racks, after the horizon", *_of(page, tail[1:])),
        (
            "Mission value",
            "in the horizon and after it, less running cost after it",
            f"D{first}+D{first + 1}-D{first + 2}",
            0.0,
        ),
        ("Terminal value", "of halls, land and connections that serve at the end", *_of(page, [end] if end else [])),
        ("Present cost", "both ledgers, within the horizon", f"D{cost}", page.n(cost, TOTAL)),
        ("Owed", "after the horizon, as the run reports it", *_owed(book, solved)),
        ("Net benefit", "mission value and terminal value, less present cost and what is owed", "", 0.0),
    )
    for at, (name, what, text, value) in enumerate(lines, first):
        if name == "Mission value":
            value = page.n(first, TOTAL) + page.n(first + 1, TOTAL) - page.n(first + 2, TOTAL)
        if name == "Net benefit":
            text = f"D{first + 3}+D{first + 4}-D{first + 5}-D{first + 6}"
            mission, left, spent, owed = (page.n(first + n, TOTAL) for n in range(3, 7))
            value = mission + left - spent - owed
        look = "total" if name in ("Mission value", "Net benefit") else "calculation"
        label(page, at, Entry(name, what, "$M"), "total" if look == "total" else "line")
        page.formula(at, TOTAL, text, value, look, style.MUSD)
    return [(first + n, TOTAL) for n in range(len(lines))]


def _of(page: Page, rows: list[int]) -> tuple[str, float]:
    """The total of a row; nothing where there is none."""
    return (f"D{rows[0]}", page.n(rows[0], TOTAL)) if rows else ("0", 0.0)


def _owed(book: Book, solved: Solved) -> tuple[str, float]:
    stored, row = book.pages[provenance.ME], solved.rows.get(OWED)
    return (stored.ref(row, 2), stored.n(row, 2)) if row else ("0", 0.0)
