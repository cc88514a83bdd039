"""The rules of the model as plain text: the sentence of a rule, then some of its constraints term by term."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from planner.formulation import Formulation


def families(built: Formulation, kind: Any) -> dict[str, Any]:
    """Constraint or variable families by name, ``room.name``; those without a member are left out."""
    return {c.name: c for c in built.model.component_objects(kind, active=True) if len(c)}


def number(x: float) -> str:
    return f"{x + 0.0:.12g}"


def address(part: Any) -> str:
    return str(part.name)


def constraint_text(constraint: Any) -> str:
    """Address, one line a term in the order of the addresses, sense and right-hand side."""
    body = generate_standard_repn(constraint.body)
    assert body.is_linear(), address(constraint)
    lower, upper = pyo.value(constraint.lower), pyo.value(constraint.upper)
    assert constraint.equality or (lower is None) != (upper is None), address(constraint)
    sense = "=" if constraint.equality else "<=" if lower is None else ">="
    terms = sorted((address(v), n) for n, v in zip(body.linear_coefs, body.linear_vars, strict=True) if n)
    lines = [f"  {'-' if n < 0 else '+'} {number(abs(n))} {name}" for name, n in terms]
    right = (upper if lower is None else lower) - body.constant
    return "\n".join([address(constraint), *lines, f"  {sense} {number(right)}"])


def shown(family: Any) -> list[Any]:
    """The first constraint, and of each kind the longest.

    A kind is a set of variable families that meet in a constraint; one that lies within another is not shown.
    """
    constraints = list(family.values())
    size = {id(c): len(generate_standard_repn(c.body).linear_vars) for c in constraints}
    kinds: dict[frozenset[str], list[Any]] = {}
    for c in constraints:
        met = frozenset(v.parent_component().name for v in generate_standard_repn(c.body).linear_vars)
        kinds.setdefault(met, []).append(c)
    largest = [members for kind, members in kinds.items() if not any(kind < other for other in kinds)]
    chosen = {id(max(members, key=lambda c: size[id(c)])) for members in largest}
    return [c for n, c in enumerate(constraints) if n == 0 or id(c) in chosen]


def section(family: Any) -> str:
    count = "1 constraint" if len(family) == 1 else f"{len(family)} constraints"
    return "\n\n".join([count, *map(constraint_text, shown(family))])


def golden_texts(models: Mapping[str, Formulation]) -> dict[str, str]:
    """The text of each rule: once where all models say the same, else model by model."""
    found = {title: families(built, pyo.Constraint) for title, built in models.items()}
    texts = {}
    for rule in dict.fromkeys(name for there in found.values() for name in there):
        sections = {title: section(there[rule]) if rule in there else "none" for title, there in found.items()}
        doc = next(there[rule].doc for there in found.values() if rule in there)
        same = len(set(sections.values())) == 1
        parts = [next(iter(sections.values()))] if same else [f"{t}: {text}" for t, text in sections.items()]
        texts[rule] = "\n\n".join([doc, *parts]) + "\n"
    return texts
