"""The JSON document of ``planner alternatives``."""

from __future__ import annotations

import math
from typing import Any

from planner.analyses.alternatives import WITHIN, Alternative, Alternatives, Worth, structure_of
from planner.analyses.source import Source


def document(source: Source, found: Alternatives) -> dict[str, Any]:
    def worth(w: Worth) -> dict[str, Any]:
        loss = w.loss(found.best)
        return {
            "kind": w.feature.kind,
            "name": w.feature.id.partition(":")[2],
            "in_the_best_plan": w.inside,
            "asked": "barred" if w.inside else "forced",
            "no_plan": w.other.none,
            "loss_share": None if loss is None else [x if math.isfinite(x) else None for x in loss],
            "within": {f"{x:g}": w.word(found.best, x) for x in WITHIN},
        }

    best = structure_of(found.best)
    return {
        "schema": "planner/alternatives/1",
        "source": source.words,
        "verdict": found.verdict,
        "complete": found.complete,
        "losses_are_parts_of": "the present cost of the best plan",
        "best": {
            "value_usd": usd(found.best.value),
            "bound_usd": usd(found.best.bound),
            "sites": () if best is None else best.has["site"],
        },
        "map": [worth(w) for w in found.worths],
        "alternatives": [_plan(a) for a in found.found if not a.timing_alone],
        "other_timings": [_plan(a) for a in found.found if a.timing_alone],
        "notes": list(found.notes),
        "seconds": found.seconds,
    }


def usd(musd: float | None) -> float | None:
    return None if musd is None else musd * 1e6


def _plan(a: Alternative) -> dict[str, Any]:
    return {
        "asked": a.asked,
        "value_usd": usd(a.value),
        "loss_share_at_most": a.loss,
        "within": next(x for x in WITHIN if a.loss <= x),
        "differs": list(a.differs),
        "sites": a.structure.has["site"],
        "first_halls": dict(a.structure.started),
        "live": dict(a.structure.live),
    }
