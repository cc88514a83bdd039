"""Software, security, training and federal sheets: rows of the plan, totals that tie, sound without soft tables."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from workbook.sample import sample

from planner import workbook
from planner.errors import VerificationError
from planner.plan import Plan

NEW = ("Security", "Software", "Training", "Federal BA and outlays", "Federal funding")


@pytest.fixture(scope="module")
def sheets(finished: Path) -> dict[str, Worksheet]:
    return {s.title: s for s in load_workbook(finished, data_only=True)}


def rows(sheet: Worksheet, key: str) -> list[int]:
    return [r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == key]


def under(sheet: Worksheet, heading: str, key: str) -> int:
    """The row of a key below a heading that opens so."""
    start = next(r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 1).value).startswith(heading))
    return next(r for r in rows(sheet, key) if r > start)


def usd(*codes: str) -> float:
    detail = sample()[1]["detail"]
    return float(detail[detail["wbs_code"].str.startswith(codes)]["cents"].sum()) / 100


@pytest.mark.parametrize(("sheet", "code"), [("Security", "2.2."), ("Software", "2.1."), ("Training", "2.3.")])
def test_soft_dollars_are_those_of_the_plan(sheets: dict[str, Worksheet], sheet: str, code: str) -> None:
    row = under(sheets[sheet], "Investment in", "Total")
    assert sheets[sheet].cell(row, 4).value == pytest.approx(usd(code), abs=0.005)
    items = [r for r in rows(sheets[sheet], "Total") if "Dollars by" in str(_heading(sheets[sheet], r))]
    base = usd(code) - usd(f"{code}9")
    assert sum(sheets[sheet].cell(r, 4).value for r in items) == pytest.approx(base, abs=0.005)


def _heading(sheet: Worksheet, row: int) -> object:
    """The heading above a table: two rows above its first line."""
    while row and sheet.cell(row, 1).value:
        row -= 1
    return sheet.cell(row + 1, 1).value


def test_every_decision_of_the_soft_half_has_its_row(sheets: dict[str, Worksheet]) -> None:
    plan = sample()[1]
    for r in plan["accredits"].itertuples():
        row = rows(sheets["Security"], f"{r.site_id}|{r.accreditation_id}")[0]
        assert sheets["Security"].cell(row, 4).value == int(r.period)
        assert sheets["Security"].cell(row, 5).value >= int(r.period)
    for r in plan["ports"].itertuples():
        sheet = sheets["Security" if r.initiative_id == "CROSS-DOMAIN" else "Software"]
        row = rows(sheet, f"{r.initiative_id}|{r.site_id}|{r.level_id}")[0]
        assert sheet.cell(row, 3).value == int(r.period)
    for r in plan["packages"].itertuples():
        assert rows(sheets["Security"], f"{r.initiative_id}|{r.service_id}|{r.level_id}")
    for r in plan["onboards"].itertuples():
        found = [rows(sheets[name], f"{r.initiative_id}|{r.agency_id}") for name in ("Security", "Software")]
        assert any(found)
    ends = plan["trained"][plan["trained"]["period"] == "2035"]
    for r in ends.itertuples():
        row = rows(sheets["Training"], f"{r.track_id}|{r.place_id}")[0]
        assert sheets["Training"].cell(row, 4).value == pytest.approx(r.heads)


def test_the_split_stands_on_investment_and_on_sources_and_uses(sheets: dict[str, Worksheet]) -> None:
    inv, summary = sheets["Investment"], sheets["Sources and uses"]
    share = inv.cell(under(inv, "The split", "Infrastructure share"), 4).value
    invested = usd("1.", "2.")
    assert share == pytest.approx(usd("1.") / invested, rel=1e-9)
    nothing = under(inv, "The split", "Unallocated")
    assert inv.cell(nothing, 4).value == pytest.approx(usd("2.9"), abs=0.005)
    assert len({inv.cell(nothing, c).value for c in range(5, 15)}) == 1
    asked = under(summary, "The split", "The split alone")
    assert summary.cell(asked, 4).value == pytest.approx(usd("2.9"), abs=0.005)
    both = under(summary, "The split", "Software, security and training")
    assert summary.cell(both, 4).value == pytest.approx(usd("2."), abs=0.005)
    present = sheets["Present value"]
    assert present.cell(rows(present, "Cost")[0], 4).value == pytest.approx(
        usd("1.", "2.", "3.") - usd("2.9"), abs=0.05
    )


@pytest.mark.parametrize(
    ("sheet", "calendar", "fiscal"),
    [
        ("Investment", "Investment by category, calendar", "Investment by category, $M, federal"),
        ("Federal BA and outlays", "Authority by fund type, calendar", "Authority, $M then-year, federal"),
        ("Federal funding", "Who pays, $M then-year: ", "Who pays, $M then-year, federal"),
    ],
)
def test_fiscal_years_hold_the_calendar_total(
    sheets: dict[str, Worksheet], sheet: str, calendar: str, fiscal: str
) -> None:
    page = sheets[sheet]
    totals = [page.cell(under(page, heading, "Total"), 4).value for heading in (calendar, fiscal)]
    assert totals[0] == pytest.approx(totals[1], abs=0.005)
    assert totals[0] > 1e8


def test_outlays_pay_all_authority_and_the_tail_is_shown(sheets: dict[str, Worksheet]) -> None:
    page = sheets["Federal BA and outlays"]
    start = "Authority, obligations and outlays"
    given, paid, unpaid = (under(page, start, key) for key in ("Authority", "Outlays", "Unpaid"))
    assert page.cell(given, 4).value == pytest.approx(usd("3."), abs=0.005)
    assert page.cell(paid, 4).value == pytest.approx(page.cell(given, 4).value, abs=0.005)
    tail = [page.cell(paid, c).value for c in range(16, 20)]
    assert all(x > 0 for x in tail)
    assert page.cell(unpaid, 19).value == 0
    assert page.cell(under(page, start, "Lapsed"), 4).value == 0
    first = under(page, "Outlays, $M", "O&M")
    assert [page.cell(first + k, 4).value for k in range(5)] == [0.65, 0.27, 0.05, 0.02, 0.01]


def test_payers_stay_below_their_caps(sheets: dict[str, Worksheet]) -> None:
    page = sheets["Federal funding"]
    for source in sample()[0].funding_sources:
        paid, cap = under(page, "Who pays", source), under(page, "Most that", source)
        assert all(page.cell(paid, c).value <= page.cell(cap, c).value for c in range(4, 15))
    low, planned, high = (page.cell(rows(page, f"All, {x}")[0], 4).value for x in ("low end", "as planned", "high end"))
    assert low < planned < high


def test_service_of_a_group_stands_beside_its_money(sheets: dict[str, Worksheet]) -> None:
    """Defence in 2030: every PFLOP/s-year at its price in dollars of 2030, beside its share of all caps of 2030."""
    case, plan, _ = sample()
    page, start = sheets["Federal funding"], "Service at its price beside"
    first = under(page, start, "defence")
    column = next(c for c in range(5, 15) if page.cell(under(page, start, "Group"), c).value == 2030)
    mine = plan["depth"].query("agency_id == 'DOD' and period == '2030'")
    musd = sum(case.rent_musd(r.workload_id, 2030, r.level_id) * r.pflops_years for r in mine.itertuples())
    assert musd > 0
    groups = len(case.money_groups)
    worth, money, part = (page.cell(first + n * groups, column).value for n in range(3))
    assert worth == pytest.approx(1e6 * musd / case.deflator(4), rel=1e-9)
    share = case.tables["group_money"].set_index(["group_id", "year"])["share"]["defence", 2030]
    assert money == pytest.approx(share * 8.15e9, rel=1e-9)
    assert part == pytest.approx(worth / money, rel=1e-9)


def test_each_new_sheet_has_a_chart_that_states_a_number(finished: Path) -> None:
    with zipfile.ZipFile(finished) as parts:
        drawings = [n for n in parts.namelist() if re.fullmatch(r"xl/drawings/drawing\d+\.xml", n)]
        found = [e for n in drawings for e in etree.fromstring(parts.read(n)).iter("{*}graphicFrame")]
    texts = {f.find(".//{*}cNvPr").get("name"): f.find(".//{*}cNvPr").get("descr") for f in found}
    for name in (
        "Sites authorised by level",
        "Investment in security by line",
        "Investment in software by line",
        "Demand that may be served, by agency",
        "Trained staff, part of the need",
        "Investment in training by line",
        "Authority and outlays by fiscal year",
        "Operating cost by who pays",
        "Operating cost against the caps",
        "Share of software, security and training in each year against its band",
    ):
        assert re.search(r"\d", texts[name])


def test_each_site_and_level_has_its_role_and_dates(sheets: dict[str, Worksheet]) -> None:
    case, plan, _ = sample()
    sheet = sheets["Security"]
    used = plan["running"].groupby(["site_id", "level_id"])["period"].min()
    for (site, level), period in used.items():
        row = under(sheet, "Roles of the chosen sites", f"{site}|{level}")
        assert sheet.cell(row, 3).value == case.levels[level].name.split(" (")[0]
        assert sheet.cell(row, 5).value == 2030  # staffed in the fifth year
        assert sheet.cell(row, 6).value == int(period)
    highest = {site: case.levels[level].name.split(" (")[0] for site, level in sorted(used.index)}
    for site, role in highest.items():
        assert sheets["Sites"].cell(rows(sheets["Sites"], site)[0], 5).value == role


def test_plant_counts_at_its_firm_share(sheets: dict[str, Worksheet]) -> None:
    case, plan, _ = sample()
    (order,) = plan["units"].itertuples()
    plant, sheet = case.plants[order.plant_id], sheets["Power"]
    assert 0 < plant.firm_share < 1
    row = under(sheet, "Where secured power comes from", plant.plant_id)
    assert sheet.cell(row, 4).value == pytest.approx(order.units * plant.unit_mw * plant.firm_share)
    units = under(sheet, "Plant on site: units ready", plant.plant_id)
    assert sheet.cell(units, 4).value == order.units


def test_the_framework_discount_is_a_line_of_the_programme(sheets: dict[str, Worksheet]) -> None:
    sheet = sheets["Construction"]
    row = under(sheet, "Dollars of the framework discount", "1.1.7")
    assert sheet.cell(row, 4).value == pytest.approx(usd("1.1.7"), abs=0.005)
    assert usd("1.1.7") < 0
    mw = under(sheet, "Framework discount, of the programme", "framework")
    assert sheet.cell(mw, 4).value == sample()[1]["discounted"]["mw"].sum()


def test_a_part_of_an_agency_stays_a_part(sheets: dict[str, Worksheet]) -> None:
    agency = sample()[1]["onboards"].query("agencies == 0.75").iloc[0]
    row = rows(sheets["Software"], f"AGENCY-ONBOARD|{agency.agency_id}")[0]
    assert sheets["Software"].cell(row, 4).value == pytest.approx(0.75)


def test_heads_on_courses_are_those_of_the_plan(sheets: dict[str, Worksheet]) -> None:
    courses = sample()[1]["courses"]
    for track, heads in courses.groupby("track_id")["heads"].sum().items():
        row = under(sheets["Training"], "Heads that start a course", str(track))
        assert sheets["Training"].cell(row, 4).value == pytest.approx(heads)
    for (track, site), heads in courses.query("track_id == 'OPERATOR'").groupby(["track_id", "place_id"])["heads"]:
        row = under(sheets["Training"], "Cleared operators by site", f"{track}|{site}")
        assert sheets["Training"].cell(row, 4).value == pytest.approx(heads.sum())


def test_a_workbook_without_soft_tables_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    workbook.write(path, *sample(soft=False))
    book = load_workbook(path, data_only=True)
    assert book.sheetnames == [name for name in workbook.ORDER if name not in NEW]
    assert book["Checks"]["B5"].value == "PASS"
    told = [str(row[0].value) for row in book["Ground rules"].iter_rows(max_col=1)]
    (left,) = (text for text in told if text.startswith("Not modelled, so without a sheet: "))
    assert all(part in left for part in ("software initiatives", "training", "security accreditation", "payers"))


def _with(table: str, column: str, value: float) -> Plan:
    plan = sample()[1]
    frame = plan[table].copy()
    frame.loc[frame.index[-1], column] = frame[column].iloc[-1] * value
    return Plan({**plan.tables, table: frame})


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("unallocated", "musd", "Unallocated by the split: the same in every period"),
        ("funded", "musd", "Who pays: all payers against the run as solved"),
        ("trained", "heads", "Trained heads within the need"),
    ],
)
def test_a_falsified_soft_plan_is_never_written(table: str, column: str, words: str, tmp_path: Path) -> None:
    case, _, document = sample()
    with pytest.raises(VerificationError, match=re.escape(words)):
        workbook.write(tmp_path / "x.xlsx", case, _with(table, column, 1e5), document)


def test_a_share_outside_the_split_or_the_band_fails() -> None:
    case, plan, document = sample()
    for field, value, words in (
        ("infrastructure_share", 0.9, "Split: infrastructure share at least the least"),
        ("infrastructure_share", 0.5, "Split: infrastructure share at most the most"),
    ):
        other = replace(case, programme=case.programme.model_copy(update={field: value}))
        assert any(words in text for text in workbook.build(other, plan, document)[1])
    parameters = case.tables["parameters"].copy()
    parameters.loc[parameters["parameter_id"] == "soft_band_low", "value"] = 0.3
    narrow = replace(case, tables={**case.tables, "parameters": parameters})
    assert any("Band: years" in text for text in workbook.build(narrow, plan, document)[1])
    caps = case.tables["funding_sources"].assign(cap_usd=1e6)
    poor = replace(case, tables={**case.tables, "funding_sources": caps})
    assert any("Caps: payers and years" in text for text in workbook.build(poor, plan, document)[1])
