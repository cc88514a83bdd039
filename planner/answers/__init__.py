"""What an analysis found, for people: on the terminal, as a workbook with charts, Markdown or JSON."""

from __future__ import annotations

from pathlib import Path

from planner.answers.answer import Answer, Chart
from planner.comparison.text import markdown_section, plain, section_text
from planner.errors import UsageError
from planner.files import json_text, replacing

__all__ = ["Answer", "Chart", "check_suffix", "markdown", "terminal", "write"]

SUFFIXES = (".xlsx", ".md", ".json")


def check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out {path}: an answer is written as {', '.join(SUFFIXES)}")


def terminal(answer: Answer) -> str:
    """The answer in tables as wide as the terminal."""
    notes = ["\n".join(answer.notes)] if answer.notes else []
    return "\n\n".join([answer.lead, *(section_text(section) for _, section, _ in answer.sections), *notes])


def markdown(answer: Answer) -> str:
    lines = [f"# {plain(answer.title)}", "", plain(answer.lead), ""]
    for _, section, _ in answer.sections:
        lines += markdown_section(section, 2)
    return "\n".join([*lines, *(f"- {plain(note)}" for note in answer.notes)]).rstrip() + "\n"


def write(answer: Answer, path: Path) -> Path:
    """Write an answer in the form that the file's name asks for, whole or not at all."""
    check_suffix(path)
    path = path.expanduser().absolute()
    with replacing(path) as draft:
        match path.suffix.lower():
            case ".xlsx":
                from planner.answers import sheets

                sheets.write(draft, answer)
            case ".md":
                draft.write_text(markdown(answer), encoding="utf-8")
            case _:
                draft.write_text(json_text(answer.document), encoding="utf-8")
    return path
