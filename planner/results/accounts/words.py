"""The accounts of a run in a few lines of plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.inputs.case import Case
from planner.plan import Plan
from planner.results.accounts import accounts

TITLE = "IS IT WORTH IT, AND TO WHOM ($B present; sheet Accounts)"
SHORT = {
    "one": "(at cost)",
    "10th percentile of the quotes": "(10th percentile of quotes)",
    "as in the data": "(data)",
    "90th percentile of the quotes": "(90th)",
}
#: return whose level fee is in the text
TARGET = "10%"


def text(document: Mapping[str, Any], case: Case | None, plan: Plan | None) -> str:
    """Three paragraphs, from the document of a run, or from its plan where the run is older; nothing without either."""
    found = document.get("accounts")
    if found is None and case is not None and plan is not None:
        found = accounts(case, plan)
    return "\n".join(lines(found)) if found else ""


def lines(found: Mapping[str, Any]) -> list[str]:
    """One paragraph each for margins, ways and accounts."""
    parts = [("Margin:", margin(found)), ("Ways:", ways(found)), ("Accounts:", payers(found))]
    return [f"  {name} {words}" for name, words in parts if words]


def _usd(usd: float) -> str:
    return f"{usd / 1e9:,.2f}"


def earned(reading: Mapping[str, Any], kind: str = "nominal") -> str:
    """The return a year, or the cash that is never recovered: at a loss a rate says little."""
    rate, cash = reading[f"{kind}_return"], reading["cash_usd"]
    return f"none: ${-cash / 1e9:,.2f}B is never recovered" if cash < 0 or rate is None else f"{100 * rate:.1f} %"


def margin(found: Mapping[str, Any]) -> str:
    margins = found.get("margins")
    if not margins:
        return ""
    parts = ", ".join(f"{_usd(r['net_benefit_usd'])} at {r['margin']:.2f} {SHORT[r['which']]}" for r in margins["rows"])
    zero = margins["margin_at_zero"]
    return f"net benefit {parts}" + ("" if zero is None else f"; zero at {zero:.2f}")


def ways(found: Mapping[str, Any]) -> str:
    return "; ".join(f"{way} {_usd(row['present_usd'])}" for way, row in found["ways"].items())


def payers(found: Mapping[str, Any]) -> str:
    federal, own, all_in = (
        found[name] for name in ("federal", "investor_as_the_data_say", "investor_bears_operations")
    )
    fee = all_in["level_fee_over_base_year_price"][TARGET]
    level = (
        "" if fee is None else f". A level fee of {fee:.2f} times the base-year price earns {TARGET.replace('%', ' %')}"
    )
    return (
        f"agencies pay {_usd(federal['paid']['present_usd'])} in fees and own cost. The investor's nominal return is "
        f"{earned(own)}; with operations {earned(all_in)}{level}"
    )
