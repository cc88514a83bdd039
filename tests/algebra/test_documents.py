"""docs/model.md against the model and the checker: nothing undocumented, nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation import soft_combinations as soft
from planner.inputs.case import PROGRAMME
from planner.verify import RULES

from .rooms import case, models

MODEL = Path(__file__).parents[2] / "docs" / "model.md"
#: component.row[index] or name[index] in backticks
NAMED = re.compile(r"`(?:([a-z]+)\.)?([a-z_0-9]+)(?:\[([^`]*)\])?`")
#: what stands in place of a rule of the checker, and what it means
NO_RULE = {"defines": "the row gives a variable its meaning", "tightens": "the row follows from others"}
#: shares of an agency, and the gates that hold initiatives of both
SHARES = {"large", "small", "onboarded"}


@cache
def index_words() -> dict[str, set[Any]]:
    """What may stand for each letter or word of an index."""
    c = case()
    sites = set(c.sites)
    return {
        "s": sites,
        "place": sites | {"all sites", PROGRAMME},
        "region": {site.grid_region for site in c.sites.values()},
        "t": {*c.periods, c.periods.count},
        "v": set(c.periods),
        "n": set(combos.years_after(c)),
        "g": {g for _, g in c.tranches_of_grid},
        "d": set(c.designs),
        "cooling": set(c.cooling),
        "k": set(c.plants) | sites | set(c.agencies),
        "p": {p for p, _ in c.ppas},
        "c": set(c.chips),
        "q": {*combos.rack_classes(c), combos.ANY_CLASS},
        "w": set(c.workloads),
        "l": set(c.levels),
        "a": set(c.agencies),
        "group": set(c.money_groups),
        "j": set(c.demand_tranches),
        "i": {claim.id for claim in c.programme.claims},
        "x": set(c.accreditations),
        "y": set(c.initiatives),
        "o": set(soft.services_of(c)),
        "r": set(c.tracks),
        "gate": set(c.initiatives) | set(c.tracks) | SHARES,
        "year": {c.periods.year(t) for t in c.periods},
    }


@cache
def in_the_model() -> dict[str, Any]:
    """Families of rows and variables by name, those without a member in the small case as well."""
    model = models()["each site"].model
    return {c.name: c for kind in (pyo.Constraint, pyo.Var) for c in model.component_objects(kind)}


def tables() -> Iterator[tuple[str, str, list[str]]]:
    """(component, kind of table, cells) of each row of a table of variables, rows or rules of docs/model.md."""
    component, kind = "", ""
    for line in MODEL.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            component = line[3:].split()[0].lower()
        found = re.match(r"\| (variable|row|rule) \|", line)
        if found or not line.startswith("|"):
            kind = found[1] if found else ""
        elif kind and line.startswith("| `"):
            yield component, kind, [cell.strip() for cell in line.strip().strip("|").split(" |")]


def documented() -> dict[str, set[str]]:
    """Addresses of the model by name, as indices."""
    named: dict[str, set[str]] = {}
    for component, kind, cells in tables():
        if kind != "rule":
            for found, name, index in NAMED.findall(cells[0]):
                named.setdefault(f"{found or component}.{name}", set()).add(index)
    return named


def checked() -> dict[str, list[str]]:
    """Row of the model -> the rules of the checker that ask for it, or a word that says why there is none."""
    found = {}
    for component, kind, cells in tables():
        if kind == "row":
            ((room, name, _),) = NAMED.findall(cells[0])
            rules = [f"{r}.{n}" for r, n, _ in NAMED.findall(cells[-1])]
            found[f"{room or component}.{name}"] = rules or [cells[-1]]
    return found


def test_the_document_names_all_of_the_model_and_nothing_else() -> None:
    named, there = set(documented()), set(in_the_model())
    assert sorted(there - named) == [], "the model has them and docs/model.md does not name them"
    assert sorted(named - there) == [], "docs/model.md names them and the model does not have them"


def test_every_row_has_a_rule_of_the_checker_or_says_why_not() -> None:
    unknown = {row: [r for r in rules if r not in {*RULES, *NO_RULE}] for row, rules in checked().items()}
    assert {row: rules for row, rules in unknown.items() if rules} == {}
    rows = {c.name for c in models()["each site"].model.component_objects(pyo.Constraint)}
    assert sorted(rows - set(checked())) == []


def test_every_rule_of_the_checker_is_in_the_document() -> None:
    named = {rule for rules in checked().values() for rule in rules}
    named |= {f"{r}.{n}" for _, kind, cells in tables() if kind == "rule" for r, n, _ in NAMED.findall(cells[0])}
    assert sorted(set(RULES) - named) == []
    assert sorted(named - set(RULES) - set(NO_RULE)) == []


def fits(key: Any, parts: list[str]) -> bool:
    """Whether a member of a family can stand under an index as written."""
    words = index_words()
    found = () if key is None else key if isinstance(key, tuple) else (key,)
    return len(found) == len(parts) and all(x in words.get(w, ()) for x, w in zip(found, parts, strict=True))


def test_the_document_writes_the_index_of_the_model() -> None:
    wrong = []
    for name, written in documented().items():
        for index in written:
            parts = index.split(",") if index else []
            for built in models().values():
                family = built.model.find_component(name)
                other = [key for key in (() if family is None else family) if not fits(key, parts)]
                if other:
                    wrong.append(f"{name}[{index}] is {name}[{other[0]}] in the model")
    assert wrong == []
