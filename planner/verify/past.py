"""The past of a plan that was made again: what the actuals say happened, and what they say was spent."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from planner.inputs.actuals import KINDS, SPENT
from planner.inputs.case import PROGRAMME
from planner.plan import DECISIONS
from planner.verify.tally import Check, rule
from planner.verify.world import World


def periods(world: World) -> list[str]:
    """Labels of the periods that ended by the date of the programme, where it has actuals."""
    programme, clock = world.facts.programme, world.facts.clock
    if programme.actuals is None:
        return []
    day = date.fromisoformat(programme.as_of)
    months = 12 * (day.year - clock.year(0)) + day.month - 1
    return [clock.label(t) for t in range(clock.last + 1) if (t + 1) * clock.months <= months]


@rule("past.as_it_was")
def as_it_was(world: World, check: Check) -> None:
    """Every decision of a past period is what happened, and nothing else was decided in it."""
    past = set(periods(world))
    for kind, of in KINDS.items() if past else ():
        if kind == SPENT:
            continue
        happened: dict[tuple[str, ...], float] = defaultdict(float)
        for row in world.facts.case.actuals:
            if row.kind == kind:
                happened[(*row.key, world.facts.clock.label(row.t))] += row.amount
        columns = [*([of.where] if of.where != PROGRAMME else []), *of.what, "period"]
        planned: dict[tuple[str, ...], float] = defaultdict(float)
        for *key, n in world.tables[kind][[*columns, DECISIONS[kind][-1]]].itertuples(index=False, name=None):
            if key[-1] in past:
                planned[tuple(map(str, key))] += float(n)
        words = "the plan has {left} " + of.unit + " in a past period; {right} happened"
        for row_key in dict.fromkeys([*happened, *planned]):
            where = ",".join([kind, *row_key])
            check.equal(where, planned.get(row_key, 0.0), happened.get(row_key, 0.0), of.unit, words)


@rule("past.as_spent")
def as_spent(world: World, check: Check) -> None:
    """The lines of a category in a past period add up to what was spent, to the cent."""
    for (category, t), usd in world.ledger.spent.items():
        posted = world.ledger.posted_cents(category, t)
        words = f"${posted / 100.0:,.2f} are posted; ${usd:,.2f} were spent"
        where = f"{category},{world.facts.clock.label(t)}"
        check.true(where, posted == round(100 * usd), words, unit="cents", excess=abs(posted - 100 * usd))
