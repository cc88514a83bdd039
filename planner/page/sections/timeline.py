"""When: power ordered and energised, halls started and ready, accreditations begun and held, site by site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from planner.page import amounts
from planner.page.figures import Figures
from planner.page.html import Markup, join, number, picture, section, table, tag

NAME, HEADING = "timeline", "Timeline"
POWER, HALLS, PAPERS, SERVES = "power", "construction", "accreditation", "service"
#: kind -> fill of its bars
LOOKS = {POWER: "f1", HALLS: "f0", PAPERS: "f2", SERVES: "f3"}
LEFT, WIDE, ROW, TOP = 250.0, 860.0, 19.0, 52.0


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
    kinds = list(LOOKS)
    found = [*_power(f), *_halls(f), *_papers(f), *_serves(f)]
    return sorted(found, key=lambda s: (f.sites.index(s.site), kinds.index(s.kind), s.start, s.ready, s.what))


def _power(f: Figures) -> Iterator[Step]:
    p = f.case.periods
    for r in f.rows("contract"):
        tranche = f.case.tranches_of_grid[str(r.site_id), int(r.tranche)]
        start = f.index[str(r.period)]
        size = f"{amounts.count(tranche.mw * float(r.contracts))} MW"
        yield Step(
            str(r.site_id), POWER, f"grid tranche {int(r.tranche)}", size, start, p.ready(start, tranche.lead_months)
        )
    for r in f.rows("units"):
        plant, start = f.case.plants[str(r.plant_id)], f.index[str(r.period)]
        size = f"{amounts.count(float(r.units))} × {amounts.count(plant.unit_mw)} MW"
        yield Step(str(r.site_id), POWER, plant.plant_id, size, start, p.ready(start, plant.lead_months))


def _halls(f: Figures) -> Iterator[Step]:
    for r in f.rows("modules"):
        design, start = f.case.designs[str(r.design_id)], f.index[str(r.period)]
        size = f"{amounts.count(design.module_mw * float(r.modules))} MW IT"
        ready = f.case.periods.ready(start, design.lead_months)
        yield Step(str(r.site_id), HALLS, f"{design.route} {design.design_id}", size, start, ready)


def _papers(f: Figures) -> Iterator[Step]:
    held = f.chains.held()
    for r in f.rows("accredits"):
        paper, start = f.case.accreditations[str(r.accreditation_id)], f.index[str(r.period)]
        ready = held[str(r.site_id), paper.accreditation_id]
        yield Step(str(r.site_id), PAPERS, str(r.accreditation_id), paper.level_id, start, ready)


def _serves(f: Figures) -> Iterator[Step]:
    for r in f.rows("goes_live"):
        if r.goes_live > 0.5:
            start = f.index[str(r.period)]
            yield Step(str(r.site_id), SERVES, "goes live", "", start, start)


def fill(f: Figures) -> Markup:
    found = steps(f)
    if not found:
        return section(NAME, HEADING, tag("p", "Nothing is started in this plan."))
    note = "A start is at the opening of its period; what is ready at the end of a period serves from the next."
    return section(NAME, HEADING, tag("p", note), _picture(f, found), _table(f, found))


def _picture(f: Figures, found: list[Step]) -> Markup:
    count = f.case.periods.count
    unit = (WIDE - LEFT) / count
    shapes: list[Markup] = []
    y = TOP
    for site in f.sites:
        mine = [step for step in found if step.site == site]
        if not mine:
            continue
        shapes.append(tag("text", f"{f.sites.index(site) + 1} {f.site_name(site)}", x=4, y=y + 14, class_="site"))
        y += ROW + 3
        for place, step in enumerate(mine):
            if place % 2 == 0:
                shapes.append(tag("rect", x=0, y=y, width=WIDE, height=ROW, class_="lane"))
            shapes.append(_bar(step, y, unit, count))
            y += ROW
        y += 8
    grid = [
        _year(f, t, unit, y) for t in f.case.periods if t == 0 or f.case.periods.year(t) != f.case.periods.year(t - 1)
    ]
    grid.append(tag("line", x1=WIDE, x2=WIDE, y1=TOP - 6, y2=y, class_="grid"))
    used = [kind for kind in LOOKS if any(step.kind == kind for step in found)]
    late = [step for step in found if step.ready >= count]
    spans = []
    for kind in used:
        mine = [step for step in found if step.kind == kind]
        first, last = min(s.start for s in mine), max(min(s.ready, count - 1) for s in mine)
        label = f.case.periods.label
        spans.append(f"{len(mine)} of {kind}, {label(first)} to {label(last)}")
    text = "Steps by site: " + "; ".join(spans) + "."
    text += f" {len(late)} are ready only after the horizon." if late else ""
    return picture(
        "gantt", "Power, construction and accreditation by site", text, (WIDE + 4, y + 4), *grid, *shapes, _legend(used)
    )


def _year(f: Figures, t: int, unit: float, bottom: float) -> Markup:
    x = LEFT + t * unit
    line = tag("line", x1=x, x2=x, y1=TOP - 6, y2=bottom, class_="grid")
    wide = unit * len(f.case.periods.of_year(f.case.periods.year(t)))
    return join((line, tag("text", f.case.periods.year(t), x=x + wide / 2, y=TOP - 12, class_="tick middle")))


def _bar(step: Step, y: float, unit: float, count: int) -> Markup:
    x = LEFT + step.start * unit
    until = LEFT + min(step.ready + 1, count) * unit
    words = f"{step.what}, {step.size}" if step.size else step.what
    parts = [tag("text", words, x=16, y=y + 13.5, class_="small")]
    parts.append(tag("rect", x=x + 1, y=y + 3, width=until - x - 2, height=ROW - 6, class_=f"part {LOOKS[step.kind]}"))
    if step.ready >= count:
        arrow = f"M{number(until - 12)},{number(y + 4)}l8,5.5l-8,5.5z"
        parts.append(tag("path", d=arrow, class_="marker"))
    return join(parts)


def _legend(used: list[str]) -> Markup:
    parts = []
    for place, kind in enumerate(used):
        x = LEFT + 140 * place
        parts.append(tag("rect", x=x, y=4, width=18, height=13, class_=f"part {LOOKS[kind]}"))
        parts.append(tag("text", kind, x=x + 25, y=15))
    return join(parts)


def _table(f: Figures, found: list[Step]) -> Markup:
    p = f.case.periods
    rows = [
        (
            step.site,
            step.kind,
            step.what,
            step.size,
            p.label(step.start),
            p.label(step.ready) if step.ready < p.count else f"after {p.label(p.last)}",
        )
        for step in found
    ]
    headers = ("Site", "Kind", "What", "Size or level", "Starts in", "Ready at the end of")
    return table("Steps by site: starts and when they are ready", headers, rows, text=(1, 2, 3, 4, 5))
