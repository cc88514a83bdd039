"""After the horizon: racks with life left go on serving, net of what running them costs.

Variables: ``running[r,c,w,n]`` (racks at work in the n-th year after), ``depth[w,j,n]`` (delivered PFLOP/s-years).

    within_kept[r,c,n]      Σ_w running ≤ racks in place at the end of the horizon
    within_life[r,c,n]      Σ_w running ≤ Σ bought of vintages that last n full years past the horizon
    delivered[w,n]          Σ_j depth ≤ Σ_r,c running · pflops · delivered_share
    within_admitted[w,n]    Σ_j depth ≤ Σ_a demand of the last period a year · admitted[a,H]

Value: rent at the open level · value_share · tail_taper^n · present factor of the middle of the year.
Cost of a rack-year, at the rates of the last period in base-year dollars, with the same taper and factor: energy at the
site's tariff and water in the cooling of least PUE that holds the rack, maintenance, and staff by MW. M base-year USD.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import combinations as combos
from planner.formulation.accounts import Accounts, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.prices import current_price
from planner.formulation.terms import Terms, minus, over, total
from planner.inputs.case import Case, Chip
from planner.inputs.periods import HOURS_PER_YEAR
from planner.plan import NOISE, frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Service after the horizon; posts its value and its running cost under the number of periods."""
    years, lasting = combos.years_after(case), combos.survivors(case)
    able = [(c, w) for c in case.chips for w in case.workloads if (c, w) in case.suitable]
    last = _last_demand(case)
    b.running = pyo.Var(
        over((r, c, w, n) for r in places for c, w in able for n in years if n in lasting.get(c, {})),
        domain=pyo.NonNegativeReals,
        doc="racks at work in a year after the horizon",
    )
    b.depth = pyo.Var(
        over((w, j, n) for w in case.workloads for j in case.demand_tranches for n in years),
        bounds=lambda b, w, j, n: (0, sum(last[w].values()) * case.demand_tranches[j].share),
        doc="delivered PFLOP/s-years in a year after the horizon",
    )
    output: dict[tuple[str, int], Terms] = {(w, n): [] for w in case.workloads for n in years}
    for (_, c, w, n), v in b.running.items():
        work = case.workloads[w]
        output[w, n].append((case.chips[c].pflops(work.precision) * case.delivered_share(w), v))

    @b.Constraint(over(output), doc="service after the horizon stays within what racks deliver")
    def delivered(b: Any, w: str, n: int) -> Any:
        return total([*((1.0, b.depth[w, j, n]) for j in case.demand_tranches), *minus(output[w, n])]) <= 0

    return _worth(b, case, places)


def _last_demand(case: Case) -> dict[str, dict[str, float]]:
    """Workload -> agency -> delivered PFLOP/s-years a year that it asks for in the last period."""
    p = case.periods
    found: dict[str, dict[str, float]] = {w: {} for w in case.workloads}
    for key in case.demands if p.last > 0 else ():
        a, w, _ = key
        found[w][a] = found[w].get(a, 0.0) + case.demand_pflops_years(key, p.last) / p.years
    return found


def close(b: Any, case: Case, accounts: Accounts) -> None:
    """Rows that meet other components."""
    at_work: dict[tuple[str, str, int], Terms] = {}
    for (r, c, _, n), v in b.running.items():
        at_work.setdefault((r, c, n), []).append((1.0, v))

    @b.Constraint(over(at_work), doc="after the horizon only racks in place at its end serve")
    def within_kept(b: Any, r: str, c: str, n: int) -> Any:
        return total([*at_work[r, c, n], *minus(_in_place(case, accounts, r, c))]) <= 0

    @b.Constraint(over(at_work), doc="after the horizon only racks with life left serve")
    def within_life(b: Any, r: str, c: str, n: int) -> Any:
        return total([*at_work[r, c, n], *minus(accounts.terms("lasting", r, c, n))]) <= 0

    last = _last_demand(case)
    gated = {
        w: {a: x for a, x in of.items() if accounts.terms("admitted", a, case.periods.last)} for w, of in last.items()
    }

    @b.Constraint(
        over((w, n) for w in case.workloads if gated[w] for n in combos.years_after(case)),
        doc="service after the horizon stays within what is admitted at its end",
    )
    def within_admitted(b: Any, w: str, n: int) -> Any:
        free = sum(x for a, x in last[w].items() if a not in gated[w])
        shares = [(-x * m, v) for a, x in gated[w].items() for m, v in accounts.terms("admitted", a, case.periods.last)]
        return total([*((1.0, b.depth[w, j, n]) for j in case.demand_tranches), *shares]) <= free


def _in_place(case: Case, accounts: Accounts, r: str, c: str) -> Terms:
    """Racks in place at the end of the horizon."""
    posts = accounts.posts("installed_racks", (r, c, case.periods.last))
    return [x for post in posts if post.label == "installed" for x in post.terms]


def weight(case: Case, n: int) -> float:
    """Present weight of a base-year dollar in the middle of the n-th year after the horizon, tapered."""
    return case.present_factor_after(n) * case.parameter("tail_taper") ** n


def _worth(b: Any, case: Case, places: Places) -> list[Posting]:
    p, posts = case.periods, []
    for (w, j, n), v in b.depth.items():
        worth = case.rent_musd(w, p.year(p.last) + n) * case.demand_tranches[j].value_share * weight(case, n)
        posts.append(Post("value", (p.count,), [(worth, v)], w))
    each = {
        (r, c): min(rack_year_musd(case, s, case.chips[c]) for s in inside)
        for r, inside in places.items()
        for c in combos.survivors(case)
    }
    for (r, c, _, n), v in b.running.items():
        posts.append(Post("cost_after", (p.count,), [(each[r, c] * weight(case, n), v)], c))
    return list(posts)


def rack_year_musd(case: Case, site: str, chip: Chip) -> float:
    """What a rack costs to run for a year at a site: M base-year USD at the rates of the last period."""
    t = case.periods.last
    halls = [case.designs[d].cooling_id for s, d in combos.site_designs(case) if s == site]
    fits = [k for k in case.cooling if k in halls and k in combos.rack_class(case, chip).split("+")]
    if not fits:
        return 0.0
    climate = min((case.climate(site, k) for k in fits), key=lambda x: x.pue_average)
    it_mwh = chip.rack_mw * case.parameter("average_draw_share") * HOURS_PER_YEAR
    price = current_price(case, chip.chip_id, case.periods.year(t))
    musd = it_mwh * climate.pue_average * case.musd(case.rate("sites", site, "tariff_usd_per_mwh"), t)
    musd += it_mwh * climate.wue_l_per_kwh * case.musd(case.rate("parameters", "cost_of_water_usd_per_m3", "value"), t)
    musd += chip.maintenance_share * case.musd(price, t)
    staff = case.rate("parameters", "site_staff_usd_per_year", "value")
    musd += chip.rack_mw * case.parameter("site_staff_per_mw") * case.musd(staff, t)
    for role_id, role in case.staffing.items():
        rate = case.rate("staffing", role_id, "loaded_usd_per_head_year")
        musd += chip.rack_mw * climate.pue_peak * role.heads_per_mw * case.musd(rate, t)
    return musd * case.deflator(t)


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    running = [(s, c, w, n, v.value) for (s, c, w, n), v in b.running.items() if v.value > NOISE]
    depth = [(w, j, n, v.value) for (w, j, n), v in b.depth.items() if v.value > NOISE]
    return {"tail_running": frame("tail_running", running), "tail_depth": frame("tail_depth", depth)}
