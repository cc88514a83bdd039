"""Sweeps: one failure stops nothing, what is done stays done, a cluster may lose a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from compare_cases import small_model

from planner import store
from planner.analyses import sweep as sweeps
from planner.analyses.sweep import Answer, Job, Pool, jobs_of, local, sweep
from planner.analyses.sweep.cluster import Cluster
from planner.analyses.sweep.jobs import Keep, Outcome, answered
from planner.analyses.sweep.local import Event
from planner.analyses.sweep.work import keep, solve
from planner.cli import run_command
from planner.errors import InputError, UsageError
from planner.run import Options

ROOT = Path(__file__).parent.parent.parent
EXACT = Options(gap=0.0, seconds=600.0)
QUESTIONS = """[what_ifs.dear]
title = "Dear chips"
why = "To see."
changes = ["chip_supply.X/2026.rack_price_usd=+50%"]

[what_ifs.poor]
title = "Half the money"
why = "To see."
changes = ["programme.budget_usd=-50%"]

[what_ifs.impossible]
title = "A promise that nobody can keep"
why = "To see."
changes = ["claims.halls.binding=firm", "claims.halls.level=5000"]
"""


class Here:
    """Jobs solved one after the other in this process; some end otherwise."""

    workers = 1

    def __init__(self, otherwise: dict[str, Callable[[], Outcome]] | None = None) -> None:
        self.otherwise = otherwise or {}
        self.solved: list[str] = []

    def run(self, jobs: Sequence[Job], keep: Keep) -> Generator[Event]:
        for job in jobs:
            self.solved.append(job.name)
            yield job, keep(job, self.otherwise.get(job.name, lambda job=job: solve(job))())


def interrupt() -> Outcome:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "many.toml").write_text(QUESTIONS, encoding="utf-8")
    return small_model(folder)


@pytest.fixture(scope="module")
def jobs(model: Path) -> list[Job]:
    return jobs_of(str(model), [str(model.with_name("many.toml"))], (), EXACT)


def go(jobs: Sequence[Job], folder: Path, workers: Any) -> dict[str, Answer]:
    return dict(sweep(jobs, folder, folder / "sweep-x", workers))


def test_jobs_are_the_base_and_each_question(jobs: list[Job], model: Path) -> None:
    assert [job.name for job in jobs] == ["base", "dear", "poor", "impossible"]
    assert jobs[2].case.what_ifs == ("poor",)
    assert jobs[2].case.programme.budget_usd == jobs[0].case.programme.budget_usd / 2
    joined = jobs_of(None, ["drought+gas-ban"], ("programme.budget_usd=60e9", "claims.budget.level=60e9"), EXACT)
    assert joined[1].case.changes[0] == "programme.budget_usd=60e9"
    assert joined[1].case.programme.budget_usd == joined[0].case.programme.budget_usd == 60e9


def test_all_that_ship_are_asked_when_none_is_named() -> None:
    assert len(jobs_of(None, (), (), EXACT)) > 30


def test_what_cannot_be_asked_is_reported_at_once(model: Path) -> None:
    with pytest.raises(InputError) as caught:
        jobs_of(str(model), ["site-lost", "gas-ban", "carbon-price"], (), EXACT)
    assert {fault.file for fault in caught.value.faults} == {"--what-if site-lost", "--what-if gas-ban"}
    with pytest.raises(UsageError, match="twice"):
        jobs_of(None, ["drought", "drought"], (), EXACT)
    with pytest.raises(UsageError, match="--set"):
        jobs_of(None, ["sites.A.lat_deg=1"], (), EXACT)


def test_one_failure_does_not_stop_the_rest_and_is_tried_again(jobs: list[Job], tmp_path: Path) -> None:
    broken = Here({"dear": lambda: Outcome(error="out of memory")})
    first = go(jobs, tmp_path, broken)
    assert {name: bool(a.error) for name, a in first.items()} == {
        "base": False,
        "dear": True,
        "poor": False,
        "impossible": False,
    }
    assert first["impossible"].verdict == "infeasible"
    again = Here()
    second = go(jobs, tmp_path, again)
    assert again.solved == ["dear"]
    assert second["dear"].run
    assert [a.run for a in second.values() if a.resumed] == [first[n].run for n in ("base", "poor", "impossible")]
    assert len(store.runs(tmp_path)) == 4


def test_what_has_changed_is_solved_anew(jobs: list[Job], model: Path, tmp_path: Path) -> None:
    first = go(jobs[:2], tmp_path, Here())
    folder = tmp_path / "sweep-x"
    assert answered(folder, tmp_path, jobs[1])
    other = jobs_of(str(model), [str(model.with_name("many.toml"))], ("programme.budget_usd=+1%",), EXACT)
    assert answered(folder, tmp_path, other[1]) is None
    slower = jobs_of(str(model), [str(model.with_name("many.toml"))], (), Options(gap=0.5, seconds=600.0))
    assert answered(folder, tmp_path, slower[1]) is None
    (store.find(tmp_path, first["dear"].run) / "tables" / "detail.csv").unlink()
    assert answered(folder, tmp_path, jobs[1]) is None
    (folder / "done" / "base.json").write_text("{", encoding="utf-8")
    assert answered(folder, tmp_path, jobs[0]) is None


def test_what_changes_nothing_is_not_solved(model: Path, tmp_path: Path) -> None:
    same = tmp_path / "same.toml"
    same.write_text(QUESTIONS.partition("[what_ifs.poor]")[0].replace("+50%", "*1"), encoding="utf-8")
    found = jobs_of(str(model), [str(same)], (), EXACT)
    never = Here({"base": lambda: Outcome(error="not asked here")})
    answers = go(found, tmp_path, never)
    assert never.solved == ["base"]
    assert answers["dear"].error == sweeps.NO_EFFECT


def test_what_ifs_start_from_the_gates_of_their_base(jobs: list[Job], tmp_path: Path) -> None:
    class Seen(Here):
        starts: ClassVar[dict[str, dict[str, float]]] = {}

        def run(self, jobs: Sequence[Job], keep: Keep) -> Generator[Event]:
            self.starts |= {job.name: dict(job.start) for job in jobs}
            yield from super().run(jobs, keep)

    seen = Seen()
    go(jobs[:2], tmp_path, seen)
    assert not seen.starts["base"]
    assert any(name.startswith("sites.open[") for name in seen.starts["dear"])


def test_a_job_for_another_version_is_refused(jobs: list[Job]) -> None:
    other = Job(jobs[0].name, "", jobs[0].case, EXACT, version="9.9")
    assert "9.9" in solve(other).error


# the command


@pytest.fixture
def command(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, Any]]:
    monkeypatch.chdir(tmp_path)

    def run(workers: Here, *words: str) -> tuple[int, Any]:
        monkeypatch.setattr(sweeps, "Pool", lambda count: workers)
        code = run_command(["what-if", str(model.with_name("many.toml")), "--model", str(model), "--json", *words])
        text = capsys.readouterr().out
        return code, json.loads(text) if text else None

    return run


def test_a_sweep_ends_in_a_comparison(command: Callable[..., tuple[int, Any]], tmp_path: Path) -> None:
    code, document = command(Here(), "--gap", "0")
    assert code == 0
    assert [a["verdict"] for a in document["answers"]] == ["optimal", "optimal", "optimal", "infeasible"]
    assert [run["label"] for run in document["comparison"]["runs"]] == ["model", "dear", "poor", "impossible"]
    assert [c["column"] for c in document["comparison"]["inputs"]] == ["rack_price_usd"]
    assert [Path(name).name for name in document["files"]] == [
        f"comparison.{s}" for s in ("html", "xlsx", "md", "json")
    ]
    assert all(Path(name).is_file() for name in document["files"])
    again = Here()
    assert command(again, "--gap", "0")[1]["comparison"] == document["comparison"]
    assert again.solved == []


def test_an_interrupted_sweep_keeps_its_answers(command: Callable[..., tuple[int, Any]], tmp_path: Path) -> None:
    code, document = command(Here({"poor": interrupt}))
    assert (code, document) == (130, None)
    again = Here({"impossible": lambda: Outcome(error="gone")})
    code, document = command(again)
    assert again.solved == ["poor", "impossible"]
    assert code == 9
    assert document["answers"][-1]["error"] == "gone"
    assert len(document["comparison"]["runs"]) == 3


def test_the_library_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["what-if", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"name", "title", "why", "changes"} <= listed["what_ifs"][0].keys()
    assert run_command(["what-if", "gas-bann", "--json"]) == 3
    (fault,) = json.loads(capsys.readouterr().out)["error"]["faults"]
    assert fault["suggestion"] == "Did you mean gas-ban?"
    assert run_command(["what-if", "gas-ban", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    capsys.readouterr()


def test_rerun_finds_the_same_plan(
    jobs: list[Job], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from planner import reports

    monkeypatch.setattr(reports, "write", lambda *about: None)
    answers = go([jobs[0], jobs[2]], tmp_path, Here())
    assert run_command(["rerun", answers["poor"].run, "--reports", str(tmp_path), "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["same_plan"]
    assert document["same_inputs"]
    assert document["repeats"] == answers["poor"].run != document["run"]
    new = store.load(store.find(tmp_path, document["run"]))
    assert new.case.what_ifs == ("poor",)
    assert new.document["options"]["gap"] == 0.0


def test_rerun_tells_another_plan(jobs: list[Job]) -> None:
    from planner.commands.rerun import differing

    plan, other = (solve(job).plan for job in (jobs[0], jobs[1]))
    assert differing(plan, plan) == []
    assert "detail" in differing(plan, other)
    assert "detail" in differing(plan, None)


# processes


@pytest.mark.slow
def test_a_killed_process_fails_alone(jobs: list[Job], tmp_path: Path) -> None:
    pool = Pool(2)
    killed: list[str] = []

    def kill_one(progress: sweeps.Progress) -> None:
        if not killed and "poor" in progress.at:
            for worker in pool._staff.values():
                if worker.job and worker.job.name == "poor" and worker.process.pid:
                    os.kill(worker.process.pid, signal.SIGKILL)
                    killed.append(worker.job.name)

    answers = sweep(jobs, tmp_path, tmp_path / "sweep-x", pool, kill_one)
    assert killed == ["poor"]
    assert "SIGKILL" in answers["poor"].error
    assert [bool(a.run) for a in answers.values()] == [True, True, False, True]
    assert pool._staff == {}


def leave(*about: Any) -> None:
    os._exit(3)


@pytest.mark.slow
def test_workers_that_never_come_to_work_end_the_sweep(
    jobs: list[Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_serve", leave)
    answers = go(jobs, tmp_path, Pool(2))
    assert {a.error for a in answers.values()} == {"its process ended without an answer (exit code 3)"}
    assert list(answers) == [job.name for job in jobs]


@pytest.mark.slow
def test_who_is_sent_away_while_storing_leaves_no_draft(jobs: list[Job], tmp_path: Path) -> None:
    """The first answer ends the sweep; the other workers are solving, or storing."""
    events = Pool(3).run(jobs, partial(slowly, tmp_path))
    answers = (news for _, news in events if isinstance(news, Answer))
    first = next(answers)
    events.close()
    assert [run.run for run in store.runs(tmp_path)] == [first.run]
    assert [path.name for path in tmp_path.glob(".*.partial")] == []


def slowly(reports: Path, job: Job, outcome: Outcome) -> Answer:
    """Stores a run; all but the first are at it when the first is reported."""
    try:
        (reports / "first").touch(exist_ok=False)
    except FileExistsError:
        with store.draft(reports, "slow"):
            time.sleep(60)
    time.sleep(2)
    return keep(reports, job, outcome)


def forty(folder: Path) -> Path:
    path = folder / "forty.toml"
    one = '[what_ifs.q{n}]\ntitle = "Question {n}"\nwhy = "To see."\nchanges = ["sites.*.tariff_usd_per_mwh+={n}"]\n'
    path.write_text("".join(one.format(n=n) for n in range(1, 41)), encoding="utf-8")
    return path


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, real processes on loopback; the address, and the workers."""
    address = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    processes: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"dask-{len(processes)}.log").open("wb")
        with log:
            command = [sys.executable, "-m", *words, "--scheduler-file", str(address)]
            process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
        processes.append(process)
        return process

    try:
        start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        limits = ("--no-nanny", "--nthreads", "1", "--memory-limit", "0", "--no-dashboard")
        workers = [start("distributed.cli.dask_worker", *limits, "--local-directory", str(tmp_path)) for _ in range(2)]
        deadline = time.monotonic() + 90
        while not address.is_file() or not address.read_text(encoding="utf-8").strip():
            assert time.monotonic() < deadline, (tmp_path / "dask-0.log").read_text(encoding="utf-8")
            time.sleep(0.2)
        yield json.loads(address.read_text(encoding="utf-8"))["address"], workers
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def test_a_job_whose_answer_was_lost_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies after its answer was reported takes the answer with it; the scheduler has it made again."""

    class Future:
        status = "lost"

        def result(self) -> Outcome:
            return Outcome(seconds=7.0)

        def release(self) -> None:
            assert self.status == "finished"

    class Waiting:
        def __init__(self, futures: list[Future], loop: None) -> None:
            self.left = futures

        def add(self, future: Future) -> None:
            future.status = "finished"
            self.left.append(future)

        def __iter__(self) -> Iterator[Future]:
            while self.left:
                yield self.left.pop(0)

    monkeypatch.setattr("distributed.as_completed", Waiting)
    cluster: Any = object.__new__(Cluster)
    cluster._client = SimpleNamespace(submit=lambda *args, **how: Future(), loop=None)
    outcomes = list(cluster.run(["one", "two"], lambda job, outcome: (job, outcome.seconds)))
    assert outcomes == [("one", ("one", 7.0)), ("two", ("two", 7.0))]


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_ends_as_one_process_does(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], model: Path, tmp_path: Path
) -> None:
    address, workers = cluster
    questions = forty(tmp_path)
    words = [
        "what-if",
        str(questions),
        "--model",
        str(model),
        "--gap",
        "0",
        "--repeatable",
        "--scheduler",
        address,
        "--json",
        "--quiet",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    asked = subprocess.Popen(
        [sys.executable, "-m", "planner", *words],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    done = tmp_path / "reports" / "sweep-model" / "done"
    deadline = time.monotonic() + 420
    while len(list(done.glob("[a-z]*.json"))) < 6 and asked.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    before = len(list(done.glob("[a-z]*.json")))
    workers[0].kill()
    out, err = asked.communicate(timeout=max(1.0, deadline - time.monotonic()))
    assert before < 41, "the worker was lost after the end: this run shows nothing"
    document = json.loads(out)
    assert [a["error"] for a in document.get("answers", [document]) if a.get("error")] == []
    assert asked.returncode == 0, err
    assert len(document["answers"]) == 41
    assert workers[1].poll() is None
    alone = tmp_path / "alone"
    here = go(jobs_of(str(model), [str(questions)], (), Options(gap=0.0, repeatable=True)), alone, Here())
    for answer in document["answers"]:
        one = store.load(store.find(tmp_path / "reports", answer["run"]))
        other = store.load(store.find(alone, here[answer["job"]].run))
        assert one.plan is not None
        assert other.plan is not None
        assert one.document["objective"]["value"] == other.document["objective"]["value"]
        assert all(one.plan[name].equals(other.plan[name]) for name in one.plan.tables)
