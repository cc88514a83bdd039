"""``planner risk`` deciding anew: draws as edited cases, the fixed plan among them, and what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from page.lint import findings
from risk.programme import file_of, model, months, planned

from planner import store
from planner.cli import run_command
from planner.risk.reading import read
from planner.risk.scenarios import EVERYWHERE, CaseEdits, Scenario, drawn, reduced

LATE = {"grid": months("grid_tranches.lead_months"), "works": months("designs.lead_months")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stored run ``one``; ``wide`` and ``sure`` hold an uncertainty file each."""
    here = tmp_path_factory.mktemp("anew")
    programme = str(model(here / "case"))
    assert run_command(["optimize", programme, "--name", "one", "--quiet", "--reports", str(here / "reports")]) == 0
    for name in ("wide", "sure"):
        (here / name).mkdir()
    file_of(here / "wide", (0.8, 1.0, 1.6), (0.5, 1.0, 2.5), **LATE)
    file_of(here / "sure")
    return here


def asked(folder: Path, which: str, *more: str) -> list[str]:
    file = ["--uncertainty", str(folder / which / "uncertainty.toml")]
    return ["risk", "one", *file, "--reports", str(folder / "reports"), "--json", "--quiet", *more]


def reached(folder: Path) -> float:
    return float(store.load(store.find(folder / "reports", "one")).document["objective"]["value"])


def test_a_draw_edits_rates_by_family_and_lead_times_by_whole_periods(tmp_path: Path) -> None:
    """5.9 months are less than half a year late; 7 months at A are a year; a rate of no family is not touched."""
    case, _ = planned()
    uncertainty = read(file_of(tmp_path, (0.8, 1.0, 1.6), (0.5, 1.0, 2.5), **LATE), case)
    late = {"A": 7.0, "B": 5.9, EVERYWHERE: 13.0}
    factors = {"halls": 1.25, "racks": 1.0}
    edits = CaseEdits(case, uncertainty).edits(
        Scenario(1.0, factors, dict.fromkeys(("grid", "works", "accreditation"), late))
    )
    assert "designs.*.shell_usd_per_mw=*1.25" in edits
    assert "grid_tranches.*.connection_usd_per_mw=*1.25" in edits
    assert not any(edit.startswith(("chip_supply", "designs.*.lease")) for edit in edits)
    assert "grid_tranches.A/*.lead_months+=12" in edits
    assert not any(edit.startswith("grid_tranches.B/*.lead") for edit in edits)
    assert "designs.*.lead_months+=12" in edits
    assert "accreditations.*.duration_months+=12" in edits


def test_scenarios_keep_the_mean_of_every_factor(tmp_path: Path) -> None:
    case, plan = planned()
    uncertainty = read(file_of(tmp_path, (0.8, 1.0, 1.6), (0.5, 1.0, 2.5), **LATE), case)
    draws, _ = drawn(case, plan, uncertainty, 512, 3)
    few = reduced(case, plan, uncertainty, 512, 3, 5)
    assert len(few.scenarios) == 5
    assert sum(s.probability for s in few.scenarios) == pytest.approx(1.0)
    means = [few.mean.factors[f.id] for f in uncertainty.families]
    assert means == pytest.approx(np.mean(draws.factors, axis=0).tolist())
    assert 0.1 < few.kept < 1.0
    assert reduced(case, plan, uncertainty, 512, 3, 5) == few
    assert reduced(case, plan, uncertainty, 512, 3, 50).kept > few.kept


def test_where_nothing_varies_every_way_is_the_plan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(asked(folder, "sure", "--stochastic", "--until", "2027-01")) == 0
    found = json.loads(capsys.readouterr().out)
    (only,) = found["scenarios"]
    assert only["probability"] == 1.0
    for way in ("knowing", "sign_now", "mean_future"):
        assert found["ways"][way]["expected_usd"] == pytest.approx(reached(folder), abs=1.0)
        assert found["ways"][way]["checked"]
    assert found["value_of_perfect_information_usd"] == pytest.approx(0.0, abs=1.0)
    assert run_command(asked(folder, "sure", "--reoptimise", "1", "--workers", "1")) == 0
    found = json.loads(capsys.readouterr().out)
    (draw,) = found["draws"]
    assert draw["value_usd"] == pytest.approx(reached(folder), abs=1.0)
    assert draw["fixed_usd"] == pytest.approx(reached(folder), abs=1.0)
    assert {d["share_of_futures"] for d in found["decisions"] if d["in_the_run"]} == {1.0}


def test_answers_become_part_of_workbook_and_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(asked(folder, "wide", "--reoptimise", "2", "--workers", "1", "--seed", "5")) == 0
    futures = json.loads(capsys.readouterr().out)
    assert (futures["schema"], len(futures["draws"]), futures["planned"]) == ("planner/futures/1", 2, 2)
    for draw in futures["draws"]:
        assert draw["value_usd"] <= draw["bound_usd"] + 1.0
        assert draw["regret_usd"] is None or draw["regret_usd"] >= -1.0
        # another draw is another case, with a run of its own
        assert store.find(folder / "reports", draw["run"]).is_dir()
    assert futures["draws"][0]["value_usd"] != futures["draws"][1]["value_usd"]
    few = ["--stochastic", "--scenarios", "2", "--until", "2027-01", "--draws", "64"]
    assert run_command(asked(folder, "wide", *few)) == 0
    found = json.loads(capsys.readouterr().out)
    ways = {way: one["expected_usd"] for way, one in found["ways"].items()}
    assert ways["knowing"] >= ways["sign_now"] - 1 >= ways["mean_future"] - 2
    assert {"kind": "opens", "where": "A"}.items() <= found["sign"][0].items()
    out = folder / "out"
    assert run_command(["report", "one", "--out", str(out), "--quiet", "--reports", str(folder / "reports")]) == 0
    names = load_workbook(out / "plan.xlsx").sheetnames
    assert {"Commit-now", "Commit-now Sign", "Commit-now Ways", "Futures", "Futures Decisions"} <= set(names)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert findings(page) == []
    assert "What should be signed now" in page


def test_questions_that_cannot_be_asked_are_answered_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for month in ("2026-01", "2027-07", "soon", "2040-01"):
        assert run_command(asked(folder, "sure", "--stochastic", "--until", month)) == 3
        (fault,) = json.loads(capsys.readouterr().out)["error"]["faults"]
        assert (fault["file"], fault["found"]) == ("--until", month)
        assert fault["allowed"] == "one of 2027-01, 2028-01, 2029-01"
    assert run_command(asked(folder, "sure", "--stochastic", "--reoptimise", "3")) == 2
    capsys.readouterr()
    assert run_command(asked(folder, "sure", "--stochastic", "--cvar-level", "100%")) == 2
    assert "--cvar-level" in json.loads(capsys.readouterr().out)["error"]["message"]
