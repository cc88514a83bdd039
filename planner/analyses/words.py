"""Amounts in words: dollars as people say them, levels with their unit, figures rounded to the proven side."""

from __future__ import annotations

import math
from collections.abc import Callable

_SIZES = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
#: digits of an amount, and the solver's tolerance, relative: a figure is proven up to it
DIGITS, TOLERANCE = 4, 1e-6


def dollars(usd: float) -> str:
    """$50B, $202.4B, $7.5M, -$3M."""
    sign, size_of = ("-" if usd < 0 else ""), abs(usd)
    for size, letter in _SIZES:
        if size_of >= size:
            return f"{sign}${size_of / size:,.10g}{letter}"
    return f"{sign}${size_of:,.10g}"


def short(usd: float) -> str:
    """Dollars to four digits."""
    return dollars(float(f"{usd:.{DIGITS}g}"))


def amount(level: float, unit: str) -> str:
    return dollars(level) if unit == "USD" else f"{level:,g} {unit}"


def rounded(value: float, to: Callable[[float], int], digits: int = DIGITS) -> float:
    """To so many digits, down or up, but for the solver's tolerance."""
    if value <= 0:
        return 0.0
    size = 10.0 ** (math.floor(math.log10(value)) + 1 - digits)
    sure = value * (1 + TOLERANCE) if to is math.floor else value * (1 - TOLERANCE)
    return float(f"{to(sure / size) * size:.{digits}g}")
