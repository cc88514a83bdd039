"""Prices in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.analyses.words import short

if TYPE_CHECKING:
    from planner.analyses.price import Band, Price, Prices


def text(found: Prices) -> str:
    """What was priced, in a sentence."""
    if found.verdict == "infeasible":
        return "There is no plan, so nothing has a price: 'planner explain' says what clashes."
    if found.verdict == "unknown":
        return "Nothing was priced in the time allowed."
    whole = f"; as it is {band(found.whole)}" if found.whole else ""
    return f"What giving it up brings, in net benefit (present dollars{whole})."


def ordered(found: Prices) -> list[Price]:
    """The dearest first."""
    return sorted(found.prices, key=lambda p: -(p.given_up.high if p.given_up else 0.0))


def more(p: Price) -> str:
    """What one unit more of it costs, in words; empty where it has no unit."""
    if p.clashes_with_more and p.unit_more is not None:
        return f"{p.unit_more:g} more cannot be had"
    if p.per_unit is not None and p.term.claim is not None:
        return f"{band(p.per_unit)} per {p.term.claim.unit} more"
    return ""


def band(between: Band) -> str:
    low, high = short(between.low * 1e6), short(between.high * 1e6)
    return low if low == high else f"{low} to {high}"
