"""What every view has: its name, the ways to the others, a place for errors, and the words of headings."""

from __future__ import annotations

import functools
import inspect
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from planner.app.jobs import error_text
from planner.app.pictures import style
from planner.errors import InputError, PlannerError

VIEWS = (("/", "Runs"), ("/ask", "Ask"), ("/queue", "Queue"), ("/grid", "Grid"))
STYLE = """
body{color:var(--text);background:var(--paper);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
.body--dark{background:var(--paper);color:var(--text)}
.nicegui-content,.nicegui-sub-pages{display:block;width:100%;padding:0}
.view,.view *{box-sizing:border-box}
body{--q-primary:var(--c0)!important}
.top{background:var(--band);color:var(--text);border-bottom:1px solid var(--rule);padding:.4rem 1rem}
.top ul,.plain{list-style:none;margin:0;padding:0}
.top ul{display:flex;flex-wrap:wrap;gap:.2rem .4rem;max-width:74rem;margin:auto}
.top a{display:block;padding:.4rem .7rem;color:var(--link);text-decoration:none;border-radius:4px}
.top a[aria-current]{background:var(--ink);color:var(--paper);font-weight:600}
.view{max-width:74rem;margin:auto;padding:.5rem 1rem 4rem}
h1{font-size:1.65rem;line-height:1.25;margin:.6rem 0;color:var(--ink);font-weight:700}
h2{font-size:1.25rem;line-height:1.3;margin:1.6rem 0 .4rem;color:var(--ink);font-weight:700}
h3{font-size:1.05rem;line-height:1.35;margin:0;font-weight:700}
.view p{margin:.3rem 0;max-width:56rem;overflow-wrap:anywhere}
.view a{color:var(--link)}
.why{margin:0 0 0 2.4rem;font-size:.85rem}
.quiet{color:var(--quiet)}
.lead{font-size:1.1rem;font-weight:600}
.verdict{border-left:.5rem solid var(--ink);padding:.1rem .7rem;font-weight:600}
.alert:not(:empty){border:1px solid var(--bad);border-left-width:.6rem;padding:.5rem .9rem;margin:.6rem 0;color:var(--bad);font-weight:600}
.card{border:1px solid var(--rule);border-radius:6px;padding:.6rem .8rem;margin:.6rem 0;background:var(--paper)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.3rem 1.1rem}
.line{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center}
.apart{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.8rem 1.4rem}
.code{display:block;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.85rem;background:var(--band);border:1px solid var(--faint);padding:.5rem .7rem;overflow-wrap:anywhere;white-space:pre-wrap}
.q-page{min-height:0!important}
h1:focus-visible{outline:none}
.apart .q-field{width:100%}
.q-field--with-bottom{padding-bottom:0}
.q-field__bottom--animated{position:static;transform:none}
.q-transition--field-message-leave-active{display:none}
.q-btn{min-height:2.4rem}
.plainly{text-transform:none!important;background:none;border-radius:3px;padding:.3rem 1rem;font:inherit;font-size:.9rem;cursor:pointer}
.file{display:block;max-width:100%;color:var(--text)}
.q-btn.second{color:var(--ink);border:1px solid var(--ink)}
.q-btn.first{background:var(--ink)!important;color:var(--paper)!important}
.q-field__label,.q-field__messages,.q-field__native,.q-field__input,.q-field__native span{color:var(--text)!important;opacity:1}
.q-field__messages{color:var(--quiet)!important;line-height:1.3;font-size:.8rem}
.q-field--error .q-field__messages{color:var(--bad)!important;font-weight:600}
.q-field--outlined .q-field__control:before{border-color:var(--rule)!important}
.q-checkbox__label,.q-item__label,.q-chip__content{color:inherit}
.q-chip{background:var(--band)!important;color:var(--text)!important}
.q-slider__text{font-size:.85rem}
.skip{position:absolute;left:-60rem}
.skip:focus{position:static}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.wide table{font-size:.86rem}
.report{max-width:100%;overflow-wrap:normal}
@media (max-width:45rem){.view{padding:.3rem .7rem 4rem}}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important}}
"""  # noqa: E501


def prepare() -> None:
    """The rules of all views, once."""
    ui.add_head_html(f"<style>{style()}\n{STYLE}</style>", shared=True)
    ui.button.default_props("no-caps unelevated")
    ui.input.default_props("outlined stack-label")
    ui.select.default_props("outlined stack-label options-dense")


def words(tag: str, text: str, look: str = "") -> TextElement:
    """A text in an element of its own kind."""
    return TextElement(tag=tag, text=text).classes(look)


def said(error: BaseException) -> list[str]:
    """An error as lines: what it is, then every fault that it carries."""
    return (
        [error_text(error), *(fault.sentence() for fault in error.faults)]
        if isinstance(error, InputError)
        else [error_text(error)]
    )


def report(html: str) -> None:
    """A part of a page that the product wrote, in its own look."""
    ui.html(html, sanitize=False).classes("report")


class Page:
    """A view that is open in one browser; ``say`` shows what went wrong in it."""

    def __init__(self, alert: ui.element) -> None:
        self._alert = alert

    def say(self, *lines: str) -> None:
        """Replace what is said at the top; nothing takes it away."""
        self._alert.clear()
        with self._alert:
            for line in filter(None, lines):
                words("p", line)

    def complain(self, error: BaseException) -> None:
        """An error in words; where it is a fault of the program, the terminal gets the trace."""
        if not isinstance(error, PlannerError):
            traceback.print_exception(error, file=sys.stderr)
        self.say(*said(error))

    def safely(self, handler: Callable[..., Any]) -> Callable[..., Awaitable[None]]:
        """The handler of an event, whose errors are shown in the page."""

        @functools.wraps(handler)
        async def run(*given: Any) -> None:
            try:
                self.say()
                made = handler(*given)
                if inspect.isawaitable(made):
                    await made
            except Exception as error:
                self.complain(error)

        return run

    def button(self, text: str, handler: Callable[..., Any], *, first: bool = False, label: str = "") -> ui.button:
        """A button; ``label`` is for a screen reader where the text alone does not say of what."""
        made = ui.button(text, on_click=self.safely(handler), color=None).classes("first" if first else "second")
        if label:
            made.props["aria-label"] = f"{text}: {label}"
        return made


@contextmanager
def view(title: str, here: str) -> Iterator[Page]:
    """A view with its name and the ways to the others. An error in building it is shown in it."""
    ui.page_title(f"{title} · planner")
    ui.link("Skip to the content", "#content").classes("skip")
    with ui.element("header").classes("top"), ui.element("nav").props('aria-label="Views"'), ui.element("ul"):
        for address, name in VIEWS:
            with ui.element("li"):
                link = ui.link(name, address)
                if address == here:
                    link.props("aria-current=page")
    with ui.element("div").classes("view").props("id=content"):
        head = words("h1", title).props("tabindex=-1")
        if not ui.context.client.sub_pages_router.is_initial_request:
            head.run_method("focus")  # a screen reader says where it is now
        page = Page(ui.element("div").classes("alert").props("role=alert"))
        try:
            yield page
        except Exception as error:
            page.complain(error)
