"""Net benefit of the fixed plan at other margins of the price of service. It is linear in the margin.

    net benefit(m) = m · Σ_w P_w / m_w + A - C - K - O + T

``P_w`` is what service of a workload is worth at the data's margin ``m_w`` without add-ons of levels, ``A`` those
add-ons, ``C`` the running cost after the horizon, ``K`` present cost, ``O`` what is owed after the horizon, ``T``
what halls and connections are worth at its end: present base-year dollars. Margins multiply ``P`` alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from planner.inputs import service_price
from planner.inputs.case import Case
from planner.results.accounts.service import Service

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Worth:
    """Present base-year dollars; ``by_workload`` without add-ons, at the data's margin."""

    case: Case
    by_workload: dict[str, float]
    addons_usd: float
    cost_usd: float

    @property
    def per_margin_usd(self) -> float:
        """What a margin of one is worth."""
        prices = self.case.service_prices
        return math.fsum(usd / prices[w].margin for w, usd in self.by_workload.items())

    @property
    def margin(self) -> float:
        """The data's margin; where workloads differ, their mean by worth. None of a plan without service."""
        whole = math.fsum(self.by_workload.values())
        return whole / self.per_margin_usd if whole else next(iter(self.case.service_prices.values())).margin

    def net(self, margin: float) -> float:
        return margin * self.per_margin_usd + self.addons_usd - self.cost_usd

    @property
    def zero(self) -> float | None:
        """The margin at which nothing is left; none where no service is priced."""
        return (self.cost_usd - self.addons_usd) / self.per_margin_usd if self.per_margin_usd else None


def worth(service: Service, cost_usd: float) -> Worth | None:
    """Of a plan whose cost (C + K + O - T) is given; None where the data do not say how prices are set."""
    case, spans = service.case, service.spans
    if set(case.service_prices) < set(case.workloads):
        return None
    by_workload, addons = dict.fromkeys(case.workloads, 0.0), 0.0
    for kind in service.kinds:
        w, level = kind
        for span, amount in zip(spans, service.worth(kind), strict=True):
            present = amount * service.index(w, span.year) * span.factor
            by_workload[w] += present * service.open_usd(w) * service.premium(level)
            addons += present * service.addon_usd(kind)
    return Worth(case, by_workload, addons, cost_usd)


def mission_usd(service: Service) -> float:
    """Present value of all service, add-ons inside, before running cost after the horizon."""
    return math.fsum(
        amount * service.index(kind[0], span.year) * span.factor * each
        for kind in service.kinds
        for each in (service.open_usd(kind[0]) * service.premium(kind[1]) + service.addon_usd(kind),)
        for span, amount in zip(service.spans, service.worth(kind), strict=True)
    )


def margins(case: Case, found: Worth | None) -> dict[str, Any] | None:
    """The figures as plain data: one row a margin."""
    if found is None:
        return None
    rows = [("one", 1.0), ("as in the data", found.margin)]
    workload = next(iter(case.service_prices))
    if any(q.part_class == service_price.GENERAL_PURPOSE for q in case.rent_quotes.values()):
        fit = service_price.fit(case, workload)
        rows[1:1] = [("10th percentile of the quotes", fit.percentile(LOW))]
        rows.append(("90th percentile of the quotes", fit.percentile(HIGH)))
    return {
        "per_margin_usd": found.per_margin_usd,
        "addons_usd": found.addons_usd,
        "cost_usd": found.cost_usd,
        "margin_at_zero": found.zero,
        "rows": [{"which": which, "margin": m, "net_benefit_usd": found.net(m)} for which, m in rows],
    }
