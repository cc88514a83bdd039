"""A plan made again from a date: its own past gives it again, another past gives what the pencil says."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from random_programmes import random_programme
from small import (
    EXACT,
    NET_BENEFIT,
    Tables,
    amounts,
    case_of,
    change,
    chip_on_sale,
    chosen,
    free_tables,
    programme,
    solved,
    value,
)
from tiny import write_tiny

from planner.analyses.replan import taken
from planner.analyses.variance import variance
from planner.cli import run_command
from planner.errors import InputError
from planner.inputs.actuals import COLUMNS, Actual, text
from planner.inputs.case import Case
from planner.inputs.read import with_actuals
from planner.plan import Plan
from planner.run import Result, optimize
from planner.store import Stored
from planner.verify import verify


def two_purchases() -> Tables:
    """A rack is 1 M$. Ten are on sale in 2026 and as many as one likes in 2028; demand takes all."""
    tables = free_tables()
    tables["chip_supply"] = chip_on_sale("X", [2026], 1e6, 10) + chip_on_sale("X", [2028], 1e6)
    change(tables, "demand", base_pflops_years=1e5)
    change(tables, "sites", existing_mw=100)
    return tables


def again(base: Result, as_of: str, rows: tuple[Actual, ...] | None = None) -> Result:
    assert base.plan is not None
    happened = taken(base.case, base.plan, as_of) if rows is None else rows
    found = optimize(with_actuals(base.case, happened, as_of), EXACT)
    assert found.plan is not None, found.document.get("explanation")
    assert found.document["verification"]["passed"], found.document["verification"]["broken"]
    return found


def cents(plan: Plan | None) -> dict[tuple[str, str], int]:
    assert plan is not None
    return plan["detail"].groupby(["category", "period"])["cents"].sum().to_dict()


def own(base: Result, as_of: str) -> tuple[Actual, ...]:
    assert base.plan is not None
    return taken(base.case, base.plan, as_of)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Result:
    result = solved(tmp_path_factory.mktemp("base"), two_purchases(), programme(budget_usd=40e6))
    assert {n for *_, n in chosen(result, "bought")} == {10, 30}
    return result


def test_no_actuals_at_the_opening_give_the_plan(base: Result) -> None:
    assert with_actuals(base.case, (), "2026-01-01").sha256 == base.case.sha256
    assert with_actuals(base.case, (), "2026-12-31").past == 0
    found = again(base, "2026-01-01")
    assert value(found) == pytest.approx(value(base), rel=1e-9)
    assert cents(found.plan) == cents(base.plan)


@pytest.mark.parametrize("as_of", ["2027-01-01", "2028-01-01", "2029-01-01"])
def test_a_plan_with_its_own_past_gives_the_rest_of_it(base: Result, as_of: str) -> None:
    found = again(base, as_of)
    assert found.case.past == int(as_of[:4]) - 2026
    assert value(found) == pytest.approx(value(base), abs=1e-6)
    assert cents(found.plan) == cents(base.plan)
    assert chosen(found, "bought") == chosen(base, "bought")


@pytest.mark.parametrize("seed", [2, 3])
def test_a_random_plan_with_its_own_past_gives_the_rest_of_it(tmp_path: Path, seed: int) -> None:
    before = optimize(case_of(tmp_path, *random_programme(seed)), EXACT)
    found = again(before, "2028-01-01")
    assert value(found) == pytest.approx(value(before), rel=1e-6)
    assert sum(cents(found.plan).values()) == pytest.approx(sum(cents(before.plan).values()), abs=2)


@pytest.mark.parametrize(("musd", "racks"), [(5.0, 25), (-4.0, 34), (0.01, 29)])
def test_another_sum_spent_leaves_that_much_less(base: Result, musd: float, racks: int) -> None:
    rows = tuple(
        replace(row, amount=row.amount + 1e6 * musd) if row.kind == "spent" else row for row in own(base, "2027-01-01")
    )
    assert sum(row.kind == "spent" for row in rows) == 1
    found = again(base, "2027-01-01", rows)
    later = [(p, n) for _, _, p, n in chosen(found, "bought") if p != "2026"]
    assert later == [("2028", racks)]
    assert cents(found.plan)["chips", "2026"] == round(1e8 * (10 + musd))
    assert found.plan is not None
    beside = found.plan["detail"].query("rate_ref == 'actuals.spent.chips'")
    assert beside["cents"].tolist() == [round(1e8 * musd)]


def late_hall(folder: Path) -> tuple[Result, Result]:
    """Ten racks for 10 M$; the plan has them serve from 2027 on, in truth their hall stands at the end of 2027."""
    tables = free_tables()
    tables["chip_supply"] = chip_on_sale("X", [2026, 2027], 1e6)
    change(tables, "demand", base_pflops_years=1e5)
    before = solved(folder, tables, programme(budget_usd=10e6))
    as_of, rows = "2028-01-01", list[Actual]()
    for row in own(before, as_of):
        if row.kind in ("modules", "hardened", "bought"):
            rows.append(replace(row, t=1))
        elif row.kind not in ("spent", "served"):
            rows.append(row)
    return before, again(before, as_of, tuple(rows))


def test_a_hall_a_year_late_moves_what_depends_on_it(tmp_path: Path) -> None:
    before, found = late_hall(tmp_path)
    # 10 racks · 5 PFLOP/s · 2 M$: three years, then two
    assert amounts(before)["mission_value"] == pytest.approx(300.0)
    assert amounts(found)["mission_value"] == pytest.approx(200.0)
    late = variance(Stored(before.case, before.plan, before.document), Stored(found.case, found.plan, found.document))
    months = {m.what: m.months for m in late.milestones}
    assert months == {
        f"First halls at {before.case.sites['A'].name}": 12,
        **dict.fromkeys(("First racks in place", "First service"), 12),
    }
    money = {(x.what, x.year): x.variance for x in late.cents}
    assert money == {("chips", 2026): -1e9, ("chips", 2027): 1e9}
    populated = {x.year: x.variance for x in late.megawatts if x.what == "populated"}
    assert populated == {2026: -10.0, 2027: 0.0, 2028: 0.0, 2029: 0.0}


def test_what_was_not_begun_begins_later(tmp_path: Path) -> None:
    """Initiatives with one date, accreditations and courses: their earliest dates move out of the past."""
    before = optimize(case_of(tmp_path, *random_programme(1)), EXACT)
    built = ("opens", "modules", "contract", "units", "signed", "bought", "spent")
    rows = tuple(row for row in own(before, "2027-01-01") if row.kind in built)
    assert len(rows) < len(own(before, "2027-01-01"))
    found = again(before, "2027-01-01", rows)
    assert before.plan is not None
    assert found.plan is not None
    assert min(found.plan["served"]["period"]) > min(before.plan["served"]["period"])
    assert found.plan["served"]["pflops_years"].sum() > 0
    assert min(found.plan["starts"]["period"]) >= "2027H1"


def test_the_checker_refuses_a_past_that_was_changed(base: Result) -> None:
    rows = tuple(
        replace(row, amount=row.amount + 1e6) if row.kind == "spent" else row for row in own(base, "2027-01-01")
    )
    found = again(base, "2027-01-01", rows)
    assert found.plan is not None

    def broken(case: Case, plan: Plan) -> set[str]:
        return {breach.rule for breach in verify(case, plan, None).broken}

    assert broken(found.case, found.plan) == set()
    bought = found.plan["bought"].copy()
    bought.loc[bought["period"] == "2026", "racks"] -= 1
    assert "past.as_it_was" in broken(found.case, Plan({**found.plan.tables, "bought": bought}))
    without = found.plan["detail"].query("not rate_ref.str.startswith('actuals.')")
    assert {"past.as_spent", "money.detail_complete"} <= broken(
        found.case, Plan({**found.plan.tables, "detail": without.reset_index(drop=True)})
    )
    other = replace(found.case, actuals=tuple(replace(r, amount=9.0) if r.kind == "bought" else r for r in rows))
    assert "past.as_it_was" in broken(other, found.plan)


BAD = [
    # cells, (column, a word of what was found)
    ("2029,modules,A,RETRO-D2C,1,halls", ("period", "future")),
    ("2026,moduls,A,RETRO-D2C,1,halls", ("kind", "moduls")),
    ("2025,modules,A,RETRO-D2C,1,halls", ("period", "2025")),
    ("2026,modules,C,RETRO-D2C,1,halls", ("where", "C")),
    ("2026,modules,A,NONE,1,halls", ("what", "NONE")),
    ("2026,modules,B,RETRO-D2C,1,halls", ("where", "no row opens")),
    ("2026,modules,A,RETRO-D2C,1.5,halls", ("amount", "1.5")),
    ("2026,spent,programme,chips,-1,USD", ("amount", "-1")),
    ("2026,spent,programme,operations,1,USD", ("what", "operations")),
    ("2026,bought,A,X,11,racks", ("amount", "11 racks")),
    ("2026,bought,A,H,1,MW", ("unit", "MW")),
    ("2026,spent,programme,chips,41000000,USD", ("amount", "41,000,000.00 USD")),
    ("2026,opens,A,,1,sites", ("kind", "row 2")),
    ("2026,signed,A", ("", "3 cells")),
    ("2026,commissioned,A,SLOW,1,halls", ("period", "24 months")),
]


def test_bad_actuals_are_answered_row_by_row(tmp_path: Path) -> None:
    tables = two_purchases()
    tables["designs"].append({**tables["designs"][1], "design_id": "SLOW", "lead_months": 24})
    case = case_of(tmp_path, tables, programme(budget_usd=40e6))
    path = tmp_path / "actuals.csv"
    lines = [",".join(COLUMNS), "2026,opens,A,,1,sites", *(cells for cells, _ in BAD)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        with_actuals(case, path, "2027-01-01")
    found = {fault.row: fault for fault in refused.value.faults}
    assert sorted(found) == list(range(3, 3 + len(BAD)))
    assert len(refused.value.faults) == len(BAD)
    for row, (_, (column, word)) in enumerate(BAD, 3):
        assert (found[row].file, found[row].column) == ("actuals.csv", column), found[row]
        assert word in found[row].found, found[row]


@pytest.mark.parametrize(
    ("content", "column", "word"),
    [("", "", "no header"), ("period,kind\n", "", "period, kind"), (",".join(COLUMNS) + "\n", "kind", "0 sites")],
)
def test_a_table_that_says_nothing_is_no_past(tmp_path: Path, content: str, column: str, word: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        with_actuals(case_of(tmp_path, two_purchases(), programme()), path, "2027-01-01")
    (fault,) = refused.value.faults
    assert fault.column == column
    assert word in fault.found


def test_what_the_programme_cannot_decide_is_named_by_its_row(base: Result, tmp_path: Path) -> None:
    path = tmp_path / "actuals.csv"
    rows = own(base, "2027-01-01")
    (site,) = next(row.key for row in rows if row.kind == "opens")
    lines = text(rows, base.case.periods) + f"2026,generated,{site},RECIP,5,MWh\n"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(InputError, match="1 fault") as refused:
        optimize(with_actuals(base.case, path, "2027-01-01"), EXACT)
    (fault,) = refused.value.faults
    assert (fault.row, fault.column) == (len(lines.splitlines()), "what")


def test_the_command_keeps_the_variance_with_a_run_that_stands_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANNER_REPORTS", str(tmp_path / "reports"))
    asked = programme(NET_BENEFIT, budget_usd=40e6)
    model = write_tiny(tmp_path, two_purchases(), asked)
    assert run_command(["optimize", str(model), "--name", "base", "--gap", "0", "--no-price", "--quiet"]) == 0
    table = tmp_path / "actuals.csv"
    assert run_command(["replan", "base", "--as-of", "2027-01-01", "--write-actuals", str(table)]) == 0
    rows = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
    spent = next(row for row in rows if row[1] == "spent")
    spent[4] = "15000000.00"
    table.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    capsys.readouterr()
    words = ["replan", "base", "--as-of", "2027-01-01", "--actuals", str(table), "--name", "late", "--gap", "0"]
    assert run_command([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["baseline"]["past"] == ["2026"]
    usd = {(x["what"], x["year"]): x["variance"] for x in document["variance"]["usd"]}
    assert usd == {("chips", 2026): 5e6, ("chips", 2028): -5e6}
    table.unlink()
    assert run_command(["verify", "late"]) == 0
    assert run_command(["report", "late", "--out", str(tmp_path / "out"), "--quiet"]) == 0
    book = load_workbook(tmp_path / "out" / "plan.xlsx")
    assert "Variance" in book.sheetnames
    assert len(book["Variance years"]._charts) == 1
    assert run_command(["rerun", "late", "--quiet"]) == 0
    assert "THE SAME PLAN" in capsys.readouterr().out
    assert "Analysis: variance" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--as-of", "1 May 2027"], "write a date as 2028-01-01"), (["--as-of", "2031-01-01"], "nothing is left to plan")],
)
def test_a_date_that_leaves_nothing_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], base: Result, words: list[str], says: str
) -> None:
    from planner import store

    store.save(tmp_path, "base", base, lambda folder, document: None)
    assert run_command(["replan", "base", "--reports", str(tmp_path), *words]) == 2
    assert says in capsys.readouterr().err
