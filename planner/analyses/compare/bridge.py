"""From the dollars of one plan to those of another, in named steps that sum to the cent.

Dollars are the cents posted in ``detail``. A line that both plans have (same cost line, site, item, period and rate) is
worth its own price in each: what both buy at the new price less at the old one is the step "prices"; the rest of the
difference is more or less bought, by category. Management and contingency follow the lines they stand on, so they are
a step of their own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from planner.inputs.case import Case
from planner.plan import Plan
from planner.wbs import UNALLOCATED

MOST_STEPS = 8
PRICES = "prices and escalation of what both plans buy"
ON_TOP = "management and contingency"
SET_ASIDE = "set aside by the split"
#: rates that are shares of other lines
SHARES = ("programme_management_share", "programme_management_share.value", "contingency_share")
_INVESTMENT = {
    "construction": "construction: halls and campuses",
    "power and cooling": "power and cooling",
    "chips": "chips: racks, network, storage",
    "software": "software and training",
    "training": "software and training",
    "security": "security",
}
Key = tuple[str, ...]


@dataclass(frozen=True)
class Step:
    name: str
    cents: int

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "usd": self.cents / 100}


@dataclass(frozen=True)
class Bridge:
    """``start`` plus the steps is ``end``, in cents."""

    ledger: str
    start: int
    steps: tuple[Step, ...]
    end: int

    def as_dict(self) -> dict[str, Any]:
        steps = [step.as_dict() for step in self.steps]
        return {"ledger": self.ledger, "from": self.start / 100, "steps": steps, "to": self.end / 100}


@dataclass
class _Line:
    """Lines of one key, added up."""

    step: str
    cents: int = 0
    quantity: float = 0.0
    usd_each: float = 0.0


def bridge(a: Plan, b: Plan, case: Case, ledger: str) -> Bridge:
    """From the dollars of ``a`` to those of ``b`` on one ledger; the ledgers are never added."""
    old, new = _lines(a, case, ledger), _lines(b, case, ledger)
    cents: dict[str, int] = defaultdict(int)
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        step = (after or before).step  # type: ignore[union-attr]
        delta = (after.cents if after else 0) - (before.cents if before else 0)
        priced = 0
        if before and after and step not in (ON_TOP, SET_ASIDE):
            priced = round(100 * min(before.quantity, after.quantity) * (after.usd_each - before.usd_each))
        cents[PRICES] += priced
        cents[step] += delta - priced
    start, end = (sum(line.cents for line in lines.values()) for lines in (old, new))
    return Bridge(ledger, start, _steps(cents), end)


def _lines(plan: Plan, case: Case, ledger: str) -> dict[Key, _Line]:
    found: dict[Key, _Line] = {}
    detail = plan["detail"]
    for row in detail[detail["ledger"] == ledger].to_dict("records"):
        key = tuple(str(row[name]) for name in ("wbs_code", "site_id", "item", "period", "rate_ref"))
        line = found.setdefault(key, _Line(_step({str(k): v for k, v in row.items()}, case, ledger)))
        line.cents += int(row["cents"])
        line.quantity += float(row["quantity"])
        line.usd_each = float(row["rate_usd"]) * float(row["factor"]) * float(row["escalation"])
    return found


def _step(row: dict[str, Any], case: Case, ledger: str) -> str:
    code = str(row["wbs_code"])
    if code == UNALLOCATED:
        return SET_ASIDE
    if str(row["rate_ref"]).endswith(SHARES):
        return ON_TOP
    if ledger == "investment":
        return _INVESTMENT.get(str(row["category"]), str(row["category"]))
    head = ".".join(code.split(".")[:2])
    return case.wbs[head].name.lower() if head in case.wbs else head


def _steps(cents: dict[str, int]) -> tuple[Step, ...]:
    """The steps that move anything, prices first, the largest of the others next; the smallest together if too many."""
    steps = [Step(name, n) for name, n in cents.items() if n]
    steps.sort(key=lambda s: (s.name != PRICES, -abs(s.cents), s.name))
    if len(steps) > MOST_STEPS:
        rest = sum(step.cents for step in steps[MOST_STEPS - 1 :])
        steps = [*steps[: MOST_STEPS - 1], Step("everything else", rest)]
    return tuple(steps)
