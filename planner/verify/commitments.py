"""The promises: what the plan reaches, what may count, and what its table says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.inputs.programme import Claim
from planner.verify.measures import counts, filled_mw, measure
from planner.verify.tally import Check, rule
from planner.verify.world import World

#: the level is the most there may be
AT_MOST = ("budget", "funding")


@rule("commitments.counted_is_commissioned")
def counted_is_commissioned(world: World, check: Check) -> None:
    """From the date to the end of the horizon."""
    clock = world.facts.clock
    for (i, s), mw in world.counted.items():
        claim = world.facts.claims[i]
        t = world.due_at(claim)
        for later in range(t, clock.count) if t is not None and counts(claim) else ():
            words = "{left} MW count toward the promise; {right} MW are commissioned"
            there = float(world.commissioned_at[s][later])
            check.at_most(f"{i},{s},{clock.label(later)}", mw, there, "MW IT", words)


@rule("commitments.counted_is_populated")
def counted_is_populated(world: World, check: Check) -> None:
    for (i, s), mw in world.counted.items():
        claim = world.facts.claims[i]
        t = world.due_at(claim)
        if t is not None and counts(claim):
            words = "{left} MW count toward the promise; the racks that fill the site let {right} MW count"
            check.at_most(f"{i},{s}", mw, filled_mw(world, s, t), "MW IT", words)


@rule("commitments.firm")
def firm(world: World, check: Check) -> None:
    for claim in world.facts.claims.values():
        planned = measure(world, claim) if claim.binding == "firm" and claim.level is not None else None
        if planned is None or claim.level is None or claim.metric == "split":
            continue
        unit = claim.unit or claim.metric
        if claim.metric in AT_MOST:
            words = "the plan comes to {left}; the promise allows {right}"
            check.at_most(claim.id, planned, claim.level, unit, words)
        else:
            words = "the plan reaches {right}; the promise is {left} " + unit.replace("{", "(").replace("}", ")")
            check.at_most(claim.id, claim.level, planned, unit, words)


def _shown(world: World) -> dict[str, dict[str, Any]]:
    rows = world.tables["commitments"].to_dict("records")
    return {row["id"]: {str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows}


@rule("commitments.goal")
def goal(world: World, check: Check) -> None:
    shown = _shown(world)
    for claim in world.facts.claims.values():
        planned = measure(world, claim) if claim.metric in ("power", "compute") and claim.binding == "goal" else None
        if planned is None or claim.level is None:
            continue
        shortfall = float(shown.get(claim.id, {}).get("shortfall") or 0.0)
        words = "with its shortfall the plan comes to {right}; the goal is {left}"
        check.at_most(claim.id, claim.level, planned + shortfall, claim.unit or claim.metric, words)
        check.at_most(claim.id, -shortfall, 0.0, claim.unit or claim.metric, "a shortfall is {left} below zero")


def _states(world: World, claim: Claim, met: bool | None) -> tuple[str, ...]:
    """Words that a row may say."""
    if claim.metric == "memo":
        return ("reported",)
    if claim.metric in world.facts.programme.unmodelled or claim.binding == "reported" or met is None:
        return ("reported",)
    return ("met",) if met else ("short",) if claim.binding == "goal" else ("broken",)


def _close(shown: Any, due: float, tolerance: float) -> bool:
    return shown is not None and abs(float(shown) - due) <= tolerance * max(1.0, abs(due))


def _same(shown: Any, declared: Any) -> bool:
    if declared in (None, ""):
        return shown in (None, "")
    if isinstance(declared, int | float):
        return shown is not None and float(shown) == float(declared)
    return bool(shown == declared)


def _state_fits(world: World, check: Check, claim: Claim, row: Mapping[str, Any]) -> None:
    fits = row["state"] in _states(world, claim, None)
    check.true(f"{claim.id},state", fits, f"the state cannot be {row['state']}")


@rule("results.commitments")
def commitments(world: World, check: Check) -> None:
    shown, slack = _shown(world), check.tally.tolerance
    for claim in world.facts.claims.values():
        row = shown.get(claim.id)
        if row is None:
            check.true(claim.id, False, "the promise has no row in the table of commitments")
            continue
        for column in ("metric", "tier", "precision", "by", "level", "unit", "binding"):
            declared = getattr(claim, column)
            words = f"the table says {column} {row[column]}; the programme says {declared}"
            check.true(f"{claim.id},{column}", _same(row[column], declared), words.replace("None", "nothing"))
        planned = measure(world, claim)
        if planned is None:
            check.true(f"{claim.id},planned", row["planned"] is None, "a figure is shown that the model does not have")
            words = "the promise is judged, but the model does not speak to it"
            check.true(f"{claim.id},met", row["met"] is None, words)
            _state_fits(world, check, claim, row)
            continue
        words = f"the table shows {row['planned']}; the decisions come to {planned:,.6g}"
        fits, off = _close(row["planned"], planned, slack), 1.0
        if row["planned"] is not None and np.isfinite(planned):
            off = abs(float(row["planned"]) - planned)
        unit = claim.unit or claim.metric
        check.true(f"{claim.id},planned", fits, words, unit=unit, excess=off, size=max(off, abs(planned)))
        _judged(world, check, claim, row, planned)


def _margin(world: World, claim: Claim, level: float, planned: float) -> float:
    """What a plan has beyond a promise; a split may be off to both sides by its tolerance."""
    if claim.metric == "split":
        return world.facts.programme.infrastructure_share_tolerance - abs(planned - level)
    return level - planned if claim.metric in AT_MOST else planned - level


def _judged(world: World, check: Check, claim: Claim, row: Mapping[str, Any], planned: float) -> None:
    """Shortfall, met and state of a row that is measured; at the very level both words pass."""
    if claim.level is None:
        check.true(f"{claim.id},met", row["met"] is None, "the promise is judged, but it names no level")
        _state_fits(world, check, claim, row)
        return
    margin, slack = _margin(world, claim, claim.level, planned), check.tally.tolerance
    short = max(0.0, -margin)
    shown_short = row["shortfall"]
    # the row compares the plan with the level, so its room is that of the level, as for the word met
    fits = shown_short is not None and abs(float(shown_short) - short) <= slack * max(1.0, abs(claim.level))
    fits |= claim.metric in (*AT_MOST, "split") and shown_short in (None, 0.0)
    check.true(f"{claim.id},shortfall", fits, f"the table shows a shortfall of {shown_short}; it is {short:,.6g}")
    possible = {True, False} if abs(margin) <= slack * max(1.0, abs(claim.level)) else {margin > 0}
    said = None if row["met"] is None else bool(row["met"])
    words = f"the table says met {said}; the plan has {planned:,.6g} against {claim.level:,.6g}"
    check.true(f"{claim.id},met", said in possible, words)
    states = {state for met in possible for state in _states(world, claim, met)}
    words = f"the state is {row['state']}; it must be {' or '.join(sorted(states))}"
    check.true(f"{claim.id},state", row["state"] in states, words)
