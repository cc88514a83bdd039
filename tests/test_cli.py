"""The command line: exit codes, one JSON document, help whose examples run, nothing heavy before it is needed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from stored_runs import finished

import planner.commands.optimizing
import planner.reports
import planner.run
from planner import show, store
from planner.answers import Answer
from planner.answers.stored import keep as keep_answer
from planner.cli import run_command
from planner.errors import VerificationError
from planner.inputs import read
from planner.inputs.case import Case
from planner.results import verdicts
from planner.solve import Report
from planner.terminal import sentence

ROOT = Path(__file__).parent.parent
COMMANDS = (
    "optimize",
    "check",
    "template",
    "backtest",
    "compare",
    "what-if",
    "rerun",
    "replan",
    "verify",
    "show",
    "runs",
    "report",
    "export",
    "explain",
    "price",
    "frontier",
    "sensitivity",
    "risk",
    "alternatives",
    "service-prices",
    "questions",
    "app",
)
#: Typer itself parses the words of a command with pydantic, so pydantic is not on the list
HEAVY = ("pyomo", "pandas", "numpy", "highspy", "openpyxl", "scipy", "lxml", "rich")
#: examples that need a plan which keeps every rule, or write one: they wait for a real run
NEED_A_REAL_RUN = ("verify", "report", "rerun", "explain", "price", "frontier", "sensitivity", "risk", "alternatives")


def planner_process(*words: str, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "planner", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        **more,
    )


@pytest.fixture(scope="session")
def case() -> Case:
    return read.load()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANNER_REPORTS", raising=False)
    return tmp_path


@pytest.fixture
def stored(here: Path, case: Case) -> store.RunFolder:
    return store.save(here / "reports", "base", finished(case), lambda folder, document: None)


Pretend = Callable[..., None]


@pytest.fixture
def pretend(here: Path, case: Case, monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """Replace the search by one that ends as asked at once."""

    def set_up(verdict: str = "optimal", raises: BaseException | None = None, **document: Any) -> None:
        def optimize(given: Case, options: Any, *, start: Any = None, progress: Any = None) -> Any:
            if progress:
                progress(Report("build", 0.1))
            if raises is not None:
                raise raises
            result = finished(given, verdict)
            result.document.update(document)
            plan = result.plan if verdict in ("optimal", "within_limits") else None
            return SimpleNamespace(case=given, plan=plan, document=result.document, gates={})

        def write(folder: Path, *_: object, more: object = None) -> None:
            (folder / store.WORKBOOK).write_bytes(b"workbook")

        monkeypatch.setattr(planner.run, "optimize", optimize)
        monkeypatch.setattr(planner.reports, "write", write)
        # why the programme clashes is asked of its model, and this one does not clash
        monkeypatch.setattr(planner.commands.optimizing, "explain_clash", lambda *_: None)

    return set_up


def one_document(text: str) -> dict[str, Any]:
    document = json.loads(text)
    assert isinstance(document, dict)
    assert document["schema"].startswith("planner/")
    return document


# exit codes and what is said


@pytest.mark.parametrize(
    ("verdict", "code", "first"),
    [
        ("optimal", 0, "Proven within $2.0M present, 0.10 % of present cost."),
        ("within_limits", 5, "Checked, not proven (gap"),
        ("infeasible", 4, "No plan exists"),
        ("unknown", 6, "No plan found"),
    ],
)
def test_the_verdict_is_the_exit_code(
    pretend: Pretend, capsys: pytest.CaptureFixture[str], here: Path, verdict: str, code: int, first: str
) -> None:
    pretend(verdict)
    assert run_command(["optimize"]) == code
    said = capsys.readouterr().out
    assert first in said
    assert said.startswith({"optimal": "$", "within_limits": first}.get(verdict, "No plan "))
    assert run_command(["optimize", "--json", "--quiet"]) == code
    streams = capsys.readouterr()
    document = one_document(streams.out)
    assert streams.err == ""
    assert document["verdict"] == verdict
    assert Path(document["folder"]) == here / "reports" / document["run"]
    assert all(Path(name).is_file() for name in document["files"])
    assert {"read", "report", "total"} <= document["seconds"].keys()
    assert run_command(["optimize", "--quiet"]) == code
    assert capsys.readouterr().out.startswith(first)


@pytest.mark.parametrize(("interrupted", "code"), [(True, 130), ("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interrupted_run_is_saved_and_says_so(
    pretend: Pretend, capsys: pytest.CaptureFixture[str], here: Path, interrupted: object, code: int
) -> None:
    pretend("within_limits", interrupted=interrupted)
    assert run_command(["optimize"]) == code
    assert capsys.readouterr().out.startswith("Checked, not proven")
    assert len(store.runs(here / "reports")) == 1


@pytest.mark.parametrize(
    ("error", "code", "name"),
    [
        (VerificationError("rule 7 is broken"), 7, "verification"),
        (RuntimeError("boom"), 9, "internal"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_failed_run_is_an_error_and_leaves_nothing(
    pretend: Pretend, capsys: pytest.CaptureFixture[str], here: Path, error: BaseException, code: int, name: str
) -> None:
    pretend(raises=error)
    assert run_command(["optimize"]) == code
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "planner: " in streams.err
    assert "Traceback" not in streams.err
    assert run_command(["optimize", "--json", "--quiet"]) == code
    document = one_document(capsys.readouterr().out)
    assert document["error"]["code"] == code
    assert document["error"]["name"] == name
    assert list((here / "reports").iterdir()) == []


def test_a_traceback_only_when_asked_for(pretend: Pretend, capsys: pytest.CaptureFixture[str]) -> None:
    pretend(raises=RuntimeError("boom"))
    assert run_command(["optimize", "--debug"]) == 9
    assert "Traceback" in capsys.readouterr().err


def test_a_refusing_file_system(pretend: Pretend, capsys: pytest.CaptureFixture[str], here: Path) -> None:
    pretend()
    (here / "taken").write_text("a file", encoding="utf-8")
    assert run_command(["optimize", "--reports", "taken", "--json"]) == 8
    assert one_document(capsys.readouterr().out)["error"]["name"] == "file-system"


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["optimize", "--nonsense"],
        ["optimize", "--gap", "lots"],
        ["optimize", "--gap", "2"],
        ["optimize", "--name", "Not A Name"],
        ["show"],
        ["show", "nothing"],
        ["export", "federal-ai"],
        ["optimize", "no-such-model"],
        ["optimize", "--set", "sites.nowhere.tariff_usd_per_mwh=1"],
    ],
)
def test_usage_errors(words: list[str], here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command(words)
    streams = capsys.readouterr()
    assert code in (2, 3)
    assert streams.out == ""
    assert streams.err.startswith("planner: ")
    assert run_command([*words, "--json"]) == code
    streams = capsys.readouterr()
    assert one_document(streams.out)["error"]["code"] == code
    assert streams.err == ""
    assert not (here / "reports").exists()


def test_every_fault_is_listed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = here / "data"
    folder.mkdir()
    for path in (ROOT / "data" / "federal-ai").glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    assert run_command(["check", "data", "--json"]) == 0
    one_document(capsys.readouterr().out)
    sites = (folder / "sites.csv").read_text(encoding="utf-8").splitlines()
    header = sites[0].split(",")
    cells = sites[1].split(",")
    cells[header.index("lat_deg")] = "north"
    (folder / "sites.csv").write_text("\n".join([sites[0], ",".join(cells), *sites[2:]]) + "\n", encoding="utf-8")
    assert run_command(["check", "data", "--json"]) == 3
    (fault, *_) = one_document(capsys.readouterr().out)["error"]["faults"]
    assert {"file", "sheet", "row", "column", "found", "allowed", "suggestion"} <= fault.keys()
    assert fault["column"] == "lat_deg"
    assert fault["found"] == "north"


# stored runs


def test_show_and_runs(stored: store.RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["show", "base"]) == 0
    assert str(stored.path) in capsys.readouterr().out
    assert run_command(["show", "latest", "--json"]) == 0
    printed = one_document(capsys.readouterr().out)
    claims = {row["id"] for row in printed.pop("claim_check")}  # of runs from before it was stored, counted anew
    assert claims == {c.id for c in store.load(stored.path).case.programme.claims}
    assert printed.pop("evidence")[-1]["status"] == "unspent"
    assert printed.pop("chips_not_on_sale_share") is None  # it buys no chip
    assert printed == stored.document
    price = Answer(
        "",
        "'5 GW' costs $4.68B to $5.22B of net benefit.",
        store.load(stored.path).case,
        {"price": {"low_usd": 4.68e9, "high_usd": 5.22e9}},
        [],
    )
    keep_answer(stored.path, "without", price)
    assert run_command(["show", "base"]) == 0
    assert price.lead in capsys.readouterr().out
    assert run_command(["show", "base", "--json"]) == 0
    assert one_document(capsys.readouterr().out)["without"] == price.document
    assert run_command(["runs", "--json"]) == 0
    (info,) = one_document(capsys.readouterr().out)["runs"]
    assert info["run"] == stored.run
    assert info["folder"] == str(stored.path)


def test_a_damaged_run_is_named(stored: store.RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    table = stored.path / "tables" / "tiers.csv"
    table.write_bytes(table.read_bytes() + b"\n")
    for command in ("show", "verify", "report"):
        assert run_command([command, "latest"]) == 8
        assert "tables/tiers.csv" in capsys.readouterr().err


def test_report_restores_what_was_lost_and_refuses_what_would_differ(
    here: Path, case: Case, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(folder: Path, *about: Any, more: Any = None) -> None:
        (folder / store.WORKBOOK).write_text(json.dumps(about[-1], sort_keys=True), encoding="utf-8")

    result = finished(case)
    folder = store.save(here / "reports", "base", result, lambda at, document: write(at, document)).path
    monkeypatch.setattr(planner.reports, "write", write)
    before = (folder / store.WORKBOOK).read_bytes()
    (folder / store.WORKBOOK).unlink()
    assert run_command(["report", "latest", "--json"]) == 0
    assert len(one_document(capsys.readouterr().out)["files"]) > 1
    assert (folder / store.WORKBOOK).read_bytes() == before
    assert store.damaged(folder) == []
    assert run_command(["report", "latest", "--out", "elsewhere"]) == 0
    assert (here / "elsewhere" / store.WORKBOOK).read_bytes() == before
    assert (here / "elsewhere" / "tables" / "tiers.csv").read_bytes() == (folder / "tables" / "tiers.csv").read_bytes()
    monkeypatch.setattr(
        planner.reports, "write", lambda at, *_, **more: (at / store.WORKBOOK).write_text("other") and None
    )
    assert run_command(["report", "latest"]) == 2
    assert (folder / store.WORKBOOK).read_bytes() == before
    assert {path.name for path in (here / "reports").iterdir()} == {folder.name}


@pytest.mark.parametrize("kind", ["mps", "lp"])
def test_export_writes_the_matrix(here: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    assert run_command(["export", "federal-ai", f"--{kind}", f"out/plan.{kind}", "--json"]) == 0
    (written,) = one_document(capsys.readouterr().out)["files"]
    assert Path(written) == here / "out" / f"plan.{kind}"
    assert Path(written).stat().st_size > 1000
    assert [path.name for path in (here / "out").iterdir()] == [f"plan.{kind}"]


def test_export_overwrites_no_other_kind_of_file(here: Path) -> None:
    table = here / "sites.csv"
    table.write_text("site_id", encoding="utf-8")
    assert run_command(["export", "federal-ai", "--mps", str(table)]) == 2
    assert table.read_text(encoding="utf-8") == "site_id"


# help


def help_text(command: str) -> str:
    done = planner_process(*([command] if command else []), "--help", cwd=ROOT)
    assert done.returncode == 0
    assert done.stderr == ""
    return done.stdout


def examples_of(text: str) -> list[str]:
    lines = text[text.index("Examples:") :].splitlines()[1:]
    return [line.strip() for line in lines if line.strip().startswith("planner ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_two_examples_that_run(
    command: str, stored: store.RunFolder, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = examples_of(help_text(command))
    assert len(examples) == 2
    for example in examples:
        assert example.split()[1] == command
        if command not in NEED_A_REAL_RUN:
            assert run_command(shlex.split(example)[1:]) == 0, capsys.readouterr().err
    capsys.readouterr()


def test_every_command_is_tested_here() -> None:
    listed = help_text("").split("Plan:")[1].split("Examples:")[0]
    assert sorted(re.findall(r"^  ([\w-]+) ", listed, re.M)) == sorted(COMMANDS)
    assert re.findall(r"^([A-Z][\w ]+):$", listed, re.M) == ["Understand", "Runs", "Inputs and data"]


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("expl", "explain"), ("show ba", "base {run}"), ("optimize least-c", "least-cost"), ("price bas", "base {run}")],
)
def test_a_shell_completes_commands_runs_and_programmes(
    typed: str, completed: str, stored: store.RunFolder, here: Path
) -> None:
    words = str(len(typed.split()))
    env = {"_PLANNER_COMPLETE": "complete_bash", "COMP_WORDS": f"planner {typed}", "COMP_CWORD": words}
    assert planner_process(cwd=here, env=env).stdout.split() == completed.format(run=stored.run).split()


# names and levers


def test_a_name_is_a_run_before_it_is_a_programme(here: Path, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["export", "federal-ai", "--lp", "a.lp"]
    assert run_command([*words, "--json"]) == 0
    streams = capsys.readouterr()
    assert (json.loads(streams.out)["taken_as"], streams.err) == ("programme federal-ai", "")
    run = store.save(here / "reports", "federal-ai", finished(case), lambda folder, document: None).run
    assert run_command(words) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert said == f"federal-ai: taken as the stored run {run}; give a path or models/federal-ai.toml for the programme"
    assert run_command([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["taken_as"] == f"run {run}"
    assert run_command(["export", "models/federal-ai.toml", "--lp", "a.lp", "--json"]) == 0
    streams = capsys.readouterr()
    assert (json.loads(streams.out)["taken_as"], streams.err) == ("programme models/federal-ai.toml", "")
    for command in ("show", "questions"):
        assert run_command([command, "federal-ai", "--json"]) == 0
        assert run in capsys.readouterr().out


@pytest.mark.parametrize("name", ["explain", "price", "frontier", "alternatives", "export", "sensitivity"])
def test_one_function_finds_what_a_name_stands_for(
    name: str, stored: store.RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(given: str | None, edits: Any, reports: Path) -> Any:
        raise VerificationError(f"asked for {given}")

    monkeypatch.setattr("planner.analyses.source.Source.find", found)
    assert run_command([name, "least-cost", *(["--lp", "a.lp"] if name == "export" else [])]) == 7
    assert "asked for least-cost" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["show", "verify", "compare", "rerun", "report", "questions"])
def test_a_programme_is_no_run(command: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([command, "least-cost"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "least-cost is a programme without a stored run; 'planner optimize least-cost' makes one" in said


def test_levers_are_recorded_as_edits(pretend: Pretend, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pretend()
    words = ["--budget", "60B", "--demand", "low", "--without", "power-secured", "--set", "parameters.tail_years=3"]
    assert run_command(["optimize", *words, "--json", "--no-price"]) == 0
    assert one_document(capsys.readouterr().out)["changes"] == [
        "programme.demand_case=low",
        "programme.budget_usd=60B",
        "claims.budget.level=60B",
        "claims.power-secured.binding=reported",
        "parameters.tail_years=3",
    ]
    assert run_command(["what-if", "drought", "--budget", "60B", "--dry-run"]) == 0
    assert run_command(["optimize", "--budget", "sixty"]) == 2
    assert "--budget sixty: write dollars, such as 60B or 60e9" in capsys.readouterr().err


def test_the_page_opens_when_asked(
    pretend: Pretend, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: bool(opened.append(address)) or len(opened) > 1)
    pretend()
    assert run_command(["optimize", "--no-price", "--open"]) == 0
    assert "There is no page" in capsys.readouterr().err
    (page,) = [folder / store.PAGE for folder in (here / "reports").iterdir()]
    page.write_text("page", encoding="utf-8")
    for told in ("No browser opened", ""):
        assert run_command(["show", "latest", "--open"]) == 0
        assert opened[-1] == page.as_uri()
        assert told in capsys.readouterr().err


def test_examples_of_the_first_page_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for example in examples_of(help_text("")):
        assert run_command(shlex.split(example)[1:]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_imports_nothing_heavy(command: str) -> None:
    words = [command, "--help"] if command else ["--help"]
    program = (
        f"import sys; from planner.cli import run_command; code = run_command({words!r});"
        f"heavy = [m for m in {HEAVY!r} if m in sys.modules]; sys.exit(f'imported {{heavy}}' if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# where it runs


@pytest.mark.parametrize("words", [("check", "--json"), ("runs", "--json"), ("nonsense", "--json")])
def test_stdin_may_be_closed(words: tuple[str, ...], here: Path) -> None:
    command = " ".join(shlex.quote(word) for word in (sys.executable, "-m", "planner", *words))
    done = subprocess.run(
        ["sh", "-c", f"exec {command} <&-"],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (2 if words[0] == "nonsense" else 0)
    one_document(done.stdout)
    assert done.stderr == ""


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_plain_terminals_get_plain_text(env: dict[str, str], stored: store.RunFolder, here: Path) -> None:
    for words in (("show", "latest"), ("check",), ("check", "--help"), ("nonsense",)):
        done = planner_process(*words, cwd=here, env=env)
        assert "\x1b" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(("words", "code"), [("runs --json", 8), ("check nothing.toml --json", 2)])
def test_a_full_disk_is_one_line_on_stderr(here: Path, words: str, code: int) -> None:
    command = f"{shlex.quote(sys.executable)} -m planner {words} > /dev/full"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    done = subprocess.run(["sh", "-c", command], cwd=here, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stderr.startswith("planner: ")
    assert len(done.stderr.splitlines()) == 1


def test_who_reads_the_messages_may_leave_while_a_solver_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream of messages is a pipe that nobody reads any more."""
    from planner import terminal
    from planner.solve import Report

    reader, writer = os.pipe()
    os.close(reader)
    monkeypatch.setattr(terminal.os, "dup", lambda number: writer)
    with terminal.live(terminal.Style()) as progress:
        assert progress is not None
        progress(Report("searching", 0.0))
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(writer)


def test_a_reader_may_leave_early(stored: store.RunFolder, here: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m planner show latest --json | true"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


# texts


def test_what_is_not_measured_is_never_kept() -> None:
    asked = {"id": "a", "level": 5.0, "unit": "MW", "metric": "power"}
    assert verdicts.promise({**asked, "planned": None, "met": None, "binding": "firm"}) == "left out"
    assert verdicts.promise({**asked, "planned": None, "met": True, "binding": "firm"}) == "left out"
    assert verdicts.promise({**asked, "planned": None, "met": None, "binding": "reported"}) == "shown only"
    assert verdicts.promise({**asked, "planned": 5.0, "met": True, "binding": "firm"}) == "kept"
    short = verdicts.promise({**asked, "planned": 4.0, "met": False, "binding": "firm", "shortfall": 1300})
    assert short == "not kept, short by 1,300 MW"


def test_a_plan_that_failed_its_check_is_never_a_success() -> None:
    document = {"verdict": "optimal", "gap": 0.0, "verification": {"passed": False, "broken": ["budget"]}}
    assert show.verdict(document).startswith("Failed its check, do not use: budget")


def test_what_is_not_proven_says_so_before_the_headline(case: Case) -> None:
    proven = finished(case)
    assert show.summary(proven.document, case, proven.plan).startswith("$0.0M spent by 2035 buys 1,201 MW IT")
    late = show.summary({**proven.document, "verdict": "within_limits"}, case, proven.plan)
    assert late.startswith(
        "Checked, not proven (gap $2.0M present, 0.10 % of present cost). This plan keeps every rule."
    )
    for verdict, first in (("infeasible", "No plan exists"), ("unknown", "No plan found")):
        said = show.summary({"verdict": verdict}, case, None)
        assert said.startswith("No plan ")
        assert f"\n{first}. " in said


def test_the_explanation_is_shown(case: Case) -> None:
    assert "5 GW costs $70B" in show.summary({"verdict": "infeasible", "explanation": "5 GW costs $70B"}, case, None)


def test_sites_are_shown_with_their_tiers(case: Case) -> None:
    plan = finished(case).plan
    assert plan is not None
    (row,) = [line.split() for line in show.sites(case, plan).splitlines() if line.strip().startswith("VA-NOVA")]
    assert [word for word in row if word[0].isdigit()] == ["1,500", "1,201", "900"]


def test_the_live_line_says_what_is_known() -> None:
    report = Report("choosing sites, roles and dates", 3.0, -19110.0, -18140.0, 0.0465, 170.0, 0.0075)
    assert sentence(report, 52.4) == (
        "52 s of at most 170 | choosing sites, roles and dates | best plan so far -$19.11B | no plan beats -$18.14B"
        " | gap 4.65 % of present cost, wanted 0.75 %"
    )
    assert sentence(Report("build", 0.0), 0.2) == "0 s | build"
    assert sentence(Report("what binds", 0.0, most=60.0), 1.0) == "1 s of at most 60 | what binds"


def test_the_gap_is_reported_in_dollars_and_of_present_cost() -> None:
    objective = {"value": 39e9, "bound": 39.0441e9, "gap_usd": 44.1e6, "gap": 0.0021}
    printed = "$44M present, 0.21 % of present cost"
    assert (
        show.verdict({"verdict": "optimal", "objective": objective})
        == f"Proven within {printed}. No plan of these inputs is better by more."
    )
    late = show.verdict({"verdict": "within_limits", "objective": {**objective, "gap_usd": 2e9, "gap": 0.1}})
    assert late.startswith("Checked, not proven (gap $2,000M present, 10.00 % of present cost). ")


# whole runs


@pytest.fixture(scope="module")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    done = planner_process("optimize", "--time-limit", "200", "--no-price", "--json", cwd=folder)
    assert done.returncode in (0, 5), done.stderr
    assert one_document(done.stdout)["verification"]["passed"]
    # examples may rebuild a report with what they found
    shutil.copytree(store.find(folder / "reports", "latest"), folder / "as it was", symlinks=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", NEED_A_REAL_RUN)
def test_examples_on_a_real_run(command: str, real_run: Path) -> None:
    for example in examples_of(help_text(command)):
        done = planner_process(*shlex.split(example)[1:], cwd=real_run)
        # a price list, a frontier, or a run again, may end at its limit with what there is by then
        assert done.returncode in (
            (0, 5) if command in ("price", "rerun", "frontier", "sensitivity", "alternatives") else (0,)
        ), done.stderr


@pytest.mark.slow
def test_a_rebuilt_report_is_the_same_to_the_byte(real_run: Path) -> None:
    as_it_was = real_run / "as it was"
    run = store.load(as_it_was).document["run"]
    folder = store.find(real_run / "reports", run)
    shutil.rmtree(folder.with_name(f"{folder.name}.answers"), ignore_errors=True)  # of the examples above
    assert planner_process("report", run, "--out", "again", cwd=real_run).returncode == 0
    names = [store.WORKBOOK, *(f"tables/{path.name}" for path in (as_it_was / "tables").iterdir())]
    assert [n for n in names if (as_it_was / n).read_bytes() != (real_run / "again" / n).read_bytes()] == []
