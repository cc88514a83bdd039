"""Prices that several components need."""

from __future__ import annotations

from planner.inputs.case import Case, Rate


def current_price(case: Case, chip: str, year: int) -> Rate:
    """The chip's latest listed rack price not after the year, else its first."""
    years = sorted(y for c, y in case.chip_supply if c == chip)
    listed = max((y for y in years if y <= year), default=years[0])
    return case.rate("chip_supply", f"{chip}/{listed}", "rack_price_usd")
