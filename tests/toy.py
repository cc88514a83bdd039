"""A toy formulation with the names and the two forms of the real one, small enough to solve in one's head.

A chosen site costs its opening and takes halls of 10 racks at 10 M USD each; a rack is worth 3, with a role 4, and
demand ends at 25 racks. In the pool racks stand anywhere. ``Toy`` says which rules only the exact model has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyomo.environ as pyo

from planner.formulation.combinations import Places


@dataclass(frozen=True)
class Toy:
    """A case: cost of opening by site; what no plan of the exact model may do."""

    sites: Mapping[str, float] = field(default_factory=lambda: {"A": 1.0, "B": 2.0, "C": 3.0})
    count: int = 1
    demand: float = 25.0
    closed: tuple[str, ...] = ()
    no_role: tuple[str, ...] = ()
    racks_a_hall: float | None = None
    pool_clash: bool = False
    chips: Mapping[str, Any] = field(default_factory=dict)

    def parameter(self, name: str) -> float:
        """The share rule: no site carries more than so much, from a year on."""
        return {"share_rule_from_year": 2027.0, "largest_site_share": 0.5}[name]


@dataclass(frozen=True)
class Toyed:
    """What ``build`` gives, as far as solving knows it."""

    model: Any
    case: Toy
    objective: list[tuple[float, Any]]
    present_cost: list[tuple[float, Any]]


def build(case: Toy, places: Places) -> Toyed:
    m = pyo.ConcreteModel()
    for room in ("sites", "roles", "construction", "power", "fleet", "workload", "asked"):
        m.add_component(room, pyo.Block())
    sites, exact = list(case.sites), list(places) == list(case.sites)
    m.sites.open = pyo.Var(sites, domain=pyo.Binary)
    m.sites.chosen = pyo.Constraint(expr=sum(m.sites.open.values()) == case.count)
    m.roles.role = pyo.Var(sites, domain=pyo.Binary)
    m.construction.started_by = pyo.Var(sites, domain=pyo.NonNegativeIntegers, bounds=(0, 9))
    m.power.ordered_by = pyo.Var(sites, domain=pyo.NonNegativeIntegers, bounds=(0, 9))
    m.fleet.bought = pyo.Var(list(places), domain=pyo.NonNegativeIntegers, bounds=(0, 99))
    m.workload.hosts = pyo.Var(list(places), domain=pyo.Binary)
    m.fleet.used = pyo.Var(list(places), domain=pyo.NonNegativeReals)
    m.fleet.better = pyo.Var(list(places), domain=pyo.NonNegativeReals)
    _rules(m, case, places)
    if exact:
        _exact_only(m, case)
    if case.pool_clash:
        m.sites.clash = pyo.Constraint(expr=sum(m.construction.started_by.values()) >= 100)
    cost = [(case.sites[s], m.sites.open[s]) for s in sites]
    cost += [(10.0, v) for v in m.construction.started_by.values()] + [(2.0, v) for v in m.power.ordered_by.values()]
    cost += [(1.0, v) for v in m.fleet.bought.values()] + [(1.5, v) for v in m.roles.role.values()]
    worth = [(4.0, v) for v in m.fleet.used.values()] + [(1.0, v) for v in m.fleet.better.values()]
    return Toyed(m, case, [*worth, *((-c, v) for c, v in cost)], cost)


def _rules(m: Any, case: Toy, places: Places) -> None:
    used, halls, bought = m.fleet.used, m.construction.started_by, m.fleet.bought
    m.c = pyo.ConstraintList()
    for s in case.sites:
        m.c.add(m.roles.role[s] <= m.sites.open[s])
        m.c.add(halls[s] <= 9 * m.sites.open[s])
        m.c.add(halls[s] <= 3 * m.power.ordered_by[s])
    for r, inside in places.items():
        m.c.add(used[r] <= bought[r])
        m.c.add(used[r] <= 30 * m.workload.hosts[r])
        m.c.add(bought[r] <= 10 * sum(halls[s] for s in inside))
        m.c.add(m.fleet.better[r] <= used[r])
        m.c.add(m.fleet.better[r] <= 30 * sum(m.roles.role[s] for s in inside))
    m.c.add(sum(used.values()) <= case.demand)


def _exact_only(m: Any, case: Toy) -> None:
    for s in case.closed:
        m.c.add(m.construction.started_by[s] >= 10 * m.sites.open[s])
    for s in case.no_role:
        m.c.add(m.roles.role[s] + m.fleet.bought[s] <= 40 * (1 - m.roles.role[s]))
    if case.racks_a_hall is not None:
        for s in case.sites:
            m.c.add(m.fleet.bought[s] == case.racks_a_hall * m.construction.started_by[s])


def only(site: str) -> Callable[[Toyed], None]:
    """A condition: the site is chosen."""

    def ask(built: Toyed) -> None:
        built.model.asked.site = pyo.Constraint(expr=built.model.sites.open[site] == 1)

    return ask
