"""A small finished run with awkward figures, for the tests of the run store and the command line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.inputs.case import Case
from planner.plan import TABLES, Plan, frame


@dataclass(frozen=True)
class Finished:
    case: Case
    plan: Plan | None
    document: dict[str, Any]


def small_plan(case: Case) -> Plan:
    """A plan with awkward figures: full digits, empty cells of each kind, empty tables."""
    tables = {name: frame(name, []) for name in TABLES}
    site = next(iter(case.sites))
    tables["imported"] = frame("imported", [(site, "2026", 0.1 + 0.2), (site, "2027", 1e-17)])
    tables["opens"] = frame("opens", [(site, "2026", 1)])
    tables["tiers"] = frame("tiers", [(site, "2035", 1500.0, 1200.5, 900.25)])
    tables["commitments"] = frame(
        "commitments",
        [
            ("a", "power", "secured", None, 2035, 5000.0, "MW", "firm", 5000.0, 0.0, True, "met"),
            ("b", "services", None, None, None, None, "", "reported", None, None, None, "reported"),
        ],
    )
    return Plan(tables)


def finished(case: Case, verdict: str = "optimal") -> Finished:
    document = {
        "schema": "planner/optimize/1",
        "verdict": verdict,
        "gap": 0.001,
        "title": case.programme.title,
        "objective": {
            "value": 1.5e6,
            "bound": float("nan"),
            "gap_usd": 2e6,
            "gap": 0.001,
            "seconds": 1.25,
            "terms": [],
        },
        "seconds": {"solve": 1.25},
        "cpu_seconds": {"solve": 2.5},
        "steps": [{"name": "search", "seconds": 1.25, "nodes": 3}],
        "indicators": {"spend_by_category_usd": {"chips": 2e9}, "sites": list(case.sites)[:1]},
    }
    return Finished(case, small_plan(case), document)


def write_note(folder: Path, document: dict[str, Any]) -> None:
    (folder / "note.txt").write_text(json.dumps(document, sort_keys=True), encoding="utf-8")
