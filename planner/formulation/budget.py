"""Money: management and contingency lines, investment and operating cost by period, its ceilings, split and payers.

Variables, M then-year USD: ``infrastructure_musd[t]``, ``soft_musd[t]``, ``operations_musd[t]``, ``unallocated`` (the
same in every period, only with a firm split).

    infrastructure[t], soft[t], operations[t]   each is the sum of its cost lines, with management and contingency
    within_authority[t]    investment by t ≤ Σ_{u≤t} share_of_budget · spendable
    within_budget          investment ≤ spendable = budget · (1 - management_reserve_share)
    split_least, split_most     infrastructure within its share ± tolerance of all investment
    band_least[year], band_most[year]   software, security and training
                                        within their band of each year's investment
    operations_within_caps[t]   operations ≤ Σ_f cap
    service_within_money[group,t]   service of its agencies at its price, then-year USD ≤ share · Σ_f cap; where the
                                    data say how prices are set; without groups one of all agencies, share 1

The two rows that ask for infrastructure, split_least and band_most, count unused power by its take less what is used.

Management stands on the base of construction and power; contingency of each category on its base and management.
The minimum take on unused power is a bill: nothing is managed or held for it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation.accounts import Accounts, Cost
from planner.formulation.terms import Terms, over, scaled, total, value
from planner.inputs.case import PROGRAMME, USD_PER_MUSD, Case, Rate
from planner.plan import NOISE, frame
from planner.wbs import BILLS, INFRASTRUCTURE, ON_TOP, UNALLOCATED

SIDES = ("infrastructure", "soft", "operations")


def merged(terms: Terms) -> Terms:
    """One term a variable, in the order in which variables are met."""
    sums: dict[int, list[Any]] = {}
    for n, v in terms:
        known = sums.get(id(v))
        if known is None:
            sums[id(v)] = [n, v]
        else:
            known[0] += n
    return [(n, v) for n, v in sums.values() if n]


def set_aside(b: Any) -> Terms:
    """Money beyond the need of software, security and training in each period; there is none without a firm split."""
    return [(1.0, b.unallocated)] if hasattr(b, "unallocated") else []


class Invested:
    """Investment over periods, M then-year dollars: infrastructure, soft, and what the split sets aside."""

    def __init__(self, b: Any) -> None:
        self.b = b

    def infrastructure(self, *periods: int) -> Terms:
        return [(1.0, self.b.infrastructure_musd[t]) for t in periods]

    def soft(self, *periods: int) -> Terms:
        return [(1.0, self.b.soft_musd[t]) for t in periods]

    def beside(self, *periods: int) -> Terms:
        """Soft, with what is set aside in each of the periods."""
        return [*self.soft(*periods), *scaled(set_aside(self.b), float(len(periods)))]

    def all(self, *periods: int) -> Terms:
        return [*self.infrastructure(*periods), *self.beside(*periods)]


def close(m: Any, case: Case, accounts: Accounts) -> None:
    """Add up spending; write the ceilings, the split and the caps."""
    p, b = case.periods, m.budget
    for side in SIDES:
        b.add_component(f"{side}_musd", pyo.Var(over(p), doc=f"{side}, M then-year USD in the period"))
    if case.split_is_firm:
        b.unallocated = pyo.Var(
            domain=pyo.NonNegativeReals, doc="money beyond the need of software, security and training, in each period"
        )
    lines = sums(case, accounts)
    for side in SIDES:

        def adds_up(b: Any, t: int, side: str = side) -> Any:
            return total(merged([*lines[side, t], (-1.0, b.component(f"{side}_musd")[t])])) == 0

        b.add_component(side, pyo.Constraint(over(p), rule=adds_up, doc=f"{side} is the sum of its lines"))
    _ceilings(b, case, accounts)
    if case.split_is_firm:
        _split(b, case, accounts)
    accounts.add(_unallocated_lines(b, case))


def side_of(case: Case, cost: Cost) -> str:
    line = case.wbs[cost.wbs]
    return (
        "operations" if line.ledger == "operations" else "infrastructure" if line.category in INFRASTRUCTURE else "soft"
    )


def sums(case: Case, accounts: Accounts) -> dict[tuple[str, int], Terms]:
    """(side, period) -> M then-year dollars of its lines."""
    found: dict[tuple[str, int], Terms] = defaultdict(list)
    for cost in accounts.costs:
        if cost.wbs != UNALLOCATED:
            found[side_of(case, cost), cost.period] += scaled(cost.quantity, cost.musd_per_unit(case))
    return found


def _ceilings(b: Any, case: Case, accounts: Accounts) -> None:
    p, invested = case.periods, Invested(b)

    @b.Constraint(over(p), doc="investment to date stays within the authority to date")
    def within_authority(b: Any, t: int) -> Any:
        authorised = sum(case.authority_share(u) for u in p if u <= t) * case.spendable_musd
        return total(merged(invested.all(*range(t + 1)))) <= authorised

    @b.Constraint(doc="investment stays within the budget")
    def within_budget(b: Any) -> Any:
        return total(merged(invested.all(*p))) <= case.spendable_musd

    @b.Constraint(over(p if case.funding_sources else ()), doc="operating cost stays within what its payers can pay")
    def operations_within_caps(b: Any, t: int) -> Any:
        return b.operations_musd[t] <= sum(case.funding_cap_musd(f, t) for f in case.funding_sources)

    priced = {
        (g, t): [x for a in agencies for x in accounts.terms("priced", a, t)]
        for g, agencies in case.money_groups.items()
        for t in (p if case.funding_sources and case.service_prices else ())
    }

    @b.Constraint(over(i for i, x in priced.items() if x), doc="agencies buy no more service than they have money for")
    def service_within_money(b: Any, g: str, t: int) -> Any:
        return total(priced[g, t]) <= case.group_money_musd(g, t)


def band_years(case: Case) -> list[int]:
    """Calendar years in which the share of software, security and training has a band."""
    years = dict.fromkeys(case.periods.year(t) for t in case.periods)
    return [y for y in years if y >= case.parameter("soft_band_from_year")]


def _split(b: Any, case: Case, accounts: Accounts) -> None:
    """Rows that ask for infrastructure count unused power by its take less what is used: a bill is no way to spend."""
    p, invested, programme = case.periods, Invested(b), case.programme
    share, around = programme.infrastructure_share, programme.infrastructure_share_tolerance

    def of_all(part: Terms, least: float, periods: list[int]) -> Any:
        """The part less its share of all investment."""
        return total(merged([*part, *((-least * n, v) for n, v in invested.all(*periods))]))

    def above(factor: float, periods: list[int]) -> Terms:
        """The bill of unused power above its take less what is used, times a factor."""
        return [x for t in periods for x in scaled(accounts.terms("bill_above_musd", t), factor)]

    @b.Constraint(doc="infrastructure has its share of investment")
    def split_least(b: Any) -> Any:
        part = [*invested.infrastructure(*p), *above(share - around - 1.0, list(p))]
        return of_all(part, share - around, list(p)) >= 0

    @b.Constraint(doc="infrastructure leaves software, security and training their share of investment")
    def split_most(b: Any) -> Any:
        return of_all(invested.infrastructure(*p), share + around, list(p)) <= 0

    @b.Constraint(over(band_years(case)), doc="software, security and training have their share of each year")
    def band_least(b: Any, year: int) -> Any:
        inside = p.of_year(year)
        return of_all(invested.beside(*inside), case.parameter("soft_band_low"), inside) >= 0

    @b.Constraint(
        over(band_years(case)), doc="software, security and training leave infrastructure its share of each year"
    )
    def band_most(b: Any, year: int) -> Any:
        inside, high = p.of_year(year), case.parameter("soft_band_high")
        return of_all([*invested.beside(*inside), *above(high, inside)], high, inside) <= 0


def _unallocated_lines(b: Any, case: Case) -> list[Cost]:
    """What the split sets aside is a line of its own, with no contingency and no present cost."""
    rate = Rate(1.0, "none", None, "programme.infrastructure_share")
    return [
        Cost(UNALLOCATED, PROGRAMME, "unallocated by the split", t, [(USD_PER_MUSD * n, v)], "USD", rate)
        for n, v in set_aside(b)
        for t in case.periods
    ]


def settle(b: Any, case: Case, accounts: Accounts) -> None:
    """Add up the lines at their values; set aside no more than the split and the band ask for."""
    p = case.periods
    spent = {key: value(terms) for key, terms in sums(case, accounts).items()}
    for side in SIDES:
        for t in p:
            b.component(f"{side}_musd")[t].set_value(spent.get((side, t), 0.0), skip_validation=True)
    if not case.split_is_firm:
        return
    invested = Invested(b)
    most = case.programme.infrastructure_share + case.programme.infrastructure_share_tolerance
    low = case.parameter("soft_band_low")
    built, soft = value(invested.infrastructure(*p)), value(invested.soft(*p))
    least = [0.0]
    if most > 0:
        least.append((built / most - built - soft) / p.count)
    for year in band_years(case) if low < 1 else ():
        inside = p.of_year(year)
        wanted = low / (1 - low) * value(invested.infrastructure(*inside)) - value(invested.soft(*inside))
        least.append(wanted / len(inside))
    b.unallocated.set_value(max(least), skip_validation=True)


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    p = case.periods
    unallocated = [(p.label(t), v.value) for _, v in set_aside(b) for t in p if v.value > NOISE]
    funded: list[tuple[object, ...]] = []
    for t in p:
        owed = b.operations_musd[t].value
        caps = {f: case.funding_cap_musd(f, t) for f in case.funding_sources}
        most = sum(caps.values())
        funded += [(f, p.label(t), owed * cap / most) for f, cap in caps.items() if most and owed * cap / most > NOISE]
    return {"unallocated": frame("unallocated", unallocated), "funded": frame("funded", funded)}


def management_share(case: Case, category: str) -> float:
    return case.parameter("programme_management_share") if ON_TOP[category][0] else 0.0


def on_top(case: Case, costs: list[Cost]) -> list[Cost]:
    """Management and contingency lines by category, place and period; their quantity is the dollars they stand on."""
    base: dict[tuple[str, str, int], Terms] = defaultdict(list)
    for cost in costs:
        line = case.wbs[cost.wbs]
        if line.ledger != "operations" and cost.wbs not in BILLS:
            each = cost.musd_per_unit(case) * USD_PER_MUSD
            base[line.category, cost.site, cost.period] += scaled(cost.quantity, each)
    found: list[Cost] = []
    for (category, s, t), terms in base.items():
        management, contingency = ON_TOP[category]
        share, reserve = management_share(case, category), case.categories[category].contingency_share
        dollars = merged(terms)
        if management and share:
            rate = Rate(1.0, "none", None, "parameters.programme_management_share.value")
            item = "programme management, integration and test"
            found.append(Cost(management, s, item, t, dollars, "USD", rate, share))
        if reserve:
            rate = Rate(1.0, "none", None, f"categories.{category}.contingency_share")
            found.append(Cost(contingency, s, "contingency", t, scaled(dollars, 1 + share), "USD", rate, reserve))
    return found
