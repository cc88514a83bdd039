"""Secured, commissioned and populated power by year, beside what was promised."""

from __future__ import annotations

from planner.page import amounts, draw
from planner.page.figures import TIERS, Figures
from planner.page.html import Markup, picture, section, table, tag

NAME, HEADING = "power", "Power in three tiers"
MEANING = (
    "Secured is what grid contracts and plant on site can deliver at the meter. Commissioned is halls with power and "
    "cooling, in critical IT load. Populated is racks in those halls. The bases differ: the tiers are never added."
)


def fill(f: Figures) -> Markup:
    claims = f.promised("power")
    marks = sorted({(c.by, c.level, (c.unit.split() or ["MW"])[0]) for c in claims if c.by and c.level})
    promised = [draw.Mark(by, level, f"promised {amounts.count(level)} {unit}") for by, level, unit in marks]
    series = [draw.Series(f"{name}", [f.tier(t, y) for y in f.years]) for t, (name, _) in TIERS.items()]
    last = f.years[-1]
    ends = ", ".join(f"{name.lower()} {amounts.count(f.tier(t, last))} {unit}" for t, (name, unit) in TIERS.items())
    crossed = "; ".join(f"{m.name} by {m.year}" for m in promised)
    text = f"Lines by year. At the end of {last}: {ends}." + (f" Crosses: {crossed}." if crossed else "")
    shapes = draw.lines(f.years, series, "MW", promised)
    rows: list[tuple[object, ...]] = [
        (name, unit, *(amounts.count(f.tier(t, y), 1) for y in f.years)) for t, (name, unit) in TIERS.items()
    ]
    return section(
        NAME,
        HEADING,
        tag("p", MEANING),
        picture("tiers", "Power tiers at the end of each year", text, (draw.WIDE, draw.HIGH), shapes),
        table("Power at the end of each year", ("Tier", "Unit", *map(str, f.years)), rows, text=(1,)),
    )
