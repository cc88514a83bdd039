"""A Pyomo model as arrays: what Pyomo's own compiler gives, bit by bit, in a fraction of its time.

Rules are sums of numbers times variables, so that a row is read off its terms. A row of any other shape is read by
Pyomo. A test holds both ways against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.core.base.component_namer import name_repr
from pyomo.core.expr.relational_expr import EqualityExpression, InequalityExpression
from pyomo.repn.linear import LinearRepnVisitor
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from planner.collection import no_collection
from planner.solve.sums import Sum, Term

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]
NUMBERS = (float, int)
INF = float("inf")


@dataclass(frozen=True)
class Arrays:
    """Columns in the order in which rows first meet their family, then those that no row meets."""

    columns: list[Any]
    index: dict[int, int]
    lower: Vector
    upper: Vector
    whole: Flags
    matrix: csr_matrix
    row_lower: Vector
    row_upper: Vector
    row_names: list[str]


@dataclass
class _Rows:
    """Rows so far. Their terms stand one after the other, in pieces of one sign."""

    terms: list[Term] = field(default_factory=list)
    signs: list[float] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    of_row: list[int] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def piece(self, terms: list[Term], sign: float = 1.0) -> None:
        """Terms of the row that comes next."""
        self.terms += terms
        self.signs.append(sign)
        self.lengths.append(len(terms))
        self.of_row.append(len(self.names))

    def row(self, name: str, lower: float, upper: float) -> None:
        """It holds what was put down since the row before it."""
        self.names.append(name)
        self.lower.append(lower)
        self.upper.append(upper)


def compiled(model: Any) -> Arrays:
    """All active constraints and all variables of a model; an objective is ignored.

    Raises ValueError for a rule that is not linear or that nothing can keep, and for a fixed variable.
    """
    with no_collection():
        rows = _Rows()
        visitor = LinearRepnVisitor({})
        for component in model.component_objects(pyo.Constraint, active=True):
            family = component.name
            for index, constraint in component._data.items():  # the public items look each key up
                if constraint.active:
                    _read(rows, visitor, family + _index(index), constraint)
        return _arrays(model, rows)


def _read(rows: _Rows, visitor: LinearRepnVisitor, name: str, constraint: Any) -> None:
    expression = constraint.expr
    kind = expression.__class__
    equal = kind is EqualityExpression
    if equal or kind is InequalityExpression:
        left, right = expression._args_  # the public args are a copy
        if right.__class__ in NUMBERS and left.__class__ is Sum:
            rows.piece(left.terms)
            rows.row(name, right if equal else -INF, right)
            return
        if left.__class__ in NUMBERS and right.__class__ is Sum:
            rows.piece(right.terms)
            rows.row(name, left, left if equal else INF)
            return
        ours, theirs = _plain(left), _plain(right)
        if ours is not None and theirs is not None:
            rows.piece(ours)
            rows.piece(theirs, -1.0)
            rows.row(name, 0.0 if equal else -INF, 0.0)
            return
    _read_by_pyomo(rows, visitor, name, constraint)


def _plain(expression: Any) -> list[Term] | None:
    """The terms of a sum or of a variable; None of anything else."""
    if expression.__class__ is Sum:
        found: list[Term] = expression.terms
        return found
    if expression.__class__ not in NUMBERS and expression.is_variable_type():
        return [(1.0, expression)]
    return None


def _read_by_pyomo(rows: _Rows, visitor: LinearRepnVisitor, name: str, constraint: Any) -> None:
    lower, body, upper = constraint.to_bounded_expression(evaluate_bounds=True)
    found = visitor.walk_expression(body)
    if found.nonlinear is not None:
        raise ValueError(f"{name} is not linear")
    terms = [(x, visitor.var_map[place]) for place, x in found.linear.items()]
    low = -INF if lower is None else lower - found.constant
    high = INF if upper is None else upper - found.constant
    both = low != high and low > -INF and high < INF  # two rows, the most first, as Pyomo does it
    for least, most in ((-INF, high), (low, INF)) if both else ((low, high),):
        rows.piece(terms)
        rows.row(name, least, most)


def _arrays(model: Any, rows: _Rows) -> Arrays:
    families = [list(c._data.values()) for c in model.component_objects(pyo.Var, active=True)]
    columns = list(chain.from_iterable(families))
    family = np.repeat(np.arange(len(families)), [len(members) for members in families])
    met = _places(columns, [variable for _, variable in rows.terms])
    values = np.fromiter(map(itemgetter(0), rows.terms), np.float64, len(rows.terms))
    values *= np.repeat(np.array(rows.signs, dtype=float), rows.lengths)
    of_row = np.repeat(rows.of_row, rows.lengths)
    lower, upper = np.array(rows.lower, dtype=float), np.array(rows.upper, dtype=float)

    firsts = _firsts(family[met], len(families))
    of_row, met, values = _merged(of_row, met, values, len(columns))
    used = np.zeros(len(columns), dtype=bool)
    used[met] = True
    order = np.lexsort((np.arange(len(columns)), np.where(used, firsts[family], 0), ~used))
    place = np.empty(len(columns), dtype=np.int32)
    place[order] = np.arange(len(columns))

    kept = np.bincount(of_row, minlength=len(rows.names)) > 0
    for i in np.flatnonzero(~kept):
        if lower[i] > 0 or upper[i] < 0:
            raise ValueError(f"nothing can keep {rows.names[i]}: it has no variable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(of_row, minlength=len(rows.names))[kept])])
    matrix = csr_matrix((values, place[met], starts.astype(np.int32)), shape=(int(kept.sum()), len(columns)))
    matrix.sort_indices()
    columns = [columns[i] for i in order.tolist()]
    return Arrays(
        columns,
        dict(zip(map(id, columns), range(len(columns)), strict=True)),
        *_bounds(columns),
        matrix,
        lower[kept],
        upper[kept],
        rows.names if kept.all() else [name for name, k in zip(rows.names, kept, strict=True) if k],
    )


def _places(columns: list[Any], variables: list[Any]) -> NDArray[np.int64]:
    """Where each of the variables stands among the columns."""
    known = np.fromiter(map(id, columns), np.int64, len(columns))
    wanted = np.fromiter(map(id, variables), np.int64, len(variables))
    order = np.argsort(known)
    place = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(columns) - 1)]
    if (known[place] != wanted).any():
        strange = variables[int(np.flatnonzero(known[place] != wanted)[0])]
        raise ValueError(f"{strange.name} is no variable of this model")
    return place


def _firsts(families: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Where each family is met first; past the end where it never is."""
    first = np.full(count, len(families))
    found, at = np.unique(families, return_index=True)
    first[found] = at
    return first


def _merged(
    of_row: NDArray[np.int64], met: NDArray[np.int64], values: Vector, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Vector]:
    """One entry a variable and row, added in the order of the terms; none of zero."""
    key = of_row * count + met
    order = np.argsort(key, kind="stable")
    key, values = key[order], values[order]
    new = np.ones(len(key), dtype=bool)
    new[1:] = key[1:] != key[:-1]
    if not new.all():
        added: Vector = np.bincount(np.cumsum(new) - 1, weights=values).astype(np.float64, copy=False)
        values, key = added, key[new]
    if not values.all():
        key, values = key[values != 0], values[values != 0]
    return key // count, key % count, values


def _bounds(columns: list[Any]) -> tuple[Vector, Vector, Flags]:
    """Least, most and whether whole; a domain is asked once."""
    domains: dict[int, tuple[float, float, bool]] = {}
    lower, upper, whole = [], [], []
    for v in columns:
        if v.fixed:
            raise ValueError(f"{v.name} is fixed: hold it in the solve, not in the model")
        domain = v._domain  # the public domain, lb and ub are these where they are numbers, ten times slower
        known = domains.get(id(domain))
        if known is None:
            low, high = domain.bounds()
            known = (-INF if low is None else low, INF if high is None else high, not v.is_continuous())
            domains[id(domain)] = known
        low, high, is_whole = known
        own = v._lb
        if own is not None:
            own = own if own.__class__ in NUMBERS else v.lb
            low = own if own > low else low
        own = v._ub
        if own is not None:
            own = own if own.__class__ in NUMBERS else v.ub
            high = own if own < high else high
        lower.append(low)
        upper.append(high)
        whole.append(is_whole)
    return np.array(lower, dtype=float), np.array(upper, dtype=float), np.array(whole, dtype=bool)


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
