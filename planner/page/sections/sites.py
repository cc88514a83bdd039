"""Where: a map of state tiles with the chosen sites, and what stands at each of them."""

from __future__ import annotations

from collections import defaultdict

from planner.inputs.case import PROGRAMME
from planner.page import amounts
from planner.page.figures import TIERS, Figures
from planner.page.html import Markup, join, picture, section, table, tag

NAME, HEADING = "sites", "Sites"
#: one tile a state, each row from its first column on; a dot is an empty place
GRID = (
    "AK .  .  .  .  .  .  .  .  .  ME",
    ".  .  .  .  .  .  WI .  .  VT NH",
    "WA ID MT ND MN IL MI .  NY MA .",
    "OR NV WY SD IA IN OH PA NJ CT RI",
    "CA UT CO NE MO KY WV VA MD DE .",
    ".  AZ NM KS AR TN NC SC DC .  .",
    ".  .  .  OK LA MS AL GA .  .  .",
    "HI .  .  TX .  .  .  .  FL .  .",
)
NO_BREAK = "\u2011"
TILE = 50.0
PLACES = {
    state: (column, row) for row, line in enumerate(GRID) for column, state in enumerate(line.split()) if state != "."
}


def fill(f: Figures) -> Markup:
    return section(NAME, HEADING, _map(f), _table(f))


def _map(f: Figures) -> Markup:
    chosen: dict[str, list[str]] = defaultdict(list)
    candidates: dict[str, list[str]] = defaultdict(list)
    for site in f.case.sites.values():
        (chosen if site.site_id in f.sites else candidates)[site.state].append(site.site_id)
    shapes = [_tile(state, at, f, chosen, candidates) for state, at in PLACES.items()]
    legend_x = 11 * TILE + 26
    for place, (look, words) in enumerate(
        (("chosen", "chosen, numbered as below"), ("candidate", "candidate, not chosen"), ("tile", "no candidate"))
    ):
        y = 2 * TILE + 34 * place
        shapes.append(tag("rect", x=legend_x, y=y, width=22, height=22, class_=look))
        shapes.append(tag("text", words, x=legend_x + 32, y=y + 16))
    listed = ", ".join(f"{n} {f.site_name(site)}" for n, site in enumerate(f.sites, 1)) or "none"
    others = ", ".join(sorted(s for s in candidates if s not in chosen))
    outside = [f.site_name(s) for s in f.sites if f.case.sites[s].state not in PLACES]
    text = f"{len(f.sites)} chosen sites: {listed}."
    text += f" States with candidates that were not chosen: {others}." if others else ""
    text += f" Not on the map: {', '.join(outside)}." if outside else ""
    return picture("map", "Map of the United States, one tile a state", text, (11 * TILE + 250, 8 * TILE + 4), *shapes)


def _tile(
    state: str, at: tuple[int, int], f: Figures, chosen: dict[str, list[str]], candidates: dict[str, list[str]]
) -> Markup:
    x, y = at[0] * TILE + 3, at[1] * TILE + 3
    look = "chosen" if state in chosen else "candidate" if state in candidates else "tile"
    ink = " onink" if look == "chosen" else ""
    middle = x + TILE / 2 - 3
    parts = [tag("rect", x=x, y=y, width=TILE - 6, height=TILE - 6, class_=look)]
    parts.append(tag("text", state, x=middle, y=y + (20 if look == "chosen" else 27), class_=f"state{ink}"))
    if look == "chosen":
        numbers = ", ".join(str(f.sites.index(site) + 1) for site in chosen[state])
        parts.append(tag("text", numbers, x=middle, y=y + 37, class_=f"middle{ink}"))
    return join(parts)


def _table(f: Figures) -> Markup:
    last = f.years[-1]
    routes: dict[str, list[str]] = defaultdict(list)
    for r in f.rows("modules"):
        route = f.case.designs[str(r.design_id)].route
        if r.modules > 0.5 and route not in routes[str(r.site_id)]:
            routes[str(r.site_id)].append(route)
    rows: list[tuple[object, ...]] = []
    for place, site in enumerate(f.sites, 1):
        rows.append(
            (
                f"{place} {site.replace('-', NO_BREAK)}",
                f.site_name(site),
                f.case.sites[site].grid_region,
                f.roles.get(site, "none"),
                ", ".join(routes[site]) or "none",
                *(amounts.count(f.tier(tier, last, site)) for tier in TIERS),
                *(amounts.musd(f.site_dollars.get((ledger, site), 0.0)) for ledger in ("investment", "operations")),
            )
        )
    rest = [f.site_dollars.get((ledger, PROGRAMME), 0.0) for ledger in ("investment", "operations")]
    if any(rest):
        rows.append((PROGRAMME, "what belongs to no site", "", "", "", *[""] * 3, *(amounts.musd(x) for x in rest)))
    totals = [amounts.count(f.tier(tier, last)) for tier in TIERS]
    money = [amounts.musd(f.spent(ledger)) for ledger in ("investment", "operations")]
    rows.append(("Total", "", "", "", "", *totals, *money))
    headers = (
        "Site",
        "Place",
        "Grid region",
        "Role",
        "Halls",
        *(f"{name}, {unit}" for name, unit in TIERS.values()),
        "Investment, $M",
        "Operations, $M",
    )
    caption = f"Chosen sites: power at the end of {last}, then-year dollars over the horizon"
    return table(caption, headers, rows, text=(1, 2, 3, 4), foot=1)
