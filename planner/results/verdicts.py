"""The one vocabulary of verdicts: what became of a promise, and what is proven of a plan.

Every face of the product prints these words and no others; the glossary defines them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.measures import amount, gap_text, known

KEPT, NOT_KEPT, MISSED = "kept", "not kept", "goal missed by"
SHOWN, LEFT_OUT, NOT_SETTLED = "shown only", "left out", "not settled"
PROVEN, CHECKED = "proven within", "checked, not proven"
NO_PLAN, NONE_FOUND = "no plan exists", "no plan found"
FAILED = "failed its check, do not use"

#: word -> what it means, for the glossary
MEANINGS = {
    KEPT: "The plan does what was promised, by the promised date.",
    f"{NOT_KEPT}, short by X (or over by X)": "The plan does less than was promised, or uses more than was allowed.",
    f"{MISSED} X": "The plan approaches the level as far as its price in the objective makes it worth.",
    SHOWN: "The claim is measured and reported. It holds nothing in the plan.",
    f"{SHOWN}, short by X (or over by X)": "The claim is only measured, and the plan does not reach it.",
    LEFT_OUT: "The programme does not model the claim, so the plan says nothing about it.",
    NOT_SETTLED: "There is no proof either way.",
    f"{PROVEN} X": "No plan of these inputs is better by more than X.",
    f"{CHECKED} (gap X)": "The plan keeps every rule. A better one may exist, by at most X.",
    NO_PLAN: "It is proven that no plan keeps all rules and firm promises.",
    NONE_FOUND: "The search stopped before it found a plan. One may exist.",
}
#: metrics whose level is the most that is allowed, and those whose level is the middle of a band
CEILINGS, BANDS = ("budget", "funding"), ("split",)


def direction(metric: str) -> str:
    """``short by``, or ``over by`` and ``outside by`` for a ceiling and for a band."""
    return "over by" if metric in CEILINGS else "outside by" if metric in BANDS else "short by"


def promise(item: Mapping[str, Any], plan_exists: bool = True) -> str:
    """The verdict of a promise, with what is missing.

    ``item`` is an entry of ``commitments``: ``metric``, ``unit``, ``level``, ``binding``, ``planned``, ``shortfall``,
    ``met``.
    """
    binding = item.get("binding")
    if not plan_exists:
        return NOT_SETTLED if binding in ("firm", "goal") else SHOWN
    if not known(item.get("level")):
        return SHOWN
    if not known(item.get("planned")) or item.get("met") is None:
        return SHOWN if binding == "reported" else LEFT_OUT
    if item["met"]:
        return SHOWN if binding == "reported" else KEPT
    missing = amount(item.get("shortfall"), str(item.get("unit") or ""))
    short = f"{direction(str(item.get('metric')))} {missing}"
    if binding == "goal":
        return f"{MISSED} {missing}"
    return f"{SHOWN}, {short}" if binding == "reported" else f"{NOT_KEPT}, {short}"


def falls_short(verdict: str) -> bool:
    """Whether the plan does less than a promise says, held or only shown."""
    return " by " in verdict


def plan(document: Mapping[str, Any]) -> str:
    """The verdict of a whole run."""
    checked = document.get("verification") or {}
    if checked and not checked.get("passed"):
        return FAILED
    gap = gap_text(document)
    match document.get("verdict"):
        case "optimal":
            return f"{PROVEN} {gap or 'a gap that is not known'}"
        case "within_limits":
            return f"{CHECKED} (gap {gap or 'not known'})"
        case "infeasible":
            return NO_PLAN
        case _:
            return NONE_FOUND
