"""What the sections draw from: the case, the plan and the document, with the sums that several of them show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from planner import wbs
from planner.inputs.case import Case
from planner.inputs.programme import Claim
from planner.measures import count
from planner.plan import Plan
from planner.report.facts import Facts
from planner.report.second import Kept
from planner.results.chains import Chains
from planner.results.evidence import UNALLOCATED

#: column of the table tiers -> what a reader calls it, and its unit
TIERS = {
    "secured_mw": ("Secured", "MW facility"),
    "commissioned_mw": ("Commissioned", "MW IT"),
    "populated_mw": ("Populated", "MW IT"),
}


def millions(usd: float) -> str:
    """Dollars of a table whose caption says $M."""
    return count(usd / 1e6, 1)


@dataclass(frozen=True)
class Figures:
    """One run. Sums are of posted cents; levels of a year are those at its end."""

    case: Case
    plan: Plan
    document: Mapping[str, Any]
    #: what analyses of the run found, by the name of the analysis
    kept: Kept = field(default_factory=dict)

    @cached_property
    def facts(self) -> Facts:
        """Amounts that the first screen shows as well."""
        return Facts(self.case, self.plan)

    @property
    def years(self) -> list[int]:
        return self.facts.years

    @cached_property
    def index(self) -> dict[str, int]:
        """Label of a period -> its place."""
        return {label: t for t, label in enumerate(self.case.periods.labels())}

    @cached_property
    def _year(self) -> dict[str, int]:
        return {label: self.case.periods.year(t) for label, t in self.index.items()}

    @cached_property
    def ends(self) -> dict[str, int]:
        """Label of the last period of a year -> the year."""
        p = self.case.periods
        return {label: y for label, y in self._year.items() if p.end_of_year(y) == self.index[label]}

    @cached_property
    def sites(self) -> list[str]:
        """Chosen sites, by name; they open together."""
        return sorted(str(r.site_id) for r in self.plan.rows("opens") if r.opens > 0.5)

    @cached_property
    def roles(self) -> dict[str, str]:
        """Site -> name of the highest level at which its racks work."""
        used = {(str(r.site_id), str(r.level_id)) for r in self.plan.rows("running")}
        levels = self.case.levels.values()
        return {s: e.name.split(" (")[0] for e in levels for s in self.sites if (s, e.level_id) in used}

    @cached_property
    def chains(self) -> Chains:
        """When what is started is ready, where one thing waits for another."""
        return Chains(self.case, self.plan)

    def sums(self, table: str, column: str, *keys: str, at: Mapping[str, int] | None = None) -> dict[Any, float]:
        """Sums of a column by keys; ``year`` is that of the period, or of those periods alone that ``at`` names."""
        rows = self.plan[table]
        rows = rows.assign(year=rows["period"].map(at or self._year)).dropna(subset="year")
        return {key: float(x) for key, x in rows.groupby(list(keys), sort=False)[column].sum().items()}

    @cached_property
    def _dollars(self) -> dict[tuple[str, str, str, int], float]:
        """(ledger, category, WBS code, year) -> then-year USD."""
        found = self.sums("detail", "cents", "ledger", "category", "wbs_code", "year")
        return {key: cents / 100 for key, cents in found.items()}

    def spent(self, ledger: str, category: str | None = None, year: int | None = None) -> float:
        """Then-year USD; what buys nothing is a category of its own."""
        return math.fsum(
            usd
            for (book, kind, code, at), usd in self._dollars.items()
            if book == ledger
            and category in (None, UNALLOCATED if code == wbs.UNALLOCATED else kind)
            and year in (None, at)
        )

    @cached_property
    def categories(self) -> list[str]:
        """Categories in which something is invested, in the order of the data; last what buys nothing."""
        return [c for c in (*self.case.categories, UNALLOCATED) if self.spent("investment", c)]

    @property
    def bought(self) -> list[str]:
        """Categories that buy something."""
        return [c for c in self.categories if c != UNALLOCATED]

    @cached_property
    def funded(self) -> dict[str, list[float]]:
        """Payer of operations -> then-year USD by year."""
        found = self.sums("funded", "musd", "source", "year")
        return {name: [1e6 * found.get((name, y), 0.0) for y in self.years] for name in self.case.funding_sources}

    @cached_property
    def _tiers(self) -> dict[str, dict[tuple[str, int], float]]:
        return {tier: self.sums("tiers", tier, "site_id", "year", at=self.ends) for tier in TIERS}

    def tier(self, tier: str, year: int, site: str = "") -> float:
        """MW at the end of a year, of a site or of all."""
        return math.fsum(mw for (s, at), mw in self._tiers[tier].items() if at == year and site in ("", s))

    @cached_property
    def compute(self) -> dict[str, dict[tuple[str, int], float]]:
        """State -> (precision, year) -> PFLOP/s at the end of the year."""
        states = ("installed", "serving")
        return {s: self.sums("compute", f"{s}_pflops", "precision", "year", at=self.ends) for s in states}

    @cached_property
    def commitments(self) -> dict[str, Mapping[str, Any]]:
        return {str(item["id"]): item for item in self.document.get("commitments") or []}

    def promised(self, metric: str) -> list[Claim]:
        """Claims of a metric with a level and a year."""
        return [c for c in self.case.programme.claims if c.metric == metric and c.level is not None and c.by]

    def row(self, name: str, ledger: str, category: str | None = None) -> list[str]:
        """A row of a table in $M: by year, and in all."""
        parts = [self.spent(ledger, category, y) for y in self.years]
        return [name, *map(millions, parts), millions(math.fsum(parts))]

    def site_name(self, site: str) -> str:
        known = self.case.sites.get(site)
        return f"{known.name}, {known.state}" if known else site
