"""What must tie beside infrastructure: the split and its band, who pays and the caps, authority and outlays, the need.

A rule that an edited figure may push a plan across reads EDITED then: decisions are not re-optimised.
"""

from __future__ import annotations

from planner.workbook.book import Book
from planner.workbook.sheets import federal, funding, investment, security, sites, software, training
from planner.workbook.sheets.detail import QUANTITY, Detail
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.ties import Check, cell
from planner.workbook.tables import TOTAL, Block

SHARE, COUNT = "constants.tolerance_share", "constants.tolerance_mw"
ZERO = ("0", 0.0)


def split(book: Book, detail: Detail, parts: Parts) -> list[Check]:
    """Shares within their bounds where the split is firm; the unallocated line even, and posted as decided."""
    inv, p = book.pages[investment.ME], parts.investment.split
    spent = [cell(book.pages[me], block.total, TOTAL) for me, block in _soft_blocks(parts)]
    share, soft = cell(inv, p.share, TOTAL), cell(inv, p.soft, TOTAL)
    checks = [
        Check(
            "Software, security and training items: their sheets against Investment",
            ("+".join(s[0] for s in spent) or "0", sum(s[1] for s in spent)),
            soft,
        )
    ]
    if book.case.split_is_firm:
        checks += [
            Check("Split: infrastructure share at least the least", cell(inv, p.least, 4), share, SHARE, True, True),
            Check("Split: infrastructure share at most the most", share, cell(inv, p.most, 4), SHARE, True, True),
            Check("Band: years with a share outside it", cell(inv, p.outside, TOTAL), ZERO, COUNT, solved=True),
        ]
    if detail.items("unallocated"):
        area = detail.column("unallocated", QUANTITY)
        first, last = detail.blocks["unallocated"]
        amounts = [detail.page.n(r, QUANTITY) for r in range(first, last + 1)]
        posted = cell(inv, p.unallocated, TOTAL)
        checks += [
            Check(
                "Unallocated by the split: the same in every period",
                (f"MAX({area})", max(amounts)),
                (f"MIN({area})", min(amounts)),
            ),
            Check(
                "Unallocated by the split: dollars posted against the decision",
                posted,
                (f"SUM({area})", sum(amounts)),
                solved=True,
            ),
        ]
    return checks


def _soft_blocks(parts: Parts) -> list[tuple[str, Block]]:
    found = ((security.ME, parts.security), (software.ME, parts.software), (training.ME, parts.training))
    return [(name, places.wbs) for name, places in found if places is not None]


def money(book: Book, detail: Detail, parts: Parts) -> list[Check]:
    """Each operating dollar once by payer, once by fund type; nothing lapses; nothing is paid from a closed account."""
    return [*_payers(book, detail, parts), *_accounts(book, parts)]


def _payers(book: Book, detail: Detail, parts: Parts) -> list[Check]:
    places = parts.funding
    if places is None:
        return []
    page = book.pages[funding.ME]
    ledger = cell(book.pages[sites.ME], parts.sites.operations.total, TOTAL)
    area = detail.column("operating cost paid", QUANTITY)
    first, last = detail.blocks["operating cost paid"]
    solved = float(sum(detail.page.n(r, QUANTITY) for r in range(first, last + 1)))
    paid = cell(page, places.paid.total, TOTAL)
    return [
        Check("Who pays: all payers against the operations ledger", paid, ledger),
        Check("Who pays: all payers against the run as solved", paid, (f"SUM({area})", solved), solved=True),
        Check("Caps: payers and years above their cap", cell(page, places.over, TOTAL), ZERO, COUNT, solved=True),
        Check("Who pays: calendar years against federal fiscal years", paid, cell(page, places.fiscal.total, TOTAL)),
    ]


def _accounts(book: Book, parts: Parts) -> list[Check]:
    places = parts.federal
    if places is None:
        return []
    page = book.pages[federal.ME]
    given = cell(page, places.authority, TOTAL)
    ledger = cell(book.pages[sites.ME], parts.sites.operations.total, TOTAL)
    checks = [
        Check(
            "Authority: calendar years against federal fiscal years", cell(page, places.calendar.total, TOTAL), given
        ),
        Check("Outlays, tail included, against authority", cell(page, places.outlays, TOTAL), given),
        Check(
            "Continuing resolutions: new federal starts in a fiscal year with no month left for them",
            cell(page, places.stopped, TOTAL),
            ZERO,
            COUNT,
            solved=True,
        ),
        Check(
            "Lapse: authority whose period ends before it is obligated",
            cell(page, places.lapsed, TOTAL),
            ZERO,
            solved=True,
        ),
        Check("Lapse: share of authority unpaid when its account closes", cell(page, *places.closed), ZERO, SHARE),
    ]
    if places.covers_ledger:
        checks.insert(0, Check("Authority against the operations ledger", given, ledger))
    return checks


def need(book: Book, parts: Parts) -> list[Check]:
    """Staff trained within what the need can use."""
    if parts.training is None or parts.training.over is None:
        return []
    over = cell(book.pages[training.ME], parts.training.over, TOTAL)
    return [Check("Trained heads within the need: tracks and years above it", over, ZERO, COUNT, solved=True)]
