"""Ground rules: what the workbook is, how to read it, and the rules the numbers follow."""

from __future__ import annotations

from collections.abc import Sequence

from planner.inputs.schema import STATUSES
from planner.report.facts import left_out
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import claim_check, crosswalk

STATUS_MEANING = {
    **STATUSES,
    "programme": "what the programme file asks",
    "convention": "a tolerance, a unit or a calendar convention",
}

STYLES = (
    ("input", "blue on cream: a typed figure or a decision"),
    ("link", "green: the cell shows another cell"),
    ("calculation", "black: computed"),
    ("total", "bold on pale blue: a sum; a click leads to its first row of Detail"),
    ("check", "bold on grey: a word that says how a test ended"),
)
READING = (
    "Decisions (sites, halls, contracts, racks, service) are values the solver chose. Dollars, totals, shares, "
    "escalation and present values are formulas.",
    "Change a blue figure on Assumptions: dollars follow and Checks says EDITED; decisions need a new run.",
    "A click on a total leads to Detail, from its rate to Assumptions, from there to the document on Provenance.",
    "Row 3 of every sheet leads back to Summary. Trace Precedents shows each step between.",
)


def _resolutions(book: Book) -> list[str]:
    """The rule of new starts, where the inputs name resolutions."""
    if book.case.tables["continuing_resolutions"].empty:
        return []
    return [
        "A new start waits inside its fiscal year for the end of a continuing resolution; one that leaves no month "
        "stops it (two checks)."
    ]


def _federal_gaps(book: Book) -> list[str]:
    """What the federal sheets do not say."""
    agreements = "Clean energy agreements run for years; the federal sheets give their money year by year."
    if book.case.tables["continuing_resolutions"].empty:
        none = "Continuing resolutions: the inputs of this run name none; no new start is tested against one."
        return [none, agreements]
    return ["Continuing resolutions: service that is lost while a start waits is not taken off.", agreements]


SCOPE = (
    "Investment: construction, power and cooling, chips, software, security, training; contingency and "
    "programme management inside. Leases of halls are investment.",
    "Operations: energy, facility, staff, maintenance and data movement, at resource cost.",
    "Money beyond the need of software, security and training is one line, unallocated by the split: "
    "even, no contingency, outside present cost.",
    "Fees that agencies pay are transfers.",
    "A start is at a period's opening, readiness at a period's end; what is ready serves from the next period.",
    "Lead times of what waits for something else are added in months and rounded to periods once.",
    "Category escalation is real growth; prices that are already nominal are not escalated again.",
    "Present values fall in the middle of the year. Residual value is a memo on Present value, in no total.",
    "Service after the horizon counts less what running its racks costs; the taper is on both.",
    "Commitments: halls, connections, plant and leases count when they are started, all else when it is paid.",
    "Fiscal years are computed at an even rate within each calendar year, signings too.",
    "PFLOP/s always carry a precision (fp64, bf16, fp8), dense peak; different precisions are never added.",
)
BY_RULE = (
    "Training of federal staff, zero trust, onboarding of agencies and systems, and monitoring are investment.",
    "They count in the share of software, security and training; "
    "who holds them to be agencies' cost takes them off it.",
    "Guards, platform engineers, user support and site staff are operating cost, regardless of who pays it.",
)
FEDERAL = (
    "Appropriation, cost share and pay-as-you-go carry operating cost in proportion to their yearly caps.",
    "The caps are ranges for what could be open to one programme, not appropriations.",
    "Authority is given in the year service is ordered; the order is the obligation; outlays follow a profile.",
    "Investment has no authority, no obligation and no outlay.",
)


def _open(book: Book) -> list[str]:
    """What is in no total: output where a claim speaks of it, MW where the programme promises power."""
    found, claims = [crosswalk.NO_CONFIDENCE], book.case.programme.claims
    if any(claim_check.speaks_of_output(book, claim) for claim in claims):
        status = book.figures[claim_check.RATIO].status
        found.insert(0, f"Output and jobs: a memo, in no total; the status of the ratio of output is {status}.")
    if any(claim.metric == "power" for claim in claims):
        found.append("MW are shown in three tiers, each with its basis; a promise of power is read as one of them.")
    return found


def ground_rules(book: Book) -> None:
    page = book.page("Ground rules", "Ground rules", "rules the numbers follow")
    programme = book.case.programme
    row = _lines(page, 5, "What this is", (programme.why or "No reason is given in the programme file.", *READING))
    row = _rules(book, page, row) + 1
    row = _left_out(book, page, row)
    asked = f"As of {programme.as_of}; demand case {programme.demand_case}."
    row = _lines(page, row, "Scope and conventions", (asked, *SCOPE))
    row = _lines(page, row, "Paid by the investor, by rule", BY_RULE)
    row = _lines(page, row, "Federal money", (*FEDERAL, *_resolutions(book)))
    row = _lines(page, row, "Excluded so far, and open questions", (*_federal_gaps(book), *_open(book)))
    row = crosswalk.table(book, page, row) + 1
    row = _pairs(page, row, "Status of a figure", ("Status", "Meaning"), tuple(STATUS_MEANING.items()))
    _pairs(page, row, "Styles", ("Style", "Meaning"), STYLES)
    page.widths({1: 26, 2: 16, 3: 100})
    page.printed(3, "B4")
    page.most_pages = 2


def _left_out(book: Book, page: Page, row: int) -> int:
    """What the programme does not model has no sheet; one row says so."""
    parts = left_out(book.case)
    page.heading(row, "What this programme leaves out")
    page.note(row + 1, f"Not modelled, so without a sheet: {', '.join(parts)}." if parts else "No part is left out.")
    return row + 3


def _rules(book: Book, page: Page, row: int) -> int:
    """What the programme asks, and its rates; the row after them."""
    programme = book.case.programme
    page.headers(row, ("Rule", "Value", "What it means"))
    row += 1
    rules = (
        (
            "Horizon",
            "programme.first_year",
            style.YEAR,
            f"calendar years to {book.years[-1]}, periods of {programme.horizon.months_per_period} months",
        ),
        (
            "Base year",
            "programme.base_year",
            style.YEAR,
            "constant dollars are of this year, by the general index alone",
        ),
        (
            "Budget",
            "programme.budget_usd",
            '#,##0.0,,"  $M"',
            "private investment, then-year; not federal budget authority",
        ),
        (
            "Infrastructure share",
            "programme.infrastructure_share",
            style.SHARE,
            "of what is invested, within the tolerance; the rest is software, security and training",
        ),
        (
            "Management reserve",
            "parameters.management_reserve_share.value",
            style.SHARE,
            "of the budget: held and not spent, outside the shares",
        ),
        (
            "Sites",
            "programme.sites",
            style.COUNT,
            f"chosen from the candidates, in at least {programme.sites.minimum_regions} grid regions",
        ),
    )
    for name, ref, form, meaning in rules:
        page.put(row, 1, name)
        page.assume(row, 2, ref, form)
        page.put(row, 3, meaning, "text")
        row += 1
    for r in book.case.tables["discount_rates"].to_dict("records"):
        page.put(row, 1, f"Discount rate {r['rate_id']}")
        page.assume(row, 2, f"discount_rates.{r['rate_id']}.real_rate", style.SHARE)
        used = "the objective uses it" if r["rate_id"] == programme.discount_rate else "reported beside it"
        page.put(row, 3, f"real, as of {r['as_of']}; {used}", "text")
        row += 1
    return row


def _lines(page: Page, row: int, heading: str, texts: Sequence[str]) -> int:
    page.heading(row, heading)
    for at, text in enumerate(texts, row + 1):
        page.put(at, 1, text)
    return row + len(texts) + 2


def _pairs(page: Page, row: int, heading: str, names: tuple[str, str], pairs: Sequence[tuple[str, str]]) -> int:
    page.heading(row, heading)
    page.headers(row + 1, names)
    for at, (name, text) in enumerate(pairs, row + 2):
        page.put(at, 1, name)
        page.put(at, 2, text)
    return row + len(pairs) + 3
