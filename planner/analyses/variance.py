"""A plan made again against its baseline: dollars by category and year, MW by year, months by milestone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from planner.inputs.case import Case
from planner.plan import Plan
from planner.store import Stored
from planner.wbs import UNALLOCATED

#: MW or cents by which two solves may differ
ROUNDING = 1e-6
TIERS = {"secured_mw": "secured", "commissioned_mw": "commissioned", "populated_mw": "populated"}


@dataclass(frozen=True)
class Line:
    """One figure of a year in both plans: USD in cents, or MW at the end of the year; None outside a horizon."""

    what: str
    year: int
    baseline: float | None
    now: float | None

    @property
    def variance(self) -> float | None:
        if self.baseline is None or self.now is None:
            return None
        apart = self.now - self.baseline
        return 0.0 if abs(apart) < ROUNDING else apart


@dataclass(frozen=True)
class Milestone:
    """The month, counted from year 0, at whose end something is first reached in both plans; None: never."""

    what: str
    baseline: int | None
    now: int | None

    @property
    def months(self) -> int | None:
        """How much later it is than in the baseline."""
        return None if self.baseline is None or self.now is None else self.now - self.baseline


@dataclass(frozen=True)
class Variance:
    """``cents`` are then-year, by category and year; ``megawatts`` by tier and year."""

    cents: tuple[Line, ...]
    megawatts: tuple[Line, ...]
    milestones: tuple[Milestone, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "usd": [_line(x, 100.0) for x in self.cents],
            "mw": [_line(x, 1.0) for x in self.megawatts],
            "milestones": [
                {"milestone": m.what, "baseline": _month(m.baseline), "now": _month(m.now), "months_later": m.months}
                for m in self.milestones
            ],
        }


def _line(x: Line, per: float) -> dict[str, Any]:
    figures = {name: None if v is None else v / per for name, v in (("baseline", x.baseline), ("now", x.now))}
    return {**asdict(x), **figures, "variance": None if x.variance is None else x.variance / per}


def _month(month: int | None) -> str | None:
    """Year and month in which a month ends, as 2027-12."""
    return None if month is None else f"{(month - 1) // 12}-{(month - 1) % 12 + 1:02}"


def variance(base: Stored, now: Stored) -> Variance:
    """What differs; both runs have a plan."""
    assert base.plan is not None
    assert now.plan is not None
    years = [_years(base.case), _years(now.case)]
    return Variance(
        tuple(_lines(_cents(base.case, base.plan), _cents(now.case, now.plan), None)),
        tuple(_lines(_megawatts(base.case, base.plan), _megawatts(now.case, now.plan), years)),
        tuple(_milestones(_reached(base.case, base.plan), _reached(now.case, now.plan))),
    )


def _years(case: Case) -> set[int]:
    return {case.periods.year(t) for t in case.periods}


Amounts = dict[tuple[str, int], float]


def _lines(base: Amounts, now: Amounts, years: list[set[int]] | None) -> Iterator[Line]:
    """Every figure of either plan; money that is not spent is 0, MW outside a horizon are not known."""
    whats = dict.fromkeys(what for what, _ in [*base, *now])
    for what in whats:
        for year in sorted({y for w, y in [*base, *now] if w == what}):
            ends = [
                of.get((what, year), 0.0) if years is None or year in years[n] else None
                for n, of in enumerate((base, now))
            ]
            yield Line(what, year, *ends)


def _cents(case: Case, plan: Plan) -> Amounts:
    """Then-year cents by category and calendar year; what the split sets aside is no spending."""
    year = {case.periods.label(t): case.periods.year(t) for t in case.periods}
    detail = plan["detail"]
    rows = detail[detail["wbs_code"] != UNALLOCATED][["category", "period", "cents"]]
    found: Amounts = {}
    for category, label, cents in rows.itertuples(index=False, name=None):
        key = str(category), year[str(label)]
        found[key] = found.get(key, 0.0) + int(cents)
    order = list(case.categories)
    return dict(sorted(found.items(), key=lambda item: (order.index(item[0][0]), item[0][1])))


def _levels(case: Case, plan: Plan) -> dict[str, list[float]]:
    """MW by tier at the end of each period, over all sites."""
    sums = plan["tiers"].groupby("period")[list(TIERS)].sum()
    return {
        name: [float(sums[tier].get(case.periods.label(t), 0.0)) for t in case.periods] for tier, name in TIERS.items()
    }


def _megawatts(case: Case, plan: Plan) -> Amounts:
    levels, p = _levels(case, plan), case.periods
    return {(name, p.year(t)): mw[t] for name, mw in levels.items() for t in p if p.end_of_year(p.year(t)) == t}


def _reached(case: Case, plan: Plan) -> dict[str, int | None]:
    """Milestone -> month at whose end it is reached: promised levels, halls of sites, each first rack and service."""
    p, levels = case.periods, _levels(case, plan)

    def first(values: list[float], level: float) -> int | None:
        at = next((t for t, x in enumerate(values) if x >= level * (1 - 1e-9)), None)
        return None if at is None else 12 * p.first_year + (at + 1) * p.months

    found: dict[str, int | None] = {}
    compute = plan["compute"]
    for claim in case.programme.claims:
        if not claim.level or claim.tier is None:
            continue
        if claim.metric == "power" and claim.tier in levels:
            found[claim.claim] = first(levels[claim.tier], claim.level)
        elif claim.metric == "compute" and f"{claim.tier}_pflops" in compute:
            mine = compute[compute["precision"] == claim.precision][["period", f"{claim.tier}_pflops"]]
            pflops = dict(mine.itertuples(index=False, name=None))
            found[claim.claim] = first([pflops.get(p.label(t), 0.0) for t in p], claim.level)
    tiers = plan["tiers"]
    for s in dict.fromkeys(tiers["site_id"]):
        halls = dict(tiers[tiers["site_id"] == s][["period", "commissioned_mw"]].itertuples(index=False, name=None))
        found[f"First halls at {case.sites[s].name}"] = first([halls.get(p.label(t), 0.0) for t in p], 1e-6)
    found["First racks in place"] = first(levels["populated"], 1e-6)
    served = plan["served"].groupby("period")["pflops_years"].sum()
    found["First service"] = first([float(served.get(p.label(t), 0.0)) for t in p], 1e-6)
    return found


def _milestones(base: dict[str, int | None], now: dict[str, int | None]) -> Iterator[Milestone]:
    for what in dict.fromkeys([*base, *now]):
        yield Milestone(what, base.get(what), now.get(what))
