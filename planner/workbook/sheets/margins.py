"""On Accounts, part 1: net benefit at other margins of the price of service, and the quotes the margin is fitted to."""

from __future__ import annotations

from planner.inputs import service_price
from planner.results.accounts import value
from planner.workbook import style
from planner.workbook.facts import LATER
from planner.workbook.sheets import present
from planner.workbook.sheets.detail import VALUE
from planner.workbook.sheets.spans import HEADER, Spans
from planner.workbook.tables import TOTAL, Entry, label

Cell = tuple[int, int]
PREMIUM, ADDON, PRICE, ON_TOP, MARGIN, EACH = range(TOTAL + 1, TOTAL + 7)
HEADERS = ("Premium", "Add-on over price", "Of the price", "Of add-ons", "Margin in the data", "At a margin of 1")
NOT_SAID = "The data of this run do not say how prices are set, so there is no margin to change."
NOTES = (
    "The price of service is user cost times a margin. Net benefit is linear in the margin: the plan stays as it is.",
    "A margin multiplies the price alone, not the add-on of a level and not the running cost after the horizon.",
    "Where no contract is quoted the price is the model's own: renting at it and mission value are then one number.",
)


def section(spans: Spans) -> tuple[Cell, Cell] | None:
    """Cells of the net benefit at the data's margin and of the margin at zero; none where no margin is given."""
    page, case = spans.page, spans.book.case
    page.heading(spans.at, "1. Net benefit of this plan at other margins")
    for text in NOTES:
        spans.at += 1
        page.note(spans.at, text)
    spans.at += 2
    if set(case.service_prices) < set(case.workloads):
        page.note(spans.at, NOT_SAID)
        spans.at += 2
        return None
    total = _parts(spans, _worth(spans))
    cost = _costs(spans)
    return _rows(spans, total, cost)


def _worth(spans: Spans) -> dict[tuple[str, str], int]:
    """Present value of service by workload and level."""
    page, case = spans.page, spans.book.case
    spans.header("Mission value by workload and level, present value, add-ons inside")
    view, factor, found = spans.detail.view("value", 2, VALUE), spans.rows["factor"], {}
    for kind in spans.service.kinds:
        w, level = kind
        key, at = f"{w}|{level or LATER}", spans.at
        names = (key, f"{case.workloads[w].name}, {case.levels[level].name if level else LATER}", "$M")
        text = view.formula(f'$A{at}&"|"&{{c}}${HEADER}') + f"*{{c}}${factor}"

        def usd(c: int, key: str = key) -> float:
            return view.value(key, page.values[HEADER, c]) * page.n(factor, c)

        found[kind] = spans.row(names, text, usd)
    spans.at += 1
    return found


def _parts(spans: Spans, rows: dict[tuple[str, str], int]) -> int:
    """What a margin multiplies and what it does not; the row of the totals."""
    page, book = spans.page, spans.book
    page.heading(spans.at, "What a margin multiplies, and what it does not")
    page.headers(spans.at + 1, ("Row", "What it is", "Unit", "Mission value", *HEADERS))
    first = spans.at + 2
    for at, (kind, row) in enumerate(rows.items(), first):
        w = kind[0]
        label(page, at, Entry(str(page.values[row, 1]), str(page.values[row, 2]), "$M"))
        page.formula(at, TOTAL, f"D{row}", page.n(row, TOTAL), form=style.MUSD)
        page.formula(at, PREMIUM, f"D{spans.delivered[kind]}", page.n(spans.delivered[kind], TOTAL), form=style.RATIO)
        _addon(spans, at, kind)
        whole, premium, addon = (page.n(at, c) for c in (TOTAL, PREMIUM, ADDON))
        price = whole * premium / (premium + addon) if premium + addon else 0.0
        page.formula(at, PRICE, f"D{at}*E{at}/(E{at}+F{at})", price, form=style.MUSD)
        page.formula(at, ON_TOP, f"D{at}-G{at}", whole - price, form=style.MUSD)
        page.assume(at, MARGIN, f"service_prices.{w}.margin", style.RATIO)
        page.formula(at, EACH, f"G{at}/I{at}", price / book.figure(f"service_prices.{w}.margin"), form=style.MUSD)
    total = first + len(rows)
    label(page, total, Entry("Total", "", "$M"), "total")
    for c in (TOTAL, PRICE, ON_TOP, EACH):
        page.sum(total, c, (first, c), (total - 1, c), style.MUSD, "total")
    spans.at = total + 2
    return total


def _addon(spans: Spans, at: int, kind: tuple[str, str]) -> None:
    """What the level adds, over the open price; no margin is on it."""
    case, page, (w, level) = spans.book.case, spans.page, kind
    usd = case.level_addon_usd(level, w) if level else 0.0
    if not usd:
        page.put(at, ADDON, 0, "line", style.RATIO)
        return
    text = addon_text(spans, kind) + "/" + spans.figure(f"workloads.{w}.rent_usd_per_pflops_year")[0]
    page.formula(at, ADDON, text, usd / case.workloads[w].rent_usd_per_pflops_year, "link", style.RATIO)


def addon_text(spans: Spans, kind: tuple[str, str]) -> str:
    """The add-on of a reserved PFLOP/s-year in base-year dollars, as a formula."""
    case, (w, level) = spans.book.case, kind
    refs = (f"level_addons.{level}.addon_usd_per_mw_year", f"service_prices.{w}.mw_per_pflops")
    text = "*".join(spans.figure(ref)[0] for ref in refs)
    year, base = case.rate("level_addons", level, "addon_usd_per_mw_year").money_year, case.programme.base_year
    if year not in (None, base):
        over, under = (spans.figure(f"price_indices.general/{y}.index_value")[0] for y in (base, year))
        text += f"*{over}/{under}"
    return text


def _costs(spans: Spans) -> int:
    """What a margin leaves alone; the row of the sum."""
    page, parts = spans.page, spans.parts.present
    source = spans.book.pages[present.ME]
    page.heading(spans.at, "What it is set against, present value")
    page.headers(spans.at + 1, ("Row", "What it is", "Unit", "Amount"))
    lines = (
        ("Running cost", "of racks that go on after the horizon", parts.running),
        ("Present cost", "both ledgers, within the horizon", parts.cost),
        ("Owed", "after the horizon, as the run reports it", parts.owed),
    )
    first = spans.at + 2
    for at, (name, what, cell) in enumerate(lines, first):
        label(page, at, Entry(name, what, "$M"))
        page.link(at, TOTAL, source, cell, style.MUSD)
    at = first + len(lines)
    label(page, at, Entry("Terminal value", "of halls, land and connections that serve, off the cost", "$M"))
    page.formula(at, TOTAL, f"-{source.ref(*parts.left)}", -source.n(*parts.left), "link", style.MUSD)
    at += 1
    label(page, at, Entry("Total", "cost in all", "$M"), "total")
    page.sum(at, TOTAL, (first, TOTAL), (at - 1, TOTAL), style.MUSD, "total")
    spans.at = at + 2
    return at


def _rows(spans: Spans, total: int, cost: int) -> tuple[Cell, Cell]:
    page, case = spans.page, spans.book.case
    general = [q for q, x in case.rent_quotes.items() if x.part_class == service_price.GENERAL_PURPOSE]
    fit = service_price.fit(case, next(iter(case.service_prices))) if general else None
    page.heading(spans.at, "Net benefit by margin, $M present; below, each quote over its user cost, stored")
    page.headers(spans.at + 1, ("Row", "What it is", "Unit", "Margin", "Net benefit"))
    spans.at += 2
    g, h, j = page.n(total, PRICE), page.n(total, ON_TOP), page.n(total, EACH)

    def line(name: str, what: str, margin: float, text: str = "") -> Cell:
        at = spans.at
        label(page, at, Entry(name, what, "ratio"))
        if text:
            page.formula(at, TOTAL, text, margin, form=style.RATIO)
        else:
            page.put(at, TOTAL, margin, "input", style.RATIO)
        net = margin * j + h - page.n(cost, TOTAL)
        page.formula(at, TOTAL + 1, f"D{at}*$J${total}+$H${total}-$D${cost}", net, "total", style.MUSD)
        spans.at += 1
        return at, TOTAL + 1

    line("One", "service at user cost", 1.0)
    if fit is not None:
        line("10th percentile", "of the quotes' price over user cost, stored", fit.percentile(value.LOW))
    own = g / j if j else case.service_prices[next(iter(case.service_prices))].margin
    kept = line("As in the data", "the margin of service_prices", own, f"G{total}/J{total}" if j else "")
    if fit is not None:
        line("90th percentile", "of the quotes' price over user cost, stored", fit.percentile(value.HIGH))
    zero = spans.at, TOTAL
    if j:
        text = f"($D${cost}-$H${total})/$J${total}"
        line("Net benefit of zero", "the margin at which nothing is left", (page.n(cost, TOTAL) - h) / j, text)
    for name, ratio in (fit.ratios if fit else {}).items():
        quote = case.rent_quotes[name]
        line(name, f"{quote.chip}: {quote.seller}", ratio)
    spans.at += 1
    return kept, zero
