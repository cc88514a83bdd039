"""Names of what the objective weighs, and the one function for each kind of amount that a reader sees."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

#: measure -> (what a reader calls it, unit of its amount)
MEASURES = {
    "mission_value": ("Mission value", "USD present"),
    "present_cost": ("Present cost", "USD present"),
    "owed_after_horizon": ("Owed after the horizon", "USD present"),
    "terminal_value": ("Terminal value", "USD present"),
    "emissions": ("Emissions", "t CO2"),
    "compute": ("Compute at the end", "PFLOP/s"),
    "secured": ("Secured power at the end", "MW facility"),
}
MILLION, BILLION = 1e6, 1e9
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


#: shown where there is no value
NONE = "–"


def known(value: object) -> bool:
    """Whether there is a number at all: neither None nor NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def count(value: Any, digits: int = 0) -> str:
    """A number with thousands separated, halves rounded away from zero as a sheet does; never a negative zero."""
    if not known(value):
        return NONE
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{exact:,f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def is_large(usd: float) -> bool:
    """Whether dollars are shown in billions: from what rounds to a thousand millions on."""
    return abs(usd) >= BILLION - MILLION / 20


def usd(value: Any) -> str:
    """Dollars in billions with two places from a billion on, else in millions with one."""
    if not known(value):
        return NONE
    large = is_large(value)
    text = count(value / (BILLION if large else MILLION), 2 if large else 1)
    unit = "B" if large else "M"
    return f"-${text[1:]}{unit}" if text.startswith("-") else f"${text}{unit}"


def megawatts(value: Any, basis: str = "") -> str:
    """Whole MW, with their basis: ``"5,000 MW facility"``, ``"424 MW IT"``."""
    return f"{count(value)} MW {basis}".strip() if known(value) else NONE


def percent(value: Any) -> str:
    """A fraction in percent; small ones with two digits after the point."""
    if not known(value):
        return NONE
    return f"{count(100 * value, 2 if abs(value) < 0.1 else 1)} %"


def date(iso: str) -> str:
    """``2026-11-30`` as ``30 November 2026``."""
    day = datetime.date.fromisoformat(iso[:10])
    return f"{day.day} {day:%B} {day.year}"


def is_share(unit: str) -> bool:
    """Whether an amount of this unit is shown in percent."""
    return unit.lower() in ("fraction", "share") or unit.startswith("share ")


def amount(value: Any, unit: str) -> str:
    """A figure with its unit, short: whole from 100 on, else with as many places as tell something."""
    if not known(value):
        return NONE
    if unit.upper() == "USD":
        return usd(value)
    if is_share(unit):
        return percent(value)
    size = abs(value)
    digits = 0 if size >= 100 or float(value).is_integer() else 1 if size >= 10 else 2
    return f"{count(value, digits)} {unit}".strip()


def idle_power(indicators: Mapping[str, Any]) -> str:
    """What the promise of secured power rests on: contracts, the MW that serve nothing, and what a tariff sells."""
    grid = indicators.get("grid_at_end_mw")
    if not grid:
        return ""
    return (
        f"Grid contracts at the end: {grid['contracted']:,.0f} MW, of which {grid['unused']:,.0f} MW serve no load. "
        f"A known tariff gives the terms of {grid['known_tariff']:,.0f} MW; those of the others are assumed."
    )
