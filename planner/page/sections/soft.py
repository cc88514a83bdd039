"""Security, software and training: what they cost, who is admitted, who is trained."""

from __future__ import annotations

import math
from collections import defaultdict

from planner.page import amounts
from planner.page.figures import Figures
from planner.page.html import Markup, section, table

NAME, HEADING = "soft", "Security, software and training"
CATEGORIES = ("security", "software", "training")


def fill(f: Figures) -> Markup:
    return section(NAME, HEADING, _dollars(f), _initiatives(f), _admitted(f), _trained(f))


def _dollars(f: Figures) -> Markup:
    rows = []
    for category in (*CATEGORIES, None):
        kinds = CATEGORIES if category is None else (category,)
        parts = [math.fsum(f.spent("investment", k, y) for k in kinds) for y in f.years]
        rows.append((category or "Total", *map(amounts.musd, parts), amounts.musd(math.fsum(parts))))
    headers = ("Category", *map(str, f.years), "Total")
    return table("Investment in security, software and training, $M then-year", headers, rows, foot=1)


def _initiatives(f: Figures) -> Markup:
    """Programme initiatives: started, done."""
    p = f.case.periods
    rows = []
    for r in sorted(f.rows("starts"), key=lambda r: (f.index[str(r.period)], str(r.initiative_id))):
        known = f.case.initiatives[str(r.initiative_id)]
        ready = f.chains.initiative(known.initiative_id, f.index[str(r.period)])
        done = p.label(ready) if ready < p.count else f"after {p.label(p.last)}"
        rows.append((known.initiative_id, known.name, str(r.period), done))
    headers = ("Initiative", "What it is", "Starts in", "Done at the end of")
    return table("Initiatives of the programme", headers, rows or [("none", "", "", "")], text=(1, 2, 3))


def _admitted(f: Figures) -> Markup:
    """The part of each agency's demand that may be served."""
    shares: dict[str, dict[int, float]] = defaultdict(dict)
    for r in f.rows("admitted"):
        if str(r.gate_id) == "all" and str(r.period) in f.ends:
            shares[str(r.agency_id)][f.ends[str(r.period)]] = float(r.share)
    rows = [
        (agency, f.case.agencies[agency].name, *(amounts.share(found.get(y), 0) for y in f.years))
        for agency, found in shares.items()
    ]
    headers = ("Agency", "Name", *map(str, f.years))
    caption = "Part of each agency's demand that its gates admit, at the end of each year"
    return table(caption, headers, rows or [("none", "", *[""] * len(f.years))], text=(1,))


def _trained(f: Figures) -> Markup:
    heads: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for r in f.rows("trained"):
        if str(r.period) in f.ends:
            heads[str(r.track_id)][f.ends[str(r.period)]] += float(r.heads)
    rows = [
        (track, f.case.tracks[track].name, *(amounts.count(found.get(y, 0.0)) for y in f.years))
        for track, found in heads.items()
    ]
    headers = ("Track", "Name", *map(str, f.years))
    caption = "Trained people still there at the end of each year"
    return table(caption, headers, rows or [("none", "", *[""] * len(f.years))], text=(1,))
