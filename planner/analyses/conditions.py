"""Conditions on a plan beside its programme: rows on a block ``asked``, the same for the pool and the exact model.

Each is a frozen dataclass that is called with the model, so that it can go to another process.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from planner.formulation import Formulation
from planner.formulation.terms import total
from planner.solve.models import Conditions

__all__ = ["AtGates", "Both", "Conditions", "Within", "family"]

Terms = Iterable[tuple[float, Any]]


@dataclass(frozen=True)
class Within:
    """An amount of the plan kept between two values; ``measure`` is a function of a module, or called like one."""

    measure: Callable[[Formulation], Terms]
    least: float = -math.inf
    most: float = math.inf

    def __call__(self, built: Formulation) -> None:
        row(built, self.measure(built), self.least, self.most)


@dataclass(frozen=True)
class AtGates:
    """Sites, roles, dates and all else that gates service as they are; what the model lacks is left out."""

    gates: Mapping[str, float]

    def __call__(self, built: Formulation) -> None:
        for v in built.model.component_data_objects(pyo.Var, active=True):
            value = self.gates.get(v.name)
            if value is not None:
                row(built, [(1.0, v)], round(value), round(value))


@dataclass(frozen=True)
class Both:
    """Two conditions at once."""

    one: Conditions
    other: Conditions

    def __call__(self, built: Formulation) -> None:
        self.one(built)
        self.other(built)


def row(built: Formulation, terms: Terms, least: float, most: float) -> None:
    """``least <= terms <= most`` as one more row; without terms the sum is 0."""
    if built.model.component("asked") is None:
        built.model.add_component("asked", pyo.Block())
        built.model.asked.rows = pyo.ConstraintList()
        built.model.asked.nothing = pyo.Var(bounds=(0, 0), doc="a sum without terms")
    linear = total([(n, v) for n, v in terms if n] or [(1.0, built.model.asked.nothing)])
    built.model.asked.rows.add((None if least == -math.inf else least, linear, None if most == math.inf else most))


def family(built: Formulation, name: str) -> dict[tuple[Any, ...], Any]:
    """Variables of a component by their index; none where the model has no such component."""
    found = built.model.find_component(name)
    if found is None:
        return {}
    return {i if isinstance(i, tuple) else (i,): v for i, v in found.items()}
