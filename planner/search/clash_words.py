"""A clash of firm promises in plain words; figures are rounded to the side on which they stay proven."""

from __future__ import annotations

import math
from collections.abc import Callable

from planner.search.clash import TOLERANCE, Clash, Promise

DIGITS = 4
_SIZES = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def text(clash: Clash) -> str:
    """One paragraph."""
    seen = [p for p in clash.promises if p.clashes]
    parts = [_held(p, clash.budget_usd) for p in seen]
    if clash.any_one and len(clash.promises) > 1:
        parts.append("Giving up one of the promises of power and compute, whichever, would not be enough.")
    parts.append(_needed(clash))
    if seen or (clash.at_least_budget_usd or 0.0) > clash.budget_usd:
        parts.append("The figures are proven bounds of a relaxation: no plan does better, and a real one may do worse.")
    return " ".join(parts)


def dollars(usd: float) -> str:
    """$50B, $202.4B, $7.5M."""
    for size, letter in _SIZES:
        if usd >= size:
            return f"${usd / size:,.10g}{letter}"
    return f"${usd:,.10g}"


def amount(level: float, unit: str) -> str:
    return dollars(level) if unit == "USD" else f"{level:,g} {unit}"


def _held(p: Promise, budget_usd: float) -> str:
    at_most = p.at_most or 0.0
    most = _apart(at_most, p.promised, math.ceil, max(DIGITS, len(f"{at_most:.0f}")))
    word = {"commissioned": "commissioned", "populated": "populated", "secured": "secured"}.get(p.tier or "", "held")
    by = f" by {p.by}" if p.by else ""
    return (
        f"With {dollars(budget_usd)} at most {most:,.10g} of the {p.promised:,.10g} {p.unit} of "
        f'"{p.claim}" can be {word}{by}, if every other rule and firm promise holds.'
    )


def _needed(clash: Clash) -> str:
    least = clash.at_least_budget_usd
    more = least is not None and least > clash.budget_usd
    amount = "" if least is None else dollars(_apart(least, clash.budget_usd, math.floor))
    if clash.budget_alone is None:
        return "What budget would hold all firm promises was not found in the time allowed."
    if clash.budget_alone:
        if not more or least is None:
            return "A larger budget may not help: in dollars the relaxation sees no clash."
        times = _apart(least / clash.budget_usd, 1.0, math.floor, 2)
        return (
            f"All firm promises together would take a budget of at least {amount}, {times:.10g} times as much, "
            "with the same yearly shares of authority."
        )
    if clash.limits is None:
        return "No budget alone holds all firm promises; what else is in the way was not found in the time allowed."
    if not clash.limits:
        return "No budget holds all firm promises, nor would giving way in land, workers, supply, payers or the split."
    rules = "; ".join(f'"{limit.says}"' for limit in clash.limits)
    after = f", and the budget would then be at least {amount}" if more else ""
    one = "This rule" if len(clash.limits) == 1 else "These rules"
    return f"No budget alone holds all firm promises. {one} would have to give way as well: {rules}{after}."


def _apart(number: float, other: float, to: Callable[[float], int], digits: int = DIGITS) -> float:
    """Rounded to so many digits, or to as many as tell it from the other number."""
    return next((r for n in range(digits, 12) if (r := _rounded(number, n, to)) != other), number)


def _rounded(number: float, digits: int, to: Callable[[float], int]) -> float:
    """To so many digits, down or up, but for the solver's tolerance."""
    if number <= 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(number)) + 1 - digits)
    sure = number * (1 + TOLERANCE) if to is math.floor else number * (1 - TOLERANCE)
    return float(f"{to(sure / step) * step:.{digits}g}")
