"""Three ways to the plan's own path of service: build as planned, lease halls and own the chips, or buy the service.

Present base-year dollars by span, and cumulative. A bought service is priced at quoted contracts of the base year,
low and high, which fall by the trend. Classified levels have no public price: their add-on is the model's own.
Software, security and training of the plan are in the first two ways and not in the third.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from planner import wbs
from planner.formulation.after import rack_year_musd
from planner.formulation.residual import GRID
from planner.inputs.case import USD_PER_MUSD, Case
from planner.plan import Plan
from planner.results.accounts import leased
from planner.results.accounts.service import Service, quoted_prices

BUILD, LEASED = "build", "lease halls"
LOW, HIGH, OWN = "rent at low quotes", "rent at high quotes", "rent at the model's price"


def build_usd(case: Case, plan: Plan, service: Service) -> list[float]:
    """Cost of the plan by span, then-year dollars: both ledgers, then what runs and what is owed after it.

    What is left at the end of the horizon goes off its last period, at the same present value.
    """
    found = dict.fromkeys((s.label for s in service.spans), 0.0)
    for r in plan.rows("detail"):
        if r.wbs_code != wbs.UNALLOCATED:
            found[str(r.period)] += int(r.cents) / 100
    for label, usd in running_usd(case, plan, service).items():
        found[label] += usd
    found[service.last.label] -= left_usd(plan, service)
    return [usd + more for usd, more in zip(found.values(), owed_usd(plan, service), strict=True)]


def owed_usd(plan: Plan, service: Service, obligor: str | None = None) -> list[float]:
    """Then-year dollars by span that contracts still owe after the horizon, by one obligor or by all."""
    last = service.case.periods.year(service.case.periods.last)
    found = dict.fromkeys((s.label for s in service.spans), 0.0)
    deflators = {s.label: s.deflator for s in service.spans}
    for r in plan.rows("owed_after"):
        label = f"+{int(r.year) - last}"
        if obligor in (None, r.obligor):
            found[label] += float(r.usd) / deflators[label]
    return list(found.values())


def left_usd(plan: Plan, service: Service, halls_alone: bool = False) -> float:
    """What is left at the end of the horizon, then-year dollars of the middle of its last period."""
    present = [float(r.present_usd) for r in plan.rows("terminal_value") if not halls_alone or r.asset != GRID]
    return math.fsum(present) / (service.last.deflator * service.last.factor)


def running_usd(case: Case, plan: Plan, service: Service) -> dict[str, float]:
    """Then-year dollars, tapered, of racks that go on working, by year after the horizon."""
    spans = {s.label: s for s in service.spans}
    found: dict[str, float] = {}
    for r in plan.rows("tail_running"):
        span = spans[f"+{int(r.year_after)}"]
        usd = rack_year_musd(case, r.site_id, case.chips[r.chip_id]) * USD_PER_MUSD * float(r.racks) * span.taper
        found[span.label] = found.get(span.label, 0.0) + usd / span.deflator
    return found


def lease_change_usd(case: Case, plan: Plan, service: Service) -> list[float] | None:
    """What leasing adds to the cost of the plan by span, then-year dollars; management and contingency inside.

    Leased halls go back to their owner, so what owned halls leave at the end is lost.
    """
    lines = leased.lines(case, plan)
    if lines is None:
        return None
    change = dict.fromkeys((s.label for s in service.spans), 0.0)

    def times(code: str) -> float:
        line = case.wbs[code]
        return leased.on_top(case, line.category) if line.ledger == "investment" else 1.0

    for r in plan.rows("detail"):
        if leased.replaced(case, r.wbs_code, r.item):
            change[str(r.period)] -= int(r.cents) / 100 * times(r.wbs_code)
    for line in lines:
        change[line.span] += line.usd * times(line.wbs)
    change[service.last.label] += left_usd(plan, service, halls_alone=True)
    return list(change.values())


@dataclass(frozen=True)
class Ways:
    """Present base-year dollars by way and span, and the labels of the spans."""

    labels: list[str]
    years: list[int]
    present: dict[str, list[float]]

    def cumulative(self, way: str) -> list[float]:
        return list(accumulate(self.present[way]))

    def cheaper_from(self, way: str) -> int | None:
        """The year from which building has cost no more than another way, to the end; none where it never has."""
        pairs = zip(self.cumulative(BUILD), self.cumulative(way), strict=True)
        dearer = [n for n, (own, other) in enumerate(pairs) if own > other]
        first = dearer[-1] + 1 if dearer else 0
        return self.years[first] if first < len(self.years) else None


def ways(case: Case, plan: Plan, service: Service) -> Ways:
    spans = service.spans
    real = [s.deflator * s.factor for s in spans]
    built = build_usd(case, plan, service)
    present = {BUILD: [usd * x for usd, x in zip(built, real, strict=True)]}
    change = lease_change_usd(case, plan, service)
    if change is not None:
        present[LEASED] = [(usd + more) * x for usd, more, x in zip(built, change, real, strict=True)]
    for way, prices in (
        (LOW, quoted_prices(service, min)),
        (HIGH, quoted_prices(service, max)),
        (OWN, service.own_prices()),
    ):
        if prices is not None:
            priced = service.priced(prices)
            present[way] = [usd * s.factor for usd, s in zip(priced, spans, strict=True)]
    return Ways([s.label for s in spans], [s.year for s in spans], present)


def as_dict(found: Ways) -> dict[str, Any]:
    return {
        way: {
            "present_usd": sum(row),
            "by_span_usd": dict(zip(found.labels, row, strict=True)),
            "cumulative_usd": dict(zip(found.labels, found.cumulative(way), strict=True)),
            "building_is_no_dearer_from": None if way == BUILD else found.cheaper_from(way),
        }
        for way, row in found.present.items()
    }
