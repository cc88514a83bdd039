"""A first stage that ends too far from its bound for later ones goes on with the time they would have had."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small import case_of
from test_properties import exact_optimum, varied

from planner.formulation import build
from planner.inputs.case import Case
from planner.search import Search, solve_stages
from planner.search.racks import Note
from planner.solve import Limits, Outcome, Program, Vector, Verdict

GIVEN_BACK = 0.01
#: seconds that the first stage says it took before it goes on
SPENT = 1000.0


def quiet(*_: object) -> None:
    """Nobody hears how far a solve is."""


def two_stages(folder: Path, seed: int) -> Case:
    tables, asked = varied(seed)
    stages = [{"name": "mission value", "give_back_share": GIVEN_BACK}, {"name": "present cost"}]
    return case_of(folder, tables, {**asked, "sites": {"count": 1, "minimum_regions": 1}, "stages": stages})


def short_of_a_proof(case: Case, monkeypatch: pytest.MonkeyPatch) -> Search:
    """A search whose first stage ends with a bound twice as good as its plan."""
    built = build(case)
    search = Search(case, built, Program.compile(built.model))
    whole = search.stage

    def stage(k: int, limits: Limits, note: Note, before: Vector | None) -> Outcome:
        found = whole(k, limits, note, before)
        if k > 0:
            return found
        assert found.objective is not None
        return replace(found, bound=2 * found.objective, gap=1.0, verdict=Verdict.WITHIN_LIMITS, seconds=SPENT)

    monkeypatch.setattr(search, "stage", stage)
    return search


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_it_is_proven_as_near_as_later_stages_ask_and_they_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    case = two_stages(tmp_path, seed)
    first, last = solve_stages(short_of_a_proof(case, monkeypatch), Limits(0.001, 120.0), quiet)
    best = exact_optimum(case)
    assert first.outcome.bound is not None
    assert first.outcome.objective is not None
    assert first.outcome.gap is not None
    assert first.outcome.gap <= GIVEN_BACK
    assert first.outcome.bound >= best * (1 - 1e-6)
    assert first.outcome.objective <= best * (1 + 1e-6)
    assert first.outcome.seconds > SPENT
    assert last.outcome.verdict is Verdict.OPTIMAL


def test_a_run_to_be_repeated_ends_where_its_first_stage_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no time that could be left."""
    search = short_of_a_proof(two_stages(tmp_path, 1), monkeypatch)
    (first,) = solve_stages(search, Limits(0.001, None, 1000), quiet)
    assert first.outcome.gap == 1.0
