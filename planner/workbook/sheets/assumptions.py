"""Assumptions: every figure of the solved case as a typed input, with the value it was solved with beside it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from planner.workbook import style
from planner.workbook.book import Book, Page, heads, letter
from planner.workbook.sheets.provenance import CONVENTION, PROGRAMME_FILE

HEADERS = heads(
    "Figure|Value|Unit|Low|High|Money year|Source|Status|Note|Solved value|Edited|Used in|"
    "What it is of|Dollars behind it, $M|Place by dollars"
)
HEADER_ROW = 6
VALUE, UNIT, LOW, HIGH, SOURCE, STATUS, SOLVED, EDITED, USED, OF, BEHIND, PLACE = (
    2,
    3,
    4,
    5,
    7,
    8,
    10,
    11,
    12,
    13,
    14,
    15,
)


class Row(NamedTuple):
    ref: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    money_year: int | None = None
    source: str = ""
    status: str = ""
    note: str = ""


def _programme(book: Book) -> list[Row]:
    p, h = book.case.programme, book.case.programme.horizon
    asked = PROGRAMME_FILE
    rows = [
        Row("programme.budget_usd", p.budget_usd, "USD", source=asked, note="total investment, then-year dollars"),
        Row("programme.infrastructure_share", p.infrastructure_share, "fraction", source=asked),
        Row("programme.infrastructure_share_tolerance", p.infrastructure_share_tolerance, "fraction", source=asked),
        Row("programme.base_year", p.base_year, "year", source=asked),
        Row("programme.first_year", h.first_year, "year", source=asked),
        Row("programme.last_year", book.years[-1], "year", source=asked),
        Row("programme.periods", h.periods, "periods", source=asked),
        Row("programme.months_per_period", h.months_per_period, "months", source=asked),
        Row("programme.sites", p.sites.count, "sites", source=asked),
    ]
    for claim in p.claims:
        if claim.level is not None:
            rows.append(Row(f"claims.{claim.id}.level", claim.level, claim.unit, source=claim.said_by))
        if claim.by is not None:
            rows.append(Row(f"claims.{claim.id}.by", claim.by, "year", source=claim.said_by))
    return rows


CONSTANTS = (
    Row("constants.tolerance_usd", 0.5, "USD", note="two totals of the same dollars may differ by this much"),
    Row("constants.tolerance_ceiling_usd", 1000, "USD", note="a ceiling may be passed by the solver's tolerance"),
    Row("constants.tolerance_mw", 1e-3, "MW or PFLOP/s", note="two levels may differ by this much"),
    Row("constants.tolerance_relative", 1e-6, "fraction", note="allowed against the solver's own totals"),
    Row("constants.tolerance_share", 1e-5, "fraction", note="a share may pass its bound by the solver's tolerance"),
    Row("constants.half", 0.5, "years", note="money falls in the middle of its year"),
    Row("constants.kw_per_mw", 1000, "kW/MW"),
    Row("constants.ten", 10, "number", note="amounts below it, and below its square, are given with more places"),
    Row("constants.usd_per_musd", 1e6, "USD/$M"),
    Row("constants.usd_per_busd", 1e9, "USD/$B", note="dollars from here on are given in billions"),
    Row("constants.hours_per_year", 8760, "hours"),
    Row("constants.months_after_september", 3, "months", note="of a calendar year, in the next federal fiscal year"),
    Row(
        "constants.lease_term_share",
        0.75,
        "fraction",
        note="of an asset's life: a longer lease is scored up front (GAO glossary, as quoted; see Scoring test)",
    ),
    Row(
        "constants.lease_value_share",
        0.9,
        "fraction",
        note="of an asset's value: more in payments is scored up front (GAO glossary, as quoted; see Scoring test)",
    ),
    Row(
        "constants.expired_years",
        5,
        "years",
        note="an account pays old bills for so long after its period, then closes (31 USC 1552, from memory)",
    ),
)


def _dollars(book: Book) -> Counter[str]:
    """Cents of the cost lines whose rate a figure is."""
    lines, found = book.plan["detail"], Counter[str]()
    for ref, cents in zip(lines["rate_ref"], lines["cents"], strict=True):
        found[str(ref)] += int(cents)
    return found


def _names(book: Book) -> dict[str, str]:
    """Codes of the data -> their names."""
    case, found = book.case, dict[str, str]()
    of_places = (case.sites, case.agencies, case.levels, case.wbs)
    for table in (*of_places, case.chips, case.designs, case.plants, case.workloads, case.initiatives, case.tracks):
        found |= {str(key): str(entry.name) for key, entry in table.items()}
    return found


def _of(ref: str, names: dict[str, str]) -> str:
    """The names of the codes in a reference."""
    entity = ref.partition(".")[2].rpartition(".")[0]
    return ", ".join(names[part] for part in entity.split("/") if part in names)


def fill(book: Book) -> None:
    page = book.page("Assumptions", "Assumptions: every figure and where it comes from", "input")
    page.note(4, "Blue figures are inputs. Change one and dollars are recalculated; decisions are not re-optimised.")
    page.note(5, "Index figures carry money years to the year of spending; Edited marks a value that differs.")
    page.headers(HEADER_ROW, HEADERS)
    rows = _programme(book) + list(CONSTANTS)
    for f in book.case.figures:
        rows.append(Row(f.ref, f.value, f.unit, f.low, f.high, f.money_year, f.source_id, f.status, f.note))
    cents, names = _dollars(book), _names(book)
    rows.sort(key=lambda entry: -abs(cents[entry.ref]))  # what carries money first, then in the order of tables
    for row, entry in enumerate(rows, HEADER_ROW + 1):
        book.assumption_rows[entry.ref] = row
        _write(page, row, entry)
        page.put(row, OF, _of(entry.ref, names) or None)
    page.widths(
        {1: 52, 2: 18, 3: 22, 4: 18, 5: 18, 6: 9, 7: 42, 8: 13, 9: 90, 10: 18, 11: 9, 12: 70, 13: 50, 14: 14, 15: 9}
    )
    page.on_screen(HEADER_ROW, f"C{HEADER_ROW + 1}", (5, 9), "The table")
    page.sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter(PLACE)}{HEADER_ROW + len(rows)}"


def _write(page: Page, row: int, entry: Row) -> None:
    form = style.GENERAL if entry.unit == "year" or abs(entry.value) < 1000 else "#,##0.####"
    if abs(entry.value) >= 1000 and float(entry.value).is_integer() and entry.unit != "year":
        form = "#,##0"
    page.put(row, 1, entry.ref)
    page.put(row, VALUE, entry.value, "input", form)
    page.put(row, 3, entry.unit, "unit")
    page.put(row, 4, entry.low, "line", form)
    page.put(row, 5, entry.high, "line", form)
    page.put(row, 6, entry.money_year)
    page.put(row, SOURCE, entry.source or CONVENTION, "unit")
    page.put(row, 8, entry.status or ("programme" if entry.source else "convention"))
    page.put(row, 9, entry.note or None, "text")
    page.put(row, SOLVED, entry.value, "line", form)
    page.formula(row, EDITED, f'IF(B{row}=J{row},"","EDITED")', "", "check")


def ranges(book: Book) -> tuple[str, str, str]:
    """Values, solved values and marks as ranges."""
    page = book.pages["Assumptions"]
    first, last = HEADER_ROW + 1, HEADER_ROW + len(book.assumption_rows)
    columns = (VALUE, SOLVED, EDITED)
    values, solved, marks = (page.ref(first, column, (last, column)) for column in columns)
    return values, solved, marks


def write_dollars(book: Book, refs: str, dollars: str) -> None:
    """The dollars of the lines of Detail whose rate a figure is, and its place by them: the first carries the most."""
    page, cents = book.pages["Assumptions"], _dollars(book)
    rows = {row: cents[ref] for ref, row in book.assumption_rows.items() if cents[ref]}  # the first of the sheet
    first, last = HEADER_ROW + 1, HEADER_ROW + len(rows)
    for row, own in rows.items():
        page.formula(row, BEHIND, f"ROUND(SUMIFS({dollars},{refs},$A{row}),2)", own / 100, form=style.MUSD)
        place = sum(other > own for other in rows.values()) + sum(rows[r] == own for r in range(first, row + 1))
        more = f"SUMPRODUCT((N${first}:N${last}>N{row})*1)"
        page.formula(row, PLACE, f"{more}+SUMPRODUCT((N${first}:N{row}=N{row})*1)", float(place), form="0")


def write_uses(book: Book) -> None:
    """Which sheets use each figure, once all are written."""
    for ref, row in book.assumption_rows.items():
        book.pages["Assumptions"].put(row, USED, ", ".join(sorted(book.used.get(ref, ()))) or "model only")
