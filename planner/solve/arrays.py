"""A Pyomo model as arrays: what Pyomo's own compiler gives, number by number, in a quarter of its time.

Rules here are sums of numbers times variables, so that a row is read off its terms. A row of any other shape is read by
Pyomo. A test holds both ways against each other, bit by bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.core.base.component_namer import name_repr
from pyomo.core.base.enums import SortComponents
from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression
from pyomo.core.expr.relational_expr import EqualityExpression, InequalityExpression
from pyomo.repn.linear import LinearRepnVisitor
from pyomo.repn.util import VarRecorder
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from planner.solve.collection import no_collection

Vector = NDArray[np.float64]
NUMBERS = (float, int)
INF = float("inf")


@dataclass(frozen=True)
class Arrays:
    """Columns in the order in which rows first meet their family, then those that no row meets."""

    columns: list[Any]
    index: dict[int, int]
    lower: Vector
    upper: Vector
    whole: NDArray[np.bool_]
    matrix: csr_matrix
    row_lower: Vector
    row_upper: Vector
    row_names: list[str]


@dataclass
class _Rows:
    """Rows so far: a row is ``values[starts[i]:starts[i + 1]]`` on variables of the same places."""

    met: dict[int, Any] = field(default_factory=dict)
    variables: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, name: str, terms: dict[int, float], lower: float, upper: float) -> None:
        self.variables.extend(terms)
        self.values.extend(terms.values())
        self.starts.append(len(self.variables))
        self.lower.append(lower)
        self.upper.append(upper)
        self.names.append(name)

    def meet(self, variable: Any) -> None:
        """A family comes in as a whole, in its own order."""
        self.met.update((id(v), v) for v in variable.parent_component().values())


def compiled(model: Any) -> Arrays:
    """All active constraints and all variables of a model; an objective is ignored.

    Raises ValueError for a rule that is not linear or that nothing can keep, and for a fixed variable.
    """
    with no_collection():
        return _compiled(model)


def _compiled(model: Any) -> Arrays:
    rows = _Rows()
    visitor = LinearRepnVisitor({}, var_recorder=VarRecorder(rows.met, SortComponents.ORDERED_INDICES))
    for component in model.component_objects(pyo.Constraint, active=True):
        family = component.name
        for index, constraint in component.items():
            if constraint.active:
                _read(rows, visitor, family + _index(index), constraint)
    return _arrays(model, rows)


def _read(rows: _Rows, visitor: LinearRepnVisitor, name: str, constraint: Any) -> None:
    expression = constraint.expr
    kind, terms = expression.__class__, {}
    if kind is InequalityExpression or kind is EqualityExpression:
        equal, (left, right) = kind is EqualityExpression, expression.args
        if right.__class__ in NUMBERS:
            found = _gather(rows, left, 1, terms)
            if found is not None:
                _keep(rows, name, terms, right - found if equal else -INF, right - found)
                return
        elif left.__class__ in NUMBERS:
            found = _gather(rows, right, 1, terms)
            if found is not None:
                _keep(rows, name, terms, left - found, left - found if equal else INF)
                return
        else:
            found, other = _gather(rows, left, 1, terms), _gather(rows, right, -1, terms)
            if found is not None and other is not None:
                bound = 0.0 - (found + other)
                _keep(rows, name, terms, bound if equal else -INF, bound)
                return
    _read_by_pyomo(rows, visitor, name, constraint)


def _gather(rows: _Rows, expression: Any, sign: int, terms: dict[int, float]) -> float | None:
    """Add the terms of a sum; its constant, or None where it is not a plain sum."""
    kind, met = expression.__class__, rows.met
    if kind is LinearExpression:
        constant = 0.0
        for part in expression.args:
            if part.__class__ is MonomialTermExpression:
                coefficient, variable = part.args
                place = id(variable)
                if place not in met:
                    rows.meet(variable)
                if place in terms:
                    terms[place] += sign * coefficient
                elif coefficient:
                    terms[place] = sign * coefficient
            elif part.__class__ in NUMBERS:
                constant += part
            else:
                return None
        return sign * constant
    if getattr(expression, "is_variable_type", bool)():
        place = id(expression)
        if place not in met:
            rows.meet(expression)
        terms[place] = terms.get(place, 0) + sign
        return 0.0
    return None


def _read_by_pyomo(rows: _Rows, visitor: LinearRepnVisitor, name: str, constraint: Any) -> None:
    lower, body, upper = constraint.to_bounded_expression(evaluate_bounds=True)
    found = visitor.walk_expression(body)
    if found.nonlinear is not None:
        raise ValueError(f"{name} is not linear")
    low = -INF if lower is None else lower - found.constant
    high = INF if upper is None else upper - found.constant
    if low == high or low == -INF or high == INF:
        _keep(rows, name, dict(found.linear), low, high)
    else:  # as Pyomo does it: the most first
        _keep(rows, name, dict(found.linear), -INF, high)
        _keep(rows, name, dict(found.linear), low, INF)


def _keep(rows: _Rows, name: str, terms: dict[int, float], lower: float, upper: float) -> None:
    if 0 in terms.values():
        terms = {place: x for place, x in terms.items() if x}
    if terms:
        rows.add(name, terms, lower, upper)
    elif lower > 0 or upper < 0:
        raise ValueError(f"nothing can keep {name}: it has no variable")


def _arrays(model: Any, rows: _Rows) -> Arrays:
    used = set(rows.variables)
    columns = [v for place, v in rows.met.items() if place in used]
    index = {id(v): i for i, v in enumerate(columns)}
    for component in model.component_objects(pyo.Var, active=True):
        for v in component.values():
            if id(v) not in index:
                index[id(v)] = len(columns)
                columns.append(v)
    places = np.fromiter(map(index.__getitem__, rows.variables), np.int32, len(rows.variables))
    values, starts = np.array(rows.values, dtype=float), np.array(rows.starts, dtype=np.int32)
    matrix = csr_matrix((values, places, starts), shape=(len(rows.names), len(columns)))
    matrix.sort_indices()
    bounds = list(_bounds(columns))
    return Arrays(
        columns,
        index,
        np.array([low for low, _, _ in bounds], dtype=float),
        np.array([high for _, high, _ in bounds], dtype=float),
        np.array([whole for _, _, whole in bounds], dtype=bool),
        matrix,
        np.array(rows.lower, dtype=float),
        np.array(rows.upper, dtype=float),
        rows.names,
    )


def _bounds(columns: list[Any]) -> Iterator[tuple[float, float, bool]]:
    """Least, most and whether whole; a domain is asked once."""
    domains: dict[int, tuple[float, float, bool]] = {}
    for v in columns:
        if v.fixed:
            raise ValueError(f"{v.name} is fixed: hold it in the solve, not in the model")
        domain = v.domain
        known = domains.get(id(domain))
        if known is None:
            low, high = domain.bounds()
            known = (-INF if low is None else low, INF if high is None else high, not v.is_continuous())
            domains[id(domain)] = known
        low, high, whole = known
        own_low, own_high = v._lb, v._ub  # what a public property makes of them is the same, ten times slower
        if own_low.__class__ not in NUMBERS and own_low is not None:
            own_low = v.lb
        if own_high.__class__ not in NUMBERS and own_high is not None:
            own_high = v.ub
        yield (
            low if own_low is None or own_low < low else own_low,
            high if own_high is None or own_high > high else own_high,
            whole,
        )


@cache
def _word(part: Any) -> str:
    return str(name_repr(part))


def _index(index: Any) -> str:
    """An index as Pyomo writes it."""
    if index is None:
        return ""
    if index.__class__ is tuple:
        return f"[{','.join(map(_word, index))}]"
    return f"[{_word(index)}]"
