"""What all draws say together: percentiles with their error, joint confidence, contingency, promises."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.inputs.case import Case
from planner.plan import Plan
from planner.risk.account import OPERATIONS, Account, Cash
from planner.risk.fitting import Fitted, Floats, fitted
from planner.risk.promises import Promises, Verdict
from planner.risk.sampling import Draws, draw
from planner.risk.stop import Left, left
from planner.risk.uncertainty import Uncertainty
from planner.verify.world import World

#: dollars that count as the same, and the part of draws around a percentile that says how its cost is made up
CENT, AROUND = 0.005, 0.01


@dataclass(frozen=True)
class Risk:
    """A plan under its draws; dollars are then-year investment without contingency, unless a name says otherwise."""

    case: Case
    account: Account
    families: Sequence[Fitted]
    delays: Sequence[Fitted]
    draws: Draws
    cash: Cash
    verdicts: Sequence[Verdict]
    left: Left
    seconds: float

    @property
    def cost(self) -> Floats:
        """Investment (N,) of each draw, whenever it is paid."""
        return np.asarray(self.cash.invested.sum(axis=1))

    @property
    def base(self) -> float:
        return self.account.planned()

    @property
    def with_contingency(self) -> float:
        return self.base + float(sum(self.account.contingency.values()))

    @property
    def milestone(self) -> Verdict | None:
        """The promise that the file names; None where the plan does not measure it."""
        return next((v for v in self.verdicts if v.claim.id == self.account.uncertainty.milestone), None)

    def joint(self, verdict: Verdict) -> float | None:
        """Share of draws within the budget that also keep a promise by its date."""
        affordable = self.cost <= self.case.programme.budget_usd + CENT
        return None if verdict.held is None else float(np.mean(affordable & verdict.held))

    def error(self, percent: float) -> float:
        """Standard error of a percentile of cost, from the replicates of the sequence."""
        each = np.quantile(self.cost.reshape(-1, self.draws.size), percent / 100, axis=1)
        return float(each.std(ddof=1) / np.sqrt(len(each)))

    def contingency(self) -> dict[tuple[str, int], float]:
        """Dollars by (category, period) to the confidence of the file; together they are its percentile less base.

        A cell has its mean excess over base in the draws around the percentile, so the cells add up.
        """
        confidence, cost = self.account.uncertainty.confidence, self.cost
        ends = np.quantile(cost, [max(0.0, confidence - AROUND), min(1.0, confidence + AROUND)])
        near = (cost >= ends[0]) & (cost <= ends[1])
        found: dict[tuple[str, int], float] = {}
        for category in self.account.categories:
            planned = np.zeros(self.cash.by_category[category].shape[1])
            for line in self.account.lines:
                if line.category == category and line.ledger != OPERATIONS:
                    planned[line.t] += line.usd
            excess = self.cash.by_category[category][near].mean(axis=0) - planned
            found |= {(category, t): float(usd) for t, usd in enumerate(excess)}
        whole, wanted = sum(found.values()), float(np.quantile(cost, confidence)) - self.base
        size = sum(map(abs, found.values()))
        # what the window is off by goes onto the cells in proportion to their size
        return {key: usd + (wanted - whole) * abs(usd) / size if size else 0.0 for key, usd in found.items()}


def risk(case: Case, plan: Plan, uncertainty: Uncertainty, draws: int, seed: int) -> Risk:
    """Draw, count and judge; the plan's decisions stay as they are.

    Raises InputError where a family has three points that its shape cannot have.
    """
    began = time.perf_counter()
    families, delays = fitted(uncertainty, case, plan)
    account, world = Account(case, plan, uncertainty), World(case, plan)
    sites = [s for s, opened in world.opened.items() if opened[-1] > 0.5]
    drawn = draw(uncertainty, families, delays, sites, draws, seed)
    cash = account.cash(drawn)
    met = {str(row["id"]): row["met"] for row in plan["commitments"].to_dict("records")}
    verdicts = Promises(world, drawn, account, cash).verdicts(met)
    stopped = left(account, world, drawn, np.asarray(cash.invested.sum(axis=1)))
    took = time.perf_counter() - began
    return Risk(case, account, families, delays, drawn, cash, verdicts, stopped, took)
