"""What binds in a plan, where and when; and which promise breaks first if the budget falls.

Slack is read off the checker, row by row: its arithmetic, not the solver's. The least budgets are bounds: below them no
plan keeps the promises; a real one may need more.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.analyses.linear import Pool
from planner.analyses.notebook import Notebook
from planner.analyses.source import Source
from planner.analyses.terms import Term
from planner.analyses.words import short
from planner.analyses.work import Tell, Undecided, Work
from planner.inputs.case import Case
from planner.plan import Plan
from planner.verify.tally import REGISTRY, Check, Side, Tally
from planner.verify.world import World

#: slack, as part of its row, up to which a row binds
BINDS = 1e-4
#: rules that someone or nature sets as a limit, promises and money first; the others define quantities
TELLING = (
    "commitments.firm",
    "budget.within_budget",
    "budget.within_authority",
    "budget.within_caps",
    "budget.service_within_money",
    "budget.split_most",
    "budget.split_least",
    "budget.band_most",
    "budget.band_least",
    "commitments.counted_is_commissioned",
    "commitments.counted_is_populated",
    "workload.must_serve",
    "workload.within_admitted",
    "sites.largest_share",
    "sites.minimum_commissioned",
    "sites.minimum_serving",
    "sites.enough_regions",
    "fleet.within_supply",
    "construction.within_build_rate",
    "construction.within_existing_halls",
    "construction.within_land",
    "construction.within_craft_workers",
    "construction.within_national_workers",
    "power.secured_covers_halls",
    "power.within_onsite_limit",
    "power.within_ppa_limit",
    "cooling.within_halls",
    "cooling.within_water",
)


@dataclass(frozen=True)
class Row:
    """One checked row, ``left <= right``, in its unit."""

    rule: str
    where: str
    left: float
    right: float
    unit: str

    @property
    def slack(self) -> float:
        size = max(abs(self.left), abs(self.right))
        return max(0.0, (self.right - self.left) / size) if size else float("inf")

    def as_dict(self) -> dict[str, object]:
        row = {"where": self.where, "used": self.left, "limit": self.right, "unit": self.unit}
        return {**row, "slack_share": self.slack}


@dataclass(frozen=True)
class _Reading(Check):
    """A check that also keeps every row that it enters."""

    rows: list[Row] = field(default_factory=list)

    def _row(self, where: str, left: float, right: float, side: Side) -> None:
        super()._row(where, left, right, side)
        if side.one_sided:
            self.rows.append(Row(self.name, where, left, right, side.unit))


def rows(case: Case, plan: Plan) -> list[Row]:
    """Every inequality of the checker on a plan in which something happens."""
    world = World(case, plan)
    tally = Tally(world.facts.clock.labels(), 1e-6)
    found: list[Row] = []
    for name, check_rule in REGISTRY:
        check_rule(world, _Reading(name, tally, found))
    return [r for r in found if max(abs(r.left), abs(r.right)) > 0]


def binding_rows(case: Case, plan: Plan) -> dict[str, list[Row]]:
    """Rows without slack by rule, those of limits that someone set or that nature sets."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows(case, plan):
        if row.slack <= BINDS and row.rule in TELLING:
            found[row.rule].append(row)
    return dict(found)


@dataclass(frozen=True)
class Breaks:
    """Without ``term`` the others take ``least_usd`` at the least; None where that was not proven in time."""

    term: Term
    least_usd: float | None


def breaking(source: Source, work: Work, tell: Tell) -> tuple[float | None, list[Breaks]]:
    """The least budget that keeps all firm promises, and the same without each, the largest saving first."""
    pool = Pool(source.case(), work)
    tell("the least budget that keeps all promises")
    least = pool.least_budget_usd()
    found = []
    for term in pool.terms:
        if term.claim is not None:
            tell(f"the least budget without {term.id}")
            found.append(Breaks(term, pool.least_budget_usd((term,))))
    return least, sorted(found, key=lambda b: float("inf") if b.least_usd is None else b.least_usd)


def explain_plan(
    source: Source,
    case: Case,
    plan: Plan,
    stored: Mapping[str, Any],
    seconds: float | None,
    tell: Tell,
    notebook: Notebook | None = None,
) -> dict[str, Any]:
    """The JSON document of ``explain`` on a stored plan."""
    began = time.perf_counter()
    tell("what binds")
    tight = binding_rows(case, plan)
    least: float | None = None
    breaks: list[Breaks] = []
    notes = []
    work = Work(seconds, notebook)
    try:
        least, breaks = breaking(source, work, tell)
    except Undecided:
        notes.append("The time ended before the promise that breaks first was found.")
    if least is not None:
        notes.append("Least budgets are bounds: no plan keeps the promises with less, a real one may need more.")
    first = breaks[0] if breaks and least is not None and breaks[0].least_usd is not None else None
    saves = first is not None and least is not None and (first.least_usd or 0.0) < least * (1 - 1e-6)
    return {
        "schema": "planner/explain/1",
        "source": source.words,
        "verdict": "plan",
        "plan_verdict": stored.get("verdict"),
        "binds": [
            {"rule": rule, "says": _says(rule), "rows": [r.as_dict() for r in found]}
            for rule in TELLING
            if (found := tight.get(rule))
        ],
        "budget_usd": case.programme.budget_usd,
        "spend_usd": (stored.get("indicators") or {}).get("spend_usd"),
        "least_budget_usd": least,
        "least_budget_is": "a bound",
        "breaks_first": first.term.as_dict() if first and saves else None,
        "without_each": [{"promise": b.term.id, "least_budget_usd": b.least_usd} for b in breaks],
        "conflict": [],
        "repairs": [],
        "confirmed_without_presolve": False,
        "notes": notes,
        "seconds": time.perf_counter() - began,
    }


def _says(rule: str) -> str:
    """The rule's name as words: ``budget.within_authority`` is "budget: within authority"."""
    return rule.replace("_", " ").replace(".", ": ", 1)


def falls(document: Mapping[str, Any]) -> str:
    least, budget = document["least_budget_usd"], document["budget_usd"]
    if least is None:
        return "The least budget that keeps all firm promises was not proven in the time allowed."
    said = f"If the budget fell from {short(budget)}, the firm promises may hold down to {short(least)}; "
    said += "below that they cannot all be kept."
    first = document["breaks_first"]
    if first is None:
        return said + " No single promise, given up, lowers that."
    without = document["without_each"][0]["least_budget_usd"]
    named = f"{first['promise']} ({first['says']})"
    return f"{said} The first to break is {named}: without it the others take {short(without)}."
