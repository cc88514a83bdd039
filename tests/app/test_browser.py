"""The page in a real browser, its program in a process of its own: ask, wait, compare, send, and what goes wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from compare_cases import small_model
from page.test_browser import QUIET
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
#: milliseconds until a solve of the small programme has its answer, on a machine with much else to do
ANSWERED = 240_000
WIDTHS, SCHEMES = (390, 1024, 1440), ("light", "dark")
QUESTIONS = int(os.environ.get("APP_QUESTIONS", "50"))


class Program:
    """``planner app`` as a user starts it."""

    def __init__(self, reports: Path, model: Path | str, *words: str, **more: Any) -> None:
        command = [
            sys.executable,
            "-m",
            "planner",
            "app",
            str(model),
            "--no-browser",
            "--json",
            "--reports",
            str(reports),
        ]
        self.process = subprocess.Popen(
            [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, **more
        )
        assert self.process.stdout
        said = ""
        while not said.endswith("}\n"):
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read() if self.process.stderr else ""
            said += line
        self.address = str(json.loads(said)["address"])
        self.base = self.address.partition("/?")[0]

    def end(self, number: int = signal.SIGINT) -> str:
        """What it said on stderr."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.communicate(timeout=30)[1]

    def memory(self) -> float:
        """Resident MB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is not installed"
    with sync_playwright() as playwright:
        arguments = [f"--{word}" for word in QUIET] + ["--no-sandbox"]
        made = playwright.chromium.launch(executable_path=path, args=arguments)
        yield made
        made.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    """A store with two solved runs, and 198 copies of them."""
    reports = tmp_path_factory.mktemp("full")
    for n, edit in enumerate(("programme.budget_usd=150e6", "programme.budget_usd=120e6")):
        words = ["optimize", str(model), "--set", edit, "--name", f"run{n}", "--no-price", "--reports", str(reports)]
        subprocess.run(
            [sys.executable, "-m", "planner", *words], cwd=ROOT, check=True, capture_output=True, timeout=300
        )
    first = sorted(reports.iterdir())[0]
    for n in range(198):  # what a list reads; the second copy is whole
        copy = reports / f"copy-20250101-{n:06}-abcdef"
        if n == 1:
            shutil.copytree(first, copy)
            continue
        copy.mkdir()
        for name in ("run.json", "times.json", "manifest.json", "report.html"):
            os.link(first / name, copy / name)
    return reports


@pytest.fixture
def program(full: Path, model: Path) -> Iterator[Program]:
    made = Program(full, model)
    yield made
    assert "Traceback" not in made.end()


class Watched:
    """A tab, and what it asked for that is not on this machine, and what its console said."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(bypass_csp=True, **options)
        self.tab: Page = self.context.new_page()
        self.outside: list[str] = []
        self.said: list[str] = []
        self.context.on("request", lambda r: self._asked(r.url))
        self.tab.on("websocket", lambda socket: self._asked(socket.url))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))

    def _asked(self, url: str) -> None:
        if not re.match(r"(http|ws)://127\.0\.0\.1:\d+/|data:|about:", url):
            self.outside.append(url)

    def close(self) -> None:
        self.context.close()
        assert self.outside == []
        assert self.said == []


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    made = Watched(browser)
    yield made
    made.close()


def field(tab: Page, label: str, value: str) -> None:
    tab.get_by_label(label, exact=False).first.fill(value)
    tab.keyboard.press("Tab")


def asks(tab: Page, base: str, budget: str) -> None:
    """Ask one question in the form."""
    tab.goto(f"{base}/ask")
    expect(tab.get_by_label("Budget, USD")).to_be_visible()
    field(tab, "Budget, USD", budget)
    tab.get_by_role("button", name="Ask", exact=True).click()
    expect(tab.get_by_role("heading", name="Queue", level=1)).to_be_visible()


def cards(tab: Page, text: str) -> Any:
    return tab.locator("li.card", has_text=text)


def test_ask_wait_compare_send_from_an_empty_store(watched: Watched, tmp_path: Path, model: Path) -> None:
    program, tab = Program(tmp_path, model), watched.tab
    tab.goto(program.address)
    expect(tab.get_by_text("No runs yet")).to_be_visible()
    assert "token" not in tab.url
    tab.goto(f"{program.base}/ask")
    field(tab, "Budget, USD", "900B")
    expect(tab.get_by_text("is outside the bounds").first).to_be_visible()
    tab.get_by_role("button", name="Ask", exact=True).click()
    expect(tab.get_by_role("alert").first).to_contain_text("Not asked")
    for budget in ("130M", "140M"):
        asks(tab, program.base, budget)
    expect(tab.get_by_text("Answered")).to_have_count(2, timeout=ANSWERED)
    cards(tab, "140M").get_by_role("button", name="Open").click()
    (run,) = [path for path in tmp_path.iterdir() if path.name.startswith("budget-140m")]
    document = json.loads((run / "run.json").read_text(encoding="utf-8"))
    expect(tab.get_by_text(document["headline"])).to_be_visible()
    expect(tab.get_by_text("programme.budget_usd=140000000").first).to_be_visible()
    for name, start in (("The workbook", b"PK"), ("The summary", b"")):
        with tab.expect_download() as found:
            tab.get_by_role("link", name=name).click()
        assert Path(found.value.path()).read_bytes().startswith(start)
    page = tab.request.get(f"{program.base}/files/{run.name}/report.html")
    assert page.body() == (run / "report.html").read_bytes()
    tab.goto(f"{program.base}/")
    expect(tab.get_by_text("2 of 2 runs")).to_be_visible()
    for box in tab.get_by_role("checkbox").all():
        box.click()
    tab.get_by_role("button", name="Compare").click()
    expect(tab.get_by_text("Bridge of investment").first).to_be_visible(timeout=30_000)
    expect(tab.locator(".report .headline")).to_have_text(re.compile("Budget|programme|objective|benefit"))
    runs = tab.url.partition("?")[2]
    assert tab.request.get(f"{program.base}/comparison.xlsx?{runs}").body().startswith(b"PK")
    assert tab.request.get(f"{program.base}/files/{run.name}/run.json").status == 404
    assert "Traceback" not in program.end()


def test_a_killed_worker_and_a_killed_program_lose_nothing(watched: Watched, tmp_path: Path, model: Path) -> None:
    program, tab = Program(tmp_path, model), watched.tab
    tab.goto(program.address)
    asks(tab, program.base, "130M")
    expect(tab.get_by_text("At work")).to_be_visible()
    os.killpg(_pid(tmp_path), signal.SIGKILL)
    expect(tab.get_by_text("ended from outside")).to_be_visible()
    tab.get_by_role("button", name="Go on").click()
    expect(tab.get_by_text("At work")).to_be_visible()
    pid = _pid(tmp_path)
    program.end(signal.SIGKILL)
    again = Program(tmp_path, model)
    tab.goto(again.address)
    tab.goto(f"{again.base}/queue")
    os.kill(pid, 0)  # it is still at work
    expect(tab.get_by_text(re.compile("At work|Answered"))).to_be_visible()
    expect(tab.get_by_text("Answered")).to_be_visible(timeout=ANSWERED)
    assert len(list(tmp_path.glob("budget-130m*"))) == 1
    assert "Traceback" not in again.end()


def _pid(reports: Path) -> int:
    """The process of the only question, once it is noted."""
    for _ in range(100):
        (path,) = (reports / ".queue").glob("q-*.json")
        if pid := json.loads(path.read_text(encoding="utf-8"))["pid"]:
            return int(pid)
        time.sleep(0.05)
    raise AssertionError("no process is noted")


def test_a_second_user_sees_the_same_store(browser: Browser, program: Program, full: Path, model: Path) -> None:
    other = Program(full, model)
    first, second = Watched(browser), Watched(browser)
    for seen, at in ((first, program), (second, other)):
        seen.tab.goto(at.address)
        expect(seen.tab.get_by_text("200 of 200 runs")).to_be_visible()
    name = "copy-20250101-000197-abcdef"
    for seen in (first, second):
        seen.tab.get_by_label("Find runs").fill("000197")
        expect(seen.tab.get_by_text("1 of 200 runs")).to_be_visible()
    first.tab.get_by_role("button", name="Delete").click()
    expect(first.tab.get_by_text("Bin: 1 runs")).to_be_visible()
    second.tab.get_by_role("button", name="Delete").click()
    expect(second.tab.get_by_role("alert").first).to_contain_text(f"There is no run {name}")
    first.tab.get_by_role("button", name="Put back").click()
    expect(first.tab.get_by_text("1 of 200 runs")).to_be_visible()
    first.tab.request.get(other.base)
    stranger = browser.new_context()
    assert stranger.request.get(other.base).status == 403
    stranger.close()
    first.close()
    second.close()
    assert "Traceback" not in other.end()


def views(full: Path) -> dict[str, str]:
    runs = sorted(path.name for path in full.iterdir() if path.name.startswith("run"))
    compared = ",".join([*runs, "copy-20250101-000001-abcdef"])
    return {"Runs": "/", "Ask": "/ask", "Queue": "/queue", "Grid": "/grid", "Run": f"/run/{runs[0]}",
            "Side by side": f"/compare?runs={compared}"}  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_view(browser: Browser, program: Program, full: Path, width: int, scheme: str) -> None:
    seen = Watched(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = seen.tab
    tab.goto(program.address)
    for title, address in views(full).items():
        tab.goto(program.base + address)
        expect(tab.get_by_role("heading", name=title, level=1)).to_be_visible()
        if title == "Side by side":
            expect(tab.get_by_text("Bridge of investment").first).to_be_visible(timeout=30_000)
        if title == "Ask":
            expect(tab.get_by_label("Budget, USD")).to_be_visible()
            for part in ("What-ifs that ship", "Anything else"):
                tab.get_by_text(part).first.click()
            field(tab, "Budget, USD", "900B")
            tab.get_by_role("button", name="Check only").click()
            expect(tab.get_by_role("alert").first).to_contain_text("Not asked")
        if title == "Grid":
            expect(tab.get_by_text("not solved").first).to_be_visible()
        tab.wait_for_timeout(500)
        tab.evaluate(AXE)
        found = tab.evaluate("axe.run(document)")
        assert len(found["passes"]) > 15
        assert [f"{title}: {v['id']}: {v['nodes'][0]['html'][:90]}" for v in found["violations"]] == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, title
    seen.close()


def test_views_are_there_soon_with_200_runs(browser: Browser, full: Path, model: Path) -> None:
    """The least of five, since the machine does other things; the store is warm, as after the first look of a day."""
    program = Program(full, model)
    seen = Watched(browser)
    tab = seen.tab
    began = time.perf_counter()
    tab.goto(program.address)
    expect(tab.get_by_text("200 of 200 runs")).to_be_visible()
    first = time.perf_counter() - began
    took: dict[str, list[float]] = {}
    for _ in range(5):
        for title in ("Ask", "Queue", "Grid", "Runs"):
            began = time.perf_counter()
            tab.get_by_role("link", name=title, exact=True).click()
            tab.get_by_role("heading", name=title, level=1).wait_for()
            took.setdefault(title, []).append(time.perf_counter() - began)
        began = time.perf_counter()
        tab.locator("h2 a").first.click()
        tab.get_by_role("heading", name="Run", exact=True).wait_for()
        took.setdefault("Run", []).append(time.perf_counter() - began)
    print(f"first view {first:.2f} s;", {title: f"{min(s):.2f}" for title, s in took.items()})
    seen.close()
    program.end()
    assert first < 2
    assert all(min(seconds) < 0.5 for seconds in took.values())


def test_the_keyboard_alone_asks(watched: Watched, tmp_path: Path, model: Path) -> None:
    program, tab = Program(tmp_path, model, "--workers", "1"), watched.tab
    tab.goto(program.address)
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(2):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.get_by_role("link", name="Ask", exact=True).focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Ask", level=1)).to_be_focused()
    expect(tab.get_by_label("Budget, USD")).to_be_visible()
    reached = set()
    for _ in range(40):
        tab.keyboard.press("Tab")
        label = tab.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText")
        reached.add(str(label).strip())
        if label == "Budget, USD":
            tab.keyboard.type("130M")
        if str(label).strip() == "Ask":
            tab.keyboard.press("Enter")
            break
    expect(tab.get_by_role("heading", name="Queue", level=1)).to_be_focused()
    assert {"Budget, USD", "Demand", "Read it"} <= reached
    tab.get_by_role("button", name="Stop").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_text(re.compile("Stopped|Answered|stopping")).first).to_be_visible()
    program.end()


def test_what_is_wrong_is_said_in_the_page(watched: Watched, tmp_path: Path, model: Path) -> None:
    program, tab = Program(tmp_path / "store", model), watched.tab
    tab.goto(program.address)
    tab.goto(f"{program.base}/ask")
    notes = tmp_path / "book.xlsx"
    notes.write_text("no workbook")
    tab.get_by_label("Or a workbook of inputs").set_input_files(notes)
    tab.get_by_role("button", name="Read it").click()
    expect(tab.get_by_role("alert").first).to_contain_text("book")
    tab.goto(f"{program.base}/run/nothing")
    expect(tab.get_by_role("alert").first).to_contain_text("There is no run nothing")
    tab.goto(f"{program.base}/compare?runs=a,b")
    expect(tab.get_by_role("alert").first).to_contain_text("There is no run a")
    (tmp_path / "store").mkdir(exist_ok=True)
    shutil.rmtree(tmp_path / "store" / ".queue", ignore_errors=True)
    (tmp_path / "store" / ".queue").write_text("in the way")
    tab.goto(f"{program.base}/ask")
    field(tab, "Budget, USD", "130M")
    tab.get_by_role("button", name="Ask", exact=True).click()
    expect(tab.get_by_role("alert").first).to_contain_text("Nothing that was stored is lost")
    assert "Traceback" not in tab.content()
    assert "Traceback" not in program.end()


def test_a_full_disk_is_said_and_loses_nothing(watched: Watched, full: Path, model: Path, tmp_path: Path) -> None:
    """No file of the program may grow at all, as on a disk without room."""
    import resource

    before = sorted(path.name for path in full.iterdir())
    limits = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))}
    program, tab = Program(full, model, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, **limits), watched.tab
    tab.goto(program.address)
    tab.goto(f"{program.base}/ask")
    field(tab, "Budget, USD", "130M")
    tab.get_by_role("button", name="Ask", exact=True).click()
    expect(tab.get_by_role("alert").first).to_contain_text("Nothing that was stored is lost")
    assert "Traceback" not in program.end()
    assert [name for name in before if name not in {path.name for path in full.iterdir()}] == []


def test_fifty_questions_leave_memory_as_it_was(watched: Watched, tmp_path: Path, model: Path) -> None:
    """Each is asked, waited for and opened; the program grows by no more than what its first ten take."""
    program, tab = Program(tmp_path, model), watched.tab
    tab.goto(program.address)
    held = []
    for n in range(QUESTIONS):
        asks(tab, program.base, f"{121 + n}M")
        expect(cards(tab, f"{121 + n}M").get_by_text("Answered")).to_be_visible(timeout=ANSWERED)
        cards(tab, f"{121 + n}M").get_by_role("button", name="Open").click()
        expect(tab.get_by_text("The same graphs as in its report")).to_be_visible()
        held.append(program.memory())
    print([round(mb) for mb in held])
    assert "Traceback" not in program.end()
    settled = held[min(10, len(held) // 2) :]
    assert max(settled[-5:]) - settled[0] < 15
