"""Amounts of a plan that the first screens show, each counted in one place. Dollars are then-year unless said."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planner.inputs.case import USD_PER_MUSD, Case
from planner.inputs.programme import Claim
from planner.plan import Plan
from planner.results.evidence import RESERVE, UNALLOCATED, UNSPENT, Evidence
from planner.results.signing import signed_ahead
from planner.wbs import UNALLOCATED as UNALLOCATED_CODE

TIERS = ("secured", "commissioned", "populated")
#: tier -> unit of its MW
BASIS = {"secured": "MW facility", "commissioned": "MW IT", "populated": "MW IT"}
#: MW by which two levels may differ and are the same; the workbook has it as constants.tolerance_mw
TOLERANCE_MW = 1e-3
#: parts that a programme may leave out -> the table of inputs that is then empty
PARTS = {
    "software initiatives": "initiatives",
    "training": "training_tracks",
    "security accreditation": "accreditations",
    "payers of operations": "funding_sources",
    "terms of power contracts": "grid_contracts",
    "quotes for rented service": "rent_quotes",
}


@dataclass(frozen=True)
class Owed:
    """What somebody still owes after the horizon, and until when; ``what`` says in which dollars."""

    what: str
    obligor: str
    usd: float
    last_year: int


class Facts:
    """One plan and its case."""

    def __init__(self, case: Case, plan: Plan) -> None:
        self.case, self.plan = case, plan

    @cached_property
    def years(self) -> list[int]:
        return sorted({self.case.periods.year(t) for t in self.case.periods})

    @property
    def last_year(self) -> int:
        return self.years[-1]

    @cached_property
    def _year_of(self) -> dict[str, int]:
        p = self.case.periods
        return {p.label(t): p.year(t) for t in p}

    # money

    @cached_property
    def spent_cents(self) -> dict[tuple[str, int], int]:
        """(category, year) -> cents of investment; what the split leaves unallocated is a category of its own."""
        found: dict[tuple[str, int], int] = defaultdict(int)
        for r in _rows(self.plan, "detail"):
            if r.ledger == "investment":
                name = UNALLOCATED if r.wbs_code == UNALLOCATED_CODE else str(r.category)
                found[name, self._year_of[str(r.period)]] += int(r.cents)
        return dict(found)

    def spent_by_category(self) -> dict[str, float]:
        """Category -> dollars, in the order of the data; without what is unallocated."""
        names = dict.fromkeys(name for name in self.case.categories if name != UNALLOCATED)
        sums = {n: sum(c for (k, _), c in self.spent_cents.items() if k == n) for n in names}
        return {name: cents / 100 for name, cents in sums.items() if cents}

    @property
    def spent_usd(self) -> float:
        """Investment that buys something: without what the split leaves unallocated."""
        return math.fsum(self.spent_by_category().values())

    @property
    def unallocated_usd(self) -> float:
        """Investment that the split sets aside; it buys nothing."""
        return sum(c for (name, _), c in self.spent_cents.items() if name == UNALLOCATED) / 100

    def cash_in(self, year: int) -> float:
        """Investment of a year, what the split sets aside included."""
        return sum(c for (_, y), c in self.spent_cents.items() if y == year) / 100

    def uses(self) -> dict[str, float]:
        """Every dollar of the budget: spent by category, unallocated, reserve, unspent; the sum is the budget."""
        parts = {part.status: part.cents / 100 for part in self.evidence.parts}
        apart = {name: parts[name] for name in (UNALLOCATED, RESERVE, UNSPENT)}
        return {**self.spent_by_category(), **apart}

    @cached_property
    def evidence(self) -> Evidence:
        return Evidence(self.case, self.plan)

    def ceiling_to_date(self, year: int) -> float:
        """Most that may be invested by the end of a year."""
        p = self.case.periods
        share = math.fsum(self.case.authority_share(t) for t in p if p.year(t) <= year)
        return share * self.case.spendable_musd * USD_PER_MUSD

    @cached_property
    def operations(self) -> dict[int, float]:
        """Year -> operating cost of all payers."""
        cents = dict.fromkeys(self.years, 0)
        for r in _rows(self.plan, "detail"):
            if r.ledger == "operations":
                cents[self._year_of[str(r.period)]] += int(r.cents)
        return {year: found / 100 for year, found in cents.items()}

    def peak_year(self) -> int:
        """The year of the largest operating bill."""
        return max(self.years, key=lambda year: self.operations[year])

    def money_open(self, year: int | None = None) -> float | None:
        """What payers could carry in a year or in all years; None where the data name no payer."""
        case, p = self.case, self.case.periods
        if not case.funding_sources:
            return None
        periods = [t for t in p if year in (None, p.year(t))]
        return USD_PER_MUSD * math.fsum(case.funding_cap_musd(f, t) for f in case.funding_sources for t in periods)

    def owed(self) -> list[Owed]:
        """What contracts still owe after the horizon, by obligor."""
        found: list[Owed] = []
        table = self.plan["owed_after"]
        for obligor, rows in table.groupby("obligor", sort=False):
            usd = math.fsum(rows["usd"])
            what = f"power that serves no load, {self.case.programme.base_year} dollars"
            found.append(Owed(what, str(obligor), usd, int(rows["year"].max())))
        p = self.case.periods
        later = [part for part in signed_ahead(self.case, self.plan) if part.paid > p.last]
        if later:
            usd = sum(part.cents for part in later) / 100
            what = "signed and not yet paid, then-year dollars"
            found.append(Owed(what, "investor", usd, max(p.year(part.paid) for part in later)))
        return found

    # power

    @cached_property
    def _tiers(self) -> dict[tuple[str, int], float]:
        p = self.case.periods
        ends = {p.label(p.of_year(year)[-1]): year for year in self.years}
        found: dict[tuple[str, int], float] = defaultdict(float)
        for r in _rows(self.plan, "tiers"):
            if str(r.period) in ends:
                for tier in TIERS:
                    found[tier, ends[str(r.period)]] += float(getattr(r, f"{tier}_mw"))
        return found

    def tier(self, tier: str, year: int) -> float:
        """MW at the end of a year, all sites."""
        return self._tiers.get((tier, year), 0.0)

    def grown_by(self, tier: str) -> int:
        """The year after those in which a tier has less than at the end of the horizon."""
        end = self.tier(tier, self.last_year)
        return self.years[0] + sum(self.tier(tier, year) < end - TOLERANCE_MW for year in self.years)

    def power_claims(self) -> dict[str, Claim]:
        """Tier -> the claim of the largest level on it."""
        found: dict[str, Claim] = {}
        for claim in self.case.programme.claims:
            if claim.metric == "power" and claim.tier in TIERS and claim.level is not None and claim.by:
                known = found.get(claim.tier)
                if known is None or claim.level > (known.level or 0.0):
                    found[claim.tier] = claim
        return found

    def counted_mw(self, claim: Claim) -> float | None:
        """Commissioned MW IT that count for a claim: up to a factor of what their site populates; None if not held."""
        rows = [float(r.mw) for r in _rows(self.plan, "counted") if r.commitment == claim.id]
        return math.fsum(rows) if rows else None

    def largest_power_claim(self) -> Claim | None:
        """The largest promise of power; the earliest among equals, commissioned halls before the other tiers."""
        claims = [c for tier in ("commissioned", "secured", "populated") if (c := self.power_claims().get(tier))]
        return min(claims, key=lambda c: (-(c.level or 0.0), c.by or 0), default=None)

    def unused_mw(self) -> float:
        """MW of grid contracts that serve no load at the end of the horizon."""
        return math.fsum(unused for _, unused in self.unused_by_site.values())

    @cached_property
    def unused_by_site(self) -> dict[str, tuple[float, float]]:
        """Site -> MW under grid contract, and MW of them that serve no load, at the end of the horizon."""
        last = self.case.periods.labels()[-1]
        rows = [r for r in _rows(self.plan, "grid_use") if str(r.period) == last]
        return {str(r.site_id): (float(r.contracted_mw), float(r.unused_mw)) for r in rows}


def _rows(plan: Plan, table: str) -> Iterator[Any]:
    return iter(plan[table].itertuples(index=False))


def left_out(case: Case) -> list[str]:
    """Parts of a whole programme that these inputs do not model."""
    return [part for part, table in PARTS.items() if case.tables[table].empty]


def without_plan(document: Mapping[str, Any]) -> str:
    """The headline of a run that has no plan."""
    if document.get("verdict") == "infeasible":
        return "No plan exists: the firm promises cannot all be kept at once."
    return "No plan was found before the search stopped; that does not mean that none exists."
