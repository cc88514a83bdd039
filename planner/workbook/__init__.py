"""The Excel report: live formulas over posted facts, computed values in every cell, the same bytes every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from planner.errors import VerificationError
from planner.inputs.case import Case
from planner.plan import Plan
from planner.report.second import Kept
from planner.workbook import links, values
from planner.workbook.book import Book, heads
from planner.workbook.finish import save
from planner.workbook.sheets import (
    accounts,
    after,
    assumptions,
    cash,
    checks,
    chips,
    claim_check,
    compute,
    construction,
    cost_per_mw,
    detail,
    evidence,
    federal,
    funding,
    glossary,
    investment,
    power,
    present,
    promises,
    provenance,
    scoring,
    security,
    sites,
    software,
    sources_and_uses,
    summary,
    training,
    words,
)
from planner.workbook.sheets.parts import Parts

#: order in which a reader meets the sheets
ORDER = heads(
    "Summary|Promises|Sources and uses|Cash|Drivers|Investment|Federal BA and outlays|Federal funding|Sites|Power|"
    "Construction|Chips|Cost per MW|Compute served|Security|Software|Training|Present value|After the horizon|"
    "Accounts|Scoring test|Checks|Assumptions|Detail|Provenance|Ground rules|Glossary"
)
#: the sheet before which those of analyses stand
AFTER_ANALYSES = "Checks"

#: adds sheets to a finished workbook
More = Callable[[Book], None]


def write(
    path: Path,
    case: Case,
    plan: Plan,
    document: Mapping[str, Any],
    values_path: Path | None = None,
    more: More | None = None,
    kept: Kept | None = None,
) -> dict[str, float]:
    """Writes the workbook, its values as text to ``values_path``, and returns its key totals.

    ``document`` is what ``optimize --json`` prints; ``more`` adds sheets, ``kept`` holds what analyses of the
    run found. Bytes depend on these alone.
    Raises VerificationError, and writes nothing, when a check of the workbook does not pass.
    """
    book, failures = build(case, plan, document, more, kept)
    if failures:
        raise VerificationError("the workbook does not tie: " + "; ".join(failures))
    save(book, path)
    if values_path is not None:
        values.write(book, values_path)
    return book.totals


def build(
    case: Case, plan: Plan, document: Mapping[str, Any], more: More | None = None, kept: Kept | None = None
) -> tuple[Book, list[str]]:
    """The workbook in memory, and what does not tie."""
    book = Book(case, plan, document)
    assumptions.fill(book)
    facts = detail.fill(book)
    assumptions.write_dollars(book, facts.column("costs", detail.REF), facts.column("costs", detail.DOLLARS))
    solved = provenance.fill(book)
    tiers = power.fill(book, facts)
    later = after.fill(book, facts)
    invested = investment.fill(book, facts)
    parts = Parts(
        invested,
        tiers,
        sites.fill(book, facts, tiers, (kept or {}).get("alternatives")),
        chips.fill(book, facts),
        compute.fill(book, facts),
        present.fill(book, facts, later, solved),
        solved,
        security.fill(book, facts),
        software.fill(book, facts),
        training.fill(book, facts, tiers),
        federal.fill(book, facts),
        funding.fill(book, facts),
        evidence.fill(book, facts, invested),
        cash.fill(book, invested),
    )
    construction.fill(book, facts, tiers)
    held = accounts.fill(book, facts, parts, later)
    scoring.fill(book, facts, held)
    cost_per_mw.fill(book, parts)
    promised = promises.fill(book, facts, parts)
    row = claim_check.section(book, parts, promised, promised.firm[0] + 2)
    promises.close(book, parts, row)
    known = summary.live(book, parts)
    book.totals = summary.fill(book, parts, promised, known, kept)
    balance = sources_and_uses.fill(book, facts, parts, known)
    failures = checks.fill(book, facts, parts, promised, [*balance, *accounts.checks(book, parts, held)])
    failures += book.differs
    words.ground_rules(book)
    glossary.fill(book)
    assumptions.write_uses(book)
    own = set(book.pages)
    if more is not None:
        more(book)
    flag = book.pages[checks.ME]
    for page in book.pages.values():
        text = f'"Checks: "&{flag.ref(*checks.FLAG)}'
        page.formula(3, 1, text, f"Checks: {flag.values[checks.FLAG]}", "flag")
    links.fill(book)
    for page in book.pages.values():
        page.fit()
    at = ORDER.index(AFTER_ANALYSES)
    order = [*ORDER[:at], *(name for name in book.pages if name not in own), *ORDER[at:]]
    book.workbook._sheets.sort(key=lambda sheet: order.index(sheet.title))  # type: ignore[attr-defined]
    book.workbook.active = 0
    return book, failures
