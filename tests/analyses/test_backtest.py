"""The back-test: two projects by pencil, faults of its files, what it prints, and that what was frozen stays frozen."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import tiny
from small import change, parameter

from planner import answers
from planner.analyses.backtest import Backtest, backtest, document, percentile
from planner.answers import backtests
from planner.cli import run_command
from planner.errors import InputError, UsageError
from planner.files import sha256
from planner.inputs import read, read_projects, shipped
from planner.inputs.case import Case
from planner.inputs.projects import PROJECTS, SCHEDULES
from planner.inputs.schema import Table

PAGE = Path(__file__).parents[2] / "docs" / "backtest.md"
#: the files as they were frozen; data/backtest/README.md says when, why, and what a correction needs
FROZEN = {
    "projects.csv": "f6a434bea4f5473da308911fa7109b9a8f42e5415d2262c7fe236d7fa1bc1656",
    "schedules.csv": "bd0589fd4c079993f53c3f7694a1b9d14c3342511cd9657950a743861c302b29",
}
SHARED = {"included": "yes", "reason": "known", "status": "read", "source_title": "A page", "publisher": "P"}
PROJECT = dict(
    SHARED,
    project_id="P1",
    project="Campus",
    group="halls",
    scope="halls, power and land",
    covers="all",
    mw_basis="IT",
    mw_it=100,
    site_id="A",
    design_id="GF-D2C",
    budget_kind="announced",
    usd_low=1.1e9,
    usd_mid=1.2e9,
    usd_high=1.3e9,
    money_year=2025,
    address="https://a.example/p1",
)
SYSTEM = dict(
    PROJECT,
    project_id="P2",
    project="System",
    group="HPC systems",
    scope="chips",
    site_id="",
    mw_it="",
    design_id="",
    chip_ids="X",
    chip_count=400,
    budget_kind="outturn",
    known_as="Big Iron",
    usd_low=236e6,
    usd_mid=236e6,
    usd_high=236e6,
    address="https://a.example/p2",
)
SCHEDULE = dict(
    SHARED,
    schedule_id="S1",
    site="Campus",
    project_id="P1",
    design_id="GF-D2C",
    site_id="A",
    power="grid",
    land_clearing="2024-01-01",
    first_power_date="2025-01-01",
    months_to_first=12,
    kind="new",
    address="https://a.example/s1",
)


def write(folder: Path, projects: list[dict[str, Any]], schedules: list[dict[str, Any]]) -> Path:
    """The two files with the given cells; all others are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    given: tuple[tuple[Table, list[dict[str, Any]]], ...] = ((PROJECTS, projects), (SCHEDULES, schedules))
    for table, rows in given:
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [c.name for c in table.columns], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def pencil_model(folder: Path, note: str = "", address: str = "") -> Path:
    """Rates that a pencil can carry: construction rose by a tenth from 2025 to 2026, all else by a quarter."""
    tables = tiny.tiny_tables()
    for index, value in (("construction", 110), ("general", 125)):
        change(tables, "price_indices", {"index_id": index}, index_value=100)
        change(tables, "price_indices", {"index_id": index, "year": 2026}, index_value=value)
    halls = {"shell_usd_per_mw": 3.3e6, "civil_usd_per_mw": 2.2e6, "electrical_usd_per_mw": 4.4e6}
    change(tables, "designs", {"design_id": "GF-D2C"}, **halls, mechanical_usd_per_mw=2.2e6, lead_months=27)
    site = {"opening_cost_usd": 110e6, "land_price_usd_per_acre": 10_000, "construction_multiplier": 0.9}
    change(tables, "sites", {"site_id": "A"}, **site)
    tables["grid_tranches"] = [
        {"site_id": s, "tranche": g, "mw": 100, "connection_usd_per_mw": g * 110_000, "lead_months": 30}
        for s in ("A", "B")
        for g in (1, 2)
    ]
    change(tables, "chips", {"chip_id": "X"}, chips_per_rack=4, fabric_usd_per_rack=500_000, storage_share=0.05)
    tables["chip_supply"] = [row for row in tables["chip_supply"] if row["year"] >= 2026]
    change(tables, "chip_supply", {"chip_id": "X"}, rack_price_usd=2e6)
    for category, share in (("construction", 0.2), ("power and cooling", 0.1), ("chips", 0.05)):
        change(tables, "categories", {"category": category}, contingency_share=share)
    parameter(tables, volume_threshold_mw=60, volume_discount_share=0.1, programme_management_share=0.03)
    tables["sources"] = [{"source_id": "pencil"}, {"source_id": "doc", "title": "A list", "address": address}]
    price = {"table": "chip_supply", "key": "X/2026", "column": "rack_price_usd", "low": 1.5e6, "high": 3.5e6}
    figures = [*tiny._figures(tables), {**price, "source_id": "doc", "status": "read", "note": note}]
    return tiny.write_tiny(folder, {**tables, "figures": figures})


def found(folder: Path, projects: list[dict[str, Any]], note: str = "", address: str = "") -> Backtest:
    case = read.load(pencil_model(folder, note, address))
    there = write(folder / "projects", projects, [SCHEDULE] if PROJECT in projects else [])
    return backtest(case, read_projects.load(there, case), there)


def test_a_campus_by_pencil(tmp_path: Path) -> None:
    """100 MW IT at site A, 130 at the meter by the design-day PUE of 1.3, in dollars of 2025; factor 0.9 at the site.

    Halls 3 + 2 + 4 + 2 M USD per MW. Connection 100 MW at 0.1 M and 30 MW at 0.2 M. Opening 100 M, land 100 acres at
    8,000. Discount of a tenth of shell and civil works on the 40 MW above 60. Management 3 %, then contingency.
    """
    (campus,) = found(tmp_path, [PROJECT]).judged
    construction = 100 * (3 + 2) * 0.9 + 100 * 0.9 + 0.8 - 40 * (3 + 2) * 0.1
    power = 100 * (4 + 2) * 0.9 + (100 * 0.1 + 30 * 0.2) * 0.9
    assert (construction, power) == pytest.approx((520.8, 554.4))
    assert campus.estimate.base == pytest.approx(1107.456e6)
    assert campus.estimate.contingency == pytest.approx((520.8 * 0.2 + 554.4 * 0.1) * 1.03 * 1e6)
    assert campus.usd == pytest.approx(1271.844e6)
    assert campus.error == pytest.approx(1271.844 / 1200 - 1)
    assert campus.estimate.mw_facility == pytest.approx(130)
    assert campus.estimate.converted == "facility from IT, data set, PUE 1.30"
    assert campus.low == campus.usd == campus.high
    assert not campus.inside
    assert not campus.shared


def test_a_delivered_system_by_pencil(tmp_path: Path) -> None:
    """400 chips in 100 racks: 2 M of 2026 is 1.6 M of 2025; fabric 0.4 M; storage a twentieth of the rack.

    The price runs from 1.5 to 3.5 M, so its mean is 7/3 M. An outturn is held against that mean, without contingency.
    """
    (system,) = found(tmp_path, [SYSTEM]).judged
    assert system.estimate.base == pytest.approx(100 * (1.6 * 1.05 + 0.4) * 1e6)
    assert system.usd == pytest.approx(100 * (7 / 3 * 0.8 * 1.05 + 0.4) * 1e6)
    assert system.usd == pytest.approx(236e6)
    assert (system.low, system.high) == pytest.approx((166e6, 334e6))
    assert system.error == pytest.approx(0)
    assert system.inside


def test_chips_of_a_load_are_counted_by_the_power_of_a_rack(tmp_path: Path) -> None:
    """Two chips share 20 MW IT, racks of 1 MW: 10 racks each at 1.6 and 0.8 M; X alone has fabric and storage."""
    mixed = {**SYSTEM, "chip_ids": "X H", "chip_count": "", "mw_it": 20, "budget_kind": "announced"}
    (system,) = found(tmp_path, [mixed]).judged
    assert system.estimate.base == pytest.approx((10 * (1.6 * 1.05 + 0.4) + 10 * 0.8) * 1e6)
    assert system.usd == pytest.approx(system.estimate.base * 1.05)


@pytest.mark.parametrize(
    ("note", "address", "tie"),
    [
        ("", "http://www.a.example/p2/", "same document as chip_supply.rack_price_usd (doc)"),
        ("Big Iron / 400", "", "named at chip_supply.X/2026.rack_price_usd (doc)"),
        ("", "https://a.example/p", ""),
    ],
)
def test_a_project_behind_a_rate_is_flagged_and_left_out_of_the_second_median(
    tmp_path: Path, note: str, address: str, tie: str
) -> None:
    result = found(tmp_path, [SYSTEM], note, address)
    assert [*result.judged[0].shared] == ([tie] if tie else [])
    counts = {(s.name, s.basis): s.count for s in result.summaries}
    assert counts["HPC systems", "all"] == 1
    assert counts["HPC systems", "independent"] == (0 if tie else 1)


def test_months_are_those_of_the_later_of_hall_and_power(tmp_path: Path) -> None:
    (campus,) = found(tmp_path, [PROJECT]).timed
    assert (campus.hall, campus.power, campus.months, campus.error) == (27, 30, 30, 1.5)


def test_percentiles_lie_between_neighbours() -> None:
    assert percentile([1.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile([1.0, 2.0, 4.0], 0.9) == pytest.approx(3.6)
    assert percentile([7.0], 0.1) == 7.0


# faults


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pencil_model(tmp_path_factory.mktemp("pencil"))


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"usd_mid": "lots"}, "usd_mid"),
        ({"usd_mid": 9e9}, "usd_mid"),
        ({"usd_low": ""}, "usd_low"),
        ({"money_year": 2001}, "money_year"),
        ({"design_id": "GF-WOOD"}, "design_id"),
        ({"site_id": "C"}, "site_id"),
        ({"group": "none"}, "group"),
        ({"scope": "rent"}, "scope"),
        ({"budget_kind": "none"}, "budget_kind"),
        ({"mw_it": ""}, "mw_it"),
        ({"mw_facility": 90}, "mw_facility"),
        ({"mw_facility": 130, "pue": 1.2}, "pue"),
        ({"scope": "chips", "chip_ids": "X H", "chip_count": 5}, "chip_count"),
        ({"scope": "all-in"}, "chip_ids"),
        ({"included": "perhaps"}, "included"),
    ],
)
def test_a_fault_of_a_project_is_named_at_its_cell(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], cells: dict[str, Any], column: str
) -> None:
    folder = write(tmp_path / "projects", [SYSTEM, {**PROJECT, **cells}], [])
    assert run_command(["backtest", str(folder), "--model", str(model), "--json"]) == 3
    (fault,) = json.loads(capsys.readouterr().out)["error"]["faults"]
    assert (fault["file"], fault["row"], fault["column"]) == ("projects.csv", 3, column)


def test_every_fault_is_named_at_once(model: Path, tmp_path: Path) -> None:
    late = {**SCHEDULE, "months_to_first": 20, "power": "hope", "project_id": "P9"}
    undated = {**SCHEDULE, "schedule_id": "S2", "land_clearing": "spring", "months_to_first": ""}
    folder = write(tmp_path / "projects", [{**PROJECT, "pue": 9}], [late, undated])
    case = read.load(model)
    with pytest.raises(InputError) as refused:
        read_projects.load(folder, case)
    schedule = {(2, "months_to_first"), (2, "power"), (2, "project_id"), (3, "land_clearing"), (3, "months_to_first")}
    named = {(f.file, f.row, f.column) for f in refused.value.faults}
    assert named == {("projects.csv", 2, "pue"), *(("schedules.csv", *place) for place in schedule)}
    (folder / "schedules.csv").unlink()
    with pytest.raises(InputError) as refused:
        read_projects.load(folder, case)
    assert "no such file" in {f.found for f in refused.value.faults}
    with pytest.raises(UsageError):
        read_projects.load(tmp_path / "nowhere", case)


# what ships


@pytest.fixture(scope="module")
def case() -> Case:
    return read.load()


@pytest.fixture(scope="module")
def shipped_result(case: Case) -> Backtest:
    folder = shipped.data_folder(shipped.BACKTEST)
    return backtest(case, read_projects.load(folder, case), folder)


def test_the_projects_are_those_that_were_frozen(shipped_result: Backtest) -> None:
    assert shipped_result.hashes == FROZEN, "data/backtest/README.md says what a correction needs"
    assert {name: sha256(shipped.data_folder(shipped.BACKTEST) / name) for name in FROZEN} == FROZEN


def test_the_page_is_current(shipped_result: Backtest) -> None:
    told = "docs/backtest.md is not what the data say: planner backtest --out docs/backtest.md"
    assert PAGE.read_text(encoding="utf-8") == answers.markdown(backtests.answer(shipped_result)), told


def test_no_project_is_lost_and_megawatts_are_not_mixed(shipped_result: Backtest) -> None:
    told = document(shipped_result)
    ids = [p["id"] for p in (*told["projects"], *told["left_out"])]
    assert sorted(ids) == sorted(p.project_id for p in shipped_result.projects.projects)
    assert all(p["mw_facility"] is None or p["mw_facility"] >= p["mw_it"] for p in told["projects"])
    assert all(p["mw_conversion"] for p in told["projects"])
    assert all(p["tables_usd"]["low"] <= p["tables_usd"]["mid"] <= p["tables_usd"]["high"] for p in told["projects"])
    assert {g["aim"] for g in told["groups"] if g["name"] == "halls"} == {0.15}
    assert {g["aim"] for g in told["groups"] if g["name"] == "chips all-in"} == {0.2}


def test_a_back_test_is_no_data_set_of_a_programme() -> None:
    assert shipped.BACKTEST not in shipped.data_sets()


def test_the_command_answers_in_words_json_and_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shipped_result: Backtest
) -> None:
    assert run_command(["backtest"]) == 0
    told = capsys.readouterr().out
    assert "GROUPS AGAINST THEIR AIMS" in told
    assert run_command(["backtest", "--quiet"]) == 0
    assert " ".join(capsys.readouterr().out.split()) == backtests.lead(shipped_result)
    page, book = tmp_path / "page.md", tmp_path / "book.xlsx"
    assert run_command(["backtest", "--out", str(page), "--out", str(book), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "planner/backtest/1"
    assert answer["files"] == [str(page), str(book)]
    assert answer["projects_sha256"] == FROZEN
    assert {"groups", "projects", "left_out", "schedules", "inputs_sha256"} <= answer.keys()
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
    assert book.stat().st_size > 5000


def test_an_edit_of_a_price_moves_the_error(capsys: pytest.CaptureFixture[str], shipped_result: Backtest) -> None:
    assert run_command(["backtest", "--set", "designs.GF-D2C.shell_usd_per_mw=+10%", "--json"]) == 0
    moved = {p["id"]: p["error"] for p in json.loads(capsys.readouterr().out)["projects"]}
    before = {j.project.project_id: j.error for j in shipped_result.judged}
    assert moved["B21"] > before["B21"]
    assert moved["B28"] == before["B28"]
