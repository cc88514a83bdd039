"""Prices as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.analyses.words import short

if TYPE_CHECKING:
    from planner.analyses.price import Band, Price, Prices

#: rows of marginal worth that are shown
SHOWN = 20
WIDTH = 46


def text(found: Prices) -> str:
    if found.verdict == "infeasible":
        return "There is no plan, so nothing has a price: 'planner explain' says what clashes."
    if found.verdict == "unknown":
        return "\n".join(["Nothing was priced in the time allowed.", *found.notes])
    whole = f"; as it is {band(found.whole)}" if found.whole else ""
    lines = [f"What giving it up brings, in net benefit (present dollars{whole}):"]
    lines += [_line(p) for p in ordered(found)]
    if found.worth:
        lines += ["", "Worth of one more (dual values around the plan's whole choices, no re-solves):"]
        for w in sorted(found.worth, key=lambda w: -w.usd_per_unit)[:SHOWN]:
            unit = "a dollar" if w.rule.startswith("budget.") else "a unit in each period"
            lines.append(f"  {w.rule + ' ' + w.where:<{WIDTH}} {short(w.usd_per_unit):>12} {unit}")
    return "\n".join([*lines, *(["", *found.notes] if found.notes else [])])


def ordered(found: Prices) -> list[Price]:
    """The dearest first."""
    return sorted(found.prices, key=lambda p: -(p.given_up.high if p.given_up else 0.0))


def says(p: Price) -> str:
    """The verdict of a price, the interval where it is one."""
    if p.verdict == "a constraint" and p.given_up is not None:
        return band(p.given_up)
    if p.verdict == "not settled" and p.given_up is not None:
        return f"not settled (up to {short(p.given_up.high * 1e6)})"
    return p.verdict


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


def _line(p: Price) -> str:
    basis = f"  [{p.basis}]" if p.term.ways else ""
    rest = f"; {more(p)}" if more(p) else ""
    return f"  {p.term.id:<{WIDTH - 18}} {says(p):>28}{rest}{basis}"
