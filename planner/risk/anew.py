"""The plan decided anew in each draw: what the fixed plan loses there, and what most futures decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from planner.formulation.terms import value
from planner.inputs.actuals import KINDS, PROGRAMME, Actual
from planner.inputs.case import USD_PER_MUSD, Case
from planner.plan import DECISIONS, Plan
from planner.results import read_plan
from planner.risk.scenarios import Scenario
from planner.risk.uncertainty import Uncertainty
from planner.solve import SolveLimits, Verdict
from planner.solve.extensive import AT_ONCE, Held, with_held
from planner.verify import ObjectiveClaim, verify

#: decisions that are counted over futures
COUNTED = ("opens", "modules", "contract", "units", "signed", "accredits", "starts")


@dataclass(frozen=True)
class Draw:
    """A draw and what it came to, in USD: the run decided anew, and the fixed plan; None where there is none."""

    name: str
    scenario: Scenario
    run: str
    verdict: str
    error: str
    value: float | None
    bound: float | None
    plan: Plan | None
    fixed: float | None
    fixed_verdict: str

    @property
    def regret(self) -> float | None:
        """What deciding anew has more than the fixed plan."""
        return None if self.value is None or self.fixed is None else self.value - self.fixed


def fixed(case: Case, decided: Sequence[Actual], seconds: float | None) -> tuple[float | None, str]:
    """Net benefit, USD, of a plan's whole decisions in a draw, with the rest as good as it can be; and its verdict.

    A plan that the checker refuses counts as none.
    """
    amounts = {(a.kind, a.key, a.t): a.amount for a in decided if a.kind not in AT_ONCE}
    held = Held(amounts, case.periods.count, whole=True)
    built, found = with_held(case, held, SolveLimits(seconds=seconds))
    if built is None:
        return None, str(found.verdict)
    plan = read_plan(built)
    reached = value(built.objective)
    if not verify(case, plan, ObjectiveClaim(reached, None)).passed:
        return None, "fails its check"
    return reached * USD_PER_MUSD, str(found.verdict)


def document(
    run: str, case: Case, plan: Plan, draws: Sequence[Draw], uncertainty: Uncertainty, seed: int
) -> dict[str, Any]:
    """All of it in USD, as JSON and as it is kept with the run."""
    planned = [d for d in draws if d.plan is not None]
    stands = [d for d in draws if d.fixed is not None]
    regrets = [d.regret for d in draws if d.regret is not None]
    return {
        "schema": "planner/futures/1",
        "run": run,
        "basis": "the plan decided anew in each draw; the fixed plan keeps its whole decisions",
        "uncertainty": {"file": uncertainty.file, "sha256": uncertainty.sha256, "title": uncertainty.title},
        "seed": seed,
        "draws": [_draw(d) for d in draws],
        "planned": len(planned),
        "without_plan": [d.name for d in draws if d.verdict == Verdict.INFEASIBLE],
        "not_answered": [d.name for d in draws if d.plan is None and d.verdict != Verdict.INFEASIBLE],
        "fixed_plan_stands": len(stands),
        "regret_usd": {
            "mean": float(np.mean(regrets)),
            "p50": float(np.median(regrets)),
            "p80": float(np.quantile(regrets, 0.8)),
            "worst": max(regrets),
        }
        if regrets
        else None,
        "decisions": _shares(case, plan, planned),
    }


def _draw(d: Draw) -> dict[str, Any]:
    about = {"name": d.name, "run": d.run, "verdict": d.verdict, "error": d.error, "value_usd": d.value}
    about |= {"bound_usd": d.bound, "fixed_usd": d.fixed, "fixed_verdict": d.fixed_verdict, "regret_usd": d.regret}
    months = {delay: dict(by) for delay, by in d.scenario.months.items()}
    return {**about, "factors": dict(d.scenario.factors), "months": months}


def _shares(case: Case, plan: Plan, planned: Sequence[Draw]) -> list[dict[str, Any]]:
    """Each decision that any plan has: share of futures with it, its amount there, and when it begins."""
    labels = case.periods.labels()
    mine, found = _decided(plan, labels), []
    theirs = [_decided(d.plan, labels) for d in planned if d.plan is not None]
    for key in sorted({k for one in (mine, *theirs) for k in one}, key=lambda k: (COUNTED.index(k[0]), k[1:])):
        there = [one[key] for one in theirs if key in one]
        when = sorted(first for _, first in there)
        kind, where, what = key
        found.append(
            {
                "kind": kind,
                "where": where,
                "what": what,
                "in_the_run": mine[key][0] if key in mine else 0.0,
                "share_of_futures": len(there) / len(theirs) if theirs else None,
                "amount": median(amount for amount, _ in there) if there else None,
                "unit": KINDS[kind].unit,
                "first": labels[when[0]] if when else None,
                "last": labels[when[-1]] if when else None,
            }
        )
    return found


def _decided(plan: Plan, labels: Sequence[str]) -> Mapping[tuple[str, str, str], tuple[float, int]]:
    """(kind, where, what) -> amount over all periods, and the first period of it."""
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    begins: dict[tuple[str, str, str], int] = {}
    for kind in COUNTED:
        of = KINDS[kind]
        for row in plan[kind].to_dict("records"):
            where = PROGRAMME if of.where == PROGRAMME else str(row[of.where])
            key = kind, where, "/".join(str(row[c]) for c in of.what)
            sums[key] += float(row[DECISIONS[kind][-1]])
            t = labels.index(str(row["period"]))
            begins[key] = min(t, begins.get(key, t))
    return {key: (amount, begins[key]) for key, amount in sums.items()}
