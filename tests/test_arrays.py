"""Arrays read off the terms against those of Pyomo's own compiler, bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from algebra.rooms import models
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csr_matrix

from planner.formulation import build
from planner.formulation.combinations import each_site, one_pool
from planner.formulation.families import columns
from planner.inputs import read
from planner.solve import Program
from planner.solve.sums import Sum


def by_pyomo(model: Any) -> dict[str, Any]:
    """The public compiler, and what it leaves to its user: columns that no row meets, bounds, kinds, names."""
    found = LinearStandardFormCompiler().write(model, mixed_form=True)
    columns = list(found.columns)
    known = {id(v) for v in columns}
    columns += [v for v in model.component_data_objects(pyo.Var, active=True) if id(v) not in known]
    kinds = np.array([row.bound_type for row in found.rows], dtype=int)
    matrix, right = csr_matrix(found.A), np.asarray(found.rhs, dtype=float)
    return {
        "columns": [v.name for v in columns],
        "lower": [-np.inf if v.lb is None else v.lb for v in columns],
        "upper": [np.inf if v.ub is None else v.ub for v in columns],
        "whole": [not v.is_continuous() for v in columns],
        "starts": matrix.indptr.tolist(),
        "places": matrix.indices.tolist(),
        "values": matrix.data.tolist(),
        "row_lower": np.where(kinds <= 0, right, -np.inf).tolist(),
        "row_upper": np.where(kinds >= 0, right, np.inf).tolist(),
        "row_names": [row.constraint.name for row in found.rows],
    }


def by_terms(model: Any) -> dict[str, Any]:
    p = Program.compile(model)
    return {
        "columns": [v.name for v in p.columns],
        "lower": p.lower.tolist(),
        "upper": p.upper.tolist(),
        "whole": p.whole.tolist(),
        "starts": p.matrix.indptr.tolist(),
        "places": p.matrix.indices.tolist(),
        "values": p.matrix.data.tolist(),
        "row_lower": p.row_lower.tolist(),
        "row_upper": p.row_upper.tolist(),
        "row_names": p.row_names,
    }


def same(model: Any) -> None:
    ours, theirs = by_terms(model), by_pyomo(model)
    assert [key for key in theirs if ours[key] != theirs[key]] == []


@pytest.mark.parametrize("title", models())
def test_every_room_compiles_to_the_numbers_of_pyomo(title: str) -> None:
    same(models()[title].model)


@pytest.mark.slow
@pytest.mark.parametrize("places", [each_site, one_pool])
@pytest.mark.parametrize("name", ["federal-ai", "federal-ai-whole"])
def test_a_shipped_programme_compiles_to_the_numbers_of_pyomo(name: str, places: Any) -> None:
    case = read.load(name, ())
    same(build(case, places(case)).model)


def odd() -> pyo.ConcreteModel:
    """Rows of every shape Pyomo knows: two-sided, products, sums on both sides, terms that meet and cancel."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(["a", "b c", "1", "d,e"], bounds=(0, 5))
    m.n = pyo.Var(range(3), domain=pyo.Integers, bounds=lambda m, i: (-i, None))
    m.yes = pyo.Var(domain=pyo.Binary)
    m.least = pyo.Param(initialize=2.0, mutable=True)
    m.lone = pyo.Var(bounds=(m.least, 3))
    x, n = m.x, m.n
    m.two_sided = pyo.Constraint(expr=(1, x["a"] + 2 * x["b c"] + 1, 4))
    m.product = pyo.Constraint(expr=n[1] <= 3 * (n[0] + 0.1 * n[2]) - 1)
    m.both = pyo.Constraint(expr=0.1 * x["a"] + 0.2 * x["1"] + 1 >= 0.3 * x["a"] + 0.1 * x["a"] + x["d,e"])
    m.cancel = pyo.Constraint(["p", "q r"], rule=lambda m, i: x["a"] - x["a"] + n[2] == 1)
    m.number_first = pyo.Constraint(expr=pyo.inequality(None, x["1"] + m.yes, 7))
    m.off = pyo.Constraint(expr=x["1"] >= 100)
    m.off.deactivate()
    return m


def test_rows_of_any_shape_compile_to_the_numbers_of_pyomo() -> None:
    same(odd())


def test_the_comparison_sees_a_change() -> None:
    m = odd()
    theirs = by_pyomo(m)
    m.x["a"].setub(4)
    m.more = pyo.Constraint(expr=m.lone >= 0)
    ours = by_terms(m)
    assert {key for key in theirs if ours[key] != theirs[key]} >= {"upper", "row_names", "values"}


def test_a_rule_that_nothing_can_keep_is_an_error() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.c = pyo.Constraint(expr=m.x - m.x >= 1)
    with pytest.raises(ValueError, match="nothing can keep c"):
        Program.compile(m)


@pytest.mark.parametrize("title", models())
def test_a_key_is_in_its_family_once(title: str) -> None:
    families = models()[title].model.component_objects((pyo.Var, pyo.Constraint))
    keys = {family.name: list(family.index_set()) for family in families if family.is_indexed()}
    assert keys
    assert {name for name, found in keys.items() if len(set(found)) != len(found)} == set()


def test_a_family_has_no_member_that_it_was_not_given() -> None:
    x = pyo.ConcreteModel()
    x.taken = columns([("a", 1), ("b", 2)], bounds=(0, 1))
    assert x.taken["a", 1].name == "taken[a,1]"
    with pytest.raises(KeyError, match="not valid for indexed component 'taken'"):
        x.taken["a", 2]


def test_a_variable_of_another_model_is_an_error() -> None:
    ours, theirs = pyo.ConcreteModel(), pyo.ConcreteModel()
    ours.x, theirs.y = pyo.Var(), pyo.Var()
    ours.row = pyo.Constraint(expr=Sum([(1.0, ours.x), (1.0, theirs.y)]) <= 1)
    with pytest.raises(ValueError, match="y is no variable of this model"):
        Program.compile(ours)


def test_a_product_of_variables_is_an_error() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.c = pyo.Constraint(expr=m.x * m.x >= 1)
    with pytest.raises(ValueError, match="c is not linear"):
        Program.compile(m)


def test_a_fixed_variable_is_an_error() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.c = pyo.Constraint(expr=m.x >= 1)
    m.x.fix(2)
    with pytest.raises(ValueError, match="x is fixed"):
        Program.compile(m)
