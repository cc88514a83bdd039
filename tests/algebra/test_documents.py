"""docs/model.md against the model: every rule and every variable is named there, with its index, and no others."""

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

from .rooms import case, models

MODEL = Path(__file__).parents[2] / "docs" / "model.md"
#: room.rule[index] or name[index] in backticks
NAMED = re.compile(r"`(?:([a-z]+)\.)?([a-z_]+)(?:\[([^`]*)\])?`")


@cache
def index_words() -> dict[str, set[Any]]:
    """What may stand for each letter or word of an index."""
    c = case()
    sites = set(c.sites)
    return {
        "s": sites,
        "place": sites | {"all sites", PROGRAMME},
        "region": {site.grid_region for site in c.sites.values()},
        "t": set(c.periods),
        "v": set(c.periods),
        "n": set(combos.years_after(c)),
        "g": {g for _, g in c.tranches_of_grid},
        "d": set(c.designs),
        "k": set(c.plants) | sites | set(c.agencies),
        "p": {p for p, _ in c.ppas},
        "c": set(c.chips),
        "q": set(combos.rack_classes(c)),
        "w": set(c.workloads),
        "l": set(c.levels),
        "a": set(c.agencies),
        "j": set(c.demand_tranches),
        "i": {claim.id for claim in c.programme.claims},
        "x": set(c.accreditations),
        "y": set(c.initiatives),
        "o": set(soft.services_of(c)),
        "r": set(c.tracks),
        "gate": set(c.initiatives)
        | set(c.tracks)
        | set(c.accreditations)
        | {f"{e.prerequisite_id} before {y}" for y, e in c.initiatives.items()},
        "year": {c.periods.year(t) for t in c.periods},
        "category": set(c.categories),
    }


@cache
def in_the_model() -> dict[str, Any]:
    """Families of rules and variables by name, those without a member in the small case as well."""
    model = models()["each site"].model
    return {c.name: c for kind in (pyo.Constraint, pyo.Var) for c in model.component_objects(kind)}


def addresses(text: str, room: str = "") -> Iterator[tuple[str, str]]:
    """(room.name, index) of each address; a bare name is one of the room's, if a room is given."""
    rooms = {name.partition(".")[0] for name in in_the_model()}
    for found, name, index in NAMED.findall(text):
        if found in rooms or (room and not found):
            yield f"{found or room}.{name}", index


def documented() -> dict[str, set[str]]:
    """Addresses of the model by name, as indices.

    The first cell of a row in a table of rules or variables is one, unless the last cell, "in the model", says
    otherwise; so is every ``room.name`` outside the first cells. Later mentions may leave the index out.
    """
    named: dict[str, set[str]] = {}
    room, header = "", ""
    for line in MODEL.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            room = line[3:].lower()
        if line.startswith(("| rule |", "| variable |")):
            header = line
        rest, found = line, []
        if line.startswith("| `"):
            first, *others = (cell.strip() for cell in line.strip("|").split(" |"))
            rest = " ".join(others)
            if "in the model" not in header or not others[-1]:
                found = list(addresses(first, room if header.startswith("| variable") else ""))
        for name, index in [*found, *addresses(rest)]:
            named.setdefault(name, set()).add(index)
    return named


def test_the_document_names_all_of_the_model_and_nothing_else() -> None:
    named, there = set(documented()), set(in_the_model())
    assert sorted(there - named) == [], "the model has them and docs/model.md does not name them"
    assert sorted(named - there) == [], "docs/model.md names them and the model does not have them"


def fits(key: Any, parts: list[str]) -> bool:
    """Whether a member of a family can stand under an index as written."""
    words = index_words()
    found = () if key is None else key if isinstance(key, tuple) else (key,)
    return len(found) == len(parts) and all(x in words.get(w, ()) for x, w in zip(found, parts, strict=True))


def test_the_document_writes_the_index_of_the_model() -> None:
    wrong = []
    for name, written in documented().items():
        for index in written - {""} or written:
            parts = index.split(",") if index else []
            other = [key for key in in_the_model().get(name, ()) if not fits(key, parts)]
            if other:
                wrong.append(f"{name}[{index}] is {name}[{other[0]}] in the model")
    assert wrong == []
