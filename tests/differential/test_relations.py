"""What a change of a programme must do to its optimum: forty-seven relations, each on small programmes at a gap
of 0.

An example of a relation is named by its seed; programmes without a plan, and those with nothing to change, are passed
over. ``many.py`` runs the numbers that are too many for here and prints their figures.
"""

from __future__ import annotations

import copy
import functools
import random
import tempfile
from pathlib import Path

import pytest
from differential.programmes import any_programme
from differential.relations import HELPS, HURTS, NOTHING, RELATIONS, TWICE
from differential.test_differential import SAME, best_of, solved
from small import case_of

from planner.plan import Plan
from planner.run import Result


@functools.lru_cache(maxsize=64)
def plain(seed: int) -> Result:
    """The programme of the seed, unchanged and solved."""
    with tempfile.TemporaryDirectory() as folder:
        return solved(case_of(Path(folder), *any_programme(seed)))


def holds(folder: Path, name: str, seed: int) -> str:
    """The first programme of this seed and those a thousand apart that the relation is about."""
    relation = RELATIONS[name]
    n = seed
    while True:
        before = plain(n)
        if before.plan is not None:
            changed = relation.change(*copy.deepcopy(any_programme(n)), random.Random(n), Plan(before.plan.tables))
            if changed is not None:
                return related(relation.effect, before, solved(case_of(folder / str(n), *changed)))
        n += 1000


def related(effect: str, before: Result, after: Result) -> str:
    (had, size), (has, other) = best_of(before), best_of(after)
    room = SAME * max(size, other)
    assert had is not None
    if effect == HURTS:
        assert has is None or has <= had + room
        return "a plan" if has is not None else "no plan"
    assert has is not None
    if effect == HELPS:
        assert has >= had - room
    else:
        assert has == pytest.approx({NOTHING: had, TWICE: 2 * had}[effect], abs=room)
    return "a plan"


@pytest.mark.parametrize("name", RELATIONS)
def test_the_optimum_moves_as_it_must(tmp_path: Path, name: str) -> None:
    holds(tmp_path, name, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 200))
def test_the_optimum_of_many_moves_as_it_must(tmp_path: Path, seed: int) -> None:
    for n, name in enumerate(RELATIONS):
        holds(tmp_path / str(n), name, seed)
