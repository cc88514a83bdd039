"""A Morris screening by hand: straight effects are the whole swing, products spread, and a seed repeats them."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from analyses.test_sensitivity import made, plan, planned  # noqa: F401
from tiny import write_tiny

from planner.analyses.notebook import Notebook
from planner.analyses.screening import Design, Screening, screening
from planner.analyses.sensitivity import counted, measured, sensitivity
from planner.cli import run_command
from planner.inputs.case import Case
from planner.plan import Plan
from planner.run import Result

Planned = tuple[Case, Plan, Result]


def found_of(asked: Planned, notebook: Notebook | None = None, seconds: float = 60, seed: int = 1) -> Screening:
    case, decided, _ = asked
    book = notebook or Notebook(None, "", "")
    ranges = [s.range for s in sensitivity(case, decided, Notebook(None, "", "")).swings]
    return screening(case, decided, ranges, book, design=Design(trajectories=4, seed=seed), seconds=seconds)


def test_what_stands_alone_moves_by_its_swing_and_does_not_spread(plan: Planned) -> None:  # noqa: F811
    """Dollars go with the price of racks: ten of 0.5 to 3 M$ are 25 M$ wherever the other figures stand."""
    found = found_of(plan)
    assert found.done == found.asked == 4
    (price,) = [e for e in found.of("investment_usd") if "rack_price" in e.range.ref]
    assert price.mu_star == pytest.approx(25e6, rel=1e-9)
    assert price.mu == pytest.approx(25e6, rel=1e-9)
    assert price.sigma == pytest.approx(0.0, abs=1.0)
    swings = {s.range.ref: s for s in sensitivity(plan[0], plan[1], Notebook(None, "", "")).swings}
    for e in found.of("investment_usd"):
        if e.sigma < 1:
            assert e.mu_star == pytest.approx(swings[e.range.ref].of("investment_usd"), abs=1.0)


def test_measures_alone_are_those_of_the_full_count(plan: Planned) -> None:  # noqa: F811
    case, decided, _ = plan
    full = counted(case, decided)
    assert measured(case, decided) == {m: getattr(full, m) for m in measured(case, decided)}


def test_a_seed_repeats_and_another_takes_other_points(plan: Planned) -> None:  # noqa: F811
    def counts(seed: int) -> list[object]:
        book = Notebook(None, "", "")
        found_of(plan, book, seed=seed)
        return list(book.kept.values())

    assert counts(1) == counts(1)
    assert counts(1) != counts(2)


def test_a_stopped_screening_says_so_and_goes_on(plan: Planned, tmp_path: Path) -> None:  # noqa: F811
    none = found_of(plan, Notebook(tmp_path, "s", "abc"), seconds=0.0)
    assert (none.done, none.effects) == (0, ())
    whole = found_of(plan, Notebook(tmp_path, "s", "abc"))
    again = found_of(plan, Notebook(tmp_path, "s", "abc"), seconds=0.0)
    assert again.done == 4
    assert again.effects == whole.effects


def test_screening_as_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANNER_REPORTS", raising=False)
    asked = made()
    model = str(write_tiny(tmp_path / "case", asked.tables, asked.asked))
    assert run_command(["optimize", model, "--name", "one", "--quiet"]) == 0
    capsys.readouterr()
    words = ["sensitivity", "one", "--method", "morris", "--trajectories", "3", "--factors", "1", "--seed", "7"]
    assert run_command([*words, "--json", "--out", "s.xlsx"]) == 0
    printed = json.loads(capsys.readouterr().out)["global"]
    assert (printed["method"], printed["seed"], printed["trajectories"], printed["figures"]) == ("morris", 7, 3, 1)
    assert printed["figures_held_at_their_value"] >= 1
    assert {"mu_star", "sigma", "low", "high", "source"} <= printed["effects_usd"][0].keys()
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert [s for s in book.sheetnames if s.startswith("All at once")]
    assert run_command(words) == 0
    text = capsys.readouterr().out
    assert "ALL FIGURES AT ONCE" in text
    assert max(len(line) for line in text.splitlines()) <= 100
