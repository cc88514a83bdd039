"""Alternatives and the map of sites and technologies, against whole solves with a site or technology dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken import Broken, base, claim
from small import EXACT, change, parameter
from tiny import write_tiny

from planner import answers
from planner.analyses.alternatives import Alternatives, Best, Worth, alternatives
from planner.analyses.features import TIMED, By, Feature, Structure, edges
from planner.analyses.notebook import Notebook
from planner.analyses.source import Source
from planner.analyses.ways_document import document
from planner.answers import ways
from planner.cli import run_command
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


def of(found: Alternatives, feature: str) -> Worth:
    return next(w for w in found.worths if w.feature.id == feature)


def least_cost(asked: Source, *edits: str) -> float | None:
    result = optimize(asked.case(edits), EXACT)
    return None if result.plan is None else float(result.document["stages"][0]["value"])


def test_the_map_agrees_with_programmes_that_drop_the_site_or_technology(tmp_path: Path) -> None:
    asked = source(tmp_path, near())
    found = alternatives(asked, Notebook(None, "alternatives", ""), seconds=600)
    best = least_cost(asked)
    assert best is not None
    assert found.best.value == pytest.approx(best, abs=1e-3)
    barred = {"site:A": "sites.A=drop", "chip:X": "chips.X=drop", "design:RETRO-D2C": "designs.RETRO-D2C=drop"}
    for feature, edit in barred.items():
        worth, without = of(found, feature), least_cost(asked, edit)
        assert worth.inside
        assert worth.other.none == (without is None)
        if without is not None:
            loss = worth.loss(found.best, found.sign)
            assert loss is not None
            assert loss[0] - 1e-5 <= without / best - 1 <= loss[1] + 1e-5
    other = of(found, "site:B").loss(found.best, found.sign)
    alone = least_cost(asked, "sites.A=drop")  # one site is asked for: B is in where A is out
    assert alone is not None
    assert other == pytest.approx((alone / best - 1, alone / best - 1), abs=1e-5)


@pytest.mark.parametrize(("opening", "words"), [(1.1e6, "never never sometimes"), (0.6e6, "never sometimes sometimes")])
def test_always_sometimes_never_by_hand(tmp_path: Path, opening: float, words: str) -> None:
    """B costs 1.1 M$ more than 50, 2.2 %; or 0.6, 1.2 %."""
    found = found_of(tmp_path, near(opening))
    assert [of(found, "site:B").word(found.best, found.sign, x) for x in (0.01, 0.02, 0.05)] == words.split()
    certain = {"never": "always", "sometimes": "sometimes"}
    mine = [of(found, "site:A").word(found.best, found.sign, x) for x in (0.01, 0.02, 0.05)]
    assert mine == [certain[w] for w in words.split()]
    assert found.complete


def test_alternatives_are_checked_differ_and_stay_within_their_loss(tmp_path: Path) -> None:
    asked = source(tmp_path, near())
    found = alternatives(asked, Notebook(None, "alternatives", ""), seconds=600)
    assert found.found
    best = found.best.structure
    assert best is not None
    assert found.best.passed
    cheapest = least_cost(asked)
    assert cheapest is not None
    for one in found.found:
        assert one.structure.differs(best)
        assert any(word.startswith(("+", "-")) for word in one.differs)
        assert one.loss <= 0.05
        assert one.value <= cheapest * (1 + one.loss) + 1e-3
        others = [k for k in found.found if k is not one]
        assert all(one.structure.differs(k.structure) for k in others)
    assert any("+site B" in one.differs and "-site A" in one.differs for one in found.found)


def test_a_plan_that_fails_its_check_is_no_alternative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failed:
        passed = False

    monkeypatch.setattr("planner.analyses.alternatives.verify", lambda case, plan, stages: Failed())
    assert found_of(tmp_path, near()).found == ()


def test_far_sites_are_no_alternative(tmp_path: Path) -> None:
    found = found_of(tmp_path, near(20e6))
    assert of(found, "site:B").word(found.best, found.sign, 0.05) == "never"
    assert not any("+site B" in one.differs for one in found.found)


def test_words_of_bands() -> None:
    feature = Feature("site", "B", np.array([0]))
    best = Best(100.0, 99.0)
    for value, bound, word in ((104.0, 103.0, "never"), (101.0, 100.0, "sometimes"), (104.0, 100.0, "open")):
        assert Worth(feature, False, Best(value, bound)).word(best, -1.0, 0.0201) == word
    assert Worth(feature, True, Best(None, None, none=True)).word(best, -1.0, 0.02) == "always"
    assert Worth(feature, True, Best(None, None)).word(best, -1.0, 0.02) == "open"


def test_timing_is_told_and_is_no_structure() -> None:
    one = Structure({"site": ("A",)}, {"A": "2026"})
    later = Structure({"site": ("A",)}, {"A": "2028"})
    assert later.against(one) == ["site A opens 2028, not 2026"]
    assert not later.differs(one)

    assert later.retimed(one)
    halls = Structure(one.has, one.opened, {"A": "2027"})
    assert halls.retimed(Structure(one.has, one.opened, {"A": "2026"}))
    assert halls.against(Structure(one.has, one.opened, {"A": "2026"})) == [
        "site A has its first halls started 2027, not 2026"
    ]


def test_timing_is_asked_on_both_sides_of_what_the_best_plan_has() -> None:
    years = range(2026, 2030)
    known = [By("first halls", s, y, Feature("first halls", f"{s} by {y}", np.array([y]))) for s in "AB" for y in years]
    has = ("site:A", "first halls:A by 2028", "first halls:A by 2029")
    assert [f.id for f in edges(known, has)] == ["first halls:A by 2027", "first halls:A by 2028"]


def test_the_map_of_timing_holds_what_it_says(tmp_path: Path) -> None:
    """The plan that starts A later does; it costs what it loses, and the whole solve of it is no better."""
    found = found_of(tmp_path, near())
    timed = [w for w in found.worths if w.feature.kind == "first halls"]
    assert timed
    for w in timed:
        assert w.inside
        loss = w.loss(found.best, found.sign)
        assert w.other.none or loss is not None
        if w.other.structure is not None:
            site, _, year = w.feature.name.partition(" by ")
            assert w.other.structure.started.get(site, "9999") > year
            assert w.other.passed
            assert w.other.placed is not None
            assert found.best.value is not None
            assert w.other.placed >= found.best.value - 1e-3
    for one in found.found:
        assert one.timing_alone is not one.structure.differs(found.best.structure)  # type: ignore[arg-type]


def test_a_stopped_map_goes_on_and_keeps_its_plans(tmp_path: Path) -> None:
    asked = source(tmp_path / "case", near())
    none = alternatives(asked, Notebook(tmp_path, "alternatives", "abc"), seconds=0.0)
    assert none.verdict == "unknown"
    whole = alternatives(asked, Notebook(tmp_path, "alternatives", "abc"), seconds=600)
    told: list[str] = []
    again = alternatives(asked, Notebook(tmp_path, "alternatives", "abc"), tell=told.append)
    assert told == ["build"]
    assert document(asked, again) | {"seconds": 0} == document(asked, whole) | {"seconds": 0}


def test_large_programmes_list_whole_checked_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.analyses.question.AT_ONCE", 0)
    asked = source(tmp_path, near())
    found = alternatives(asked, Notebook(None, "alternatives", ""), seconds=600)
    assert not found.exact
    assert found.best.passed
    cheapest = least_cost(asked)
    assert cheapest is not None
    assert found.best.placed == pytest.approx(cheapest, rel=0.01)
    assert any("+site B" in one.differs for one in found.found)
    assert all(one.value >= cheapest * (1 - 1e-6) for one in found.found)


def test_alternatives_as_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANNER_REPORTS", raising=False)
    made = near(0.8e6)
    model = str(write_tiny(tmp_path / "case", made.tables, made.asked))
    assert run_command(["alternatives", model, "--json", "--out", "a.xlsx", "--out", "a.md"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["schema"] == "planner/alternatives/1"
    assert {row["kind"] for row in said["map"]} == {"site", "design", "plant", "chip", *TIMED}
    assert "Sites and technology" in (tmp_path / "a.md").read_text(encoding="utf-8")
    assert (tmp_path / "a.xlsx").is_file()
    assert run_command(["alternatives", model, "--set", "programme.budget_usd=1e6"]) == 4
    assert "no other way" in capsys.readouterr().out
    answer = ways.answer(Source(model), alternatives(Source(model), Notebook(None, "", ""), seconds=0.0))
    assert answers.terminal(answer).startswith("No plan was found")
