"""The halls of a plan as if they were leased: which lines fall away, and what leased halls cost in their place.

Every hall that is not leased already is replaced by a leased one of the same kind of cooling, ready in the same period.
Its fit-out is paid before that, its rent from then on to the end of the horizon, at the lease's own upkeep. After the
horizon rent goes on for the halls of racks that go on working. Land, shell, civil works, plant of the halls and the
framework discount fall away. No limit of halls that stand today is kept, as a plan keeps it. Campus opening, hardening,
power, chips and all else stay as planned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from planner import wbs
from planner.inputs.case import Case, Design, Rate
from planner.plan import NOISE, Plan
from planner.results.signing import index_of_year

LEASE = "lease"
#: lines of owned halls that a lease replaces
REPLACED = (wbs.LAND, wbs.DISCOUNT, *(code for code, _, _ in wbs.HALL_LINES))


@dataclass(frozen=True)
class Line:
    """A cost of a leased hall: then-year dollars are quantity times rate, factor, escalation, to the cent."""

    wbs: str
    site: str
    item: str
    span: str
    year: int
    quantity: float
    unit: str
    rate: Rate
    factor: float
    escalation: float

    @property
    def usd(self) -> float:
        return round(100 * self.quantity * self.rate.usd * self.factor * self.escalation) / 100


def replaced(case: Case, code: str, item: str) -> bool:
    """Whether a line of the plan is of a hall that is not leased."""
    own = item.split(" ")[0]
    if own in case.designs and case.designs[own].route == LEASE:
        return False
    return code in REPLACED or code == wbs.FACILITY_UPKEEP


def lease_of(case: Case, design: Design) -> Design | None:
    """The leased design that takes the place of one: the same cooling, else one for the same kind of racks."""
    liquid = case.cooling[design.cooling_id].holds_liquid_racks
    leases = [d for d in case.designs.values() if d.route == LEASE and d.lease_usd_per_mw_year]
    alike = [d for d in leases if case.cooling[d.cooling_id].holds_liquid_racks == liquid]
    return next((d for d in alike if d.cooling_id == design.cooling_id), next(iter(alike), None))


def lines(case: Case, plan: Plan) -> list[Line] | None:
    """What leased halls cost; none where a hall of the plan has no leased design like it."""
    places = list(_owned(case, plan))
    if any(lease is None for _, lease, _, _ in places):
        return None
    found: dict[tuple[str, str, str, str, str, int], float] = defaultdict(float)
    p = case.periods
    for site, lease, ready, mw in places:
        assert lease is not None
        begun = max(0, ready - (p.ready(0, lease.lead_months)))
        for t, share in p.payments(begun, lease.lead_months, case.profile(lease.profile_id)).items():
            for code, _, column in wbs.HALL_LINES:
                if getattr(lease, column) and t <= p.last:
                    found[code, site, lease.design_id, column, p.label(t), p.year(t)] += share * mw
        for t in range(ready, p.count):
            found[wbs.LEASE, site, lease.design_id, "lease_usd_per_mw_year", p.label(t), p.year(t)] += mw * p.years
        for t in range(ready + 1, p.count):
            column = "facility_om_usd_per_mw_year"
            found[wbs.FACILITY_UPKEEP, site, lease.design_id, column, p.label(t), p.year(t)] += mw * p.years
    for site, design, n, mw in _after(case, plan, places):
        year = p.year(p.last) + n
        found[wbs.LEASE, site, design, "lease_usd_per_mw_year", f"+{n}", year] += mw
    return [_line(case, key, quantity) for key, quantity in found.items() if quantity > NOISE]


def _owned(case: Case, plan: Plan) -> Iterator[tuple[str, Design | None, int, float]]:
    """Site, leased design in its place, period at whose end it stands, and MW IT, of halls that are not leased."""
    index = {label: t for t, label in enumerate(case.periods.labels())}
    for r in plan.rows("modules"):
        design = case.designs[r.design_id]
        if design.route != LEASE:
            ready = case.periods.ready(index[str(r.period)], design.lead_months)
            yield str(r.site_id), lease_of(case, design), ready, design.module_mw * float(r.modules)


def _after(
    case: Case, plan: Plan, places: list[tuple[str, Design | None, int, float]]
) -> Iterator[tuple[str, str, int, float]]:
    """MW IT of racks that go on working in halls that were not leased, with the taper: by site, leased design, year."""
    p = case.periods
    tiers = plan["tiers"][plan["tiers"]["period"] == p.label(p.last)]
    standing = dict(zip(tiers["site_id"], tiers["commissioned_mw"].astype(float), strict=True))
    for r in plan.rows("tail_running"):
        mw = float(r.racks) * case.chips[r.chip_id].rack_mw * case.parameter("tail_taper") ** int(r.year_after)
        for site, lease, ready, own in places:
            if site == r.site_id and lease is not None and ready <= p.last and standing.get(site):
                yield site, lease.design_id, int(r.year_after), mw * own / standing[site]


def _line(case: Case, key: tuple[str, str, str, str, str, int], quantity: float) -> Line:
    code, site, design, column, span, year = key
    rate = case.rate("designs", design, column)
    factor = case.sites[site].construction_multiplier if code in {c for c, _, _ in wbs.HALL_LINES} else 1.0
    unit = "MW IT" if factor != 1.0 or code not in (wbs.LEASE, wbs.FACILITY_UPKEEP) else "MW IT-years"
    item = f"{design} {column.removesuffix('_year').removesuffix('_usd_per_mw')}"
    return Line(code, site, item, span, year, quantity, unit, rate, factor, index_of_year(case, rate, year))


def on_top(case: Case, category: str) -> float:
    """What management and contingency make of a dollar of a category of investment."""
    management = case.parameter("programme_management_share") if wbs.ON_TOP[category][0] else 0.0
    return (1 + management) * (1 + case.categories[category].contingency_share)
