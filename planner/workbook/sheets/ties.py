"""What must tie inside the workbook: dollars however they are added up, and levels in their order."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook.book import Book, Page
from planner.workbook.sheets import cash, chips, compute, investment, power, present, sites
from planner.workbook.sheets.detail import DOLLARS, LEDGER, Detail
from planner.workbook.sheets.parts import Parts
from planner.workbook.tables import TOTAL

ME = "Checks"
CEILING = "constants.tolerance_ceiling_usd"


class Check(NamedTuple):
    """left should equal right (or not exceed it, where ``most``); ``solved`` compares with the solved run."""

    name: str
    left: tuple[str, float]
    right: tuple[str, float]
    tolerance: str = "constants.tolerance_usd"
    most: bool = False
    solved: bool = False
    relative: bool = False


def cell(page: Page, row: int, column: int) -> tuple[str, float]:
    return page.ref(row, column), page.n(row, column)


def dollars(book: Book, detail: Detail, parts: Parts) -> list[Check]:
    """Totals over one ledger tie however they are added up; ceilings hold."""
    inv, site = book.pages[investment.ME], book.pages[sites.ME]
    p, first = parts.investment, book.columns[0]
    ledger = detail.column("costs", LEDGER)
    dollars = detail.column("costs", DOLLARS)
    page = detail.page
    low, high = detail.blocks["costs"]

    def whole(name: str) -> tuple[str, float]:
        rows = (page.n(r, DOLLARS) for r in range(low, high + 1) if page.values.get((r, LEDGER)) == name)
        return f'SUMIFS({dollars},{ledger},"{name}")', float(sum(rows))

    by_year = inv.ref(p.category.total, first, (p.category.total, book.last))
    years = float(sum(inv.n(p.category.total, c) for c in book.columns))
    spent = whole("investment")
    limit = book.figure("programme.budget_usd")
    held = [cell(inv, r, 4) for r in (p.spent, p.reserve)]
    nothing = cell(book.pages[present.ME], *parts.present.nothing)
    counted = cell(book.pages[present.ME], *parts.present.nominal)
    return [
        Check("Investment: Detail against the sum by category", spent, cell(inv, p.category.total, 4)),
        Check("Investment: Detail against the sum by calendar year", spent, (f"SUM({by_year})", years)),
        Check("Investment: Detail against the sum by WBS line", spent, cell(inv, p.wbs.total, 4)),
        Check("Investment: Detail against the sum by site", spent, cell(site, parts.sites.total, sites.INVESTMENT)),
        Check(
            "Investment: calendar years against federal fiscal years",
            cell(inv, p.category.total, 4),
            cell(inv, p.fiscal.total, 4),
        ),
        Check(
            "Operations: Detail against the sum by WBS line",
            whole("operations"),
            cell(site, parts.sites.operations.total, 4),
        ),
        Check(
            "Operations: Detail against the sum by site",
            whole("operations"),
            cell(site, parts.sites.total, sites.OPERATIONS),
        ),
        Check(
            "Investment within the budget less the management reserve",
            cell(inv, p.spent, 4),
            cell(inv, p.limit, 4),
            tolerance=CEILING,
            most=True,
        ),
        Check(
            "Investment with the management reserve within the budget",
            ("+".join(h[0] for h in held), sum(h[1] for h in held)),
            (book.address("programme.budget_usd", ME), limit),
            tolerance=CEILING,
            most=True,
        ),
        Check(
            "Investment to date within authority to date, every year",
            cell(book.pages[cash.ME], parts.cash.over, 4),
            ("0", 0.0),
            CEILING,
        ),
        Check(
            "Present cost: private ledger and operations both counted once, and the unallocated line",
            (f"{counted[0]}+{nothing[0]}", counted[1] + nothing[1]),
            (f"SUM({dollars})", float(sum(page.n(r, DOLLARS) for r in range(low, high + 1)))),
        ),
    ]


def by_evidence(book: Book, parts: Parts) -> list[Check]:
    """Dollars by status add up to the investment, and with what buys nothing to the budget."""
    inv, p = book.pages[investment.ME], parts.evidence
    page = p.page
    invested, nothing = cell(inv, parts.investment.category.total, 4), cell(page, *p.unallocated)
    checks = []
    for by, at in (("the weakest figure behind a dollar", p.priced), ("the unit rate alone", p.alone)):
        priced = cell(page, *at)
        both = f"{priced[0]}+{nothing[0]}", priced[1] + nothing[1]
        checks.append(
            Check(f"Investment: by status of {by}, with the unallocated line, against Detail", both, invested)
        )
    budget = book.address("programme.budget_usd", ME), book.figure("programme.budget_usd")
    return [*checks, Check("Evidence: its parts against the budget", cell(page, *p.budget), budget)]


def commitments(book: Book, parts: Parts) -> list[Check]:
    """What is signed is paid: inside the horizon or after it, never before, and as the verifier computes it."""
    page, stored, p = book.pages[investment.ME], book.pages["Provenance"], parts.investment.committed
    paid, after = cell(page, p.cash, TOTAL), cell(page, p.after, TOTAL)
    solved = parts.solved.rows
    area = page.ref(p.owed, book.columns[0], (p.owed, book.last))
    allowed = "constants.tolerance_usd"
    early = float(sum(page.n(p.owed, c) < -book.figure(allowed) for c in book.columns))
    signed = cell(page, p.total, TOTAL)
    return [
        Check(
            "Commitments over life against cash over life and what is still to pay after the horizon",
            signed,
            (f"{paid[0]}+{after[0]}", paid[1] + after[1]),
        ),
        Check("Commitments: calendar years against federal fiscal years", signed, cell(page, p.fiscal.total, TOTAL)),
        Check(
            "Commitments: years at whose end more is paid than signed",
            (f"SUMPRODUCT(1*({area}<-{book.address(allowed, ME)}))", early),
            ("0", 0.0),
            "constants.tolerance_mw",
        ),
        Check(
            "Commitments against those the independent verifier computes",
            signed,
            cell(stored, solved["commitments, by the verifier"], 2),
            solved=True,
        ),
        Check(
            "Still to pay after the horizon against the verifier",
            after,
            cell(stored, solved["of them paid after the horizon"], 2),
            solved=True,
        ),
    ]


def levels(book: Book, parts: Parts) -> list[Check]:
    """Tiers stand in their order at every site and year; sources, racks and service tie."""
    watts, fleet, work = book.pages[power.ME], book.pages[chips.ME], book.pages[compute.ME]
    mw = "constants.tolerance_mw"
    first, last = book.columns[0], book.last

    def above(upper: str, lower: str) -> tuple[str, float]:
        a, b = parts.power.sites[upper], parts.power.sites[lower]
        area = [watts.ref(x.first, first, (x.last, last)) for x in (a, b)]
        text = f"SUMPRODUCT(1*({area[0]}-{area[1]}>{book.address(mw, ME)}))"
        allowed = book.figure(mw)
        steps = range(a.last - a.first + 1)
        return text, float(
            sum(watts.n(a.first + i, c) - watts.n(b.first + i, c) > allowed for i in steps for c in book.columns)
        )

    tiers, sources = parts.power.tiers, parts.power.sources
    rack, places = parts.chips.bought, parts.chips.by_site
    zero = ("0", 0.0)
    checks = [
        Check(
            "Populated MW within commissioned MW: site-years that break it",
            above("populated", "commissioned"),
            zero,
            mw,
        ),
        Check(
            "Commissioned MW IT within secured facility MW: site-years that break it",
            above("commissioned", "secured"),
            zero,
            mw,
        ),
        Check(
            "Secured MW by source against the secured tier, at the end",
            cell(watts, sources.total, 4),
            cell(watts, tiers["secured"], 4),
            mw,
        ),
        Check(
            "Racks bought by chip against racks bought by site",
            cell(fleet, rack.total, 4),
            cell(fleet, places.total, 4),
            mw,
        ),
        Check("Service within demand: rows and years that break it", cell(work, parts.compute.excess, 4), zero, mw),
    ]
    for tier, row in tiers.items():
        name = f"{tier.capitalize()} MW of all sites against the sum of the sites, at the end"
        checks.append(Check(name, cell(watts, row, 4), cell(watts, parts.power.sites[tier].total, 4), mw))
    return checks
