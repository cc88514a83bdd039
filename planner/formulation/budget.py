"""Money: management and contingency lines, spending by category, place and period, its ceilings, split and payers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation.accounts import Accounts, Cost, Terms, total, value
from planner.formulation.combinations import Places
from planner.formulation.families import columns, over
from planner.inputs.case import PROGRAMME, USD_PER_MUSD, Case, Rate
from planner.plan import NOISE, frame

#: category -> (management line, contingency line)
LINES = {
    "construction": ("1.1.8", "1.1.9"),
    "power and cooling": ("1.2.8", "1.2.9"),
    "chips": (None, "1.3.9"),
    "software": (None, "2.1.9"),
    "security": (None, "2.2.9"),
    "training": (None, "2.3.9"),
}
INFRASTRUCTURE = ("construction", "power and cooling", "chips")
UNALLOCATED = "2.9"


class Merging:
    """One term a variable, in the order in which variables are met."""

    def __init__(self) -> None:
        self._sums: dict[int, list[Any]] = {}

    def add(self, terms: Terms, each: float = 1.0) -> None:
        """So many times the terms."""
        sums = self._sums
        for n, v in terms:
            known = sums.get(id(v))
            if known is None:
                sums[id(v)] = [n * each, v]
            else:
                known[0] += n * each

    def terms(self) -> Terms:
        return [(n, v) for n, v in self._sums.values() if n]


def merged(terms: Terms) -> Terms:
    """One term a variable."""
    merging = Merging()
    merging.add(terms)
    return merging.terms()


def set_aside(b: Any) -> Terms:
    """Soft money beyond the need in each period; there is none without a firm split."""
    return [(1.0, b.unallocated)] if hasattr(b, "unallocated") else []


class Invested:
    """Investment by period, M then-year dollars: infrastructure, soft, and what the split sets aside."""

    def __init__(self, b: Any) -> None:
        self.b = b

    def infrastructure(self, *periods: int) -> Terms:
        return [(1.0, v) for (c, _, t), v in self.b.spent_musd.items() if t in periods and c in INFRASTRUCTURE]

    def soft(self, *periods: int) -> Terms:
        return [(1.0, v) for (c, _, t), v in self.b.spent_musd.items() if t in periods and c not in INFRASTRUCTURE]

    def unallocated(self, *periods: int) -> Terms:
        """The same in every period."""
        return [(float(len(periods)) * n, v) for n, v in set_aside(self.b)]

    def beside(self, *periods: int) -> Terms:
        return [*self.soft(*periods), *self.unallocated(*periods)]

    def all(self, *periods: int) -> Terms:
        return [*self.infrastructure(*periods), *self.beside(*periods)]


def close(m: Any, case: Case, accounts: Accounts, places: Places) -> None:
    """Add the lines that stand on other lines; define spending; write the ceilings, the split and the caps."""
    lines: dict[tuple[str, str, int], Merging] = defaultdict(Merging)
    running: dict[tuple[str, int], Merging] = defaultdict(Merging)
    for cost in accounts.costs:
        each = cost.musd_per_unit(case)
        line = case.wbs[cost.wbs]
        if line.ledger == "operations":
            running[cost.site, cost.period].add(cost.quantity, each)
        else:
            lines[line.category, cost.site, cost.period].add(cost.quantity, each)
    base = {key: line.terms() for key, line in lines.items()}
    accounts.add(cost for key, terms in base.items() for cost in _on_top(case, key, terms))

    m.add_component("budget", pyo.Block())
    b = m.budget
    keys, operated = list(base), list(running)
    b.spent_musd = columns(keys, doc="investment of the category, with management and contingency, then-year")
    held = dict.fromkeys((category, held_at(category, s)) for category, s, _ in keys if category in INFRASTRUCTURE)
    b.added_musd = columns(
        held,
        domain=pyo.NonNegativeReals,
        doc="infrastructure investment above that of an earlier stage's plan",
    )
    b.operations_musd = columns(operated, doc="operating cost, then-year")
    if case.split_is_firm:
        b.unallocated = pyo.Var(domain=pyo.NonNegativeReals, doc="soft money beyond the need, in each period")

    @b.Constraint(over(keys), doc="spending is the sum of its lines")
    def spending(b: Any, category: str, s: str, t: int) -> Any:
        grown = (1 + management_share(case, category)) * (1 + case.categories[category].contingency_share)
        return total([*((grown * n, v) for n, v in base[category, s, t]), (-1.0, b.spent_musd[category, s, t])]) == 0

    @b.Constraint(over(operated), doc="operating cost is the sum of its lines")
    def operating(b: Any, s: str, t: int) -> Any:
        return total([*running[s, t].terms(), (-1.0, b.operations_musd[s, t])]) == 0

    _ceilings(b, case)
    if case.split_is_firm:
        _split(b, case)
    accounts.add(_unallocated_lines(b, case))


def _ceilings(b: Any, case: Case) -> None:
    p, invested = case.periods, Invested(b)

    @b.Constraint(over(p), doc="investment to date stays within the authority to date")
    def within_authority(b: Any, t: int) -> Any:
        authorised = sum(case.authority_share(u) for u in p if u <= t) * case.spendable_musd
        spent = invested.all(*range(t + 1))
        return total(merged(spent)) <= authorised if spent else pyo.Constraint.Skip

    @b.Constraint(doc="investment stays within the budget")
    def within_budget(b: Any) -> Any:
        spent = invested.all(*p)
        return total(merged(spent)) <= case.spendable_musd if spent else pyo.Constraint.Skip

    def operated(t: int) -> Terms:
        return [(1.0, v) for (_, u), v in b.operations_musd.items() if u == t]

    @b.Constraint(
        over([t for t in p if case.funding_sources and operated(t)]),
        doc="operating cost stays within what its payers can pay",
    )
    def operations_within_caps(b: Any, t: int) -> Any:
        return total(operated(t)) <= sum(case.funding_cap_musd(f, t) for f in case.funding_sources)


def band_years(case: Case) -> list[int]:
    """Calendar years in which the soft share of investment has a band."""
    years = dict.fromkeys(case.periods.year(t) for t in case.periods)
    return [y for y in years if y >= case.parameter("soft_band_from_year")]


def _split(b: Any, case: Case) -> None:
    p, invested, programme = case.periods, Invested(b), case.programme
    share, around = programme.infrastructure_share, programme.infrastructure_share_tolerance

    def of_all(part: Terms, least: float, periods: list[int]) -> Any:
        """The part less its share of all investment."""
        return total(merged([*part, *((-least * n, v) for n, v in invested.all(*periods))]))

    @b.Constraint(doc="infrastructure has its share of investment")
    def split_least(b: Any) -> Any:
        return of_all(invested.infrastructure(*p), share - around, list(p)) >= 0

    @b.Constraint(doc="infrastructure leaves the soft side its share of investment")
    def split_most(b: Any) -> Any:
        return of_all(invested.infrastructure(*p), share + around, list(p)) <= 0

    @b.Constraint(over(band_years(case)), doc="the soft side has its share of each year")
    def band_least(b: Any, year: int) -> Any:
        inside = p.of_year(year)
        return of_all(invested.beside(*inside), case.parameter("soft_band_low"), inside) >= 0

    @b.Constraint(over(band_years(case)), doc="the soft side leaves infrastructure its share of each year")
    def band_most(b: Any, year: int) -> Any:
        inside = p.of_year(year)
        return of_all(invested.beside(*inside), case.parameter("soft_band_high"), inside) <= 0


def _unallocated_lines(b: Any, case: Case) -> list[Cost]:
    """What the split sets aside is a line of its own, with no contingency and no present cost."""
    rate = Rate(1.0, "none", None, "programme.infrastructure_share")
    return [
        Cost(UNALLOCATED, PROGRAMME, "unallocated by the split", t, [(USD_PER_MUSD * n, v)], "USD", rate)
        for n, v in set_aside(b)
        for t in case.periods
    ]


def settle(b: Any, case: Case) -> None:
    """Set aside no more than the split and the band ask for: less of it breaks no other rule."""
    if not case.split_is_firm:
        return
    p, invested = case.periods, Invested(b)
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
        owed = sum(v.value for (_, u), v in b.operations_musd.items() if u == t)
        caps = {f: case.funding_cap_musd(f, t) for f in case.funding_sources}
        most = sum(caps.values())
        funded += [(f, p.label(t), owed * cap / most) for f, cap in caps.items() if most and owed * cap / most > NOISE]
    return {"unallocated": frame("unallocated", unallocated), "funded": frame("funded", funded)}


def held_at(category: str, place: str) -> str:
    """Where later stages hold an earlier stage's investment: by site, but racks over all sites together."""
    return "all sites" if category == "chips" else place


def management_share(case: Case, category: str) -> float:
    return case.parameter("programme_management_share") if LINES[category][0] else 0.0


def _on_top(case: Case, key: tuple[str, str, int], base: Terms) -> list[Cost]:
    """Management and contingency lines; their quantity is the dollars they stand on."""
    category, s, t = key
    management, contingency = LINES[category]
    share = management_share(case, category)
    dollars = [(n * USD_PER_MUSD, v) for n, v in base]
    costs = []
    if management and share:
        rate = Rate(1.0, "none", None, "parameters.programme_management_share.value")
        costs.append(Cost(management, s, "programme management, integration and test", t, dollars, "USD", rate, share))
    reserve = case.categories[category].contingency_share
    if reserve:
        on = [(n * (1 + share), v) for n, v in dollars]
        rate = Rate(1.0, "none", None, f"categories.{category}.contingency_share")
        costs.append(Cost(contingency, s, "contingency", t, on, "USD", rate, reserve))
    return costs
