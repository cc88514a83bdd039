"""The dollars of a plan in every draw: posted lines times the factor of their family, paid later where a site is late.

Lines are linear in their rates. What is under way is kept in dollars of one price level, by the index of its lines, so
that a later payment is dearer by what the index rises. Contingency and what the split sets aside are no part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from planner.inputs.case import Case
from planner.plan import Plan
from planner.risk.fitting import Floats
from planner.risk.sampling import Draws
from planner.risk.uncertainty import Uncertainty
from planner.wbs import BILLS, ON_TOP, UNALLOCATED

OPERATIONS = "operations"
MANAGEMENT = {code for code, _ in ON_TOP.values() if code}
HELD = {code for _, code in ON_TOP.values()}


class _Row:
    """A posted line, as the plan has it."""

    def __init__(self, t: int, row: Mapping[Any, Any]) -> None:
        self.category, self.ledger, self.site = str(row["category"]), str(row["ledger"]), str(row["site_id"])
        self.code, self.ref, self.t, self.usd = str(row["wbs_code"]), str(row["rate_ref"]), t, row["cents"] / 100
        self.place = self.category, self.site, t


@dataclass(frozen=True)
class Line:
    """A line of base cost with the management on it; ``t`` is its period, without a ``family`` it does not vary."""

    category: str
    ledger: str
    code: str
    site: str
    family: int | None
    index: str
    t: int
    usd: float


@dataclass(frozen=True)
class Cash:
    """Dollars (N, periods) by category; periods go past the horizon by as much as the longest delay moves them."""

    by_category: Mapping[str, Floats]

    @property
    def invested(self) -> Floats:
        """Investment by period, all categories."""
        found = np.zeros_like(self.by_category[OPERATIONS])
        for category, usd in self.by_category.items():
            found += usd if category != OPERATIONS else 0.0
        return found

    def spent(self, category: str) -> Floats:
        """Dollars (N,) of a category, whenever they are paid."""
        return np.asarray(self.by_category[category].sum(axis=1))


class Account:
    """Base lines of a plan; ``contingency``: dollars by (category, period); ``set_aside``: dollars that buy nothing."""

    def __init__(self, case: Case, plan: Plan, uncertainty: Uncertainty) -> None:
        self.case, self.uncertainty = case, uncertainty
        self.family_of = {code: n for n, f in enumerate(uncertainty.families) for code in f.lines}
        self.set_aside = 0.0
        self.contingency: dict[tuple[str, int], float] = defaultdict(float)
        place = {label: t for t, label in enumerate(case.periods.labels())}
        rows = [_Row(place[str(r["period"])], r) for r in plan["detail"].to_dict("records")]
        for r in rows:
            if r.code == UNALLOCATED:
                self.set_aside += r.usd
            elif r.code in HELD:
                self.contingency[r.category, r.t] += r.usd
        self.lines = list(self._lines([r for r in rows if r.code != UNALLOCATED and r.code not in HELD]))

    def _lines(self, rows: Sequence[_Row]) -> Iterator[Line]:
        """Base lines; management goes onto the lines that it is a share of, at their site and in their period."""
        on_top: dict[tuple[str, str, int], float] = defaultdict(float)
        base: dict[tuple[str, str, int], float] = defaultdict(float)
        for r in rows:
            if r.code in MANAGEMENT:
                on_top[r.place] += r.usd
            elif r.code not in BILLS:
                base[r.place] += r.usd
        for r in rows:
            usd = r.usd
            if r.code in MANAGEMENT and base[r.place]:
                continue
            if r.code not in MANAGEMENT and r.code not in BILLS and base[r.place]:
                usd *= 1 + on_top[r.place] / base[r.place]
            about = r.category, r.ledger, r.code, r.site, self.family_of.get(r.code), self._index(r.ref)
            yield Line(*about, r.t, usd)

    def _index(self, ref: str) -> str:
        table, _, rest = ref.partition(".")
        key, _, column = rest.rpartition(".")
        try:
            rate = self.case.rate(table, key, column)
        except KeyError:  # a share or a rule, which has no price of its own
            return "none"
        return rate.index_id if rate.money_year is not None else "none"

    # totals of the plan as it is

    def planned(self, ledger: str = "investment") -> float:
        """Base dollars of a ledger."""
        return float(sum(line.usd for line in self.lines if line.ledger == ledger))

    @property
    def categories(self) -> list[str]:
        """Categories of investment, in the order of the data."""
        mine = {line.category for line in self.lines if line.ledger != OPERATIONS} | {c for c, _ in self.contingency}
        return [category for category in self.case.categories if category in mine]

    def base_of(self, category: str) -> float:
        """Base dollars of a category of investment."""
        return float(sum(line.usd for line in self.lines if line.category == category and line.ledger != OPERATIONS))

    def contingency_of(self, category: str) -> float:
        """Contingency that the plan holds for a category, dollars."""
        return float(sum(usd for (name, _), usd in self.contingency.items() if name == category))

    @property
    def unvaried_usd(self) -> float:
        """Base investment in no family."""
        return float(sum(line.usd for line in self.lines if line.family is None and line.ledger == "investment"))

    # draws

    def movers(self, code: str) -> tuple[str, ...]:
        """Delays that move a line."""
        return tuple(d.id for d in self.uncertainty.delays if code in d.moves)

    def weights(self, lines: Sequence[Line]) -> Floats:
        """Dollars (families + 1, periods) of some lines; the last row does not vary."""
        found = np.zeros((len(self.uncertainty.families) + 1, self.case.periods.last + 1))
        for line in lines:
            found[-1 if line.family is None else line.family, line.t] += line.usd
        return found

    def cash(self, draws: Draws) -> Cash:
        """Every draw's dollars by category and period."""
        groups: dict[tuple[str, str, tuple[str, ...], str], list[Line]] = defaultdict(list)
        for line in self.lines:
            movers = self.movers(line.code) if line.site in self.case.sites else ()
            category = OPERATIONS if line.ledger == OPERATIONS else line.category
            groups[category, line.site if movers else "", movers, line.index if movers else ""].append(line)
        late = {(site, movers): draws.late(movers, site) for _, site, movers, _ in groups if movers}
        months = self.case.periods.months
        more = int(max([float(x.max()) for x in late.values()] or [0.0]) // months) + 1
        periods = self.case.periods.last + 1 + more
        factors = with_one(draws)
        kinds = dict.fromkeys([*self.categories, OPERATIONS])
        found = {category: np.zeros((draws.count, periods)) for category in kinds}
        for (category, site, movers, index), lines in groups.items():
            if not movers:
                found[category][:, : periods - more] += factors @ self.weights(lines)
                continue
            level = self._levels(index, periods)
            paid = factors @ (self.weights(lines) / level[: periods - more])
            found[category] += moved(paid, late[site, movers] / months, more) * level
        return Cash(found)

    def _levels(self, index: str, periods: int) -> Floats:
        """Price level of periods; past the last year that the data hold it stays."""
        known = self._index_of.get(index)
        if known is None:
            return np.ones(periods)
        first, months = self.case.programme.horizon.first_year, self.case.periods.months
        return np.array([known[min(max(known), first + t * months // 12)] for t in range(periods)])

    @cached_property
    def _index_of(self) -> dict[str, dict[int, float]]:
        """Index -> year -> level."""
        found: dict[str, dict[int, float]] = defaultdict(dict)
        for r in self.case.tables["price_indices"].to_dict("records"):
            found[str(r["index_id"])][int(r["year"])] = float(r["index_value"])
        return dict(found)


def with_one(draws: Draws) -> Floats:
    """Factors (N, families + 1): the last one, of what does not vary, is 1."""
    return np.column_stack([draws.factors, np.ones(draws.count)])


def moved(paid: Floats, periods: Floats, more: int) -> Floats:
    """Amounts (N, T) paid so many periods later, at an even rate within each; the result has ``more`` periods."""
    count, width = paid.shape
    padded = np.zeros((count, more + 1 + width + more))
    padded[:, more + 1 : more + 1 + width] = paid
    whole = np.floor(periods).astype(int)
    part = (periods - whole)[:, None]
    at = np.arange(width + more)[None, :] + more + 1 - whole[:, None]
    return np.asarray((1 - part) * np.take_along_axis(padded, at, 1) + part * np.take_along_axis(padded, at - 1, 1))
