"""Every kind of fault is found at its cell, once, and without what follows from it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import ROOT, Lines, Place, change, found, places, put
from tiny import tiny_tables, write_tiny

from planner.inputs import read
from planner.inputs.schema import TABLES


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny(tmp_path)


@pytest.fixture
def data(model: Path) -> Path:
    return model.parent / "data"


CELLS: list[tuple[str, int, str, str, str]] = [
    ("sites", 2, "lat_deg", "abc", ""),
    ("sites", 2, "land_acres", "1,000", "Write 1000, or 1.000 if the comma is a decimal point."),
    ("sites", 2, "land_acres", "1,2", "Write 1.2."),
    ("sites", 2, "land_acres", "1.000,50", "Write 1000.50."),
    ("sites", 2, "land_acres", "1,000.50", "Write 1000.50."),
    ("sites", 2, "land_acres", "1.000.000", "Write 1000000."),
    ("sites", 2, "land_acres", "1,0000", "Write 1.0000."),
    ("sites", 2, "land_acres", "1.0,00,0", ""),
    ("sites", 2, "equipment_tax_share", "7,5%", "Write 0.075."),
    ("sites", 2, "equipment_tax_share", "10%", "Write 0.1."),
    ("sites", 2, "land_acres", "10%", ""),
    ("sites", 2, "lat_deg", "nan", ""),
    ("sites", 2, "lat_deg", "inf", ""),
    ("sites", 2, "lat_deg", "1e999", ""),
    ("sites", 2, "land_acres", "1_000", "Write 1000."),
    ("sites", 2, "lat_deg", "91", ""),
    ("sites", 2, "lat_deg", "", ""),
    ("sites", 3, "name", "", ""),
    ("sites", 3, "name", "=1+1", ""),
    ("sites", 3, "name", "+x", ""),
    ("sites", 3, "name", "@x", ""),
    ("sites", 3, "name", "a\nb", ""),
    ("sites", 3, "name", "a\x07b", ""),
    ("sites", 3, "name", " a", "Write a."),
    ("chips", 2, "needs_liquid", "yes", ""),
    ("chips", 2, "family", "GPUs", "Did you mean GPU?"),
    ("grid_tranches", 2, "tranche", "1.5", ""),
    ("gas_prices", 2, "year", "2026.0", "Write 2026."),
    ("designs", 2, "cooling_id", "d2x", "Did you mean d2c?"),
    ("designs", 2, "profile_id", "evan", "Did you mean even?"),
    ("plants", 2, "profile_id", "evan", "Did you mean even?"),
    ("sites", 2, "gas_region", "Midle", "Did you mean Middle?"),
    ("sites", 2, "climate_zone", "4B", ""),
    ("spend_profiles", 2, "share", "0.9", ""),
    ("climate", 2, "pue_peak", "1.1", ""),
    ("parameters", 2, "value", "1.5", ""),
    ("parameters", 2, "unit", "percent", "Convert the value."),
    ("parameters", 2, "parameter_id", "power_reserve_shar", "Did you mean power_reserve_share?"),
    ("figures", 2, "table", "site", "Did you mean sites?"),
    ("figures", 2, "column", "lat_degs", "Did you mean lat_deg?"),
    ("figures", 2, "source_id", "pencl", "Did you mean pencil?"),
    ("figures", 2, "status", "guess", ""),
    ("figures", 2, "low", "40.5", ""),
    ("figures", 2, "high", "40.5", ""),
    ("figures", 5, "money_year", "", ""),
]


@pytest.mark.parametrize(("table", "row", "column", "text", "suggestion"), CELLS)
def test_a_faulty_cell_is_the_only_fault(
    data: Path, table: str, row: int, column: str, text: str, suggestion: str
) -> None:
    put(data, table, row, column, text)
    faults = read.check_folder(data)
    assert places(faults) == [(f"{table}.csv", row, column)]
    if suggestion or text[:1].isdigit():
        assert faults[0].suggestion == suggestion


def _rename(old: str, new: str) -> Callable[[Lines], object]:
    return lambda lines: lines[0].__setitem__(lines[0].index(old), new)


def _without(column: str) -> Callable[[Lines], object]:
    def cut(lines: Lines) -> None:
        at = lines[0].index(column)
        for line in lines:
            del line[at]

    return cut


def _add(column: str) -> Callable[[Lines], object]:
    def add(lines: Lines) -> None:
        for n, line in enumerate(lines):
            line.append("1" if n else column)

    return add


SHAPES: list[tuple[str, Callable[[Lines], object], Place]] = [
    ("sites", _add("colour"), ("sites.csv", 1, "colour")),
    ("sites", _without("lat_deg"), ("sites.csv", 1, "lat_deg")),
    ("sites", _without("site_id"), ("sites.csv", 1, "site_id")),
    ("sites", _rename("lat_deg", "lat_dog"), ("sites.csv", 1, "lat_dog")),
    ("sites", _rename("tariff_usd_per_mwh", "tariff_usd_per_kwh"), ("sites.csv", 1, "tariff_usd_per_kwh")),
    ("sites", _add("lat_deg"), ("sites.csv", 1, "lat_deg")),
    ("sites", lambda lines: lines[1].append("x"), ("sites.csv", 2, "")),
    ("sites", lambda lines: lines[2].pop(), ("sites.csv", 3, "")),
    ("sites", lambda lines: lines.append(lines[1]), ("sites.csv", 4, "site_id")),
    ("sites", lambda lines: lines.__delitem__(slice(1, None)), ("sites.csv", None, "")),
    ("figures", lambda lines: lines.__delitem__(slice(1, None)), ("figures.csv", None, "")),
    ("sites", lambda lines: lines.clear(), ("sites.csv", None, "")),
    ("sites", lambda lines: lines[0].pop(), ("sites.csv", 1, "")),
    ("sites", lambda lines: lines.pop(0), ("sites.csv", 1, "")),
    ("parameters", lambda lines: lines.pop(3), ("parameters.csv", None, "parameter_id")),
    ("figures", lambda lines: lines.pop(1), ("sites.csv", 2, "lat_deg")),
    ("figures", lambda lines: lines.append(["sites", "C", *lines[1][2:]]), ("figures.csv", -1, "key")),
    ("climate", lambda lines: lines.pop(2), ("climate.csv", None, "climate_zone")),
    ("spend_profiles", lambda lines: lines.pop(2), ("spend_profiles.csv", None, "profile_id")),
    ("demand_tranches", lambda lines: lines[1].__setitem__(1, "0.5"), ("demand_tranches.csv", None, "share")),
    ("authority", lambda lines: lines.append(["2027", "0.5"]), ("authority.csv", None, "share_of_budget")),
    ("wbs", lambda lines: lines.__delitem__([r[0] for r in lines].index("1.1.3")), ("wbs.csv", None, "wbs_code")),
    ("wbs", lambda lines: lines.__delitem__([r[0] for r in lines].index("1.3")), ("wbs.csv", -2, "parent")),
]


@pytest.mark.parametrize(("table", "how", "place"), SHAPES)
def test_a_faulty_shape_is_the_only_fault(data: Path, table: str, how: Callable[[Lines], object], place: Place) -> None:
    change(data, table, how)
    (fault,) = read.check_folder(data)
    if place[1] is not None and place[1] < 0:
        assert (fault.file, fault.column) == (place[0], place[2])
    else:
        assert places([fault]) == [place]


def test_a_line_that_costs_are_posted_to_has_a_category(data: Path) -> None:
    change(data, "wbs", lambda lines: next(r for r in lines if r[0] == "3.2.4").__setitem__(3, ""))
    (fault,) = read.check_folder(data)
    assert (fault.file, fault.column) == ("wbs.csv", "category")
    assert fault.row is not None


def test_the_wrong_unit_names_the_right_one(data: Path) -> None:
    change(data, "sites", _rename("tariff_usd_per_mwh", "tariff_usd_per_kwh"))
    (fault,) = read.check_folder(data)
    assert fault.allowed == "tariff_usd_per_mwh, in USD/MWh"


@pytest.mark.parametrize("table", [t.name for t in TABLES if t.may_be_missing and t.figures])
def test_a_table_that_came_later_may_be_missing_unless_the_figures_speak_of_it(data: Path, table: str) -> None:
    (data / f"{table}.csv").unlink()
    assert places(read.check_folder(data)) == [(f"{table}.csv", None, "")]
    change(data, "figures", lambda lines: lines.__setitem__(slice(None), [r for r in lines if r[0] != table]))
    assert read.check_folder(data) == []


@pytest.mark.parametrize("table", [table.name for table in TABLES if not table.may_be_missing])
def test_a_missing_table_is_one_fault(data: Path, table: str) -> None:
    (data / f"{table}.csv").unlink()
    assert places(read.check_folder(data)) == [(f"{table}.csv", None, "")]


def test_a_table_that_may_be_missing_reads_as_empty(tmp_path: Path) -> None:
    """Runs from before the table was there still read, and keep their hash."""
    tables = tiny_tables()
    tables["hall_benchmarks"] = []
    model = write_tiny(tmp_path / "a", tables)
    change(
        model.parent / "data",
        "figures",
        lambda lines: lines.__setitem__(slice(None), [r for r in lines if r[0] != "hall_benchmarks"]),
    )
    with_empty = read.load(model)
    model = write_tiny(tmp_path / "b", tables)
    data = model.parent / "data"
    (data / "hall_benchmarks.csv").unlink()
    change(
        data, "figures", lambda lines: lines.__setitem__(slice(None), [r for r in lines if r[0] != "hall_benchmarks"])
    )
    without = read.load(model)
    assert without.hall_benchmarks == with_empty.hall_benchmarks == {}
    assert without.sha256 == with_empty.sha256


@pytest.mark.parametrize("table", ["plants", "ppas"])
def test_a_table_that_may_be_empty(tmp_path: Path, table: str) -> None:
    assert found(write_tiny(tmp_path, {table: []})) == []


def test_a_misspelt_file_is_suggested(data: Path) -> None:
    (data / "sites.csv").rename(data / "site.csv")
    (fault,) = read.check_folder(data)
    assert fault.suggestion == "Did you mean site.csv?"


@pytest.mark.parametrize("text", [b"site_id\n\xff\n", b'site_id,name\n"A'])
def test_a_file_that_is_no_table(data: Path, text: bytes) -> None:
    (data / "sites.csv").write_bytes(text)
    assert [place[:2] for place in places(read.check_folder(data))] == [("sites.csv", 2)]


def test_a_name_that_is_missing_is_one_fault_a_column(data: Path) -> None:
    change(data, "agencies", lambda lines: lines[1].__setitem__(0, "AX"))
    faults = read.check_folder(data)
    assert places(faults) == [("demand.csv", 2, "agency_id"), ("movement.csv", 2, "agency_id")]
    assert [fault.found for fault in faults] == ["AG", "AG (and in rows 3)"]


def test_a_byte_order_mark_is_fine(data: Path) -> None:
    path = data / "sites.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read.check_folder(data) == []


def test_a_duplicate_row_says_nothing_else(data: Path) -> None:
    change(data, "sites", lambda lines: lines.append([*lines[1][:3], "abc", *lines[1][4:]]))
    (fault,) = read.check_folder(data)
    assert (fault.row, fault.column) == (4, "site_id")
    assert "first in row 2" in fault.allowed


def test_an_exact_figure_beats_the_whole_column(data: Path) -> None:
    def narrow(lines: Lines) -> None:
        lines.append(["sites", "A", "lat_deg", "39", "41", "", "pencil", "assumption", ""])
        lines[1][3:5] = ["40.5", "42"]  # * now speaks of B alone, at 41

    change(data, "figures", narrow)
    assert read.check_folder(data) == []


def test_a_gas_region_without_rows_is_named_at_its_site(model: Path, data: Path) -> None:
    put(data, "sites", 2, "gas_region", "Midle")
    assert places(found(model)) == [("sites.csv", 2, "gas_region")]


YEARS = [
    ("gas_prices", "gas_region", "year"),
    ("demand_paths", "case_id", "year"),
    ("rent_paths", "workload_id", "year"),
    ("price_indices", "index_id", "year"),
]


@pytest.mark.parametrize(("table", "key", "column"), YEARS)
def test_years_that_are_missing(tmp_path: Path, table: str, key: str, column: str) -> None:
    rows = tiny_tables()[table]
    chosen = {"gas_prices": "Middle", "demand_paths": "mid", "rent_paths": "simulation", "price_indices": "wages"}[
        table
    ]
    kept = [row for row in rows if row[key] != chosen or row["year"] not in (2027, 2029)]
    (fault,) = found(write_tiny(tmp_path, {table: kept}))
    assert places([fault]) == [(f"{table}.csv", None, column)]
    assert "2027, 2029" in fault.found


def test_the_money_years_need_an_index_too(model: Path, data: Path) -> None:
    put(data, "figures", 5, "money_year", "2010")
    (fault,) = found(model)
    assert places([fault]) == [("price_indices.csv", None, "year")]
    assert fault.found.endswith("without 2010")


SEEDED = [
    ("sites", 2, "lat_deg", "north"),
    ("sites", 3, "land_acres", "1,000"),
    ("sites", 4, "tariff_usd_per_mwh", "-3"),
    ("levels", 2, "rent_premium", ""),
    ("cooling", 2, "holds_liquid_racks", "no"),
    ("climate", 3, "pue_peak", "1.001"),
    ("designs", 2, "route", "green-field"),
    ("designs", 3, "profile_id", "grenfield"),
    ("spend_profiles", 2, "share", "0.5"),
    ("grid_tranches", 5, "lead_months", "nan"),
    ("plants", 2, "fuel", "oil"),
    ("ppas", 3, "capacity_factor", "24%"),
    ("gas_prices", 4, "price_usd_per_mmbtu", "=2"),
    ("chips", 3, "fabric_id", "sites"),
    ("chips", 4, "needs_liquid", "2"),
    ("chip_supply", 5, "rack_price_usd", "lots"),
    ("site_levels", 4, "level_id", "goverment"),
    ("parameters", 2, "value", "7"),
    ("figures", 2, "status", "sure"),
    ("cost_benchmarks", 2, "chip_id", "TRN33"),
]


def test_twenty_independent_faults_are_each_reported_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "federal-ai", data)
    for table, row, column, text in SEEDED:
        put(data, table, row, column, text)
    expected = {(f"{table}.csv", row, column) for table, row, column, _ in SEEDED}
    faults = places(read.check_folder(data))
    assert sorted(set(faults) ^ expected, key=str) == []
    assert len(faults) == len(SEEDED)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("obligor", ""),
        ("obligor", "nobody"),
        ("term_months", "361"),
        ("term_months", "0"),
        ("ramp_months", "121"),
        ("minimum_take_share", "1.2"),
        ("generation_take_share", "-0.1"),
        ("resale_share", "85"),
        ("collateral_fee_share", "1.5"),
        ("site_id", "Z"),
    ],
)
def test_a_faulty_grid_contract_is_named_at_its_cell(tmp_path: Path, column: str, text: str) -> None:
    tables = tiny_tables()
    tables["grid_contracts"] = [{"site_id": "A"}, {"site_id": "B"}]
    data = write_tiny(tmp_path, tables).parent / "data"
    assert read.check_folder(data) == []
    put(data, "grid_contracts", 3, column, text)
    assert places(read.check_folder(data)) == [("grid_contracts.csv", 3, column)]


def test_a_price_of_service_that_cannot_be_is_named_at_its_cell(tmp_path: Path) -> None:
    """A margin or decline that makes a price negative, and a chip whose user cost lacks a price."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "federal-ai", data)
    wrong = [("service_prices", 2, "margin", "-0.1"), ("service_prices", 3, "decline_share", "1.2")]
    wrong.append(("chips", 9, "fabric_usd_per_rack", ""))
    for table, row, column, text in wrong:
        put(data, table, row, column, text)
    assert sorted(places(read.check_folder(data))) == sorted((f"{t}.csv", row, column) for t, row, column, _ in wrong)


def test_grid_contracts_need_a_line_for_what_is_not_used(tmp_path: Path) -> None:
    tables = tiny_tables()
    tables["wbs"] = [row for row in tables["wbs"] if row["wbs_code"] != "1.2.5"]
    assert read.check_folder(write_tiny(tmp_path / "none", tables).parent / "data") == []
    tables["grid_contracts"] = [{"site_id": "A"}]
    faults = read.check_folder(write_tiny(tmp_path / "one", tables).parent / "data")
    assert [(f.file, f.found) for f in faults] == [("wbs.csv", "no row 1.2.5")]
    tables["wbs"] = [row for row in tiny_tables()["wbs"] if row["wbs_code"] != "1.2.6"]
    assert read.check_folder(write_tiny(tmp_path / "free", tables).parent / "data") == []
    tables["grid_contracts"] = [{"site_id": "A", "collateral_fee_share": 0.01}]
    faults = read.check_folder(write_tiny(tmp_path / "fee", tables).parent / "data")
    assert [(f.file, f.found) for f in faults] == [("wbs.csv", "no row 1.2.6")]


def test_a_column_that_came_later_may_be_missing(data: Path) -> None:
    """Then it is empty in every row; a figure in it has a row in figures.csv and its range, as any other."""
    model = data.parent / "model.toml"
    before = read.load(model)
    change(data, "chip_supply", lambda lines: [line.pop() for line in lines])
    assert read.load(model).sha256 == before.sha256
    change(
        data, "chip_supply", lambda lines: [line.append("9e4" if n else "fabric_usd") for n, line in enumerate(lines)]
    )
    assert places(read.check_folder(data)) == [("chip_supply.csv", 1, "fabric_usd")]
    change(data, "chip_supply", lambda lines: lines[0].__setitem__(-1, "fabric_usd_per_rack"))
    assert read.load(model).fabric_rate("X", 2027).usd == 9e4
    put(data, "chip_supply", 3, "fabric_usd_per_rack", "-1")
    assert places(read.check_folder(data)) == [("chip_supply.csv", 3, "fabric_usd_per_rack")]


def test_empty_columns_after_the_last_are_nothing(data: Path) -> None:
    before = read.load(data.parent / "model.toml").sha256
    change(data, "sites", lambda lines: [line.extend(["", " ", ""]) for line in lines])
    assert read.load(data.parent / "model.toml").sha256 == before


def test_a_column_without_a_name_is_told_by_its_place(data: Path) -> None:
    change(data, "sites", lambda lines: [line.insert(2, "") for line in lines])
    (fault,) = read.check_folder(data)
    assert fault.found == "column 3, without a name"


def test_a_chip_that_lives_less_than_a_period_is_refused(model: Path) -> None:
    fault, *_ = found(model, "chips.*.life_months=1")
    assert (fault.file, fault.column, fault.found) == ("chips.csv", "life_months", "1")
    assert "12 months" in fault.allowed
    quarters = ("programme.horizon.months_per_period=3", "programme.horizon.periods=16")
    assert found(model, "chips.*.life_months=3", *quarters) == []


def test_a_life_that_whole_periods_lengthen_is_remarked(model: Path) -> None:
    assert read.load(model, ("chips.*.life_months=59",)).remarks == ()
    said, *_ = read.load(model, ("chips.*.life_months=25",)).remarks
    assert "life_months" in said
    assert "36 months" in said


def test_authority_outside_the_horizon_is_remarked(model: Path) -> None:
    assert read.load(model).remarks == ()
    (said,) = read.load(model, ("programme.horizon.first_year=2027",)).remarks
    assert "2026 (100 %)" in said
    assert "lost" in said
