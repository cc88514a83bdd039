"""The report a reviewer opens: values present, live, tied, honest about what is not tested, the same every time."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from workbook.sample import sample

from planner import workbook
from planner.errors import VerificationError
from planner.plan import Plan
from planner.results import verdicts
from planner.workbook.facts import Fact
from planner.workbook.sheets import promises
from planner.workbook.sheets.ratios import half_cent

EXEMPT = {"Detail", "Assumptions", "Provenance"}
BANNED = re.compile(r"\b(NPV|OFFSET|INDIRECT|NOW|TODAY|RAND|RANDBETWEEN|LET|LAMBDA|XLOOKUP|FILTER|IFS|MAXIFS)\(")
ADDRESS = re.compile(r"(?:'[^']+'|[A-Za-z]+)!\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?|\$?[A-Z]{1,3}\$?\d+")
YEARLY = (
    "Investment",
    "Federal BA and outlays",
    "Federal funding",
    "Power",
    "Construction",
    "Chips",
    "Compute served",
    "Security",
    "Software",
    "Training",
    "Cash",
    "Present value",
)
ERRORS = ("#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!")


@pytest.fixture(scope="module")
def live(finished: Path) -> Workbook:
    return load_workbook(finished)


@pytest.fixture(scope="module")
def shown(finished: Path) -> Workbook:
    return load_workbook(finished, data_only=True)


def cells(book: Workbook, skip: frozenset[str] | set[str] = frozenset()) -> list[Cell]:
    return [c for s in book for row in s.iter_rows() for c in row if c.value is not None and s.title not in skip]


def formulas(book: Workbook) -> list[Cell]:
    return [c for c in cells(book) if c.data_type == "f"]


def test_sheets_stand_in_reading_order_with_title_role_and_flag(shown: Workbook) -> None:
    assert tuple(shown.sheetnames) == workbook.ORDER
    for sheet in shown:
        assert sheet["A1"].value
        assert sheet["A2"].value
        assert sheet["A3"].value == "Checks: PASS"
        assert sheet.sheet_state == "visible"
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.print_title_rows
    assert str(shown["Summary"]["A2"].value).startswith("opening page")


def test_every_formula_cell_carries_its_value(live: Workbook, shown: Workbook, finished: Path) -> None:
    assert len(formulas(live)) > 5000
    for cell in formulas(live):
        value = shown[cell.parent.title][cell.coordinate].value
        if value is None:  # an empty text
            assert cell.parent.title in ("Assumptions", "Summary")  # a mark, a row of a list
        else:
            assert value not in ERRORS
    table = pd.read_excel(finished, sheet_name="Detail", header=5)
    assert table["Dollars"].sum() == pytest.approx(sample()[1]["detail"]["cents"].sum() / 100, abs=0.005)


def test_nearly_all_numbers_are_formulas(live: Workbook) -> None:
    counted = [c for c in cells(live, EXEMPT) if c.data_type in "nf"]
    typed = [c for c in counted if c.data_type == "n"]
    assert len(typed) <= 0.05 * len(counted), [f"{c.parent.title}!{c.coordinate}" for c in typed][:20]


def test_formulas_are_short_plain_and_without_hidden_numbers(live: Workbook) -> None:
    for cell in formulas(live):
        text = str(cell.value)
        assert len(text) <= 120, text
        assert not BANNED.search(text), text
        assert text.count("IF(") - text.count("COUNTIF(") <= 1, text
        bare = ADDRESS.sub("", re.sub(r'"[^"]*"', "", text))
        numbers = {float(n) for n in re.findall(r"(?<![A-Za-z])\d+(?:\.\d+)?", bare)}
        assert numbers <= {0.0, 1.0, 2.0, 12.0}, text
    twos = [c.value for c in formulas(live) if re.search(r"(?<![\d$A-Z.])2(?![\d.])", ADDRESS.sub("", str(c.value)))]
    assert all("ROUND(" in str(text) for text in twos if '"' not in str(text))


def test_one_pattern_across_the_years(live: Workbook) -> None:
    def pattern(cell: Cell) -> str:
        def relative(match: re.Match[str]) -> str:
            dollar, column = match.group(1), match.group(2)
            return "$" + column if dollar else f"[{ord(column) - ord(cell.column_letter)}]"

        return re.sub(r"(\$?)\b([A-Z])(?=\$?\d)", relative, str(cell.value))

    for name in YEARLY:
        sheet = live[name]
        for row in sheet.iter_rows(min_row=5, min_col=6, max_col=14):
            texts = [c for c in row if c.data_type == "f"]
            if len(texts) == 9:
                assert len({pattern(c) for c in texts}) == 1, f"{name} row {row[0].row}"


def test_two_writes_give_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    case, plan, document = sample()
    workbook.write(again, case, plan, {**document, "seconds": {"total": 99.0}})
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(finished.read_bytes()).digest()


def test_dates_and_language_are_set(finished: Path) -> None:
    as_of = datetime.fromisoformat(sample()[0].programme.as_of)
    properties = load_workbook(finished).properties
    assert properties.created == properties.modified == as_of
    assert properties.language == "en-US"
    assert properties.title
    with zipfile.ZipFile(finished) as parts:
        assert {info.date_time[:3] for info in parts.infolist()} == {(as_of.year, as_of.month, as_of.day)}


def test_charts_have_alternative_text_with_a_number(finished: Path) -> None:
    with zipfile.ZipFile(finished) as parts:
        drawings = [n for n in parts.namelist() if re.fullmatch(r"xl/drawings/drawing\d+\.xml", n)]
        frames = [e for n in drawings for e in etree.fromstring(parts.read(n)).iter("{*}graphicFrame")]
    assert len(frames) >= 5
    for frame in frames:
        described = frame.find(".//{*}cNvPr")
        assert re.search(r"\d", described.get("descr"))
        assert described.get("name")


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    case, plan, document = sample()
    notes = ("=1+1", "+1+1", "-1+2", "@SUM(A1)")
    first = [c.model_copy(update={"note": n}) for c, n in zip(case.programme.claims, notes, strict=False)]
    claims = (*first, *case.programme.claims[len(notes) :])
    evil = replace(case, programme=case.programme.model_copy(update={"title": "=HYPERLINK(1)", "claims": claims}))
    path = tmp_path / "evil.xlsx"
    workbook.write(path, evil, plan, {**document, "run": "@run"})
    found = [c for c in cells(load_workbook(path)) if c.value in (*notes, "@run", "=HYPERLINK(1): promises and plan")]
    assert len(found) == len(notes) + 2
    assert {c.data_type for c in found} == {"s"}


def test_every_verdict_is_that_of_every_face(shown: Workbook) -> None:
    sheet = shown["Promises"]
    rows = {sheet.cell(r, 1).value: r for r in range(promises.HEADER_ROW + 1, promises.HEADER_ROW + 40)}
    kept = sample()[1]["commitments"].set_index("id")
    seen = set()
    for claim in sample()[0].programme.claims:
        row = next(r for r in range(8, 60) if sheet.cell(r, 1).value == claim.claim and r not in seen)
        seen.add(row)
        state = kept.loc[claim.id].to_dict()
        wanted = verdicts.promise({**claim.model_dump(), **{name: state[name] for name in ("planned", "shortfall")},
                                   "met": None if pd.isna(state["met"]) else bool(state["met"])})  # fmt: skip
        assert sheet.cell(row, promises.VERDICT).value == wanted, claim.id
    power = next(c for c in sample()[0].programme.claims if c.metric == "power" and c.tier == "secured")
    assert all(sheet.cell(rows[power.claim], c).value is not None for c in (8, 9, 10))


def test_the_first_line_of_promises_is_a_formula(live: Workbook, shown: Workbook) -> None:
    assert live["Promises"]["A4"].data_type == live["Promises"]["A5"].data_type == "f"
    assert shown["Promises"]["A4"].value == "All 7 firm promises are kept."


def test_totals_agree_with_the_plan() -> None:
    case, plan, document = sample()
    book, failures = workbook.build(case, plan, document)
    assert failures == []
    cents = plan["detail"].groupby("ledger")["cents"].sum()
    held = book.totals["use_management_reserve_usd"] + book.totals["use_unspent_usd"]
    assert book.totals["uses_usd"] - held == pytest.approx(cents["investment"] / 100, abs=0.005)
    assert book.totals["uses_usd"] == book.totals["budget_usd"]
    assert book.totals["operations_usd"] == pytest.approx(cents["operations"] / 100, abs=0.005)


def test_fiscal_years_add_up_to_the_calendar_years(shown: Workbook) -> None:
    sheet = shown["Investment"]
    totals = [sheet.cell(r, 4).value for r in range(5, sheet.max_row + 1) if sheet.cell(r, 1).value == "Total"]
    assert sum(abs(x - totals[0]) < 0.005 for x in totals) >= 4
    assert "FY2026 is part" in " ".join(str(c.value) for c in sheet["A"])


def _spoilt(table: str, column: str, factor: float) -> Plan:
    plan = sample()[1]
    frame = plan[table].copy()
    frame.loc[frame.index[-1], column] = frame[column].iloc[-1] * factor
    return Plan({**plan.tables, table: frame})


@pytest.mark.parametrize(
    ("table", "column", "factor"),
    [("detail", "cents", 2), ("tiers", "populated_mw", 1000.0), ("served", "pflops_years", 9.0)],
)
def test_a_falsified_plan_is_never_written(table: str, column: str, factor: float, tmp_path: Path) -> None:
    case, _, document = sample()
    path = tmp_path / "false.xlsx"
    with pytest.raises(VerificationError):
        workbook.write(path, case, _spoilt(table, column, factor), document)
    assert not path.exists()


def test_an_unverified_plan_is_never_written(tmp_path: Path) -> None:
    case, plan, document = sample()
    with pytest.raises(VerificationError, match="verifier"):
        workbook.write(
            tmp_path / "x.xlsx", case, plan, {**document, "verification": {"passed": False, "broken": ["a"]}}
        )


def test_dollars_per_mw_are_explained_part_by_part_and_step_by_step(shown: Workbook) -> None:
    sheet = shown["Cost per MW"]
    rows = {sheet.cell(r, 1).value: r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value}
    header = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == "Part")
    parts = [r for r in range(header + 1, sheet.max_row) if sheet.cell(r, 3).value is not None]
    end = next(r for r in parts if sheet.cell(r, 1).value == "All")
    named = {sheet.cell(r, 1).value for r in range(header + 1, end)}
    wanted = {"Chips", "Fabric", "Storage", "Halls: shell", "Halls: electrical", "Halls: cooling", "Management"}
    assert wanted | {"Power: grid", "Power: plant", "Contingency, chips"} <= named
    assert all(sheet.cell(r, 2).value for r in range(header + 1, end))
    whole = next(r for r in range(1, header) if sheet.cell(r, 1).value == "All")
    for column in (3, 4, 5):
        assert sheet.cell(end, column).value == pytest.approx(sheet.cell(whole, column).value, rel=1e-9)
    steps = next(r for r in range(end, sheet.max_row) if sheet.cell(r, 1).value == "Step")
    last = rows["Like for like"]
    total = sum(sheet.cell(r, 4).value for r in range(steps + 1, last))
    assert sheet.cell(last, 4).value == pytest.approx(total, rel=1e-9)
    for benchmark in sample()[0].benchmarks:
        assert sheet.cell(rows[benchmark], 7).value in ("inside", "outside")


def test_a_product_at_half_a_cent_is_reported_how_to_round() -> None:
    fact = Fact("cost", "x", "2030", 2030, 0.5, "u", rate_usd=0.01, rate_ref="a.b.c", cents=0)
    assert half_cent(fact) == pytest.approx(-0.005)
    assert half_cent(replace(fact, quantity=0.6, cents=1)) == 0.0
