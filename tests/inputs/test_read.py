"""Finding a programme and its data, the faults of a programme, and what a Case is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import tiny
import tomli_w

sys.path.insert(0, str(Path(__file__).parent))

from faulty import ROOT, Lines, change, found, places, put
from tiny import tiny_programme, write_tiny

from planner.errors import InputError, UsageError
from planner.inputs import read, shipped
from planner.inputs.numerals import AN_AMOUNT
from planner.inputs.periods import Periods
from planner.inputs.programme import INSTEAD
from planner.inputs.schema import TABLES

FIRM: dict[str, Any] = {"claim": "It will be", "said_by": "someone", "binding": "firm", "level": 1, "by": 2028}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny(tmp_path)


@pytest.mark.parametrize("name", shipped.models())
def test_the_shipped_programmes_read(name: str) -> None:
    case = read.load(name)
    assert case.name == name
    assert case.figures
    assert set(case.tables) == {table.name for table in TABLES}


def test_nothing_named_is_the_reference_programme() -> None:
    assert read.load().sha256 == read.load(ROOT / "models" / "federal-ai.toml").sha256
    assert read.check_folder(shipped.data_folder("federal-ai")) == []


def test_columns_are_typed_and_in_order(model: Path) -> None:
    case = read.load(model)
    for table in TABLES:
        frame = case.tables[table.name]
        assert list(frame.columns) == [c.name for c in table.columns]
        for column in table.columns:
            kind = frame[column.name].dtype
            if column.kind == "text":
                assert pd.api.types.is_string_dtype(kind)
                assert not frame[column.name].isna().any()
            elif column.kind == "number" or column.optional:
                assert kind == "float64"
            else:
                assert kind == "int64"
    assert case.tables["figures"]["low"].isna().all()
    assert set(case.tables["wbs"]["parent"]) >= {"", "1.1"}


def test_no_such_programme() -> None:
    with pytest.raises(UsageError, match="Did you mean federal-ai?"):
        read.load("federl-ai")
    with pytest.raises(UsageError, match="folder"):
        read.load(ROOT / "data")


def test_the_hash_is_of_values_alone(tmp_path: Path) -> None:
    base = read.load(write_tiny(tmp_path / "one"))
    other = write_tiny(tmp_path / "two", programme={"data": "elsewhere"})
    (tmp_path / "two" / "data").rename(tmp_path / "two" / "elsewhere")

    def upside_down(lines: Lines) -> None:
        lines[1:] = lines[:0:-1]

    change(tmp_path / "two" / "elsewhere", "sites", upside_down)
    assert read.load(other).sha256 == base.sha256
    put(tmp_path / "two" / "elsewhere", "sites", 2, "lat_deg", "41.5")
    assert read.load(other).sha256 != base.sha256


def test_data_in_the_folder_beside(tmp_path: Path) -> None:
    model = write_tiny(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "data").rename(tmp_path / "mine")
    (tmp_path / "data").mkdir()
    (tmp_path / "mine").rename(tmp_path / "data" / "mine")
    moved = tmp_path / "models" / "model.toml"
    moved.write_text(model.read_text(encoding="utf-8").replace('data = "data"', 'data = "mine"'), encoding="utf-8")
    assert read.load(moved).sites
    moved.write_text(moved.read_text(encoding="utf-8").replace('"mine"', '"mien"'), encoding="utf-8")
    (fault,) = found(moved)
    assert places([fault]) == [("model.toml", None, "data")]
    assert fault.suggestion == "Did you mean mine?"


def test_a_table_named_as_the_programme(model: Path) -> None:
    (fault,) = found(model.parent / "data" / "sites.csv")
    assert fault.found == "a table, not a programme"
    assert "planner check" in fault.suggestion


@pytest.mark.parametrize("name", [b"M\xfcnchen.toml", b"a\x07.toml"])
def test_a_name_that_no_report_can_show_is_refused(model: Path, name: bytes) -> None:
    odd = model.with_name(os.fsdecode(name))
    odd.write_bytes(model.read_bytes())
    with pytest.raises(UsageError, match="another name"):
        read.load(odd)


def test_toml_that_is_none(model: Path) -> None:
    model.write_text("title = \n", encoding="utf-8")
    assert places(found(model)) == [("model.toml", 1, "")]


def _claims(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"claims": [{**FIRM, **change} for change in changes]}


def _part(name: str, **values: Any) -> dict[str, Any]:
    return {name: {**tiny_programme()[name], **values}}


POWER = {"id": "p", "metric": "power", "tier": "secured"}
FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"budget_usd": "abc"}, ["budget_usd"]),
    ({"budget_usd": "5"}, ["budget_usd"]),
    ({"budget_usd": -1.0}, ["budget_usd"]),
    ({"base_year": 2026.5}, ["base_year"]),
    *(({"as_of": day}, ["as_of"]) for day in ("2026-13-01", "2026-02-30", "0000-01-01", "1979-12-31", "2108-01-01")),
    *(({"as_of": day}, ["as_of"]) for day in ("20260101", "2026-W01-1", "\u0662026-01-01")),
    *(({field: "Option A\x0bB"}, [field]) for field in ("title", "why", "discount_rate")),
    (_claims({**POWER, "claim": "Twenty\b MW"}), ["claims.p.claim"]),
    (_claims({**POWER, "note": "\uffff"}), ["claims.p.note"]),
    ({"demand_case": "middle"}, ["demand_case"]),
    ({"colour": 1}, ["colour"]),
    ({"discount_rate": "real8"}, ["discount_rate"]),
    (_part("horizon", months_per_period=5), ["horizon.months_per_period"]),
    (_part("sites", count=3), ["sites.count"]),
    (_part("sites", minimum_regions=3), ["sites.minimum_regions"]),
    ({"objective": {}}, ["objective"]),
    ({"objective": {"compute_precision": "fp8"}}, ["objective"]),
    ({"objective": {"mission_value": 1.0}}, ["objective.present_cost"]),
    ({"objective": {"mission_value": 1.0, "present_cost": 0.5}}, ["objective.present_cost"]),
    ({"objective": {"present_cost": "abc"}}, ["objective.present_cost"]),
    ({"objective": {"present_cost": -1, "mission_value": float("nan")}}, ["objective.mission_value"]),
    ({"objective": {"present_cost": -1, "glory": 1}}, ["objective.glory"]),
    (_part("objective", compute_usd_per_pflops=5.0), ["objective.compute_precision"]),
    ({"gap": -0.1}, ["gap"]),
    ({"serve_as": ""}, ["serve_as"]),
    (_claims({**POWER, "price_usd": 5.0}), ["claims.p.price_usd"]),
    (_claims({**POWER, "binding": "reported", "price_usd": 5.0}), ["claims.p.price_usd"]),
    (_claims({**POWER, "binding": "goal", "price_usd": -5.0}), ["claims.p.price_usd"]),
    (_claims({**POWER, "binding": "goal", "priority": 1}), ["claims.p.priority"]),
    (_claims({**POWER, "level": "abc"}), ["claims.p.level"]),
    (_claims({**POWER, "by": 2040}), ["claims.p.by"]),
    (_claims({"id": "p", "metric": "power"}), ["claims.p.tier"]),
    (_claims({"id": "c", "metric": "compute", "tier": "serving"}), ["claims.c.precision"]),
    (_claims(POWER, POWER), ["claims.p.id"]),
    (_claims({"id": "s", "metric": "sites", "level": 2}), ["claims.s.level"]),
    (_claims({**POWER, "level": "abc"}, {"id": "q", "metric": "power"}), ["claims.p.level", "claims.q.tier"]),
]


@pytest.mark.parametrize(("programme", "columns"), FIELDS)
def test_faults_of_a_programme(tmp_path: Path, programme: dict[str, Any], columns: list[str]) -> None:
    figures = tiny._figures(tiny.tiny_tables())  # of the first year, whatever base year is asked for
    faults = found(write_tiny(tmp_path, {"figures": figures}, programme=programme))
    assert places(faults) == [("model.toml", None, column) for column in columns]


@pytest.mark.parametrize(
    ("edit", "allowed", "suggestion"),
    [
        ("programme.as_of=1/31/2026", "a day of the calendar as yyyy-mm-dd, 1980 to 2107", "Write 2026-01-31."),
        ("programme.as_of=1/2/2026", "a day of the calendar as yyyy-mm-dd, 1980 to 2107", ""),
        ("programme.budget_usd=60,000,000,000", AN_AMOUNT, "Write 60000000000."),
        ("programme.budget_usd=1.000.000,5", AN_AMOUNT, "Write 1000000.5."),
        ("programme.budget_usd=70%", "a number; a percentage is for shares alone", ""),
    ],
)
def test_a_field_written_for_people_is_answered_with_what_to_write(
    model: Path, edit: str, allowed: str, suggestion: str
) -> None:
    (fault,) = found(model, edit)
    assert (fault.allowed, fault.suggestion) == (allowed, suggestion)


def test_a_percentage_of_a_share_is_its_part(model: Path) -> None:
    case = read.load(model, ("programme.infrastructure_share=70%",))
    assert case.programme.infrastructure_share == 0.7


@pytest.mark.parametrize(
    ("old", "column"),
    [
        ({"stages": [{"name": "mission value"}], "soft_side": "left out"}, "stages"),
        ({"stages": [{"name": "mission value", "give_back_share": 0.01}]}, "stages"),
        ({"soft_side": "left out"}, "soft_side"),
    ],
)
@pytest.mark.parametrize("kept", [True, False])
def test_an_earlier_programme_is_answered_once_with_what_to_write(
    tmp_path: Path, old: dict[str, Any], column: str, kept: bool
) -> None:
    asked = {k: v for k, v in tiny_programme().items() if kept or k != "objective" or column != "stages"}
    model = write_tiny(tmp_path)
    model.write_text(tomli_w.dumps(asked | old), encoding="utf-8")
    (fault,) = found(model)
    assert (fault.file, fault.column) == ("model.toml", column)
    assert all(INSTEAD[name] in fault.suggestion for name in old)


def test_what_comes_with_an_earlier_programme_is_reported_too(tmp_path: Path) -> None:
    model = write_tiny(tmp_path, programme={"stages": [], "discount_rate": "real8"})
    assert [fault.column for fault in found(model)] == ["discount_rate", "stages"]


def test_a_goal_without_a_year_and_a_level(model: Path) -> None:
    with model.open("a", encoding="utf-8") as file:
        file.write('\n[[claims]]\nid = "p"\nclaim = "abc"\nsaid_by = "me"\nmetric = "power"\nbinding = "goal"\n')
    assert [fault.column for fault in found(model)] == ["claims.p.by", "claims.p.level", "claims.p.tier"]


def test_a_field_that_is_misspelt_is_not_also_missing(model: Path) -> None:
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("budget_usd", "budgets_usd"), encoding="utf-8")
    (fault,) = found(model)
    assert (fault.column, fault.suggestion) == ("budgets_usd", "Did you mean budget_usd?")


def test_programme_and_tables_are_checked_together(tmp_path: Path) -> None:
    model = write_tiny(tmp_path, programme={"budget_usd": "abc"})
    put(tmp_path / "data", "sites", 2, "lat_deg", "abc")
    with pytest.raises(InputError, match="2 faults"):
        read.load(model, ("sites.*.lon_deg=-100",))


@pytest.mark.parametrize("months", [3, 6, 12])
@pytest.mark.parametrize("lead", [0, 1, 6, 12.5, 27, 24.000000001])
def test_the_last_start_is_the_last_that_is_ready(months: int, lead: float) -> None:
    periods = Periods(2026, 8, months)
    for t in periods:
        ready = [u for u in periods if periods.ready(u, lead) <= t]
        last = periods.last_start(t, lead)
        assert ready == [u for u in periods if u <= last]
        assert periods.ready(last, lead) == t


@pytest.mark.parametrize("months", [3, 6, 12])
@pytest.mark.parametrize("lead", [0, 1, 5, 12, 27, 40.5])
@pytest.mark.parametrize("shares", [(1.0,), (0.2, 0.5, 0.3), (0.15, 0.35, 0.35, 0.15)])
def test_payments_sum_to_one(months: int, lead: float, shares: tuple[float, ...]) -> None:
    periods = Periods(2026, 8, months)
    paid = periods.payments(2, lead, shares)
    assert sum(paid.values()) == pytest.approx(1)
    assert min(paid) == 2
    assert max(paid) <= periods.ready(2, lead)
