"""Other margins, other ways to the same service, three accounts never added, the price of a MW, the scoring test."""

from __future__ import annotations

from typing import Any

from planner.measures import count, named, usd
from planner.page.figures import Figures, millions
from planner.page.parts import Block, Section, Table, Text
from planner.results import scoring
from planner.results.accounts import accounts
from planner.results.accounts.ways import BUILD
from planner.results.accounts.words import earned

MARGINS = (
    "The price of service is its cost to a seller times a margin. The plan stays as it is. Where no contract is quoted "
    "the price is the model's own, so mission value and renting at that price are one number."
)


def fill(f: Figures) -> Section:
    found = f.document.get("accounts") or accounts(f.case, f.plan)
    places = scoring.places(f.case, f.plan)
    scored = (
        f"Would a contract be scored up front? For {len(places)} pairs of site and level there is a reading each way, "
        f"on the sheet Scoring test of the workbook: {scoring.COUNSEL}."
    )
    blocks = [_worth(f), *_margins(f, found), _ways(f, found), _accounts(found), *_price(f)]
    return Section("accounts", "Is it worth it, and to whom", [*blocks, *([Text(scored)] if places else [])])


def _worth(f: Figures) -> Table:
    """What the objective adds up, what is found and proven of it."""
    found = f.document.get("objective") or {}
    rows: list[tuple[object, ...]] = []
    for term in found.get("terms") or []:
        name, unit = named(str(term["measure"]))
        amount, weight = term.get("amount"), term.get("weight")
        shown = usd(amount) if unit.startswith("USD") else f"{count(amount, 1)} {unit}"
        rows.append((name, count(weight, 4), shown, usd(term.get("value"))))
    rows.append(("In all: no plan was found that is worth more", "", "", usd(found.get("value"))))
    rows.append(("No plan can be worth more than", "", "", usd(found.get("bound"))))
    rows.append(("Gap", "", "", usd(found.get("gap_usd"))))
    caption = f"The objective: weight times amount, present dollars of {f.case.programme.base_year}"
    return Table(caption, ("Measure", "Weight", "Amount", "Value"), rows, foot=3)


def _margins(f: Figures, found: dict[str, Any]) -> list[Block]:
    margins = found["margins"]
    if margins is None:
        return []
    rows = [(r["which"], f"{r['margin']:.2f}", usd(r["net_benefit_usd"])) for r in margins["rows"]]
    if margins["margin_at_zero"] is not None:
        rows.append(("net benefit of zero", f"{margins['margin_at_zero']:.2f}", usd(0.0)))
    caption = f"Net benefit at other margins, present dollars of {f.case.programme.base_year}"
    return [Text(MARGINS, "quiet"), Table(caption, ("Margin", "Price over cost", "Net benefit"), rows)]


def _ways(f: Figures, found: dict[str, Any]) -> Table:
    rows = []
    for way, row in found["ways"].items():
        year = row["building_is_no_dearer_from"]
        word = "" if way == BUILD else str(year) if year else "never"
        rows.append((way.capitalize(), usd(row["present_usd"]), word))
    caption = f"Ways to the same service: present cost, dollars of {f.case.programme.base_year}"
    return Table(caption, ("Way", "Present cost", "Building costs no more from"), rows, (2,))


def _accounts(found: dict[str, Any]) -> Table:
    federal = found["federal"]
    net = usd(found["national"]["net_benefit_usd"])
    rows: list[tuple[object, ...]] = [
        ("Nation", "net benefit; fees are a transfer and in no line", net),
        ("Agencies", "fees at the price of service", usd(federal["fees"]["present_usd"])),
        ("Agencies", "own cost besides, as the data say who pays", usd(federal["own_cost"]["present_usd"])),
    ]
    for name in ("renting_at_low_quotes", "renting_at_high_quotes"):
        if name in federal:
            rows.append(("Agencies", name.replace("_", " ") + " instead", usd(federal[name]["present_usd"])))
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
            rows.append(("Investor", times, count(fee, 2)))
    return Table("Three accounts, never added", ("Account", "What it is", "Amount"), rows, (1,))


def _price(f: Figures) -> list[Block]:
    """Dollars per MW beside what others paid."""
    rows = []
    for item in (f.document.get("indicators") or {}).get("cost_per_mw") or []:
        low, high, planned = item.get("low"), item.get("high"), item.get("usd_per_mw")
        if planned is not None:
            known = low is not None and high is not None
            span = f"{millions(low)} to {millions(high)}" if known else "no published range"
            rows.append((str(item["name"]), millions(planned), span, str(item.get("basis") or "")))
    headers = ("What", "Plan, $M per MW", "Published, $M per MW", "Basis")
    return [Table("Lifetime infrastructure dollars per MW of racks bought", headers, rows, (2, 3))] if rows else []
