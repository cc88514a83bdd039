"""Calendar, discounting, shown amounts and safe files, value by value: what mutants of those files must not survive."""

from __future__ import annotations

import errno
import math
import os
import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small import case_of, change, free_tables, lives, parameter, programme

from planner import files, measures
from planner.errors import StorageError
from planner.inputs.case import Case
from planner.inputs.periods import Periods

QUARTERS = Periods(2026, 6, 3)
HALVES = Periods(2026, 3, 6)
YEARS = Periods(2026, 2, 12)

# calendar


def test_periods_have_a_length_a_year_and_a_label() -> None:
    assert [*QUARTERS] == [0, 1, 2, 3, 4, 5]
    assert (QUARTERS.last, QUARTERS.years, QUARTERS.hours) == (5, 0.25, 2190.0)
    assert YEARS.hours == 8760.0
    assert QUARTERS.labels() == ["2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1", "2027Q2"]
    assert HALVES.labels() == ["2026H1", "2026H2", "2027H1"]
    assert YEARS.labels() == ["2026", "2027"]
    assert [QUARTERS.year(t) for t in (3, 4, 7, 8)] == [2026, 2027, 2027, 2028]


def test_the_fiscal_year_opens_in_october() -> None:
    assert [QUARTERS.fiscal_year(t) for t in QUARTERS] == [2026, 2026, 2026, 2027, 2027, 2027]
    assert [QUARTERS.fiscal_month(t) for t in QUARTERS] == [3, 6, 9, 0, 3, 6]
    assert [(HALVES.fiscal_year(t), HALVES.fiscal_month(t)) for t in (0, 1)] == [(2026, 3), (2026, 9)]


def test_a_year_has_its_periods_and_its_last() -> None:
    assert (QUARTERS.of_year(2026), QUARTERS.of_year(2027), QUARTERS.of_year(2028)) == ([0, 1, 2, 3], [4, 5], [])
    assert [QUARTERS.end_of_year(y) for y in (2025, 2026, 2027, 2028)] == [None, 3, 5, None]


@pytest.mark.parametrize(
    ("lead", "ready", "after"), [(0, 4, 4), (1, 4, 5), (3, 4, 5), (3.1, 5, 6), (24.000000001, 11, 12)]
)
def test_a_lead_is_whole_periods_rounded_up(lead: float, ready: int, after: int) -> None:
    assert (QUARTERS.ready(4, lead), QUARTERS.after(4, lead)) == (ready, after)
    assert QUARTERS.last_start(ready, lead) == 4


@pytest.mark.parametrize(
    ("lead", "shares", "paid"),
    [
        (0, (1.0,), {2: 1.0}),
        (3, (1.0,), {2: 1.0}),
        (6, (0.25, 0.75), {2: 0.25, 3: 0.75}),
        (4.5, (1.0,), {2: 2 / 3, 3: 1 / 3}),
        (9, (0.4, 0.6), {2: 0.4 * 2 / 3, 3: 0.4 / 3 + 0.2, 4: 0.4}),
        (6, (0.0, 1.0), {3: 1.0}),
    ],
)
def test_a_cost_is_paid_along_its_lead(lead: float, shares: tuple[float, ...], paid: dict[int, float]) -> None:
    assert QUARTERS.payments(2, lead, shares) == pytest.approx(paid, abs=1e-12)


# discounting


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Half years from 2027 on, in dollars of 2026; prices of all rise by 10 % in 2027 and no more, real rate 21 %."""
    tables = free_tables()
    change(tables, "discount_rates", {"rate_id": "real7"}, real_rate=0.21)
    change(tables, "discount_rates", {"rate_id": "real1.5"}, real_rate=0.015)
    for row in tables["price_indices"]:
        row["index_value"] = (100 if row["year"] <= 2026 else 110) * (2 if row["index_id"] == "wages" else 1)
    lives(tables, 120.0)
    parameter(tables, tail_years=2)
    horizon = {"first_year": 2027, "periods": 4, "months_per_period": 6}
    return case_of(tmp_path_factory.mktemp("discounting"), tables, programme(horizon=horizon))


def test_a_dollar_is_discounted_from_the_middle_of_its_period(case: Case) -> None:
    assert [case.present_factor(t) for t in (0, 1, 3)] == pytest.approx([1.21**-1.25, 1.21**-1.75, 1.21**-2.75])
    assert case.present_factor(0, "real1.5") == pytest.approx(1.015**-1.25)
    assert [case.present_factor_after(n) for n in (1, 2.5)] == pytest.approx([1.21**-3.5, 1.21**-5.0])
    assert case.present_factor_end == pytest.approx(1.21**-5.0)
    assert (case.real_rate, case.deflator(0)) == (0.21, pytest.approx(1 / 1.1))


def test_what_is_left_falls_in_a_straight_line(case: Case) -> None:
    halls, land = [case.left_at_end("1.1.4", t) for t in (3, 1)], case.left_at_end("1.1.2", 0)
    assert halls == pytest.approx([1 - 24 / 120, 1 - 36 / 120])
    assert land == 1.0


# amounts as they are shown


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (1234.5, 0, "1,235"),
        (-2.5, 0, "-3"),
        (0.125, 2, "0.13"),
        (-0.04, 1, "0.0"),
        (2, 1, "2.0"),
        (None, 0, "–"),
        (math.nan, 0, "–"),
        (True, 0, "–"),
        ("3", 0, "–"),
    ],
)
def test_counts(value: Any, digits: int, shown: str) -> None:
    assert measures.count(value, digits) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1e9, "$1.00B"),
        (999_950_000.0, "$1.00B"),
        (999_949_999.0, "$999.9M"),
        (-31.19e9, "-$31.19B"),
        (-84e6, "-$84.0M"),
        (0, "$0.0M"),
        (-10_000, "$0.0M"),
        (None, "–"),
    ],
)
def test_dollars(value: Any, shown: str) -> None:
    assert measures.usd(value) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (5e9, "USD", "$5.00B"),
        (0.7, "fraction", "70.0 %"),
        (0.1, "share", "10.0 %"),
        (0.0999, "share of chips", "9.99 %"),
        (-0.004, "Share", "-0.40 %"),
        (100, "MW", "100 MW"),
        (100.4, "MW", "100 MW"),
        (99.96, "MW", "100.0 MW"),
        (12, "MW", "12 MW"),
        (10.04, "", "10.0"),
        (9.876, "PFLOP/s", "9.88 PFLOP/s"),
        (-15.66, "PFLOP/s", "-15.7 PFLOP/s"),
        (None, "MW", "–"),
    ],
)
def test_amounts(value: Any, unit: str, shown: str) -> None:
    assert measures.amount(value, unit) == shown


def test_other_words() -> None:
    assert measures.named("mission_value") == ("Mission value", "USD present")
    assert measures.named("compute_usd_per_pflops") == ("Compute at the end", "PFLOP/s")
    assert measures.named("missed_of goal") == ("missed of goal", "")
    assert (measures.megawatts(5000.4, "facility"), measures.megawatts(7), measures.megawatts(None, "IT")) == (
        "5,000 MW facility",
        "7 MW",
        "–",
    )
    assert (measures.percent(None), measures.date("2026-11-03T10:00")) == ("–", "3 November 2026")
    grid = {"contracted": 3890.0, "unused": 3496.0, "known_tariff": 1200.0}
    said = measures.idle_power({"grid_at_end_mw": grid})
    assert "at the end: 3,890 MW, of which 3,496 MW serve no load" in said
    assert "terms of 1,200 MW; those" in said
    assert measures.idle_power({}) == ""


@pytest.mark.parametrize(
    ("usd", "share", "shown"),
    [
        (84.04e6, 0.0041, "$84M present, 0.41 % of present cost"),
        (1e7, 1, "$10M present, 100.00 % of present cost"),
        (9.96e6, 0.0, "$10.0M present, 0.00 % of present cost"),
        (None, 0.1, ""),
        (1e6, None, ""),
    ],
)
def test_gaps(usd: Any, share: Any, shown: str) -> None:
    assert measures.gap_text({"objective": {"gap_usd": usd, "gap": share}}) == shown
    assert measures.gap_text({}) == ""


# files


def test_a_refusal_is_a_plain_sentence() -> None:
    with pytest.raises(StorageError, match=r"^cannot write x: the disk is full \(a\.csv\)$"), files.plainly("write x"):
        raise OSError(errno.ENOSPC, "No space", "a.csv")
    with pytest.raises(StorageError, match="^cannot go: odd$"), files.plainly("go"):
        raise OSError(9999, "odd")
    with pytest.raises(StorageError, match="^cannot go: only words$"), files.plainly("go"):
        raise OSError("only words")


def test_a_signal_waits_for_the_end_and_handlers_come_back() -> None:
    came: list[int] = []
    before = {n: signal.signal(n, lambda n, _: came.append(n)) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    mine = {n: signal.getsignal(n) for n in before}
    try:
        for number in before:
            with files.undisturbed():
                os.kill(os.getpid(), number)
                assert came == []
            assert came == [number]
            assert {n: signal.getsignal(n) for n in before} == mine
            came.clear()
        with files.undisturbed():
            pass
        assert came == []
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_another_thread_is_not_disturbed() -> None:
    done: list[bool] = []

    def work() -> None:
        with files.undisturbed():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EIO])
def test_a_folder_may_not_sync_and_a_file_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    (tmp_path / "file").write_text("x")
    closed: list[int] = []
    close = os.close

    def refuse(handle: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(files.os, "fsync", refuse)
    monkeypatch.setattr(files.os, "close", lambda handle: (closed.append(handle), close(handle)))
    if number == errno.EIO:
        with pytest.raises(OSError, match="no"):
            files.sync_file(tmp_path)
    else:
        files.sync_file(tmp_path)
    with pytest.raises(OSError, match="no"):
        files.sync_file(tmp_path / "file")
    assert len(closed) == 2


def test_every_file_and_folder_of_a_tree_is_synced_folders_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "x").touch()
    (tmp_path / "y").touch()
    synced: list[Path] = []
    monkeypatch.setattr(files, "sync_file", synced.append)
    files.sync_tree(tmp_path)
    assert synced == [inner / "x", inner, tmp_path / "a", tmp_path / "y", tmp_path]


def test_replacing_syncs_the_draft_then_renames_then_syncs_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "new" / "deep" / "file.txt", list[Any]()
    monkeypatch.setattr(files, "sync_file", lambda p: steps.append((p, path.exists())))
    with files.replacing(path) as draft:
        draft.write_text("whole")
        assert (draft.parent, draft.name[0], draft.name.endswith("-file.txt")) == (path.parent, ".", True)
    assert steps == [(draft, False), (path.parent, True)]
    assert path.read_text() == "whole"
    with files.replacing(path) as draft:
        draft.write_text("again")
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]
    with pytest.raises(StorageError, match="cannot write"), files.replacing(path) as draft:
        draft.write_text("half")
        raise OSError(errno.ENOSPC, "full")
    assert ([p.name for p in path.parent.iterdir()], path.read_text()) == (["file.txt"], "again")


def test_json_knows_no_numpy_and_no_nan(tmp_path: Path) -> None:
    value = {1: np.float64(0.1), "b": (np.int64(2), math.nan, math.inf, None), "c": {3.5}, "d": Path("x"), "e": True}
    assert files.plain(value) == {"1": 0.1, "b": [2, None, None, None], "c": [3.5], "d": "x", "e": True}
    assert type(files.plain(np.float64(1))) is float
    assert (files.plain("text"), files.plain(7)) == ("text", 7)
    assert files.json_text({"ä": [1]}) == '{\n "ä": [\n  1\n ]\n}\n'
    (tmp_path / "x").write_bytes(b"abc")
    assert files.sha256(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


TABLES: dict[str, tuple[pd.Series[Any], str, list[str]]] = {
    "flags": (pd.Series([True, False]), "flag", ["true", "false"]),
    "integers": (pd.Series([1, -2]), "integer", ["1", "-2"]),
    "numbers": (pd.Series([0.1, 1e300]), "number", ["0.1", "1e+300"]),
    "gaps": (pd.Series([0.5, math.nan]), "number?", ["0.5", ""]),
    "no number": (pd.Series([math.nan, math.nan]), "number?", ["", ""]),
    "mixed": (pd.Series([1, 2.5], dtype=object), "number", ["1.0", "2.5"]),
    "whole or none": (pd.Series([3, None], dtype=object), "integer?", ["3", ""]),
    "yes or none": (pd.Series([True, None], dtype=object), "flag?", ["true", ""]),
    "texts": (pd.Series(["a,b", ""], dtype=object), "text", ["a,b", ""]),
    "text or none": (pd.Series(["ü\n", None], dtype=object), "text?", ["ü\n", ""]),
    "nothing": (pd.Series([None, None], dtype=object), "text?", ["", ""]),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_comes_back_with_its_kinds(tmp_path: Path, name: str) -> None:
    column, kind, cells = TABLES[name]
    frame = pd.DataFrame({"key": ["x", "y"], "value": column})
    kinds = files.write_table(tmp_path / "t.csv", frame)
    assert kinds["value"] == [str(column.dtype), kind]
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        assert [row[1] for row in files.csv.reader(stream)] == ["value", *cells]
    back = files.read_table(tmp_path / "t.csv", kinds)
    pd.testing.assert_frame_equal(back, frame)
    assert back["value"].isna().tolist() == column.isna().tolist()


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"a": pd.Series([], dtype=float), "b": pd.Series([], dtype=object), "c": pd.Series([], dtype=int)}
    )
    kinds = files.write_table(tmp_path / "t.csv", frame)
    assert [kind for _, kind in kinds.values()] == ["number", "text", "text"]
    pd.testing.assert_frame_equal(files.read_table(tmp_path / "t.csv", kinds), frame)
