"""What was found, as the document that is printed and kept with the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planner.risk.account import OPERATIONS
from planner.risk.fitting import Fitted, Floats
from planner.risk.found import CENT, Risk
from planner.risk.promises import Verdict

#: percentiles of the S-curve
CURVE = (1, 5, *range(10, 100, 10), 95, 99)


def document(run: str, found: Risk) -> dict[str, Any]:
    """All of it, as JSON and as it is kept with the run."""
    cost, account, asked = found.cost, found.account, found.account.uncertainty
    return {
        "schema": "planner/risk/1",
        "run": run,
        "basis": "decisions as planned; draws of rates and delays around the plan without contingency and reserve",
        "uncertainty": {"file": asked.file, "sha256": asked.sha256, "title": asked.title},
        "draws": found.draws.count,
        "replicates": found.draws.count // found.draws.size,
        "seed": found.draws.seed,
        "cost_usd": _percentiles(cost, found.base)
        | {
            "p80_standard_error": found.error(80),
            "with_contingency": found.with_contingency,
            "with_contingency_percentile": _share(cost, found.with_contingency),
            "budget": found.case.programme.budget_usd,
            "budget_percentile": _share(cost, found.case.programme.budget_usd),
            "curve": [{"percentile": p, "usd": float(np.percentile(cost, p))} for p in CURVE],
        },
        "plan_usd": _planned(found),
        "operations_usd": _percentiles(found.cash.spent(OPERATIONS), account.planned(OPERATIONS)),
        "milestone": asked.milestone,
        "joint_confidence": None if found.milestone is None else found.joint(found.milestone),
        "commitments": [_commitment(found, v) for v in found.verdicts],
        "confidence": asked.confidence,
        "contingency_usd": _contingency(found),
        "cash_by_year_usd": {str(p): _by_year(found, np.percentile(found.cash.invested, p, axis=0)) for p in (50, 80)},
        "when_spending_stops": _stopped(found),
        "families": [_part(one, "") for one in found.families],
        "delays": [{**_part(one, "_months"), "chance": one.chance} for one in found.delays],
        "seconds": found.seconds,
    }


def _share(values: Floats, amount: float) -> float:
    """Share of draws that are at most an amount."""
    return float(np.mean(values <= amount + CENT))


def _percentiles(values: Floats, point: float) -> dict[str, Any]:
    ps = {f"p{p}": float(np.percentile(values, p)) for p in (10, 20, 30, 40, 50, 60, 70, 80, 90)}
    return {**ps, "mean": float(values.mean()), "point": point, "point_percentile": _share(values, point)}


def _planned(found: Risk) -> dict[str, float]:
    held = float(sum(found.account.contingency.values()))
    whole = found.base + held + found.account.set_aside
    return {
        "base": round(found.base, 2),
        "contingency": round(held, 2),
        "set_aside_by_the_split": round(found.account.set_aside, 2),
        "investment": round(whole, 2),
        "does_not_vary": round(found.account.unvaried_usd, 2),
    }


def _commitment(found: Risk, verdict: Verdict) -> dict[str, Any]:
    claim, held = verdict.claim, verdict.held
    return {
        "id": claim.id,
        "claim": claim.claim,
        "by": claim.by,
        "probability_met": None if held is None else float(np.mean(held)),
        "joint_with_budget": found.joint(verdict),
        "behind_it": verdict.why,
    }


def _year_of(found: Risk, t: int) -> str:
    """The year of a period; what is paid after the horizon is "later"."""
    p = found.case.periods
    return str(p.year(t)) if t <= p.last else "later"


def _by_year(found: Risk, values: Floats) -> dict[str, float]:
    sums: dict[str, float] = {}
    for t, usd in enumerate(values.tolist()):
        year = _year_of(found, t)
        sums[year] = sums.get(year, 0.0) + usd
    return sums


def _contingency(found: Risk) -> dict[str, Any]:
    cells = found.contingency()
    categories = {}
    for category in found.account.categories:
        mine = np.array([usd for (name, _), usd in cells.items() if name == category])
        categories[category] = {
            "usd": float(mine.sum()),
            "planned": found.account.contingency_of(category),
            "by_year": _by_year(found, mine),
        }
    return {"total": float(sum(cells.values())), "by_category": categories}


def _stopped(found: Risk) -> dict[str, Any]:
    """MW IT at the end of the horizon that half, and four of five draws reach or pass."""

    def reached(values: Floats) -> dict[str, float]:
        return {"p50": float(np.quantile(values, 0.5)), "p80": float(np.quantile(values, 0.2))}

    return {
        "drop_first": list(found.account.uncertainty.drop_first),
        "share_of_draws_over_budget": 1 - _share(found.cost, found.case.programme.budget_usd),
        "share_of_draws_where_dropping_is_not_enough": float(np.mean(found.left.not_enough)),
        "commissioned_mw": reached(found.left.commissioned),
        "populated_mw": reached(found.left.populated),
    }


def _part(one: Fitted, unit: str) -> dict[str, Any]:
    """A family or a delay as it was drawn."""
    part = one.part
    points = {f"{name}{unit}": getattr(one, name) for name in ("low", "mid", "high")}
    money: Mapping[str, Any] = {} if unit else {"usd": one.usd, "without_range_usd": one.unranged_usd}
    about = {"id": part.id, "name": part.name, "shape": part.shape, **points, **money}
    return {**about, "status": part.status, "basis": part.basis}
