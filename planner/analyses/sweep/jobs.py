"""A sweep: one case solved many times with other inputs; what each job is, and what of it is done.

The folder of a sweep holds one small file for each job that has an answer, put in place whole. A job is known by its
name, the hash of its inputs and its options, so a sweep that is asked again takes up where it was left, and solves anew
what has changed since.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from planner import __version__, store
from planner import files as fs
from planner.errors import Fault, InputError, RunNotFound, UsageError
from planner.inputs import named, read
from planner.inputs.case import Case
from planner.inputs.what_if import Given
from planner.plan import Plan
from planner.run import Options

BASE = "base"
FOLDER_PREFIX = "sweep-"
DONE = "done"


@dataclass(frozen=True)
class Job:
    """One solve. It carries its case, so that its worker needs no file of ours.

    ``start`` are the gates of the run that it is about: a plan is looked for around them first.
    """

    name: str
    title: str
    case: Case
    options: Options
    version: str = __version__
    start: Mapping[str, float] = field(default_factory=dict)

    def identity(self) -> dict[str, Any]:
        """What an answer must be the answer to."""
        return {"name": self.name, "inputs_sha256": self.case.sha256, "options": asdict(self.options)}


@dataclass(frozen=True)
class Answer:
    """What became of a job: a stored run, or the reason why there is none."""

    job: str
    run: str = ""
    verdict: str = ""
    error: str = ""
    seconds: float = 0.0
    resumed: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """What a worker hands back: the document of a run and its plan, or the words of its failure.

    The case stays behind: who asked has it.
    """

    document: dict[str, Any] | None = None
    plan: Plan | None = None
    error: str = ""
    seconds: float = 0.0


#: stores the run of an outcome; goes to the worker where both share a disk
Keep = Callable[[Job, Outcome], Answer]


def jobs_of(model: str | None, words: Sequence[str], edits: Sequence[str], options: Options) -> list[Job]:
    """The base, then a job for each what-if, each read and checked before anything is solved.

    A word is the name of a what-if, several names joined by +, or a file of what-ifs. No word: all that ship.
    InputError with the faults of every what-if that cannot be made, UsageError where one would be asked twice.
    """
    asked: dict[str, tuple[str, tuple[str, ...]]] = {}
    for word in words or sorted(named.library()):
        for name, title, changes in _asked(word):
            if name in asked or name == BASE:
                raise UsageError(f"the what-if {name} is asked twice" if name in asked else f"no what-if may be {BASE}")
            asked[name] = title, changes
    base = read.load(model, edits)
    found = [Job(BASE, base.programme.title, base, options)]
    faults: list[Fault] = []
    for name, (title, changes) in asked.items():
        try:
            case = read.load(model, (*edits, *(Given(text, f"{named.OPTION} {name}") for text in changes)))
            found.append(Job(name, title, replace(case, what_ifs=(*base.what_ifs, name)), options))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return found


def _asked(word: str) -> list[tuple[str, str, tuple[str, ...]]]:
    try:
        found = named.find(word)
    except LookupError:
        raise UsageError(f"{word}: neither the name of a what-if nor a .toml file; --set takes single edits") from None
    if word.endswith(".toml"):
        return [(one.name, one.title, one.changes) for one in found]
    changes = tuple(text for one in found for text in one.changes)
    return [(word, "; ".join(one.title for one in found), changes)]


# what is done


def folder_of(reports: Path, name: str) -> Path:
    return reports / f"{FOLDER_PREFIX}{store.run_name(name, '')}"


def answered(folder: Path, reports: Path, job: Job) -> Answer | None:
    """The answer that an earlier go left, if its run is still there and whole; a failure is tried again."""
    try:
        document = json.loads((folder / DONE / f"{job.name}.json").read_text(encoding="utf-8"))
        answer = Answer(**{**document["answer"], "resumed": True})
        if document["job"] != fs.plain(job.identity()) or answer.error:
            return None
        run = store.find(reports, answer.run)
    except (OSError, ValueError, KeyError, TypeError, RunNotFound):
        return None
    return None if store.damaged(run) else answer


def record(folder: Path, job: Job, answer: Answer) -> None:
    with fs.replacing(folder / DONE / f"{job.name}.json") as draft:
        draft.write_text(fs.json_text({"job": job.identity(), "answer": answer.as_dict()}), encoding="utf-8")


def gates_of(reports: Path, answer: Answer | None) -> dict[str, float]:
    """The whole decisions that gate service in a stored run, by variable; none where there is no plan."""
    if answer is None or not answer.run:
        return {}
    document = store.load(store.find(reports, answer.run)).document
    return {str(name): float(value) for name, value in (document.get("gates") or {}).items()}
