"""Compute installed and serving, one chart a precision: different precisions are never added."""

from __future__ import annotations

from planner.inputs.schema import PRECISIONS
from planner.page import amounts, draw
from planner.page.figures import Figures
from planner.page.html import Markup, picture, section, table, tag

NAME, HEADING = "compute", "Compute"
STATES = {"installed": "Installed", "serving": "Serving"}


def fill(f: Figures) -> Markup:
    note = "Dense peak PFLOP/s at the end of each year. Precisions are different things: nothing is added across them."
    parts: list[Markup] = [tag("p", note)]
    for precision in PRECISIONS:
        parts += [tag("h3", precision), _picture(f, precision)]
    rows = [
        (f"{name} {precision}", *(amounts.level(f.compute[state, precision, y]) for y in f.years))
        for precision in PRECISIONS
        for state, name in STATES.items()
    ]
    headers = ("PFLOP/s", *map(str, f.years))
    return section(NAME, HEADING, *parts, table("Compute at the end of each year, PFLOP/s", headers, rows))


def _picture(f: Figures, precision: str) -> Markup:
    claims = [c for c in f.promised("compute") if c.precision == precision]
    marks = [
        draw.Mark(c.by, c.level, f"promised {amounts.count(c.level)}") for c in claims if c.by and c.level is not None
    ]
    series = [draw.Series(name, [f.compute[state, precision, y] for y in f.years]) for state, name in STATES.items()]
    last = f.years[-1]
    ends = ", ".join(f"{amounts.count(f.compute[s, precision, last])} {s}" for s in STATES)
    crossed = "; ".join(
        f"promised {amounts.count(c.level)} {c.tier} by {c.by}, planned {amounts.count(_planned(f, c.id), 1)}"
        for c in claims
    )
    text = f"Lines of {precision} PFLOP/s by year: at the end of {last} {ends}." + (
        f" Crosses: {crossed}." if crossed else ""
    )
    shapes = draw.lines(f.years, series, f"PFLOP/s {precision}", marks, high=250.0)
    return picture(f"compute-{precision}", f"Compute in {precision}", text, (draw.WIDE, 250.0), shapes)


def _planned(f: Figures, claim: str) -> float | None:
    value = (f.commitments.get(claim) or {}).get("planned")
    return float(value) if value is not None else None
