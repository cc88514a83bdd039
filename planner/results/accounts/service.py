"""The plan's own path of service by workload and level, over the horizon and after it, and what a unit of it costs.

A span is a period of the horizon or a year after it. Quantities after the horizon carry the taper of the plan, in
service and in running cost alike. Prices are base-year dollars per reserved PFLOP/s-year of the workload's precision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planner.inputs.case import Case
from planner.inputs.periods import HOURS_PER_YEAR
from planner.inputs.service_price import GENERAL_PURPOSE
from planner.plan import Plan
from planner.results.signing import signed_ahead

#: (workload, level); after the horizon there is no level, and the open price holds
Kind = tuple[str, str]
AFTER = ""


@dataclass(frozen=True)
class Span:
    """``deflator`` is base-year dollars per then-year dollar; ``factor`` the present value of one in mid-span."""

    label: str
    year: int
    middle: float
    deflator: float
    factor: float
    taper: float


def spans(case: Case, plan: Plan) -> list[Span]:
    """Periods of the horizon, then the years after it in which racks serve or something is still owed.

    After its last year the general index stays.
    """
    p, base = case.periods, case.programme.base_year
    opening = p.first_year - base
    found = [
        Span(p.label(t), p.year(t), opening + (t + 0.5) * p.years, case.deflator(t), case.present_factor(t), 1.0)
        for t in p
    ]
    last = last_index_year(case)
    end, taper = opening + p.count * p.years, case.parameter("tail_taper")
    for n in range(1, years_after(case, plan) + 1):
        year = p.year(p.last) + n
        deflator = case.price_index("general", base) / case.price_index("general", min(year, last))
        found.append(Span(f"+{n}", year, end + n - 0.5, deflator, case.present_factor_after(n), taper**n))
    return found


def years_after(case: Case, plan: Plan) -> int:
    """Years after the horizon to the last in which racks serve, contracts owe or rents of leased halls fall due."""
    p = case.periods
    owed = [int(r.year) for r in plan.rows("owed_after")]
    owed += [p.year(part.paid) for part in signed_ahead(case, plan) if part.paid > p.last]
    return max([int(case.parameter("tail_years")), *(year - p.year(p.last) for year in owed)])


def last_index_year(case: Case) -> int:
    """Last year of the general price index."""
    frame = case.tables["price_indices"]
    return int(frame[frame["index_id"] == "general"]["year"].max())


@dataclass(frozen=True)
class Service:
    """What the plan serves, by kind and span: PFLOP/s-years delivered, and the same weighed by what it is worth."""

    case: Case
    plan: Plan

    @cached_property
    def spans(self) -> list[Span]:
        return spans(self.case, self.plan)

    @property
    def last(self) -> Span:
        """The last period of the horizon."""
        return self.spans[self.case.periods.last]

    @cached_property
    def kinds(self) -> list[Kind]:
        """Every workload at every level, then after the horizon, in the order of the data."""
        return [(w, k) for w in self.case.workloads for k in (*self.case.levels, AFTER)]

    @cached_property
    def _paths(self) -> tuple[dict[Kind, list[float]], dict[Kind, list[float]]]:
        index = {span.label: n for n, span in enumerate(self.spans)}
        delivered: dict[Kind, list[float]] = defaultdict(lambda: [0.0] * len(index))
        worth: dict[Kind, list[float]] = defaultdict(lambda: [0.0] * len(index))
        tranches = self.case.demand_tranches

        def add(kind: Kind, label: str, tranche: str, amount: float) -> None:
            n = index[label]
            delivered[kind][n] += amount * self.spans[n].taper
            worth[kind][n] += amount * self.spans[n].taper * tranches[tranche].value_share

        for r in self.plan.rows("depth"):
            add((r.workload_id, r.level_id), str(r.period), r.tranche_id, float(r.pflops_years))
        for r in self.plan.rows("tail_depth"):
            add((r.workload_id, AFTER), f"+{int(r.year_after)}", r.tranche_id, float(r.pflops_years))
        return delivered, worth

    def delivered(self, kind: Kind) -> list[float]:
        return self._paths[0][kind]

    def worth(self, kind: Kind) -> list[float]:
        """Delivered PFLOP/s-years times the value share of their depth."""
        return self._paths[1][kind]

    def index(self, workload: str, year: int) -> float:
        """Path of the price, 1 in the base year; after its last year its last value stays."""
        case = self.case
        open_price = case.workloads[workload].rent_usd_per_pflops_year / case.workloads[workload].used_share
        return case.rent_musd(workload, year) * 1e6 / open_price if open_price else 0.0

    def premium(self, level: str) -> float:
        return self.case.levels[level].rent_premium if level else 1.0

    def open_usd(self, workload: str) -> float:
        """The base-year price of a delivered PFLOP/s-year at the open level."""
        work = self.case.workloads[workload]
        return work.rent_usd_per_pflops_year / work.used_share

    def addon_usd(self, kind: Kind) -> float:
        """What a level adds to the base-year price of a delivered PFLOP/s-year; no margin is on it."""
        workload, level = kind
        return self.case.level_addon_usd(level, workload) / self.case.workloads[workload].used_share if level else 0.0

    def priced(self, unit_usd: Mapping[str, list[float]]) -> list[float]:
        """Base-year dollars by span of the whole path, at so much a reserved PFLOP/s-year, add-ons of levels on top."""
        total = self.addons()
        for kind in self.kinds:
            workload, level = kind
            each = self.premium(level) / self.case.workloads[workload].used_share
            for n, amount in enumerate(self.delivered(kind)):
                total[n] += amount * each * unit_usd[workload][n]
        return total

    def addons(self) -> list[float]:
        """Base-year dollars by span that levels add."""
        total = [0.0] * len(self.spans)
        for kind in self.kinds:
            for n, amount in enumerate(self.delivered(kind)):
                total[n] += amount * self.addon_usd(kind) * self.index(kind[0], self.spans[n].year)
        return total

    def own_prices(self) -> dict[str, list[float]]:
        """The data's price of service by workload and span."""
        return {
            w: [work.rent_usd_per_pflops_year * self.index(w, s.year) for s in self.spans]
            for w, work in self.case.workloads.items()
        }


def quoted(case: Case, precision: str) -> dict[str, float]:
    """Quote -> base-year dollars per reserved PFLOP/s-year at a precision, of parts that third parties sell."""
    return {
        name: quote.usd_per_chip_hour * HOURS_PER_YEAR / pflops
        for name, quote in case.rent_quotes.items()
        if quote.part_class == GENERAL_PURPOSE
        and quote.chip in case.quoted_parts
        and (pflops := case.quoted_parts[quote.chip].pflops(precision))
    }


def quoted_prices(service: Service, pick: Any) -> dict[str, list[float]] | None:
    """Price by workload and span from quotes of the base year (``pick`` is min or max), falling by the trend.

    None where a workload has no quote or no trend.
    """
    case, found = service.case, dict[str, list[float]]()
    for w, work in case.workloads.items():
        quotes = quoted(case, work.precision)
        if not quotes or w not in case.service_prices:
            return None
        fall, base = 1 - case.service_prices[w].decline_share, case.programme.base_year
        found[w] = [pick(quotes.values()) * fall ** (s.year - base) for s in service.spans]
    return found
