"""Prices as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.search.clash_words import dollars

if TYPE_CHECKING:
    from planner.analyses.price import Band, Prices

HEADS = {
    "mission value": "Most mission value, given back by giving it up",
    "present cost": "Least present cost, saved by giving it up",
}
#: rows of marginal worth that are told
TOLD = 20
WIDTH = 46


def text(found: Prices) -> str:
    if found.verdict == "infeasible":
        return "There is no plan, so nothing has a price: 'planner explain' says what clashes."
    if found.verdict == "unknown":
        return "\n".join(["Nothing was priced in the time allowed.", *found.notes])
    lines = []
    for name, head in HEADS.items():
        mine = [p for p in found.prices if p.objective == name]
        if mine:
            lines += [f"{head} (base-year dollars; as it is {_band(mine[0].whole)}):"]
            for p in sorted(mine, key=lambda p: -(p.given_up.high if p.given_up else 0.0)):
                price = _band(p.given_up) if p.given_up else "-"
                said = f"  {p.term.id:<{WIDTH - 18}} {price:>24}  {p.verdict}"
                if p.clashes_with_more:
                    said += f"; {p.unit_more:g} more cannot be had"
                elif p.per_unit is not None and p.term.claim is not None:
                    said += f"; {_band(p.per_unit)} per {p.term.claim.unit} more"
                lines.append(said)
            lines.append("")
    if found.worth:
        lines.append("Worth of one more, in mission value (dual values around one plan's whole choices, no re-solves):")
        for w in sorted(found.worth, key=lambda w: -w.usd_per_unit)[:TOLD]:
            unit = "a dollar" if w.rule.startswith("budget.") else "a unit in each period"
            lines.append(f"  {w.rule + ' ' + w.where:<{WIDTH}} {_short(w.usd_per_unit):>12} {unit}")
        lines.append("")
    return "\n".join([*lines, *found.notes]).rstrip()


def _band(band: Band) -> str:
    low, high = _short(band.low * 1e6), _short(band.high * 1e6)
    return low if low == high else f"{low} to {high}"


def _short(usd: float) -> str:
    return dollars(float(f"{usd:.4g}"))
