"""Commitments: what was promised, measured on the plan; firm ones hold, goals have a shortfall."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation.accounts import Accounts, Terms, total
from planner.formulation.combinations import Places
from planner.inputs.case import Case
from planner.inputs.programme import Claim
from planner.plan import NOISE, frame

MEASURED = ("power", "compute")


def binding(case: Case) -> list[Claim]:
    """Firm promises and goals that this model measures."""
    return [
        c for c in case.programme.claims if c.metric in MEASURED and c.binding != "reported" and c.level is not None
    ]


def close(m: Any, case: Case, accounts: Accounts, places: Places) -> None:
    """Write the commitments on a block of their own."""
    p = case.periods
    claims = {c.id: c for c in binding(case)}
    when = {i: p.end_of_year(c.by) for i, c in claims.items() if c.by is not None}
    tiered = [(i, s) for i, c in claims.items() if c.tier == "commissioned" for s in case.sites]
    goals = [i for i, c in claims.items() if c.binding == "goal"]
    m.add_component("commitments", pyo.Block())
    b = m.commitments
    b.counted = pyo.Var(tiered, domain=pyo.NonNegativeReals, doc="commissioned MW IT that count")
    b.shortfall = pyo.Var(goals, bounds=lambda b, i: (0, claims[i].level), doc="of a goal, in its unit")

    def commissioned(s: str, t: int) -> Terms:
        return [
            x
            for d in case.designs
            for q in accounts.posts("commissioned_mw", (s, d, t))
            if q.label == d
            for x in q.terms
        ]

    def measure(i: str) -> Terms:
        c, t = claims[i], when[i]
        if c.metric == "compute":
            account = "installed_pflops" if c.tier == "installed" else "serving_pflops"
            return accounts.terms(account, t, c.precision)
        if c.tier == "secured":
            return [x for s in case.sites for x in accounts.terms("secured_mw", s, t)]
        if c.tier == "commissioned":
            return [(1.0, b.counted[i, s]) for s in case.sites]
        return [x for s in case.sites for x in accounts.terms("populated_mw", s, t)]

    unmeasured = [i for i in claims if i not in goals and not measure(i)]
    b.nothing = pyo.Var(unmeasured, bounds=(0, 0), doc="of a firm promise of which the case has nothing")

    @b.Constraint(tiered, doc="only commissioned MW count")
    def counted_is_commissioned(b: Any, i: str, s: str) -> Any:
        return total([(1.0, b.counted[i, s]), *((-n, v) for n, v in commissioned(s, when[i]))]) <= 0  # type: ignore[arg-type]

    @b.Constraint(tiered, doc="only MW that the site populates in time count")
    def counted_is_populated(b: Any, i: str, s: str) -> Any:
        until = min(p.last, p.after(when[i], case.parameter("counted_within_months")))  # type: ignore[arg-type]
        factor = case.parameter("counted_factor")
        return (
            total([(1.0, b.counted[i, s]), *((-factor * n, v) for n, v in accounts.terms("populated_mw", s, until))])
            <= 0
        )

    @b.Constraint([i for i in claims if i not in goals], doc="a firm promise holds")
    def firm(b: Any, i: str) -> Any:
        return total(measure(i) or [(1.0, b.nothing[i])]) >= claims[i].level

    @b.Constraint(goals, doc="a goal is met up to its shortfall")
    def goal(b: Any, i: str) -> Any:
        return total([*measure(i), (1.0, b.shortfall[i])]) >= claims[i].level


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    rows = [(i, s, v.value) for (i, s), v in b.counted.items() if v.value > NOISE]
    return {"counted": frame("counted", rows)}
