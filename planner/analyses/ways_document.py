"""The JSON document of ``planner alternatives``."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.analyses.alternatives import WITHIN, Alternative, Alternatives, Worth
from planner.analyses.source import Source


def document(source: Source, found: Alternatives) -> dict[str, Any]:
    def worth(w: Worth) -> dict[str, Any]:
        loss = w.loss(found.best, found.sign)
        return {
            "kind": w.feature.kind,
            "name": w.feature.name,
            "in_the_best_plan": w.inside,
            "asked": "barred" if w.inside else "forced",
            "no_plan": w.other.none,
            "loss_share": None if loss is None else [x if np.isfinite(x) else None for x in loss],
            "within": {f"{x:g}": w.word(found.best, found.sign, x) for x in WITHIN},
        }

    return {
        "schema": "planner/alternatives/1",
        "source": source.words,
        "verdict": found.verdict,
        "complete": found.complete,
        "objective": found.objective,
        "unit": found.unit,
        "model": "exact" if found.exact else "racks in one pool",
        "best": {"value": found.best.value, "bound": found.best.bound, "checked_plan": found.best.placed},
        "map": [worth(w) for w in found.worths],
        "alternatives": [_plan(a) for a in found.found if not a.timing_alone],
        "other_timings": [_plan(a) for a in found.found if a.timing_alone],
        "notes": list(found.notes),
        "seconds": found.seconds,
    }


def _plan(a: Alternative) -> dict[str, Any]:
    return {
        "asked": a.asked,
        "value": a.value,
        "loss_share_at_most": a.loss,
        "within": next(x for x in WITHIN if a.loss <= x),
        "differs": list(a.differs),
        "sites": a.structure.has["site"],
        "opened": dict(a.structure.opened),
        "first_halls": dict(a.structure.started),
    }
