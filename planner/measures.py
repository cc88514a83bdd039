"""What the objective weighs, as a reader calls it, and what an amount of it is counted in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: measure -> (what a reader calls it, unit of its amount)
MEASURES = {
    "mission_value": ("Mission value", "USD present"),
    "present_cost": ("Present cost", "USD present"),
    "owed_after_horizon": ("Owed after the horizon", "USD present"),
    "emissions": ("Emissions", "t CO2"),
    "compute": ("Compute at the end", "PFLOP/s"),
    "secured": ("Secured power at the end", "MW facility"),
}
#: dollars below which a gap is given with a place
SMALL = 1e7
#: between a measure and its unit in the names of weights
PRICED = "_usd_per_"


def named(measure: str) -> tuple[str, str]:
    """Its name and the unit of its amount; the prices of goals and new measures are called as the document does."""
    known = MEASURES.get(measure.split(PRICED)[0])
    return known or (measure.replace("_", " ").strip(), "")


def gap_text(document: Mapping[str, Any]) -> str:
    """How much better a plan may be: present dollars, and share of present cost; nothing where it is not known."""
    objective = document.get("objective") or {}
    usd, share = objective.get("gap_usd"), objective.get("gap")
    if not isinstance(usd, int | float) or not isinstance(share, int | float):
        return ""
    return f"${usd / 1e6:,.{0 if usd >= SMALL else 1}f}M present, {100 * share:.2f} % of present cost"


def amount(value: Any, unit: str) -> str:
    """A figure with its unit, short; nothing where there is none."""
    if value is None or value != value:
        return "-"
    value = float(value)
    if unit.upper() == "USD":
        return f"${value / 1e9:,.2f}B" if abs(value) >= 1e9 else f"${value / 1e6:,.1f}M"
    if unit.lower() in ("fraction", "share"):
        return percent(value)
    digits = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.4g}"
    return f"{digits} {unit}".strip()


def percent(value: Any) -> str:
    """A fraction in percent; small ones with two digits after the point."""
    if value is None:
        return ""
    return f"{100 * value:.2f} %" if abs(value) < 0.1 else f"{100 * value:.1f} %"
