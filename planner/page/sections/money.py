"""Where the budget goes, cash by year against its ceiling, and operations apart from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
    cash = list(accumulate(f.facts.cash_in(y) for y in f.years))
    ceiling = [f.facts.ceiling_to_date(y) for y in f.years]
    by, unit = charts.dollars([*cash, *ceiling])
    ends = usd(cash[-1]), usd(ceiling[-1])
    title = f"Cash reaches {ends[0]} by {f.years[-1]}; {ends[1]} may be spent"
    says = f"Lines by year: cumulative investment, up to {ends[0]} in {f.years[-1]}, and its ceiling of {ends[1]}."
    series = [charts.Series("Ceiling", [x / by for x in ceiling], ends[1])]
    series.append(charts.Series("Cash", [x / by for x in cash], ends[0]))
    return charts.lines("cash", title, says, f.years, series, f"{unit}, then-year")


def _spend(f: Figures) -> charts.Picture | None:
    parts = {c: [f.spent("investment", c, y) for y in f.years] for c in f.bought}
    return _columns(f, "spend", "{} is invested; the largest year is {} with {}", parts)


def _operations(f: Figures) -> charts.Picture | None:
    return _columns(f, "operations", "Operating costs {} in all; the largest year is {} with {}", f.funded)


def _columns(f: Figures, name: str, title: str, parts: Mapping[str, Sequence[float]]) -> charts.Picture | None:
    """Columns of dollars by year; the title has the total, the largest year and its dollars."""
    totals = [math.fsum(column) for column in zip(*parts.values(), strict=True)] or [0.0]
    peak = max(range(len(totals)), key=lambda n: (totals[n], -n))
    by, unit = charts.dollars(totals)
    said = title.format(usd(math.fsum(totals)), f.years[peak], usd(totals[peak]))
    series = [charts.Series(part, [x / by for x in row]) for part, row in parts.items()]
    says = f"Stacked columns by year: {', '.join(parts)}. {said}."
    return charts.stacked(name, said, says, f.years, series, f"{unit}, then-year")


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
