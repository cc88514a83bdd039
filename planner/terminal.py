"""How a command speaks: one document or plain text on stdout, messages on stderr, an exit code, a live line."""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from planner.errors import InputError, PlannerError, StorageError
from planner.measures import MILLION, percent, usd
from planner.report.layout import fold

if TYPE_CHECKING:
    from planner.solve import Report

ERROR_SCHEMA = "planner/error/1"
#: exit code of a process that a signal ended, less the signal's number; that of an interrupt from the keyboard
SIGNALLED, INTERRUPTED = 128, 130
PLAIN_LINE_EVERY_SECONDS = 10.0
_FAULTS_SHOWN = 40


class Unwritten(StorageError):
    """Standard output takes no more."""


@dataclass(frozen=True)
class Style:
    """How the caller wants to be spoken to."""

    json: bool = False
    quiet: bool = False
    debug: bool = False

    @classmethod
    def of(cls, arguments: list[str]) -> Style:
        """From the raw words, for errors that happen before they are parsed."""
        words = arguments[: arguments.index("--")] if "--" in arguments else arguments
        return cls("--json" in words, "--quiet" in words, "--debug" in words)

    def answer(self, document: Mapping[str, Any], text: str, brief: str = "") -> None:
        """The result of a command: the document with --json, else the text, or the brief one with --quiet."""
        if self.json:
            _write(sys.stdout, json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
        elif said := brief if self.quiet else text:
            _write(sys.stdout, _coloured(fold(said)))

    def say(self, message: str) -> None:
        """A message beside the result."""
        if message and not self.quiet:
            _write(sys.stderr, fold(message))


#: verdicts that are coloured on a terminal, always beside their words
_COLOURS = {
    r"(?i)\b(failed its check, do not use|not kept|goal missed|no plan (exists|found)|not confirmed)\b": "bold red",
    r"(?i)\b(checked, not proven|not settled|incomplete)\b": "bold yellow",
    r"(?i)(?<!not )\b(kept$|proven within)": "bold green",
}


def _coloured(text: str) -> str:
    """The same text with its verdicts in colour, where the terminal has colours and nothing forbids them."""
    if sys.stdout is None or not sys.stdout.isatty():
        return text
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    if console.color_system is None or console.no_color:
        return text
    said = Text(text)
    for words, colour in _COLOURS.items():
        for line in re.finditer(f"(?m){words}", text):
            said.stylize(colour, *line.span())
    with console.capture() as captured:
        console.print(said, soft_wrap=True, end="")
    return captured.get()


def _write(stream: TextIO | None, text: str) -> None:
    """A line that survives a closed pipe and a terminal without Unicode."""
    if stream is None:
        return
    try:
        try:
            stream.write(text + "\n")
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        stream.flush()
    except BrokenPipeError:  # the reader has seen enough; keep the interpreter quiet at its exit
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:  # such as a full disk: said once, and not again when the interpreter ends
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if stream is not sys.stderr:  # else there is nobody left to tell
            raise Unwritten(f"the answer could not be written: {error.strerror or error}") from error


def complain(error: BaseException, style: Style) -> int:
    """Say what went wrong, politely and once; the answer is the exit code."""
    code, name, message, faults = _describe(error)
    message = ". ".join([message.rstrip("."), *_notes(error)]) if _notes(error) else message
    if style.debug:
        _write(sys.stderr, "".join(traceback.format_exception(error)).rstrip())
    if style.json and not isinstance(error, Unwritten):
        document = {"schema": ERROR_SCHEMA, "error": {"code": code, "name": name, "message": message, "faults": faults}}
        with suppress(Unwritten):  # it is said on stderr then
            _write(sys.stdout, json.dumps(document, indent=2, ensure_ascii=False, default=str))
            return code
    _write(sys.stderr, fold(f"planner: {message}"))
    if isinstance(error, InputError):
        for fault in error.faults[:_FAULTS_SHOWN]:
            _write(sys.stderr, fold(f"  - {fault.sentence()}"))
        if len(error.faults) > _FAULTS_SHOWN:
            _write(sys.stderr, f"  ... and {len(error.faults) - _FAULTS_SHOWN} more; --json lists them all")
    if code == 9 and not style.debug:
        _write(sys.stderr, fold("  This is a fault of the program, not of your inputs; --debug shows where."))
    return code


def _notes(error: BaseException) -> list[str]:
    """What was said to an error on its way, such as what is stored all the same."""
    return list(getattr(error, "__notes__", ()))


def _describe(error: BaseException) -> tuple[int, str, str, list[dict[str, object]]]:
    if isinstance(error, InputError):
        return error.code, error.name, str(error), [fault.as_dict() for fault in error.faults]
    if isinstance(error, PlannerError):
        return error.code, error.name, str(error), []
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, "interrupted", "interrupted" if _notes(error) else "interrupted; nothing was saved", []
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return 8, "file-system", f"the file system refused: {error.strerror or error}{place}", []
    if isinstance(error, MemoryError):
        return 9, "internal", "out of memory", []
    return 9, "internal", f"internal error: {type(error).__name__}: {error}", []


# the live line


@contextmanager
def live(style: Style) -> Iterator[Callable[[Report], None] | None]:
    """What to call with each update while a solver, which takes over stdout and stderr, is at work."""
    if style.quiet:
        yield None
        return
    try:
        stream = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
    except OSError:  # stderr is closed
        yield None
        return
    with closing_quietly(stream):
        if stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown", ""):
            with _moving(stream) as update:
                yield update
        else:
            yield _plain_lines(stream)


@contextmanager
def closing_quietly(stream: TextIO) -> Iterator[None]:
    """Closes a stream of messages; that nobody reads them any more ends nothing."""
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            stream.close()


@contextmanager
def _moving(stream: TextIO) -> Iterator[Callable[[Report], None]]:
    """One line that rewrites itself; it is gone when the work is done."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    began = time.monotonic()
    latest: list[Report] = []

    def line() -> Text:
        words = sentence(latest[-1], time.monotonic() - began) if latest else "starting"
        return Text(words, no_wrap=True, overflow="ellipsis")

    console = Console(file=stream)
    with Live(
        get_renderable=line,
        console=console,
        refresh_per_second=4,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield lambda update: latest.__setitem__(slice(None), [update])


def _plain_lines(stream: TextIO) -> Callable[[Report], None]:
    """A line when the phase changes, and now and then."""
    began = time.monotonic()
    last_phase, last_time = "", -PLAIN_LINE_EVERY_SECONDS

    def update(news: Report) -> None:
        nonlocal last_phase, last_time
        elapsed = time.monotonic() - began
        if news.step != last_phase or elapsed - last_time >= PLAIN_LINE_EVERY_SECONDS:
            last_phase, last_time = news.step, elapsed
            with suppress(OSError, ValueError):
                stream.write(fold(sentence(news, elapsed)) + "\n")
                stream.flush()

    return update


def sentence(report: Report, elapsed: float) -> str:
    """What is being done, for how long at most, what there is so far, and what is still wanted.

    ``52 s of at most 170 | choosing sites | best plan so far -$19.11B | no plan beats -$18.14B | gap 4.65 % of present
    cost, wanted 0.75 %``
    """
    parts = [f"{elapsed:.0f} s" + ("" if report.most is None else f" of at most {report.most:.0f}"), report.step]
    if report.value is not None:
        parts.append(f"best plan so far {usd(MILLION * report.value)}")
    if report.bound is not None:
        parts.append(f"no plan beats {usd(MILLION * report.bound)}")
    if report.gap is not None:
        wanted = "" if report.wanted is None else f", wanted {percent(report.wanted)}"
        parts.append(f"gap {percent(report.gap)} of present cost{wanted}")
    return " | ".join(parts)
