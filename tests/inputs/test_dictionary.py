"""docs/data.md is what the schema says."""

from __future__ import annotations

from pathlib import Path

from planner.inputs import dictionary
from planner.inputs.schema import PARAMETERS, TABLES

DATA = Path(__file__).parents[2] / "docs" / "data.md"


def test_the_page_is_current() -> None:
    message = "docs/data.md is not what the schema says: python -m planner.inputs.dictionary > docs/data.md"
    assert DATA.read_text(encoding="utf-8") == dictionary.page(), message


def test_every_table_column_and_parameter_is_named() -> None:
    text = dictionary.page()
    for table in TABLES:
        section = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        assert all(f"| `{column.name}` |" in section for column in table.columns)
    assert all(f"| `{name}` |" in text for name in PARAMETERS)
