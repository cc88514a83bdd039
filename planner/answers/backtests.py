"""A back-test as tables: groups against aims, each project, its MW, shared sources, schedules, what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.answers.answer import Answer
from planner.comparison.shapes import Section
from planner.report.shapes import Cell, Figure

if TYPE_CHECKING:
    from planner.analyses.backtest import Backtest, Judged, Summary, Timed

TITLE = "Back-test: the cost rates against real projects"
NOTES = (
    "No plan and no solver: the tables price what each project's dollars cover. The projects, their scope and their "
    "basis were frozen before any price was changed because of one.",
    "A miss is a finding. It is not a reason to change a rate until other documents say so.",
    "An announced budget is held against base plus contingency. What a delivered system cost is held against base plus "
    "expected risk: each figure at the mean of its low, mid and high.",
    "The range takes every figure of the estimate at its low or at its high end, with the contingency share as it is.",
    "Halls are priced at the location multiplier of the site where the data set has it. Elsewhere the national "
    "average is taken: multiplier 1, and the mean over sites of connection, opening and land.",
    "Halls above the threshold have the framework discount. A scope with power has the campus opening, and the grid "
    "connection of the facility's MW without the reserve that a plan would secure.",
    "Racks are counted by chips where the source says how many. Else the MW of IT load are divided by the power of a "
    "rack. Fabric and storage come with them.",
    "A chip that the tables lack is priced as the chip named in its row, by MW.",
    "Prices are carried to the project's money year by their index. Rack prices have none: they go from the year of "
    "their row by the general index. A year before the first row takes the first row.",
    "Lead times of the tables start earlier than land clearing: a hall with design and permits, a connection with its "
    "contract. So a part of the error in months is the clock's.",
    "Months to first power are those of the first block, often smaller than the block that the tables build.",
)
PROJECT_HEADERS = ("Project", "Covers", "Kind", "MW IT", "Its USD", "Tables", "Low", "High", "Error", "In range")


class Share(Figure):
    """A share in whole percent: more digits would claim too much."""

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        return f"{100 * self.value:{'+' if self.signed else ''}.0f} %"


class Months(Figure):
    """Whole months."""

    def __str__(self) -> str:
        return "-" if self.value is None else f"{self.value:.0f}"


class Megawatts(Figure):
    """MW to a tenth below a hundred."""

    def __str__(self) -> str:
        return "-" if not self.value else f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:,.1f}"


def answer(found: Backtest, brief: bool = False) -> Answer:
    """The whole answer; ``brief`` leaves out how MW were converted and what is not judged."""
    from planner.analyses.backtest import document
    from planner.inputs.projects import GROUPS

    sections = [("groups", _groups(found))]
    for group in GROUPS:
        mine = [j for j in found.judged if j.project.group == group]
        sections.append((group.replace(",", ""), _projects(group, mine)))
    sections += [("schedules", _schedules(found)), ("shared sources", _shared(found))]
    if not brief:
        sections += [("MW", _megawatts(found)), ("left out", _left_out(found))]
    notes = NOTES if not brief else NOTES[:2]
    parts = [(name, section, None) for name, section in sections]
    return Answer(TITLE, lead(found), found.case, document(found), parts, notes)


def lead(found: Backtest) -> str:
    """What came out, group by group, beside its aim."""
    sentences = []
    for s in found.summaries:
        if s.aim is None or s.median_error is None:
            continue
        who = "all projects" if s.basis == "all" else "those that share no source with a rate"
        sentences.append(
            f"{s.name[:1].upper()}{s.name[1:]}, {who}: median error {Share(s.median_error, 'share')} "
            f"of {s.count}, aim {Share(s.aim, 'share')}, {s.verdict}."
        )
    return f"{len(found.judged)} projects judged by the rates of {found.case.name}. " + " ".join(sentences)


def _groups(found: Backtest) -> Section:
    headers = ("Group", "Which", "Count", "Median error", "Aim", "Verdict", "Bias", "10th", "90th", "In range")
    note = "Median error: of the absolute errors. Bias: median of the signed errors; above zero the tables are dearer."
    return Section("Groups against their aims", headers, tuple(_group(s) for s in found.summaries), note)


def _group(s: Summary) -> tuple[Cell, ...]:
    signed = (Share(value, "share", signed=True) for value in (s.bias, s.tenth, s.ninetieth))
    error, aim, inside = (Share(value, "share") for value in (s.median_error, s.aim, s.inside))
    return s.name, s.basis, Figure(s.count, ""), error, aim, s.verdict, *signed, inside


def _projects(group: str, judged: list[Judged]) -> Section:
    title = f"{group[:1].upper()}{group[1:]}"
    note = "Dollars of the project's money year. * shares a source with a rate." if judged else ""
    return Section(title, PROJECT_HEADERS, tuple(_project(j) for j in judged), note, empty="No project.")


def _project(j: Judged) -> tuple[Cell, ...]:
    p = j.project
    dollars = (Figure(value, "USD") for value in (j.actual, j.usd, j.low, j.high))
    name = f"{p.project_id}{'*' if j.shared else ''} {p.project}"
    error = Share(j.error, "share", signed=True)
    return name, p.scope, p.budget_kind, Megawatts(j.estimate.mw_it, ""), *dollars, error, "yes" if j.inside else "no"


def _schedules(found: Backtest) -> Section:
    headers = ("Site", "Kind", "Actual", "Hall", "Power", "Tables", "Low", "High", "Error", "In range")
    note = "Months from land clearing to first power. Tables: the later of the hall's and the power's lead time."
    return Section("Months to first power", headers, tuple(_schedule(t) for t in found.timed), note, empty="No site.")


def _schedule(t: Timed) -> tuple[Cell, ...]:
    months = (Months(value, "months") for value in (t.actual, t.hall, t.power, t.months, t.low, t.high))
    error = Share(t.error, "share", signed=True)
    return t.schedule.site, t.schedule.kind, *months, error, "yes" if t.inside else "no"


def _shared(found: Backtest) -> Section:
    rows = tuple((f"{j.project.project_id} {j.project.project}", "; ".join(j.shared)) for j in found.judged if j.shared)
    note = "Found by address and title of the source, by the project's name in notes, or declared in its row."
    return Section("Projects that share a source with a rate used", ("Project", "Tie"), rows, note, empty="None.")


def _megawatts(found: Backtest) -> Section:
    headers = ("Project", "Source states", "MW facility", "MW IT", "Conversion", "Where from")
    rows = tuple(
        (
            f"{j.project.project_id} {j.project.project}",
            j.project.mw_basis,
            Megawatts(j.estimate.mw_facility, ""),
            Megawatts(j.estimate.mw_it, ""),
            j.estimate.converted,
            j.project.mw_conversion,
        )
        for j in found.judged
    )
    return Section("MW of IT load and MW of the facility", headers, rows, "The two are never mixed.")


def _left_out(found: Backtest) -> Section:
    rows = [(f"{p.project_id} {p.project}", p.reason) for p in found.projects.projects if p.included == "no"]
    rows += [(f"{s.schedule_id} {s.site}", s.reason) for s in found.projects.schedules if s.included == "no"]
    return Section("Not judged, and why", ("Project", "Why"), tuple(rows), empty="Every project is judged.")
