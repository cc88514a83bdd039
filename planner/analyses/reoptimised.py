"""The figures that move a plan the most, with everything decided anew at their low and at their high.

Each end is a run of its own through the sweep, so it is stored, checked and gone on with like any other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from planner.analyses.ranges import Range
from planner.analyses.source import Source
from planner.analyses.sweep import BASE, Answer, Job
from planner.run import Options
from planner.store import Stored

ENDS = ("low", "high")


def jobs(source: Source, chosen: Sequence[Range], options: Options) -> list[Job]:
    """The base, then both ends of every figure. Raises InputError where an end cannot be an input."""
    base = source.case()
    found = [Job(BASE, base.programme.title, base, options)]
    for one in chosen:
        for end in ENDS:
            value = one.low if end == "low" else one.high
            title = f"{one.ref} at its {end}, {value:g} {one.unit}"
            found.append(Job(name(one, end), title, source.case(one.edits(value)), options))
    return found


def name(one: Range, end: str) -> str:
    """Fit for a run; the end of a hash keeps long ones apart."""
    plain = re.sub(r"[^a-z0-9]+", "-", one.ref.lower()).strip("-")[:36]
    return f"{plain}-{hashlib.sha256(one.ref.encode()).hexdigest()[:6]}-{end}"


def bands(
    chosen: Sequence[Range], answers: Mapping[str, Answer], runs: Mapping[str, Stored], stage: str
) -> list[dict[str, Any]]:
    """One row a figure: the band of the first objective at low, base and high, and what the swing may be."""
    rows = []
    for one in chosen:
        at = {end: _band(answers.get(key), runs.get(key), stage) for end, key in _keys(one)}
        rows.append({**one.as_dict(), "objective": stage, **{f"at_{end}": band for end, band in at.items()}})
        low, high = at["low"]["band"], at["high"]["band"]
        rows[-1]["swing"] = None
        if low and high:
            ends = [high[0] - low[1], high[1] - low[0]]
            widest = max(abs(x) for x in ends)
            rows[-1]["swing"] = [0.0 if ends[0] <= 0 <= ends[1] else min(abs(x) for x in ends), widest]
    return sorted(rows, key=lambda r: -(r["swing"] or [0.0])[0])


def _keys(one: Range) -> list[tuple[str, str]]:
    return [("low", name(one, "low")), ("base", BASE), ("high", name(one, "high"))]


def _band(answer: Answer | None, run: Stored | None, stage: str) -> dict[str, Any]:
    """From what the plan reaches to what is proven, in the stage's unit; none where there is no plan."""
    if answer is None or run is None:
        return {"run": "", "verdict": answer.error if answer else "not solved", "band": None, "sites": []}
    (row, *_) = [s for s in run.document["stages"] if s["name"] == stage] or [{}]
    ends = [x for x in (row.get("value"), row.get("bound")) if x is not None]
    sites = (run.document.get("indicators") or {}).get("sites") or []
    band = [min(ends), max(ends)] if len(ends) == 2 else None
    return {"run": answer.run, "verdict": answer.verdict, "band": band, "sites": sites}
