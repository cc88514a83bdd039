"""The page that policy staff send: one static file, no script, no address, no request; the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.inputs.case import Case
from planner.measures import date
from planner.page.figures import Figures
from planner.page.parts import Section, render
from planner.page.sections import about, accounts, evidence, money, power, promises, sites, soft, timeline
from planner.plan import Plan
from planner.results import verdicts

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


def write(path: Path, case: Case, plan: Plan, document: Mapping[str, Any], analyses: Sequence[Section] = ()) -> None:
    """Writes the page. ``document`` is what ``optimize --json`` prints; ``analyses`` are about the same run."""
    path.write_text(page(Figures(case, plan, document), analyses), encoding="utf-8", newline="\n")


def page(f: Figures, analyses: Sequence[Section] = ()) -> str:
    """The page as text; its bytes depend on the figures and the analyses alone."""
    programme, verdict = f.case.programme, verdicts.plan(f.document)
    notes = [programme.why] if programme.why else []
    notes.append(f"Run {f.document.get('run', '')}, as of {date(programme.as_of)}. {about.check(f)}")
    made = [section for fill in SECTIONS if (section := fill(f)) is not None]
    said = f"{verdict[:1].upper()}{verdict[1:]}."
    return render(f"{programme.title}: the plan", said, notes, [*made, *analyses, about.fill(f)])
