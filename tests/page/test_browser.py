"""The page in a real browser: axe finds nothing, it makes no request, it reads and prints without JavaScript.

Chromium must be there: where it is not, these tests fail, since skipping would look like passing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from page.conftest import KINDS, figures
from playwright.sync_api import Browser, sync_playwright

from planner import comparison, store
from planner.analyses.compare import compare

pytestmark = pytest.mark.slow
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
QUIET = ("disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run")

#: words of charts that lie outside them
CUT = """[...document.querySelectorAll('figure svg')].flatMap(s => { const b = s.getBoundingClientRect();
    return [...s.querySelectorAll('text')].filter(t => { const r = t.getBoundingClientRect();
    return r.left < b.left - 1 || r.right > b.right + 1 || r.bottom > b.bottom + 1 || r.top < b.top - 1; })
    .map(t => t.textContent); })"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is not installed"
    arguments = [f"--{word}" for word in QUIET] + ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def violations(browser: Browser, path: Path, **options: Any) -> list[str]:
    """What axe finds; the page's own policy would not let it run."""
    context = browser.new_context(bypass_csp=True, **options)
    tab = context.new_page()
    tab.goto(path.as_uri())
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run(document)")
    context.close()
    assert len(found["passes"]) > 20
    return [f"{v['id']}: {v['nodes'][0]['html'][:80]}" for v in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_axe_finds_nothing(browser: Browser, shown: tuple[Any, Path], width: int, scheme: str) -> None:
    assert violations(browser, shown[1], viewport={"width": width, "height": 900}, color_scheme=scheme) == []


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_the_page_is_never_wider_than_the_screen(browser: Browser, shown: tuple[Any, Path], width: int) -> None:
    """Tables are scrolled in their own place; every word of a chart lies inside it."""
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    tab = context.new_page()
    tab.goto(shown[1].as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.evaluate(CUT) == []
    context.close()


def test_charts_follow_dark_mode(browser: Browser, shown: tuple[Any, Path]) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        tab = context.new_page()
        tab.goto(shown[1].as_uri())
        colours.add(tab.evaluate("getComputedStyle(document.querySelector('figure svg text')).fill"))
        context.close()
    assert len(colours) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_comparison(browser: Browser, tmp_path: Path, scheme: str) -> None:
    runs = [store.Stored(f.case, f.plan, {**f.document, "run": kind}) for kind in KINDS for f in [figures(kind)]]
    path = comparison.write(compare([*runs, runs[0]]), tmp_path / "comparison.html")
    assert violations(browser, path, viewport={"width": 390, "height": 900}, color_scheme=scheme) == []


def test_axe_would_find_something(browser: Browser, shown: tuple[Any, Path], tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.html"
    text = shown[1].read_text(encoding="utf-8").replace(' lang="en-US"', "").replace(' tabindex="0"', "")
    spoilt.write_text(text.replace('aria-labelledby="map-title map-desc"', ""), encoding="utf-8")
    assert any(v.startswith("html-has-lang") for v in violations(browser, spoilt))


def test_it_reads_without_javascript_network_or_complaint(browser: Browser, shown: tuple[Any, Path]) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    tab = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(shown[1].as_uri())
    assert asked == [shown[1].as_uri()]
    assert said == []
    assert tab.locator("h1").is_visible()
    for picture in tab.locator("figure svg").all():
        box = picture.bounding_box()
        assert box
        assert box["width"] > 300
        assert box["height"] > 100
    context.close()


def test_nothing_is_cut_on_paper(browser: Browser, shown: tuple[Any, Path]) -> None:
    """At the width of a landscape letter page no table is wider than its place; words of a picture are inside it."""
    context = browser.new_context(viewport={"width": 960, "height": 720}, bypass_csp=True)
    tab = context.new_page()
    tab.goto(shown[1].as_uri())
    tab.emulate_media(media="print")
    wide = (
        "[...document.querySelectorAll('.wide')].filter(d => d.scrollWidth > d.clientWidth + 1).map(d => d.ariaLabel)"
    )
    assert tab.evaluate(wide) == []
    assert tab.evaluate(CUT) == []
    assert tab.pdf().startswith(b"%PDF")
    context.close()
