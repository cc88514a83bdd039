"""The headline of the Summary as a formula: each part of a sentence in a cell of its own, then the whole."""

from __future__ import annotations

from planner.measures import BILLION, MILLION, count, is_large
from planner.report import screen
from planner.report.facts import ROOM, ROOM_MW, Facts
from planner.workbook.book import Book, Page
from planner.workbook.sheets import investment, power, promises
from planner.workbook.sheets.parts import Parts
from planner.workbook.sheets.placed import find

RELATIVE, SMALL = "constants.tolerance_relative", "constants.tolerance_mw"


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
    return f'TEXT({address},"#,##0")'


def _bought(made: _Parts, parts: Parts, facts: Facts) -> None:
    """Dollars, halls with the year in which they stand, racks."""
    book, watts, inv = made.book, made.book.pages[power.ME], made.book.pages[investment.ME]
    total, last = (parts.investment.category.total, 4), facts.last_year
    spent = facts.spent_usd
    large = is_large(spent)
    shape, unit = ("#,##0.00,,,", "B") if large else ("#,##0.0,,", "M")
    digits = count(spent / (BILLION if large else MILLION), 2 if large else 1)
    nothing = inv.ref(parts.investment.split.unallocated, 4)
    bought = made.put("Invested, without what the split sets aside", f"{inv.ref(*total)}-{nothing}", spent)
    dollars = made.put("Dollars spent", f'"$"&TEXT({bought},"{shape}")&"{unit}"', f"${digits}{unit}")
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
    claim = facts.largest_power_claim()
    if claim is None or claim.level is None or claim.by is None:
        return
    book, watts, me = made.book, made.book.pages[power.ME], made.page.name
    level, by = (book.address(f"claims.{claim.id}.{column}", me) for column in ("level", "by"))
    tolerance, least = book.address(RELATIVE, me), claim.level * (1 - ROOM)
    years = watts.ref(parts.power.header, book.columns[0], (parts.power.header, book.last))
    amounts: dict[str, str] = {}
    for tier in ("commissioned", "secured"):
        row = parts.power.tiers[tier]
        levels = watts.ref(row, book.columns[0], (row, book.last))
        name = f"MW {tier} in the year of the promise"
        amounts[tier] = made.put(name, f"INDEX({levels},MATCH({by},{years},0))", facts.tier(tier, claim.by))
    built, secured = (facts.tier(tier, claim.by) for tier in ("commissioned", "secured"))
    enough = made.put("Least that counts as kept", f"{level}*(1-{tolerance})", least)
    held = "all" if secured >= least else f"{count(secured)} MW"
    word = made.put("Secured", f'IF({amounts["secured"]}>={enough},"all",{_mw(amounts["secured"])}&" MW")', held)
    parts_text = f"{held} are secured and {count(built)} MW are built."
    rest = made.put(
        "Not built", f'{word}&" are secured and "&{_mw(amounts["commissioned"])}&" MW are built."', parts_text
    )
    done = "all are built." if built >= least else parts_text
    said = made.put("Built or not", f'IF({amounts["commissioned"]}>={enough},"all are built.",{rest})', done)
    made.put(
        "The largest promise of power",
        f'"Of the "&{_mw(level)}&" MW promised by "&{by}&", "&{said}',
        f"Of the {count(claim.level)} MW promised by {claim.by}, {done}",
        True,
    )


def _idle(made: _Parts, parts: Parts, facts: Facts) -> None:
    unused = facts.unused_mw()
    if unused < ROOM_MW:
        return
    book, watts = made.book, made.book.pages[power.ME]
    total = find(watts, "Total", find(watts, "Grid contracts: MW that serve no racks"))
    end = watts.ref(parts.power.header, book.last)
    text = f'{_mw(watts.ref(total, book.last))}&" MW of grid contracts serve no load in "&{end}&"."'
    made.put("Idle contracts", text, f"{count(unused)} MW of grid contracts serve no load in {facts.last_year}.", True)


def _firm(made: _Parts, promised: promises.Places) -> None:
    """How many firm promises are kept, from the live verdicts on Promises."""
    page = made.book.pages[promises.ME]
    firm = sum(page.values.get((r, promises.HELD)) == "firm" for r in range(promised.first, promised.last + 1))
    if not firm:
        return
    held = page.ref(promised.first, promises.HELD, (promised.last, promises.HELD))
    many = made.put("Firm promises", f'COUNTIF({held},"firm")', float(firm))
    short = page.n(*promised.broken)
    broken = made.put("Firm promises that are not kept", page.ref(*promised.broken), short)
    kept = f"All {firm} firm promises are kept."
    missed = f"{short:.0f} of {firm} firm promises are not kept."
    text = made.put("If some are not", f'{broken}&" of "&{many}&" firm promises are not kept."', missed)
    full = f'IF({broken}=0,"All "&{many}&" firm promises are kept.",{text})'
    made.put("The firm promises", full, missed if short else kept, True)
