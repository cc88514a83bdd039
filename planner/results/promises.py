"""What was promised, measured on the plan."""

from __future__ import annotations

import math

import pandas as pd

from planner.formulation import Formulation
from planner.formulation.commitments import duties, held_from
from planner.formulation.terms import value
from planner.inputs.case import USD_PER_MUSD, Case
from planner.inputs.programme import Claim
from planner.plan import frame
from planner.results.amounts import at, chosen, infrastructure_share
from planner.results.verdicts import CEILINGS

#: relative tolerance within which an amount counts as reached
ROOM = 1e-6


def measured(built: Formulation, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [_commitment(built, claim, tables) for claim in built.case.programme.claims]
    return frame("commitments", rows)


def _commitment(built: Formulation, claim: Claim, tables: dict[str, pd.DataFrame]) -> tuple[object, ...]:
    about = (claim.id, claim.metric, claim.tier, claim.precision, claim.by, claim.level, claim.unit, claim.binding)
    planned = _measured(built, claim, tables)
    if planned is None or claim.level is None:
        return (*about, planned, None, None, "reported")
    missing = _missing(built.case, claim, planned, claim.level)
    met = missing <= ROOM * max(1.0, claim.level)
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


def _missing(case: Case, claim: Claim, planned: float, level: float) -> float:
    """How far a measure is from what was promised."""
    if claim.metric == "split":
        return max(0.0, abs(planned - level) - case.programme.infrastructure_share_tolerance)
    return max(0.0, planned - level if claim.metric in CEILINGS else level - planned)


def _measured(built: Formulation, claim: Claim, tables: dict[str, pd.DataFrame]) -> float | None:
    case = built.case
    if claim.metric == "sites":
        return float(len(chosen(built)))
    if claim.metric == "budget":
        detail = tables["detail"]
        return float(detail.loc[detail["ledger"] == "investment", "cents"].sum()) / 100
    if claim.metric == "split":
        share = infrastructure_share(case, tables["detail"])
        return claim.level if share is None else share
    if claim.metric == "funding":
        return _funding_used(case, tables["detail"])
    if claim.metric in ("governance", "services"):
        return _held(built, claim)
    when = held_from(case, claim)
    if not when or claim.metric not in ("power", "compute"):
        return None
    if claim.metric == "compute":
        account = "installed_pflops" if claim.tier == "installed" else "serving_pflops"
        return min(at(built, account, t, claim.precision) for t in when) if claim.precision else None
    if claim.tier == "commissioned" and claim.binding != "reported":
        counted = tables["counted"]
        return math.fsum(counted.loc[counted["commitment"] == claim.id, "mw"])
    column = {"secured": "secured_mw", "commissioned": "commissioned_mw", "populated": "populated_mw"}[str(claim.tier)]
    tiers = tables["tiers"]
    return min(math.fsum(tiers.loc[tiers["period"] == case.periods.label(t), column]) for t in when)


def _held(built: Formulation, claim: Claim) -> float:
    """Share of the conditions of governance that hold, where sites are open; services: how many are offered."""
    places = {"", *chosen(built)}
    asked = [d for d in duties(built.accounts, built.case, claim) if d.site in places]
    held = sum(value(d.terms) >= d.least - ROOM * max(1.0, d.least) for d in asked)
    return float(held) if claim.metric == "services" else held / len(asked) if asked else 1.0


def _funding_used(case: Case, detail: pd.DataFrame) -> float:
    """The largest part of what its payers can pay that a period's operating cost takes."""
    operated = detail[detail["ledger"] == "operations"].groupby("period")["cents"].sum()
    used = [0.0]
    for t in case.periods if case.funding_sources else ():
        cents = int(operated.get(case.periods.label(t), 0))
        caps = math.fsum(case.funding_cap_musd(f, t) for f in case.funding_sources)
        if cents > 0:
            used.append(cents / (100 * USD_PER_MUSD * caps) if caps else math.inf)
    return max(used)
