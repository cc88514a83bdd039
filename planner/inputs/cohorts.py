"""What a rack of the programme earns by year of order: months to recover it, and its real return."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from planner.inputs.case import Case, Chip
from planner.inputs.schema import CAPTIVE
from planner.inputs.service_price import CONNECTION_LIFE, HALL_PARTS, Seller

#: parts of the running cost that stand for capital, which is recovered here instead
CAPITAL = ("hall", "grid connection")
#: rates between which a return is looked for, in so many steps
LEAST, MOST, STEPS = -0.95, 5.0, 400


@dataclass(frozen=True)
class Cohort:
    """A chip bought in a year, at the work that pays best.

    ``invested_usd`` in base-year dollars. ``months`` and ``real_return`` are None where it never pays.
    """

    chip: str
    year: int
    workload: str
    invested_usd: float
    months: float | None
    real_return: float | None
    cause: str


def cohorts(case: Case) -> Iterator[Cohort]:
    """Every chip and year of order on sale, at the open price and the programme's occupancy; base-year dollars."""
    for c, year in case.chip_supply:
        able = [w for w in case.service_prices if (c, w) in case.suitable]
        found = [_cohort(case, case.chips[c], year, w) for w in able]
        if found:
            yield max(found, key=lambda x: -math.inf if x.real_return is None else x.real_return)


def _cohort(case: Case, chip: Chip, year: int, workload: str) -> Cohort:
    seller, pflops = Seller(case, workload), chip.pflops(case.workloads[workload].precision)
    build = seller.build(chip, year)
    capital, left = _hall(case, seller, chip, build.most_years)
    running = math.fsum(x for part, x in build.running_usd.items() if part not in CAPITAL)
    sold = pflops * case.occupancy(workload) * case.workloads[workload].used_share
    earned = [sold * 1e6 * case.rent_musd(workload, year + a) - running for a in range(build.most_years)]
    invested = build.price_usd + capital
    months, rate = recovered(invested, earned), real_return(invested, earned, left)
    return Cohort(chip.chip_id, year, workload, invested, months, rate, _cause(chip))


def _hall(case: Case, seller: Seller, chip: Chip, years: int) -> tuple[float, float]:
    """Capital of hall and connection for a rack, and what is left of it after so many years, in a straight line."""
    site, design = case.sites[seller.basis.site_id], seller.basis.design_id
    parts = {
        code: case.base_year_usd("designs", design, part) * site.construction_multiplier * chip.rack_mw
        for part, code in HALL_PARTS.items()
    }
    parts[CONNECTION_LIFE] = seller.connection_usd(chip.rack_kw)
    left = {code: x * max(0.0, 1 - 12 * years / seller.lives[code]) for code, x in parts.items() if seller.lives[code]}
    return math.fsum(parts.values()), math.fsum(left.values())


def recovered(invested: float, earned: Sequence[float]) -> float | None:
    """Months until net earnings, even within a year, add up to what was invested; None if they never do."""
    total = 0.0
    for year, usd in enumerate(earned):
        if usd > 0 and total + usd >= invested:
            return 12 * (year + (invested - total) / usd)
        total += usd
    return None


def rate_of_return(cash: Sequence[float], middles: Sequence[float]) -> float | None:
    """The rate at which cash is worth nothing and worth falls as the rate rises; none where there is no such rate."""
    from scipy.optimize import brentq  # type: ignore[import-untyped]

    def worth(rate: float) -> float:
        return math.fsum(usd * (1 + rate) ** -at for usd, at in zip(cash, middles, strict=True))

    rates = [LEAST + (MOST - LEAST) * n / STEPS for n in range(STEPS + 1)]
    for low, high in pairwise(rates):
        if worth(low) > 0 >= worth(high):
            return float(brentq(worth, low, high, xtol=1e-14, rtol=1e-14))
    return None


def real_return(invested: float, earned: Sequence[float], left: float) -> float | None:
    """The rate at which earnings in the middle of each year, and what is left at the end, pay for the investment."""
    middles = [a + 0.5 for a in range(len(earned))]
    rate = rate_of_return([-invested, *earned, left], [0.0, *middles, float(len(earned))])
    return rate if rate is not None and rate >= 0 else None


def _cause(chip: Chip) -> str:
    """Why a cohort can earn more than the part that sets the price."""
    if chip.family in CAPTIVE:
        return "captive part: its price per PFLOP/s is below that of parts sold to others"
    if chip.sale_status != "on sale":
        return f"{chip.sale_status} part: nobody sells it yet"
    return "its price per PFLOP/s is below that of the part which sets the price"
