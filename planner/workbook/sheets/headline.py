"""The headline of the Summary as a formula: each part of a sentence in a cell of its own, then the whole."""

from __future__ import annotations

from planner.measures import count, is_large, usd
from planner.report import screen
from planner.report.facts import BASIS, TIERS, TOLERANCE_MW, Facts
from planner.workbook.book import Book, Page
from planner.workbook.sheets import investment, power, promises
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.placed import find

SMALL = "constants.tolerance_mw"
#: tier -> what its MW do
DOES = {"secured": "are secured", "commissioned": "are built", "populated": "hold racks"}


def fill(book: Book, page: Page, parts: Parts, facts: Facts, promised: promises.Places, row: int) -> list[int]:
    """The parts of each sentence from a row on; the rows of the whole sentences.

    Where they say something else than the headline of the report, the book says so and fails.
    """
    page.heading(row, "How the headline is made: each part from the figures of other sheets")
    page.headers(row + 1, ("Part", "Value"))
    made = _Parts(book, page, row + 2)
    _bought(made, parts, facts)
    _promise(made, parts, facts)
    _idle(made, parts, facts)
    _firm(made, promised)
    said = " ".join(str(page.values[at, 2]) for at in made.sentences)
    expected = screen.headline(facts, book.document)
    if said != expected:
        book.differs.append(f"the workbook's headline reads {said!r}, the report's {expected!r}")
    return made.sentences


class _Parts:
    """Rows of parts: a name, and a formula with the text that it gives."""

    def __init__(self, book: Book, page: Page, row: int) -> None:
        self.book, self.page, self.row = book, page, row
        self.sentences: list[int] = []

    def put(self, name: str, text: str, value: str | float, sentence: bool = False) -> str:
        """One part; the address of its value."""
        self.page.put(self.row, 1, name)
        self.page.formula(self.row, 2, text, value)
        if sentence:
            self.sentences.append(self.row)
        self.row += 1
        return f"B{self.row - 1}"

    def said(self, address: str) -> str:
        return str(self.page.values[int(address[1:]), 2])


def _mw(address: str) -> str:
    """Whole MW in words; engines differ in how TEXT rounds a half, not in how FIXED does."""
    return f"FIXED({address},0)"


def _bought(made: _Parts, parts: Parts, facts: Facts) -> None:
    """Dollars, halls with the year in which they stand, racks."""
    book, watts, inv = made.book, made.book.pages[power.ME], made.book.pages[investment.ME]
    total, last = (parts.investment.category.total, 4), facts.last_year
    spent = facts.spent_usd
    large = is_large(spent)
    places, unit, of = (2, "B", "usd_per_busd") if large else (1, "M", "usd_per_musd")
    nothing = inv.ref(parts.investment.split.unallocated, 4)
    bought = made.put("Invested, without what the split sets aside", f"{inv.ref(*total)}-{nothing}", spent)
    dollars = made.put(
        "Dollars spent",
        f'"$"&FIXED({bought}/{book.address(f"constants.{of}", made.page.name)},{places})&"{unit}"',
        usd(spent),
    )
    row = parts.power.tiers["commissioned"]
    halls, racks = (watts.ref(parts.power.tiers[t], book.last) for t in ("commissioned", "populated"))
    levels = watts.ref(row, book.columns[0], (row, book.last))
    limit = f"{halls}-{book.address(SMALL, made.page.name)}"
    first = book.address("programme.first_year", made.page.name)
    year = made.put(
        "Year in which the halls stand",
        f'{first}+COUNTIF({levels},"<"&({limit}))',
        float(facts.grown_by("commissioned")),
    )
    end = watts.ref(parts.power.header, book.last)
    if facts.tier("commissioned", last) < TOLERANCE_MW:
        none = f"{made.said(dollars)} spent by {last} buys no AI halls."
        made.put("What the dollars buy", f'{dollars}&" spent by "&{end}&" buys no AI halls."', none, True)
        return
    one = made.put(
        "Halls",
        f'{_mw(halls)}&" MW IT of AI halls by "&{year}',
        f"{count(facts.tier('commissioned', last))} MW IT of AI halls by {facts.grown_by('commissioned')}",
    )
    two = made.put(
        "Racks",
        f'{_mw(racks)}&" MW IT of racks in "&{end}',
        f"{count(facts.tier('populated', last))} MW IT of racks in {last}",
    )
    made.put(
        "What the dollars buy",
        f'{dollars}&" spent by "&{end}&" buys "&{one}&", with "&{two}&"."',
        f"{made.said(dollars)} spent by {last} buys {made.said(one)}, with {made.said(two)}.",
        True,
    )


def _promise(made: _Parts, parts: Parts, facts: Facts) -> None:
    """MW of the three tiers in the year of the largest promise of power, each with its basis."""
    claim = facts.largest_power_claim()
    if claim is None or claim.level is None or claim.by is None:
        return
    book, watts, me = made.book, made.book.pages[power.ME], made.page.name
    level, by = (book.address(f"claims.{claim.id}.{column}", me) for column in ("level", "by"))
    years = watts.ref(parts.power.header, book.columns[0], (parts.power.header, book.last))
    said: dict[str, str] = {}
    for tier in TIERS:
        row = parts.power.tiers[tier]
        levels, mw = watts.ref(row, book.columns[0], (row, book.last)), facts.tier(tier, claim.by)
        at = made.put(f"MW {tier} in the year of the promise", f"INDEX({levels},MATCH({by},{years},0))", mw)
        words = f" {BASIS[tier]} {DOES[tier]}"
        said[tier] = made.put(f"{tier.capitalize()}, in words", f'{_mw(at)}&"{words}"', f"{count(mw)}{words}")
    opening = made.put(
        "Promised",
        f'"Of the "&{_mw(level)}&" MW promised by "&{by}',
        f"Of the {count(claim.level)} MW promised by {claim.by}",
    )
    secured, built, running = (said[tier] for tier in TIERS)
    text = f'{opening}&", "&{secured}&", "&{built}&" and "&{running}&"."'
    words = f"{made.said(opening)}, {made.said(secured)}, {made.said(built)} and {made.said(running)}."
    made.put("The largest promise of power", text, words, True)


def _idle(made: _Parts, parts: Parts, facts: Facts) -> None:
    unused = facts.unused_mw()
    if unused < 1:
        return
    book, watts = made.book, made.book.pages[power.ME]
    total = find(watts, "Total", find(watts, "Grid contracts: MW that serve no racks"))
    end = watts.ref(parts.power.header, book.last)
    text = f'{_mw(watts.ref(total, book.last))}&" MW of grid contracts serve no load in "&{end}&"."'
    made.put("Idle contracts", text, f"{count(unused)} MW of grid contracts serve no load in {facts.last_year}.", True)


def _firm(made: _Parts, promised: promises.Places) -> None:
    """How many firm promises are kept, from the live verdicts on Promises."""
    page = made.book.pages[promises.ME]
    firm = int(page.n(*promised.firm))
    if not firm:
        return
    many = made.put("Firm promises", page.ref(*promised.firm), float(firm))
    short = page.n(*promised.broken)
    broken = made.put("Firm promises that are not kept", page.ref(*promised.broken), short)
    kept = f"All {firm} firm promises are kept."
    missed = f"{short:.0f} of {firm} firm promises are not kept."
    text = made.put("If some are not", f'{broken}&" of "&{many}&" firm promises are not kept."', missed)
    full = f'IF({broken}=0,"All "&{many}&" firm promises are kept.",{text})'
    made.put("The firm promises", full, missed if short else kept, True)
