"""Small faults put into the arithmetic of the product, one at a time: how many does a test notice?

    python benchmarks/mutants.py             a sample of every target: the score, and each mutant that no test noticed
    python benchmarks/mutants.py periods --most 1000    all mutants of one target

A mutant is a file with one comparison, operator, number or truth changed. Each is tried in a process of its own, which
imports the changed source in place of the file, and runs the tests of that target until one fails.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import numpy as np  # noqa: F401  what tests import anyway is imported once, before any process is made
import pandas as pd  # noqa: F401
import pydantic  # noqa: F401
import pyomo.environ as pyo  # noqa: F401
import pytest

ROOT = Path(__file__).parents[1]
EXACT = ("tests/test_exact.py",)


@dataclass(frozen=True)
class Target:
    """A module, the functions in it (none: all), and the tests that should notice."""

    module: str
    tests: tuple[str, ...]
    functions: tuple[str, ...] = ()


TARGETS = {
    "measures": Target("planner.measures", EXACT),
    "periods": Target("planner.inputs.periods", EXACT),
    "discounting": Target(
        "planner.inputs.case",
        EXACT,
        ("present_factor", "present_factor_after", "present_factor_end", "left_at_end", "deflator", "escalation"),
    ),
    "files": Target("planner.files", EXACT),
    "money": Target("planner.verify.money", ("tests/verify/test_verify.py",)),
}
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Not: ast.UAdd,
    ast.USub: ast.UAdd,
}


@dataclass(frozen=True)
class Place:
    """What can be changed: a field of a node, with its position where the field is a list; and its statement.

    Python shares one node for each operator, so a node is replaced where it is and never changed itself.
    """

    owner: ast.AST
    field: str
    position: int | None
    node: ast.AST
    statement: ast.stmt

    def change(self) -> None:
        if isinstance(self.node, ast.Constant):
            held = self.node.value
            new: ast.AST = ast.Constant(not held if isinstance(held, bool) else held + 1)  # type: ignore[operator]
        else:
            new = SWAPS[type(self.node)]()
        if self.position is None:
            setattr(self.owner, self.field, new)
        else:
            getattr(self.owner, self.field)[self.position] = new


def _changeable(node: ast.AST, statement: ast.stmt) -> Iterator[Place]:
    """Places below a node that a mutant may change; annotations and decorators stay."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for position, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                nearest = child if isinstance(child, ast.stmt) else statement
                number = isinstance(child, ast.Constant) and isinstance(child.value, bool | int | float)
                if type(child) in SWAPS or number:
                    yield Place(node, name, position, child, nearest)
                yield from _changeable(child, nearest)


def places(tree: ast.Module, functions: Sequence[str]) -> list[Place]:
    """What can be changed, in the order of the file: in all of it, or in functions of these names alone."""
    if not functions:
        return [place for statement in tree.body for place in _changeable(statement, statement)]
    named = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name in functions]
    return [place for function in named for place in _changeable(function, function)]


def mutated(source: str, functions: Sequence[str], at: int) -> tuple[ast.Module, str]:
    """The tree with its ``at``-th place changed, and what was changed."""
    tree = ast.parse(source)
    place = places(tree, functions)[at]
    before = ast.unparse(place.statement).splitlines()
    place.change()
    ast.fix_missing_locations(tree)
    after = ast.unparse(place.statement).splitlines()
    a, b = next((pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]), ("", "the same text"))
    return tree, f"line {place.statement.lineno}: {a.strip()}  ->  {b.strip()}"


class _InPlace(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a changed tree in place of a module."""

    def __init__(self, module: str, path: Path, tree: ast.Module) -> None:
        self.module, self.path, self.tree = module, path, tree

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def noticed(target: Target, tree: ast.Module | None, seconds: int) -> bool:
    """Whether a test fails, or does not end in time; without a tree, on the file as it is."""
    with tempfile.TemporaryDirectory() as folder:
        return _failed(target, tree, seconds, Path(folder))


def _failed(target: Target, tree: ast.Module | None, seconds: int, folder: Path) -> bool:
    """The tests in a process of their own, with their output and their files in a folder of theirs."""
    child = os.fork()
    if child == 0:
        quiet = os.open(folder / "output", os.O_WRONLY | os.O_CREAT)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.alarm(seconds)
        if tree is not None:
            path = ROOT.joinpath(*target.module.split(".")).with_suffix(".py")
            sys.meta_path.insert(0, _InPlace(target.module, path, tree))
        options = [
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "-m",
            "not slow",
            f"--rootdir={ROOT}",
            f"--basetemp={folder / 'tests'}",
        ]
        os._exit(int(pytest.main([*options, *(str(ROOT / test) for test in target.tests)])))
    failed = os.waitpid(child, 0)[1] != 0
    if failed and tree is None:
        print((folder / "output").read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
    return failed


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all of them otherwise")
    words.add_argument("--most", type=int, default=60, help="mutants of a target, drawn by the seed")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--seconds", type=int, default=60, help="after which a mutant that hangs is noticed")
    asked = words.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    killed = tried = 0
    for name in asked.targets or TARGETS:
        target = TARGETS[name]
        source = ROOT.joinpath(*target.module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        if noticed(target, None, asked.seconds):
            raise SystemExit(f"{name}: its tests fail on the file as it is")
        every = range(len(places(ast.parse(source), target.functions)))
        drawn = sorted(random.Random(asked.seed).sample(every, min(asked.most, len(every))))
        kept = [mutated(source, target.functions, at) for at in drawn]
        left = [text for tree, text in kept if not noticed(target, tree, asked.seconds)]
        killed, tried = killed + len(kept) - len(left), tried + len(kept)
        print(f"{name}: {len(kept) - len(left)} of {len(kept)} noticed, of {len(every)} mutants", flush=True)
        print("".join(f"    {text}\n" for text in left), end="", flush=True)
    print(f"{killed} of {tried} noticed: {killed / tried:.1%}")


if __name__ == "__main__":
    main()
