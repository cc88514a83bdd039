"""Verdicts in words: what is proven of the plan, and what became of a promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.inputs.programme import Claim
from planner.measures import gap_text
from planner.page.amounts import amount

UNTESTED = "shown, not tested"


def proof(document: Mapping[str, Any]) -> tuple[str, str]:
    """A word, and the sentence that stands behind it; an unproven plan never looks like a proven one."""
    gap = gap_text(document)
    if document.get("verdict") == "optimal":
        return "Proven", f"No plan is better by more than {gap or 'an amount that is not known'}."
    why = "somebody stopped it" if document.get("interrupted") else "the search stopped at a limit"
    much = f"by at most {gap}" if gap else "by how much is not known"
    return "Not proven", f"This plan keeps every rule, but {why}: a better one may exist, {much}."


def check(document: Mapping[str, Any]) -> str:
    """What the second computation of every rule found."""
    found = document.get("verification") or {}
    if not found:
        return "The rules of this plan were not checked a second time."
    rules = found.get("rules")
    many = f"All {rules} rules" if isinstance(rules, int) else "All rules"
    if found.get("passed"):
        return f"{many} were recomputed from the inputs by other code than the solver's; none is broken."
    return f"FAILED ITS CHECK, do not use: {len(found.get('broken') or [])} findings."


def verdict(claim: Claim, state: Mapping[str, Any] | None) -> str:
    """Kept, short or shown, in the words of the workbook's readers."""
    if claim.level is None or state is None or state.get("planned") is None:
        return UNTESTED
    reported = claim.binding == "reported"
    if state.get("met"):
        return "reported: reached" if reported else "kept"
    direction = {"budget": "over by", "funding": "over by", "split": "outside by"}.get(claim.metric, "short by")
    missed = amount(state.get("shortfall"), claim.unit)
    opening = "reported: not reached" if reported else "NOT KEPT"
    return f"{opening}, {direction} {missed}"
