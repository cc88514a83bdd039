"""The page that policy staff send: one static file, no script, no address, no request; the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from planner.inputs.case import Case
from planner.page.figures import Figures
from planner.page.parts import Beside, Block, Section, Table, render, shown
from planner.page.sections import about, accounts, evidence, money, power, promises, sites, soft, timeline
from planner.plan import Plan
from planner.report import screen as screens
from planner.report.second import Kept, second

#: columns from which a table has a line of its own
WIDE = 5
#: in the order of reading, before the analyses that were run
SECTIONS = (
    promises.fill,
    sites.fill,
    timeline.fill,
    money.fill,
    evidence.fill,
    power.power,
    power.compute,
    soft.fill,
    accounts.fill,
)


def write(
    path: Path,
    case: Case,
    plan: Plan,
    document: Mapping[str, Any],
    kept: Kept | None = None,
    analyses: Sequence[Section] = (),
) -> None:
    """Writes the page. ``document`` is what ``optimize --json`` prints.

    ``kept`` is what analyses of the run found, by name; ``analyses`` are their sections.
    """
    text = page(Figures(case, plan, document, kept or {}), analyses)
    path.write_text(text, encoding="utf-8", newline="\n")


def page(f: Figures, analyses: Sequence[Section] = ()) -> str:
    """The page as text; its bytes depend on the figures and the analyses alone."""
    programme, screen = f.case.programme, screens.first(f.case, f.plan, f.document, f.kept)
    more = [t for t in second(f.case, f.plan, f.document, f.kept) if t.name != "promises"]
    answer = Section("answer", "The answer", _beside([shown(t) for t in (*screen.tables, *more)]))
    made = [section for fill in SECTIONS if (section := fill(f)) is not None]
    notes = [programme.why] if programme.why else []
    sections = [answer, *made, *analyses, about.fill(f)]
    return render(f"{programme.title}: the plan", screen.headline, screen.proof, notes, sections)


def _beside(tables: Sequence[Table]) -> list[Block]:
    """Tables of few columns beside each other, the others on lines of their own, in their order."""
    found: list[Block] = []
    for narrow, run in groupby(tables, key=lambda t: len(t.headers) < WIDE):
        group = list(run)
        found += [Beside(group)] if narrow else group
    return found
