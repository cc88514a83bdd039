"""The house rules: imports run down only, rooms never see each other, one file knows the solver, files stay short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "planner"
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "_shipped" not in p.parts)

#: from the top down; a layer may import itself and what lies below. Layers on one line never see each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("answers",),
    ("comparison",),
    ("terminal", "show", "options", "reports"),
    ("workbook", "page"),
    ("analyses",),
    ("run", "store"),
    ("registry",),
    ("files",),
    ("search", "results"),
    ("formulation", "verify"),
    ("solve",),
    ("plan",),
    ("inputs",),
    ("collection", "units", "errors", "measures", "wbs", "__init__"),
)
DEPTH = {name: depth for depth, names in enumerate(LAYERS) for name in names}
#: the command line's own files, which share the work of one command
TOGETHER = {"terminal", "show", "options", "reports"}
#: what a room of the formulation may import, and the closers, which add up what rooms post and may see each other
COMBINATIONS = {"combinations", "soft_combinations", "use_combinations"}
MEETING_PLACES = {"__init__", "accounts", "construction_costs", "dates", "families", "power_costs"} | COMBINATIONS
CLOSERS = {"balances", "budget", "commitments", "objective"}


def _layer(parts: tuple[str, ...]) -> str:
    """``planner.inputs.case`` belongs to ``inputs``."""
    return parts[1] if len(parts) > 1 else "__init__"


def _module(path: Path) -> tuple[str, ...]:
    return ("planner", *path.relative_to(PACKAGE).with_suffix("").parts)


def _is_module(parts: tuple[str, ...]) -> bool:
    path = PACKAGE.joinpath(*parts[1:])
    return path.is_dir() or path.with_suffix(".py").is_file()


def _imports(path: Path) -> Iterator[tuple[str, ...]]:
    """Every module a file imports, at any depth of the file, as its parts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            here = _module(path)
            base = here[: len(here) - node.level] if node.level else ()
            parts = (*base, *(node.module or "").split(".")) if node.module else base
            for alias in node.names:
                deeper = (*parts, alias.name)
                yield deeper if parts[0] == "planner" and _is_module(deeper) else parts


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_imports_run_down(path: Path) -> None:
    here = _layer(_module(path))
    assert here in DEPTH, f"planner/{here} has no place in LAYERS"
    for parts in _imports(path):
        if parts[0] != "planner":
            continue
        there = _layer(parts)
        if there == here or there == "__init__":
            continue
        if DEPTH[there] == DEPTH[here]:
            assert here in TOGETHER, f"{_name(path)} imports its neighbour {'.'.join(parts)}"
        else:
            assert DEPTH[there] > DEPTH[here], f"{_name(path)} imports {'.'.join(parts)}, which lies above it"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_one_file_knows_the_solver(path: Path) -> None:
    roots = {parts[0] for parts in _imports(path)}
    if _module(path)[1] != "solve":
        assert "highspy" not in roots


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_pyomo_stays_where_the_algebra_is(path: Path) -> None:
    roots = {parts[0] for parts in _imports(path)}
    if _layer(_module(path)) not in ("formulation", "solve", "run", "analyses"):
        assert "pyomo" not in roots


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_rooms_never_import_each_other(path: Path) -> None:
    module = _module(path)
    if module[1] != "formulation" or module[-1] == "__init__":
        return
    for parts in _imports(path):
        if parts[:2] == ("planner", "formulation") and len(parts) > 2:
            allowed = MEETING_PLACES | (CLOSERS if module[2] in CLOSERS else set())
            assert parts[2] in allowed, f"{_name(path)} imports the room {parts[2]}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_the_checker_is_a_stranger(path: Path) -> None:
    if _layer(_module(path)) == "verify":
        for parts in _imports(path):
            assert parts[0] not in ("pyomo", "highspy")
            assert parts[:2] not in (("planner", "formulation"), ("planner", "solve"), ("planner", "run"))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_files_stay_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if path.name not in ("schema.py", "case.py"):  # declarations, read one entry at a time
        assert lines <= 300, f"{_name(path)} has {lines} lines: past 300 it is two files"
