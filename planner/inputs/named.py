"""Named what-ifs: a TOML file with a title, the reason for asking, its edits, and where their figures come from.

    title = "The grid comes two years late"
    why = "Connection queues grew faster than any forecast of them."
    changes = ["grid_tranches.*.lead_months+=24"]
    status = "assumption"
    basis = "Two years on every wait; no published spread."

A file may also hold several, each under ``[what_ifs.<name>]``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from planner.errors import Fault, InputError
from planner.inputs import shipped, toml
from planner.inputs.parse import did_you_mean, listing
from planner.inputs.what_if import Given, parse_edits

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
#: joins names that are asked together, in their order
JOINED = "+"
OPTION = "--what-if"


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str = Field(min_length=3)
    why: str = Field(min_length=3)
    changes: list[str] = Field(min_length=1)
    status: Literal[
        "read", "read-excerpt", "secondary", "derived", "recalled", "assumption", "unsupported", "question"
    ] = "question"
    basis: str = ""


@dataclass(frozen=True)
class WhatIf:
    """One question. ``status`` says how well its figures are known, ``question`` that they are only asked."""

    name: str
    title: str
    why: str
    changes: tuple[str, ...]
    status: str
    basis: str
    file: str

    def as_dict(self) -> dict[str, Any]:
        return {**{k: v for k, v in self.__dict__.items() if k != "file"}, "changes": list(self.changes)}


def library() -> dict[str, WhatIf]:
    """The what-ifs that ship, by name."""
    found: dict[str, WhatIf] = {}
    for path in shipped.what_if_files().values():
        found |= {one.name: one for one in read(path)}
    return found


def read(path: Path) -> list[WhatIf]:
    """The what-ifs of a file; InputError with every fault of it."""
    faults: list[Fault] = []
    try:
        raw = toml.read(path)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Fault(path.name, None, "", str(error), "a TOML document")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Fault(path.name, None, "", str(error), "a readable file in UTF-8")]) from None
    many = raw.get("what_ifs")
    tables = many if isinstance(many, dict) and len(raw) == 1 else {path.stem.lower(): raw}
    found = []
    for name, table in tables.items():
        place = f"what_ifs.{name}" if tables is many else ""
        if not NAME.fullmatch(name):
            allowed = "up to 41 of a-z 0-9 -, beginning with a letter or digit"
            faults.append(Fault(path.name, None, place, name, allowed))
            continue
        one = _one(name, table, path, place, faults)
        if one is not None:
            found.append(one)
    if faults:
        raise InputError(faults)
    return found


def _one(name: str, table: object, path: Path, place: str, faults: list[Fault]) -> WhatIf | None:
    try:
        written = _Written.model_validate(table)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = ".".join([*([place] if place else []), *map(str, detail["loc"])])
            unknown = detail["type"] == "extra_forbidden"
            allowed = listing(_Written.model_fields) if unknown else detail["msg"].removeprefix("Input should be ")
            advice = did_you_mean(str(detail["loc"][0]), _Written.model_fields) if unknown else ""
            found = detail["loc"][-1] if unknown else "nothing" if detail["type"] == "missing" else detail["input"]
            faults.append(Fault(path.name, None, column, str(found), allowed, advice))
        return None
    _, wrong = parse_edits([Given(text, path.name) for text in written.changes])
    faults += wrong
    given = (written.title, written.why, tuple(written.changes), written.status, written.basis)
    return WhatIf(name, *given, path.name)


@dataclass(frozen=True)
class Expanded:
    """Words of a command line as edits, and the names of the what-ifs among them."""

    edits: tuple[Given, ...]
    names: tuple[str, ...]


def expand(words: Sequence[str | Given]) -> tuple[Expanded, list[Fault]]:
    """Each word in its order: an edit stays as it is, the name or the file of a what-if becomes its edits."""
    edits: list[Given] = []
    names: list[str] = []
    faults: list[Fault] = []
    for word in words:
        if isinstance(word, Given) or "=" in word:
            edits.append(word if isinstance(word, Given) else Given(word))
            continue
        try:
            for one in find(word):
                names.append(one.name)
                edits += [Given(text, f"{OPTION} {one.name}") for text in one.changes]
        except InputError as error:
            faults += error.faults
        except LookupError:
            edits.append(Given(word))  # its fault is that it is no edit either
    return Expanded(tuple(edits), tuple(names)), faults


def find(word: str) -> list[WhatIf]:
    """The what-ifs that a word means: a name, names joined by +, or a file.

    LookupError where it can be none of these, InputError where no what-if has that name.
    """
    if word.endswith(".toml"):
        return read(Path(word).expanduser())
    parts = word.split(JOINED)
    if not all(NAME.fullmatch(part) for part in parts):
        raise LookupError(word)
    known = library()
    missing = [part for part in parts if part not in known]
    if missing:
        raise InputError([_unknown(part, known) for part in missing])
    return [known[part] for part in parts]


def _unknown(word: str, known: Iterable[str]) -> Fault:
    names = sorted(known)
    allowed = f"PATH=VALUE, or a what-if: {listing(names, 50)}"
    return Fault(OPTION, None, word, word, allowed, did_you_mean(word, names))
