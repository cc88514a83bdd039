"""What a promise costs at every level and date, what emissions, water, service and sites cost, and what money buys.

A cost frontier is the least present cost of all firm promises beside one more condition: a milestone at another level
or date, a cap, a share of demand served. The compute frontier is the most compute by budget. Net benefit leaves money
unspent and demand unserved where that pays, so each holds what it asks for. Every point has a whole, checked plan.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planner.analyses.notebook import Notebook
from planner.analyses.points import Curve
from planner.analyses.questions import Questions
from planner.analyses.source import Source
from planner.analyses.tracing import Tracing, read
from planner.analyses.work import Tell, Undecided, Work
from planner.errors import UsageError

SECONDS, POINTS = 900.0, 5


@dataclass(frozen=True)
class Frontier:
    curves: tuple[Curve, ...]
    gap: float
    notes: tuple[str, ...]
    seconds: float

    @property
    def states(self) -> set[str]:
        return {c.state(p, self.gap) for c in self.curves for p in c.points}

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
    questions = Questions(source, Work(seconds), notebook, tell, read)
    tracing = Tracing(questions)
    known = tracing.curves()
    if unknown := [name for name in asked if name not in known]:
        raise UsageError(f"no frontier {', '.join(unknown)}; there are {', '.join(known)}")
    found: list[Curve] = []
    for name in asked or known:
        try:
            found.append(known[name](points))
        except Undecided:
            questions.stopped = True
    missing = [name for name in asked or known if name not in {c.id for c in found if c.points}]
    return Frontier(
        tuple(c for c in found if c.points), tracing.gap, tuple(_notes(questions, missing)), time.perf_counter() - began
    )


def _notes(questions: Questions, missing: Sequence[str]) -> list[str]:
    notes = []
    if questions.stopped:
        notes.append("The time ended before every point was settled; the same command goes on from here.")
    if missing:
        why = "in the time allowed" if questions.stopped else "because no plan keeps the firm promises"
        notes.append(f"Without a frontier {why}: {', '.join(missing)}.")
    return notes


def document(source: Source, found: Frontier) -> dict[str, Any]:
    return {
        "schema": "planner/frontier/1",
        "source": source.words,
        "verdict": found.verdict,
        "complete": found.complete,
        "gap_of_a_proven_point": found.gap,
        "curves": [curve.as_dict(found.gap) for curve in found.curves],
        "notes": list(found.notes),
        "seconds": found.seconds,
    }
