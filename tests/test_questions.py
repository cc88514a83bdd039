"""A reviewer's six questions: short answers, with the figures of the run, and a word where the run has none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from stored_runs import Finished, finished, write_note

from planner import store
from planner.answers import Answer, stored
from planner.answers.questions import NOT
from planner.cli import run_command
from planner.inputs import read
from planner.inputs.case import Case
from planner.plan import Plan, frame

EARNED = {"cash_usd": 1e9, "nominal_return": 0.123, "level_fee_over_base_year_price": {"8%": 0.51, "10%": 0.61}}
WAYS = {"build": 31e9, "lease halls": 32e9, "rent at low quotes": 33e9, "rent at high quotes": 34e9}
#: parts of a document, with figures that all differ
DOCUMENT: dict[str, Any] = {
    "claim_check": [
        {"id": "power-added", "planned": 578, "missing": 722, "true_for_usd_more": 25.5e9},
        {"id": "power-commissioned", "planned": 577, "missing": 4423},
    ],
    "indicators": {
        "spend_usd": 46.7e9,
        "served_share": 0.456,
        "cost_per_mw": [{"usd_per_mw": 35.4e6}],
        "grid_at_end_mw": {"contracted": 3490, "unused": 3239, "known_tariff": 1650},
    },
    "commitments": [{"id": "phase-1", "level": 15, "planned": 16, "met": True, "binding": "firm"}],
    "accounts": {
        "margins": {"margin_at_zero": 0.77, "rows": [{"which": "as in the data", "margin": 0.99}]},
        "ways": {w: {"present_usd": x, "building_is_no_dearer_from": 2034} for w, x in WAYS.items()},
        "federal": {"paid": {"present_usd": 20e9}, "fees": {"present_usd": 21e9}},
        "investor_as_the_data_say": EARNED,
        "investor_bears_operations": {**EARNED, "nominal_return": 0.145},
    },
}
EXPECTED = (
    ("1,300 MW IT", "578 MW IT", "722 MW IT", "$35.4M", "$25.50B", "$46.70B", "$50.00B", "45.6 %"),
    ("1,050 MW", "$2.0M present", "than the proof can tell", f"other sites: {NOT}"),
    ("$31.00B", "$32.00B", "$33.00B", "$34.00B", f"model's price: {NOT}", "caught up: 2034", "of 0.77", "use 0.99"),
    ("3,490 MW", "3,239 MW", "1,650 MW", "unused MW: investor", "investor $12.3M", f"net benefit: {NOT}"),
    ("$20.00B", "$21.00B", f"own cost {NOT}", "12.3 %", "14.5 %", "0.51 for 8 %, 0.61 for 10 %"),
    ("$7.0M", "70.0 %", "$35.4M", "4,423 MW IT", "code 4", "by 2026: kept", f"by 2029: {NOT}", "0.77", "45.6 %"),
)


@pytest.fixture(scope="module")
def case() -> Case:
    return read.load()


def asked(capsys: pytest.CaptureFixture[str], run: Path) -> tuple[list[str], dict[str, Any]]:
    assert run_command(["questions", str(run), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    texts = [row["answer"] for row in document["questions"]]
    assert all(0 < len(text.split()) < 200 and "{" not in text for text in texts)
    return texts, document


def test_figures_are_those_of_the_run(tmp_path: Path, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    result, site = finished(case), next(iter(case.sites))
    assert result.plan is not None
    use = frame("grid_use", [(site, "2035", 1050.0, 50.0, 1000.0)])
    owed = frame("owed_after", [(site, "investor", "exit", 2036, 24e6, 12.3e6)])
    plan = Plan({**result.plan.tables, "grid_use": use, "owed_after": owed})
    found = Finished(case, plan, {**result.document, **DOCUMENT})
    texts, _ = asked(capsys, store.save(tmp_path, "base", found, write_note).path)
    for text, expected in zip(texts, EXPECTED, strict=True):
        assert [figure for figure in expected if figure not in text] == []


def test_a_kept_answer_is_used_and_else_missed(tmp_path: Path, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    run = store.save(tmp_path, "base", finished(case), write_note).path
    assert asked(capsys, run)[0][3].startswith(f"What 5 GW secured costs in net benefit: {NOT}.")
    sides = {"with": {"spend_usd": 30.27e9}, "without": {"spend_usd": 26.8e9}}
    path = stored.keep(run, "without", Answer("", "It costs $4.56B to $5.24B.", case, sides, []))
    first = "It costs $4.56B to $5.24B. Investment with the promise: $30.27B; without it: $26.80B."
    assert asked(capsys, run)[0][3].startswith(first)
    path.write_text("{}", encoding="utf-8")
    texts, document = asked(capsys, run)
    assert f"net benefit: {NOT}" in texts[3]
    assert "without.json cannot be read" in document["notes"][0]


def test_a_run_without_a_plan_has_answers(tmp_path: Path, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    found = Finished(case, None, {**finished(case, "infeasible").document, "indicators": {}})
    run = store.save(tmp_path, "base", found, write_note).path
    assert all(NOT in text for text in asked(capsys, run)[0])
    assert run_command(["questions", str(run), "--out", str(tmp_path / "six.md")]) == 0
    assert capsys.readouterr().out.startswith("Run base")
    assert "## Why these sites?" in (tmp_path / "six.md").read_text(encoding="utf-8")
    assert run_command(["questions", str(run), "--out", "six.xlsx"]) == 2
