"""Glossary: the words of the report, then every table and column of the inputs as the schema declares them."""

from __future__ import annotations

from planner.inputs.schema import PARAMETERS, TABLES, Column
from planner.results.verdicts import MEANINGS
from planner.workbook.book import Book, Page

ME = "Glossary"
TERMS = (
    ("Secured power", "MW at the meter that grid contracts, plant on site and standing halls can deliver"),
    ("Commissioned power", "MW of critical IT load that halls with power and cooling can carry"),
    ("Populated power", "MW of critical IT load of the racks in those halls"),
    ("PFLOP/s", "a million billion operations a second at the precision named beside it, dense, at peak"),
    ("Delivered PFLOP/s-year", "a year of one PFLOP/s after utilisation and availability of the kind of work"),
    ("PUE", "power usage effectiveness: MW of the facility over MW of IT"),
    ("Then-year dollars", "dollars of the year in which they are spent"),
    ("Constant dollars", "dollars of the base year, by the general price index alone"),
    ("Present cost", "constant dollars of both ledgers, discounted at a real rate to the opening of the base year"),
    ("Mission value", "price of the same service, discounted like the cost, less running cost after the horizon"),
    ("Net benefit", "mission value less present cost; what the shipped programme seeks the most of"),
    ("Firm share", "part of a plant's MW that counts as secured: one less the rate of its forced outages"),
    ("Status of a dollar", "that of the weakest figure behind it: unit rate, multiplier or share, price index"),
    ("Role", "a level above the lowest that a site may serve; it includes every level below it"),
    ("Contingency", "share of a category's cost for what is known to be unknown; spent by the plan"),
    ("Management reserve", "share of the budget that is held and not spent by the plan"),
    ("Budget authority", "what Congress lets an agency commit; on the federal sheets alone"),
    ("Obligation", "an order that binds the agency to pay; on the federal sheets alone"),
    ("Outlay", "money that leaves the Treasury; on the federal sheets alone"),
    ("Firm, goal, reported", "a promise that holds or there is no plan; one that is approached; one that is shown"),
    ("Gap", "how much better than the plan found a plan may be, in dollars and as a share of present cost"),
    ("Margin", "price of a rented hour over what the hour costs its seller (user cost); fitted to quotes"),
    ("Fee", "what agencies pay for service; received by the investor, so a transfer and no cost of the nation"),
    ("Scored up front", "a contract whose payments all take budget authority in its first year"),
    ("WBS", "work breakdown structure: the code under which each dollar is posted once"),
)


def fill(book: Book) -> None:
    page = book.page(ME, "Glossary", "words of the report, tables and columns of the inputs")
    page.headers(5, ("Word or table", "Column", "Unit", "Meaning"))
    row = 6
    for word, meaning in (*TERMS, *MEANINGS.items()):
        _line(page, row, word, "", "", meaning)
        row += 1
    words = row - 1
    for table in TABLES:
        _line(page, row, table.name, "(table)", "", table.meaning)
        row += 1
        for column in table.columns:
            _line(page, row, table.name, column.name, _unit(column), column.meaning)
            row += 1
    for name, (unit, _, _, meaning) in PARAMETERS.items():
        _line(page, row, "parameters", name, unit, meaning)
        row += 1
    page.widths({1: 24, 2: 34, 3: 22, 4: 92})
    page.on_screen(5, "B6", (words, 4), "The list of tables and columns")


def _unit(column: Column) -> str:
    """Its unit, or the kind of thing it holds."""
    return column.unit or column.kind


def _line(page: Page, row: int, word: str, column: str, unit: str, meaning: str) -> None:
    for place, text in enumerate((word, column, unit, meaning[:1].upper() + meaning[1:]), 1):
        page.put(row, place, text or None, "text")
