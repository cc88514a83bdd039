"""The cost rates and lead times of a data set against real public projects: no plan, no solver, arithmetic alone.

An announced budget is held against base plus contingency. What a delivered project cost is held against base plus
expected risk, which is the base with each figure at the mean of its range. The ratio is the tables' dollars over the
project's, the error is the ratio less one. A project is inside the range where its dollars lie between the tables' low
and high, each with the same share of contingency.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np

from planner.analyses.scope_cost import Estimate, Factor, Tables, estimate, fixed
from planner.files import sha256
from planner.inputs.case import Case, Figure, Source
from planner.inputs.projects import GRID, GROUPS, STANDING, Project, Projects, Schedule

SCHEMA = "planner/backtest/1"
#: group -> median absolute error that is aimed at, a share; groups without one are shown alone
AIMS = {"halls": 0.15, "chips all-in": 0.20}
#: ends of the spread, shares of the projects
TENTH, NINETIETH = 0.1, 0.9
FILES = ("projects.csv", "schedules.csv")


@dataclass(frozen=True)
class Judged:
    """A project beside its estimate. Dollars are USD of its money year; ``shared`` says what ties it to a rate used."""

    project: Project
    estimate: Estimate
    usd: float
    low: float
    high: float
    shared: tuple[str, ...]

    @property
    def actual(self) -> float:
        return self.project.usd_mid or 0.0

    @property
    def error(self) -> float:
        return self.usd / self.actual - 1

    @property
    def inside(self) -> bool:
        return self.low <= self.actual <= self.high


@dataclass(frozen=True)
class Timed:
    """A schedule beside the data's lead times, months: the hall, the power, and the later of the two with its range."""

    schedule: Schedule
    hall: float
    power: float
    months: float
    low: float
    high: float

    @property
    def actual(self) -> float:
        return self.schedule.months_to_first or 0.0

    @property
    def error(self) -> float:
        return self.months / self.actual - 1

    @property
    def inside(self) -> bool:
        return self.low <= self.actual <= self.high


@dataclass(frozen=True)
class Summary:
    """Errors of a group, as shares: median absolute, median signed, 10th and 90th percentile; and the share inside."""

    name: str
    basis: str
    count: int
    aim: float | None
    median_error: float | None
    bias: float | None
    tenth: float | None
    ninetieth: float | None
    inside: float | None

    @property
    def verdict(self) -> str:
        if self.aim is None or self.median_error is None:
            return "no aim" if self.aim is None else "no project"
        return "met" if self.median_error <= self.aim else "missed"


@dataclass(frozen=True)
class Backtest:
    """What a back-test found. ``hashes`` are those of the files of projects, as read."""

    case: Case
    projects: Projects
    judged: tuple[Judged, ...]
    timed: tuple[Timed, ...]
    summaries: tuple[Summary, ...]
    hashes: dict[str, str]


def backtest(case: Case, projects: Projects, folder: Path) -> Backtest:
    """Judge the rates of a case by the projects of a folder, which were read from it."""
    tables = Tables(case)
    judged = tuple(_judge(tables, p) for p in projects.projects if p.included == "yes")
    timed = tuple(_time(tables, s) for s in projects.schedules if s.included == "yes")
    summaries = []
    for group in GROUPS:
        mine = [j for j in judged if j.project.group == group]
        summaries.append(_summary(group, "all", mine, AIMS.get(group)))
        summaries.append(_summary(group, "independent", [j for j in mine if not j.shared], AIMS.get(group)))
    summaries.append(_summary("months to first power", "all", timed, None))
    hashes = {name: sha256(folder / name) for name in FILES}
    return Backtest(case, projects, judged, timed, tuple(summaries), hashes)


def _judge(tables: Tables, project: Project) -> Judged:
    found = estimate(tables, project)
    if project.budget_kind == "outturn":
        usd, on_top = found.total("mean"), 1.0
    else:
        usd = found.base + found.contingency
        on_top = usd / found.base
    shared = tuple(_shared(tables.case, project, found.figures))
    return Judged(project, found, usd, found.total("low") * on_top, found.total("high") * on_top, shared)


# which projects a rate was drawn from


def _shared(case: Case, project: Project, figures: Sequence[Figure]) -> Iterable[str]:
    """Ties between a project and the rates of its estimate: the same document, its name in a note, or what is known."""
    found = []
    for f in figures:
        source = case.sources[f.source_id]
        if _same(project, source):
            found.append(f"same document as {f.table}.{f.column} ({f.source_id})")
        elif any(name in text for name in project.names for text in (f.note, source.title)):
            found.append(f"named at {f.ref} ({f.source_id})")
    return [*dict.fromkeys(found), *([project.dependence] if project.dependence else [])]


def _same(project: Project, source: Source) -> bool:
    """One address, or one title; a project may name a file of a repository that the source names as a whole."""
    ours, theirs = _address(project.address), _address(source.address)
    inside = theirs.startswith("github.com/") and ours.startswith(f"{theirs}/")
    return (bool(ours) and ours == theirs) or inside or project.source_title.lower() == source.title.lower()


def _address(text: str) -> str:
    """An address without what does not name the document: scheme, www, the words around a repository."""
    bare = re.sub(r"^(https?://)?(www\.)?", "", text.strip().lower())
    bare = re.sub(r"^github repo (\S+?):.*", r"github.com/\1", bare)
    return bare.rstrip("/")


# time


def _time(tables: Tables, schedule: Schedule) -> Timed:
    hall = tables.figure("designs", schedule.design_id, "lead_months")
    power = _power_lead(tables, schedule)
    later = (max(hall.mid, power.mid), max(hall.low, power.low), max(hall.high, power.high))
    return Timed(schedule, hall.mid, power.mid, *later)


def _power_lead(tables: Tables, schedule: Schedule) -> Factor:
    """Months to power: of the first grid tranche at the site or on average, of the plant, or none."""
    if schedule.power == STANDING:
        return fixed(0.0)
    if schedule.power != GRID:
        return tables.figure("plants", schedule.power, "lead_months")
    return tables.first_tranche(schedule.site_id, lambda key: tables.figure("grid_tranches", key, "lead_months"))


# groups


def _summary(name: str, basis: str, rows: Sequence[Judged | Timed], aim: float | None) -> Summary:
    if not rows:
        return Summary(name, basis, 0, aim, None, None, None, None, None)
    errors = sorted(row.error for row in rows)
    middle = median(abs(error) for error in errors)
    ends = (percentile(errors, TENTH), percentile(errors, NINETIETH))
    return Summary(name, basis, len(rows), aim, middle, median(errors), *ends, fmean(row.inside for row in rows))


def percentile(ordered: Sequence[float], share: float) -> float:
    """A percentile of ordered values, linear between neighbours."""
    return float(np.quantile(ordered, share))


# the document


def document(found: Backtest) -> dict[str, Any]:
    """Everything as one JSON document."""
    return {
        "schema": SCHEMA,
        "model": found.case.name,
        "inputs_sha256": found.case.sha256,
        "projects_sha256": found.hashes,
        "aims": AIMS,
        "groups": [{**vars(s), "verdict": s.verdict} for s in found.summaries],
        "projects": [_project(j) for j in found.judged],
        "left_out": [
            {"id": p.project_id, "project": p.project, "reason": p.reason}
            for p in found.projects.projects
            if p.included == "no"
        ],
        "schedules": [_schedule(t) for t in found.timed],
        "schedules_left_out": [
            {"id": s.schedule_id, "site": s.site, "reason": s.reason}
            for s in found.projects.schedules
            if s.included == "no"
        ],
    }


def _project(j: Judged) -> dict[str, Any]:
    p, e = j.project, j.estimate
    return {
        "id": p.project_id,
        "project": p.project,
        "group": p.group,
        "scope": p.scope,
        "kind": p.budget_kind,
        "money_year": p.money_year,
        "mw_basis": p.mw_basis,
        "mw_it": e.mw_it,
        "mw_facility": e.mw_facility,
        "mw_conversion": e.converted,
        "project_usd": {"low": p.usd_low, "mid": p.usd_mid, "high": p.usd_high},
        "tables_usd": {"low": j.low, "mid": j.usd, "high": j.high, "base": e.base, "contingency": e.contingency},
        "expected_risk_usd": e.total("mean") - e.base,
        "ratio": j.usd / j.actual,
        "error": j.error,
        "inside_range": j.inside,
        "shares_a_source": list(j.shared),
        "lines": [
            {"wbs": x.wbs_code, "item": x.item, "quantity": x.quantity, "unit": x.unit, "usd": x.usd.mid}
            for x in e.lines
        ],
        "source": {"title": p.source_title, "address": p.address, "status": p.status},
    }


def _schedule(t: Timed) -> dict[str, Any]:
    s = t.schedule
    about = {"id": s.schedule_id, "site": s.site, "kind": s.kind, "design": s.design_id, "power": s.power}
    months = {"actual": t.actual, "hall": t.hall, "power": t.power, "tables": t.months, "low": t.low, "high": t.high}
    return {**about, "months": months, "error": t.error, "inside_range": t.inside}
