"""A sum of numbers times variables that Pyomo takes for its own and that is compiled as it was written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression
from pyomo.repn.linear import LinearRepnVisitor
from pyomo.repn.standard_repn import _repn_collectors

Term = tuple[float, Any]


class Sum(LinearExpression):
    """Terms (coefficient, variable) as they are; Pyomo's nodes are made when Pyomo asks, which compiling does not.

    Nodes are nine tenths of a model's objects, and each of them is looked at twice and never changed.
    """

    __slots__ = ("terms",)

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = terms if terms.__class__ is list else list(terms)

    @property
    def args(self) -> list[Any]:
        return [MonomialTermExpression(term) for term in self.terms]

    _args_ = args

    def nargs(self) -> int:
        return len(self.terms)

    _nargs = property(nargs)

    def _trunc_append(self, other: Any) -> LinearExpression:
        return LinearExpression([*self.args, other])

    def _trunc_extend(self, other: Any) -> LinearExpression:
        return LinearExpression([*self.args, *other.args])

    def create_node_with_local_data(self, args: Any, classtype: Any = None) -> Any:
        """A changed copy is one of Pyomo's."""
        return LinearExpression([]).create_node_with_local_data(args, classtype)


# Pyomo looks a node up by its very class
_before = LinearRepnVisitor.before_child_dispatcher
_before[Sum] = _before[LinearExpression]
_repn_collectors[Sum] = _repn_collectors[LinearExpression]
