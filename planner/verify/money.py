"""Money: the detail table against the recomputed lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.verify.codes import MANAGEMENT, SPENT, SPLIT, Group, GroupKey
from planner.verify.tally import Check, rule
from planner.verify.world import World

HALF_CENT = 0.005


def _is_dollars(ref: str) -> bool:
    """Lines whose quantity is dollars: management, contingency, what is set aside, what no decision accounts for."""
    contingency = ref.startswith("categories.") and ref.endswith(".contingency_share")
    return contingency or ref in (MANAGEMENT, SPLIT) or ref.startswith(SPENT)


@dataclass
class Posted:
    """What the detail table says of one group."""

    amount: float
    cents: float
    rows: int


def _posted(world: World) -> dict[GroupKey, Posted]:
    detail = world.tables["detail"]
    keys = ["wbs_code", "site_id", "period", "rate_ref"]
    grouped = detail.assign(amount=detail["quantity"] * detail["factor"]).groupby(keys, sort=False)
    sums = grouped.agg(amount=("amount", "sum"), cents=("cents", "sum"), rows=("cents", "size")).reset_index()
    return {
        (code, s, world.index[label], ref): Posted(float(amount), float(cents), int(rows))
        for code, s, label, ref, amount, cents, rows in sums.itertuples(index=False, name=None)
    }


def _rounding_of_base(world: World) -> dict[tuple[str, int], float]:
    """Dollars by which a base taken from posted cents may differ from the unrounded one, by site and period."""
    rows: dict[tuple[str, int], float] = defaultdict(float)
    for (_, s, t, _), posted in _posted(world).items():
        rows[s, t] += HALF_CENT * posted.rows
    return rows


def _distinct(world: World, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    return world.tables["detail"][columns].drop_duplicates().itertuples(index=False, name=None)


def _where(world: World, key: GroupKey) -> str:
    code, s, t, ref = key
    return f"{code},{s},{world.facts.clock.label(t)},{ref}"


@rule("money.detail_complete")
def detail_complete(world: World, check: Check) -> None:
    """The dollars of every line that the decisions call for, and no others."""
    posted, ledger, spare = _posted(world), world.ledger, _rounding_of_base(world)
    for place, ref in sorted(ledger.unpriced):
        check.true(f"{place},{ref}", False, "the plan spends here, but the data hold no such price")
    for key in dict.fromkeys([*ledger.groups, *posted]):
        due, found = ledger.groups.get(key, Group()), posted.get(key, Posted(0.0, 0.0, 0))
        rounding = HALF_CENT * max(1, found.rows) + 1e-9 * abs(due.usd) + (spare[key[1], key[2]] if due.uplift else 0.0)
        excess = abs(found.cents / 100.0 - due.usd) - rounding
        if excess <= 0:
            check.seen()
            continue
        words = f"the detail shows ${found.cents / 100.0:,.2f}; the decisions cost ${due.usd:,.2f}"
        size = max(abs(found.cents) / 100.0, abs(due.usd))
        check.true(_where(world, key), False, words, unit="USD", excess=excess, size=size)


@rule("money.detail_quantity")
def detail_quantity(world: World, check: Check) -> None:
    """Quantity times factor, summed over the lines of a code, site, period and price."""
    posted, ledger, spare = _posted(world), world.ledger, _rounding_of_base(world)
    for key, found in posted.items():
        due = ledger.groups.get(key, Group())
        allowed = 1e-9 * max(1.0, due.size) + (spare[key[1], key[2]] if due.uplift else 0.0)
        words = "the detail counts {left} (quantity times factor); the decisions come to {right}"
        check.equal(_where(world, key), found.amount, due.amount, "quantity", words, slack=allowed)


@rule("money.detail_factor")
def detail_factor(world: World, check: Check) -> None:
    columns = ["wbs_code", "site_id", "period", "rate_ref", "factor"]
    for code, s, label, ref, factor in _distinct(world, columns):
        key = (code, s, world.index[label], ref)
        known = world.ledger.groups[key].factors if key in world.ledger.groups else set()
        fits = any(abs(factor - f) <= 1e-9 * max(1.0, abs(f)) for f in known) or key not in world.ledger.groups
        allowed = ", ".join(f"{f:.6g}" for f in sorted(known))
        check.true(_where(world, key), fits, f"the line's factor is {factor:.6g}; the data give {allowed}")


@rule("money.detail_rate")
def detail_rate(world: World, check: Check) -> None:
    """The rate as read, and the index ratio of its period."""
    facts = world.facts
    columns = ["rate_ref", "period", "rate_usd", "escalation"]
    for ref, label, rate, escalation in _distinct(world, columns):
        where = f"{ref},{label}"
        price = (1.0, "none", None) if _is_dollars(str(ref)) else facts.price(str(ref))
        if price is None:
            check.true(where, False, "the line quotes a price that the data do not hold")
            continue
        due = facts.escalation(price, world.index[label])
        fits = abs(rate - price[0]) <= 1e-9 * max(1.0, abs(price[0]))
        check.true(where, fits, f"the line's price is {rate:,.6g}; the data say {price[0]:,.6g}", unit="USD")
        fits = abs(escalation - due) <= 1e-9 * max(1.0, due)
        check.true(where, fits, f"the line's escalation is {escalation:.6f}; the price indices give {due:.6f}")


@rule("money.detail_account")
def detail_account(world: World, check: Check) -> None:
    columns = ["wbs_code", "category", "ledger"]
    for code, category, ledger in _distinct(world, columns):
        row = world.facts.wbs[code]
        fits = category == row["category"] and ledger == row["ledger"]
        words = f"the line stands under {category}, {ledger}; its code belongs to {row['category']}, {row['ledger']}"
        check.true(str(code), fits, words)


@rule("money.detail_rounding")
def detail_rounding(world: World, check: Check) -> None:
    detail = world.tables["detail"]
    cents = detail["cents"].to_numpy(dtype=float)
    exact = 100.0 * detail["quantity"].to_numpy(dtype=float) * detail["rate_usd"].to_numpy(dtype=float)
    exact = exact * detail["factor"].to_numpy(dtype=float) * detail["escalation"].to_numpy(dtype=float)
    off = np.abs(cents - exact)
    bad = (off > 0.5 + 1e-4 + 4e-15 * np.abs(cents)) | (cents != np.round(cents))
    check.seen(int((~bad).sum()))
    for position in np.flatnonzero(bad).tolist():
        row = detail.iloc[position]
        where = f"{row['wbs_code']},{row['site_id']},{row['item']},{row['period']}"
        words = f"the line posts {cents[position]:,.2f} cents; its own figures give {exact[position]:,.2f}"
        excess = max(float(off[position] - 0.5), abs(float(cents[position] - np.round(cents[position]))))
        check.true(where, False, words, unit="cents", excess=excess, size=abs(float(exact[position])))
