"""Every rule of the model against its golden text.

After a change of the algebra: ``pytest tests/algebra --write-golden``, read the difference in git against
docs/model.md, and run again without the option.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from pathlib import Path

import pyomo.environ as pyo
import pytest

from planner.formulation import CLOSERS, ROOMS, name_of

from .rooms import models
from .text import families, golden_texts

GOLDEN = Path(__file__).parent / "golden"
FORMULATION = Path(__file__).parents[2] / "planner" / "formulation"


def stored() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in GOLDEN.glob("*.txt")}


def write(texts: dict[str, str]) -> list[str]:
    """Store the texts and drop the others; the rules whose file changed."""
    old = stored()
    GOLDEN.mkdir(exist_ok=True)
    for rule, text in texts.items():
        (GOLDEN / f"{rule}.txt").write_text(text, encoding="utf-8", newline="\n")
    for rule in old.keys() - texts.keys():
        (GOLDEN / f"{rule}.txt").unlink()
    return sorted(rule for rule in old.keys() | texts.keys() if old.get(rule) != texts.get(rule))


def written_rules() -> Iterator[str]:
    """Names of the rules that stand in the code: decorated functions, and limits and meetings that rooms post."""
    for path in FORMULATION.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(".Constraint(" in ast.unparse(d) for d in node.decorator_list):
                yield node.name
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("Limit", "Meeting"):
                yield ast.literal_eval(node.args[0]).partition(".")[2]


def test_every_rule_reads_as_its_golden_text(request: pytest.FixtureRequest) -> None:
    texts = golden_texts(models())
    if request.config.getoption("--write-golden"):
        changed = write(texts)
        names = ", ".join(changed) or "none"
        pytest.fail(f"golden texts were written; {len(changed)} changed: {names}", pytrace=False)
    golden = stored()
    assert sorted(golden.keys() - texts.keys()) == [], "golden files of rules that the model does not have"
    assert sorted(texts.keys() - golden.keys()) == [], "rules without a golden file: write it with --write-golden"
    differences = [
        "\n".join(difflib.unified_diff(golden[r].splitlines(), text.splitlines(), f"{r}.txt", "the model", lineterm=""))
        for r, text in texts.items()
        if text != golden[r]
    ]
    if differences:
        pytest.fail("\n\n".join(["rules that differ from their golden text", *differences]), pytrace=False)


def test_the_small_case_has_every_rule_of_the_code() -> None:
    """A rule of which the case holds no constraint would go unread: it wants a row in rooms.py."""
    there = {name.partition(".")[2] for name in families(models()["each site"], pyo.Constraint)}
    assert there == set(written_rules())


def test_every_room_speaks() -> None:
    rooms = {name.partition(".")[0] for name in families(models()["each site"], pyo.Constraint)}
    assert rooms == {name_of(room) for room in (*ROOMS, *CLOSERS)} - {"balances"}
