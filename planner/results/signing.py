"""When investment is committed: by an order or contract at the start of what it buys, long before it is all paid.

Halls, grid connections and plant are signed when they are started and paid along their spend profile; a lease
is signed for its whole term when its hall is started. Every other line is committed in the period in which it
is paid: racks, land, hardening, accreditation and training are paid when they are ordered, yearly costs are
bought year by year, and management and contingency are held, not signed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from planner.inputs.case import Case, Rate
from planner.plan import NOISE, Plan
from planner.wbs import CONNECTION, CONNECTION_PROFILE, HALL_LINES, LEASE, PLANT

CENTS = 100
#: (WBS code, site, item)
Line = tuple[str, str, str]
#: quantity by (period signed, period paid); the period paid may lie past the horizon
Parts = dict[tuple[int, int], float]


@dataclass(frozen=True)
class Signed:
    """A part of a cost line that is paid in another period than it is signed; then-year cents of the period paid."""

    wbs: str
    category: str
    site: str
    item: str
    signed: int
    paid: int
    quantity: float
    unit: str
    rate: Rate
    factor: float
    escalation: float
    cents: int


def signed_ahead(case: Case, plan: Plan) -> list[Signed]:
    """Every part that is signed in one period and paid in a later one, rents after the horizon among them.

    Inside the horizon the cents of a line are those that the plan posts, shared out by quantity.
    """
    known = {(r.wbs_code, r.site_id, r.item, str(r.period)): r for r in plan.rows("detail") if r.ledger == "investment"}
    found: list[Signed] = []
    for line, parts in _signed(case, plan).items():
        for paid in sorted({t for _, t in parts}):
            mine = {u: n for (u, t), n in parts.items() if t == paid}
            if paid > case.periods.last:
                found += _after_the_horizon(case, line, paid, mine)
            elif (posted := known.get((*line, case.periods.label(paid)))) is not None:
                found += _within(line, paid, mine, posted)
            elif sum(mine.values()) > NOISE:
                raise ValueError(f"{line} in {case.periods.label(paid)}: signed, and not posted")
    return found


def committed_cents(case: Case, plan: Plan) -> tuple[dict[int, int], int]:
    """Cents committed by calendar year, and cents of them that are still to be paid after the horizon."""
    p = case.periods
    years = {p.label(t): p.year(t) for t in p}
    cents: dict[int, int] = dict.fromkeys(years.values(), 0)
    for r in plan.rows("detail"):
        if r.ledger == "investment":
            cents[years[str(r.period)]] += int(r.cents)
    owed = 0
    for part in signed_ahead(case, plan):
        cents[p.year(part.signed)] += part.cents
        if part.paid > p.last:
            owed += part.cents
        else:
            cents[p.year(part.paid)] -= part.cents
    return cents, owed


def _signed(case: Case, plan: Plan) -> dict[Line, Parts]:
    """Quantities of the lines that are paid along a profile or over a term."""
    p = case.periods
    lines: dict[Line, Parts] = defaultdict(lambda: defaultdict(float))
    index = {p.label(t): t for t in p}
    for r in plan.rows("modules"):
        design, u = case.designs[r.design_id], index[str(r.period)]
        mw = design.module_mw * float(r.modules)
        for t, share in p.payments(u, design.lead_months, case.profile(design.profile_id)).items():
            for wbs, item, _ in (x for x in HALL_LINES if getattr(design, x[2])):
                lines[wbs, r.site_id, f"{r.design_id} {item}"][u, t] += share * mw
        if design.lease_usd_per_mw_year and design.term_months:
            ready = p.ready(u, design.lead_months)
            for t in range(ready, p.after(ready, design.term_months)):
                lines[LEASE, r.site_id, f"{r.design_id} lease"][u, t] += mw * p.years
    for r in plan.rows("contract"):
        tranche, u = case.tranches_of_grid[r.site_id, int(r.tranche)], index[str(r.period)]
        payments = p.payments(u, tranche.lead_months, case.profile(CONNECTION_PROFILE))
        for t, share in payments.items() if tranche.connection_usd_per_mw else ():
            item = f"grid tranche {int(r.tranche)}"
            lines[CONNECTION, r.site_id, item][u, t] += share * tranche.mw * float(r.contracts)
    for r in plan.rows("units"):
        plant, u = case.plants[r.plant_id], index[str(r.period)]
        payments = p.payments(u, plant.lead_months, case.profile(plant.profile_id))
        for t, share in payments.items() if plant.capex_usd_per_kw else ():
            lines[PLANT, r.site_id, r.plant_id][u, t] += share * plant.unit_mw * 1000 * float(r.units)
    return lines


def _within(line: Line, paid: int, mine: dict[int, float], posted: Any) -> list[Signed]:
    whole = sum(mine.values())
    if abs(whole - posted.quantity) > NOISE * max(1.0, abs(whole)):
        raise ValueError(f"{line} in {posted.period}: {whole} signed, {posted.quantity} posted")
    rate = Rate(float(posted.rate_usd), "", None, posted.rate_ref)
    cents = _shared(int(posted.cents), mine)
    return [
        Signed(
            line[0],
            posted.category,
            *line[1:],
            u,
            paid,
            mine[u],
            posted.unit,
            rate,
            float(posted.factor),
            float(posted.escalation),
            cents[u],
        )
        for u in sorted(mine)
        if u != paid and mine[u] > NOISE
    ]


def _shared(cents: int, mine: dict[int, float]) -> dict[int, int]:
    """Whole cents by quantity, the largest remainders rounded up."""
    whole = sum(mine.values())
    exact = {u: cents * n / whole for u, n in mine.items()}
    given = {u: int(x // 1) for u, x in exact.items()}
    left = cents - sum(given.values())
    for u in sorted(exact, key=lambda u: (given[u] - exact[u], u))[:left]:
        given[u] += 1
    return given


def _after_the_horizon(case: Case, line: Line, paid: int, mine: dict[int, float]) -> list[Signed]:
    """Rents of leases that outlive the plan, at the index of their year, or the last that the data hold."""
    design = line[2].removesuffix(" lease")
    rate = case.rate("designs", design, "lease_usd_per_mw_year")
    escalation = index_of_year(case, rate, case.periods.year(paid))
    each = rate.usd * escalation * CENTS
    about = (line[0], case.wbs[line[0]].category, *line[1:])
    return [
        Signed(*about, u, paid, n, "MW IT-years", rate, 1.0, escalation, round(each * n))
        for u, n in sorted(mine.items())
    ]


def index_of_year(case: Case, rate: Rate, year: int) -> float:
    """Dollars of a year, which may lie past the data, per dollar of the rate's money year."""
    if rate.index_id == "none" or rate.money_year is None:
        return 1.0
    frame = case.tables["price_indices"]
    last = int(frame[frame["index_id"] == rate.index_id]["year"].max())
    now, then = (case.price_index(rate.index_id, y) for y in (min(year, last), rate.money_year))
    return now / then
