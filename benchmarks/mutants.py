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


def _changeable(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes below one that a mutant may change: no annotation, docstring or default of a type."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                number = isinstance(child, ast.Constant) and isinstance(child.value, bool | int | float)
                if type(child) in SWAPS or number:
                    yield child
                yield from _changeable(child)


def places(tree: ast.Module, functions: Sequence[str]) -> list[tuple[ast.AST, ast.AST]]:
    """(what can be changed, the statement that says where), in the order of the file."""
    found, seen = [], set[int]()
    for owner in ast.walk(tree):
        inside = isinstance(owner, ast.FunctionDef) and (not functions or owner.name in functions)
        if not inside and not (isinstance(owner, ast.Module) and not functions):
            continue
        for statement in owner.body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                continue
            for node in _changeable(statement):
                if id(node) not in seen:
                    seen.add(id(node))
                    found.append((node, statement))
    return found


def mutated(source: str, functions: Sequence[str], at: int) -> tuple[ast.Module, str]:
    """The tree with its ``at``-th place changed, and what was changed."""
    tree = ast.parse(source)
    node, statement = places(tree, functions)[at]
    before = ast.unparse(statement)
    if isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    else:
        node.__class__ = SWAPS[type(node)]  # type: ignore[assignment]
    lines = [(a, b) for a, b in zip(before.splitlines(), ast.unparse(statement).splitlines(), strict=False) if a != b]
    a, b = lines[0] if lines else (before, "the same text")
    return ast.fix_missing_locations(tree), f"line {getattr(statement, 'lineno', 0)}: {a.strip()}  ->  {b.strip()}"


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
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.alarm(seconds)
        if tree is not None:
            path = ROOT.joinpath(*target.module.split(".")).with_suffix(".py")
            sys.meta_path.insert(0, _InPlace(target.module, path, tree))
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow", f"--rootdir={ROOT}"]
        os._exit(int(pytest.main([*options, *(str(ROOT / test) for test in target.tests)])))
    return os.waitpid(child, 0)[1] != 0


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all of them otherwise")
    words.add_argument("--most", type=int, default=60, help="mutants of a target, drawn by the seed")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--seconds", type=int, default=300, help="after which a mutant that hangs is noticed")
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
