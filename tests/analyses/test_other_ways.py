"""Alternatives and the map of sites and technologies, against whole solves with a site or technology dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from broken import Broken, base, claim
from small import EXACT, change, parameter
from tiny import write_tiny

from planner import answers
from planner.analyses.alternatives import Alternatives, Worth, alternatives
from planner.analyses.features import GATES, Feature, Structure
from planner.analyses.notebook import Notebook
from planner.analyses.questions import Figures
from planner.analyses.source import Source
from planner.analyses.ways_document import document
from planner.answers import ways
from planner.cli import run_command
from planner.report import markdown, second
from planner.report.shapes import Figure as Figure_
from planner.report.shapes import Table
from planner.run import optimize


def near(opening: float = 1e6) -> Broken:
    """12 MW of halls and racks for all demand: 50 M$ at A, and so much more as B takes to open."""
    made = base("near")
    made.claims = [claim("halls", 12, 2028)]
    made.fields = {"budget_usd": 90e6}
    change(made.tables, "demand", must_serve_share=1, base_pflops_years=25)
    parameter(made.tables, must_serve_from_year=2027)
    change(made.tables, "sites", {"site_id": "B"}, opening_cost_usd=opening)
    return made


def source(folder: Path, made: Broken) -> Source:
    return Source(str(write_tiny(folder, made.tables, made.asked)))


def found_of(folder: Path, made: Broken) -> Alternatives:
    return alternatives(source(folder, made), Notebook(None, "alternatives", ""), seconds=600)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return source(tmp_path_factory.mktemp("near"), near())


@pytest.fixture(scope="module")
def notes(asked: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notes")


@pytest.fixture(scope="module")
def found(asked: Source, notes: Path) -> Alternatives:
    return alternatives(asked, Notebook(notes, "alternatives", "abc"), seconds=600)


def of(found: Alternatives, feature: str) -> Worth:
    return next(w for w in found.worths if w.feature.id == feature)


def least_cost(asked: Source, *edits: str) -> float | None:
    result = optimize(asked.case(edits), EXACT)
    return None if result.plan is None else -float(result.document["objective"]["value"]) / 1e6


def test_the_map_agrees_with_programmes_that_drop_the_site_or_technology(asked: Source, found: Alternatives) -> None:
    best = least_cost(asked)
    assert best is not None
    assert found.best.value == pytest.approx(-best, abs=1e-3)
    barred = {"site:A": "sites.A=drop", "chip:X": "chips.X=drop", "design:RETRO-D2C": "designs.RETRO-D2C=drop"}
    for feature, edit in barred.items():
        worth, without = of(found, feature), least_cost(asked, edit)
        assert worth.inside
        assert worth.other.none == (without is None)
        if without is not None:
            loss = worth.loss(found.best)
            assert loss is not None
            assert loss[0] - 1e-5 <= without / best - 1 <= loss[1] + 1e-5
    other = of(found, "site:B").loss(found.best)
    alone = least_cost(asked, "sites.A=drop")  # one site is asked for: B is in where A is out
    assert alone is not None
    assert other == pytest.approx((alone / best - 1, alone / best - 1), abs=1e-5)


@pytest.mark.parametrize(("opening", "words"), [(1.1e6, "never never sometimes"), (0.6e6, "never sometimes sometimes")])
def test_always_sometimes_never_by_hand(opening: float, words: str) -> None:
    """B costs 1.1 M$ more than 50, 2.2 %; or 0.6, 1.2 %."""
    best = Figures(-50.0, -50.0, present_cost=50.0)
    cost = Figures(-50.0 - opening / 1e6, -50.0 - opening / 1e6)
    out, inside = (Worth(Feature("site", "B"), there, cost) for there in (False, True))
    assert [out.word(best, x) for x in (0.01, 0.02, 0.05)] == words.split()
    certain = {"never": "always", "sometimes": "sometimes"}
    assert [inside.word(best, x) for x in (0.01, 0.02, 0.05)] == [certain[w] for w in words.split()]


def test_alternatives_are_checked_differ_and_stay_within_their_loss(asked: Source, found: Alternatives) -> None:
    assert found.found
    assert found.complete
    best = Structure.read(found.best.more["structure"])
    cheapest = -float(found.best.value or 0.0)
    for one in found.found:
        assert one.structure.differs(best) or one.timing_alone
        assert one.loss <= 0.05
        assert -one.value <= cheapest * (1 + one.loss) + 1e-3
        others = [k for k in found.found if k is not one and not one.timing_alone]
        assert all(one.structure.differs(k.structure) for k in others)
    assert any("+site B" in one.differs and "-site A" in one.differs for one in found.found)


def test_a_plan_that_fails_its_check_is_no_alternative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failed:
        passed = False

    monkeypatch.setattr("planner.analyses.ask.verify", lambda case, plan, claim: Failed())
    assert found_of(tmp_path, near()).found == ()


def any_of(folder: Path, asked: Source, found: Alternatives | None) -> tuple[Table, str]:
    """The table of sets of sites after a run and what was found of it, and the Markdown of both screens."""
    result = optimize(asked.case(), EXACT)
    assert result.plan is not None
    known = {} if found is None else {"alternatives": json.loads(json.dumps(document(asked, found)))}
    text = markdown.text(result.case, result.plan, result.document, known)
    table = second.second(result.case, result.plan, result.document, known)[2]
    assert table.title in text
    assert table.note in text
    return table, text


def test_two_equal_sites_are_any_of_these(tmp_path: Path) -> None:
    """B opens for nothing, as A does: 50 M$ at either."""
    asked = source(tmp_path, near(0.0))
    table, _ = any_of(tmp_path, asked, alternatives(asked, Notebook(None, "alternatives", ""), seconds=600))
    assert table.title == "Any of these 2 sets of sites"
    assert {row[0] for row in table.rows} == {"A", "B"}
    plan, other = table.rows
    assert plan[2] == "the plan"
    assert isinstance(other[2], Figure_)
    assert other[2].value == pytest.approx(0, abs=100)
    assert all(isinstance(row[1], Figure_) and row[1].value == pytest.approx(-50e6, abs=100) for row in table.rows)


def test_a_dearer_site_is_not_as_good_and_unasked_is_not_assessed(
    tmp_path: Path, asked: Source, found: Alternatives
) -> None:
    table, _ = any_of(tmp_path, asked, found)
    assert [row[0] for row in table.rows] == ["A"]
    assert table.title.endswith("no other set as good")
    table, _ = any_of(tmp_path, asked, None)
    assert [str(row[2]) for row in table.rows] == ["not assessed"]
    assert "'planner alternatives RUN'" in table.note


def test_far_sites_are_no_alternative(tmp_path: Path) -> None:
    found = found_of(tmp_path, near(20e6))
    assert of(found, "site:B").word(found.best, 0.05) == "never"
    assert not any("+site B" in one.differs for one in found.found)


def test_words_of_intervals() -> None:
    feature, best = Feature("site", "B"), Figures(-100.0, -99.0, present_cost=100.0)
    for cost, least, word in ((104.0, 103.0, "never"), (101.0, 100.0, "sometimes"), (104.0, 100.0, "open")):
        assert Worth(feature, False, Figures(-cost, -least)).word(best, 0.0201) == word
    assert Worth(feature, True, Figures(none=True)).word(best, 0.02) == "always"
    assert Worth(feature, True, Figures()).word(best, 0.02) == "open"


def test_timing_is_reported_and_is_no_structure() -> None:
    one = Structure({"site": ("A",)}, live={"A": "2026"})
    later = Structure({"site": ("A",)}, live={"A": "2028"})
    assert later.against(one) == ["site A goes live 2028, not 2026"]
    assert not later.differs(one)
    assert later.retimed(one)
    halls = Structure(one.has, {"A": "2027"})
    assert halls.retimed(Structure(one.has, {"A": "2026"}))
    assert halls.against(Structure(one.has, {"A": "2026"})) == ["site A has its first halls started 2027, not 2026"]


def test_timing_is_asked_on_both_sides_of_what_the_best_plan_has(asked: Source) -> None:
    edges = Structure({}, {"A": "2028"}, {"B": "2026"}).edges(asked.case())
    assert [(f.id, inside) for f, inside in edges] == [
        ("first halls:A by 2027", False),
        ("first halls:A by 2028", True),
        ("going live:B by 2026", True),
    ]


def test_the_map_of_timing_holds_what_it_says(found: Alternatives) -> None:
    """The plan that starts A later does; it costs what it loses."""
    timed = [w for w in found.worths if w.feature.kind == "first halls" and w.inside]
    assert timed
    for w in timed:
        loss = w.loss(found.best)
        assert w.other.none or loss is not None
        if "structure" in w.other.more:
            structure = Structure.read(w.other.more["structure"])
            assert structure.started.get(w.feature.name, "9999") > w.feature.label
            assert (w.other.value or 0.0) <= (found.best.value or 0.0) + 1e-3
    assert "first halls" not in GATES


def test_a_stopped_map_goes_on_and_keeps_its_plans(asked: Source, found: Alternatives, notes: Path) -> None:
    none = alternatives(asked, Notebook(None, "alternatives", ""), seconds=0.0)
    assert none.verdict == "unknown"
    messages: list[str] = []
    again = alternatives(asked, Notebook(notes, "alternatives", "abc"), tell=messages.append)
    assert messages == []
    assert again.found == found.found
    assert document(asked, again)["map"] == document(asked, found)["map"]


def test_an_answer_is_written_and_said(asked: Source, found: Alternatives, tmp_path: Path) -> None:
    answer = ways.answer(asked, found)
    text = answers.terminal(answer)
    assert "net benefit" in text
    written = json.loads(answers.write(answer, tmp_path / "ways.json").read_text(encoding="utf-8"))
    assert written["alternatives"] == json.loads(json.dumps(document(asked, found)["alternatives"]))


def test_alternatives_as_typed(
    asked: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANNER_REPORTS", raising=False)
    assert run_command(["alternatives", str(asked.model), "--set", "programme.budget_usd=1e6", "--json"]) == 4
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["schema"] == "planner/alternatives/1"
    assert said["verdict"] == "infeasible"
