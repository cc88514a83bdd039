"""Sensitivities by hand: what a figure's sourced low and high make of a plan as it is, and decided anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from broken import Broken, base, claim
from small import EXACT, change, parameter
from tiny import _figures, tiny_tables, write_tiny

from planner import answers, store
from planner.analyses.notebook import Notebook
from planner.analyses.ranges import by_dollars, ranges, reached
from planner.analyses.sensitivity import Sensitivity, counted, document, sensitivity
from planner.analyses.source import Source
from planner.answers import tornado
from planner.cli import run_command
from planner.inputs.case import Case
from planner.plan import Plan
from planner.run import Result, optimize

RANGES: dict[tuple[str, str, str], tuple[float, float]] = {
    ("chip_supply", "*", "rack_price_usd"): (0.5e6, 3e6),
    ("workloads", "inference", "rent_usd_per_pflops_year"): (1e6, 2e6),
    ("sites", "A", "existing_mw"): (10, 20),
    ("sites", "B", "opening_cost_usd"): (1e6, 9e6),
    ("sites", "A", "land_acres"): (0, 500),
}


def made(figures: Mapping[tuple[str, str, str], tuple[float, float]] = RANGES, budget: float = 62e6) -> Broken:
    """12 MW of halls in two modules of 20 M$ at A and ten racks of 1 M$, of which five serve all demand."""
    found = base("ranged")
    found.claims, found.fields = [claim("halls", 12, 2028)], {"budget_usd": budget}
    change(found.tables, "demand", must_serve_share=1, base_pflops_years=25)
    parameter(found.tables, must_serve_from_year=2027)
    change(found.tables, "sites", {"site_id": "B"}, opening_cost_usd=5e6)
    rows = {**tiny_tables(), **found.tables}
    lines = {(f["table"], f["key"], f["column"]): f for f in _figures(rows)}
    for (table, key, column), (low, high) in figures.items():
        line = lines.get((table, key, column)) or {**lines[table, "*", column], "key": key}
        lines[table, key, column] = {**line, "low": low, "high": high}
    found.tables["figures"] = list(lines.values())
    return found


def planned(folder: Path, asked: Broken) -> tuple[Case, Plan, Result]:
    model = write_tiny(folder, asked.tables, asked.asked)
    result = optimize(Source(str(model)).case(), EXACT)
    assert result.plan is not None
    return result.case, result.plan, result


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Plan, Result]:
    return planned(tmp_path_factory.mktemp("ranged"), made())


def found_of(case: Case, plan: Plan) -> Sensitivity:
    return sensitivity(case, plan, Notebook(None, "sensitivity", ""))


def test_the_base_is_what_the_run_says(plan: tuple[Case, Plan, Result]) -> None:
    case, decided, result = plan
    mine = counted(case, decided)
    assert mine.breaks == ()
    assert mine.investment_usd == pytest.approx(result.document["indicators"]["spend_usd"], abs=1)
    assert mine.net_benefit_usd == pytest.approx(result.document["objective"]["value"], abs=1)
    assert mine.present_cost_usd == pytest.approx(result.document["indicators"]["present_cost_usd"], abs=1)


def test_swings_by_hand(plan: tuple[Case, Plan, Result]) -> None:
    """Ten racks from 0.5 to 3 M$ each: -5 and +20 M$, 70 M$ in all, which is more than there is."""
    case, decided, _ = plan
    found = found_of(case, decided)
    by = {s.range.ref: s for s in found.swings}
    racks = by["chip_supply.*.rack_price_usd"]
    assert racks.low.investment_usd == pytest.approx(found.base.investment_usd - 5e6)
    assert racks.high.investment_usd == pytest.approx(found.base.investment_usd + 20e6)
    assert racks.of("present_cost_usd") == pytest.approx(25e6)
    assert racks.low.breaks == ()
    assert set(racks.high.breaks) == {"budget.within_authority", "budget.within_budget"}
    rent = by["workloads.inference.rent_usd_per_pflops_year"]
    assert rent.low.mission_value_usd == pytest.approx(found.base.mission_value_usd)
    assert rent.high.mission_value_usd == pytest.approx(2 * found.base.mission_value_usd)
    assert by["sites.A.existing_mw"].low.breaks == ("construction.within_existing_halls",)
    assert [s.range.ref for s in found.largest("present_cost_usd")] == ["chip_supply.*.rack_price_usd"]


def test_what_cannot_move_is_counted_not_hidden(plan: tuple[Case, Plan, Result]) -> None:
    """Site B is not opened, and halls that stand take no land; all other figures have no range."""
    case, decided, _ = plan
    found = found_of(case, decided)
    assert {s.range.table for s in found.swings} == {"chip_supply", "workloads", "sites"}
    assert found.idle == 2
    assert found.without > 50
    assert found.left == 0


def test_ranges_are_those_of_the_source(plan: tuple[Case, Plan, Result]) -> None:
    case, *_ = plan
    found, _ = ranges(case)
    assert {(r.table, r.key, r.column): (r.low, r.high) for r in found} == RANGES
    racks = next(r for r in found if r.key == "*")
    assert len(racks.rows) == len(case.tables["chip_supply"])
    assert racks.base == 1e6
    assert racks.edits(5e5)[0] == "chip_supply.X/2019.rack_price_usd=500000.0"


def test_edits_and_counting_speak_of_the_same_case(tmp_path: Path) -> None:
    asked = made()
    source = Source(str(write_tiny(tmp_path, asked.tables, asked.asked)))
    case = source.case()
    for one in ranges(case)[0]:
        by_edit, in_place = source.case(one.edits(one.high)), one.case(case, one.high)
        left, right = (c.tables[one.table][one.column].astype(float).tolist() for c in (by_edit, in_place))
        assert left == right


def test_nothing_that_is_passed_over_moves_the_plan(tmp_path: Path) -> None:
    """Every figure with a range of a tenth around it: what is not reached changes no dollar and breaks no rule."""
    first = made({})
    case = Source(str(write_tiny(tmp_path / "plain", first.tables, first.asked))).case()
    wide = {
        (f.table, f.key, f.column): (0.9 * f.value, 1.1 * f.value)
        for f in case.figures
        if f.value > 0
        and f.table in ("sites", "chips", "chip_supply", "movement", "grid_tranches", "plants", "demand_paths")
    }
    case, decided, _ = planned(tmp_path / "wide", made(wide))
    found, _ = ranges(case)
    touching = {one.ref for one in reached(case, decided, found)}
    passed = [one for one in found if one.ref not in touching]
    assert len(passed) > 100
    assert touching
    before = counted(case, decided)
    for one in passed[:: max(1, len(passed) // 6)]:
        assert counted(one.case(case, one.low), decided) == before, one.ref
        assert counted(one.case(case, one.high), decided) == before, one.ref


def test_a_stopped_count_goes_on(tmp_path: Path, plan: tuple[Case, Plan, Result]) -> None:
    case, decided, _ = plan
    none = sensitivity(case, decided, Notebook(tmp_path, "sensitivity", "abc"), seconds=0.0)
    assert none.left == 4
    assert none.swings == ()
    assert tornado.answer("a-run", case, none, document("a-run", none)).lead.startswith("INCOMPLETE, 4 figures")
    whole = sensitivity(case, decided, Notebook(tmp_path, "sensitivity", "abc"))
    messages: list[str] = []
    again = sensitivity(case, decided, Notebook(tmp_path, "sensitivity", "abc"), tell=messages.append)
    assert messages == ["the plan as it is"]
    assert again.swings == whole.swings


def test_a_tornado_is_written_in_every_form(tmp_path: Path, plan: tuple[Case, Plan, Result]) -> None:
    case, decided, _ = plan
    found = found_of(case, decided)
    answer = tornado.answer("a-run", case, found, document("a-run", found))
    book = openpyxl.load_workbook(answers.write(answer, tmp_path / "t.xlsx"))
    assert book.sheetnames == ["About", "Net benefit", "Present cost", "Mission value", "Investment", "Broken rules"]
    assert len(book["Present cost"]._charts) == 1
    assert book["Present cost"]["F38"].value == pytest.approx(20e6)
    assert "existing" in answers.terminal(answer)
    assert "pencil (assumption)" in answers.write(answer, tmp_path / "t.md").read_text(encoding="utf-8")


def test_sensitivity_as_typed_decides_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At 0.5 M$ a rack the plan decided anew still has its ten; at 3 M$ 62 M$ buy none of them with the halls."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANNER_REPORTS", raising=False)
    *_, result = planned(tmp_path / "case", made())
    store.save(tmp_path / "reports", "base", result, lambda folder, document: None)
    words = ["sensitivity", "latest", "--reoptimise", "1", "--workers", "1", "--gap", "0", "--json"]
    assert run_command(words) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["schema"] == "planner/sensitivity/1"
    (row,) = said["reoptimised"]
    assert row["figure"] == "chip_supply.*.rack_price_usd"
    assert row["at_low"]["band"] == [pytest.approx(-45e6, abs=1e3)] * 2
    assert row["at_base"]["band"] == [pytest.approx(-50e6, abs=1e3)] * 2
    assert row["at_high"]["verdict"] == "infeasible"
    assert row["swing"] is None
    runs = len(list((tmp_path / "reports").glob("base*")))
    assert run_command(["sensitivity", "base", "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("3 figures move the plan")
    assert runs == len(list((tmp_path / "reports").glob("base*")))


def test_what_carries_money_is_counted_first(plan: tuple[Case, Plan, Result]) -> None:
    case, decided, _ = plan
    as_given = list(reached(case, decided, ranges(case)[0]))
    order = by_dollars(decided, as_given)
    priced = next(one for one in as_given if one.table == "chip_supply")  # ten racks; the others price no line
    assert as_given[0] is not priced
    assert order == [priced, *(one for one in as_given if one is not priced)]
