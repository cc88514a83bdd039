"""The data dictionary as a page, from the schema alone: ``python -m planner.inputs.dictionary > docs/data.md``."""

from __future__ import annotations

from collections.abc import Iterator

from planner.inputs.schema import EFFECTS, MONEY_PARAMETERS, PARAMETERS, PRICE_INDICES, STATUSES, TABLES, Column, Table

OPENING = f"""# The data

Written from `planner/inputs/schema.py`; do not edit. To write it again:
`python -m planner.inputs.dictionary > docs/data.md`.

A data set is a folder with one CSV for each table, named after it, with exactly these columns. Every number of a
table that is marked *figures* owes a row in `figures.csv`: range, money year, source, status
({", ".join(STATUSES)}).
Money names its price index ({", ".join(PRICE_INDICES)}), which carries it from its money year to
the year it is spent. Index none means that the figure is already in the dollars of the year it is spent.
A table that may be empty says so; what an empty one means is in `docs/model.md`.
"""


def page() -> str:
    """The whole page, in Markdown."""
    parts = [OPENING, _contents(), *(_table(table) for table in TABLES), _parameters(), _effects()]
    return "\n".join(parts)


def _contents() -> str:
    lines = ["| table | what it holds |", "|---|---|"]
    lines += [f"| [`{table.name}`](#{table.name}) | {_cell(table.meaning)} |" for table in TABLES]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> str:
    marks = [f"key: {', '.join(f'`{k}`' for k in table.keys)}"]
    marks += ["figures"] if table.figures else []
    marks += ["may be empty"] if table.may_be_empty else []
    lines = [f"## {table.name}", "", f"{table.meaning[:1].upper()}{table.meaning[1:]} ({'; '.join(marks)}).", ""]
    lines += ["| column | holds | unit | allowed | meaning |", "|---|---|---|---|---|"]
    lines += [
        f"| `{c.name}` | {_kind(c)} | {_cell(c.unit)} | {_cell('; '.join(_allowed(c)))} | {_cell(c.meaning)} |"
        for c in table.columns
    ]
    return "\n".join(lines) + "\n"


def _kind(column: Column) -> str:
    kind = f"money, index {column.price_index}" if column.price_index else column.kind
    return f"{kind}, or empty" if column.optional else kind


def _allowed(column: Column) -> Iterator[str]:
    if column.reference:
        yield f"a {column.reference}"
    if column.allowed:
        yield " · ".join(column.allowed)
    if column.kind == "flag":
        yield "0 · 1"
    if column.minimum is not None and column.maximum is not None:
        yield f"{column.minimum:g} to {column.maximum:g}"
    elif column.minimum is not None:
        yield f"at least {column.minimum:g}"
    elif column.maximum is not None:
        yield f"at most {column.maximum:g}"


def _parameters() -> str:
    lines = ["## The parameters", "", "Rows of `parameters`; each is needed.", ""]
    lines += ["| parameter | unit | allowed | meaning |", "|---|---|---|---|"]
    for name, (unit, low, high, meaning) in PARAMETERS.items():
        index = f" (money, index {MONEY_PARAMETERS[name]})" if name in MONEY_PARAMETERS else ""
        lines.append(f"| `{name}` | {_cell(unit)} | {low:g} to {high:g} | {_cell(meaning)}{index} |")
    return "\n".join(lines) + "\n"


def _effects() -> str:
    lines = ["## Effects of initiatives", "", "What an initiative does, and what one unit of it may be.", ""]
    lines += ["| effect | one unit is |", "|---|---|"]
    lines += [f"| {effect} | {' · '.join(units)} |" for effect, units in EFFECTS.items()]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
