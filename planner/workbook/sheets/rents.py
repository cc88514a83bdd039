"""On Accounts, part 2: what the service would cost to rent, at the model's price and at quoted contracts."""

from __future__ import annotations

from planner.inputs.schema import PRECISIONS
from planner.inputs.service_price import GENERAL_PURPOSE, HOURS_PER_YEAR
from planner.workbook import style
from planner.workbook.book import FIRST, letter
from planner.workbook.sheets.margins import addon_text
from planner.workbook.sheets.spans import Spans
from planner.workbook.tables import TOTAL, Entry, label

#: unit of a price
RESERVED = "USD a year"


def section(spans: Spans) -> dict[str, int]:
    """Rows of the service in base-year dollars: at the data's own price, and at the low and high of the quotes."""
    ends = _quotes(spans)
    reserved = _reserved(spans)
    return _priced(spans, reserved, _prices(spans, ends))


def _quotes(spans: Spans) -> dict[str, dict[str, int]]:
    """Low and high of the quotes by precision: end -> precision -> column, with the row under "row"."""
    page, case = spans.page, spans.book.case
    parts = case.quoted_parts
    quotes = {q: x for q, x in case.rent_quotes.items() if x.part_class == GENERAL_PURPOSE and x.chip in parts}
    if not quotes:
        page.note(spans.at, "The data of this run hold no quotes of parts with known PFLOP/s: no rent at quotes.")
        spans.at += 2
        return {}
    page.heading(spans.at, "Quoted contracts of the base year, USD per reserved PFLOP/s-year by precision")
    names = [f"{p}, PFLOP/s" for p in PRECISIONS] + [f"{p}, a reserved PFLOP/s-year" for p in PRECISIONS]
    page.headers(spans.at + 1, ("Quote", "Part and seller", "Unit", "USD a chip-hour", *names))
    first = spans.at + 2
    hours = spans.figure("constants.hours_per_year")[0]
    for at, (name, quote) in enumerate(quotes.items(), first):
        label(page, at, Entry(name, f"{quote.chip}: {quote.seller}", RESERVED))
        page.assume(at, TOTAL, f"rent_quotes.{name}.usd_per_chip_hour", "#,##0.000")
        for n, precision in enumerate(PRECISIONS):
            page.assume(at, FIRST + n, f"quoted_parts.{quote.chip}.{precision}_pflops", style.RATIO)
            pflops = page.n(at, FIRST + n)
            column = FIRST + len(PRECISIONS) + n
            if pflops:
                usd = quote.usd_per_chip_hour * HOURS_PER_YEAR / pflops
                page.formula(at, column, f"D{at}*{hours}/{letter(FIRST + n)}{at}", usd, form=style.COUNT)
    found: dict[str, dict[str, int]] = {}
    last = first + len(quotes) - 1
    for at, (end, function, pick) in enumerate((("low", "MIN", min), ("high", "MAX", max)), last + 1):
        label(page, at, Entry(end.capitalize(), "of the quotes", RESERVED), "total")
        found[end] = {"row": at}
        for n, precision in enumerate(PRECISIONS):
            column = FIRST + len(PRECISIONS) + n
            cells = [page.n(r, column) for r in range(first, last + 1) if (r, column) in page.values]
            if cells:
                text = f"{function}({letter(column)}{first}:{letter(column)}{last})"
                page.formula(at, column, text, pick(cells), "total", style.COUNT)
                found[end][precision] = column
    spans.at = last + 4
    return found


def _reserved(spans: Spans) -> list[int]:
    """Rows of reserved PFLOP/s-years at the open price by workload, then the dollars that levels add."""
    page, case = spans.page, spans.book.case
    spans.header("Reserved PFLOP/s-years that the service takes, times the premium of its level", "No total")
    found = []
    for w, work in case.workloads.items():
        mine = [r for kind, r in spans.delivered.items() if kind[0] == w]
        first, last = mine[0], mine[-1]
        used = "/".join(spans.figure(f"workloads.{w}.{name}")[0] for name in ("utilisation", "availability"))
        text = f"SUMPRODUCT($D{first}:$D{last},{{c}}{first}:{{c}}{last})/{used}"

        def reserved(c: int, mine: list[int] = mine, share: float = work.used_share) -> float:
            return sum(page.n(r, TOTAL) * page.n(r, c) for r in mine) / share

        found.append(spans.row((w, work.name, f"{work.precision}-years"), text, reserved, style.QUANTITY))
    spans.at += 1
    return [*found, _addons(spans)]


def _addons(spans: Spans) -> int:
    page, case = spans.page, spans.book.case
    spans.header("What levels add, base-year USD: a delivered PFLOP/s-year, then by span", "Of one")
    first = spans.at
    for kind, row in spans.delivered.items():
        w, level = kind
        usd = spans.service.addon_usd(kind)
        if not usd:
            continue
        at, along = spans.at, spans.path[w]
        label(page, at, Entry(f"{w}|{level}", f"{case.workloads[w].name}, {case.levels[level].name}", "USD"))
        used = "/".join(spans.figure(f"workloads.{w}.{name}")[0] for name in ("utilisation", "availability"))
        page.formula(at, TOTAL, f"{addon_text(spans, kind)}/{used}", usd, "link", "#,##0.00")
        text = f"$D{at}*{{c}}{row}*{{c}}{along}"

        def value(c: int, usd: float = usd, row: int = row, along: int = along) -> float:
            return usd * page.n(row, c) * page.n(along, c)

        page.across(at, spans.columns, text, value, style.MUSD)
        spans.at += 1
    if spans.at == first:
        label(page, first, Entry("none", "no level adds to the price", "USD"))
        spans.at += 1
    last = spans.at - 1
    names = ("Add-ons", "of all levels, base-year dollars", "$M")
    total = spans.row(
        names,
        f"SUM({{c}}{first}:{{c}}{last})",
        lambda c: sum(page.n(r, c) for r in range(first, last + 1)),
        look="total",
    )
    spans.at += 1
    return total


def _prices(spans: Spans, ends: dict[str, dict[str, int]]) -> dict[str, list[int]]:
    """Rows of the price of a reserved PFLOP/s-year by workload: the data's own, then quotes that fall by the trend."""
    page, case = spans.page, spans.book.case
    spans.header("Price of a reserved PFLOP/s-year at the open level, base-year USD", "No total")
    found: dict[str, list[int]] = {"own": []}
    for w, work in case.workloads.items():
        rent, along = spans.figure(f"workloads.{w}.rent_usd_per_pflops_year"), spans.path[w]

        def own(c: int, usd: float = rent[1], along: int = along) -> float:
            return usd * page.n(along, c)

        names = (w, f"{work.name}: price in the data", RESERVED)
        found["own"].append(spans.row(names, f"{rent[0]}*{{c}}{along}", own, style.COUNT))
    known = all(w in case.service_prices for w in case.workloads)
    year, base = spans.rows["year"], spans.figure("programme.base_year")
    for end, columns in ends.items():
        if not known or any(work.precision not in columns for work in case.workloads.values()):
            continue
        found[end] = []
        for w, work in case.workloads.items():
            fall, cell = spans.figure(f"service_prices.{w}.decline_share"), (columns["row"], columns[work.precision])
            text = f"${letter(cell[1])}${cell[0]}*(1-{fall[0]})^({{c}}{year}-{base[0]})"

            def quoted_usd(c: int, usd: float = page.n(*cell), fall: float = fall[1]) -> float:
                return float(usd * (1 - fall) ** (page.n(year, c) - base[1]))

            names = (w, f"{work.name}: {end} of the quotes", RESERVED)
            found[end].append(spans.row(names, text, quoted_usd, style.COUNT))
    spans.at += 1
    return found


def _priced(spans: Spans, reserved: list[int], prices: dict[str, list[int]]) -> dict[str, int]:
    """The service at each set of prices, base-year dollars."""
    page, (*rows, addons) = spans.page, reserved
    spans.header("The service at these prices, $M of the base year, undiscounted")
    words = {"own": "at the price of service in the data", "low": "at low quotes", "high": "at high quotes"}
    found = {}
    for end, price in prices.items():
        text = f"SUMPRODUCT({{c}}{rows[0]}:{{c}}{rows[-1]},{{c}}{price[0]}:{{c}}{price[-1]})+{{c}}{addons}"

        def usd(c: int, price: list[int] = price) -> float:
            return sum(page.n(r, c) * page.n(p, c) for r, p in zip(rows, price, strict=True)) + page.n(addons, c)

        found[end] = spans.row(("Service", words[end], "$M"), text, usd)
    spans.at += 1
    return found
