"""Three accounts of one plan that are never added: the nation, federal agencies, and the investor.

Fees are what agencies pay for service at its price. They are a cost to agencies and a receipt to the investor, so they
are in no line of the nation. Cash is then-year dollars in the middle of its span.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planner import wbs
from planner.inputs.case import Case
from planner.inputs.cohorts import rate_of_return
from planner.plan import Plan
from planner.results.accounts.service import Service, quoted_prices
from planner.results.accounts.ways import owed_usd, running_usd
from planner.results.signing import signed_ahead

INVESTOR = "investor"
#: nominal returns for which a level fee is given
TARGETS = (0.08, 0.10, 0.12)


@dataclass(frozen=True)
class Accounts:
    """Cash by span, then-year dollars, of one plan."""

    case: Case
    plan: Plan
    service: Service

    @cached_property
    def paid(self) -> dict[tuple[str, str], list[float]]:
        """(payer, ledger) -> dollars by span, as the work breakdown says who pays; what buys nothing is left out."""
        index = {s.label: n for n, s in enumerate(self.service.spans)}
        found: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * len(index))
        for r in self.plan.rows("detail"):
            if r.wbs_code != wbs.UNALLOCATED:
                line = self.case.wbs[r.wbs_code]
                found[line.payer, line.ledger][index[str(r.period)]] += int(r.cents) / 100
        return found

    def of(self, *, investor: bool, ledger: str) -> list[float]:
        """What the investor, or all others, pay of a ledger within the horizon."""
        mine = [x for (payer, at), x in self.paid.items() if at == ledger and (payer == INVESTOR) == investor]
        return [math.fsum(column) for column in zip([0.0] * len(self.service.spans), *mine, strict=True)]

    @cached_property
    def running(self) -> list[float]:
        """Running cost after the horizon, tapered."""
        found = running_usd(self.case, self.plan, self.service)
        return [found.get(s.label, 0.0) for s in self.service.spans]

    @property
    def investor_runs(self) -> bool:
        """Whether the investor pays for energy, and so for running after the horizon."""
        return self.case.wbs[wbs.GRID_ENERGY].payer == INVESTOR

    def then_year(self, base_year: Sequence[float]) -> list[float]:
        return [usd / s.deflator for usd, s in zip(base_year, self.service.spans, strict=True)]

    def present(self, cash: Sequence[float]) -> float:
        return math.fsum(x * s.deflator * s.factor for x, s in zip(cash, self.service.spans, strict=True))

    @cached_property
    def fees(self) -> list[float]:
        """Service at the price in the data, tapered after the horizon."""
        return self.then_year(self.service.priced(self.service.own_prices()))

    @cached_property
    def owed(self) -> list[float]:
        """What the investor still owes after the horizon: rents of leased halls, and its own grid contracts."""
        p, found = self.case.periods, dict.fromkeys((s.label for s in self.service.spans), 0.0)
        for part in signed_ahead(self.case, self.plan):
            if part.paid > p.last:
                found[f"+{p.year(part.paid) - p.year(p.last)}"] += part.cents / 100
        power = owed_usd(self.plan, self.service, INVESTOR)
        return [rent + usd for rent, usd in zip(found.values(), power, strict=True)]

    @cached_property
    def owed_by_others(self) -> list[float]:
        """What agencies still owe after the horizon on grid contracts."""
        everyone, own = owed_usd(self.plan, self.service), owed_usd(self.plan, self.service, INVESTOR)
        return [a - b for a, b in zip(everyone, own, strict=True)]

    def net(self, bears_operations: bool) -> list[float]:
        """The investor's cash: fees less investment, less operating cost, which may all be the investor's."""
        own = self.of(investor=True, ledger="operations")
        if bears_operations:
            own = [a + b for a, b in zip(own, self.of(investor=False, ledger="operations"), strict=True)]
        after = self.running if bears_operations or self.investor_runs else [0.0] * len(own)
        out = self.of(investor=True, ledger="investment")
        cash = zip(self.fees, out, own, after, self.owed, strict=True)
        return [fee - math.fsum(costs) for fee, *costs in cash]

    @cached_property
    def units(self) -> list[float]:
        """Service by span at the open price of the base year, in its dollars: what a level fee is a multiple of."""
        found = [0.0] * len(self.service.spans)
        for kind in self.service.kinds:
            for n, amount in enumerate(self.service.delivered(kind)):
                found[n] += amount * self.service.open_usd(kind[0])
        return found

    def level_fee(self, rate: float, bears_operations: bool) -> float | None:
        """The fee, the same in then-year dollars in every year, that earns a nominal rate, over the base-year price."""
        net, middles = self.net(bears_operations), [s.middle for s in self.service.spans]
        costs = [fee - x for fee, x in zip(self.fees, net, strict=True)]
        paid, used = (
            math.fsum(x * (1 + rate) ** -at for x, at in zip(row, middles, strict=True)) for row in (costs, self.units)
        )
        return paid / used if used else None


def investor(accounts: Accounts, bears_operations: bool) -> dict[str, Any]:
    spans, net = accounts.service.spans, accounts.net(bears_operations)
    inside = accounts.case.periods.count
    middles = [s.middle for s in spans]
    real = [x * s.deflator for x, s in zip(net, spans, strict=True)]
    fees = {f"{rate:.0%}": accounts.level_fee(rate, bears_operations) for rate in TARGETS}
    works = accounts.case.workloads
    return {
        "cash_by_span_usd": {s.label: x for s, x in zip(spans, net, strict=True)},
        "cash_usd": math.fsum(net),
        "nominal_return": rate_of_return(net, middles),
        "real_return": rate_of_return(real, middles),
        "nominal_return_in_the_horizon": rate_of_return(net[:inside], middles[:inside]),
        "real_return_in_the_horizon": rate_of_return(real[:inside], middles[:inside]),
        "level_fee_over_base_year_price": fees,
        "level_fee_usd_per_delivered_pflops_year": {
            name: None if x is None else {w: x * accounts.service.open_usd(w) for w in works}
            for name, x in fees.items()
        },
    }


def federal(accounts: Accounts) -> dict[str, Any]:
    """What agencies pay, beside renting the same service."""
    own = accounts.of(investor=False, ledger="operations")
    more = accounts.of(investor=False, ledger="investment")
    after = [0.0] * len(own) if accounts.investor_runs else accounts.running
    costs = [math.fsum(x) for x in zip(own, more, after, accounts.owed_by_others, strict=True)]
    found = {"fees": accounts.fees, "own_cost": costs}
    found["paid"] = [a + b for a, b in zip(accounts.fees, costs, strict=True)]
    found["renting_at_the_price_of_service"] = accounts.fees
    for name, pick in (("renting_at_low_quotes", min), ("renting_at_high_quotes", max)):
        prices = quoted_prices(accounts.service, pick)
        if prices is not None:
            found[name] = accounts.then_year(accounts.service.priced(prices))
    return {name: {"usd": math.fsum(row), "present_usd": accounts.present(row)} for name, row in found.items()}
