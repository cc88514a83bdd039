"""Other margins, other ways to the same service, three accounts never added, and the scoring test in a line."""

from __future__ import annotations

from typing import Any

from planner.page import amounts
from planner.page.figures import Figures
from planner.page.html import Markup, join, section, table, tag
from planner.results import scoring
from planner.results.accounts import accounts
from planner.results.accounts.ways import BUILD
from planner.results.accounts.words import earned

NAME, HEADING = "accounts", "Is it worth it, and to whom"


def fill(f: Figures) -> Markup:
    found = accounts(f.case, f.plan)
    return section(NAME, HEADING, _margins(f, found), _ways(f, found), _accounts(f, found), _scoring(f))


def _margins(f: Figures, found: dict[str, Any]) -> Markup | None:
    margins = found["margins"]
    if margins is None:
        return None
    rows = [(r["which"], f"{r['margin']:.2f}", amounts.busd(r["net_benefit_usd"])) for r in margins["rows"]]
    if margins["margin_at_zero"] is not None:
        rows.append(("net benefit of zero", f"{margins['margin_at_zero']:.2f}", amounts.busd(0.0)))
    how = (
        "The price of service is its cost to a seller times a margin. The plan stays as it is. Where no contract is "
        "quoted the price is the model's own, so mission value and renting at that price are one number."
    )
    caption = f"Net benefit at other margins, present dollars of {f.case.programme.base_year}"
    return join((tag("p", how, class_="quiet"), table(caption, ("Margin", "Price over cost", "Net benefit"), rows)))


def _ways(f: Figures, found: dict[str, Any]) -> Markup:
    rows: list[tuple[object, ...]] = []
    for way, row in found["ways"].items():
        year = row["building_is_no_dearer_from"]
        word = "" if way == BUILD else str(year) if year else "never"
        rows.append((way.capitalize(), amounts.busd(row["present_usd"]), word))
    caption = f"Three ways to the same service: present cost, dollars of {f.case.programme.base_year}"
    return table(caption, ("Way", "Present cost", "Building costs no more from"), rows, text=(2,))


def _accounts(f: Figures, found: dict[str, Any]) -> Markup:
    federal, national = found["federal"], found["national"]
    rows: list[tuple[object, ...]] = [
        ("Nation", "net benefit; fees are a transfer and in no line", amounts.busd(national["net_benefit_usd"])),
        ("Agencies", "fees at the price of service", amounts.busd(federal["fees"]["present_usd"])),
        ("Agencies", "own cost besides, as the data say who pays", amounts.busd(federal["own_cost"]["present_usd"])),
    ]
    for name in ("renting_at_low_quotes", "renting_at_high_quotes"):
        if name in federal:
            rows.append(("Agencies", name.replace("_", " ") + " instead", amounts.busd(federal[name]["present_usd"])))
    readings = (
        ("investor_as_the_data_say", "as the data say who pays"),
        ("investor_bears_operations", "if the investor pays operations too"),
    )
    for key, words in readings:
        of = found[key]
        for kind in ("nominal", "real") if of["cash_usd"] >= 0 else ("nominal",):
            rows.append(("Investor", f"{kind} return a year, {words}", earned(of, kind)))
        for rate, fee in of["level_fee_over_base_year_price"].items():
            times = f"level fee that earns {rate.replace('%', ' %')}, times the base-year price, {words}"
            rows.append(("Investor", times, amounts.count(fee, 2)))
    return table("Three accounts, never added", ("Account", "What it is", "Amount"), rows, text=(1,))


def _scoring(f: Figures) -> Markup:
    places = scoring.places(f.case, f.plan)
    text = (
        f"Would a contract be scored up front? For {len(places)} pairs of site and level there is a reading each way, "
        f"on the sheet Scoring test of the workbook: {scoring.COUNSEL}."
    )
    return tag("p", text)
