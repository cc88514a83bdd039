"""The contents page of the model: rooms, then closers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.collection import no_collection
from planner.formulation import (
    balances,
    budget,
    commitments,
    construction,
    cooling,
    fleet,
    offers,
    power,
    security,
    sites,
    software,
    training,
    workload,
)
from planner.formulation.accounts import Accounts
from planner.formulation.combinations import Places, each_site
from planner.inputs.case import Case

ROOMS = (sites, construction, power, cooling, fleet, workload, security, software, training, offers)
CLOSERS = (balances, budget, commitments)


@dataclass(frozen=True)
class Formulation:
    """The model with what its rooms posted."""

    model: Any
    case: Case
    accounts: Accounts


def name_of(room: Any) -> str:
    return str(room.__name__.rsplit(".", 1)[-1])


def build(case: Case, places: Places | None = None) -> Formulation:
    """The whole programme as one mixed-integer model; ``places`` says where racks are tracked (each site)."""
    places = places or each_site(case)
    with no_collection():
        return _built(case, places)


def _built(case: Case, places: Places) -> Formulation:
    m = pyo.ConcreteModel(name=case.name)
    accounts = Accounts()
    for room in ROOMS:
        m.add_component(name_of(room), pyo.Block())
        accounts.add(room.add(m.component(name_of(room)), case, places))
    for closer in CLOSERS:
        closer.close(m, case, accounts, places)
    return Formulation(m, case, accounts)


def read(formulation: Formulation) -> dict[str, pd.DataFrame]:
    """Decision tables of every room, from the values the variables hold."""
    tables: dict[str, pd.DataFrame] = {}
    budget.settle(formulation.model.budget, formulation.case)
    for room in (*ROOMS, budget, commitments):
        tables |= room.read(formulation.model.component(name_of(room)), formulation.case)
    return tables
