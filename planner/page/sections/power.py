"""Power in three tiers and compute by precision, each beside what was promised."""

from __future__ import annotations

from collections import defaultdict

from planner.inputs.schema import PRECISIONS
from planner.measures import amount, count
from planner.page import charts
from planner.page.figures import TIERS, Figures
from planner.page.parts import Picture, Section, Table, Text, beside

MEANING = (
    "Secured is what grid contracts and plant on site can deliver at the meter. Commissioned is halls with power and "
    "cooling, in critical IT load. Populated is racks in those halls. The bases differ: the tiers are never added."
)
APART = "Dense peak PFLOP/s at the end of each year. Precisions are different things: nothing is added across them."
STATES = {"installed": "Installed", "serving": "Serving"}


def power(f: Figures) -> Section:
    headers = ("Tier", "Unit", *map(str, f.years))
    rows = [(name, unit, *(count(f.tier(t, y), 1) for y in f.years)) for t, (name, unit) in TIERS.items()]
    table = Table("Power at the end of each year", headers, rows, (1,))
    return Section("power", "Power in three tiers", [Text(MEANING), *beside(_tiers(f)), table])


def _tiers(f: Figures) -> Picture | None:
    promised: dict[tuple[int, float], list[str]] = defaultdict(list)
    for c in f.promised("power"):
        if c.by in f.years and c.level:
            promised[c.by, c.level].append(c.tier or "any tier")
    marks = [
        charts.Promise(by, level, f"{count(level)} MW promised, {', '.join(dict.fromkeys(tiers))}")
        for (by, level), tiers in sorted(promised.items())
    ]
    series = [charts.Series(name, [f.tier(t, y) for y in f.years]) for t, (name, _) in TIERS.items()]
    last = f.years[-1]
    ends = ", ".join(f"{name.lower()} {count(f.tier(t, last))} {unit}" for t, (name, unit) in TIERS.items())
    says = f"Lines by year. At the end of {last}: {ends}." + "".join(f" {m.words} by {m.year}." for m in marks)
    by, level = max(((by, level) for by, level in promised), key=lambda p: p[1], default=(last, 0.0))
    title = f"Commissioned power reaches {count(f.tier('commissioned_mw', by))} MW IT by {by}"
    title += f"; {count(level)} MW were promised" if level else ""
    return charts.lines("tiers", title, says, f.years, series, "MW", marks)


def compute(f: Figures) -> Section:
    rows = [
        (f"{name} {precision}", *(_level(f.compute[state].get((precision, y), 0.0)) for y in f.years))
        for precision in PRECISIONS
        for state, name in STATES.items()
    ]
    table = Table("Compute at the end of each year, PFLOP/s", ("PFLOP/s", *map(str, f.years)), rows)
    return Section("compute", "Compute", [Text(APART), *beside(*(_precision(f, p) for p in PRECISIONS)), table])


def _level(value: float) -> str:
    """One place where it tells something: large numbers are whole."""
    return count(value, 0 if abs(value) >= 10_000 else 1)


def _precision(f: Figures, precision: str) -> Picture | None:
    claims = [c for c in f.promised("compute") if c.precision == precision and c.by in f.years and c.level]
    marks = [charts.Promise(int(c.by or 0), float(c.level or 0), f"{count(c.level)} promised") for c in claims]
    series = [charts.Series(n, [f.compute[s].get((precision, y), 0.0) for y in f.years]) for s, n in STATES.items()]
    last = f.years[-1]
    ends = ", ".join(f"{count(f.compute[s].get((precision, last), 0.0))} {s}" for s in STATES)
    parts = [f"{_planned(f, c.id)} {c.tier or 'measured'} by {c.by}, {count(c.level)} promised" for c in claims]
    says = f"Lines of {precision} PFLOP/s by year: at the end of {last} {ends}. " + "; ".join(parts)
    title = f"PFLOP/s {precision}: " + ("; ".join(parts) or f"{ends} in {last}; nothing was promised")
    return charts.lines(f"compute-{precision}", title, says.strip(), f.years, series, f"PFLOP/s {precision}", marks)


def _planned(f: Figures, claim: str) -> str:
    return amount((f.commitments.get(claim) or {}).get("planned"), "")
