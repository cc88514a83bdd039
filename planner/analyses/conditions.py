"""Conditions on a plan beside its programme: rows on a block ``asked``, the same for the pool and the exact model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyomo.environ as pyo

from planner.formulation import Formulation
from planner.formulation.terms import total

Conditions = Callable[[Formulation], None]
Terms = Iterable[tuple[float, Any]]


def row(built: Formulation, terms: Terms, least: float = -math.inf, most: float = math.inf) -> None:
    """``least <= terms <= most`` as one more row; without terms the sum is 0."""
    if built.model.find_component("asked") is None:
        built.model.add_component("asked", pyo.Block())
        built.model.asked.rows = pyo.ConstraintList()
        built.model.asked.nothing = pyo.Var(bounds=(0, 0), doc="a sum without terms")
    body = [(n, v) for n, v in terms if n]
    linear = total(body or [(1.0, built.model.asked.nothing)])
    built.model.asked.rows.add((None if least == -math.inf else least, linear, None if most == math.inf else most))


def both(*conditions: Conditions | None) -> Conditions:
    """All of them."""

    def add(built: Formulation) -> None:
        for one in conditions:
            if one is not None:
                one(built)

    return add


def within(measure: Callable[[Formulation], Terms], least: float = -math.inf, most: float = math.inf) -> Conditions:
    """An amount of the plan kept between two values."""
    return lambda built: row(built, measure(built), least, most)


def at_gates(gates: Mapping[str, float]) -> Conditions:
    """Sites, roles, dates and all else that gates service as they are; what the model lacks is left out."""

    def hold(built: Formulation) -> None:
        for v in built.model.component_data_objects(pyo.Var, active=True):
            value = gates.get(v.name)
            if value is not None:
                row(built, [(1.0, v)], round(value), round(value))

    return hold


def family(built: Formulation, name: str) -> dict[tuple[Any, ...], Any]:
    """Variables of a component by their index; none where the model has no such component."""
    found = built.model.find_component(name)
    if found is None:
        return {}
    return {i if isinstance(i, tuple) else (i,): v for i, v in found.items()}
