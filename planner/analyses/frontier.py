"""What a promise costs at every level and date, and what emissions, water and sites cost: frontiers of proven bands.

A budget frontier is the least budget that holds a milestone at a level (or by a year) beside all other firm promises,
with the same yearly shares. A cost frontier is the least present cost of all firm promises under a cap. Large
programmes are asked with racks in one pool and in parts, and say so.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planner.analyses.notebook import Notebook
from planner.analyses.points import Curve
from planner.analyses.question import Tell, Undecided, Work
from planner.analyses.source import Source
from planner.analyses.tracing import Tracing
from planner.errors import UsageError

SECONDS, POINTS = 900.0, 5


@dataclass(frozen=True)
class Frontier:
    curves: tuple[Curve, ...]
    exact: bool
    gap: float
    notes: tuple[str, ...]
    seconds: float

    @property
    def states(self) -> set[str]:
        return {p.state(self.gap) for c in self.curves for p in c.points}

    @property
    def verdict(self) -> str:
        """traced, infeasible (no point has a plan), or unknown."""
        if any(p.value is not None for c in self.curves for p in c.points):
            return "traced"
        return "infeasible" if self.states <= {"no plan"} and self.curves else "unknown"

    @property
    def complete(self) -> bool:
        return self.states <= {"proven", "no plan"}


def frontier(
    source: Source,
    notebook: Notebook,
    *,
    asked: Sequence[str] = (),
    points: int = POINTS,
    seconds: float | None = SECONDS,
    tell: Tell | None = None,
) -> Frontier:
    """The frontiers named (none: all). UsageError where there is no such one; what the time cut off is in the notes."""
    began = time.perf_counter()
    tell = tell or (lambda phase: None)
    tell("build")
    tracing = Tracing(source, Work(seconds), notebook, tell)
    known = tracing.curves(points)
    if unknown := [name for name in asked if name not in known]:
        raise UsageError(f"no frontier {', '.join(unknown)}; there are {', '.join(known)}")
    found: list[Curve] = []
    for name in asked or known:
        try:
            found.append(known[name]())
        except Undecided:
            tracing.stopped = True
    missing = [name for name in asked or known if name not in {c.id for c in found if c.points}]
    return Frontier(
        tuple(c for c in found if c.points),
        tracing.model.small,
        tracing.gap,
        tuple(_notes(tracing, missing)),
        time.perf_counter() - began,
    )


def _notes(tracing: Tracing, missing: Sequence[str]) -> list[str]:
    notes = []
    if tracing.stopped:
        notes.append("The time ended before every point was settled; the same command goes on from here.")
    if missing:
        why = "in the time allowed" if tracing.stopped else "because no plan keeps the firm promises"
        notes.append(f"Without a frontier {why}: {', '.join(missing)}.")
    if not tracing.model.small:
        notes.append("Points are those of the model with racks in one pool and in parts, not of exact plans.")
    return notes


def document(source: Source, found: Frontier) -> dict[str, Any]:
    return {
        "schema": "planner/frontier/1",
        "source": source.words,
        "verdict": found.verdict,
        "complete": found.complete,
        "model": "exact" if found.exact else "racks in one pool",
        "gap_of_a_proven_point": found.gap,
        "curves": [curve.as_dict(found.gap) for curve in found.curves],
        "notes": list(found.notes),
        "seconds": found.seconds,
    }
