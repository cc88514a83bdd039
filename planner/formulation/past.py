"""The past: decisions of the periods that are over are what the actuals say, and money is what was spent.

Variable, M then-year USD: ``difference_musd[category,t]`` (free; where the actuals say what was spent).

    as_it_was[decision,t]   a decision of a past period is its actual, or nothing where there is none
    as_spent[category,t]    Σ cost lines of the category in t + difference = spent

A place of several sites has the sum of its sites; the pooled and the exact model have the same rows. What served is
fixed, and how racks, energy and halls did it follows from that.
The difference is posted on the contingency line of its category, with the price of a dollar of its year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyomo.environ as pyo

from planner.errors import Fault, InputError
from planner.formulation import combinations as combos
from planner.formulation import initiative_combinations as ini
from planner.formulation import role_costs
from planner.formulation import soft_combinations as soft
from planner.formulation.accounts import Accounts, Cost
from planner.formulation.combinations import Places
from planner.formulation.initiative_terms import Initiatives
from planner.formulation.role_combinations import is_gated
from planner.formulation.role_terms import Roles
from planner.formulation.supply import MWH_PER_GWH
from planner.formulation.terms import Cumulative, Terms, over, scaled, total, value
from planner.formulation.training import operator_start
from planner.inputs.actuals import SPENT, Actual
from planner.inputs.case import PROGRAMME, USD_PER_MUSD, Case, Rate
from planner.plan import NOISE
from planner.wbs import ON_TOP, UNALLOCATED

#: the item of what was spent and no decision accounts for
BESIDE = "spent beside what the decisions cost"
#: racks in place at the end of a past period: no row of the actuals says it, it follows from two kinds of them
KEPT = "kept"


class Decision(NamedTuple):
    """Something that a plan decides: how much of it in a period, in the unit of its kind of actuals."""

    kind: str
    key: tuple[str, ...]
    t: int
    terms: Terms

    @property
    def name(self) -> str:
        return "/".join([self.kind, *self.key])


def close(m: Any, case: Case, places: Places) -> None:
    """Fix the past. Raises InputError where the actuals say what the model cannot decide."""
    b, happened = m.past, _happened(case, places)
    there = decisions(m, case, places) if case.past else ()
    past = {(d.kind, d.key, d.t): d for d in there if d.t < case.past and d.terms}
    if strays := [row for key, (_, row) in happened.items() if key not in past and row is not None]:
        raise InputError([_stray(case, row) for row in strays])
    fixed = {(d.name, d.t): (d.terms, happened.get(key, (0.0, None))[0]) for key, d in past.items()}

    @b.Constraint(over(fixed), doc="what is past is as it was")
    def as_it_was(b: Any, decision: str, t: int) -> Any:
        terms, amount = fixed[decision, t]
        return total(terms) == amount


def _stray(case: Case, row: Actual) -> Fault:
    found = f"{'/'.join([row.kind, *row.key])} in {case.periods.label(row.t)}, which the data do not offer"
    name = case.programme.actuals or ""
    return Fault(name, row.line or None, "what", found, "what the programme can decide in that period")


def _happened(case: Case, places: Places) -> dict[tuple[str, tuple[str, ...], int], tuple[float, Actual | None]]:
    """(kind, key, period) -> amount and a row that says it; a pool has the sum of its sites."""
    place = {s: r for r, inside in places.items() for s in inside}
    found: dict[tuple[str, tuple[str, ...], int], tuple[float, Actual | None]] = {}
    for row in case.actuals:
        if row.kind in (SPENT, "retired"):
            continue
        pooled = row.kind in POOLED and row.key[0] in place
        key = (place[row.key[0]], *row.key[1:]) if pooled else row.key
        each = case.sites[row.key[0]].construction_multiplier if row.kind == "hardened" else 1.0
        before = found.get((row.kind, key, row.t), (0.0, None))[0]
        found[row.kind, key, row.t] = before + each * row.amount, row
    for s, c, t, racks in _kept(case):
        key = (place[s], c)
        found[KEPT, key, t] = found.get((KEPT, key, t), (0.0, None))[0] + racks, None
    return found


#: kinds whose first id is a place of the model; ports are counted by site, unless they wait for a guard
POOLED = ("hardened", "bought", "served", "ports", "courses")


def _kept(case: Case) -> Iterator[tuple[str, str, int, float]]:
    """(site, chip, period, racks in place at its end): bought, not over, not retired; the oldest retire first."""
    gone: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in case.actuals:
        if row.kind == "retired":
            gone[row.key[0], row.key[1], row.t] += row.amount
    bought = {(a.key[0], a.key[1], a.t): a.amount for a in case.actuals if a.kind == "bought"}
    for s, c in dict.fromkeys((s, c) for s, c, _ in bought):
        left: dict[int, float] = {}
        for t in range(case.past):
            for v in combos.vintages(case, c):
                first, last = combos.life(case, case.chips[c], v)
                if first == t:
                    left[v] = bought.get((s, c, v), 0.0)
                if t > last:
                    left.pop(v, None)
            for v in sorted(left):
                less = min(left[v], gone[s, c, t])
                left[v] -= less
                gone[s, c, t] -= less
            yield s, c, t, sum(left.values())


def decisions(m: Any, case: Case, places: Places) -> Iterator[Decision]:
    """Everything that a plan decides, by kind of actuals, key and period, as terms of the model's variables."""
    yield from (Decision("opens", (s,), 0, [(1.0, v)]) for s, v in m.sites.open.items())
    dated = {"modules": m.construction.started_by, "contract": m.power.contracted_by, "units": m.power.ordered_by}
    for kind, family in dated.items():
        starts = Cumulative(family)
        for s, what in starts.things():
            yield from (Decision(kind, (s, str(what)), t, starts.at((s, what), t)) for t in starts.dates(s, what))
    plain = {"signed": (m.power.signed_mw, 1.0), "generated": (m.power.generated_gwh, MWH_PER_GWH)}
    plain |= {"bought": (m.fleet.bought, 1.0), KEPT: (m.fleet.kept, 1.0), "served": (m.workload.served, 1.0)}
    for kind, (family, each) in plain.items():
        yield from (Decision(kind, tuple(map(str, i[:-1])), i[-1], [(each, v)]) for i, v in family.items())
    hardened = m.construction.hardened
    for (r, level, t), v in hardened.items():
        before = [(-1.0, hardened[r, level, t - 1])] if (r, level, t - 1) in hardened else []
        yield Decision("hardened", (r, level), t, [(1.0, v), *before])
    yield from (Decision("discounted", (), t, [(1.0, v)]) for t, v in m.construction.discounted.items())
    yield from _of_sites(m, case, places)
    yield from _of_programme(m, case)


def _of_sites(m: Any, case: Case, places: Places) -> Iterator[Decision]:
    roles = Roles(m.roles, case, places, lambda s: m.sites.open[s])
    for s, x, t, terms in role_costs.accreditation_starts(case, roles):
        yield Decision("accredits", (s, x), t, terms)
    ports: dict[tuple[str, str, str, int], Terms] = defaultdict(list)
    place = {s: r for r, inside in places.items() for s in inside}
    for (s, y, level, t), terms in role_costs.port_starts(case, roles).items():
        ports[place.get(s, s), y, level, t] += terms
    yield from (Decision("ports", i[:3], i[3], terms) for i, terms in ports.items())
    for s in case.sites if soft.sites_go_live(case) else ():
        if is_gated(case, s):
            yield from (Decision("goes_live", (s,), t, roles.goes_live(s, t)) for t in case.periods)


def _of_programme(m: Any, case: Case) -> Iterator[Decision]:
    done, p = Initiatives(m.software, case), case.periods
    for y, (t, units) in ini.dates(case).items():
        if case.initiatives[y].per == "programme":
            yield Decision("starts", (y,), t, done.begun(y))
        else:
            for a in case.agencies:
                each = soft.units_of_agency(case, y, a)
                yield from [Decision("connects", (a, y), t, done.begun(y, each))] if units and each > NOISE else ()
    for y in done.guard_ids:
        yield from (Decision("starts", (y,), t, done.guards.at((y,), t)) for t in p)
    for e in ini.of_agencies(case):
        kind = "onboards" if e.per == "agency" else "connects"
        for (a, t), terms in done.begun_units(e).items():
            yield Decision(kind, (a, e.initiative_id), t, terms)
    for key in done.packages.things():
        yield from (Decision("packages", key, t, done.packages.at(key, t)) for t in done.packages.dates(*key))
    for (r, a, t), v in m.training.heads.items():
        yield Decision("courses", (a, r), t, [(1.0, v)])
    operators: dict[tuple[str, int], Terms] = defaultdict(list)
    for (r, t), v in m.training.operators.items():
        operators[r, operator_start(case, t)].append((1.0, v))
    track = soft.operator_track(case)
    for (r, t), terms in operators.items():
        yield Decision("courses", (r, track.track_id), t, terms)  # type: ignore[union-attr]


# money


def spent(case: Case) -> Mapping[tuple[str, int], float]:
    """(category, period) -> then-year dollars that the actuals say were spent."""
    return {(row.key[0], row.t): row.amount for row in case.actuals if row.kind == SPENT}


def rate_of(category: str) -> Rate:
    """A dollar of its year, under the name of what was spent on a category."""
    return Rate(1.0, "none", None, f"actuals.{SPENT}.{category}")


def spend(m: Any, case: Case, accounts: Accounts) -> list[Cost]:
    """Cost lines of what was spent beside what the decisions of the past cost."""
    b, declared = m.past, spent(case)
    b.difference_musd = pyo.Var(over(declared), doc="spent beside what its decisions cost, M then-year USD")
    lines = _lines(case, accounts)

    @b.Constraint(over(declared), doc="what is past cost what was spent")
    def as_spent(b: Any, category: str, t: int) -> Any:
        usd = declared[category, t] / USD_PER_MUSD
        return total([(1.0, b.difference_musd[category, t]), *lines[category, t]]) == usd

    return [
        Cost(ON_TOP[category][1], PROGRAMME, BESIDE, t, [(USD_PER_MUSD, v)], "USD", rate_of(category))
        for (category, t), v in b.difference_musd.items()
    ]


def _lines(case: Case, accounts: Accounts) -> dict[tuple[str, int], Terms]:
    """(category, period) -> M then-year dollars of its lines of investment, without what the split sets aside."""
    found: dict[tuple[str, int], Terms] = defaultdict(list)
    for cost in accounts.costs:
        line = case.wbs[cost.wbs]
        if line.ledger != "operations" and cost.wbs != UNALLOCATED and not is_difference(cost.rate.ref):
            found[line.category, cost.period] += scaled(cost.quantity, cost.musd_per_unit(case))
    return found


def is_difference(ref: str) -> bool:
    """Whether a cost line is what was spent beside its decisions."""
    return ref.startswith(f"actuals.{SPENT}.")


def settle(b: Any, case: Case, accounts: Accounts) -> None:
    """What was spent beside the cost of the decisions, at the values of all other lines."""
    lines = _lines(case, accounts)
    for (category, t), usd in spent(case).items():
        b.difference_musd[category, t].set_value(usd / USD_PER_MUSD - value(lines[category, t]), skip_validation=True)
