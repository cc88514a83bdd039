"""What a solved model holds on its accounts, and shares of the cost lines."""

from __future__ import annotations

import pandas as pd

from planner.formulation import Formulation
from planner.formulation.terms import value
from planner.inputs.case import Case


def at(built: Formulation, account: str, *key: object, label: str | None = None) -> float:
    posts = built.accounts.posts(account, key)
    return sum(value(p.terms) for p in posts if label is None or p.label == label)


def chosen(built: Formulation) -> list[str]:
    return [s for s in built.case.sites if at(built, "opened", s) > 0.5]


def infrastructure_share(case: Case, detail: pd.DataFrame) -> float | None:
    """Infrastructure in all investment; None where nothing is invested."""
    invested = detail[detail["ledger"] == "investment"]
    everything = int(invested["cents"].sum())
    infrastructure = [case.wbs[code].side == "infrastructure" for code in invested["wbs_code"]]
    return int(invested.loc[infrastructure, "cents"].sum()) / everything if everything else None
