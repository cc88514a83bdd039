"""The contents page of the model: components, then closers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.collection import no_collection
from planner.formulation import (
    after,
    balances,
    budget,
    commitments,
    construction,
    cooling,
    fleet,
    gates,
    objective,
    past,
    power,
    residual,
    roles,
    sites,
    software,
    training,
    workload,
)
from planner.formulation.accounts import Accounts
from planner.formulation.combinations import Places, each_site
from planner.formulation.halls import Halls
from planner.formulation.supply import Supply
from planner.formulation.terms import Terms, value
from planner.inputs.case import Case

COMPONENTS = (sites, construction, power, cooling, fleet, roles, software, training, workload, after)
BLOCKS = (*COMPONENTS, residual, gates, past, budget, commitments)


@dataclass(frozen=True)
class Formulation:
    """The model with what its components posted; ``objective`` is maximised, ``measures`` are what it may weigh."""

    model: Any
    case: Case
    accounts: Accounts
    objective: Terms
    measures: dict[str, Terms]
    places: Places

    @property
    def present_cost(self) -> Terms:
        """M base-year USD of both ledgers."""
        return self.measures["present_cost"]


def name_of(component: Any) -> str:
    return str(component.__name__.rsplit(".", 1)[-1])


def build(case: Case, places: Places | None = None) -> Formulation:
    """The whole programme as one mixed-integer model; ``places`` says where racks are tracked (each site)."""
    with no_collection():
        return _built(case, places or each_site(case))


def _built(case: Case, places: Places) -> Formulation:
    m, accounts = pyo.ConcreteModel(name="planner"), Accounts()
    for component in BLOCKS:
        m.add_component(name_of(component), pyo.Block())
    accounts.add(sites.add(m.sites, case, places))
    accounts.add(construction.add(m.construction, case, places))
    accounts.add(power.add(m.power, case, places))
    accounts.add(cooling.add(m.cooling, case, places))
    accounts.add(fleet.add(m.fleet, case, places))
    accounts.add(roles.add(m.roles, case, places, lambda s: m.sites.open[s]))
    accounts.add(software.add(m.software, case, places))
    accounts.add(training.add(m.training, case, places))
    accounts.add(workload.add(m.workload, case, places))
    accounts.add(after.add(m.after, case, places))
    halls, supply = Halls(m.construction, case), Supply(m.power, case)
    accounts.add(residual.add(m.residual, case, halls, supply, m.power.idle_mw))
    balances.close(m, case, accounts, places)
    residual.close(m.residual, case, accounts)
    after.close(m.after, case, accounts)
    gates.close(m, case, accounts)
    past.close(m, case, places)
    accounts.add(budget.on_top(case, accounts.costs))
    accounts.add(past.spend(m, case, accounts))
    budget.close(m, case, accounts)
    commitments.close(m, case, accounts)
    measures = objective.measures(m, case, accounts, exact=all(len(x) == 1 for x in places.values()))
    return Formulation(m, case, accounts, objective.objective(m, case, measures), measures, places)


def settle(built: Formulation) -> None:
    """Set every quantity that only has a lower bound to its least, at the values of the others."""
    m, case, accounts = built.model, built.case, built.accounts
    power.settle(m.power, case, lambda s: value(accounts.terms("racks_peak_mw", s, case.periods.last)))
    residual.settle(m.residual, case, Halls(m.construction, case), accounts)
    construction.settle(m.construction, case, lambda s, k, t: value(accounts.terms("in_use_mw", s, k, t)))
    roles.settle(
        m.roles, case, built.places, lambda s: m.sites.open[s], lambda y, t: value(accounts.terms("guard_begun", y, t))
    )
    software.settle(m.software, case, lambda s, k: value(accounts.terms("serves", s, k, case.periods.last)))
    training.settle(m.training, case, lambda s, t: value(accounts.terms("halls_mw", s, t)))
    commitments.settle(m.commitments, case, accounts)
    past.settle(m.past, case, accounts)
    budget.settle(m.budget, case, accounts)


def read(built: Formulation) -> dict[str, pd.DataFrame]:
    """Decision tables of every component, from the values the variables hold; the exact model alone has them all."""
    settle(built)
    m, case = built.model, built.case
    tables: dict[str, pd.DataFrame] = roles.read(m.roles, case, built.places, lambda s: m.sites.open[s])
    for component in (*(c for c in COMPONENTS if c is not roles), budget):
        tables |= component.read(m.component(name_of(component)), case)
    tables |= residual.read(m.residual, case, Supply(m.power, case), m.power.idle_mw)
    return tables | commitments.read(case, built.accounts)
