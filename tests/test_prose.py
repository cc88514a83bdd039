"""Plain words: sentences of the documents stay short, and private words have a plain one in their place.

The words are looked for in documents, docstrings, comments and messages.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
DOCUMENTS = [*(ROOT / name for name in NAMES), *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = sorted(p for p in (ROOT / "planner").rglob("*.py") if "_shipped" not in p.parts)

MOST_WORDS = 30
#: words that only this project used so, and what to write in their place
PLAIN = {
    r"\btold\b": "reported, given, computed or distinguished",
    r"\btell(s|ing)?\b[^.;:]{0,40}\bapart\b": "distinguish",
    r"\bthe mark\b": "the cutoff",
    r"\blook(s|ed|ing)? beyond\b": "search for a better plan",
    r"\b(gone|go|goes|going) over\b": "improved, improve",
    r"\bin parts\b": "fractional, or as a share",
    r"\b(stands?|stood|standing) in\b(?! (any|their|this|that) (order|way))": "is in, or are listed in",
    r"\brooms?\b(?! (is|for|left|under))": "component, or slack where an amount is meant",
    r"\breckon(s|ed|ing)?\b": "compute",
    r"\bwhoever\b": "the caller, or the user",
    r"\b(hear|hears|heard|heed|heeds)\b": "receive, or react to",
    r"\bsoft (side|half)\b": "software, security and training",
    r"\bof before\b": "earlier",
}
#: full stops that end no sentence
ABBREVIATIONS = re.compile(r"\b(e\.g|i\.e|etc|vs|approx|incl|No|Nos|Fig|St|U\.S|ca)\.(?= )")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs, headings and items of lists; code, tables, pictures and comments are left out."""
    text = re.sub(r"^ *```.*?^ *```", "\n", text, flags=re.M | re.S)
    text = re.sub(r"^\$\$.*?^\$\$", "\n", text, flags=re.M | re.S)
    text = re.sub(r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)", "", text, flags=re.S)
    held: list[str] = []
    for line in [*text.splitlines(), ""]:
        code = line.startswith("    ") and not held
        starts = re.match(r"\s*([-*+]|\d+\.|#+|>)\s", line)
        if not line.strip() or line.lstrip().startswith("|") or code or starts:
            yield " ".join(held)
            held = []
        if line.strip() and not line.lstrip().startswith("|") and not code:
            held.append(re.sub(r"^\s*([-*+]|\d+\.|#+|>)\s+", "", line).strip())
        if line.startswith("#"):
            yield " ".join(held)
            held = []


def sentences(text: str) -> Iterator[str]:
    """The sentences of a document; inline code counts as one word, of a link its text alone."""
    for paragraph in _paragraphs(text):
        plain = re.sub(r"`[^`]*`", "CODE", paragraph)
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain).replace("*", "").replace("_", " ")
        plain = ABBREVIATIONS.sub(lambda found: found[1].replace(".", ""), plain)
        yield from (s for s in re.split(r"(?<=[.!?])[\"')\]]*\s+|\s·\s", plain) if s.strip())


def _words(sentence: str) -> int:
    return len(re.findall(r"[^\W_][^\s]*", sentence))


@cache
def _docstrings(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    owners = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    texts = (ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, owners))
    return "\n\n".join(text for text in texts if text)


def _comments(path: Path) -> Iterator[str]:
    """Comments in consecutive lines are one text."""
    with path.open("rb") as file:
        found = [(t.start[0], t.string) for t in tokenize.tokenize(file.readline) if t.type == tokenize.COMMENT]
    for _, group in groupby(enumerate(found), lambda item: item[1][0] - item[0]):
        yield " ".join(comment.lstrip("#: ") for _, (_, comment) in group)


def _messages(path: Path) -> Iterator[str]:
    """Strings with a blank and a letter; an f-string is one text, and what it fills in is left out."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    skipped |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        parts = node.values if isinstance(node, ast.JoinedStr) else [node] if id(node) not in skipped else []
        values = [part.value if isinstance(part, ast.Constant) else "…" for part in parts]
        text = "".join(value for value in values if isinstance(value, str))
        if re.search(r"\s", text) and re.search(r"[^\W\d_]", text):
            yield text


def _private(text: str) -> list[str]:
    text = re.sub(r"```.*?```|``[^`]*``|`[^`]*`", " CODE ", text, flags=re.S)
    found = []
    for pattern, plain in PLAIN.items():
        for match in re.finditer(pattern, text, re.I):
            around = " ".join(text[max(0, match.start() - 40) : match.end() + 30].split())
            found.append(f"'{match[0]}' (write: {plain}) in '... {around} ...'")
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_no_sentence_of_a_document_is_long(path: Path) -> None:
    long = [s for s in sentences(path.read_text(encoding="utf-8")) if _words(s) > MOST_WORDS]
    found = [f"{_words(s)} words: {s}" for s in long]
    assert not found, f"{_name(path)}: sentences of more than {MOST_WORDS} words\n" + "\n".join(found)


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_documents_use_plain_words(path: Path) -> None:
    found = _private(path.read_text(encoding="utf-8"))
    assert not found, f"{_name(path)}\n" + "\n".join(found)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_docstrings_use_plain_words(path: Path) -> None:
    found = _private(_docstrings(path))
    assert not found, f"{_name(path)}\n" + "\n".join(found)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_comments_and_messages_use_plain_words(path: Path) -> None:
    found = [word for text in (*_comments(path), *_messages(path)) for word in _private(text)]
    assert not found, f"{_name(path)}\n" + "\n".join(found)


def test_comments_and_messages_are_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        '"""A docstring."""\n#: first\n# second\nX = "name"  # third\nY = f"it is {X} told"\n"a b"\nZ = "one " "two"\n'
    )
    assert list(_comments(path)) == ["first second third"]
    assert list(_messages(path)) == ["it is … told", "one two"]


def test_sentences_are_found() -> None:
    text = (
        "# A heading\n\nOne sentence, e.g. this. Two `a. b` here!\n\n- An item\n  goes on. And on.\n\n"
        "| a | table. With. Dots |\n\n```\ncode. Code.\n```\n\n1. Last (a bracket.) Then [a link](x.md)."
    )
    assert list(sentences(text)) == [
        "A heading",
        "One sentence, eg this.",
        "Two CODE here!",
        "An item goes on.",
        "And on.",
        "Last (a bracket.",
        "Then a link.",
    ]
    assert [_words(s) for s in ("CODE is 5 GW (or less)", "a - b", "")] == [6, 2, 0]


def test_private_words_are_found() -> None:
    assert len(_private("Plans are told apart; a room gates the rest. There is room for more.")) == 2
    assert _private("`told` is code, and folder is a word") == []
