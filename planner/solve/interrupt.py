"""Stopping a search: the first signal keeps the incumbent, the second leaves at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class Interrupted(KeyboardInterrupt):
    """The user asked twice to stop."""


class _Interrupt:
    """One flag for the process: set by the first signal, read by every running solve."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def handle(self, number: int, _: Any) -> None:
        if self.signal is not None:
            raise Interrupted
        self.signal = number


INTERRUPT = _Interrupt()


@contextlib.contextmanager
def interruptible() -> Iterator[_Interrupt]:
    """First SIGINT, SIGTERM or SIGHUP ends the solve and keeps the incumbent; the second raises Interrupted."""
    INTERRUPT.signal = None
    if threading.current_thread() is not threading.main_thread():
        yield INTERRUPT
        return
    asking = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
    kept = {s: signal.signal(s, INTERRUPT.handle) for s in asking if signal.getsignal(s) is not signal.SIG_IGN}
    try:
        yield INTERRUPT
    finally:
        for s, handler in kept.items():
            signal.signal(s, handler)
