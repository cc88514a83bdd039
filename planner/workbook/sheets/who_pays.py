"""On Accounts, part 3: the nation, federal agencies and the investor, three accounts that are never added."""

from __future__ import annotations

from typing import NamedTuple

from planner.results.accounts import three
from planner.workbook import style
from planner.workbook.book import Page, letter
from planner.workbook.facts import AFTER, SIGNED
from planner.workbook.sheets import present, ways
from planner.workbook.sheets.detail import AHEAD, DOLLARS
from planner.workbook.sheets.spans import Spans
from planner.workbook.tables import TOTAL, Entry, label

Cell = tuple[int, int]
NOTES = (
    "Fees are what agencies pay for service at its price. They are a cost to agencies and a receipt to the investor.",
    "So fees are in no line of the nation, and no two of the three accounts may be added.",
    "Who pays what today is the payer column of wbs. It names no fee: nobody has agreed on one.",
    "Reading A: each payer pays as the data say, and agencies pay a fee besides. Reading B: the investor also pays all "
    "operating cost.",
)
#: words of the two readings
A, B = "A: as the data say", "B: the investor pays operations too"


class Places(NamedTuple):
    """Totals of the rows of payers by ledger, of the investor's spending, and the worth of cash at each return."""

    payers: dict[tuple[str, str], int]
    returns: list[tuple[str, Cell]]


def section(spans: Spans, found: ways.Places) -> Places:
    page = spans.page
    page.heading(spans.at, "3. Three accounts, never added")
    for text in NOTES:
        spans.at += 1
        page.note(spans.at, text)
    spans.at += 2
    held = three.Accounts(spans.book.case, spans.book.plan, spans.service)
    payers = _payers(spans)
    fees = _fees(spans, found)
    _national(spans, fees["fees"])
    costs = _federal(spans, found, held, payers, fees)
    nets = _investor(spans, held, payers, (costs, fees["fees"], found.running, found.owed[three.INVESTOR]))
    returns = _returns(spans, held, nets)
    _level(spans, nets, fees["fees"])
    return Places(payers, returns)


def _payers(spans: Spans) -> dict[tuple[str, str], int]:
    """Then-year dollars by payer and ledger."""
    case = spans.book.case
    spans.header("Payers today, $M then-year (payer column of wbs)")
    lines = {(case.wbs[f.wbs].payer, f.ledger) for f in spans.detail.items("costs")}
    rows = {}
    for payer, ledger in sorted(lines, key=lambda x: (x[1], x[0])):
        opening = f"{payer}|{ledger}"
        rows[payer, ledger] = spans.summed((payer, f"pays of {ledger}", "$M"), "costs", 17, DOLLARS, opening)
    spans.at += 1
    return rows


def _fees(spans: Spans, found: ways.Places) -> dict[str, int]:
    """The service at its price and at quotes, then-year dollars."""
    spans.header("The service in then-year dollars, $M")
    words = {"low": "rent at low quotes", "high": "rent at high quotes"}
    rows = {"fees": spans.over(("Fees", "service at the price in the data", "$M"), found.own, "deflator")}
    for end, row in found.rents.items():
        rows[end] = spans.over(("Renting", words[end], "$M"), row, "deflator")
    spans.at += 1
    return rows


def _national(spans: Spans, fees: int) -> None:
    page, source, parts = spans.page, spans.book.pages[present.ME], spans.parts.present
    page.heading(spans.at, "The nation, present value: fees are a transfer and in no line")
    page.headers(spans.at + 1, ("Row", "What it is", "Unit", "Amount"))
    at = spans.at + 2
    for name, what, cell in (
        ("Mission value", "service less running cost after the horizon", parts.mission),
        ("Terminal value", "of halls, land and connections that serve at the end", parts.left),
        ("Present cost", "both ledgers", parts.cost),
        ("Net benefit", "what the nation has of the plan", parts.net),
    ):
        label(page, at, Entry(name, what, "$M"))
        page.link(at, TOTAL, source, cell, style.MUSD)
        at += 1
    text, usd = spans.present(fees)
    label(page, at, Entry("Fees", "a memo: paid by agencies, received by the investor", "$M"))
    page.formula(at, TOTAL, text, usd, form=style.MUSD)
    spans.at = at + 2


def _federal(
    spans: Spans, found: ways.Places, held: three.Accounts, payers: dict[tuple[str, str], int], fees: dict[str, int]
) -> int:
    """Agencies' fees and own cost beside renting; the row of their own cost."""
    page = spans.page
    spans.header("Federal agencies, $M then-year, in reading A")
    mine = [(row, 1) for (payer, _), row in payers.items() if payer != three.INVESTOR]
    mine += [] if held.investor_runs else [(found.running, 1)]
    mine += [(row, 1) for obligor, row in found.owed.items() if obligor != three.INVESTOR]
    own = spans.plus(
        ("Own cost", "of payers other than the investor, and what they run and owe after the horizon", "$M"), *mine
    )
    paid = spans.plus(("Paid", "fees and own cost", "$M"), (fees["fees"], 1), (own, 1), look="total")
    spans.at += 1
    page.heading(spans.at, "Federal agencies beside renting, present value")
    page.headers(spans.at + 1, ("Row", "What it is", "Unit", "Amount"))
    rows = [("Fees", "at the price in the data", fees["fees"]), ("Own cost", "in reading A", own)]
    rows += [("Paid", "reading A: fees and own cost", paid), ("Paid", "reading B: fees alone", fees["fees"])]
    rows += [("Renting", "at the price in the data: the same number as the fees", fees["fees"])]
    rows += [("Renting", f"at {end} quotes", row) for end, row in fees.items() if end != "fees"]
    for at, (name, what, row) in enumerate(rows, spans.at + 2):
        label(page, at, Entry(name, what, "$M"))
        text, usd = spans.present(row)
        page.formula(at, TOTAL, text, usd, form=style.MUSD)
    spans.at += len(rows) + 3
    return own


def _investor(
    spans: Spans, held: three.Accounts, payers: dict[tuple[str, str], int], rows_of: tuple[int, int, int, int]
) -> dict[str, tuple[int, int, int]]:
    """Reading -> rows of what the investor pays, of the net cash, and of that in base-year dollars."""
    own, fees, running, power = rows_of
    spans.header("The investor's cash, $M then-year")
    mine = [(row, 1) for (payer, _), row in payers.items() if payer == three.INVESTOR]
    out = spans.plus(("Paid", "what the data say the investor pays", "$M"), *mine) if mine else None
    names = ("Rents", "of leased halls, signed and due after the horizon", "$M")
    owed = spans.summed(names, SIGNED, 4, AHEAD, AFTER)
    rows = [(r, 1) for r in (out, owed, power) if r is not None]
    rows += [(running, 1)] if held.investor_runs else []
    found = {}
    for reading in (A, B):
        costs = spans.plus(("Out", reading, "$M"), *rows, *([(own, 1)] if reading == B else []))
        net = spans.plus(("Net", reading, "$M"), (fees, 1), (costs, -1), look="total")
        real = spans.times(("Net, real", f"{reading}; base-year dollars", "$M"), net, "deflator")
        found[reading] = costs, net, real
    spans.at += 1
    return found


def _returns(spans: Spans, held: three.Accounts, nets: dict[str, tuple[int, int, int]]) -> list[tuple[str, Cell]]:
    """Returns found by search, stored, and what the cash is worth at each: nothing, as a share of what is paid."""
    page, found = spans.page, []
    page.heading(spans.at, "The investor's return over the horizon and after it, by search; at a loss it says little")
    page.headers(spans.at + 1, ("Row", "What it is", "Unit", "Return", "Worth of the cash"))
    spans.at += 2
    middle, deflator = spans.rows["middle"], spans.rows["deflator"]
    for reading, (costs, net, real) in nets.items():
        for kind, row in (("nominal", net), ("real", real)):
            at, cash = spans.at, [page.n(row, c) for c in spans.columns]
            label(page, at, Entry(f"Return, {kind}", reading, "a year"))
            rate = three.rate_of_return(cash, [page.n(middle, c) for c in spans.columns])
            if rate is None:
                page.put(at, TOTAL, "none: fees never pay back")
            else:
                page.put(at, TOTAL, rate, "input", style.SHARE)
                worth = f"*(1+D{at})^-{spans.area(middle)})"
                out = spans.area(costs) + (f"*{spans.area(deflator)}" if kind == "real" else "")
                text = f"ROUND(SUMPRODUCT({spans.area(row)}{worth}/SUMPRODUCT({out}{worth},12)"
                page.formula(at, TOTAL + 1, text, 0.0, form=style.RATIO)
                found.append((f"{kind}, reading {reading[0]}", (at, TOTAL + 1)))
            spans.at += 1
    spans.at += 1
    return found


def _level(spans: Spans, nets: dict[str, tuple[int, int, int]], fees: int) -> None:
    """The fee that stays level in then-year dollars and earns a return, by workload."""
    case, n = spans.book.case, spans.page.n
    spans.header("Service at the open price of the base year, $M: what a level fee is a multiple of")
    each = []
    for w, work in case.workloads.items():
        mine = [r for kind, r in spans.delivered.items() if kind[0] == w]
        refs = [f"workloads.{w}.{name}" for name in ("rent_usd_per_pflops_year", "utilisation", "availability")]
        text = f"SUM({{c}}{mine[0]}:{{c}}{mine[-1]})*" + "/".join(spans.figure(ref)[0] for ref in refs)
        usd = spans.service.open_usd(w)

        def value(c: int, mine: list[int] = mine, usd: float = usd) -> float:
            return sum(n(r, c) for r in mine) * usd

        each.append(spans.row((w, work.name, "$M"), text, value))
    units = spans.plus(("Total", "all workloads", "$M"), *((r, 1) for r in each), look="total")
    spans.at += 1
    _fee_table(spans, {reading: costs for reading, (costs, _, _) in nets.items()}, fees, units)


def _fee_table(spans: Spans, costs: dict[str, int], fees: int, units: int) -> None:
    page, case = spans.page, spans.book.case
    heading = "Level fee, the same then-year dollars in every year, that earns a nominal return"
    page.heading(spans.at, f"{heading}: times the base-year price, and USD per delivered PFLOP/s-year")
    names = [*costs, "The price in the data", *(f"{w}, reading B, USD" for w in case.workloads)]
    page.headers(spans.at + 1, ("Row", "What it is", "Unit", "Return", *names))
    middle = spans.rows["middle"]
    for at, target in enumerate(three.TARGETS, spans.at + 2):
        label(page, at, Entry("Level fee", "over the open price of the base year, in the fee of all levels", "ratio"))
        page.put(at, TOTAL, target, "input", style.SHARE)
        for c, row in enumerate((*costs.values(), fees), TOTAL + 1):
            share = _over(page, spans, (row, units, middle), target)
            m = spans.area(middle)
            text = f"SUMPRODUCT({spans.area(row)}*(1+$D{at})^-{m})"
            page.formula(at, c, f"{text}/SUMPRODUCT({spans.area(units)}*(1+$D{at})^-{m})", share, form=style.RATIO)
        level = TOTAL + len(costs)
        for c, w in enumerate(case.workloads, level + 2):
            refs = [f"workloads.{w}.{name}" for name in ("rent_usd_per_pflops_year", "utilisation", "availability")]
            text = f"{letter(level)}{at}*" + "/".join(spans.figure(ref)[0] for ref in refs)
            page.formula(at, c, text, page.n(at, level) * spans.service.open_usd(w), form=style.COUNT)
    spans.at += len(three.TARGETS) + 3


def _over(page: Page, spans: Spans, rows: tuple[int, int, int], rate: float) -> float:
    """Worth of a row over that of another, at a rate."""
    row, units, middle = rows
    over, under = (sum(page.n(r, c) * (1 + rate) ** -page.n(middle, c) for c in spans.columns) for r in (row, units))
    return float(over / under) if under else 0.0
