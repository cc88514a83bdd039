"""A comparison for people: on the terminal, as a workbook, a page, Markdown or JSON."""

from __future__ import annotations

from pathlib import Path

from planner.analyses.compare import Comparison
from planner.comparison.text import differs, terminal
from planner.errors import UsageError
from planner.files import json_text, replacing

__all__ = ["SUFFIXES", "check_suffix", "differs", "terminal", "write"]

SUFFIXES = (".xlsx", ".html", ".md", ".json")


def check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out {path}: a comparison is written as {', '.join(SUFFIXES)}")


def write(comparison: Comparison, path: Path) -> Path:
    """Write a comparison in the form that the file's name asks for, whole or not at all."""
    check_suffix(path)
    path = path.expanduser().absolute()
    with replacing(path) as draft:
        match path.suffix.lower():
            case ".xlsx":
                from planner.comparison import sheets

                sheets.write(draft, comparison)
            case ".html":
                from planner.comparison import html

                draft.write_text(html.page(comparison), encoding="utf-8")
            case ".md":
                from planner.comparison import text

                draft.write_text(text.markdown(comparison), encoding="utf-8")
            case _:
                draft.write_text(json_text(comparison.as_dict()), encoding="utf-8")
    return path
