"""Commitments apart from cash, the memo on residual value, and new starts under continuing resolutions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from workbook.engine import Computed
from workbook.sample import _Lines, sample

from planner import workbook
from planner.inputs.case import Case
from planner.plan import Plan, frame
from planner.results.signing import committed_cents, signed_ahead
from planner.verify.signing import committed_usd
from planner.workbook.sheets.detail import QUANTITY

#: lines of the section on the net benefit
NET = ("In the horizon", "After it", "Running cost", "Mission value", "Terminal value", "Present cost", "Net benefit")


@pytest.fixture(scope="module")
def shown(finished: Path) -> Workbook:
    return load_workbook(finished, data_only=True)


def row_of(sheet: Worksheet, label: str, below: str = "") -> int:
    """The first row that opens with a label, below a heading that opens so."""
    texts = [str(sheet.cell(r, 1).value or "") for r in range(1, sheet.max_row + 1)]
    start = next(n for n, text in enumerate(texts) if text.startswith(below))
    return next(n for n in range(start + 1, len(texts)) if texts[n].startswith(label)) + 1


def a_lease(case: Case) -> tuple[str, Plan]:
    """Two leased halls of 10 MW started in 2031: rent from 2032, when they stand, for 60 months, to 2036."""
    site = next(iter(case.sites))
    lines, rate = _Lines(case), case.rate("designs", "LEASE-D2C", "lease_usd_per_mw_year")
    for year in range(2032, 2036):
        lines.add("1.1.5", site, "LEASE-D2C lease", year - 2026, 20.0, "MW IT-years", rate)
    for t, share in case.periods.payments(5, 18, [1.0]).items():
        for wbs, item, column in (
            ("1.1.3", "civil and fit-out", "civil"),
            ("1.2.3", "electrical plant", "electrical"),
            ("1.2.4", "cooling plant", "mechanical"),
        ):
            priced = case.rate("designs", "LEASE-D2C", f"{column}_usd_per_mw")
            lines.add(wbs, site, f"LEASE-D2C {item}", t, share * 20.0, "MW IT", priced)
    started = frame("modules", [(site, "LEASE-D2C", "2031", 2)])
    empty = {name: table.iloc[:0] for name, table in sample()[1].tables.items()}
    return site, Plan({**empty, "detail": frame("detail", lines.rows), "modules": started})


def test_a_lease_is_committed_for_its_term_when_it_is_signed() -> None:
    """20 MW at 1.68 M$ a year in dollars of its money year; 2036, past the horizon, at the index of 2036."""
    case = sample()[0]
    site, plan = a_lease(case)
    figure = next(f for f in case.figures if f.ref == "designs.LEASE-D2C.lease_usd_per_mw_year")
    assert figure.money_year is not None
    general = {
        y: case.price_index("general", y) / case.price_index("general", figure.money_year) for y in range(2031, 2037)
    }
    rents = {y: round(20 * 1.68e6 * general[y] * 100) for y in range(2032, 2037)}
    cents, owed = committed_cents(case, plan)
    fit_out = int(plan["detail"].query("wbs_code != '1.1.5'")["cents"].sum())
    assert owed == rents[2036]
    assert cents[2031] == fit_out + sum(rents.values())
    assert {y: n for y, n in cents.items() if n} == {2031: cents[2031]}
    # the checker multiplies by each site's construction multiplier, which the made-up lines leave out: make it 1
    plain = case.tables["sites"].assign(construction_multiplier=1.0)
    years, after = committed_usd(replace(case, tables={**case.tables, "sites": plain}), plan)
    assert after == pytest.approx(owed / 100, abs=0.01)
    assert years[2031] == pytest.approx(cents[2031] / 100, abs=0.05)
    assert all(abs(usd) < 0.05 for year, usd in years.items() if year != 2031)
    assert site in {part.site for part in signed_ahead(case, plan)}


def test_commitments_tie_to_the_cent_in_ledger_checker_and_workbook(shown: Workbook) -> None:
    case, plan, _ = sample()
    cents, owed = committed_cents(case, plan)
    cash = int(plan["detail"].query("ledger == 'investment'")["cents"].sum())
    assert sum(cents.values()) == cash + owed
    years, after = committed_usd(case, plan)
    sheet = shown["Investment"]
    row = row_of(sheet, "Total", "Commitments by category, calendar")
    header = row_of(sheet, "Key", "Commitments by category, calendar")
    assert sheet.cell(row, 4).value == pytest.approx(sum(cents.values()) / 100, abs=0.005)
    for column in range(5, 5 + len(cents)):
        year = int(sheet.cell(header, column).value)
        assert sheet.cell(row, column).value == pytest.approx(cents[year] / 100, abs=0.005)
        assert sheet.cell(row, column).value == pytest.approx(years[year], abs=0.5)
    assert sheet.cell(row_of(sheet, "Still to pay"), 4).value == pytest.approx(owed / 100, abs=0.005)
    assert after == owed == 0  # the made-up plan leases nothing
    assert cents[2026] > int(plan["detail"].query("ledger == 'investment' and period == '2026'")["cents"].sum())


def test_a_contract_that_is_not_posted_is_not_passed_over() -> None:
    case, plan, _ = sample()
    fewer = plan["detail"][plan["detail"]["item"] != "grid tranche 1"]
    with pytest.raises(ValueError, match="grid tranche 1"):
        committed_cents(case, Plan({**plan.tables, "detail": fewer}))


def test_the_memo_is_a_straight_line_and_no_formula_uses_it(shown: Workbook, finished: Path) -> None:
    case, plan, _ = sample()
    sheet = shown["Present value"]
    row = row_of(sheet, "1.1.4", "Left at the end")
    shell = plan["detail"].query("wbs_code == '1.1.4'").groupby("period")["cents"].sum() / 100
    base = case.price_index("general", 2026)
    left = {y: usd * base / case.price_index("general", int(y)) for y, usd in shell.items()}
    due = sum(usd * (1 - (2036 - int(y) - 0.5) * 12 / 468) for y, usd in left.items())
    assert sheet.cell(row, 4).value == pytest.approx(due, rel=1e-9)
    total = row_of(sheet, "Total", "Left at the end")
    memo = row_of(sheet, "Memo", "The memo at present value")
    assert sheet.cell(memo, 4).value == pytest.approx(sheet.cell(total, 4).value * 1.07**-10, rel=1e-9)
    first, live = row_of(sheet, "Memo: residual"), load_workbook(finished)
    users = {
        (page.title, cell.row)
        for page in live
        for cells in page.iter_rows()
        for cell in cells
        if cell.data_type == "f" and any(f"D${r}" in cell.value or f"D{r}*" in cell.value for r in (total, memo))
        if page.title == "Present value" or "Present value" in cell.value
    }
    assert {at for at in users if at[0] != "Present value" or at[1] < first} == set()


def test_racks_that_were_retired_are_not_worth_anything() -> None:
    """Of the racks of the last order year half are retired: half their value is left."""
    case, plan, document = sample()
    bought = plan["bought"]
    last = bought[bought["period"] == bought["period"].max()].iloc[:1]
    chip, year, racks = last["chip_id"].iloc[0], last["period"].iloc[0], float(last["racks"].iloc[0])
    gone = frame("retired", [(last["site_id"].iloc[0], chip, year, "2035", racks / 2)])
    whole = bought.query("chip_id == @chip and period == @year")["racks"].sum()
    shares = []
    for retired in (plan["retired"].iloc[:0], gone):
        book, _ = workbook.build(case, Plan({**plan.tables, "retired": retired}), document)
        facts = [f for f in book.pages["Detail"].values.items() if f[1] == f"{chip}|{year}"]
        rows = [at[0] for at, _ in facts if book.pages["Detail"].values.get((at[0], 4)) == "racks standing at the end"]
        shares.append(book.pages["Detail"].n(rows[0], QUANTITY))
    assert shares == pytest.approx([1.0, 1 - racks / 2 / whole])


def test_a_life_moves_the_memo_and_nothing_else(finished: Path, shown: Workbook) -> None:
    sheet = shown["Present value"]
    total = ("Present value", row_of(sheet, "Total", "Left at the end"), 4)
    life = ("Assumptions", row_of(shown["Assumptions"], "asset_lives.1.1.4.life_months"), 2)
    computed = Computed(finished, {life: 0.0})
    assert float(computed[total]) > float(sheet.cell(*total[1:]).value)  # type: ignore[arg-type]
    investment = ("Investment", row_of(shown["Investment"], "Total"), 4)
    assert computed[investment] == pytest.approx(shown["Investment"].cell(*investment[1:]).value, abs=0.005)
    assert computed["Checks", 5, 2] == "EDITED"


def test_running_cost_after_the_horizon_is_what_a_pencil_finds(shown: Workbook) -> None:
    """Energy, water, maintenance and staff of a rack-year at rates of 2035, in dollars of 2026, tapered."""
    case, plan, _ = sample()
    last = case.periods.last

    def rate(table: str, key: str, column: str) -> float:
        found = case.rate(table, key, column)
        return found.usd * case.escalation(found, last) * case.deflator(last)

    due = 0.0
    for r in plan["tail_running"].itertuples():
        chip, site = case.chips[r.chip_id], case.sites[r.site_id]
        cool = [c for c in case.cooling.values() if c.rack_kw_max >= chip.rack_kw and c.holds_liquid_racks]
        best = min((case.climate(r.site_id, c.cooling_id) for c in cool), key=lambda c: c.pue_average)
        mwh = chip.rack_mw * case.parameter("average_draw_share") * 8760
        year = max(y for c, y in case.chip_supply if c == r.chip_id and y <= 2035)
        each = mwh * best.pue_average * rate("sites", site.site_id, "tariff_usd_per_mwh")
        each += mwh * best.wue_l_per_kwh * rate("parameters", "cost_of_water_usd_per_m3", "value")
        each += chip.maintenance_share * rate("chip_supply", f"{r.chip_id}/{year}", "rack_price_usd")
        staff = case.parameter("site_staff_per_mw") * rate("parameters", "site_staff_usd_per_year", "value")
        each += chip.rack_mw * staff
        for role in case.staffing.values():
            wage = rate("staffing", role.role_id, "loaded_usd_per_head_year")
            each += role.heads_per_mw * best.pue_peak * chip.rack_mw * wage
        due += r.racks * each * case.parameter("tail_taper") ** r.year_after * 1.07 ** -(9.5 + r.year_after)
    sheet = shown["Present value"]
    cells = {name: sheet.cell(row_of(sheet, name, "Net benefit, present"), 4).value for name in NET}
    assert cells["Running cost"] == pytest.approx(due, rel=1e-9)
    assert due > 1e5
    service = cells["In the horizon"] + cells["After it"]
    assert cells["Mission value"] == pytest.approx(service - due, rel=1e-12)
    owed = float(plan["owed_after"]["present_usd"].sum())
    left = float(plan["terminal_value"]["present_usd"].sum())
    assert cells["Terminal value"] == pytest.approx(left, rel=1e-9)
    assert cells["Net benefit"] == pytest.approx(service - due + left - cells["Present cost"] - owed, rel=1e-12)
    summary = shown["Summary"]
    row = row_of(summary, "Net benefit: value of the service less all cost", "Is it worth it?")
    assert summary.cell(row, 2).value == cells["Net benefit"]


def stopped_in(case: Case, year: int) -> Case:
    months = pd.DataFrame({"fiscal_year": [year], "months": [12.0]})
    return replace(case, tables={**case.tables, "continuing_resolutions": months})


def starts(plan: Plan) -> set[int]:
    """Years in which sites of the made-up plan first serve."""
    standing = plan["tiers"][plan["tiers"]["commissioned_mw"] > 0]
    return {int(year) + 1 for year in standing.groupby("site_id")["period"].min()}


def test_no_new_start_and_no_lapse_where_a_resolution_leaves_no_month(shown: Workbook) -> None:
    case, plan, document = sample()
    sheet = shown["Federal BA and outlays"]
    assert sheet.cell(row_of(sheet, "New starts"), 4).value == plan["opens"].shape[0]
    assert sheet.cell(row_of(sheet, "Resolution", "Row"), 5).value == 5
    first = min(starts(plan))
    _, failures = workbook.build(stopped_in(case, first), plan, document)
    assert [text.split(":")[0] for text in failures] == ["Continuing resolutions", "Lapse"]
    free = min(set(range(2027, 2035)) - starts(plan))
    assert workbook.build(stopped_in(case, free), plan, document)[1] == []


def test_an_edited_resolution_says_edited(finished: Path, shown: Workbook) -> None:
    first = min(starts(sample()[1]))
    months = ("Assumptions", row_of(shown["Assumptions"], f"continuing_resolutions.{first}.months"), 2)
    computed = Computed(finished, {months: 12.0})
    names = {shown["Checks"].cell(r, 2).value: r for r in range(10, shown["Checks"].max_row + 1)}
    row = next(r for name, r in names.items() if str(name).startswith("Continuing resolutions"))
    assert computed["Checks", row, 7] == "EDITED"
    assert computed["Checks", row, 3] == 1.0 or float(computed["Checks", row, 3]) >= 1  # type: ignore[arg-type]
