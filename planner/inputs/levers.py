"""The plain levers of the command line, as the edits of the programme that they stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from planner.errors import UsageError
from planner.inputs import read
from planner.inputs.numerals import NUMBER, number_of
from planner.inputs.parse import did_you_mean, listing

_CHANGE = re.compile(rf"[+-]{NUMBER.pattern.removeprefix('[+-]?')}%")


def edits(
    model: str | Path | None, budget: str | None = None, demand: str | None = None, without: Sequence[str] = ()
) -> list[str]:
    """Edits for ``--budget``, ``--demand`` and ``--without``; UsageError where one of them means nothing."""
    found = [] if demand is None else [f"programme.demand_case={demand}"]
    if budget is None and not without:
        return found
    claims = {str(c.get("id")): c for c in read.claims(model)}
    if budget is not None:
        if not _CHANGE.fullmatch(budget) and (budget.endswith("%") or not NUMBER.fullmatch(number_of(budget))):
            raise UsageError(f"--budget {budget}: write dollars, such as 60B or 60e9, or a change, such as -20%")
        limits = [name for name, c in claims.items() if c.get("metric") == "budget" and c.get("level") is not None]
        found += [f"programme.budget_usd={budget}", *(f"claims.{name}.level={budget}" for name in limits)]
    for name in without:
        if name not in claims:
            advice = did_you_mean(name, claims, f"Its promises: {listing(claims, 40)}.")
            raise UsageError(f"--without {name}: the programme makes no such promise. {advice}")
        if claims[name].get("binding", "reported") == "reported":
            raise UsageError(f"--without {name}: the programme only reports it already")
        found.append(f"claims.{name}.binding=reported")
        found += [f"claims.{name}.price_usd=0"] if claims[name].get("price_usd") else []
    return found
