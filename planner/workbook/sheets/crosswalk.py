"""The twelve steps of a reliable estimate (GAO-20-195G, Cost Estimating and Assessment Guide), and what is missing."""

from __future__ import annotations

from collections import Counter

from planner.workbook.book import Book, Page

DONE, PART, NOT = "addressed", "in part", "not addressed"
SENSITIVITY, RISK = "Sensitivity analysis", "Risk and uncertainty analysis"
#: said among what is left out until an analysis of risk has run
NO_CONFIDENCE = "Confidence: this is a point estimate; confidence not assessed."
#: statuses of figures that somebody read
READ = ("read", "read-excerpt", "secondary", "derived")


def table(book: Book, page: Page, row: int) -> int:
    """One row a step: whether it is addressed, and where or what is missing; the row after it."""
    page.heading(row, "GAO's twelve steps of a cost estimate, and where this workbook stands")
    page.headers(row + 1, ("Step", "Answer", "Where, or what is missing"))
    at = row + 2
    for number, (step, answer, where) in enumerate(_steps(book), 1):
        for column, text in enumerate((f"{number} {step}", answer, where), 1):
            page.put(at, column, text, "text")
        at += 1
    return at + 1


def sensitivity_run(book: Book) -> None:
    """Say of the step on sensitivity that it was taken; an analysis kept with the run has its own sheets."""
    _taken(book, SENSITIVITY, "Drivers and Sensitivity: each figure at its sourced low and high, one at a time.")


def risk_run(book: Book) -> None:
    """Say of the step on risk, and of the confidence that ground rules leave out, that they are on sheets now."""
    _taken(book, RISK, "Risk: S-curve, joint confidence and contingency by draws of rates and lead times. Quantities, "
           "demand and single events are not drawn.")  # fmt: skip
    page = book.pages["Ground rules"]
    row = next(r for (r, c), text in page.values.items() if c == 1 and text == NO_CONFIDENCE)
    page.put(row, 1, "Confidence: on the sheets Risk; the figures of this workbook are the point estimate.", "text")


def _taken(book: Book, step: str, where: str) -> None:
    page = book.pages["Ground rules"]
    row = next(r for (r, c), text in page.values.items() if c == 1 and str(text).endswith(step))
    page.put(row, 2, DONE, "text")
    page.put(row, 3, where, "text")


def _steps(book: Book) -> tuple[tuple[str, str, str], ...]:
    statuses = Counter(figure.status for figure in book.case.figures if figure.source_id)
    read = sum(statuses[name] for name in READ)
    return (
        ("Purpose of the estimate", DONE, "The first lines above say why; Promises which claims it tests."),
        ("Estimating plan", NOT, "No team, schedule or budget of the estimate itself is recorded."),
        ("Programme characteristics", PART, "Sites, Power, Construction and Chips say what is bought, when and where. "
         "No technical baseline approved by a programme office."),
        ("Estimating structure", DONE, "Every dollar stands under one WBS code, with programme management, contingency "
         "and disposal: Investment, Federal funding, Detail. The WBS has names and no dictionary."),
        ("Ground rules and assumptions", DONE, "This sheet; Assumptions: each figure with range, source, status."),
        ("Data", PART, f"Assumptions: of {sum(statuses.values()):,} figures with a source {read:,} are read or derived "
         "from that; the others are recalled, assumed or unsupported. None is an actual cost of this programme."),
        ("Point estimate and independent estimate", PART, "The point estimate: Investment, Federal funding, Summary. "
         "Beside it published dollars per MW; nobody has made an independent cost estimate."),
        (SENSITIVITY, NOT, "Ranges stand on Assumptions; this workbook varies none of them."),
        (RISK, NOT, "Contingency is a share chosen by category, not the result of a risk "
         "analysis. A point estimate; confidence not assessed."),
        ("Documentation", PART, "Any number leads to its source in two clicks; Provenance names the run and inputs. "
         "No narrative by estimators, no data collected by hand."),
        ("Approval by management", NOT, "No approval is recorded. Promises and Summary are made to be presented."),
        ("Update with actual costs", NOT, "No actual cost is read. Another run is another estimate beside this one."),
    )  # fmt: skip
