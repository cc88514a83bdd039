"""The facts behind Detail: cost lines, decisions and value, one row each, with the keys the sheets sum by."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from planner import wbs
from planner.inputs.case import Case
from planner.plan import Plan
from planner.results.accounts import leased
from planner.results.evidence import evidence_keys
from planner.results.signing import signed_ahead

#: dollars that buy nothing: a category of their own here, and outside present cost
UNALLOCATED = "unallocated by the split"
#: the block of what is signed in another period than it is paid, and the key of what is paid after the horizon
SIGNED, AFTER = "signed ahead", "after"
#: blocks of which racks stand at the end, and of when sites begin to serve
STANDING, SERVICE = "racks standing at the end", "first service"
#: block of what each site serves at each level
BY_SITE = "service by site and level"
#: what opens the key of a line of owned halls, the block of leased halls in their place, service after the horizon
OWNED, LEASED, LATER = "owned", "as if leased", "after the horizon"
#: block and kind of service at its price by group of agencies
PRICED = "service at its price"
#: lines whose item opens with the chip: racks, fabric, storage
RACK_LINES = (wbs.RACKS, wbs.FABRIC, wbs.STORAGE)
#: how the reference of money begins that was spent beside what the decisions cost
SPENT = "actuals.spent."
#: ends of the references of lines that stand on other lines' dollars
ON_TOP = ("programme_management_share", "programme_management_share.value", "contingency_share")


@dataclass(frozen=True)
class Fact:
    """A quantity of something at a place in a period; costs carry their rate, factor, escalation and cents."""

    kind: str
    item: str
    period: str
    year: int
    quantity: float
    unit: str
    site: str = ""
    wbs: str = ""
    category: str = ""
    ledger: str = ""
    rate_usd: float | None = None
    rate_ref: str = ""
    factor: float = 1.0
    escalation: float = 1.0
    cents: int | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """Sums of one block of Detail by one key column, as a formula and as numbers; ``prefix`` opens every key."""

    sums: str
    keys: str
    totals: dict[str, float] = field(default_factory=dict)
    prefix: str = ""

    def formula(self, criterion: str) -> str:
        opening = f'"{self.prefix}"&' if self.prefix else ""
        return f"SUMIFS({self.sums},{self.keys},{opening}{criterion})"

    def value(self, *parts: object) -> float:
        return self.totals.get(self.prefix + "|".join(str(p) for p in parts), 0.0)

    def of(self, prefix: str) -> View:
        """The same sums of keys that open alike."""
        return replace(self, prefix=prefix)


def totals(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    parts: dict[str, list[float]] = defaultdict(list)
    for key, amount in pairs:
        parts[key].append(amount)
    return {key: math.fsum(amounts) for key, amounts in parts.items()}


class Calendar:
    """Periods by label."""

    def __init__(self, case: Case) -> None:
        p = case.periods
        self.index = {p.label(t): t for t in p}
        self.year = {p.label(t): p.year(t) for t in p}
        self.ends = {p.label(t) for t in p if p.end_of_year(p.year(t)) == t}

    def stock_key(self, period: str) -> str:
        """A level counts for its year only at the year's end."""
        return str(self.year[period]) if period in self.ends else f"in {period}"


def posted(
    plan: Plan,
    calendar: Calendar,
    table: str,
    item: str,
    keys: Sequence[str],
    unit: str,
    scale: float = 1.0,
    site: str = "",
) -> list[Fact]:
    """The last column of a table, ``scale`` times, a fact a row; ``site`` is where a row names none.

    ``item`` and ``keys`` are patterns of what a row holds, as {r.chip_id}: {year} is that of its period, {stock} is as
    ``stock_key`` says, {item} is the item.
    """
    facts = []
    for r in plan.rows(table):
        period, at = str(r.period), getattr(r, "site_id", site)
        known = {"r": r, "year": calendar.year[period], "stock": calendar.stock_key(period), "item": item.format(r=r)}
        sums = tuple(key.format(**known) for key in keys)
        facts.append(Fact("quantity", known["item"], period, known["year"], float(r[-1]) * scale, unit, at, keys=sums))
    return facts


def costs(case: Case, plan: Plan) -> list[list[Fact]]:
    """Cost lines in three blocks: base, management on base, contingency on both."""
    calendar = Calendar(case)
    blocks: list[list[Fact]] = [[], [], []]
    for r in plan.rows("detail"):
        year = calendar.year[str(r.period)]
        place = 0
        if r.rate_ref.endswith(ON_TOP):
            place = 2 if r.rate_ref.endswith("contingency_share") else 1
        elif r.rate_ref.startswith(SPENT):
            place = 2  # after all that management and contingency stand on
        nothing = r.wbs_code == wbs.UNALLOCATED
        category = UNALLOCATED if nothing else r.category
        blocks[place].append(
            Fact(
                "cost",
                r.item,
                str(r.period),
                year,
                float(r.quantity),
                r.unit,
                r.site_id or "",
                r.wbs_code,
                category,
                r.ledger,
                float(r.rate_usd),
                r.rate_ref,
                float(r.factor),
                float(r.escalation),
                int(r.cents),
                _cost_keys(case, r, category, year),
            )
        )
    return blocks


def _cost_keys(case: Case, r: Any, category: str, year: int) -> tuple[str, ...]:
    """What a cost line is summed by; an empty key where the sum does not speak of it."""
    table, _, rest = r.rate_ref.partition(".")
    entity = rest.rpartition(".")[0]
    soft = category != UNALLOCATED and case.wbs[r.wbs_code].side == "soft"
    fund = case.wbs[r.wbs_code].fund_type
    return (
        f"{r.wbs_code}|{year}",
        f"{category}|{year}",
        f"{r.site_id}|{r.ledger}",
        f"{r.site_id}|{category}|{r.period}" if r.wbs_code not in wbs.BILLS else "",
        f"{UNALLOCATED if category == UNALLOCATED else r.ledger}|{r.period}",
        f"{table}.{entity}|{year}" if soft and table != "categories" else "",
        f"{fund}|{year}" if fund else "",
        f"{r.site_id}|{r.rate_ref}" if table == "accreditations" else "",
        asked_by(case, table, entity) if soft else "",
        f"{table}.{entity}" if soft and table != "categories" else "",
        f"{r.item.rsplit(' ', 1)[0]}|{year}" if r.wbs_code in RACK_LINES else "",
        f"{r.site_id}|{r.ledger}|{year}" if r.ledger == "operations" else _bill(r, year),
        *evidence_keys(case, r, year),
        f"{OWNED} {r.category}|{r.period}" if leased.replaced(case, r.wbs_code, r.item) else "",
        "" if category == UNALLOCATED else f"{case.wbs[r.wbs_code].payer}|{r.ledger}|{r.period}",
    )


def _bill(r: Any, year: int) -> str:
    """The investor's minimum take and cost of collateral by site; management and contingency do not stand on it."""
    return f"{r.site_id}|{r.wbs_code}|{year}" if r.wbs_code in wbs.BILLS else ""


def signed(case: Case, plan: Plan) -> list[Fact]:
    """What is signed in one year and paid in a later one; inside the horizon the dollars are in cost lines too."""
    p, facts = case.periods, []
    for part in signed_ahead(case, plan):
        year, inside = p.year(part.paid), part.paid <= p.last
        if year == p.year(part.signed):
            continue
        facts.append(
            Fact(
                "signed",
                f"{part.item}, signed {p.label(part.signed)}",
                p.label(part.paid),
                year,
                part.quantity,
                part.unit,
                part.site,
                part.wbs,
                part.category,
                "",
                part.rate.usd,
                part.rate.ref,
                part.factor,
                part.escalation,
                part.cents,
                (
                    f"{part.category}|{p.year(part.signed)}",
                    f"{part.category}|{year}" if inside else "",
                    "" if inside else f"{part.category}|{AFTER}",
                    "" if inside else f"{AFTER}|+{year - p.year(p.last)}",
                ),
            )
        )
    return facts


def as_if_leased(case: Case, plan: Plan) -> list[Fact]:
    """Leased halls in the place of the plan's own: never added to cost lines."""
    return [
        Fact(
            LEASED,
            x.item,
            x.span,
            x.year,
            x.quantity,
            x.unit,
            x.site,
            x.wbs,
            case.wbs[x.wbs].category,
            rate_usd=x.rate.usd,
            rate_ref=x.rate.ref,
            factor=x.factor,
            escalation=x.escalation,
            cents=round(100 * x.usd),
            keys=(f"{case.wbs[x.wbs].category}|{x.span}",),
        )
        for x in leased.lines(case, plan) or ()
    ]


def asked_by(case: Case, table: str, entity: str) -> str:
    """What asks for a soft line: service waits for it, a promise names it, more output, what others stand on."""
    if table == "initiatives":
        effect = case.initiatives[entity].effect
        words = {"phase 3": "promise", "prerequisite": "prerequisite", "raises utilisation": "output"}
        return words.get(effect, "service")
    if table == "training_tracks":
        return "promise" if case.tracks[entity].learners == "awareness" else "service"
    return "contingency" if table == "categories" else "service"
