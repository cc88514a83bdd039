"""Sources and uses of the budget, balanced to the cent; the split and what asks for the dollars; jobs as a memo."""

from __future__ import annotations

from planner.report import screen
from planner.report.shapes import Figure, Table
from planner.workbook import style
from planner.workbook.book import Book, Page, letter
from planner.workbook.sheets import investment, training
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.placed import Live, place
from planner.workbook.sheets.ties import Check, cell
from planner.workbook.tables import BY_YEAR, Entry, below, label, year_row

ME = "Sources and uses"
MONEY = style.MUSD
ASKED = (
    ("service", "Service", "nothing is served without it: accreditations, ports, onboarding, systems, trained staff"),
    ("prerequisite", "What these stand on", "platform, open interfaces, curriculum"),
    ("output", "More output", "the scheduler: more delivered work from the same racks"),
    ("promise", "A promise", "phase 3 and named services ask for it; no service waits for it"),
    ("contingency", "Contingency", "on the lines above"),
)


def fill(book: Book, detail: Detail, parts: Parts, live: dict[str, Live]) -> list[Check]:
    """Every dollar of the budget, then what asks for the soft ones; the check of its balance."""
    page = book.page(ME, "Sources and uses of the budget", "report: private investment, then-year dollars")
    table = screen.sources_and_uses(book.facts)
    first, row = place(book, page, table, 4, live | uses(table, 6))
    page.headers(row, ("Check", "Difference"))
    budget, total = first, first + len(table.rows) - 1
    page.put(row + 1, 1, "Sources less uses")
    page.formula(row + 1, 2, f"B{budget}-B{total}", page.n(budget, 2) - page.n(total, 2), form=style.USD)
    row = _split(book, page, detail, parts, row + 3)
    _memo(book, page, detail, parts, row)
    page.widths({1: 46, 2: 62, 3: 16, 4: 16, 5: 12, 6: 12, 7: 12})
    page.printed(3, "B4")
    return [Check("Sources of the budget against all its uses", cell(page, budget, 2), cell(page, total, 2))]


def uses(table: Table, first: int) -> dict[str, Live]:
    """Shares of the budget and the sum of the uses, over cells of the table itself, which begins in a row."""
    last = len(table.rows) - 1

    def value(n: int, c: int) -> float:
        cell = table.rows[n][c]
        return float(cell.value or 0.0) if isinstance(cell, Figure) else 0.0

    found: dict[str, Live] = {f"{n},2": (f"B{first + n}/MAX(1,B${first})", value(n, 2)) for n in range(last + 1)}
    return found | {"uses_usd": (f"SUM(B{first + 1}:B{first + last - 1})", value(last, 1))}


def _split(book: Book, page: Page, detail: Detail, parts: Parts, row: int) -> int:
    """The split, then the other dollars by what asks for them; what is left is asked for by the split alone."""
    inv, split = book.pages[investment.ME], parts.investment.split
    page.heading(row, "The split, and what asks for the dollars of software, security and training")
    page.headers(row + 1, ("Figure", "Basis", "Unit", "Value", "Share"))
    at = row + 2
    firm = "a firm promise" if book.case.split_is_firm else "only reported in this programme"
    for name, basis, held in (
        ("Infrastructure share", f"of what is invested; the split is {firm}", split.share),
        ("Least", "that the split allows", split.least),
        ("Most", "that the split allows", split.most),
    ):
        label(page, at, Entry(name, basis, "share"))
        page.link(at, 4, inv, (held, 4), style.SHARE)
        at += 1
    view = detail.view("costs", 9, DOLLARS)
    first = at
    for key, name, basis in ASKED:
        label(page, at, Entry(name, basis, "$M"))
        page.formula(at, 4, view.formula(f'"{key}"'), view.value(key), form=MONEY)
        at += 1
    label(page, at, Entry("The split alone", "unallocated by the split: would not be bought without it", "$M"))
    page.link(at, 4, inv, (split.unallocated, 4), MONEY)
    end = at + 1
    label(page, end, Entry("Software, security and training", "all, with the unallocated line", "$M"), "total")
    page.sum(end, 4, (first, 4), (at, 4), MONEY, "total")
    for r in range(first, end + 1):
        look = "total" if r == end else "calculation"
        share = page.n(r, 4) / max(1.0, page.n(end, 4))
        page.formula(r, 5, f"D{r}/MAX(1,D${end})", share, look, style.SHARE)
    claim = next((c for c in book.case.programme.claims if c.metric == "split" and c.binding == "firm"), None)
    if claim is None:
        return end + 2
    page.note(end + 1, "What else the split moves shows in a run without it, beside this one:")
    page.note(end + 2, f"planner optimize --set claims.{claim.id}.binding=reported")
    return end + 4


def _memo(book: Book, page: Page, detail: Detail, parts: Parts, row: int) -> int:
    """Output and jobs: beside the plan, in no rule and no objective."""
    page.heading(row, "Memo: output and jobs. In no rule and no objective")
    row += 1
    ref = "parameters.output_per_dollar.value"
    if ref in book.assumption_rows:
        row = _output(book, page, parts, ref, row)
    return _jobs(book, page, detail, parts, row)


def _output(book: Book, page: Page, parts: Parts, ref: str, row: int) -> int:
    figure, inv = book.figures[ref], book.pages[investment.ME]
    cell, total = book.assumption_rows[ref], (parts.investment.category.total, 4)
    origin = "article, no source found" if figure.status == "unsupported" else figure.status
    page.headers(row, ("Output claimed", "Reliability", "Unit", "Investment times ratio", "Ratio"))
    at = row + 1
    ends = (("Low", "D", figure.low), ("As claimed", "B", figure.value), ("High", "E", figure.high))
    for name, column, number in ends:
        if number is None or (name != "As claimed" and number == figure.value):
            continue
        label(page, at, Entry(name, f"{origin}; status on Assumptions: {figure.status}", "$M"))
        book.address(ref, ME)
        page.formula(at, 5, f"Assumptions!${column}${cell}", number, "link", style.QUANTITY)
        page.formula(at, 4, f"{inv.ref(*total)}*E{at}", inv.n(*total) * number, form=MONEY)
        at += 1
    return at + 1


def _jobs(book: Book, page: Page, detail: Detail, parts: Parts, row: int) -> int:
    """Heads that the plan itself counts."""
    used = dict.fromkeys(f.item for f in detail.items("halls under construction"))
    page.heading(row, "Jobs at the sites, counted from the plan's own figures (indirect jobs: not assessed)")
    header = row + 1
    page.years_header(header, "Jobs", "What they are", "Unit", "Largest year")
    view = detail.view("halls under construction", 1)
    at = header + 1
    for design in used:
        ref = f"designs.{design}.workers_per_mw"
        text = view.formula(BY_YEAR.format(r=at, c="{c}", h=header)) + f"*{book.address(ref, ME)}"

        def workers(c: int, key: str = design, rate: float = book.figure(ref)) -> float:
            return view.value(key, int(page.n(header, c))) * rate

        name = f"{book.case.designs[design].name}: craft workers at the end of the year"
        year_row(page, at, Entry(design, name, "heads"), text, workers, style.COUNT, "most")
        at += 1
    if used:
        label(page, at, Entry("Craft workers", "all designs", "heads"), "total")
        below(page, at, header + 1, at - 1, style.COUNT)
        _largest(page, at)
        at += 1
    if parts.training is None:
        return at + 1
    staff, source = book.pages[training.ME], parts.training.staff
    label(page, at, Entry("Site staff", "in post, head-years of the year", "heads"), "total")
    for c in page.book.columns:
        page.link(at, c, staff, (source.total, c), style.COUNT)
    _largest(page, at)
    return at + 2


def _largest(page: Page, row: int) -> None:
    first, last = page.book.columns[0], page.book.last
    most = max(page.n(row, c) for c in page.book.columns)
    page.formula(row, 4, f"MAX({letter(first)}{row}:{letter(last)}{row})", most, "total", style.COUNT)
