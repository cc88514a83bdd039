"""values.csv: every value of the report's sheets, a line a cell, so that two workbooks can be compared as text."""

from __future__ import annotations

import csv
from pathlib import Path

from planner.workbook.book import Book, letter
from planner.workbook.finish import number

#: these sheets are files of the run already: tables/, inputs/, the schema
ELSEWHERE = ("Detail", "Assumptions", "Glossary")
#: a spreadsheet that opens the file takes text that begins so for a formula
FORMULA_LIKE = ("=", "+", "-", "@")


def write(book: Book, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("sheet", "cell", "kind", "value"))
        for name in book.workbook.sheetnames:
            if name in ELSEWHERE:
                continue
            page = book.pages[name]
            for (row, column), value in sorted(page.values.items()):
                text = value if isinstance(value, str) else number(value)
                if isinstance(value, str) and text.startswith(FORMULA_LIKE):
                    text = f"'{text}"
                kind = "formula" if (row, column) in page.formulas else "typed"
                writer.writerow((name, f"{letter(column)}{row}", kind, text))
