"""Money: management and contingency lines, spending by category, site and period, and its ceilings."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner.formulation.accounts import Accounts, Cost, Terms, total
from planner.formulation.combinations import Places
from planner.inputs.case import USD_PER_MUSD, Case, Rate

#: category -> (management line, contingency line)
LINES = {
    "construction": ("1.1.8", "1.1.9"),
    "power and cooling": ("1.2.8", "1.2.9"),
    "chips": (None, "1.3.9"),
}
INFRASTRUCTURE = tuple(LINES)


def merged(terms: Terms) -> Terms:
    """One term a variable."""
    sums: dict[int, list[Any]] = {}
    for n, v in terms:
        entry = sums.setdefault(id(v), [0.0, v])
        entry[0] += n
    return [(n, v) for n, v in sums.values() if n]


def close(m: Any, case: Case, accounts: Accounts, places: Places) -> None:
    """Add the lines that stand on other lines; define spending; write the ceilings."""
    p = case.periods
    base: dict[tuple[str, str, int], Terms] = defaultdict(list)
    running: dict[tuple[str, int], Terms] = defaultdict(list)
    for cost in accounts.costs:
        each = cost.musd_per_unit(case)
        terms = [(n * each, v) for n, v in cost.quantity]
        line = case.wbs[cost.wbs]
        if line.ledger == "operations":
            running[cost.site, cost.period].extend(terms)
        else:
            base[line.category, cost.site, cost.period].extend(terms)
    accounts.add(cost for key, terms in base.items() for cost in _on_top(case, key, merged(terms)))

    m.add_component("budget", pyo.Block())
    b = m.budget
    keys, operated = list(base), list(running)
    b.spent_musd = pyo.Var(keys, doc="investment of the category, with management and contingency, then-year")
    b.added_musd = pyo.Var(
        list(dict.fromkeys((category, held_at(category, s)) for category, s, _ in keys)),
        domain=pyo.NonNegativeReals,
        doc="investment above that of an earlier stage's plan",
    )
    b.operations_musd = pyo.Var(operated, doc="operating cost, then-year")

    @b.Constraint(keys, doc="spending is the sum of its lines")
    def spending(b: Any, category: str, s: str, t: int) -> Any:
        grown = (1 + management_share(case, category)) * (1 + case.categories[category].contingency_share)
        lines = merged(base[category, s, t])
        return total([*((grown * n, v) for n, v in lines), (-1.0, b.spent_musd[category, s, t])]) == 0

    @b.Constraint(operated, doc="operating cost is the sum of its lines")
    def operating(b: Any, s: str, t: int) -> Any:
        return total([*merged(running[s, t]), (-1.0, b.operations_musd[s, t])]) == 0

    limit = case.programme.infrastructure_share * case.spendable_musd

    @b.Constraint(list(p), doc="investment to date stays within the authority to date")
    def within_authority(b: Any, t: int) -> Any:
        authorised = sum(case.authority_share(u) for u in p if u <= t) * limit
        spent = [(1.0, v) for (_, _, u), v in b.spent_musd.items() if u <= t]
        return total(spent) <= authorised if spent else pyo.Constraint.Skip

    @b.Constraint(doc="investment stays within the budget")
    def within_budget(b: Any) -> Any:
        return total((1.0, v) for v in b.spent_musd.values()) <= limit if keys else pyo.Constraint.Skip


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
