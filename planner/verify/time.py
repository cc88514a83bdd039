"""Time by the algebra: periods of equal length, when a start is ready, how long it stands, when it is paid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.verify.tally import Vector

#: months that a float may be off before it counts as a further period
_HAIR = 1e-9
#: a period that no horizon reaches
NEVER = 10**9


@dataclass(frozen=True)
class Clock:
    """Periods 0 .. ``last`` of ``months`` each from the opening of ``first_year``."""

    first_year: int
    count: int
    months: int

    @property
    def last(self) -> int:
        return self.count - 1

    @property
    def years(self) -> float:
        return self.months / 12.0

    @property
    def hours(self) -> float:
        return 8760.0 * self.months / 12.0

    def year(self, t: int) -> int:
        return self.first_year + (t * self.months) // 12

    def label(self, t: int) -> str:
        """The year, with its half or quarter where periods are shorter: 2026, 2026H1, 2026Q3."""
        if self.months == 12:
            return str(self.year(t))
        within = (t % (12 // self.months)) + 1
        return f"{self.year(t)}{'H' if self.months == 6 else 'Q'}{within}"

    def labels(self) -> list[str]:
        return [self.label(t) for t in range(self.count)]

    def closing(self, year: int) -> int | None:
        """The last period of a calendar year; None when the horizon does not hold it."""
        inside = [t for t in range(self.count) if self.year(t) == year]
        return max(inside) if inside else None

    def whole(self, months: float) -> int:
        """Whole periods that cover ``months``."""
        return math.ceil(months / self.months - _HAIR)

    # chains of lead times: months are added, and rounded once. Months count from the opening of the horizon.

    def can_begin(self, month: float) -> int:
        """The first period in which what waits for this month can begin."""
        return NEVER if math.isinf(month) else math.floor(month / self.months + _HAIR)

    def done(self, t: int, lead_months: float, after: float = 0.0) -> float:
        """Month in which a start in ``t`` is done; it begins when the period opens and ``after`` is over."""
        return max(float(t * self.months), after) + max(1.0, lead_months)

    def ready(self, t: int, lead_months: float, after: float = 0.0) -> int:
        """Index of the period at whose end a start in ``t`` is ready."""
        month = self.done(t, lead_months, after)
        return NEVER if math.isinf(month) else max(t, self.whole(month) - 1)

    def last_end(self, ready: int, life_months: float) -> int:
        """Last period at whose end something ready at the end of ``ready`` is still there."""
        return ready + self.whole(life_months) - 1

    def zeros(self) -> Vector:
        return np.zeros(self.count)

    def standing(self, starts: Vector, lead_months: float, life_months: float = 0.0, after: float = 0.0) -> Vector:
        """What stands at the end of each period; a life of 0 has no end, and nothing begins before month ``after``."""
        out = self.zeros()
        for u in np.flatnonzero(starts).tolist():
            opening = self.ready(u, lead_months, after)
            closing = self.last_end(opening, life_months) if life_months > 0 else self.last
            out[opening : closing + 1] += starts[u]
        return out

    def building(self, starts: Vector, lead_months: float) -> Vector:
        """What is under way in each period, from its start to the period in which it is ready."""
        out = self.zeros()
        for u in np.flatnonzero(starts).tolist():
            out[u : self.ready(u, lead_months) + 1] += starts[u]
        return out

    def paid(self, starts: Vector, lead_months: float, shares: Sequence[float]) -> Vector:
        """Amounts started, by the period in which they are paid."""
        lead = max(float(lead_months), 1.0)
        slice_months = lead / len(shares)
        by_offset = np.zeros(math.ceil(lead / self.months - _HAIR))
        for offset in range(len(by_offset)):
            opening, closing = offset * self.months, (offset + 1) * self.months
            for step, share in enumerate(shares):
                overlap = min(closing, (step + 1) * slice_months) - max(opening, step * slice_months)
                by_offset[offset] += share * max(0.0, overlap) / slice_months
        out = self.zeros()
        for u in np.flatnonzero(starts).tolist():
            for offset, part in enumerate(by_offset.tolist()):
                if u + offset < self.count:
                    out[u + offset] += part * starts[u]
        return out


def before(levels: Vector) -> Vector:
    """The level at the end of the period before; nothing before the first."""
    out = np.zeros_like(levels)
    out[1:] = levels[:-1]
    return out


def following(levels: Vector) -> Vector:
    """The level in the period after; nothing after the last."""
    out = np.zeros_like(levels)
    out[:-1] = levels[1:]
    return out
