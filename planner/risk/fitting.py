"""From three points to a distribution: the sourced low, mid and high of what a plan buys and starts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from planner.errors import Fault, InputError
from planner.inputs.case import Case, Figure
from planner.plan import Plan
from planner.risk.uncertainty import Delay, Family, Uncertainty

Floats = NDArray[np.float64]
#: share of draws that a lognormal may have below nothing
BELOW_NOTHING = 1e-6
#: table of a lead time -> (table of the plan, columns of its key): what the plan starts of it
STARTED = {
    "grid_tranches": ("contract", ("site_id", "tranche")),
    "designs": ("modules", ("design_id",)),
    "plants": ("units", ("plant_id",)),
    "accreditations": ("accredits", ("accreditation_id",)),
}


@dataclass(frozen=True)
class Fitted:
    """A factor on dollars, or months of delay at a site. ``usd`` of plan stand on it, ``unranged_usd`` without a range.

    ``chance`` is the share of draws in which there is a delay at all; the three points are of those draws.
    """

    part: Family | Delay
    low: float
    mid: float
    high: float
    chance: float = 1.0
    usd: float = 0.0
    unranged_usd: float = 0.0

    @property
    def distribution(self) -> Any:
        """Frozen, of scipy.stats; None where low, mid and high are one."""
        low, mid, high = self.low, self.mid, self.high
        if low == high:
            return None
        wide = high - low
        match self.part.shape:
            case "triangular":
                return stats.triang((mid - low) / wide, low, wide)
            case "pert":
                return stats.beta(1 + 4 * (mid - low) / wide, 1 + 4 * (high - mid) / wide, low, wide)
            case _:
                # shifted, so that three quantiles are exact: (high - s)(low - s) = (mid - s)^2
                shift = (low * high - mid * mid) / (low + high - 2 * mid)
                ends = self.part.ends if isinstance(self.part, Family) else 0.1
                sigma = math.log((high - shift) / (mid - shift)) / stats.norm.isf(ends)
                return stats.lognorm(sigma, shift, mid - shift)

    def at(self, share: Floats) -> Floats:
        """Its quantile at each share of draws, from 0 to 1."""
        distribution = self.distribution
        if distribution is None and self.chance == 1:
            return np.full_like(share, self.mid)
        late = (share - (1 - self.chance)) / self.chance if self.chance > 0 else np.full_like(share, -1.0)
        value = np.full_like(share, self.mid) if distribution is None else distribution.ppf(np.clip(late, 0.0, 1.0))
        return np.asarray(np.where(late > 0, value, 0.0), dtype=float)


def fitted(uncertainty: Uncertainty, case: Case, plan: Plan) -> tuple[list[Fitted], list[Fitted]]:
    """Families and delays of a plan, in the order of the file.

    Raises InputError where three points cannot be those of the shape.
    """
    figures = {f.ref: f for f in case.figures}
    families = [_family(family, plan["detail"], figures) for family in uncertainty.families]
    delays = [_delay(delay, plan, figures.values()) for delay in uncertainty.delays]
    faults = [fault for one in (*families, *delays) if (fault := _fault(uncertainty, one)) is not None]
    if faults:
        raise InputError(faults)
    return families, delays


def _family(family: Family, detail: pd.DataFrame, figures: dict[str, Figure]) -> Fitted:
    """Low and high against the plan's rates, weighed by dollars; a line without a range stays at its rate."""
    mine = detail[detail["wbs_code"].isin(family.lines)]
    cents = mine.groupby("rate_ref")["cents"].sum()
    total, low, high, unranged = float(cents.sum()), 0.0, 0.0, 0.0
    for ref, amount in cents.items():
        figure = figures.get(str(ref))
        if figure is None or figure.low is None or figure.high is None or not figure.value:
            low, high, unranged = low + amount, high + amount, unranged + amount
        else:  # an edited rate may lie outside the range of its source
            low += amount * min(1.0, figure.low / figure.value)
            high += amount * max(1.0, figure.high / figure.value)
    usd, without = total / 100, unranged / 100
    if family.low is not None and family.high is not None:
        return Fitted(family, family.low, family.mid, family.high, usd=usd)
    if total <= 0:
        return Fitted(family, family.mid, family.mid, family.mid, usd=usd, unranged_usd=without)
    return Fitted(family, family.mid * low / total, family.mid, family.mid * high / total, 1.0, usd, without)


def _delay(delay: Delay, plan: Plan, figures: Iterable[Figure]) -> Fitted:
    """Given months, or the late part of triangular lead times: means over what the plan starts."""
    if delay.high_months is not None:
        ever = delay.chance if delay.high_months else 0.0
        return Fitted(delay, delay.low_months, delay.mid_months, delay.high_months, ever)
    late, chance = [], []
    started = {table: _started(plan, table) for table in STARTED}
    for figure in figures:
        if f"{figure.table}.{figure.column}" not in delay.figures:
            continue
        if figure.key not in started.get(figure.table, {figure.key}):
            continue
        low, high = (figure.value if end is None else end for end in (figure.low, figure.high))
        low, high = min(low, figure.value), max(high, figure.value)
        late.append(high - figure.value)
        chance.append((high - figure.value) / (high - low) if high > low else 0.0)
    if not late or not sum(late):
        return Fitted(delay, 0.0, 0.0, 0.0, 0.0)
    return Fitted(delay, 0.0, 0.0, math.fsum(late) / len(late), math.fsum(chance) / len(chance))


def _started(plan: Plan, lead_times: str) -> set[str]:
    """Keys of a table of lead times that the plan starts something of."""
    table, keys = STARTED[lead_times]
    return {"/".join(map(str, key)) for key in plan[table][list(keys)].itertuples(index=False, name=None)}


def _fault(uncertainty: Uncertainty, one: Fitted) -> Fault | None:
    low, mid, high = one.low, one.mid, one.high
    found = f"low {low:.4g}, mid {mid:.4g}, high {high:.4g}"
    if not low <= mid <= high:
        return uncertainty.fault(one.part, "mid", found, "low at most mid, mid at most high")
    if one.part.shape == "lognormal" and low < high:
        allowed = "of a lognormal: high further from mid than low is, and nothing below 0"
        advice = 'Write shape = "pert" or "triangular" instead.'
        if high - mid <= mid - low or mid == low or one.distribution.cdf(0.0) > BELOW_NOTHING:
            return uncertainty.fault(one.part, "shape", found, allowed, advice)
    return None
