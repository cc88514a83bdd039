"""Draws as cases: rates and lead times edited as any what-if edits them; many draws brought down to a few.

A rate takes the factor of the family whose cost lines it prices; where it prices lines of several, that of the first of
these lines. A delay lengthens lead times by whole periods, to the nearest: at its site where the table has sites,
otherwise everywhere alike, as one more site would draw it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.vq import kmeans, vq  # type: ignore[import-untyped]

from planner.formulation import build
from planner.inputs.case import Case
from planner.inputs.schema import BY_NAME
from planner.plan import Plan
from planner.risk.fitting import Floats, fitted
from planner.risk.sampling import REPLICATES, Draws, draw
from planner.risk.uncertainty import Uncertainty

#: stands for everywhere, in tables without sites
EVERYWHERE = "everywhere"
#: lead times of a delay whose months are given and that names none
LEAD_TIMES = {
    "grid": ("grid_tranches.lead_months",),
    "works": ("designs.lead_months", "plants.lead_months"),
    "accreditation": ("accreditations.duration_months",),
}


@dataclass(frozen=True)
class Scenario:
    """Factors by family; months by delay, then site or ``EVERYWHERE``; the probability of all draws it stands for."""

    probability: float
    factors: Mapping[str, float]
    months: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Reduced:
    """Scenarios that stand for many draws; ``kept`` is the part of their variance that is between scenarios."""

    scenarios: Sequence[Scenario]
    draws: int
    kept: float

    @property
    def mean(self) -> Scenario:
        """Every factor and delay at its mean."""
        parts = [(s.probability, s) for s in self.scenarios]
        first = self.scenarios[0]
        factors = {f: sum(p * s.factors[f] for p, s in parts) for f in first.factors}
        months = {d: {at: sum(p * s.months[d][at] for p, s in parts) for at in by} for d, by in first.months.items()}
        return Scenario(1.0, factors, months)


class CaseEdits:
    """What a family and a delay edit in a case. The model is built once, to see which rates price which lines."""

    def __init__(self, case: Case, uncertainty: Uncertainty) -> None:
        self.case, self.uncertainty = case, uncertainty
        family_of = {code: f.id for f in uncertainty.families for code in f.lines}
        owner: dict[str, str | None] = {}
        for cost in sorted(build(case).accounts.costs, key=lambda c: c.wbs):
            if cost.rate.money_year is not None and owner.get(cost.rate.ref) is None:
                owner[cost.rate.ref] = family_of.get(cost.wbs)
        self.rates = _short(owner)

    def edits(self, scenario: Scenario) -> list[str]:
        """Edits in the words of ``--set``."""
        found = [f"{path}=*{factor:.9g}" for path, f in self.rates.items() if (factor := scenario.factors[f]) != 1]
        each = self.case.periods.months
        for delay in self.uncertainty.delays:
            months = scenario.months[delay.id]
            for figure in delay.figures or LEAD_TIMES[delay.id]:
                table, _, column = figure.partition(".")
                keys = BY_NAME[table].keys
                places = self.case.sites if "site_id" in keys else (EVERYWHERE,)
                for place in places:
                    late = each * round(months[place] / each)
                    at = "/".join(place if key == "site_id" else "*" for key in keys)
                    if late and self._there(table, place):
                        found.append(f"{table}.{at}.{column}+={late}")
        return found

    def _there(self, table: str, place: str) -> bool:
        rows = self.case.tables[table]
        return bool(len(rows) if place == EVERYWHERE else (rows["site_id"] == place).any())


def _short(owner: Mapping[str, str | None]) -> dict[str, str]:
    """Path of an edit -> family; one for a column whose rates are all of one family."""
    columns: dict[tuple[str, str], dict[str, str | None]] = defaultdict(dict)
    for ref, family in owner.items():
        table, _, rest = ref.partition(".")
        key, _, column = rest.rpartition(".")
        columns[table, column][key] = family
    found: dict[str, str] = {}
    for (table, column), families in columns.items():
        only = set(families.values())
        if len(only) == 1 and table != "parameters" and (one := only.pop()) is not None:
            found[f"{table}.*.{column}"] = one
        else:
            found |= {f"{table}.{key}.{column}": f for key, f in families.items() if f is not None}
    return found


def drawn(case: Case, plan: Plan, uncertainty: Uncertainty, draws: int, seed: int) -> tuple[Draws, list[str]]:
    """At least ``draws`` draws around a plan, delays at every site that may be chosen; and the names of the places.

    Raises InputError where a family has three points that its shape cannot have.
    """
    families, delays = fitted(uncertainty, case, plan)
    places = [*case.sites, EVERYWHERE]
    return draw(uncertainty, families, delays, places, draws, seed), places


def first(case: Case, plan: Plan, uncertainty: Uncertainty, count: int, seed: int) -> list[Scenario]:
    """So many draws of one sequence, each as likely as the others."""
    found, places = drawn(case, plan, uncertainty, REPLICATES * count * 2, seed)
    rows = _table(uncertainty, found, places)[:count]
    return [_scenario(uncertainty, places, row, 1 / count) for row in rows]


def reduced(case: Case, plan: Plan, uncertainty: Uncertainty, draws: int, seed: int, count: int) -> Reduced:
    """Draws in at most ``count`` clusters by k-means of scipy.

    A scenario has the mean factors of its cluster, and the months of the draw nearest to its mean: a mean of months is
    late everywhere by a little, which no future is.
    """
    found, places = drawn(case, plan, uncertainty, draws, seed)
    rows = _table(uncertainty, found, places)
    spread = rows.std(axis=0)
    varies = spread > 1e-12
    if not varies.any():
        return Reduced([_scenario(uncertainty, places, rows[0], 1.0)], found.count, 1.0)
    scaled = rows[:, varies] / spread[varies]
    codes, _ = kmeans(scaled, min(count, len(np.unique(scaled, axis=0))), rng=np.random.default_rng(seed))
    of, distance = vq(scaled, codes)
    scenarios, families = [], len(uncertainty.families)
    for n in dict.fromkeys(of.tolist()):
        mine, near = rows[of == n], distance[of == n].argmin()
        row = np.append(mine[:, :families].mean(axis=0), mine[near, families:])
        scenarios.append(_scenario(uncertainty, places, row, len(mine) / len(rows)))
    kept = 1.0 - float((distance**2).sum() / ((scaled - scaled.mean(axis=0)) ** 2).sum())
    return Reduced(sorted(scenarios, key=lambda s: -s.probability), found.count, kept)


def _table(uncertainty: Uncertainty, found: Draws, places: Sequence[str]) -> Floats:
    """Draws as rows: factors of the families, then months by delay and place."""
    months = [found.months[d.id][at] for d in uncertainty.delays for at in places]
    return np.column_stack([found.factors, *months])


def _scenario(uncertainty: Uncertainty, places: Sequence[str], row: Floats, probability: float) -> Scenario:
    values = iter(row.tolist())
    factors = {f.id: next(values) for f in uncertainty.families}
    months: dict[str, dict[str, float]] = {d.id: {at: next(values) for at in places} for d in uncertainty.delays}
    return Scenario(probability, factors, months)
