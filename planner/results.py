"""From a solved model to a Plan: decisions read by the rooms, cost lines in cents, tiers, compute, commitments."""

from __future__ import annotations

import math
from collections import defaultdict

import pandas as pd

from planner import formulation as rooms
from planner.formulation import Formulation
from planner.formulation.accounts import value
from planner.inputs.case import Case
from planner.inputs.programme import Claim
from planner.inputs.schema import PRECISIONS
from planner.plan import NOISE, TABLES, Plan, frame

#: what a claim speaks of when no room of the model measures it yet
NOT_MODELLED = ("governance", "services", "interconnect", "funding", "split")


def read_plan(built: Formulation) -> Plan:
    """The plan at the values the model's variables hold."""
    tables = {name: frame(name, []) for name in TABLES} | rooms.read(built)
    tables["detail"] = _detail(built)
    tables["tiers"] = _tiers(built)
    tables["energy"] = _energy(built)
    tables["compute"] = _compute(built)
    tables["commitments"] = _commitments(built, tables)
    return Plan(tables)


def _detail(built: Formulation) -> pd.DataFrame:
    case, rows = built.case, []
    for line in built.accounts.costs:
        quantity = value(line.quantity)
        escalation = case.escalation(line.rate, line.period)
        cents = round(100 * quantity * line.rate.usd * line.factor * escalation)
        if abs(quantity) <= NOISE or (cents == 0 and abs(quantity * line.rate.usd) < 1):
            continue
        entry = case.wbs[line.wbs]
        place = (
            line.wbs,
            entry.category or "operations",
            entry.ledger,
            line.site,
            line.item,
            case.periods.label(line.period),
        )
        rows.append((*place, quantity, line.unit, line.rate.usd, line.rate.ref, line.factor, escalation, cents))
    rows.sort(key=lambda r: (tuple(int(x) for x in r[0].split(".")), r[3], r[4], r[5]))
    return frame("detail", rows)


def _at(built: Formulation, account: str, *key: object, label: str | None = None) -> float:
    posts = built.accounts.posts(account, key)
    return sum(value(p.terms) for p in posts if label is None or p.label == label)


def _commissioned(built: Formulation, site: str, t: int) -> float:
    return sum(_at(built, "commissioned_mw", site, d, t, label=d) for d in built.case.designs)


def _chosen(built: Formulation) -> list[str]:
    last = built.case.periods.last
    return [s for s in built.case.sites if _at(built, "opened", s, last) > 0.5]


def _tiers(built: Formulation) -> pd.DataFrame:
    case = built.case
    rows = [
        (
            s,
            case.periods.label(t),
            _at(built, "secured_mw", s, t),
            _commissioned(built, s, t),
            _at(built, "populated_mw", s, t),
        )
        for s in _chosen(built)
        for t in case.periods
    ]
    return frame("tiers", rows)


def _energy(built: Formulation) -> pd.DataFrame:
    case = built.case
    water: dict[tuple[str, int], float] = defaultdict(float)
    for line in built.accounts.costs:
        if line.wbs == "3.2.2":
            water[line.site, line.period] += value(line.quantity)
    rows = []
    for s in _chosen(built):
        for t in list(case.periods)[1:]:
            used = -sum(value(p.terms) for p in built.accounts.posts("energy_gwh", (s, t)) if p.label in case.designs)
            emitted = _at(built, "emissions_t", s, t)
            rows.append(
                (s, case.periods.label(t), _at(built, "it_energy_mwh", s, t), 1000 * used, emitted, water[s, t])
            )
    return frame("energy", rows)


def _compute(built: Formulation) -> pd.DataFrame:
    case = built.case
    rows = [
        (case.periods.label(t), p, _at(built, "installed_pflops", t, p), _at(built, "serving_pflops", t, p))
        for t in case.periods
        for p in PRECISIONS
    ]
    return frame("compute", rows)


def _commitments(built: Formulation, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [_commitment(built, claim, tables) for claim in built.case.programme.claims]
    return frame("commitments", rows)


def _commitment(built: Formulation, claim: Claim, tables: dict[str, pd.DataFrame]) -> tuple[object, ...]:
    about = (claim.id, claim.metric, claim.tier, claim.precision, claim.by, claim.level, claim.unit, claim.binding)
    if claim.metric in NOT_MODELLED:
        return (*about, None, None, None, "not modelled yet")
    planned = _measured(built, claim, tables)
    if planned is None or claim.level is None:
        return (*about, planned, None, None, "reported")
    most = claim.metric == "budget"
    missing = max(0.0, planned - claim.level if most else claim.level - planned)
    met = missing <= 1e-6 * max(1.0, claim.level)
    state = (
        "reported"
        if claim.binding == "reported"
        else "met"
        if met
        else "short"
        if claim.binding == "goal"
        else "broken"
    )
    return (*about, planned, 0.0 if met else missing, met, state)


def _measured(built: Formulation, claim: Claim, tables: dict[str, pd.DataFrame]) -> float | None:
    case = built.case
    if claim.metric == "sites":
        return float(len(_chosen(built)))
    if claim.metric == "budget":
        detail = tables["detail"]
        return float(detail.loc[detail["ledger"] == "investment", "cents"].sum()) / 100
    t = case.periods.last if claim.by is None else case.periods.end_of_year(claim.by)
    if t is None or claim.metric not in ("power", "compute"):
        return None
    if claim.metric == "compute":
        account = "installed_pflops" if claim.tier == "installed" else "serving_pflops"
        return _at(built, account, t, claim.precision) if claim.precision else None
    if claim.tier == "commissioned" and claim.binding != "reported":
        counted = tables["counted"]
        return math.fsum(counted.loc[counted["commitment"] == claim.id, "mw"])
    column = {"secured": "secured_mw", "commissioned": "commissioned_mw", "populated": "populated_mw"}[str(claim.tier)]
    tiers = tables["tiers"]
    return math.fsum(tiers.loc[tiers["period"] == case.periods.label(t), column])


def indicators(case: Case, plan: Plan, achieved: dict[str, float]) -> dict[str, object]:
    """Figures of the whole plan by the names of the JSON document; then-year USD unless the name says present.

    Precisions are never added: the share served weighs each workload by its base-year rent.
    """
    detail = plan["detail"]
    invested = detail[detail["ledger"] == "investment"]
    operated = detail[detail["ledger"] == "operations"]
    labels = case.periods.labels()

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
    served = math.fsum(
        rent[w] * x for w, x in zip(plan["served"]["workload_id"], plan["served"]["pflops_years"], strict=True)
    )
    asked = math.fsum(rent[k[1]] * case.demand_pflops_years(k, t) for k in case.demands for t in list(case.periods)[1:])
    energy = plan["energy"]
    return {
        "spend_usd": int(invested["cents"].sum()) / 100,
        "spend_by_category_usd": usd(invested, "category"),
        "spend_by_year_usd": by_year(invested),
        "operations_usd": int(operated["cents"].sum()) / 100,
        "operations_by_year_usd": by_year(operated),
        "funding_by_source_usd": None,
        "unallocated_by_split_usd": None,
        "infrastructure_share": None,
        "sites": sorted(plan["opens"]["site_id"]),
        **{
            c: {y: float(tiers[c].get(t, 0.0)) for y, t in ends.items()}
            for c in ("secured_mw", "commissioned_mw", "populated_mw")
        },
        "compute_pflops": {p: {y: float(installed[t, p]) for y, t in ends.items()} for p in PRECISIONS},
        "serving_pflops": {p: {y: float(serving[t, p]) for y, t in ends.items()} for p in PRECISIONS},
        "present_cost_usd": achieved.get("present cost", math.nan) * 1e6 if "present cost" in achieved else None,
        "mission_value_usd": achieved["mission value"] * 1e6 if "mission value" in achieved else None,
        "served_share": served / asked if asked else None,
        "energy_mwh": math.fsum(energy["facility_mwh"]),
        "emissions_t": math.fsum(energy["emissions_t"]),
        "water_m3": math.fsum(energy["water_m3"]),
        "cost_per_mw": cost_per_mw(case, plan),
    }


def cost_per_mw(case: Case, plan: Plan) -> list[dict[str, object]]:
    """Lifetime infrastructure dollars per MW bought, with its basis, beside the published range of the chips chosen."""
    detail, bought = plan["detail"], plan["bought"]
    invested = detail[detail["ledger"] == "investment"]
    megawatts = bought.assign(
        mw=[case.chips[c].rack_mw * n for c, n in zip(bought["chip_id"], bought["racks"], strict=True)]
    )
    total_mw = float(megawatts["mw"].sum())
    if not total_mw:
        return []
    known = [b for b in case.benchmarks.values() if b.chip_id in set(bought["chip_id"])]
    figures = {f.key: f for f in case.figures if f.table == "cost_benchmarks"}
    lows = [figures[b.benchmark_id].low or b.usd_per_mw for b in known]
    highs = [figures[b.benchmark_id].high or b.usd_per_mw for b in known]
    rows: list[dict[str, object]] = [
        {
            "name": "all infrastructure",
            "usd_per_mw": int(invested["cents"].sum()) / 100 / total_mw,
            "low": min(lows) if lows else None,
            "high": max(highs) if highs else None,
            "basis": "then-year USD per MW IT of racks bought, refresh included; published: per MW facility, first fit",
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
