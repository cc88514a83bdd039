"""The stages of the objective as sums of terms, and what later stages may give back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Literal

from planner.formulation.accounts import Accounts, Terms
from planner.formulation.budget import INFRASTRUCTURE, held_at, merged
from planner.formulation.commitments import binding
from planner.inputs.case import Case
from planner.inputs.programme import Stage

Sense = Literal["max", "min"]
SENSES: dict[str, Sense] = {
    "mission value": "max",
    "goal shortfall": "min",
    "present cost": "min",
    "net present value": "max",
    "secured power": "max",
    "compute": "max",
    "emissions": "min",
}
UNITS = {
    "mission value": "M USD",
    "goal shortfall": "share",
    "present cost": "M USD",
    "net present value": "M USD",
    "secured power": "MW",
    "compute": "PFLOP/s",
    "emissions": "t CO2",
}
TIE_BREAK = 1e-9


@dataclass(frozen=True)
class Aim:
    """One stage, ready to solve."""

    stage: Stage
    sense: Sense
    unit: str
    terms: Terms


def aims(m: Any, case: Case, accounts: Accounts) -> list[Aim]:
    return [Aim(s, SENSES[s.name], UNITS[s.name], merged(_terms(m, case, accounts, s))) for s in case.programme.stages]


def investment_by_place(m: Any) -> dict[tuple[str, str], Terms]:
    """(infrastructure category, site; racks over all sites) -> investment over the horizon, M then-year dollars."""
    found: dict[tuple[str, str], Terms] = defaultdict(list)
    for (category, s, _), v in m.budget.spent_musd.items():
        if category in INFRASTRUCTURE:
            found[category, held_at(category, s)].append((1.0, v))
    return found


def _terms(m: Any, case: Case, accounts: Accounts, stage: Stage) -> Terms:
    p = case.periods
    if stage.name == "mission value":
        return _value(accounts)
    if stage.name == "goal shortfall":
        weight = {c.id: 100.0 ** (1 - c.priority) / (c.level or 1.0) for c in binding(case)}
        return [(weight[i], v) for i, v in m.commitments.shortfall.items()]
    if stage.name == "present cost":
        return _cost(m, case, accounts)
    if stage.name == "net present value":
        return [*_value(accounts), *((-n, v) for n, v in _cost(m, case, accounts))]
    if stage.name == "secured power":
        return [x for s in case.sites for x in accounts.terms("secured_mw", s, p.last)]
    if stage.name == "compute":
        return accounts.terms("installed_pflops", p.last, stage.precision)
    return [x for key in accounts.keys("emissions_t") for x in accounts.terms("emissions_t", *key)]


def _value(accounts: Accounts) -> Terms:
    return [x for key in accounts.keys("value") for x in accounts.terms("value", *key)]


def present_movement(built: Any) -> Terms:
    """Present cost of moving data, M base-year dollars."""
    case, terms = built.case, []
    for line in built.accounts.costs:
        if line.wbs == "3.3.1":
            each = line.musd_per_unit(case) * case.deflator(line.period) * case.present_factor(line.period)
            terms += [(n * each, v) for n, v in line.quantity]
    return terms


def _cost(m: Any, case: Case, accounts: Accounts) -> Terms:
    present = {t: case.deflator(t) * case.present_factor(t) for t in case.periods}
    spent = [(present[t], v) for (_, _, t), v in m.budget.spent_musd.items()]
    operated = [(present[t], v) for (_, t), v in m.budget.operations_musd.items()]
    return [*spent, *operated, *_tie_break(case, accounts)]


def _tie_break(case: Case, accounts: Accounts) -> Terms:
    """A billionth of the budget per GW, by latitude and longitude: equal plans fall out the same under any label."""
    terms: Terms = []
    for s, site in case.sites.items():
        lean = ((site.lat_deg + 90) / 180 + (site.lon_deg + 180) / 360) / 2
        each = TIE_BREAK * case.budget_musd * lean / 1000
        last = case.periods.last
        halls = [
            x
            for d in case.designs
            for q in accounts.posts("commissioned_mw", (s, d, last))
            if q.label == d
            for x in q.terms
        ]
        terms += [(each * n, v) for n, v in [*halls, *accounts.terms("tie_break", s)]]
    return terms
