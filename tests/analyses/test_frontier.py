"""Frontiers: bands against whole solves, monotone and within themselves; points that other points settle."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from broken import Broken, base, claim
from small import EXACT, change, parameter
from tiny import write_tiny

from planner import answers
from planner.analyses.frontier import Frontier, document, frontier
from planner.analyses.notebook import Notebook
from planner.analyses.points import Curve, Point, closed, middles
from planner.analyses.source import Source
from planner.answers import frontiers
from planner.cli import run_command
from planner.errors import UsageError
from planner.run import optimize


def two_sites(demand: float = 25.0) -> Broken:
    """Demand that must be met, halls and fp64 racks; site B has half the emissions and costs 5 M$ to open, not 0."""
    made = base("traced")
    fp64 = claim("fp64", 3, 2028, metric="compute", tier="installed", precision="fp64", unit="PFLOP/s")
    made.claims = [claim("halls", 12, 2028), fp64]
    made.fields = {"budget_usd": 200e6}
    change(made.tables, "demand", must_serve_share=1, base_pflops_years=demand)
    parameter(made.tables, must_serve_from_year=2027)
    change(made.tables, "sites", {"site_id": "A"}, grid_emissions_kg_per_mwh=100)
    change(made.tables, "sites", {"site_id": "B"}, grid_emissions_kg_per_mwh=50, opening_cost_usd=5e6)
    return made


def source(folder: Path, made: Broken) -> Source:
    return Source(str(write_tiny(folder, made.tables, made.asked)))


def traced(folder: Path, made: Broken, *curves: str, points: int = 5) -> Frontier:
    return frontier(source(folder, made), Notebook(None, "frontier", ""), asked=curves, points=points, seconds=600)


def only(found: Frontier) -> Curve:
    (curve,) = found.curves
    return curve


def holds(asked: Source, *edits: str) -> bool:
    """Whether the edited programme has a plan: a whole solve by the ordinary way."""
    result = optimize(asked.case(edits), EXACT)
    assert result.document["verdict"] in ("optimal", "infeasible")
    return result.plan is not None


def cost(asked: Source, *edits: str) -> float | None:
    """Least present cost of the edited programme, M USD: a whole solve by the ordinary way."""
    result = optimize(asked.case(edits), EXACT)
    assert result.document["verdict"] in ("optimal", "infeasible")
    return None if result.plan is None else -float(result.document["objective"]["value"]) / 1e6


def test_costs_by_level_are_those_of_whole_solves(tmp_path: Path) -> None:
    asked = source(tmp_path, two_sites())
    found = frontier(asked, Notebook(None, "frontier", ""), asked=["level:halls"], points=2, seconds=600)
    assert [p.at for p in only(found).points] == [6, 12, 18]
    for p in only(found).points:
        assert p.value == pytest.approx(cost(asked, f"claims.halls.level={p.at!r}"), abs=1e-3)
        assert p.bound == pytest.approx(p.value, abs=1e-3)


def test_costs_by_date_are_those_of_whole_solves(tmp_path: Path) -> None:
    """Racks ordered in 2026 serve from 2027; later they cost less, and what is promised may be bought late."""
    made = two_sites()
    made.claims[1] = {**made.claims[1], "tier": "installed", "by": 2029}
    change(made.tables, "chip_supply", {"chip_id": "H", "year": 2026}, rack_price_usd=4e6)
    asked = source(tmp_path, made)
    found = frontier(asked, Notebook(None, "frontier", ""), asked=["date:fp64"], seconds=600)
    points = only(found).points
    assert [p.at for p in points] == [2026, 2027, 2028, 2029]
    assert found.complete
    for p in points:
        assert p.value == pytest.approx(cost(asked, f"claims.fp64.by={p.at:.0f}"), abs=1e-3)
    assert points[0].value > points[-1].value + 1  # type: ignore[operator]


def test_the_ends_of_cost_by_emissions_are_two_optima(tmp_path: Path) -> None:
    asked = source(tmp_path, two_sites())
    found = frontier(asked, Notebook(None, "frontier", ""), asked=["emissions"], points=3, seconds=600)
    loose, *_, tight = only(found).points
    cheapest = cost(asked)
    assert cheapest is not None
    assert loose.value == pytest.approx(cheapest, abs=1e-3)
    assert tight.value > cheapest + 1  # type: ignore[operator]
    made = two_sites()
    clean = {**made.asked, "objective": {"present_cost": -1e-6, "emissions_usd_per_t": -1000.0}}
    result = optimize(Source(str(write_tiny(tmp_path / "clean", made.tables, clean))).case(), EXACT)
    assert tight.at == pytest.approx(result.document["indicators"]["emissions_t"], rel=1e-5)


def test_more_sites_cost_what_opening_them_costs(tmp_path: Path) -> None:
    one, two = only(traced(tmp_path, two_sites(), "sites")).points
    assert (one.at, two.at) == (1, 2)
    assert one.value is not None
    assert two.value == pytest.approx(one.value + 5.0, abs=1e-3)


def test_service_is_held_by_a_row(tmp_path: Path) -> None:
    """Nobody must be served: each more of demand takes its racks, and the promised halls alone cost least."""
    made = two_sites(85.0)
    change(made.tables, "demand", must_serve_share=0)
    points = only(traced(tmp_path, made, "served", points=2)).points
    assert [p.at for p in points] == pytest.approx([50, 95, 100])
    known = [p.value for p in points]
    assert known == sorted(known)  # type: ignore[type-var]
    assert known[-1] > known[0] + 1  # type: ignore[operator]


def test_compute_by_budget_is_the_most_it_buys(tmp_path: Path) -> None:
    """A PFLOP/s of fp64 is a rack of 1 M$ in a MW of 2 M$: more money buys more, and none is left idle."""
    made = two_sites()
    change(made.tables, "demand", must_serve_share=0)
    made.claims[0]["level"], made.fields["budget_usd"] = 5, 50e6
    found = traced(tmp_path, made, "compute", points=3)
    points = only(found).points
    assert [p.at for p in points] == [25e6, 50e6, 75e6]
    assert only(found).of == "PFLOP/s"
    for p in points:
        most, bound = (only(found).figure(x) for x in (p.value, p.bound))
        assert most is not None
        assert bound is not None
        assert most <= bound * (1 + 1e-6)
    assert points[0].value > points[1].value  # type: ignore[operator]  # turned round


def test_a_level_that_cannot_be_had_has_no_plan(tmp_path: Path) -> None:
    """20 MW of halls stand at a site."""
    made = two_sites()
    made.claims[0]["level"] = 16
    found = traced(tmp_path, made, "level:halls", points=3)
    states = {p.at: p.state(found.gap) for p in only(found).points}
    assert states == {8: "proven", 16: "proven", 24: "no plan"}
    assert found.complete


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_bounds_are_monotone_and_points_lie_within(seed: int, tmp_path: Path) -> None:
    """Frontiers of programmes drawn at random: neither end of an interval falls where the condition gets tighter."""
    draw = random.Random(seed)
    made = two_sites(draw.uniform(10, 60))
    made.claims[0]["level"] = draw.randint(5, 20)
    change(made.tables, "sites", {"site_id": "B"}, opening_cost_usd=draw.uniform(1e6, 20e6))
    change(made.tables, "chip_supply", {"chip_id": "H", "year": 2026}, rack_price_usd=draw.uniform(1e6, 4e6))
    found = traced(tmp_path, made, "level:halls", "date:halls", "level:fp64", "date:fp64", "emissions", points=3)
    for curve in found.curves:
        rising = curve.points[::-1] if curve.unit == "year" or curve.id == "emissions" else curve.points
        check_rising(sorted(rising, key=lambda p: -p.at) if curve.id == "emissions" else rising)
        assert all(p.state(found.gap) in ("proven", "no plan") for p in rising), curve.id


def test_the_check_of_monotone_points_can_fail() -> None:
    check_rising([Point(1, 5, 5), Point(2, 6, 6)])
    with pytest.raises(AssertionError):
        check_rising([Point(1, 6, 6), Point(2, 5, 5)])


def check_rising(points: Any) -> None:
    values = [math.inf if p.value is None else p.value for p in points]
    bounds = [p.bound for p in points]
    assert values == sorted(values)
    assert bounds == sorted(bounds)
    assert all(bound <= value for bound, value in zip(bounds, values, strict=True))


@pytest.mark.parametrize("seed", range(40))
def test_closing_makes_any_true_bands_monotone_and_no_wider(seed: int) -> None:
    """Bands drawn around a rising truth stay around it; those around falling truths are reported."""
    draw = random.Random(seed)
    truth = sorted(draw.uniform(0, 100) for _ in range(draw.randint(1, 9)))
    points = [
        Point(
            n,
            None if draw.random() < 0.2 else x + draw.choice([0, draw.uniform(0, 9)]),
            None if draw.random() < 0.2 else x - draw.choice([0, draw.uniform(0, 9)]),
        )
        for n, x in enumerate(truth)
    ]
    done = closed(points)
    for before, after, x in zip(points, done, truth, strict=True):
        assert after.value is None or x - 1e-9 <= after.value <= (before.value or math.inf)
        assert after.bound is None or x + 1e-9 >= after.bound >= (before.bound or -math.inf)
    known = [p.value for p in done if p.value is not None]
    assert known == sorted(known)


def test_a_broken_tolerance_is_not_hidden() -> None:
    loose, tight = closed([Point(1, 10.0, 10.0), Point(2, 9.0, 8.0)])
    assert loose.value == 9.0
    assert loose.state(1e-6) == "disputed"
    assert tight.disputed
    assert closed([Point(1, 10.0, 10.0 + 1e-9)])[0].state(1e-6) == "proven"


def test_states_of_points() -> None:
    assert Point(1, 10, 9).state(1e-6) == "stopped at a limit"
    assert Point(1, 10, 9).state(0.2) == "proven"
    assert Point(1, None, 9).state(0.2) == "stopped at a limit"
    assert Point(1).state(0.2) == "not settled"
    assert Point(1, None, math.inf).state(0.2) == "no plan"


@pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 17])
def test_middles_are_all_places_ends_first(count: int) -> None:
    order = middles(count)
    assert sorted(order) == list(range(count))
    assert order[:2] == [0, count - 1][: min(count, 2)]


def test_points_are_reused_and_a_stopped_frontier_goes_on(tmp_path: Path) -> None:
    asked = source(tmp_path / "case", two_sites())
    none = frontier(asked, Notebook(tmp_path, "frontier", "abc"), asked=["level:halls"], seconds=0.0)
    assert none.verdict == "unknown"
    assert not none.complete
    assert none.notes[0].startswith("The time ended")
    messages: list[str] = []
    notebook = Notebook(tmp_path, "frontier", "abc")
    whole = frontier(asked, notebook, asked=["level:halls"], points=9, seconds=600, tell=messages.append)
    solved = [t for t in messages if t.startswith("cost: halls")]
    assert whole.complete
    assert 2 <= len(solved) < 9
    assert len(solved) == sum(not p.taken for p in only(whole).points)
    messages.clear()
    notebook = Notebook(tmp_path, "frontier", "abc")
    again = frontier(asked, notebook, asked=["level:halls"], points=9, tell=messages.append)
    assert messages == []
    assert again.curves == whole.curves


def test_an_unknown_frontier_is_reported_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="level:hall; there are compute, level:halls"):
        traced(tmp_path, two_sites(), "level:hall")


def test_an_answer_is_written_in_every_form(tmp_path: Path) -> None:
    asked = source(tmp_path / "case", two_sites())
    found = frontier(asked, Notebook(None, "frontier", ""), asked=["level:halls", "date:fp64", "sites"], seconds=600)
    answer = frontiers.answer(asked, found)
    one, other = (answers.write(answer, tmp_path / name) for name in ("one.xlsx", "other.xlsx"))
    assert one.read_bytes() == other.read_bytes()
    book = openpyxl.load_workbook(one)
    assert len(book.sheetnames) == 4
    charts = [len(sheet._charts) for sheet in book.worksheets]
    assert charts == [0, 1, 1 if any(p.value for p in found.curves[1].points) else 0, 1]
    sheet = book.worksheets[1]
    (curve, *_) = found.curves
    assert [sheet.cell(6 + n, 3).value for n in range(len(curve.points))] == [
        pytest.approx((p.value or 0) * 1e6) for p in curve.points
    ]
    written = json.loads(answers.write(answer, tmp_path / "one.json").read_text(encoding="utf-8"))
    assert written["curves"] == json.loads(json.dumps(document(asked, found)["curves"]))
    text = answers.write(answer, tmp_path / "one.md").read_text(encoding="utf-8")
    assert "| as asked |" in text
    with pytest.raises(UsageError, match=r"\.xlsx"):
        answers.write(answer, tmp_path / "one.html")


def test_frontier_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANNER_REPORTS", raising=False)
    made = two_sites()
    model = str(write_tiny(tmp_path / "case", made.tables, made.asked))
    assert run_command(["frontier", model, "--curve", "sites", "--json", "--out", "f.xlsx"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "planner/frontier/1"
    assert said["verdict"] == "traced"
    assert [p["state"] for p in said["curves"][0]["points"]] == ["proven", "proven"]
    assert said["files"] == [str(tmp_path / "f.xlsx")]
    assert run_command(["frontier", model, "--curve", "sites", "--set", "programme.budget_usd=1e6"]) == 4
    assert capsys.readouterr().out.startswith("There is no plan at any point")
    assert run_command(["frontier", model, "--out", "f.pdf"]) == 2
