"""Amounts as a reader wants them: short, with their unit, and a dash where there is none."""

from __future__ import annotations

import math

#: shown where there is no value
NONE = "–"


def _none(value: object) -> bool:
    return not isinstance(value, int | float) or math.isnan(value)


def count(value: float | None, digits: int = 0) -> str:
    if value is None or _none(value):
        return NONE
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def level(value: float) -> str:
    """One place where it tells something: large numbers are whole."""
    return count(value, 0 if abs(value) >= 10_000 else 1)


def musd(usd: float | None) -> str:
    """Millions of dollars, one place."""
    return NONE if usd is None else count(usd / 1e6, 1)


def busd(usd: float | None) -> str:
    """Billions of dollars, with their sign and unit."""
    if usd is None:
        return NONE
    text = count(usd / 1e9, 2)
    return f"-${text[1:]}B" if text.startswith("-") else f"${text}B"


def share(value: float | None, digits: int = 1) -> str:
    return NONE if value is None or _none(value) else f"{count(100 * value, digits)} %"


def amount(value: float | None, unit: str) -> str:
    """A level of a promise with its unit."""
    if value is None or _none(value):
        return NONE
    if unit.upper() == "USD":
        return busd(value)
    if unit in ("share", "fraction") or unit.startswith("share "):
        return share(value, 0 if abs(100 * value - round(100 * value)) < 0.05 else 1)
    return f"{count(value, 0 if abs(value) >= 100 or float(value).is_integer() else 1)} {unit}".strip()
