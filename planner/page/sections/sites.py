"""Where: a map of states with the sites in proportion to their power, and what stands at each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import accumulate, pairwise

import matplotlib as mpl
from matplotlib.patches import Circle, Rectangle

from planner.inputs.case import PROGRAMME
from planner.measures import count, megawatts
from planner.page import charts
from planner.page.figures import TIERS, Figures, millions
from planner.page.parts import Picture, Section, Table, beside

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
#: so that the id of a site is not broken at its hyphen
NO_BREAK = "\u2011"
PLACES: dict[str, tuple[float, float]] = {
    state: (column, row) for row, line in enumerate(GRID) for column, state in enumerate(line.split()) if state != "."
}
#: radius of the largest circle, in tiles; least and largest distance of two sites of one state; ends of the map
LARGEST, LEAST, MOST, TOP, FOOT = 0.72, 0.7, 0.95, 0.12, 7.18


def fill(f: Figures) -> Section:
    return Section("sites", "Sites", [*beside(_map(f)), _table(f)])


def _map(f: Figures) -> Picture | None:
    """Circles whose areas are the MW secured, and in them what is commissioned."""
    at: dict[str, tuple[float, float]] = {
        s: PLACES[f.case.sites[s].state] for s in f.sites if f.case.sites[s].state in PLACES
    }
    last = f.years[-1]
    secured, built = ({s: f.tier(t, last, s) for s in f.sites} for t in ("secured_mw", "commissioned_mw"))
    most = max([*secured.values(), *built.values()], default=0.0)
    if not most or not at:
        return None
    states = {site.state for site in f.case.sites.values()}
    at = apart(at, {s: f.case.sites[s].lat_deg for s in at}, {s: max(secured[s], built[s]) / most for s in at})
    with mpl.rc_context(charts.RULES):
        figure, axes = charts.canvas(330, (2, 24, 2, 2))
        axes.set(xlim=(-0.6, 10.9), ylim=(7.9, -0.6))
        axes.axis("off")
        for state, (x, y) in PLACES.items():
            look: charts.Look = {"linestyle": "-" if state in states else ":", "edgecolor": charts.SERIES[5]}
            axes.add_patch(Rectangle((x - 0.45, y - 0.45), 0.9, 0.9, facecolor="none", linewidth=0.8, **look))
            if state not in {f.case.sites[s].state for s in at}:
                axes.text(x, y, state, ha="center", va="center_baseline", fontsize=9)
        for site, (x, y) in at.items():
            for amount, colour in ((secured[site], charts.SERIES[6]), (built[site], charts.SERIES[0])):
                axes.add_patch(Circle((x, y), LARGEST * (amount / most) ** 0.5, facecolor=colour, edgecolor=charts.INK))
        for site, (x, y) in at.items():  # over all circles
            where: charts.Look = {"ha": "center", "va": "center_baseline", "weight": "bold"}
            axes.text(x, y - 0.36, f"{f.sites.index(site) + 1} {f.case.sites[site].state}", **where)
        words = "Outer circle: MW facility secured; inner: MW IT commissioned. Solid tiles: candidates."
        figure.text(0.01, 0.02, words, fontsize=9)
        first = max(f.sites, key=lambda s: (secured[s], s))
        listed = "; ".join(
            f"{n} {f.site_name(s)}: {megawatts(secured[s])} secured, {megawatts(built[s])} IT commissioned"
            for n, s in enumerate(f.sites, 1)
        )
        outside = [f.site_name(s) for s in f.sites if s not in at]
        says = f"Map of the United States with one tile a state. {listed}."
        says += f" Not on the map: {', '.join(outside)}." if outside else ""
        many = f"{len(f.sites)} sites; the largest, {f.site_name(first)}," if len(f.sites) > 1 else f.site_name(first)
        title = f"{many} secures {megawatts(secured[first])}"
        title += f". Not on the map: {', '.join(outside)}" if outside else ""
        return charts.picture("map", title, says, figure)


def apart(
    at: Mapping[str, tuple[float, float]], north: Mapping[str, float], share: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    """Places of sites in tiles, those of one state one below the other, the northernmost above.

    ``north`` are latitudes; ``share`` is the area of a circle by that of the largest. Labels never overlap.
    """
    found = dict(at)
    for x, y in dict.fromkeys(at.values()):
        stack = sorted((s for s in at if at[s] == (x, y)), key=lambda s: (-north[s], s))
        steps = [LARGEST * (share[a] ** 0.5 + share[b] ** 0.5) for a, b in pairwise(stack)]
        downs = list(accumulate((min(MOST, max(LEAST, step)) for step in steps), initial=0.0))
        top = max(TOP, min(y - downs[-1] / 2, FOOT - downs[-1])) if len(stack) > 1 else y
        found |= {site: (x, top + down) for site, down in zip(stack, downs, strict=True)}
    return found


def _table(f: Figures) -> Table:
    last = f.years[-1]
    routes: dict[str, list[str]] = defaultdict(list)
    for r in f.plan.rows("modules"):
        route = f.case.designs[str(r.design_id)].route
        if r.modules > 0.5 and route not in routes[str(r.site_id)]:
            routes[str(r.site_id)].append(route)
    ledgers = ("investment", "operations")
    cents = f.sums("detail", "cents", "ledger", "site_id")
    usd = {(book, site or PROGRAMME): x / 100 for (book, site), x in cents.items()}
    rows: list[tuple[object, ...]] = [
        (
            f"{place} {site.replace('-', NO_BREAK)}",
            f.site_name(site),
            f.case.sites[site].grid_region,
            *([f.roles.get(site, "none")] if f.case.accreditations else []),
            ", ".join(routes[site]) or "none",
            *(count(f.tier(tier, last, site)) for tier in TIERS),
            *(millions(usd.get((ledger, site), 0.0)) for ledger in ledgers),
        )
        for place, site in enumerate(f.sites, 1)
    ]
    blank = [""] * (3 if f.case.accreditations else 2)
    rest = [usd.get((ledger, PROGRAMME), 0.0) for ledger in ledgers]
    if any(rest):
        rows.append((PROGRAMME, "what belongs to no site", *blank, *[""] * 3, *map(millions, rest)))
    totals = (count(f.tier(tier, last)) for tier in TIERS)
    rows.append(("Total", "", *blank, *totals, *(millions(f.spent(ledger)) for ledger in ledgers)))
    headers = (
        "Site",
        "Place",
        "Grid region",
        *(["Highest level at work"] if f.case.accreditations else []),
        "Construction",
        *(f"{name}, {unit}" for name, unit in TIERS.values()),
        "Investment, $M",
        "Operations, $M",
    )
    caption = f"Chosen sites: power at the end of {last}, dollars over the horizon"
    return Table(caption, headers, rows, range(1, 2 + len(blank)), 1)
