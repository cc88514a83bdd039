"""Parts of pages that the product wrote: the very charts and tables of a run's report and of a comparison."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from planner import __version__, comparison, store
from planner import files as fs
from planner.analyses.compare import compare
from planner.errors import UsageError
from planner.page.parts import style_sheet

FOLDER = ".comparisons"
FEWEST, MOST = 2, 4
SUFFIXES = (".html", ".xlsx", ".md")


@lru_cache(maxsize=1)
def style() -> str:
    """The rules of the reports: their colours for the whole page, the others inside a ``report`` alone."""
    colours, start, rules = style_sheet().partition("*{box-sizing")
    rules = re.sub(r"@page\{[^}]*\}", "", f"{start}{rules}")
    return f"{colours}\n@scope (.report) {{\n{rules}\n}}"


def section(page: Path, name: str, prefix: str = "") -> str:
    """The inside of a section of a written page; empty where it has none. ``prefix`` keeps ids apart."""
    found = re.search(rf'<section id="{re.escape(name)}"[^>]*>(.*?)</section>', _text(page), re.DOTALL)
    return _apart(found[1], prefix) if found else ""


def sections(page: Path) -> str:
    """The headline of a written page and every section, in their order."""
    return "\n".join(re.findall(r'<p class="headline">.*?</p>|<section .*?</section>', _text(page), re.DOTALL))


def figures(page: Path, names: Sequence[str], prefix: str) -> str:
    """Charts of a written page by their names, those that it has."""
    text = _text(page)
    found = (re.search(rf'<figure id="{re.escape(name)}">.*?</figure>', text, re.DOTALL) for name in names)
    return "\n".join(_apart(match[0], prefix) for match in found if match)


def _apart(html: str, prefix: str) -> str:
    """The same with other ids, so that the same chart of two runs can be on one page."""
    if not prefix:
        return html
    html = re.sub(r'\bid="', f'id="{prefix}-', html)
    html = re.sub(r'(href="|url\()#', rf"\1#{prefix}-", html)
    return re.sub(
        r'aria-labelledby="([^"]*)"',
        lambda m: 'aria-labelledby="' + " ".join(f"{prefix}-{name}" for name in m[1].split()) + '"',
        html,
    )


def _text(page: Path) -> str:
    with fs.plainly(f"read {page}"):
        return page.read_text(encoding="utf-8") if page.is_file() else ""


def compared(reports: Path, runs: Sequence[str], suffix: str = ".html") -> Path:
    """The comparison of runs as ``planner compare --out`` writes it; made once, because runs never change.

    Raises UsageError where the runs cannot be compared.
    """
    runs = list(dict.fromkeys(runs))
    if not FEWEST <= len(runs) <= MOST:
        raise UsageError(f"Choose {FEWEST} to {MOST} runs to compare.")
    if suffix not in SUFFIXES:
        raise UsageError(f"A comparison is sent as {', '.join(SUFFIXES)}.")
    folders = [store.find(reports, run) for run in runs]
    key = hashlib.sha256("\n".join([__version__, *(folder.name for folder in folders)]).encode()).hexdigest()[:24]
    path = reports / FOLDER / f"comparison-{key}{suffix}"
    if not path.is_file():
        comparison.write(compare([store.load(folder) for folder in folders]), path)
    return path
