"""Time: periods of any equal length, and when things started in one are ready, paid and over.

A start is at a period's opening; a lead of m months is ready at the end of the period in which the
m-th month lies. Levels are measured at a period's end; service starts in the next period.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

HOURS_PER_YEAR = 8760.0
#: so that 24.000000001 months are two years
ROUNDING = 1e-9
#: months of a calendar year before October, when the federal fiscal year begins
FIRST_FISCAL_MONTH = 9


@cache
def _whole(months: float, each: int) -> int:
    """Periods of so many months each, rounded up."""
    return math.ceil(months / each - ROUNDING)


@dataclass(frozen=True)
class Periods:
    """``count`` periods of ``months`` each from the opening of ``first_year``; indices from 0."""

    first_year: int
    count: int
    months: int

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(range(self.count))

    @property
    def last(self) -> int:
        return self.count - 1

    @property
    def years(self) -> float:
        """Length of one period in years."""
        return self.months / 12

    @property
    def hours(self) -> float:
        """Length of one period in hours; a year has 8,760."""
        return HOURS_PER_YEAR * self.years

    def year(self, t: int) -> int:
        """Calendar year of a period; 12 divides by every allowed length, so it has just one."""
        return self.first_year + t * self.months // 12

    def fiscal_year(self, t: int) -> int:
        """Federal fiscal year, October to September, in which a period opens."""
        return self.year(t) + (t * self.months % 12 >= FIRST_FISCAL_MONTH)

    def fiscal_month(self, t: int) -> int:
        """Months of the federal fiscal year that are over when a period opens."""
        return (t * self.months + 12 - FIRST_FISCAL_MONTH) % 12

    def label(self, t: int) -> str:
        part = t * self.months % 12 // self.months + 1
        mark = {12: "", 6: f"H{part}", 3: f"Q{part}"}[self.months]
        return f"{self.year(t)}{mark}"

    def labels(self) -> list[str]:
        return [self.label(t) for t in self]

    def of_year(self, year: int) -> list[int]:
        return [t for t in self if self.year(t) == year]

    def end_of_year(self, year: int) -> int | None:
        """The period that ends with the year; None outside the horizon."""
        inside = self.of_year(year)
        return inside[-1] if inside else None

    def ready(self, t: int, lead_months: float) -> int:
        """Index of the period at whose end a start in ``t`` is ready; may lie past the horizon."""
        return t + max(1, _whole(lead_months, self.months)) - 1

    def after(self, t: int, months: float) -> int:
        """Index ``months`` later, rounded up to whole periods; may lie past the horizon."""
        return t + _whole(months, self.months)

    def last_start(self, t: int, lead_months: float) -> int:
        """The last start that is ready at the end of ``t``; may lie before the horizon."""
        return t + 1 - max(1, _whole(lead_months, self.months))

    def payments(self, t: int, lead_months: float, shares: Sequence[float]) -> dict[int, float]:
        """Share of a cost paid in each period for a start in ``t``.

        ``shares`` are paid over equal slices of the lead time, each at a constant rate. A lead of
        no months is paid in its own period. Keys may lie past the horizon.
        """
        lead = max(float(lead_months), 1.0)
        slice_months = lead / len(shares)
        paid: dict[int, float] = {}
        for step, share in enumerate(shares):
            opening, closing = step * slice_months, (step + 1) * slice_months
            at = opening
            while at < closing - 1e-9:
                offset = int((at + 1e-9) // self.months)
                until = min(closing, (offset + 1) * self.months)
                part = share * (until - at) / slice_months
                if part:
                    paid[t + offset] = paid.get(t + offset, 0.0) + part
                at = until
        return paid
