"""``planner risk``: kept beside its run, and then part of workbook, page and first screen."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from page.lint import findings
from risk.programme import file_of, model, months

from planner import store
from planner.cli import run_command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stored run ``one``, and an uncertainty file beside it."""
    here = tmp_path_factory.mktemp("risk")
    programme = str(model(here / "case"))
    assert run_command(["optimize", programme, "--name", "one", "--quiet", "--reports", str(here / "reports")]) == 0
    late = {"grid": months("grid_tranches.lead_months"), "works": months("designs.lead_months")}
    file_of(here, (0.8, 1.0, 1.6), (0.5, 1.0, 2.5), **late)
    return here


def asked(folder: Path, *more: str) -> list[str]:
    file = ["--uncertainty", str(folder / "uncertainty.toml")]
    return ["risk", "one", *file, "--draws", "1000", "--reports", str(folder / "reports"), *more]


def test_the_document_says_what_scripts_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(asked(folder, "--seed", "7", "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["draws"], document["seed"]) == ("planner/risk/1", 1024, 7)
    cost = document["cost_usd"]
    assert cost["p10"] < cost["p50"] < cost["p80"] < cost["p90"] < cost["budget"]
    assert cost["point"] < cost["with_contingency"]
    assert 0 < cost["point_percentile"] < cost["with_contingency_percentile"] <= cost["budget_percentile"] == 1
    assert document["joint_confidence"] == next(
        c["joint_with_budget"] for c in document["commitments"] if c["id"] == "secured"
    )
    assert {c["id"] for c in document["commitments"]} == {
        "budget", "secured", "halls", "installed", "serving", "sites"
    }  # fmt: skip
    assert Path(document["kept"]).is_file()
    assert run_command(asked(folder, "--seed", "7", "--json", "--confidence", "50%", "--milestone", "halls")) == 0
    other = json.loads(capsys.readouterr().out)
    assert other["cost_usd"] == cost
    assert (other["confidence"], other["milestone"]) == (0.5, "halls")
    assert other["contingency_usd"]["total"] < document["contingency_usd"]["total"]


def test_it_becomes_part_of_workbook_page_and_first_screen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = ["--reports", str(folder / "reports")]
    run = store.find(folder / "reports", "one")
    published = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in run.rglob("*") if p.is_file()}
    assert run_command(asked(folder)) == 0
    said = capsys.readouterr().out
    assert "of draws stay within the budget and keep secured by its date" in " ".join(said.split())
    for out in ("a", "b"):
        assert run_command(["report", "one", "--out", str(folder / out), "--quiet", *reports]) == 0
    assert {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in run.rglob("*") if p.is_file()} == published
    for name in ("plan.xlsx", "report.html", "summary.md"):
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes()
    book = load_workbook(folder / "a" / "plan.xlsx")
    names = ["Risk", *(f"Risk {part}" for part in SHEETS)]
    first = book.sheetnames.index("Risk")
    assert book.sheetnames[first : first + len(names)] == names
    assert len(book["Risk S-curve"]._charts) == 1
    steps = {str(row[0].value): row[1].value for row in book["Ground rules"].iter_rows() if row[0].value}
    assert steps["9 Risk and uncertainty analysis"] == "addressed"
    assert not any(str(step).startswith("Confidence: this is a point estimate") for step in steps)
    page = (folder / "a" / "report.html").read_text(encoding="utf-8")
    assert findings(page) == []
    assert '<section id="analysis-risk' in page
    assert "confidence is not assessed" not in page
    assert "confidence is not assessed" in (run / "report.html").read_text(encoding="utf-8")
    capsys.readouterr()
    assert run_command(["show", "one", *reports]) == 0
    shown = capsys.readouterr().out
    title = "Confidence: draws of investment that an amount covers"
    assert title.upper() in shown
    summary = (folder / "a" / "summary.md").read_text(encoding="utf-8")
    assert title in summary
    assert title in page
    rows = [[cell.value for cell in row] for row in book["Summary"].iter_rows()]
    start = next(n for n, row in enumerate(rows) if row[0] == title)
    assert [row[0] for row in rows[start + 2 : start + 6]] == [
        "Base, without contingency",
        "Base and contingency",
        "Budget",
        "Budget, and secured by its date",
    ]


SHEETS = ("Levels", "S-curve", "Promises", "Contingency", "At the budget", "What varies")


def test_faults_of_the_file_end_in_one_answer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoilt = folder / "spoilt.toml"
    text = (folder / "uncertainty.toml").read_text(encoding="utf-8").replace("low = 0.8", "low = 1.8")
    spoilt.write_text(text.replace("racks = [0.6", "racks = [0.7"), encoding="utf-8")
    assert run_command([*asked(folder, "--json"), "--uncertainty", str(spoilt)]) == 3
    faults = json.loads(capsys.readouterr().out)["error"]["faults"]
    assert [fault["column"] for fault in faults] == ["family.halls.low", "correlations.racks"]
    lines = spoilt.read_text(encoding="utf-8").splitlines()
    assert [lines[fault["row"] - 1].split(" ")[0] for fault in faults] == ["low", "racks"]


def test_without_a_file_it_says_what_to_write(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["risk", "one", "--reports", str(folder / "reports"), "--json"]
    assert run_command(words) == 2
    message = json.loads(capsys.readouterr().out)["error"]["message"]
    assert message.startswith("no uncertainty file ships with the data set")
    assert "docs/risk.md" in message
    assert run_command([*words, "--uncertainty", "nowhere.toml"]) == 2
    assert "there is no file nowhere.toml" in json.loads(capsys.readouterr().out)["error"]["message"]
