"""Solved runs of a small programme, for the tests of comparisons and sweeps."""

from __future__ import annotations

from pathlib import Path

from small import EXACT
from tiny import write_tiny

from planner import store
from planner.inputs.read import load
from planner.run import optimize

CLAIMS = [
    {"id": "sites", "claim": "A site", "said_by": "me", "metric": "sites", "level": 1, "by": 2029, "binding": "firm"},
    {
        "id": "halls",
        "claim": "Halls",
        "said_by": "me",
        "metric": "power",
        "tier": "commissioned",
        "level": 20,
        "unit": "MW IT",
        "by": 2029,
        "binding": "goal",
    },
]


def small_model(folder: Path) -> Path:
    return write_tiny(folder, programme={"budget_usd": 150e6, "claims": CLAIMS})


def solved_run(reports: Path, model: Path, *edits: str) -> store.Stored:
    """Solve to the end and store without reports."""
    result = optimize(load(model, edits), EXACT)
    return store.load(store.save(reports, "small", result, lambda folder, document: None).path)
