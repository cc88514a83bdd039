"""Why the plan's dollars per MW differ from published ones: parts with reasons, then steps to the same basis."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner import wbs
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import investment, power, sites
from planner.workbook.sheets.parts import Parts
from planner.workbook.tables import Entry, label

MONEY = style.MUSD_FINE


class Part(NamedTuple):
    """A group of WBS lines and why it differs from an all-in figure for a new hall."""

    name: str
    codes: tuple[str, ...]
    why: str
    #: halls and power are built once, for racks that are bought more than once
    standing: bool = False


PARTS = (
    Part(
        "Chips",
        (wbs.RACKS, wbs.SALES_TAX, wbs.DISPOSAL),
        "Then-year rack prices by order year, tax and disposal. Published: one generation, today's price. "
        "Refresh included: a rack and its replacement are both bought, and both count as MW bought.",
    ),
    Part(
        "Fabric", (wbs.FABRIC,), "Bought anew with every rack, refresh included. Published: inside the all-in figure."
    ),
    Part("Storage", (wbs.STORAGE,), "A share of the rack price. Published figures mostly leave storage out."),
    Part(
        "Halls: civil, land, leases",
        (wbs.OPENING, wbs.LAND, wbs.CIVIL, wbs.LEASE, wbs.HARDENING, wbs.DISCOUNT),
        "Opening of campuses and security hardening included: federal work that a commercial figure has not. "
        "Per MW bought, refresh thins it out: the halls stand once.",
        True,
    ),
    Part(
        "Halls: shell", (wbs.SHELL,), "Per MW IT, then-year. Published: per facility MW, which is larger by PUE.", True
    ),
    Part(
        "Halls: electrical",
        (wbs.ELECTRICAL,),
        "Built for the IT load and its cooling, priced per MW IT, then-year.",
        True,
    ),
    Part("Halls: cooling", (wbs.COOLING_PLANT,), "Liquid cooling to the rack, priced per MW IT, then-year.", True),
    Part(
        "Power: grid",
        (wbs.CONNECTION,),
        "Pays for all secured power, far beyond what the halls need when the promise is read as secured power. "
        "Published: the connection that a hall uses.",
        True,
    ),
    Part("Power: plant", (wbs.PLANT,), "Plant on site, bought whole, firm at a share. Published: grid power.", True),
    Part(
        "Unused power",
        wbs.BILLS,
        "Bills for contracted MW that serve no load, and for collateral: not in published figures.",
    ),
    Part(
        "Management",
        (wbs.CONSTRUCTION_MANAGEMENT, wbs.POWER_MANAGEMENT),
        "Programme management, integration and test: not in published figures.",
        True,
    ),
    Part(
        "Contingency, construction and power",
        (wbs.CONSTRUCTION_CONTINGENCY, wbs.POWER_CONTINGENCY),
        "Not in published figures.",
        True,
    ),
    Part("Contingency, chips", (wbs.CHIPS_CONTINGENCY,), "Not in published figures."),
)
#: parts that published figures leave out
OUTSIDE = ("Unused power", "Management", "Contingency, construction and power", "Contingency, chips")
GRID = "Power: grid"


def explanation(book: Book, page: Page, parts: Parts, per_mw: tuple[int, int], row: int) -> tuple[tuple[int, int], int]:
    """Parts with reasons, then the steps; returns the cell of the like-for-like figure and the next row."""
    rows, row = _parts(page, per_mw, row)
    return _steps(book, page, parts, per_mw, rows, row)


def _parts(page: Page, per_mw: tuple[int, int], row: int) -> tuple[dict[str, int], int]:
    page.heading(row, "What the dollars per MW are made of, and why each part differs from a published figure")
    names = ("$M", "$M per MW IT bought", "$M per MW IT commissioned", "Share")
    page.headers(row + 1, ("Part", "Why the plan's figure is on another basis", *names))
    lines = {str(page.values[r, 1]): r for r in range(per_mw[0] - 30, per_mw[0]) if (r, 1) in page.values}
    listed = {code for part in PARTS for code in part.codes}
    rest = tuple(code for code in lines if code.startswith("1.") and code not in listed)
    groups = [*PARTS, Part("Other", rest, "Lines of the work breakdown that are in no part above.")]
    groups = [part for part in groups if any(code in lines for code in part.codes)]
    found: dict[str, int] = {}
    for at, part in enumerate(groups, row + 2):
        found[part.name] = at
        page.put(at, 1, part.name)
        page.put(at, 2, part.why, "text")
        own = [lines[code] for code in part.codes if code in lines]
        text = "+".join("{c}" + str(r) for r in own)
        for form, columns in ((style.MUSD, (3,)), (MONEY, (4, 5))):
            page.across(at, columns, text, lambda c, own=own: math.fsum(page.n(r, c) for r in own), form)  # type: ignore[misc]
        share = page.n(at, 3) / max(1.0, page.n(per_mw[0], 3))
        page.formula(at, 6, f"C{at}/MAX(1,C${per_mw[0]})", share, form=style.SHARE)
    end = row + 2 + len(groups)
    page.put(end, 1, "All", "total")
    page.put(end, 2, "infrastructure", "total")
    for column, form in ((3, style.MUSD), (4, MONEY), (5, MONEY), (6, style.SHARE)):
        page.sum(end, column, (row + 2, column), (end - 1, column), form, "total")
    return found, end + 2


def _steps(
    book: Book, page: Page, parts: Parts, per_mw: tuple[int, int], rows: dict[str, int], row: int
) -> tuple[tuple[int, int], int]:
    page.heading(row, "From the plan's figure to the basis of published ones, $M per MW")
    needed, start = row + 1, row + 3
    page.headers(start - 1, ("Step", "What it does", "Unit", "$M per MW"))
    watts, inv, site = book.pages[power.ME], book.pages[investment.ME], book.pages[sites.ME]

    def put(
        at: int, name: str, what: str, text: str, value: float, total: bool = False, unit: str = "$M/MW IT"
    ) -> None:
        label(page, at, Entry(name, what, unit), "total" if total else "line")
        page.formula(at, 4, text, value, "total" if total else "calculation", MONEY)

    put(start, "Plan", "infrastructure over MW IT of racks bought, then-year", f"D{per_mw[0]}", page.n(*per_mw), True)
    out = [rows[name] for name in OUTSIDE if name in rows]
    gone = -math.fsum(page.n(r, 4) for r in out)
    put(start + 1, "Management, contingency", "taken out", "-" + "-".join(f"D{r}" for r in out) if out else "0", gone)
    built = [rows[p.name] for p in PARTS if p.standing and p.name in rows and p.name not in OUTSIDE]
    first, last = (min(built), max(built)) if built else (start, start)
    more = math.fsum(page.n(r, 5) - page.n(r, 4) for r in range(first, last + 1)) if built else 0.0
    text = f"SUM(E{first}:E{last})-SUM(D{first}:D{last})" if built else "0"
    put(
        start + 2,
        "Refresh",
        "halls and power over MW commissioned: they are built once, racks are bought again",
        text,
        more,
    )
    tier, total = parts.power.tiers["secured"], (parts.sites.total, 7)
    need = f"{site.ref(*total)}*{watts.ref(parts.power.facility, 4)}/MAX(1,{watts.ref(parts.power.it, 4)})"
    pue = watts.n(parts.power.facility, 4) / max(1.0, watts.n(parts.power.it, 4))
    small = watts.n(parts.power.it, 4) / max(1.0, watts.n(parts.power.facility, 4))
    need_mw = site.n(*total) * pue
    label(page, needed, Entry("Power that the halls need", "commissioned MW IT at the average PUE", "MW facility"))
    page.formula(needed, 4, need, need_mw, form=style.MW)
    grid = rows.get(GRID)
    part = 1 - min(1.0, need_mw / max(1.0, watts.n(tier, 4)))
    text = f"-E{grid}*(1-MIN(1,D{needed}/MAX(1,{watts.ref(tier, 4)})))" if grid else "0"
    value = -page.n(grid, 5) * part if grid else 0.0
    put(
        start + 3, "Grid beyond need", "secured power that no hall uses yet, at its share of the grid line", text, value
    )
    constant, spent = (parts.investment.constant, 4), (parts.investment.split.infrastructure, 4)
    sofar = math.fsum(page.n(r, 4) for r in range(start, start + 4))
    ratio = inv.n(*constant) / max(1.0, inv.n(*spent))
    text = f"SUM(D{start}:D{start + 3})*({inv.ref(*constant)}/MAX(1,{inv.ref(*spent)})-1)"
    base = book.case.programme.base_year
    put(start + 4, "Prices", f"then-year to {base} dollars, general index alone", text, sofar * (ratio - 1))
    sofar += page.n(start + 4, 4)
    both = f"{watts.ref(parts.power.it, 4)}/MAX(1,{watts.ref(parts.power.facility, 4)})"
    text = f"SUM(D{start}:D{start + 4})*({both}-1)"
    put(
        start + 5,
        "Basis of the MW",
        "per facility MW instead of per MW IT: divided by the average PUE",
        text,
        sofar * (small - 1),
    )
    page.sum(start + 6, 4, (start, 4), (start + 5, 4), MONEY, "total")
    label(
        page,
        start + 6,
        Entry("Like for like", "first build, no contingency, base-year dollars", "$M/MW facility"),
        "total",
    )
    return (start + 6, 4), start + 8
