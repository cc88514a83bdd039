"""What the promise of secured power costs: the same programme solved once more without it.

The second solve starts from the gates of the first and has its own time. The price is an interval: what the best plan
without the promise gains over the best plan with it, each between its plan and its bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from planner import run
from planner.analyses.price import Band
from planner.analyses.questions import Figures
from planner.inputs.case import USD_PER_MUSD, Case
from planner.inputs.programme import Claim
from planner.run import Options, Result
from planner.solve import Report

MEGAWATTS = ("secured_mw", "commissioned_mw", "populated_mw")


@dataclass(frozen=True)
class Without:
    """The programme without one promise: its run, and what the promise costs."""

    claim: Claim
    result: Result
    price: Band | None

    @property
    def settled(self) -> bool:
        """Whether the interval is known and does not hold 0."""
        return self.price is not None and self.price.low > 0

    def as_dict(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "schema": "planner/without/1",
            "promise": self.claim.id,
            "claim": self.claim.claim,
            "price": self.price.as_usd() if self.price else None,
            "settled": self.settled,
            "with": figures(whole),
            "without": figures(self.result.document),
        }


def promise(case: Case) -> Claim | None:
    """The firm promise of secured power, if the programme makes one."""
    firm = (c for c in case.programme.claims if c.metric == "power" and c.binding == "firm" and c.tier == "secured")
    return next(firm, None)


def without(
    case: Case,
    claim: Claim,
    whole: Mapping[str, Any],
    gates: Mapping[str, float],
    options: Options,
    progress: Callable[[Report], None] | None = None,
) -> Without:
    """Solve the programme with the claim reported only; ``whole`` is the document of the run with it."""
    loose = claim.model_copy(update={"binding": "reported"})
    claims = tuple(loose if c.id == claim.id else c for c in case.programme.claims)
    freed = replace(case, programme=case.programme.model_copy(update={"claims": claims}))
    found = run.optimize(freed, options, start=gates, progress=progress)
    band = Band.gained(_musd(found.document), _musd(whole))
    return Without(claim, found, band.at_least_zero() if band else None)


def _musd(document: Mapping[str, Any]) -> Figures:
    """Value and bound of a run's objective, M USD."""
    value, bound = (document["objective"][name] for name in ("value", "bound"))
    value, bound = (None if x is None else x / USD_PER_MUSD for x in (value, bound))
    return Figures(value, bound)


def figures(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is set side by side: the objective with its bound, dollars, and MW at the end of the horizon."""
    known = document.get("indicators") or {}
    last = {name: list((known.get(name) or {"": None}).values())[-1] for name in MEGAWATTS}
    money = {name: known.get(name) for name in ("spend_usd", "operations_usd")}
    asked = document.get("objective") or {}
    reached = {"verdict": document.get("verdict"), "value_usd": asked.get("value"), "bound_usd": asked.get("bound")}
    return {**reached, **money, **last}
