"""A made-up but consistent plan on the shipped data set, so that the workbook is tested without a solver."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from workbook import soft_sample

from planner.formulation.contracts import connection_musd
from planner.formulation.residual import GRID, hall_musd
from planner.inputs.case import Case
from planner.inputs.programme import Programme
from planner.inputs.schema import TABLES as SCHEMA
from planner.plan import TABLES, Plan, frame
from planner.results.accounts import accounts
from planner.results.accounts.service import Service
from planner.results.accounts.ways import running_usd
from planner.wbs import BILLS, COLLATERAL, UNUSED_POWER

ROOT = Path(__file__).parents[2]
SPOTS = 4
#: dollars of infrastructure for a dollar of soft items, about, in the years of the band
BESIDE = 2.4
ITEMS = {
    "civil": "civil and fit-out",
    "shell": "shell",
    "electrical": "electrical plant",
    "mechanical": "cooling plant",
}
INFRASTRUCTURE = ("construction", "power and cooling", "chips")
#: soft tables of the data set, with which a case may also be empty
SOFT = (
    "accreditations",
    "existing_accreditations",
    "initiatives",
    "level_needs",
    "training_tracks",
    "training_needs",
    "staffing",
    "funding_sources",
    "outlay_profiles",
)


def load_case(model: str = "federal-ai", soft: bool = True) -> Case:
    """The shipped programme, read without the reader's checks; or the same without soft tables and payers."""
    raw = tomllib.loads((ROOT / "models" / f"{model}.toml").read_text())
    raw.pop("what_ifs", None)
    raw = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    for claim in raw["claims"]:
        if claim.get("binding") == "firm" and claim["metric"] in ("power", "compute"):
            claim["binding"] = "goal"  # the made-up plan is small
        if claim["metric"] in ("governance", "services", "split", "funding") and not soft:
            claim["binding"] = "reported"
            claim["initiatives"] = []
    programme = Programme(**raw)
    tables = {}
    for table in SCHEMA:
        text = {c.name: str for c in table.columns if c.kind == "text"}
        path = ROOT / "data" / programme.data / f"{table.name}.csv"
        read = pd.read_csv(path, dtype=text, keep_default_na=False, na_values={c.name: [""] for c in table.columns})
        for name in text:
            read[name] = read[name].fillna("")
        tables[table.name] = read[[c.name for c in table.columns]]
    for name in SOFT if not soft else ():
        tables[name] = tables[name].iloc[:0]
    if not soft:
        tables["workloads"] = tables["workloads"].assign(service_id="", uplift_share=0.0)
        tables["wbs"] = tables["wbs"].assign(fund_type="", availability="")
    return Case("sample", programme, tables)


class _Lines:
    """Collects detail rows the way a plan does."""

    def __init__(self, case: Case) -> None:
        self.case, self.rows = case, []  # type: ignore[var-annotated]

    def add(
        self, wbs: str, site: str, item: str, t: int, quantity: float, unit: str, rate: Any, factor: float = 1.0
    ) -> None:
        line = self.case.wbs[wbs]
        growth = self.case.escalation(rate, t)
        cents = round(quantity * rate.usd * factor * growth * 100)
        label = self.case.periods.label(t)
        self.rows.append(
            (
                wbs,
                line.category,
                line.ledger,
                site,
                item,
                label,
                quantity,
                unit,
                rate.usd,
                rate.ref,
                factor,
                growth,
                cents,
            )
        )

    def on_top(self) -> None:
        """Management and contingency of each category, site and period."""
        from planner.inputs.case import Rate

        base: dict[tuple[str, str, str], float] = {}
        for r in self.rows:
            if r[2] == "investment" and r[0] not in BILLS:
                key = (r[1], r[3], r[5])
                if r[1] not in INFRASTRUCTURE:
                    continue
                base[key] = base.get(key, 0.0) + r[6] * r[8] * r[10] * r[11]
        codes = {"construction": ("1.1.8", "1.1.9"), "power and cooling": ("1.2.8", "1.2.9"), "chips": ("", "1.3.9")}
        for (category, site, label), usd in base.items():
            t = self.case.periods.labels().index(label)
            share = self.case.parameter("programme_management_share")
            management, contingency = codes[category]
            if management:
                rate = Rate(1.0, "none", None, "parameters.programme_management_share.value")
                self.add(management, site, "programme management, integration and test", t, usd, "USD", rate, share)
                usd *= 1 + share
            rate = Rate(1.0, "none", None, f"categories.{category}.contingency_share")
            reserve = self.case.categories[category].contingency_share
            self.add(contingency, site, "contingency", t, usd, "USD", rate, reserve)


@cache
def sample(soft: bool = True) -> tuple[Case, Plan, dict[str, Any]]:
    """Case, plan and document. The plan is consistent in the workbook's sense, not a solution."""
    case = load_case(soft=soft)
    p = case.periods
    sites = [s for s in case.sites if (s, 1) in case.tranches_of_grid][:SPOTS]
    design = next(
        d for d in case.designs.values() if d.route == "greenfield" and case.cooling[d.cooling_id].holds_liquid_racks
    )
    lines = _Lines(case)
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
    racks: dict[tuple[str, str], list[int]] = {}
    chips = [c for c in case.chips.values() if any(i == c.chip_id for i, _ in case.chip_supply)][:3]
    for n, s in enumerate(sites):
        site = case.sites[s]
        rows["opens"].append((s, p.label(0), 1))
        rate = case.rate("sites", s, "opening_cost_usd")
        for t in range(2):
            lines.add("1.1.1", s, "campus opening", t, 0.5, "site", rate, site.construction_multiplier)
        tranche = case.tranches_of_grid[s, 1]
        rows["contract"].append((s, 1, p.label(n % 2), 1))
        rate = case.rate("grid_tranches", f"{s}/1", "connection_usd_per_mw")
        for t, share in p.payments(n % 2, tranche.lead_months, case.profile("connection")).items():
            mw = share * tranche.mw
            lines.add("1.2.1", s, "grid tranche 1", t, mw, "MW", rate, site.construction_multiplier)
        ready_grid = p.ready(n % 2, tranche.lead_months)
        pue = case.climate(s, design.cooling_id).pue_peak
        modules = max(1, int(tranche.mw / pue / 1.2 / design.module_mw / 3))
        start = max(n % 2, ready_grid - p.ready(0, design.lead_months))
        rows["modules"].append((s, design.design_id, p.label(start), modules))
        for code, column in (("1.1.3", "civil"), ("1.1.4", "shell"), ("1.2.3", "electrical"), ("1.2.4", "mechanical")):
            rate = case.rate("designs", design.design_id, f"{column}_usd_per_mw")
            for t, share in p.payments(start, design.lead_months, case.profile(design.profile_id)).items():
                mw = share * design.module_mw * modules
                item = f"{design.design_id} {ITEMS[column]}"
                lines.add(code, s, item, t, mw, "MW IT", rate, site.construction_multiplier)
        ready = p.ready(start, design.lead_months)
        fleet = 0.0
        for t in p:
            for chip in chips:
                if t < ready or (chip.chip_id, p.year(t)) not in case.chip_supply or t + 1 > p.last:
                    continue
                room = 0.15 * modules * design.module_mw / chip.rack_mw
                bought = int(min(room, case.chip_supply[chip.chip_id, p.year(t)].supply_racks_per_year / 4))
                if (fleet + bought * chip.rack_mw) > 0.9 * modules * design.module_mw or not bought:
                    continue
                fleet += bought * chip.rack_mw
                rows["bought"].append((s, chip.chip_id, p.label(t), bought))
                price = case.rate("chip_supply", f"{chip.chip_id}/{p.year(t)}", "rack_price_usd")
                lines.add("1.3.1", s, f"{chip.chip_id} racks", t, bought, "racks", price)
                lines.add("1.3.3", s, f"{chip.chip_id} storage", t, bought, "racks", price, chip.storage_share)
                fabric = case.fabric_rate(chip.chip_id, p.year(t))
                lines.add("1.3.2", s, f"{chip.chip_id} fabric", t, bought, "racks", fabric)
                held = racks.setdefault((s, chip.chip_id), [0] * p.count)
                for u in range(t, p.count):
                    held[u] += bought
        plant = _plant(case, rows, lines, s) if n == 0 else [0.0] * p.count
        for t in p:
            secured = plant[t] + (tranche.mw if t >= ready_grid else 0.0)
            commissioned = modules * design.module_mw if t >= ready else 0.0
            populated = sum(racks.get((s, c.chip_id), [0] * p.count)[t] * c.rack_mw for c in chips)
            if secured or commissioned:
                rows["tiers"].append((s, p.label(t), secured, commissioned, populated))
            if populated and t < p.last:
                it = populated * 0.8 * p.hours
                rows["energy"].append((s, p.label(t + 1), it, it * 1.2, it * 0.35, it * 0.4))
                lines.add(
                    "3.1.1", s, "grid energy", t + 1, it * 1.2, "MWh", case.rate("sites", s, "tariff_usd_per_mwh")
                )
                staff = case.rate("parameters", "site_staff_usd_per_year", "value")
                lines.add("3.2.3", s, "site staff", t + 1, commissioned * 0.4, "head-years", staff)
        _contract(case, rows, lines, s, ready_grid)
        _left(case, rows, (s, design.design_id, ready, 0.5 * modules * design.module_mw), (ready_grid, tranche.mw / 4))
    _service(case, rows, sites)
    _discount(case, rows, lines, design.design_id)
    for t in p:
        for precision in ("fp64", "bf16", "fp8"):
            held_all = sum(h[t] * case.chips[c].pflops(precision) for (_, c), h in racks.items())
            rows["compute"].append((p.label(t), precision, held_all, held_all * 0.6))
    if soft:
        soft_sample.add(case, rows, lines.add, sites)
        soft_sample.contingency(case, lines.rows, lines.add)
        _renewal(case, lines, sites)
    lines.on_top()
    if soft:
        soft_sample.split(case, rows, lines.rows, lines.add)
        soft_sample.funding(case, rows, lines.rows)
    rows["detail"] = lines.rows
    _commitments(case, rows)
    plan = Plan({name: frame(name, rows[name]) for name in TABLES})
    return case, plan, document(case, plan)


def _plant(case: Case, rows: dict[str, list[tuple[Any, ...]]], lines: _Lines, s: str) -> list[float]:
    """Two units of the first plant; the firm MW they bring at the end of each period."""
    p, plant = case.periods, next(iter(case.plants.values()))
    rows["units"].append((s, plant.plant_id, p.label(1), 2))
    rate = case.rate("plants", plant.plant_id, "capex_usd_per_kw")
    for t, share in p.payments(1, plant.lead_months, case.profile(plant.profile_id)).items():
        kw = share * plant.unit_mw * 1000 * 2
        lines.add("1.2.2", s, plant.plant_id, t, kw, "kW", rate, case.sites[s].construction_multiplier)
    ready = p.ready(1, plant.lead_months)
    return [2 * plant.unit_mw * plant.firm_share if t >= ready else 0.0 for t in p]


def _contract(case: Case, rows: dict[str, list[tuple[Any, ...]]], lines: _Lines, s: str, ready: int) -> None:
    """A quarter of the first tranche is used from the period after it is energised; the rest is owed for two years."""
    p, mw = case.periods, case.tranches_of_grid[s, 1].mw
    for t in p:
        held = mw if t >= ready else 0.0
        rows["grid_use"].append((s, p.label(t), held, 0.25 * held, 0.75 * held))
        if fee := case.grid_contracts[s].yearly_fee:
            rate = case.rate("grid_contracts", s, "collateral_usd_per_mw")
            lines.add(COLLATERAL, s, "collateral", t, mw * p.years, "MW-years", rate, fee)
        if t > ready:
            mwh = 0.5 * mw * p.hours
            lines.add(
                UNUSED_POWER, s, "delivery not used", t, mwh, "MWh", case.rate("sites", s, "delivery_usd_per_mwh")
            )
            rate = case.rate("grid_contracts", s, "generation_usd_per_mwh")
            lines.add(UNUSED_POWER, s, "generation not used", t, 0.6 * mwh, "MWh", rate)
    for n in (1, 2):
        present = case.present_factor(p.last + n) * 1e7 / n
        rows["owed_after"].append((s, "investor", "resale", p.year(p.last) + n, 1e7 / n, present))


def _left(
    case: Case, rows: dict[str, list[tuple[Any, ...]]], halls: tuple[str, str, int, float], grid: tuple[int, float]
) -> None:
    """Half of the halls and a quarter of the connection serve at the end."""
    s, design, ready, mw = halls
    pieces = [(design, ready, mw, hall_musd(case, s, design, ready))]
    pieces.append((GRID, *grid, connection_musd(case, s, grid[0])))
    for asset, t, size, musd in pieces:
        if t <= case.periods.last:
            usd = 1e6 * size * musd
            rows["terminal_value"].append((s, asset, case.periods.label(t), size, usd, usd * case.present_factor_end))


def _discount(case: Case, rows: dict[str, list[tuple[Any, ...]]], lines: _Lines, design: str) -> None:
    """Halls at the framework price, of the programme."""
    rows["reached"].append(("all sites", 1))
    rows["discounted"].append((case.periods.label(2), 12.5))
    for column, item in (("shell", "shell"), ("civil", "civil and fit-out")):
        rate = case.rate("designs", design, f"{column}_usd_per_mw")
        share = case.parameter("volume_discount_share")
        lines.add("1.1.7", "programme", f"framework discount, {item}", 2, -12.5, "MW IT", rate, share)


def _renewal(case: Case, lines: _Lines, sites: list[str]) -> None:
    """Fabric renewed in the later years, so that no year is without infrastructure."""
    chip = next(iter(case.chips))
    rate = case.rate("chips", chip, "fabric_usd_per_rack")
    for t in case.periods:
        label = case.periods.label(t)
        soft, built = (
            sum(r[-1] for r in lines.rows if r[5] == label and case.wbs[r[0]].side == side) / 100
            for side in ("soft", "infrastructure")
        )
        missing = BESIDE * soft - 1.15 * built
        for s in sites if missing > 0 else ():
            racks = missing / len(sites) / rate.usd / case.escalation(rate, t)
            lines.add("1.3.2", s, "fabric renewal", t, round(racks), "racks", rate)


def _service(case: Case, rows: dict[str, list[tuple[Any, ...]]], sites: list[str]) -> None:
    p = case.periods
    for n, (key, _) in enumerate(case.demands.items()):
        a, w, level = key
        for t in range(3, p.count):
            wanted = case.demand_pflops_years(key, t)
            for j, tranche in case.demand_tranches.items():
                if j != list(case.demand_tranches)[-1]:
                    rows["depth"].append((a, w, level, j, p.label(t), wanted * tranche.share))
            share = sum(x.share for x in list(case.demand_tranches.values())[:-1])
            rows["served"].append((sites[n % len(sites)], a, w, level, p.label(t), wanted * share))
    for w in case.workloads:
        for n, amount in ((1, 10.0), (2, 8.0)):
            rows["tail_depth"].append((w, next(iter(case.demand_tranches)), n, amount))
    levels = list(case.levels)
    for n, (s, chip, *_) in enumerate(rows["bought"]):
        w = next(w for c, w in case.suitable if c == chip)
        for year in (1, 2):
            rows["tail_running"].append((s, chip, w, year, 3.5 * (n + 1) / year))
        rows["running"].append((s, chip, w, levels[n % 2], p.label(4 + n % 2), 2.0))


def _commitments(case: Case, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    p = case.periods
    tiers = pd.DataFrame(rows["tiers"], columns=list(TABLES["tiers"]))
    compute = pd.DataFrame(rows["compute"], columns=list(TABLES["compute"]))
    for c in case.programme.claims:
        planned: float | None = None
        at = p.label(p.end_of_year(c.by) or p.last) if c.by else ""
        if c.metric == "power":
            planned = float(tiers[tiers["period"] == at][f"{c.tier}_mw"].sum())
        elif c.metric == "compute":
            here = compute[(compute["period"] == at) & (compute["precision"] == c.precision)]
            planned = float(here[f"{c.tier}_pflops"].sum())
        elif c.metric == "sites":
            planned = float(len(rows["opens"]))
        elif c.metric == "budget":
            planned = sum(r[-1] for r in rows["detail"] if r[2] == "investment") / 100
        elif c.metric == "split":
            spent = [r for r in rows["detail"] if r[2] == "investment"]
            planned = sum(r[-1] for r in spent if case.wbs[r[0]].side == "infrastructure") / sum(r[-1] for r in spent)
        elif c.metric == "funding" and case.funding_sources:
            planned = max(_of_caps(case, rows, t) for t in p)
        elif c.metric in ("governance", "services") and c.level is not None and case.initiatives:
            planned = c.level
        short = None
        if planned is not None and c.level is not None:
            short = max(0.0, planned - c.level if c.metric in ("budget", "funding") else c.level - planned)
        if planned is not None and c.metric == "split":
            width = case.programme.infrastructure_share_tolerance
            short = max(0.0, abs(planned - (c.level or 0.0)) - width)
        met = None if short is None else short < 1e-9
        state = "met" if met else "short"
        if c.binding == "reported" or planned is None:
            state = "reported"
        rows["commitments"].append(
            (c.id, c.metric, c.tier, c.precision, c.by, c.level, c.unit, c.binding, planned, short, met, state)
        )


def _of_caps(case: Case, rows: dict[str, list[tuple[Any, ...]]], t: int) -> float:
    label = case.periods.label(t)
    paid = sum(r[-1] for r in rows["detail"] if r[2] == "operations" and r[5] == label) / 1e8
    return float(paid / sum(case.funding_cap_musd(f, t) for f in case.funding_sources))


def document(case: Case, plan: Plan) -> dict[str, Any]:
    """What ``optimize --json`` would print."""
    detail = plan["detail"]
    usd = detail.assign(usd=detail["cents"] / 100).groupby("ledger")["usd"].sum()
    found = accounts(case, plan)
    national, owed = found["national"], float(plan["owed_after"]["present_usd"].sum())
    left = float(plan["terminal_value"]["present_usd"].sum())
    service = Service(case, plan)
    running = running_usd(case, plan, service)
    after = sum(running.get(s.label, 0.0) * s.deflator * s.factor for s in service.spans)
    return {
        "schema": "planner-optimize/1",
        "run": "sample-20260101-000000-abcdef",
        "verdict": "optimal",
        "gap": 0.0021,
        "objective": {
            "name": "federal-ai",
            "sense": "max",
            "value": 39e9,
            "bound": 39.0441e9,
            "gap_usd": 44.1e6,
            "gap": 0.0021,
            "seconds": 14.0,
            "terms": [
                {"measure": "mission_value", "weight": 1.0, "amount": 60e9, "value": 60e9},
                {"measure": "present_cost", "weight": -1.0, "amount": 21e9, "value": -21e9},
            ],
        },
        "seconds": {"total": 14.0},
        "size": {"rows": 4000, "columns": 9000, "integers": 1100, "nonzeros": 50000},
        "verification": {"passed": True, "rules": 60, "max_violation": 1e-9, "broken": []},
        "indicators": {
            "spend_usd": float(usd["investment"]),
            "operations_usd": float(usd["operations"]),
            "served_share": None,
            "mission_value_usd": national["mission_value_usd"] - after,
            "present_cost_usd": national["cost_usd"] + left - owed - after,
            "owed_after_horizon_usd": owed,
            "terminal_value_usd": left,
            "net_benefit_usd": national["net_benefit_usd"],
        },
        "accounts": found,
        "commitments": [
            {k: v for k, v in r.items() if k != "state"} | {"firm": r["binding"] == "firm"}
            for r in plan["commitments"].to_dict("records")
        ],
        "versions": {"planner": "0.1.0", "highspy": "1.15.1"},
        "inputs_sha256": case.sha256,
    }
