"""What the page stands on, without a browser: levers, the queue, the list of runs, the grid, the gate."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from compare_cases import small_model
from stored_runs import finished
from tiny import write_tiny

from planner import store
from planner.app import levers, points
from planner.app.desk import Desk, command_line, repeats
from planner.app.jobs import DONE, FAILED, KILLED, RUNNING, STOPPED, WAITING, Job, Queue, State, error_text
from planner.app.pictures import figures, section, style
from planner.app.server import Gate
from planner.app.shelf import Shelf
from planner.cli import run_command
from planner.errors import InputError, RunNotFound, StorageError, UsageError
from planner.inputs import read
from planner.inputs.case import Case

SLEEPS = "import time; time.sleep(60)"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def case(model: Path) -> Case:
    return read.load(model)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    made = Queue(Shelf(tmp_path), 1)
    yield made
    for child in made.children:  # solves outlive the program, but not the test
        child.kill()
        child.wait()


def saved(reports: Path, case: Case, name: str = "base", **document: Any) -> store.RunFolder:
    made = finished(case)
    made.document.update({"model": case.name, "inputs_sha256": case.sha256, "changes": [], **document})
    return store.save(reports, name, made, lambda folder, document: None)


def pretend(queue: Queue, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """The process of a question runs this program instead."""
    monkeypatch.setattr(queue, "command", lambda job: [sys.executable, "-c", program])


def state(queue: Queue, job: Job) -> State:
    return next(state for other, state in queue.jobs() if other.id == job.id)


def until(queue: Queue, job: Job, kind: str) -> State:
    for _ in range(200):
        if (found := state(queue, job)).kind == kind:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{found} is not {kind}")


# levers


def test_ten_levers_have_names_bounds_and_sources() -> None:
    found = levers.of_case(read.load(), None)
    assert len({lever.name for lever in found} - {"forced", "on"}) == 10
    for lever in found:
        assert lever.title
        assert lever.source
        assert lever.choices or lever.bounds
    chips = next(lever for lever in found if lever.name == "chips")
    assert chips.low is not None
    assert chips.high is not None
    assert chips.low < -20 < 20 < chips.high


def test_levers_make_the_edits_of_the_command_line() -> None:
    case = read.load()
    found = levers.of_case(case, None)
    words, faults = levers.question(found, {"budget": "55B", "chips": "-10", "grid": "6", "off": ["power-secured"]})
    assert faults == {}
    assert words == [
        "programme.budget_usd=55000000000",
        "claims.budget.level=55000000000",
        "chip_supply.*.rack_price_usd=-10%",
        "grid_tranches.*.lead_months+=6",
        "claims.power-secured.binding=reported",
    ]
    other, wrong = levers.checked(None, found, words)
    assert wrong == {}
    assert other is not None
    assert other.sha256 == read.load(None, words).sha256 != case.sha256


def test_what_is_wrong_is_said_at_its_lever() -> None:
    found = levers.of_case(read.load(), None)
    words, faults = levers.question(found, {"budget": "70B", "chips": "many", "forced": ["TX-ABI"], "split": "65"})
    assert "outside the bounds, $40.00B to $60.00B" in faults["budget"]
    assert "is no number" in faults["chips"]
    assert "name all 4" in faults["forced"]
    assert words == ["programme.infrastructure_share=0.65", "claims.split.level=0.65"]
    _, faults_found = levers.checked(None, found, ["sites.XX=drop", "foo=1"])
    assert set(faults_found) == {"barred", ""}


# the queue


def test_a_question_is_solved_in_a_process_of_its_own(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    pretend(queue, monkeypatch, SLEEPS)
    first, second = queue.ask("One", "m", ["a=1"]), queue.ask("Two", "m", [])
    assert [s.kind for _, s in queue.jobs()] == [WAITING, WAITING]
    queue.tick()
    assert until(queue, first, RUNNING).kind == RUNNING
    assert state(queue, second).kind == WAITING
    again = Queue(Shelf(queue.shelf.reports), 1)  # the program is started once more, or a second one stands beside it
    again.tick()
    assert [s.kind for _, s in again.jobs()] == [WAITING, RUNNING]
    pid = queue.find(first.id).pid
    assert pid is not None
    os.killpg(pid, signal.SIGKILL)
    assert until(again, first, FAILED).says == KILLED
    again.go_on(first.id)
    assert state(again, first).kind == WAITING
    saved(queue.shelf.reports, case, again.find(first.id).name)
    done = until(again, first, DONE)
    assert done.run.startswith("one-")


def test_what_is_stopped_keeps_its_plan(queue: Queue, monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    ends = "import signal, time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: pass"
    pretend(queue, monkeypatch, ends)
    job, waits = queue.ask("One", "m", []), queue.ask("Two", "m", [])
    queue.stop(waits.id)
    assert state(queue, waits).kind == STOPPED
    queue.tick()
    time.sleep(0.5)
    with pytest.raises(UsageError, match="at work"):
        queue.forget(job.id)
    queue.stop(job.id)
    until(queue, job, STOPPED)
    saved(queue.shelf.reports, case, queue.find(job.id).name, interrupted="SIGINT")
    assert state(queue, job).run
    queue.forget(job.id)
    assert [j.id for j, _ in queue.jobs()] == [waits.id]


def test_progress_and_reasons_are_those_of_the_command(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    says = "import sys, time; print('5 s of at most 100 | choosing sites | gap 4 %', file=sys.stderr, flush=True); "
    pretend(queue, monkeypatch, says + "time.sleep(0.8); print('planner: the disk is full', file=sys.stderr)")
    job = queue.ask("One", "m", [])
    queue.tick()
    time.sleep(0.4)
    at = state(queue, job)
    assert (at.kind, at.says) == (RUNNING, "choosing sites | gap 4 %")
    assert at.about == 100
    assert until(queue, job, FAILED).says == "the disk is full"


def test_a_question_that_cannot_be_written_is_not_asked(queue: Queue) -> None:
    queue.shelf.reports.joinpath(".queue").write_text("a file")
    with pytest.raises(StorageError) as error:
        queue.ask("One", "m", [])
    assert "Nothing that was stored is lost" in error_text(error.value)
    assert "Traceback" not in error_text(ValueError("x"))


def test_a_damaged_question_stops_no_other(queue: Queue) -> None:
    queue.ask("One", "m", [])
    (queue.folder / "q-0.json").write_text("{", encoding="utf-8")
    assert [job.title for job, _ in queue.jobs()] == ["One"]


def test_the_process_is_the_command_line(queue: Queue) -> None:
    job = queue.ask("One", "federal-ai", ["a=1", "gas-ban"], seconds=60.0)
    words = queue.command(job)[1:]
    assert words[:4] == ["-m", "planner", "optimize", "federal-ai"]
    assert words[4:8] == ["--set", "a=1", "--set", "gas-ban"]
    assert words[words.index("--time-limit") + 1] == "60"
    queue.scheduler = "tcp://127.0.0.1:8786"
    assert queue.command(job)[1:4] == ["-m", "planner.app.cluster", "tcp://127.0.0.1:8786"]


# the list of runs


def test_the_list_follows_the_store(tmp_path: Path, case: Case) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.rows() == []
    run = saved(tmp_path, replace(case, changes=("a=1",)), headline="It buys halls.")
    (row,) = shelf.rows()
    assert (row.run, row.headline, row.asks, row.has_plan) == (run.run, "It buys halls.", "a=1", True)
    assert row.holds("halls PROVEN")
    assert not row.holds("nothing of this")
    assert repeats(row) == f"planner rerun {row.run}"
    run.path.with_name(f"{run.run}.answers").mkdir()
    shelf.throw(run.run)
    assert shelf.rows() == []
    assert shelf.binned() == [run.run]
    with pytest.raises(RunNotFound, match="bin"):
        shelf.row(run.run)
    shelf.put_back(run.run)
    assert shelf.row(run.run) == row
    assert run.path.with_name(f"{run.run}.answers").is_dir()


def test_a_damaged_run_is_listed_as_such(tmp_path: Path, case: Case) -> None:
    run = saved(tmp_path, case)
    (run.path / "run.json").write_text("{", encoding="utf-8")
    (row,) = Shelf(tmp_path).rows()
    assert (row.verdict, row.has_plan) == ("damaged", False)


def test_a_workbook_is_kept_only_where_it_is_one(tmp_path: Path, model: Path) -> None:
    shelf = Shelf(tmp_path)
    desk = Desk(shelf, Queue(shelf, 1), str(model))
    for name, data in (
        ("notes.txt", b"x"),
        ("book.xlsx", b"no zip"),
        ("../../up.xlsx", b"no zip"),
        ("large.xlsx", bytes(9 << 20)),
    ):
        with pytest.raises((UsageError, InputError)):
            desk.take_in(name, data)
    assert desk.models()[0] == str(model)
    assert not list((tmp_path / ".uploads").glob("*.xlsx"))


# parts of pages, the grid


def test_charts_of_two_runs_have_ids_of_their_own(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(
        '<section id="a"><p>x</p></section><figure id="map"><svg aria-labelledby="map-title map-desc">'
        '<title id="map-title">t</title><use href="#map-c"/><g fill="url(#map-h)"/></svg></figure>'
    )
    assert section(page, "a") == "<p>x</p>"
    made = figures(page, ("map", "none"), "run1")
    assert 'id="run1-map"' in made
    assert 'aria-labelledby="run1-map-title run1-map-desc"' in made
    assert '"#run1-map-c"' in made
    assert "url(#run1-map-h)" in made
    assert "@scope (.report)" in style()


def test_a_grid_has_45_points_and_invents_none(tmp_path: Path, model: Path, case: Case) -> None:
    grid = points.grid()
    assert len(grid) == len(set(grid)) == 45
    assert grid[0].words(model, "mid") == []
    assert all(points.named(point.name) == point for point in grid)
    assert points.of_file(tmp_path / "none.json", "model") == {}
    path = tmp_path / "points.json"
    run = saved(tmp_path, case, headline="x")
    points.write(path, "model", {grid[0].name: points.record(store.load(run.path))})
    found = points.of_file(path, "model")
    assert list(found) == [grid[0].name]
    assert found[grid[0].name].inputs_sha256 == case.sha256
    assert points.of_file(path, "another") == {}
    row = points.of_store(Shelf(tmp_path).rows(), "model", [])
    assert row is not None
    assert points.of_store(Shelf(tmp_path).rows(), "model", ["a=1"]) is None
    assert points.solved(tmp_path / row.run).run == run.run
    path.write_text("{}")
    with pytest.raises(StorageError, match="holds no grid"):
        points.of_file(path, "model")


def test_the_file_that_ships_is_a_grid() -> None:
    path = points.file(Path("/nowhere"))
    assert path.is_file()
    assert set(points.of_file(path, "federal-ai")) <= {point.name for point in points.grid()}


# the gate


def ask(
    gate: Gate, path: str = "/", host: str = "127.0.0.1:99", kind: str = "http", **headers: str
) -> list[dict[str, Any]]:
    """What comes back for one request."""
    sent: list[dict[str, Any]] = []
    where, _, query = path.partition("?")
    given = [(b"host", host.encode()), *((k.encode(), v.encode()) for k, v in headers.items())]
    scope = {"type": kind, "method": "GET", "path": where, "query_string": query.encode(), "headers": given}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(gate({**scope, "scheme": "http", "server": ("127.0.0.1", 99)}, receive, send))
    return sent


async def inner(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


def test_only_who_has_the_token_gets_in() -> None:
    gate = Gate(inner, "secret", 99)
    assert ask(gate)[0]["status"] == 403
    assert ask(gate, "/?token=wrong")[0]["status"] == 403
    (start, *_) = ask(gate, "/?token=secret")
    assert start["status"] == 303
    cookie = dict(start["headers"])[b"set-cookie"].decode()
    assert cookie.startswith("planner-99=secret; HttpOnly")
    assert "SameSite=strict" in cookie
    (seen,) = ask(gate, cookie="planner-99=secret")
    assert seen["status"] == 200
    assert b"default-src 'self'" in dict(seen["headers"])[b"content-security-policy"]
    assert ask(gate, host="example.org:99", cookie="planner-99=secret")[0]["status"] == 403
    assert ask(gate, cookie="planner-99=secret", origin="http://127.0.0.1:98")[0]["status"] == 403
    assert ask(gate, kind="websocket")[0] == {"type": "websocket.close", "code": 1008}


# the command


def test_the_command_checks_before_it_serves(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["app", "--json", "--reports", str(tmp_path)]
    assert run_command([*words, "--dry-run", str(model)]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 0
    wrong = write_tiny(tmp_path / "wrong", programme={"budget_usd": -1.0})
    assert run_command([*words, str(wrong)]) == 3


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "nicegui", None)
    assert run_command(["app", "--dry-run"]) == 2
    assert "pip install 'planner[app]'" in capsys.readouterr().err


def test_a_command_line_is_quoted() -> None:
    line = command_line("federal-ai", ["chip_supply.*.rack_price_usd=-10%"])
    assert line == "planner optimize federal-ai --set 'chip_supply.*.rack_price_usd=-10%'"
