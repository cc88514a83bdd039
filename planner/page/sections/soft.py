"""Security, software and training: what they cost, who is admitted, who is trained; or that they are left out."""

from __future__ import annotations

import math

from planner.measures import count, percent
from planner.page.figures import Figures, millions
from planner.page.parts import Block, Section, Table, Text
from planner.report.facts import left_out

CATEGORIES = ("security", "software", "training")


def fill(f: Figures) -> Section | None:
    lacking = left_out(f.case)
    tables = [t for t in (_dollars(f), _initiatives(f), _admitted(f), _trained(f)) if t.rows]
    words = f"This programme leaves out {', '.join(lacking)}: the plan says nothing about it." if lacking else ""
    blocks: list[Block] = [*([Text(words)] if words else []), *tables]
    return Section("soft", "Security, software and training", blocks) if blocks else None


def _dollars(f: Figures) -> Table:
    known = [c for c in CATEGORIES if c in f.categories]
    rows = [f.row(c, "investment", c) for c in known]
    if rows:
        parts = [math.fsum(f.spent("investment", c, y) for c in known) for y in f.years]
        rows.append(["Total", *map(millions, parts), millions(math.fsum(parts))])
    headers = ("Category", *map(str, f.years), "Total")
    return Table("Investment in security, software and training, $M then-year", headers, rows, foot=1)


def _initiatives(f: Figures) -> Table:
    """Initiatives of the programme: started, done."""
    p = f.case.periods
    rows = []
    for r in sorted(f.plan.rows("starts"), key=lambda r: (f.index[str(r.period)], str(r.initiative_id))):
        known = f.case.initiatives[str(r.initiative_id)]
        ready = f.chains.initiative(known.initiative_id, f.index[str(r.period)])
        done = p.label(ready) if ready < p.count else f"after {p.label(p.last)}"
        rows.append((known.name, known.initiative_id, str(r.period), done))
    headers = ("Initiative", "Id", "Starts in", "Done at the end of")
    return Table("Initiatives of the programme", headers, rows, (1, 2, 3))


def _admitted(f: Figures) -> Table:
    """The part of each agency's demand that may be served; nothing where the programme has no gates."""
    found = f.sums("admitted", "share", "agency_id", "gate_id", "year", at=f.ends)
    gates = f.case.initiatives or f.case.tracks
    rows = [
        (f.case.agencies[agency].name, agency, *(percent(found.get((agency, "all", y))) for y in f.years))
        for agency in (dict.fromkeys(agency for agency, _, _ in found) if gates else ())
    ]
    headers = ("Agency", "Id", *map(str, f.years))
    caption = "Part of each agency's demand that its gates admit, at the end of each year"
    return Table(caption, headers, rows, (1,))


def _trained(f: Figures) -> Table:
    found = f.sums("trained", "heads", "track_id", "year", at=f.ends)
    rows = [
        (f.case.tracks[track].name, track, *(count(found.get((track, y), 0.0)) for y in f.years))
        for track in dict.fromkeys(track for track, _ in found)
    ]
    return Table("Trained people still there at the end of each year", ("Track", "Id", *map(str, f.years)), rows, (1,))
