"""``--repeatable``: the same plan every time."""

from __future__ import annotations

from pathlib import Path

from small import Result
from tiny import write_tiny

from planner.inputs import read
from planner.run import Options, optimize


def outcome(result: Result) -> dict[str, object]:
    assert result.plan is not None
    tables = {name: frame.to_csv(index=False) for name, frame in result.plan.tables.items()}
    steps = [(s["name"], s["value"], s["bound"], s["nodes"]) for s in result.document["steps"]]
    return {"tables": tables, "steps": steps}


def test_three_repeats_give_one_plan(tmp_path: Path) -> None:
    case = read.load(write_tiny(tmp_path), ())
    plans = [outcome(optimize(case, Options(repeatable=True))) for _ in range(3)]
    assert plans[0] == plans[1] == plans[2]
    assert any(text.count("\n") > 1 for text in plans[0]["tables"].values())  # type: ignore[attr-defined]
