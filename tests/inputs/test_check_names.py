"""Ids that would be taken for something else: words of plans, ids of another table, characters that join ids."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import Place, change, places
from small import LEAST_COST, case_of, programme
from test_soft_edges import gated
from tiny import tiny_tables, write_tiny

from planner.formulation import build
from planner.formulation.accounts import ACCOUNTS
from planner.formulation.combinations import each_site, one_pool
from planner.formulation.soft_combinations import NO_SERVICE
from planner.inputs import read
from planner.inputs.case import PROGRAMME, Case
from planner.inputs.check import WITHIN
from planner.inputs.check_names import APART, CRITERIA, JOINING, NAMED, RESERVED
from planner.inputs.schema import BY_NAME
from planner.verify.soft_facts import EVERY_GATE

TABLES = {**gated(), "ppas": []}


def renamed(folder: Path, table: str, new: str) -> list[Place]:
    """Faults of the first id of a table, where every table calls it by another name."""
    column = BY_NAME[table].keys[0]
    old = str(TABLES[table][0][column])
    data = write_tiny(folder, TABLES).parent / "data"
    for other in BY_NAME.values():
        for position, c in enumerate(other.columns):
            if c.name == column or c.reference == f"{table}.{column}" or (table, c.name) in WITHIN:
                change(data, other.name, lambda lines, at=position: _replace(lines, at, old, new))  # type: ignore[misc]
    return places(read.check_folder(data))


def _replace(lines: list[list[str]], at: int, old: str, new: str) -> None:
    for row in lines[1:]:
        row[at] = new if row[at] == old else row[at]


@pytest.mark.parametrize("table", NAMED)
def test_a_name_of_its_own_is_fine(tmp_path: Path, table: str) -> None:
    assert renamed(tmp_path, table, "NEW-1") == []


@pytest.mark.parametrize("table", NAMED)
def test_a_reserved_word_is_refused_everywhere(tmp_path: Path, table: str) -> None:
    assert renamed(tmp_path, table, "running") == [(f"{table}.csv", 2, BY_NAME[table].keys[0])]


@pytest.mark.parametrize("word", ["*", *sorted(RESERVED), *(f"A{c}B" for c in JOINING + CRITERIA)])
@pytest.mark.parametrize("table", ["levels", "cooling"])
def test_an_id_with_another_meaning_is_refused(tmp_path: Path, table: str, word: str) -> None:
    assert renamed(tmp_path, table, word) == [(f"{table}.csv", 2, BY_NAME[table].keys[0])]


@pytest.mark.parametrize(("table", "other"), APART)
def test_two_tables_whose_ids_meet_share_none(tmp_path: Path, table: str, other: str) -> None:
    taken = str(TABLES[table][0][BY_NAME[table].keys[0]])
    assert renamed(tmp_path, other, taken) == [(f"{other}.csv", 2, BY_NAME[other].keys[0])]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return case_of(tmp_path_factory.mktemp("gated"), gated(), programme(LEAST_COST))


def test_every_label_is_an_id_or_a_reserved_word(case: Case) -> None:
    """A room that posts under a new word of its own must reserve it."""
    ids = {str(name) for table in NAMED for name in case.tables[table][BY_NAME[table].keys[0]]}
    labels = set[str]()
    for places_of in (each_site(case), one_pool(case)):
        accounts = build(case, places_of).accounts
        labels |= {q.label for name in ACCOUNTS for key in accounts.keys(name) for q in accounts.posts(name, key)}
    words = labels - ids - {""}
    assert words <= RESERVED
    assert len(words) > 5
    assert {PROGRAMME, NO_SERVICE, EVERY_GATE, *one_pool(case)} <= RESERVED


def _second(folder: Path, column: str, word: str) -> list[Place]:
    """Faults of two sites of which the first has the word EAST and the second another one."""
    sites = [dict(row) for row in tiny_tables()["sites"]]
    sites[0][column], sites[1][column] = "EAST", word
    data = write_tiny(folder, {"sites": sites}).parent / "data"
    return places(f for f in read.check_folder(data) if f.file == "sites.csv" and f.column == column)


@pytest.mark.parametrize("column", ["site_id", "grid_region"])
@pytest.mark.parametrize("word", ["East", "EA\u200bST", "EA\u00a0ST", "\uff25AST", "E\u00adAST"])
def test_words_that_look_the_same_are_the_same_or_refused(tmp_path: Path, column: str, word: str) -> None:
    assert _second(tmp_path, column, word) == [("sites.csv", 3, column)]


@pytest.mark.parametrize("word", ["WEST", "EAST-2", "E\u00c4ST"])
def test_words_that_look_different_are_different(tmp_path: Path, word: str) -> None:
    assert _second(tmp_path, "grid_region", word) == []
