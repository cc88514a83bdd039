"""Lead times in months, added along a chain and rounded to periods once.

What starts in period u and waits for something that is done in month ``before`` begins in month max(u·L, before),
L months a period, and must begin inside its period. It takes at least one month. It is ready at the end of the
period in which its last month ends, and serves from the next one. Months count from the horizon's opening.
"""

from __future__ import annotations

import math

from planner.inputs.periods import ROUNDING, Periods


def done_in(p: Periods, start: int, before: float, months: float) -> float:
    """Month in which a start is done."""
    return max(start * p.months, before) + max(1.0, months)


def end_of(p: Periods, month: float) -> int:
    """Period at whose end something that is done in a month is ready; may lie past the horizon."""
    return math.ceil(month / p.months - ROUNDING) - 1


def period_of(p: Periods, month: float) -> int:
    """Period in which something begins that begins in a month."""
    return math.floor(month / p.months + ROUNDING)


def ready(p: Periods, start: int, before: float, months: float) -> int:
    """Period at whose end a start is ready; may lie past the horizon."""
    return end_of(p, done_in(p, start, before, months))


def last_start(p: Periods, before: float, months: float, by: int) -> int | None:
    """The last period whose start is ready at the end of ``by``; None where there is none."""
    latest = (by + 1) * p.months - max(1.0, months)
    if latest < before - ROUNDING or latest < -ROUNDING:
        return None
    start = period_of(p, latest)
    return start if start * p.months >= before - ROUNDING else period_of(p, before)


def starts(p: Periods, before: float | None, months: float, last: int | None = None) -> list[int]:
    """Periods in which a start may begin that is ready by the end of ``last`` (of the horizon)."""
    if before is None:
        return []
    until = p.last if last is None else last
    return [u for u in p if before < (u + 1) * p.months - ROUNDING and ready(p, u, before, months) <= until]
