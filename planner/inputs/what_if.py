"""Edits PATH=VALUE to a programme and its tables, made before anything is checked.

    sites.VA-NOVA.tariff_usd_per_mwh=+10%    demand.DOD/inference/gov.base_pflops_years=*1.2
    parameters.carbon_price_usd_per_t=50     chips.*.rack_kw=-5%
    programme.budget_usd=60e9                claims.power-commissioned.binding=firm
    programme.objective.mission_value=0.5    claims.power-commissioned.price_usd=1e6
    grid_tranches.*.lead_months+=24          sites.TX-ABI=drop

The first point ends the table, the last one starts the column. ``*`` stands for every row, or for every
value of one part of a key. A value is new, or a change: +10 %, -5 %, times 1.2; ``+=`` and ``-=`` add and take away.
``drop`` removes rows, and what other tables say of them. A number may end in B, M, K or %: ``60B``, ``20%``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from pydantic import BaseModel

from planner.errors import Fault
from planner.inputs.numerals import AN_AMOUNT, NUMBER, SHARES, number_of, plain
from planner.inputs.parse import did_you_mean, listing, show
from planner.inputs.programme import INSTEAD, Claim, Horizon, Objective, Programme, Sites
from planner.inputs.schema import BY_NAME

FILE = "--set"
DROP = "drop"
_NUMBER = NUMBER.pattern
_PERCENT = re.compile(rf"(?P<by>[+-]{_NUMBER.removeprefix('[+-]?')})%")
_ADDED = re.compile(rf"(?P<sign>[+-])=(?P<by>\$?{_NUMBER}(?:k|m|bn?)?)", re.IGNORECASE)
_TIMES = re.compile(rf"[*x×](?P<by>{_NUMBER})")
#: a new value or a step up: nobody can tell
_SIGNED = re.compile(rf"[+]\$?{_NUMBER.removeprefix('[+-]?')}\s?(k|m|bn?)?", re.IGNORECASE)
_PARTS: dict[str, type[BaseModel]] = {"objective": Objective, "sites": Sites, "horizon": Horizon, "claims": Claim}


@dataclass(frozen=True)
class Given:
    """An edit as it was written, and where: on the command line, or in the file of a what-if."""

    text: str
    file: str = FILE


@dataclass(frozen=True)
class Edit:
    """One edit: ``place`` is between the table and the column; one that drops rows has no column."""

    path: str
    value: str
    table: str
    place: str
    column: str
    file: str = FILE

    def fault(self, found: str, allowed: str, suggestion: str = "") -> Fault:
        return Fault(self.file, None, self.path, found, allowed, suggestion)

    @property
    def drops(self) -> bool:
        return not self.column

    def scales(self) -> bool:
        """Whether it multiplies the old value, whatever its unit."""
        return bool(_PERCENT.fullmatch(self.value) or _TIMES.fullmatch(self.value))

    @property
    def change(self) -> Callable[[float], float] | None:
        """What becomes of the old value; None where the value is new."""
        if match := _PERCENT.fullmatch(self.value):
            factor = 1 + float(match["by"]) / 100
        elif match := _TIMES.fullmatch(self.value):
            factor = float(match["by"])
        elif match := _ADDED.fullmatch(self.value):
            step = float(number_of(match["by"])) * (1 if match["sign"] == "+" else -1)
            return lambda old: old + step
        else:
            return None
        return lambda old: old * factor


def parse_edits(edits: Sequence[Given]) -> tuple[list[Edit], list[Fault]]:
    """Cut edits into their parts."""
    found: list[Edit] = []
    faults = []
    for given in edits:
        path, equals, value = (part.strip() for part in given.text.partition("="))
        steps = path.endswith(("+", "-"))
        if steps:
            path, value = path[:-1].rstrip(), f"{path[-1]}={value}"
        table, _, rest = path.partition(".")
        if table == "parameters" and "." not in rest:
            rest = f"{rest}.value"
        place, point, column = rest.rpartition(".")
        edit = Edit(path, value, table, place, column, given.file)
        names = ("programme", "claims", *BY_NAME)
        if not equals or not value:
            faults.append(edit.fault(given.text, "PATH=VALUE, as in parameters.tail_years=3"))
        elif table not in names:
            faults.append(edit.fault(table, "a table, programme or claims", did_you_mean(table, names)))
        elif _SIGNED.fullmatch(value):
            advice = f"Write {path}={value[1:]} for a new value, {path}+={value[1:]} to add."
            faults.append(edit.fault(value, "a new value, or a change", advice))
        elif steps and edit.change is None:
            faults.append(edit.fault(value, "a number to add or to take away, as in ppas.*.lead_months+=12"))
        elif value == DROP and rest and table != "programme" and not _names_a_column(table, point, column):
            found.append(Edit(path, value, table, rest, "", given.file))
        elif not column or (not point and table != "programme"):
            faults.append(edit.fault(path, "table.key.column, programme.field or claims.id.field"))
        elif edit.change is not None or not _is_number(edit):
            found.append(edit)
        elif value.endswith("%") and not _is_share(edit):
            faults.append(edit.fault(value, "a number; a percentage is for shares alone"))
        elif NUMBER.fullmatch(number_of(value)):
            found.append(replace(edit, value=number_of(value)))
        else:
            faults.append(edit.fault(value, AN_AMOUNT, plain(value, _is_share(edit))))
    return found, faults


def _is_share(edit: Edit) -> bool:
    """Whether a percentage can be meant: a fraction of the data, a share of the programme, the level of a claim."""
    if edit.table in BY_NAME:
        units = {c.name: c.unit for c in BY_NAME[edit.table].columns}
        return units.get(edit.column, "").startswith(("fraction", "share"))
    return edit.column in SHARES or (edit.column == "level" and "claims" in edit.path.split("."))


def _is_number(edit: Edit) -> bool:
    """Whether the column or field holds numbers alone."""
    if edit.table in BY_NAME:
        return any(c.name == edit.column and c.kind in ("number", "integer") for c in BY_NAME[edit.table].columns)
    model = Claim if edit.path.startswith(("claims.", "programme.claims.")) else _PARTS.get(edit.place, Programme)
    field = model.model_fields.get(edit.column)
    return field is not None and not {float, int}.isdisjoint((field.annotation, *get_args(field.annotation)))


def _names_a_column(table: str, point: str, column: str) -> bool:
    """A text may be set to the word that drops rows."""
    fields = Claim.model_fields if table == "claims" else {c.name for c in BY_NAME[table].columns}
    return bool(point) and column in fields


# the programme


def edit_programme(raw: dict[str, Any], edits: Sequence[Edit]) -> tuple[dict[str, str], list[Fault]]:
    """Change the programme in place; returns dotted field -> path of the edit that set it."""
    edited: dict[str, str] = {}
    faults = []
    for edit in edits:
        if edit.table not in ("programme", "claims"):
            continue
        dotted = edit.path if edit.table == "claims" else edit.path.partition(".")[2]
        fault = _drop_claim(raw, edit) if edit.drops else _set(raw, dotted.split("."), edit)
        if fault is None:
            edited[dotted] = edit.path
        else:
            faults.append(fault)
    return edited, faults


def _drop_claim(raw: dict[str, Any], edit: Edit) -> Fault | None:
    claims = raw.get("claims")
    there = [row for row in claims if isinstance(row, dict)] if isinstance(claims, list) else []
    kept = [row for row in there if edit.place not in ("*", row.get("id"))]
    if there and len(kept) == len(there):
        names = [str(row.get("id", "")) for row in there]
        return edit.fault(edit.place, f"one of the claims: {listing(names)}", did_you_mean(edit.place, names))
    raw["claims"] = kept
    return None


def _set(raw: dict[str, Any], parts: list[str], edit: Edit) -> Fault | None:
    fields: Mapping[str, Any] = Programme.model_fields
    here: Any = raw
    head, last = parts[:-1], parts[-1]
    if head:
        model = _PARTS.get(head[0])
        if model is None or len(head) != (2 if head[0] == "claims" else 1):
            advice = INSTEAD.get(parts[0]) or did_you_mean(parts[0], fields)
            return edit.fault(edit.path, "a field of the programme", advice)
        fields = model.model_fields
        here = raw.setdefault(head[0], [] if head[0] == "claims" else {})
        if head[0] == "claims":
            rows = [row for row in here if isinstance(row, dict)] if isinstance(here, list) else []
            named = [row for row in rows if str(row.get("id", "")) == head[1]]
            if not named:
                names = [str(row.get("id", "")) for row in rows]
                return edit.fault(head[1], f"one of the claims: {listing(names)}", did_you_mean(head[1], names))
            here = named[0]
    plain = [name for name in fields if head or name not in _PARTS]
    if last not in plain:
        return edit.fault(last, listing(plain, 20), INSTEAD.get(last) or did_you_mean(last, plain))
    if not isinstance(here, dict):
        return None
    return _assign(here, last, edit)


def _assign(here: dict[str, Any], name: str, edit: Edit) -> Fault | None:
    old, change = here.get(name), edit.change
    if change is not None:
        if isinstance(old, bool) or not isinstance(old, int | float):
            found = "no value" if old is None else str(old)
            return edit.fault(f"{edit.value} of {found}", "a change of a number")
        new = float(show(change(old)))
        here[name] = int(new) if isinstance(old, int) and new.is_integer() else new
    elif isinstance(old, str) or not NUMBER.fullmatch(edit.value) or math.isinf(float(edit.value)):
        here[name] = edit.value
    else:
        here[name] = int(edit.value) if re.fullmatch(r"[+-]?[0-9]+", edit.value) else float(edit.value)
    return None
