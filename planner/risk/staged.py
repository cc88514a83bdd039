"""What to sign now, as the document that is printed and kept with the run."""

from __future__ import annotations

import re
from typing import Any

from planner.errors import Fault, InputError
from planner.inputs.actuals import KINDS, PROGRAMME
from planner.inputs.case import USD_PER_MUSD, Case
from planner.risk.scenarios import Reduced
from planner.risk.stages import Decided, Policy
from planner.risk.uncertainty import MONTH, Uncertainty

#: years from the opening of the horizon after which more is known, where nobody says
YEARS = 2


def until_of(case: Case, given: str | None, uncertainty: Uncertainty) -> tuple[str, int]:
    """The month at whose opening more is known, and the first period that is decided then.

    Raises InputError where no period lies before it, or none after it.
    """
    p = case.periods
    month = given or uncertainty.until or f"{p.first_year + YEARS}-01"
    passed = 12 * (int(month[:4]) - p.first_year) + int(month[5:]) - 1 if re.match(MONTH, month) else -1
    before = passed // p.months
    if not case.past < before < p.count or passed % p.months:
        ends = [p.first_year * 12 + p.months * t for t in range(case.past + 1, p.count)]
        allowed = ", ".join(f"{m // 12}-{m % 12 + 1:02d}" for m in ends)
        raise InputError([Fault("--until" if given else uncertainty.file, None, "until", month, f"one of {allowed}")])
    return month, before


def document(
    run: str, found: Decided, reduced: Reduced, uncertainty: Uncertainty, until: str, seed: int
) -> dict[str, Any]:
    """All of it in USD, as JSON and as it is kept with the run."""
    stages = found.stages
    knowing = found.knowing
    evpi, vss = found.worth(knowing, found.signed), found.worth(found.signed, found.mean)
    return {
        "schema": "planner/commit-now/1",
        "run": run,
        "basis": "commitments before the date are the same in every scenario, all later ones answer to it",
        "uncertainty": {"file": uncertainty.file, "sha256": uncertainty.sha256, "title": uncertainty.title},
        "until": until,
        "draws": reduced.draws,
        "seed": seed,
        "variance_kept": reduced.kept,
        "cvar_level": stages.level,
        "cvar_weight": stages.weight,
        "sites_settled": None if found.sites is None else sorted(found.sites),
        "size": dict(found.signed.size),
        "scenarios": [_scenario(found, reduced, n) for n in range(len(found.futures))],
        "ways": {
            "knowing": _way(found, knowing),
            "sign_now": _way(found, found.signed),
            "mean_future": _way(found, found.mean),
            "wait_a_year": _way(found, found.waited),
        },
        "value_of_perfect_information_usd": _usd(evpi),
        "value_of_the_stochastic_solution_usd": _usd(vss),
        "value_of_not_waiting_usd": _usd(found.worth(found.signed, found.waited)),
        "sign": [_signed(found.futures[0].case, *one) for one in sorted(found.signed.signed.items(), key=_order)],
        "seconds": sum(p.seconds for p in (knowing, found.signed, found.mean, found.waited)),
    }


def _usd(musd: float | None) -> float | None:
    return None if musd is None else musd * USD_PER_MUSD


def _way(found: Decided, policy: Policy) -> dict[str, Any]:
    regrets = found.regrets(policy)
    return {
        "verdict": str(policy.verdict),
        "checked": policy.passed,
        "expected_usd": _usd(found.expected(policy)),
        "bound_usd": _usd(policy.bound),
        "cvar_usd": _usd(found.cvar(policy)),
        "worst_regret_usd": _usd(max(regrets)) if len(regrets) == len(found.futures) else None,
        "without_plan": list(policy.without_plan),
        "seconds": policy.seconds,
    }


def _scenario(found: Decided, reduced: Reduced, n: int) -> dict[str, Any]:
    scenario, future = reduced.scenarios[n], found.futures[n]
    whole = {name: getattr(found, name).values for name in ("knowing", "signed", "mean", "waited")}
    values = {name: _usd(v[n]) if len(v) == len(found.futures) else None for name, v in whole.items()}
    return {
        "name": future.name,
        "probability": future.probability,
        "factors": dict(scenario.factors),
        "months": {delay: dict(by) for delay, by in scenario.months.items()},
        "net_benefit_usd": values,
    }


def _order(one: tuple[Any, float]) -> tuple[Any, ...]:
    (kind, key, t), _ = one
    return t, list(KINDS).index(kind), key


def _signed(case: Case, key: Any, amount: float) -> dict[str, Any]:
    kind, ids, t = key
    of = KINDS[kind]
    where, what = (PROGRAMME, ids) if of.where == PROGRAMME else (ids[0], ids[1:])
    amount = float(round(amount)) if of.whole else amount
    about = {"period": case.periods.label(t), "kind": kind, "where": where, "what": "/".join(what)}
    return {**about, "amount": amount, "unit": of.unit}
