"""From a solved model to a Plan: decisions of components, cost lines in cents, tiers, compute, who is admitted."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from planner.formulation import Formulation, read
from planner.formulation import soft_combinations as soft
from planner.formulation.contracts import way_out
from planner.formulation.past import BESIDE, is_difference, rate_of, spent
from planner.formulation.terms import value
from planner.inputs.case import PROGRAMME, USD_PER_MUSD, Case
from planner.inputs.schema import PRECISIONS
from planner.plan import NOISE, TABLES, Plan, frame
from planner.results.amounts import at, chosen
from planner.results.promises import measured
from planner.wbs import ON_TOP, UNALLOCATED, WATER


def read_plan(built: Formulation) -> Plan:
    """The plan at the values the model's variables hold."""
    tables = {name: frame(name, []) for name in TABLES} | read(built)
    tables["detail"] = _detail(built)
    tables["tiers"] = _tiers(built)
    tables["grid_use"] = _grid_use(built)
    tables["owed_after"] = _owed_after(built)
    tables["energy"] = _energy(built)
    tables["compute"] = _compute(built)
    tables["admitted"] = _admitted(built)
    tables["trained"] = _trained(built)
    tables["commitments"] = measured(built, tables)
    return Plan(tables)


def _detail(built: Formulation) -> pd.DataFrame:
    case, rows = built.case, []
    for line in built.accounts.costs:
        quantity = value(line.quantity)
        escalation = case.escalation(line.rate, line.period)
        cents = round(100 * quantity * line.rate.usd * line.factor * escalation)
        if abs(quantity) <= NOISE or (cents == 0 and abs(quantity * line.rate.usd) < 1) or is_difference(line.rate.ref):
            continue
        entry = case.wbs[line.wbs]
        place = (line.wbs, entry.category, entry.ledger, line.site, line.item, case.periods.label(line.period))
        rows.append((*place, quantity, line.unit, line.rate.usd, line.rate.ref, line.factor, escalation, cents))
    rows += _beside_decisions(case, rows)
    rows.sort(key=lambda r: (tuple(int(x) for x in r[0].split(".")), r[3], r[4], r[5]))
    return frame("detail", rows)


def _beside_decisions(case: Case, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What was spent beside what the decisions cost: past money is what was spent, to the cent."""
    found = []
    for (category, t), usd in spent(case).items():
        label, code, rate = case.periods.label(t), ON_TOP[category][1], rate_of(category)
        lines = [r for r in rows if (r[1], r[5]) == (category, label) and r[2] != "operations" and r[0] != UNALLOCATED]
        cents = round(100 * usd) - sum(r[-1] for r in lines)
        place = (code, category, case.wbs[code].ledger, PROGRAMME, BESIDE, label)
        if cents:
            found.append((*place, cents / 100, "USD", rate.usd, rate.ref, 1.0, 1.0, cents))
    return found


def _tiers(built: Formulation) -> pd.DataFrame:
    case = built.case
    rows = [
        (
            s,
            case.periods.label(t),
            at(built, "secured_mw", s, t),
            at(built, "halls_mw", s, t),
            at(built, "populated_mw", s, t),
        )
        for s in chosen(built)
        for t in case.periods
    ]
    return frame("tiers", rows)


def _grid_use(built: Formulation) -> pd.DataFrame:
    """Contracted MW by what the racks in place draw at their peak, at the end of each period."""
    case, rows = built.case, []
    for s in (s for s in chosen(built) if s in case.grid_contracts):
        for t in case.periods:
            contracted = at(built, "secured_mw", s, t, label="grid")
            used = min(contracted, at(built, "racks_peak_mw", s, t))
            rows.append((s, case.periods.label(t), contracted, used, contracted - used))
    return frame("grid_use", rows)


def _owed_after(built: Formulation) -> pd.DataFrame:
    """What idle MW owe after the horizon by year: base-year dollars, and their present value."""
    case, end = built.case, built.case.periods.year(built.case.periods.last)
    owed: dict[tuple[str, str, str, int], list[float]] = {}
    for (s, r), idle in built.model.power.idle_mw.items():
        if s not in case.grid_contracts:
            continue
        least = way_out(case, s, r)
        for n, musd in least.by_year.items() if idle.value > NOISE else ():
            sums = owed.setdefault((s, case.grid_contracts[s].obligor, least.way, end + n), [0.0, 0.0])
            usd = USD_PER_MUSD * musd * idle.value
            sums[0] += usd
            sums[1] += usd * case.present_factor_after(n)
    return frame("owed_after", [(*key, *sums) for key, sums in owed.items() if sums[0] > NOISE])


def _energy(built: Formulation) -> pd.DataFrame:
    case = built.case
    water: dict[tuple[str, int], float] = defaultdict(float)
    for line in built.accounts.costs:
        if line.wbs == WATER:
            water[line.site, line.period] += value(line.quantity)
    rows = []
    for s in chosen(built):
        for t in list(case.periods)[1:]:
            used = -sum(value(p.terms) for p in built.accounts.posts("energy_gwh", (s, t)) if p.label == "used")
            emitted = at(built, "emissions_t", s, t)
            rows.append((s, case.periods.label(t), at(built, "it_energy_mwh", s, t), 1000 * used, emitted, water[s, t]))
    return frame("energy", rows)


def _compute(built: Formulation) -> pd.DataFrame:
    case = built.case
    rows = [
        (case.periods.label(t), p, at(built, "installed_pflops", t, p), at(built, "serving_pflops", t, p))
        for t in case.periods
        for p in PRECISIONS
    ]
    return frame("compute", rows)


def _admitted(built: Formulation) -> pd.DataFrame:
    """What each gate of an agency admits in a period, and the least of them."""
    case, accounts = built.case, built.accounts
    small = soft.small_gate(case)

    def done(y: str, a: str, t: int) -> float:
        return value(accounts.terms("done", y, (a,), t - 1))

    def share(gate: str, a: str, t: int) -> float:
        if gate in case.tracks:
            return value(accounts.terms("trained", gate, a, t - 1)) / case.training_needs[a, gate]
        group = case.agencies[a]
        if case.initiatives[gate].per != "agency":
            return done(gate, a, t) / soft.units_of_agency(case, gate, a)
        large = done(gate, a, t) / group.large_agencies if group.large_agencies else 1.0
        few = done(small.initiative_id, a, t) / group.small_agencies if small and group.small_agencies else 1.0
        return (1 - group.small_demand_share) * large + group.small_demand_share * few

    rows = []
    gates = soft.agency_gates(case)
    for a in case.agencies:
        for t in list(case.periods)[1:]:
            mine = [(gate, min(1.0, share(gate, a, t))) for gate, b in gates if b == a]
            least = min((x for _, x in mine), default=1.0)
            rows += [(a, gate, case.periods.label(t), x) for gate, x in [*mine, ("all", least)]]
    return frame("admitted", rows)


def _trained(built: Formulation) -> pd.DataFrame:
    rows = []
    for track, place, t in built.accounts.keys("trained"):
        heads = at(built, "trained", track, place, t)
        if heads > NOISE:
            rows.append((track, place, built.case.periods.label(t), heads))  # type: ignore[arg-type]
    return frame("trained", rows)
