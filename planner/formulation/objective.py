"""The objective: maximise the sum of weight · measure, M base-year USD, less declared prices of missed goals.

    mission_value        value of service within the horizon and after it, less what running costs after it
    present_cost         Σ lines of both ledgers, without what the split sets aside, · D(t) · PF(t), and the tie-break
    owed_after_horizon   what grid contracts still owe after the horizon for MW that serve no racks at its end
    terminal_value       what halls, their land and connections that serve are worth at the end of the horizon
    emissions, compute, secured   t CO2; PFLOP/s of a precision installed at the end; MW facility secured at the end

The tie-break is 1e-9 of the budget per GW of halls and racks, by latitude and longitude, so that equal plans fall out
the same whatever sites are called; it is in the exact model alone and part of present cost.
"""

from __future__ import annotations

from typing import Any

from planner.formulation.accounts import Accounts
from planner.formulation.budget import SIDES
from planner.formulation.terms import Terms, scaled
from planner.inputs.case import USD_PER_MUSD, Case
from planner.inputs.programme import MONEY

TIE_BREAK = 1e-9


def measures(m: Any, case: Case, accounts: Accounts, exact: bool) -> dict[str, Terms]:
    """Every measure that an objective may weigh, in its own unit (money in M base-year USD)."""
    last = case.periods.last
    value = [x for key in accounts.keys("value") for x in accounts.terms("value", *key)]
    after = [x for key in accounts.keys("cost_after") for x in accounts.terms("cost_after", *key)]
    owed = [x for key in accounts.keys("owed_after") for x in accounts.terms("owed_after", *key)]
    precision = case.programme.objective.compute_precision
    return {
        "mission_value": [*value, *scaled(after, -1.0)],
        "present_cost": [*present_cost(m, case), *(_tie_break(case, accounts) if exact else [])],
        "owed_after_horizon": owed,
        "terminal_value": [x for k in accounts.keys("terminal_value") for x in accounts.terms("terminal_value", *k)],
        "emissions_usd_per_t": [x for k in accounts.keys("emissions_t") for x in accounts.terms("emissions_t", *k)],
        "compute_usd_per_pflops": accounts.terms("installed_pflops", last, precision),
        "secured_usd_per_mw": [x for s in case.sites for x in accounts.terms("secured_mw", s, last)],
    }


def weights(case: Case) -> dict[str, float]:
    """Weight of each measure that the programme names, in M base-year USD per unit of the measure."""
    declared = case.programme.objective
    money = {name: getattr(declared, name) for name in MONEY}
    priced = {
        name: getattr(declared, name) / USD_PER_MUSD
        for name in ("emissions_usd_per_t", "compute_usd_per_pflops", "secured_usd_per_mw")
    }
    return {name: weight for name, weight in {**money, **priced}.items() if weight}


def present_cost(m: Any, case: Case) -> Terms:
    """Both ledgers in base-year present dollars, M USD."""
    present = {t: case.deflator(t) * case.present_factor(t) for t in case.periods}
    return [(x, m.budget.component(f"{side}_musd")[t]) for side in SIDES for t, x in present.items()]


def prices(m: Any, case: Case) -> Terms:
    """What missed goals cost, M base-year USD."""
    price = {c.id: c.price_usd / USD_PER_MUSD for c in case.programme.claims}
    return [(price[i], v) for i, v in m.commitments.shortfall.items()]


def objective(m: Any, case: Case, found: dict[str, Terms]) -> Terms:
    """What is maximised."""
    weighed = [x for name, weight in weights(case).items() for x in scaled(found[name], weight)]
    return [*weighed, *scaled(prices(m, case), -1.0)]


def _tie_break(case: Case, accounts: Accounts) -> Terms:
    terms: Terms = []
    for s, site in case.sites.items():
        lean = ((site.lat_deg + 90) / 180 + (site.lon_deg + 180) / 360) / 2
        terms += scaled(accounts.terms("tie_break", s), TIE_BREAK * case.budget_musd * lean / 1000)
    return terms
