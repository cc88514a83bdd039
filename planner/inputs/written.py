"""A programme as its file writes it: whole, or as what it changes of another one.

    base = "federal-ai"

Fields replace those of the base, one by one; so do those of ``[sites]``, of ``[horizon]`` and of a claim with an id of
the base. A claim with another id is added. ``[objective]`` replaces the whole objective of the base: a measure that it
does not name weighs nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.errors import Fault
from planner.inputs import shipped, toml
from planner.inputs.parse import did_you_mean, listing

BASE = "base"


@dataclass
class Written:
    """The fields of a programme, and which file says what: ``said`` by dotted place, ``root`` says the rest."""

    raw: dict[str, Any]
    root: Path
    said: dict[str, Path] = field(default_factory=dict)

    def path_of(self, place: str) -> Path:
        """File that says what stands at a place, or that it lies in."""
        while place:
            if place in self.said:
                return self.said[place]
            place = place.rpartition(".")[0]
        return self.root

    def file_of(self, place: str) -> str:
        return self.path_of(place).name


def read(path: Path, within: tuple[Path, ...] = ()) -> tuple[Written | None, list[Fault]]:
    """The programme of a file on its base, the base on its own; None where there is no telling."""
    raw, faults = _toml(path)
    if raw is None or BASE not in raw:
        return (None if raw is None else Written(raw, path)), faults
    name, above = raw.pop(BASE), (*within, path.resolve())
    base = _find(name, path.parent, above) if isinstance(name, str) else None
    if base is None:
        near = [p.stem for p in path.parent.glob("*.toml") if p.resolve() not in above]
        names = [*shipped.models(), *near]
        allowed = f"a programme that ships ({listing(shipped.models())}) or a file beside this one, not itself"
        return None, [*faults, Fault(path.name, None, BASE, str(name), allowed, did_you_mean(str(name), names))]
    written, wrong = read(base, above)
    faults += wrong
    if written is not None:
        faults += _change(written, raw, path)
    return written, faults


def _find(name: str, home: Path, above: tuple[Path, ...]) -> Path | None:
    """Beside the file, then among those that ship; never a file that is being read."""
    places = (home / name, home / f"{name}.toml", shipped.model_file(name))
    return next((p for p in places if p.is_file() and p.resolve() not in above), None)


def _change(written: Written, own: dict[str, Any], path: Path) -> list[Fault]:
    """Put the fields of a file over those of its base."""
    faults: list[Fault] = []
    for name, value in own.items():
        old = written.raw.get(name)
        if name == "claims" and isinstance(value, list) and isinstance(old, list):
            faults += _claims(written, old, value, path)
        elif name != "objective" and isinstance(value, dict) and isinstance(old, dict):
            old.update(value)
            written.said.update({f"{name}.{part}": path for part in value})
        else:
            written.raw[name] = value
            written.said[name] = path
    return faults


def _claims(written: Written, old: list[Any], own: list[Any], path: Path) -> list[Fault]:
    faults = []
    there = {row["id"]: row for row in old if isinstance(row, dict) and isinstance(row.get("id"), str)}
    free = dict(there)
    for row in own:
        name = row.get("id") if isinstance(row, dict) else None
        if isinstance(name, str) and name in free:
            free.pop(name).update(row)
            written.said.update({f"claims.{name}.{part}": path for part in row if part != "id"})
        elif isinstance(name, str) and name not in there and "claim" not in row:
            allowed = "the id of a claim of the base, or a whole claim"
            faults.append(Fault(path.name, None, f"claims.{name}.id", name, allowed, did_you_mean(name, there)))
        else:
            old.append(row)
            written.said[f"claims.{name if isinstance(name, str) else len(old) - 1}"] = path
    return faults


def _toml(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    try:
        return toml.read(path), []
    except tomllib.TOMLDecodeError as error:
        if path.suffix.lower() == ".csv":
            advice = f"Name the programme that reads it, or check its folder: planner check {path.parent}."
            return None, [Fault(path.name, None, "", "a table, not a programme", "a programme file (.toml)", advice)]
        words = str(error)
        line = words.rsplit("(at line ", 1)[-1].split(",")[0]
        row = int(line) if line.isdigit() else None
        return None, [Fault(path.name, row, "", words, "a TOML document", "Put text between double quotes.")]
    except UnicodeDecodeError as error:
        return None, [Fault(path.name, None, "", f"a byte that is not UTF-8 at {error.start}", "UTF-8 text")]
    except OSError as error:
        return None, [Fault(path.name, None, "", f"a file that cannot be read ({error.strerror})", "a readable file")]
