"""The accounts of a run in a few lines of plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.inputs.case import Case
from planner.measures import percent, usd
from planner.plan import Plan
from planner.results.accounts import accounts

TITLE = "IS IT WORTH IT, AND TO WHOM (present dollars; sheet Accounts)"
SHORT = {
    "one": "(at cost)",
    "10th percentile of the quotes": "(10th percentile of quotes)",
    "as in the data": "(data)",
    "90th percentile of the quotes": "(90th)",
}
#: return whose level fee is in the text
TARGET = "10%"


def text(document: Mapping[str, Any], case: Case, plan: Plan) -> str:
    """One paragraph each for margins, ways and accounts; of a run from before these were stored, counted anew."""
    found = document.get("accounts") or accounts(case, plan)
    parts = (("Margin:", _margin(found)), ("Ways:", _ways(found)), ("Accounts:", _payers(found)))
    return "\n".join(f"  {name} {words}" for name, words in parts if words)


def earned(reading: Mapping[str, Any], kind: str = "nominal") -> str:
    """The return a year, or the cash that is never recovered: at a loss a rate says little."""
    rate, cash = reading[f"{kind}_return"], reading["cash_usd"]
    return f"none: {usd(-cash)} is never recovered" if cash < 0 else "none" if rate is None else percent(rate)


def _margin(found: Mapping[str, Any]) -> str:
    margins = found.get("margins")
    if not margins:
        return ""
    parts = ", ".join(f"{usd(r['net_benefit_usd'])} at {r['margin']:.2f} {SHORT[r['which']]}" for r in margins["rows"])
    zero = margins["margin_at_zero"]
    return f"net benefit {parts}" + ("" if zero is None else f"; zero at {zero:.2f}")


def _ways(found: Mapping[str, Any]) -> str:
    return "; ".join(f"{way} {usd(row['present_usd'])}" for way, row in found["ways"].items())


def _payers(found: Mapping[str, Any]) -> str:
    own, all_in = found["investor_as_the_data_say"], found["investor_bears_operations"]
    fee = all_in["level_fee_over_base_year_price"][TARGET]
    level = f". A level fee of {fee:.2f} times the base-year price earns {TARGET}" if fee is not None else ""
    return (
        f"agencies pay {usd(found['federal']['paid']['present_usd'])} in fees and own cost. The investor's nominal "
        f"return is {earned(own)}; with operations {earned(all_in)}{level}"
    )
