"""Decisions and levels beside infrastructure as facts: accreditations, initiatives, training, gates, who pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planner.inputs.case import PROGRAMME, Case
from planner.plan import Plan
from planner.results.chains import Chains
from planner.workbook.facts import Calendar, Fact, posted

COURSE = "{r.track_id}|{r.place_id}"
#: tables of started initiatives -> the columns between initiative and period, in the order of the key
STARTED: dict[str, tuple[str, ...]] = {
    "starts": (),
    "ports": ("site_id", "level_id"),
    "packages": ("service_id", "level_id"),
    "onboards": ("agency_id",),
    "connects": ("agency_id",),
}


def soft_quantities(case: Case, plan: Plan) -> dict[str, list[Fact]]:
    """Measure -> facts, in the same manner as those of the physical half."""
    calendar = Calendar(case)
    started, done = _initiatives(case, plan, calendar)
    return {
        "accreditation started": list(_accreditations(case, plan, calendar, ready=False)),
        "accreditation held": list(_accreditations(case, plan, calendar, ready=True)),
        "level authorised": list(_authorised(case, plan)),
        "level first authorised": list(_from(_authorised(case, plan))),
        "level first in use": list(_from(_in_use(plan, calendar))),
        "halls hardened": posted(
            plan, calendar, "hardened", "{r.level_id}", ("{item}|{year}", "{r.site_id}|{item}|{year}"), "MW IT"
        ),
        "initiative started": started,
        "initiative done": done,
        "heads that start a course": posted(
            plan, calendar, "courses", COURSE, ("{r.track_id}|{year}", "{item}|{year}"), "heads"
        ),
        "trained staff": posted(plan, calendar, "trained", COURSE, ("{r.track_id}|{stock}", "{item}|{stock}"), "heads"),
        "sites live": list(_live(plan, calendar)),
        "share admitted": posted(
            plan, calendar, "admitted", "{r.agency_id}|{r.gate_id}", ("{item}|{stock}",), "share of demand"
        ),
        "output by the scheduler": posted(
            plan, calendar, "bonus", "{r.workload_id}", ("{item}|{year}",), "PFLOP/s delivered-years"
        ),
        "unallocated": posted(plan, calendar, "unallocated", "unallocated", ("all|{year}",), "USD", 1e6, PROGRAMME),
        "operating cost paid": posted(
            plan, calendar, "funded", "{r.source}", ("{item}|{year}", "all|{year}"), "USD", 1e6
        ),
        "halls under construction": list(_under_construction(case, plan, calendar)),
    }


def _accreditations(case: Case, plan: Plan, calendar: Calendar, ready: bool) -> Iterator[Fact]:
    p, held = case.periods, Chains(case, plan).held()
    for r in plan.rows("accredits"):
        t = held[r.site_id, r.accreditation_id] if ready else calendar.index[str(r.period)]
        if t < p.count:
            keys = (f"{r.site_id}|{r.accreditation_id}", f"{r.accreditation_id}|{p.year(t)}")
            unit = "accreditation"
            yield Fact("quantity", r.accreditation_id, p.label(t), p.year(t), 1.0, unit, r.site_id, keys=keys)


def _authorised(case: Case, plan: Plan) -> Iterator[Fact]:
    """Chosen sites where every accreditation that opens a level is held, at the end of each period."""
    p, calendar, chains = case.periods, Calendar(case), Chains(case, plan)
    held = chains.held()
    for s in chains.sites:
        for level in case.levels:
            openers = [x for x, e in case.accreditations.items() if e.level_id == level and e.opens_level]
            if (s, level) not in case.site_levels or any((s, x) not in held for x in openers):
                continue
            first = max([0, *(held[s, x] for x in openers)])
            for t in range(first, p.count):
                stock = calendar.stock_key(p.label(t))
                keys = (f"{level}|{stock}", f"{s}|{level}|{stock}", f"{s}|{level}")
                yield Fact("quantity", level, p.label(t), p.year(t), 1.0, "site", s, keys=keys)


def _in_use(plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    """Periods in which racks work at a level of a site, in the order of time."""
    rows = sorted((calendar.index[str(r.period)], r.site_id, r.level_id) for r in plan.rows("running"))
    labels = {t: label for label, t in calendar.index.items()}
    for t, s, level in dict.fromkeys(rows):
        label = labels[t]
        keys = ("", "", f"{s}|{level}")
        yield Fact("quantity", level, label, calendar.year[label], 1.0, "site", s, keys=keys)


def _from(facts: Iterator[Fact]) -> Iterator[Fact]:
    """The first of the facts of each site and level, under that key alone."""
    seen: set[str] = set()
    for fact in facts:
        if fact.keys[2] not in seen:
            seen.add(fact.keys[2])
            yield replace(fact, keys=fact.keys[2:])


def _initiatives(case: Case, plan: Plan, calendar: Calendar) -> tuple[list[Fact], list[Fact]]:
    """Units started, by period of start and by the period at whose end they are done."""
    p, chains = case.periods, Chains(case, plan)
    started: list[Fact] = []
    done: list[Fact] = []
    for table, names in STARTED.items():
        for r in plan.rows(table):
            y, t = r.initiative_id, calendar.index[str(r.period)]
            place = "|".join((y, *(str(getattr(r, name)) for name in names)))
            site = r.site_id if "site_id" in names else PROGRAMME
            ready = chains.initiative(y, t)
            for at, facts in ((t, started), (ready, done)):
                if at < p.count:
                    year = p.year(at)
                    keys = (f"{y}|{year}", f"{place}|{year}", place, str(y))
                    fact = Fact("quantity", place, p.label(at), year, float(r[-1]), "units", site, keys=keys)
                    facts.append(fact)
    return started, done


def _live(plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    for r in plan.rows("goes_live"):
        period = str(r.period)
        yield Fact(
            "quantity", "goes live", period, calendar.year[period], 1.0, "site", r.site_id, keys=(str(r.site_id),)
        )


def _under_construction(case: Case, plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    """MW that craft workers are at work on, for the memo on jobs."""
    p = case.periods
    for r in plan.rows("modules"):
        design, start = case.designs[r.design_id], calendar.index[str(r.period)]
        for t in range(start, min(p.ready(start, design.lead_months), p.last) + 1):
            label = p.label(t)
            keys = (f"{r.design_id}|{calendar.stock_key(label)}",)
            mw = design.module_mw * float(r.modules)
            yield Fact("quantity", r.design_id, label, p.year(t), mw, "MW IT", r.site_id, keys=keys)
