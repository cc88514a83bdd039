"""Figures of the whole plan, by the names of the JSON document."""

from __future__ import annotations

import math

import pandas as pd

from planner.formulation import Formulation
from planner.formulation.objective import present_cost
from planner.formulation.terms import value
from planner.inputs.case import USD_PER_MUSD, Case
from planner.inputs.schema import PRECISIONS
from planner.plan import Plan
from planner.results.amounts import infrastructure_share
from planner.results.signing import committed_cents
from planner.wbs import INFRASTRUCTURE, UNALLOCATED

#: where the categories of spending show what buys nothing
SET_ASIDE = "unallocated by the split"


def indicators(case: Case, plan: Plan, measures: dict[str, float]) -> dict[str, object]:
    """Figures of the whole plan by the names of the JSON document; then-year USD unless the name says present.

    ``measures`` are the present values of ``money_measures``.
    Precisions are never added: the share served weighs each workload by its base-year rent.
    """
    detail = plan["detail"]
    invested = detail[detail["ledger"] == "investment"]
    operated = detail[detail["ledger"] == "operations"]
    labels = case.periods.labels()
    soft = invested["wbs_code"].str.startswith("2.")
    unallocated = invested["wbs_code"] == UNALLOCATED

    def usd(frame_: pd.DataFrame, by: str) -> dict[str, float]:
        return {str(k): int(v) / 100 for k, v in frame_.groupby(by, sort=False)["cents"].sum().items()}

    years = {t: case.periods.year(i) for i, t in enumerate(labels)}

    def by_year(frame_: pd.DataFrame) -> dict[str, float]:
        cents = frame_.groupby(frame_["period"].map(years))["cents"].sum()
        return {str(y): int(cents.get(y, 0)) / 100 for y in sorted(set(years.values()))}

    tiers = plan["tiers"].groupby("period")[["secured_mw", "commissioned_mw", "populated_mw"]].sum()
    ends = {str(years[t]): t for t in labels}
    compute = plan["compute"].set_index(["period", "precision"])
    installed, serving = compute["installed_pflops"].to_dict(), compute["serving_pflops"].to_dict()
    rent = {w: case.rent_musd(w, case.programme.base_year) for w in case.workloads}
    # nothing is there before the first period ends: the first year is left out, however it is cut into periods
    counted = {labels[t]: t for t in case.periods if case.periods.year(t) > case.periods.first_year}
    each = zip(*(plan["served"][c] for c in ("workload_id", "period", "pflops_years")), strict=True)
    served = math.fsum(rent[w] * x for w, t, x in each if str(t) in counted)
    asked = math.fsum(rent[k[1]] * case.demand_pflops_years(k, t) for k in case.demands for t in counted.values())
    energy = plan["energy"]
    committed, owed = committed_cents(case, plan)
    return {
        "spend_usd": int(invested["cents"].sum()) / 100,
        "spend_by_category_usd": usd(
            invested.assign(category=invested["category"].mask(unallocated, SET_ASIDE)), "category"
        ),
        "spend_by_year_usd": by_year(invested),
        "committed_usd": sum(committed.values()) / 100,
        "committed_by_year_usd": {str(year): cents / 100 for year, cents in committed.items()},
        "committed_unpaid_usd": owed / 100,
        "operations_usd": int(operated["cents"].sum()) / 100,
        "operations_by_year_usd": by_year(operated),
        "funding_by_source_usd": {
            f: USD_PER_MUSD * math.fsum(plan["funded"].loc[plan["funded"]["source"] == f, "musd"])
            for f in case.funding_sources
        },
        "soft_usd": int(invested.loc[soft & ~unallocated, "cents"].sum()) / 100,
        "unallocated_by_split_usd": int(invested.loc[unallocated, "cents"].sum()) / 100,
        "infrastructure_share": infrastructure_share(case, detail),
        "sites": sorted(plan["opens"]["site_id"]),
        **{
            c: {y: float(tiers[c].get(t, 0.0)) for y, t in ends.items()}
            for c in ("secured_mw", "commissioned_mw", "populated_mw")
        },
        "grid_at_end_mw": grid_at_end_mw(case, plan),
        "compute_pflops": {p: {y: float(installed[t, p]) for y, t in ends.items()} for p in PRECISIONS},
        "serving_pflops": {p: {y: float(serving[t, p]) for y, t in ends.items()} for p in PRECISIONS},
        **measures,
        "served_share": served / asked if asked else None,
        "energy_mwh": math.fsum(energy["facility_mwh"]),
        "emissions_t": math.fsum(energy["emissions_t"]),
        "water_m3": math.fsum(energy["water_m3"]),
        "cost_per_mw": cost_per_mw(case, plan),
    }


def grid_at_end_mw(case: Case, plan: Plan) -> dict[str, float] | None:
    """MW of grid contracts in the last period: all, unused, and on terms of a known tariff; None without contracts."""
    if not case.grid_contracts:
        return None
    use = plan["grid_use"]
    last = use[use["period"] == case.periods.labels()[-1]]
    known = last["site_id"].map({s: bool(c.known_tariff) for s, c in case.grid_contracts.items()}).fillna(False)
    contracted = last["contracted_mw"]
    unused = math.fsum(last["unused_mw"])
    return {
        "contracted": math.fsum(contracted),
        "unused": unused,
        "known_tariff": math.fsum(contracted[known.astype(bool)]),
    }


def money_measures(built: Formulation) -> dict[str, float]:
    """Present values at the plan, base-year USD: service, cost, and what is left of it."""
    after, p = built.case.periods.count, built.case.periods
    inside = sum(value(built.accounts.terms("value", t)) for t in p)
    later, cost_later = (value(built.accounts.terms(account, after)) for account in ("value", "cost_after"))
    cost = value(present_cost(built.model, built.case))
    owed, terminal = (value(built.measures[name]) for name in ("owed_after_horizon", "terminal_value"))
    musd = {
        "present_cost_usd": cost,
        "mission_value_usd": inside + later - cost_later,
        "mission_value_in_horizon_usd": inside,
        "mission_value_after_horizon_usd": later,
        "cost_after_horizon_usd": cost_later,
        "owed_after_horizon_usd": owed,
        "terminal_value_usd": terminal,
        "net_benefit_usd": inside + later - cost_later + terminal - cost - owed,
    }
    return {name: x * USD_PER_MUSD for name, x in musd.items()}


def cost_per_mw(case: Case, plan: Plan) -> list[dict[str, object]]:
    """Lifetime infrastructure dollars per MW bought, with its basis, beside the published range of all chips."""
    detail, bought = plan["detail"], plan["bought"]
    invested = detail[(detail["ledger"] == "investment") & detail["category"].isin(INFRASTRUCTURE)]
    megawatts = bought.assign(
        mw=[case.chips[c].rack_mw * n for c, n in zip(bought["chip_id"], bought["racks"], strict=True)]
    )
    total_mw = float(megawatts["mw"].sum())
    if not total_mw:
        return []
    known = list(case.benchmarks.values())
    figures = {f.key: f for f in case.figures if f.table == "cost_benchmarks"}
    pue = float(plan["energy"]["facility_mwh"].sum()) / max(1.0, float(plan["energy"]["it_mwh"].sum()))
    lows = [pue * (figures[b.benchmark_id].low or b.usd_per_mw) for b in known]
    highs = [pue * (figures[b.benchmark_id].high or b.usd_per_mw) for b in known]
    rows: list[dict[str, object]] = [
        {
            "name": "all infrastructure",
            "usd_per_mw": int(invested["cents"].sum()) / 100 / total_mw,
            "low": min(lows) if lows else None,
            "high": max(highs) if highs else None,
            "basis": "then-year USD per MW IT of racks bought, refresh included; published, at its PUE: first fit",
        }
    ]
    for category, cents in invested.groupby("category", sort=False)["cents"].sum().items():
        rows.append(
            {
                "name": str(category),
                "usd_per_mw": int(cents) / 100 / total_mw,
                "low": None,
                "high": None,
                "basis": "part of the above",
            }
        )
    return rows
