"""Private money by year and category, what is left of the budget, and operations apart from it."""

from __future__ import annotations

import math
from itertools import accumulate

from planner.page import amounts, draw
from planner.page.figures import Figures
from planner.page.html import Markup, join, picture, section, table, tag
from planner.results.signing import committed_cents

NAME, HEADING = "investment", "Investment"
BANNER = "Private investment. Not federal budget authority. Do not add to federal money."


def fill(f: Figures) -> Markup:
    return section(
        NAME,
        HEADING,
        tag("p", BANNER, class_="banner"),
        _picture(f),
        _by_year(f),
        _committed(f),
        _budget(f),
        tag("h3", "Operations, and who pays for them"),
        *_operations(f),
    )


def _picture(f: Figures) -> Markup:
    series = [draw.Series(c, [f.spent("investment", c, y) / 1e9 for y in f.years]) for c in f.categories]
    total = f.spent("investment")
    peak = max(f.years, key=lambda y: (f.spent("investment", year=y), -y))
    text = (
        f"Stacked columns of investment by year. In all {amounts.busd(total)}; the largest year is {peak} with "
        f"{amounts.busd(f.spent('investment', year=peak))}."
    )
    shapes = draw.stacked(f.years, series, "$B, then-year")
    return picture("spend", "Investment by year and category", text, (draw.WIDE, draw.HIGH), shapes)


def _by_year(f: Figures) -> Markup:
    def line(name: str, category: str | None) -> tuple[object, ...]:
        parts = [f.spent("investment", category, y) for y in f.years]
        return (name, *map(amounts.musd, parts), amounts.musd(math.fsum(parts)))

    rows = [line(c, c) for c in f.categories]
    rows.append(line("Total", None))
    headers = ("Category", *map(str, f.years), "Total")
    return table("Investment by category and year, $M then-year", headers, rows, foot=1)


def _committed(f: Figures) -> Markup:
    """What is signed and what is paid in each year, and the bills that are open at its end."""
    cents, after = committed_cents(f.case, f.plan)
    signed = [cents[y] / 100 for y in f.years]
    paid = [f.spent("investment", year=y) for y in f.years]
    owed = accumulate(s - p for s, p in zip(signed, paid, strict=True))
    rows = [
        ("Signed in the year", *map(amounts.musd, signed), amounts.musd(math.fsum(signed))),
        ("Paid in the year", *map(amounts.musd, paid), amounts.musd(math.fsum(paid))),
        ("Owed at its end", *map(amounts.musd, owed), amounts.musd(after / 100)),
    ]
    headers = ("Orders and contracts", *map(str, f.years), "Total")
    return table("Commitments apart from cash, $M then-year; the last total is rent after the horizon", headers, rows)


def _budget(f: Figures) -> Markup:
    """The budget, what is held or set aside, what is spent, what is left."""
    programme = f.case.programme
    reserve = programme.budget_usd * f.case.parameter("management_reserve_share")
    limit, spent = f.case.spendable_musd * 1e6, f.spent("investment")
    rows: list[tuple[object, ...]] = [
        ("Budget", amounts.musd(programme.budget_usd), "as announced"),
        ("Management reserve", amounts.musd(reserve), "held, not spent"),
        ("May be spent", amounts.musd(limit), "what the plan is held to"),
        ("Invested", amounts.musd(spent), "all categories, contingency inside"),
        (
            "Unspent",
            amounts.musd(limit - spent),
            "may be spent, less invested",
        ),
    ]
    unallocated = (f.document.get("indicators") or {}).get("unallocated_by_split_usd")
    if unallocated:
        rows.insert(
            -1, ("of which unallocated by the split", amounts.musd(unallocated), "buys nothing; the split asks for it")
        )
    return table("The budget and its parts, $M then-year", ("Part", "$M", "What it is"), rows, text=(2,))


def _operations(f: Figures) -> list[Markup]:
    names = f.case.funding_sources
    rows: list[tuple[object, ...]] = []
    paid: dict[tuple[str, int], float] = {}
    for r in f.rows("funded"):
        key = str(r.source), f.case.periods.year(f.index[str(r.period)])
        paid[key] = paid.get(key, 0.0) + 1e6 * float(r.musd)
    for name in names:
        parts = [paid.get((name, y), 0.0) for y in f.years]
        rows.append((name, *map(amounts.musd, parts), amounts.musd(math.fsum(parts))))
    parts = [f.spent("operations", year=y) for y in f.years]
    rows.append(("All operations", *map(amounts.musd, parts), amounts.musd(math.fsum(parts))))
    note = "What each payer could carry is a range of what is open to one programme, not an appropriation."
    headers = ("Payer", *map(str, f.years), "Total")
    return [tag("p", note), join((table("Operations by payer and year, $M then-year", headers, rows, foot=1),))]
