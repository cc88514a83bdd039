"""The files a run leaves for people, written into its folder and rebuilt from it, the same to the byte."""

from __future__ import annotations

import shutil
import tempfile
import threading
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner import files, store
from planner.errors import UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.inputs.case import Case
    from planner.page.parts import Section
    from planner.plan import Plan
    from planner.workbook.book import Book


def prepare() -> None:
    """Read what reports are written with while something else goes on: a second and a half."""
    threading.Thread(target=import_module, args=("planner.page",), daemon=True).start()
    threading.Thread(target=import_module, args=("planner.workbook",), daemon=True).start()


@dataclass(frozen=True)
class Analyses:
    """What analyses of a run found: their documents by name, their sheets and their sections of the page."""

    documents: Mapping[str, Mapping[str, Any]]
    sheets: Callable[[Book], None] | None
    sections: Sequence[Section]


def write(
    folder: Path, case: Case, plan: Plan | None, document: dict[str, Any], more: Analyses | None = None
) -> list[Exception]:
    """The reports of a run, each by itself and whole or not at all; what went wrong. Without a plan: the summary."""
    from planner.report import markdown

    found = more or Analyses({}, None, ())

    def summary(at: Path) -> None:
        at.write_text(markdown.text(case, plan, document, found.documents), encoding="utf-8", newline="\n")

    makers: dict[str, Callable[[Path], object]] = {store.SUMMARY: summary}
    if plan is not None:
        from planner import page, workbook

        def book(at: Path) -> None:
            with files.replacing(folder / store.VALUES) as values:
                workbook.write(at, case, plan, document, values, found.sheets, found.documents)

        makers |= {
            store.WORKBOOK: book,
            store.PAGE: lambda at: page.write(at, case, plan, document, found.documents, found.sections),
        }
    failed: list[Exception] = []
    for name, make in makers.items():
        try:
            with files.replacing(folder / name) as draft:
                make(draft)
        except Exception as error:  # the caller raises it, after the other reports
            failed.append(error)
    for other in failed[1:]:
        failed[0].add_note(str(other))
    return failed


def _write_all(folder: Path, stored: store.Stored, more: Analyses | None) -> None:
    """The reports of a stored run; the first error is raised, its notes name the others."""
    for error in write(folder, stored.case, stored.plan, store.stable(stored.document), more=more) or ():
        raise error


def renew(run: Path, answer: Path, own: Analyses) -> None:
    """Write the reports of a stored run again, with an answer that came after them: all of them, or none."""
    stored = _with_plan(run)
    with files.plainly(f"write reports into {run}"), _room(run) as room:
        shutil.copyfile(answer, Path(room) / store.PRICE)
        _write_all(Path(room), stored, own)
        store.renew(run, Path(room))


def rebuild(
    run: Path, out: Path | None, more: Analyses | None = None, beside: Path | None = None, own: Analyses | None = None
) -> list[Path]:
    """Write the reports and tables of a stored run again: to ``out``, else into the run, unless they would differ.

    ``own`` is what the run's own reports hold. ``more`` adds sheets and sections; as the run itself stays as it is,
    workbook and page of them then go to the folder ``beside``.
    """
    if out is None and more is not None and beside is not None:
        written = rebuild(run, None, own=own)
        stored = _with_plan(run)
        with files.plainly(f"write reports into {beside}"), _room(beside) as room:
            _write_all(Path(room), stored, more)
            made = (store.WORKBOOK, store.PAGE, store.SUMMARY)
            return written + [_placed(Path(room) / name, beside / name) for name in made]
    stored = _with_plan(run)
    target = run if out is None else out.expanduser().absolute()
    with files.plainly(f"write reports into {target}"):
        target.mkdir(parents=True, exist_ok=True)
        with _room(target) as room:
            fresh = Path(room)
            store.write_plan_tables(fresh, stored.plan)
            _write_all(fresh, stored, more if out is not None and more is not None else own)
            names = sorted(path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file())
            if out is None:
                _refuse_difference(run, fresh, names)
            placed = [_placed(fresh / name, target / name) for name in names]
        if out is None:
            store.list_again(run)
    return placed


def _room(beside: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder to write in, on the same disk as the one beside it."""
    return tempfile.TemporaryDirectory(prefix=".report.", suffix=".partial", dir=beside.parent)


def _placed(made: Path, target: Path) -> Path:
    with files.replacing(target) as draft:
        shutil.copyfile(made, draft)
    return target


def _refuse_difference(run: Path, fresh: Path, names: list[Path]) -> None:
    known = store.checksums(run)
    there = [name for name in names if name.as_posix() in known]
    other = [name.as_posix() for name in there if files.sha256(fresh / name) != known[name.as_posix()]]
    if other:
        raise UsageError(
            f"this version of planner writes {', '.join(other)} differently from the one that made {run.name}; "
            "a published run stays as it is: use --out DIR"
        )


def recheck(run: Path) -> dict[str, Any]:
    """Check the plan of a stored run against every rule; an error names the rules it breaks."""
    from planner.inputs.case import USD_PER_MUSD
    from planner.verify import ObjectiveClaim, verify

    stored = _with_plan(run)
    assert stored.plan is not None
    objective = stored.document["objective"]
    bound = objective["bound"]
    claim = ObjectiveClaim(objective["value"] / USD_PER_MUSD, None if bound is None else bound / USD_PER_MUSD)
    verification = verify(stored.case, stored.plan, claim)
    if not verification.passed:
        broken = dict.fromkeys(str(breach.rule) for breach in verification.broken)
        raise VerificationError(f"run {run.name} breaks {len(broken)} rules: {', '.join(broken)}")
    return verification.as_dict()


def _with_plan(run: Path) -> store.Stored:
    stored = store.load(run)
    if stored.plan is None:
        raise UsageError(f"run {run.name} found no plan ({stored.document.get('verdict')})")
    return stored
