"""Time by pencil."""

from __future__ import annotations

import numpy as np
import pytest

from planner.verify.time import NEVER, Clock, before, following

YEARLY = Clock(2026, 5, 12)
HALVES = Clock(2026, 4, 6)


def starts(clock: Clock, **at: float) -> np.ndarray:
    out = clock.zeros()
    for name, amount in at.items():
        out[int(name[1:])] = amount
    return out


@pytest.mark.parametrize(("months", "offset"), [(0, 0), (1, 0), (12, 0), (13, 1), (24, 1), (27, 2)])
def test_ready(months: float, offset: int) -> None:
    assert YEARLY.ready(1, months) == 1 + offset


def test_labels() -> None:
    assert YEARLY.labels() == ["2026", "2027", "2028", "2029", "2030"]
    assert HALVES.labels() == ["2026H1", "2026H2", "2027H1", "2027H2"]
    assert Clock(2026, 5, 3).labels() == ["2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1"]
    assert HALVES.closing(2026) == 1
    assert HALVES.closing(2028) is None


def test_standing() -> None:
    """Started in 1 with 18 months, ready at the end of 2; two years of life reach the end of 3."""
    assert YEARLY.standing(starts(YEARLY, t1=3.0), 18, 24).tolist() == [0, 0, 3, 3, 0]
    assert YEARLY.standing(starts(YEARLY, t1=3.0), 18).tolist() == [0, 0, 3, 3, 3]
    assert YEARLY.building(starts(YEARLY, t1=3.0), 18).tolist() == [0, 3, 3, 0, 0]
    assert before(starts(YEARLY, t1=3.0)).tolist() == [0, 0, 3, 0, 0]


def test_paid() -> None:
    """27 months in four slices of 6.75: year one holds 6.75 and 5.25 of 6.75 of the second slice, and so on."""
    paid = YEARLY.paid(starts(YEARLY, t0=100.0), 27, [0.15, 0.35, 0.35, 0.15])
    first = 15 + 35 * 5.25 / 6.75
    last = 15 * 3 / 6.75
    assert paid.tolist() == pytest.approx([first, 100 - first - last, last, 0, 0])


def test_paid_without_lead() -> None:
    assert HALVES.paid(starts(HALVES, t1=8.0), 0, [0.25, 0.75]).tolist() == [0, 8, 0, 0]


def test_months_are_added_and_rounded_once() -> None:
    """Nine months and nine more are over in June of the second year, not at the end of it and a year later."""
    first = YEARLY.done(0, 9)
    assert first == 9
    assert YEARLY.can_begin(first) == 0
    assert YEARLY.done(0, 9, first) == 18
    assert YEARLY.ready(0, 9, first) == 1
    assert HALVES.ready(1, 9, first) == 2
    # from the year after on it waits for nothing
    assert YEARLY.done(1, 9, first) == 21
    # a year that is full leaves nothing to begin in
    assert YEARLY.can_begin(12) == 1
    # what takes no time takes a month
    assert (YEARLY.done(0, 0), YEARLY.done(0, 0.5, 11)) == (1, 12)
    assert YEARLY.ready(0, 0, 11) == 0
    assert YEARLY.standing(starts(YEARLY, t0=2.0), 9, after=first).tolist() == [0, 2, 2, 2, 2]


def test_what_waits_for_ever_is_never_ready() -> None:
    forever = float("inf")
    assert YEARLY.can_begin(forever) == NEVER
    assert YEARLY.ready(0, 1, forever) == NEVER
    assert YEARLY.standing(starts(YEARLY, t0=2.0), 9, after=forever).tolist() == [0] * 5


def test_following() -> None:
    assert following(starts(YEARLY, t1=3.0)).tolist() == [3, 0, 0, 0, 0]
