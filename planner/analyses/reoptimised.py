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
from planner.analyses.sweep import Answer, Job
from planner.run import Options
from planner.store import Stored

ENDS = ("low", "high")


def jobs(source: Source, chosen: Sequence[Range], options: Options, start: Mapping[str, float]) -> list[Job]:
    """Both ends of every figure, from the gates of the run. Raises InputError where an end cannot be an input."""
    found = []
    for one in chosen:
        for end in ENDS:
            value = one.low if end == "low" else one.high
            title = f"{one.ref} at its {end}, {value:g} {one.unit}"
            found.append(Job(name(one, end), title, source.case(one.edits(value)), options, start=start))
    return found


def name(one: Range, end: str) -> str:
    """Fit for a run; the end of a hash keeps long ones apart."""
    plain = re.sub(r"[^a-z0-9]+", "-", one.ref.lower()).strip("-")[:36]
    return f"{plain}-{hashlib.sha256(one.ref.encode()).hexdigest()[:6]}-{end}"


def bands(
    chosen: Sequence[Range], answers: Mapping[str, Answer], runs: Mapping[str, Stored], run: str, base: Stored
) -> list[dict[str, Any]]:
    """One row a figure: the band of the objective at low, base and high in USD, and what the swing may be."""
    rows = []
    for one in chosen:
        at = {end: _band(answers.get(name(one, end)), runs.get(name(one, end))) for end in ENDS}
        at["base"] = _of_run(run, base)
        rows.append({**one.as_dict(), **{f"at_{end}": at[end] for end in ("low", "base", "high")}})
        low, high = at["low"]["band"], at["high"]["band"]
        rows[-1]["swing"] = None
        if low and high:
            ends = [high[0] - low[1], high[1] - low[0]]
            widest = max(abs(x) for x in ends)
            rows[-1]["swing"] = [0.0 if ends[0] <= 0 <= ends[1] else min(abs(x) for x in ends), widest]
    return sorted(rows, key=lambda r: -(r["swing"] or [0.0])[0])


def _band(answer: Answer | None, run: Stored | None) -> dict[str, Any]:
    """Of an end; none where there is no plan."""
    if answer is None or run is None:
        return {"run": "", "verdict": answer.error if answer else "not solved", "band": None, "sites": []}
    return _of_run(answer.run, run)


def _of_run(name: str, run: Stored) -> dict[str, Any]:
    """From what the plan reaches to what is proven."""
    document = run.document
    objective = document.get("objective") or {}
    ends = [x for x in (objective.get("value"), objective.get("bound")) if x is not None]
    sites = (document.get("indicators") or {}).get("sites") or []
    band = [min(ends), max(ends)] if len(ends) == 2 else None
    return {"run": name, "verdict": str(document.get("verdict")), "band": band, "sites": sites}
