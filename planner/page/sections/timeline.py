"""When: power ordered and energised, halls started and ready, accreditations begun and held, site by site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import matplotlib as mpl

from planner.measures import count
from planner.page import charts
from planner.page.figures import Figures
from planner.page.parts import Section, Table, Text, beside

KINDS = POWER, HALLS, PAPERS, SERVES = "power", "construction", "accreditation", "service"


class Step(NamedTuple):
    """Something that starts at the opening of one period and is ready at the end of another."""

    site: str
    kind: str
    what: str
    size: str
    start: int
    ready: int


def steps(f: Figures) -> list[Step]:
    """Every step of the plan, site by site, by kind, then by start."""
    found = [*_built(f), *_permitted(f)]
    return sorted(found, key=lambda s: (f.sites.index(s.site), KINDS.index(s.kind), s.start, s.ready, s.what))


def _built(f: Figures) -> Iterator[Step]:
    """Grid, plant and halls, each ready after its lead time."""
    case = f.case

    def step(r: Any, kind: str, what: str, size: str, months: float) -> Step:
        start = f.index[str(r.period)]
        return Step(str(r.site_id), kind, what, size, start, case.periods.ready(start, months))

    for r in f.plan.rows("contract"):
        tranche = case.tranches_of_grid[str(r.site_id), int(r.tranche)]
        size = f"{count(tranche.mw * float(r.contracts))} MW"
        yield step(r, POWER, f"grid tranche {int(r.tranche)}", size, tranche.lead_months)
    for r in f.plan.rows("units"):
        plant = case.plants[str(r.plant_id)]
        size = f"{count(float(r.units))} × {count(plant.unit_mw)} MW"
        yield step(r, POWER, plant.plant_id, size, plant.lead_months)
    for r in f.plan.rows("modules"):
        design = case.designs[str(r.design_id)]
        size = f"{count(design.module_mw * float(r.modules))} MW IT"
        yield step(r, HALLS, f"{design.route} {design.design_id}", size, design.lead_months)


def _permitted(f: Figures) -> Iterator[Step]:
    """Accreditations, and the start of service."""
    held = f.chains.held()
    for r in f.plan.rows("accredits"):
        site, paper = str(r.site_id), f.case.accreditations[str(r.accreditation_id)]
        ready = held[site, paper.accreditation_id]
        yield Step(site, PAPERS, paper.accreditation_id, paper.level_id, f.index[str(r.period)], ready)
    for r in f.plan.rows("goes_live"):
        if r.goes_live > 0.5:
            start = f.index[str(r.period)]
            yield Step(str(r.site_id), SERVES, "goes live", "", start, start)


def fill(f: Figures) -> Section:
    found = steps(f)
    if not found:
        return Section("timeline", "Timeline", [Text("Nothing is started in this plan.")])
    note = "A start is at the opening of its period; what is ready at the end of a period serves from the next."
    return Section("timeline", "Timeline", [Text(note), *beside(_picture(f, found)), _table(f, found)])


def _picture(f: Figures, found: list[Step]) -> charts.Picture:
    """A lane a site and kind; steps of a lane that overlap are darker where they do."""
    p = f.case.periods
    lanes = [(s, k) for s in f.sites for k in KINDS if any((x.site, x.kind) == (s, k) for x in found)]
    sites = [s for s in f.sites if any(s == x for x, _ in lanes)]
    high = 17.0 * len(lanes) + 24.0 * len(sites) + 26.0
    with mpl.rc_context(charts.RULES):
        figure, axes = charts.canvas(high, (92, 2, 6, 22))
        axes.set(xlim=(0, p.count), ylim=(high - 24, 0))
        axes.set_yticks([])
        axes.xaxis.tick_top()
        axes.spines["bottom"].set_visible(False)
        starts = [t for t in p if t == 0 or p.year(t) != p.year(t - 1)]
        every = -(-len(starts) // 6)
        axes.set_xticks(starts[::every], [str(p.year(t)) for t in starts[::every]], ha="left")
        axes.grid(axis="x", color=charts.FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        place: charts.Look = {"xycoords": ("axes fraction", "data"), "va": "center_baseline", "annotation_clip": False}
        at = 0.0
        for site in sites:
            words = f"{f.sites.index(site) + 1} {f.site_name(site)}"
            axes.annotate(words, (-92 / (charts.WIDE - 98), at + 14), weight="bold", **place)
            at += 24
            for kind in (k for s, k in lanes if s == site):
                axes.annotate(kind, (-84 / (charts.WIDE - 98), at + 7), fontsize=charts.SMALL, **place)
                for x in (x for x in found if (x.site, x.kind) == (site, kind)):
                    look: charts.Look = {
                        "color": charts.SERIES[KINDS.index(kind)],
                        "alpha": 0.55,
                        "edgecolor": charts.INK,
                    }
                    end = p.count if kind == SERVES else min(x.ready + 1, p.count)
                    axes.barh(at + 7, end - x.start, 11, left=x.start, linewidth=0.5, **look)
                at += 17
    spans = []
    for kind in KINDS:
        mine = [x for x in found if x.kind == kind]
        if mine:
            first, last = min(x.start for x in mine), max(min(x.ready, p.last) for x in mine)
            spans.append(f"{len(mine)} of {kind}, {p.label(first)} to {p.label(last)}")
    late = sum(x.ready >= p.count for x in found)
    says = f"Steps by site: {'; '.join(spans)}."
    says += f" {late} are ready only after the horizon." if late else ""
    live = [x.start for x in found if x.kind == SERVES]
    title = f"{len(found)} steps from {p.label(min(x.start for x in found))} on"
    if live:
        ends = f"the first from {p.label(min(live))}, the last from {p.label(max(live))}"
        title = f"{len(live)} of {len(f.sites)} sites serve, {ends}"
    return charts.picture("gantt", title, says, figure)


def _table(f: Figures, found: list[Step]) -> Table:
    p = f.case.periods
    rows = [
        (
            f.site_name(x.site),
            x.kind,
            x.what,
            x.size,
            p.label(x.start),
            p.label(x.ready) if x.ready < p.count else f"after {p.label(p.last)}",
        )
        for x in found
    ]
    headers = ("Site", "Kind", "What", "Size or level", "Starts in", "Ready at the end of")
    return Table("Steps by site: starts and when they are ready", headers, rows, range(1, 6), folded=len(rows) > 12)
