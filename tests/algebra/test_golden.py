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

from planner.formulation import BLOCKS, name_of
from planner.solve import Program, SolveLimits

from .rooms import again, models
from .test_documents import checked
from .text import families, golden_texts

GOLDEN = Path(__file__).parent / "golden"
FORMULATION = Path(__file__).parents[2] / "planner" / "formulation"


def stored() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in GOLDEN.glob("*.txt")}


def all_texts() -> dict[str, str]:
    """The rules of the model, and those of the past from the case that has one."""
    past = golden_texts(again())
    return golden_texts(models()) | {rule: text for rule, text in past.items() if rule.startswith("past.")}


def write(texts: dict[str, str]) -> list[str]:
    """Store the texts and drop the others; the rules whose file changed."""
    old = stored()
    GOLDEN.mkdir(exist_ok=True)
    for rule, text in texts.items():
        (GOLDEN / f"{rule}.txt").write_text(text, encoding="utf-8", newline="\n")
    for rule in old.keys() - texts.keys():
        (GOLDEN / f"{rule}.txt").unlink()
    return sorted(rule for rule in old.keys() | texts.keys() if old.get(rule) != texts.get(rule))


def written_rows() -> Iterator[str]:
    """Names of the rows that stand in the code as decorated functions."""
    for path in FORMULATION.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(".Constraint(" in ast.unparse(d) for d in node.decorator_list):
                yield node.name


def test_every_rule_reads_as_its_golden_text(request: pytest.FixtureRequest) -> None:
    texts = all_texts()
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


def test_the_small_case_has_every_row_of_the_code_and_of_the_document() -> None:
    """A row of which the case holds no constraint would go unread: it wants data in rooms.py."""
    there = {name for built in (*models().values(), *again().values()) for name in families(built, pyo.Constraint)}
    assert sorted(set(written_rows()) - {name.partition(".")[2] for name in there}) == []
    assert sorted(set(checked()) - there) == []


def test_every_component_speaks() -> None:
    components = {name.partition(".")[0] for name in families(again()["each site"], pyo.Constraint)}
    assert components == {name_of(block) for block in BLOCKS}


def test_the_small_case_has_a_plan_and_the_pool_bounds_it() -> None:
    for both in (models(), again()):
        best = {}
        for title, built in both.items():
            program = Program.compile(built.model)
            best[title] = program.solve(program.linear(built.objective), SolveLimits(seconds=60.0)).value
        assert best["each site"] is not None
        assert best["one pool"] is not None
        assert best["one pool"] >= best["each site"] - 1e-6
