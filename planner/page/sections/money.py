"""Where the budget goes, cash by year against its ceiling, and operations apart from it."""

from __future__ import annotations

import math
from itertools import accumulate

from planner.measures import percent, usd
from planner.page import charts
from planner.page.figures import Figures, millions
from planner.page.parts import Block, Section, Table, Text, beside
from planner.results.evidence import RESERVE, UNALLOCATED, UNSPENT
from planner.results.signing import committed_cents

BANNER = "Private investment. Not federal budget authority. Do not add to federal money."
PAYERS = "What each payer could carry is a range of what is open to one programme, not an appropriation."
#: colour of what buys nothing
IDLE = 6


def fill(f: Figures) -> Section:
    return Section(
        "money",
        "Money",
        [
            Text(BANNER, "banner"),
            *beside(_where(f), _cash(f), _spend(f), _operations(f)),
            _by_year(f),
            _committed(f),
            *_payers(f),
        ],
    )


def _where(f: Figures) -> charts.Picture | None:
    budget, at = f.case.programme.budget_usd, 0.0
    rows: list[charts.Bar] = []
    for name, amount in f.facts.uses().items():
        if amount:
            idle = name in (RESERVE, UNALLOCATED, UNSPENT)
            words = f"{name} {usd(amount)}, {percent(amount / budget)}"
            rows.append(charts.Bar(words, at, at + amount, IDLE if idle else len(rows) % IDLE))
            at += amount
    unspent = f.facts.uses()[UNSPENT]
    title = f"Of {usd(budget)}, {usd(_bought(f))} is spent"
    title += f" and {usd(unspent)} stays unspent" if unspent else ""
    says = f"Bars end to end from zero to the budget of {usd(budget)}: " + "; ".join(b.words for b in rows) + "."
    return charts.bars("where", title, says, rows)


def _bought(f: Figures, year: int | None = None) -> float:
    """USD of investment that buys something."""
    return math.fsum(f.spent("investment", c, year) for c in f.bought)


def _cash(f: Figures) -> charts.Picture | None:
    cash = list(accumulate(_bought(f, y) / 1e9 for y in f.years))
    ceiling = [f.facts.ceiling_to_date(y) / 1e9 for y in f.years]
    ends = usd(1e9 * cash[-1]), usd(1e9 * ceiling[-1])
    title = f"Cash reaches {ends[0]} by {f.years[-1]}; {ends[1]} may be spent"
    says = f"Lines by year: cumulative investment, up to {ends[0]} in {f.years[-1]}, and its ceiling of {ends[1]}."
    series = [charts.Series("Ceiling", ceiling, ends[1]), charts.Series("Cash", cash, ends[0])]
    return charts.lines("cash", title, says, f.years, series, "$B, then-year")


def _spend(f: Figures) -> charts.Picture | None:
    series = [charts.Series(c, [f.spent("investment", c, y) / 1e9 for y in f.years]) for c in f.bought]
    total, peak = _bought(f), max(f.years, key=lambda y: (_bought(f, y), -y))
    most = usd(_bought(f, peak))
    title = f"{usd(total)} is invested; the largest year is {peak} with {most}"
    says = f"Stacked columns of investment by year and category. In all {usd(total)}; {most} in {peak}."
    return charts.stacked("spend", title, says, f.years, series, "$B, then-year")


def _operations(f: Figures) -> charts.Picture | None:
    series = [charts.Series(name, [usd / 1e9 for usd in row]) for name, row in f.funded.items()]
    total, peak = f.spent("operations"), max(f.years, key=lambda y: (f.spent("operations", year=y), -y))
    most = usd(f.spent("operations", year=peak))
    title = f"Agencies pay {usd(total)} to operate; the largest year is {peak} with {most}"
    says = f"Stacked columns of operating cost by year and payer. In all {usd(total)}; {most} in {peak}."
    return charts.stacked("operations", title, says, f.years, series, "$B, then-year")


def _by_year(f: Figures) -> Table:
    rows = [f.row(c, "investment", c) for c in f.categories]
    headers = ("Category", *map(str, f.years), "Total")
    caption = "Investment by category and year, $M then-year"
    return Table(caption, headers, [*rows, f.row("Total", "investment")], foot=1)


def _committed(f: Figures) -> Table:
    """What is signed and what is paid in each year, and the bills that are open at its end."""
    cents, after = committed_cents(f.case, f.plan)
    signed = [cents[y] / 100 for y in f.years]
    paid = [f.spent("investment", year=y) for y in f.years]
    owed = accumulate(s - p for s, p in zip(signed, paid, strict=True))
    rows = [
        ("Signed in the year", *map(millions, signed), millions(math.fsum(signed))),
        ("Paid in the year", *map(millions, paid), millions(math.fsum(paid))),
        ("Owed at its end", *map(millions, owed), millions(after / 100)),
    ]
    caption = "Commitments apart from cash, $M then-year; the last total is rent after the horizon"
    return Table(caption, ("Orders and contracts", *map(str, f.years), "Total"), rows)


def _payers(f: Figures) -> list[Block]:
    """Operating cost by payer; a programme that names no payer has operations alone."""
    rows = [[name, *map(millions, row), millions(math.fsum(row))] for name, row in f.funded.items()]
    headers = ("Payer", *map(str, f.years), "Total")
    all_of_it = f.row("All operations", "operations")
    table = Table("Operations by payer and year, $M then-year", headers, [*rows, all_of_it], foot=1)
    return [Text(PAYERS, "quiet"), table] if rows else [table]
