"""A plan made again from a date: what happened up to it is fixed, and the rest is planned anew."""

from __future__ import annotations

from collections import defaultdict

from planner.inputs.actuals import KINDS, PROGRAMME, SPENT, Actual, past_periods
from planner.inputs.case import Case
from planner.plan import DECISIONS, Plan
from planner.wbs import UNALLOCATED


def taken(case: Case, plan: Plan, as_of: str) -> tuple[Actual, ...]:
    """A plan's own decisions and money of the periods that end by a date, as if they had happened so."""
    past = case.periods.labels()[: past_periods(case.periods, as_of)]
    return tuple(
        Actual(kind, key, past.index(label), amount)
        for kind in KINDS
        for (label, key), amount in sorted((_spent(plan) if kind == SPENT else _decided(plan, kind)).items())
        if label in past and amount
    )


def _decided(plan: Plan, kind: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """(period, key) -> amount of a table of decisions; rows that differ in what no actual says are added up."""
    of = KINDS[kind]
    ids = [*([of.where] if of.where != PROGRAMME else []), *of.what]
    table = plan[kind][["period", *ids, DECISIONS[kind][-1]]]
    found: dict[tuple[str, tuple[str, ...]], float] = defaultdict(float)
    for label, *key, amount in table.itertuples(index=False, name=None):
        found[str(label), tuple(map(str, key))] += float(amount)
    return found


def _spent(plan: Plan) -> dict[tuple[str, tuple[str, ...]], float]:
    """(period, category) -> then-year dollars of investment, without what the split sets aside."""
    detail = plan["detail"]
    mine = detail[(detail["ledger"] == "investment") & (detail["wbs_code"] != UNALLOCATED)]
    sums = mine.groupby(["period", "category"], sort=False)["cents"].sum().reset_index()
    rows = sums.itertuples(index=False, name=None)
    return {(str(label), (str(category),)): cents / 100 for label, category, cents in rows}
