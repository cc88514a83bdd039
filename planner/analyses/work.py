"""Time that an analysis has, and what earlier calls of it settled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from planner.analyses.notebook import Notebook
from planner.inputs.case import Case
from planner.solve.interrupt import INTERRUPT

#: receives what an analysis is at
Tell = Callable[[str], None]


class Undecided(Exception):
    """A question ended at a limit, or was interrupted."""


class Work:
    """Seconds for a whole analysis, None for no limit. With a notebook, what was settled is not asked again."""

    def __init__(self, seconds: float | None, notebook: Notebook | None = None) -> None:
        self.notebook = notebook
        self._end = None if seconds is None else time.perf_counter() + seconds

    def left(self) -> float:
        return float("inf") if self._end is None else max(0.0, self._end - time.perf_counter())

    def seconds(self, most: float) -> float:
        """Seconds of one solve; raises Undecided where no time is left or the user asked to stop."""
        if INTERRUPT.signal is not None or self.left() <= 0:
            raise Undecided
        return max(0.5, min(most, self.left()))


class Settled:
    """What is known of one set of inputs from earlier calls: nothing without a notebook. Edits make another set."""

    def __init__(self, notebook: Notebook | None, case: Case) -> None:
        self._notebook, self._case = notebook, case

    def _key(self, what: str, gone: Iterable[str]) -> str:
        return " ".join([self._case.sha256[:16], what, *(f"-{x}" for x in sorted(gone))])

    def known(self, what: str, gone: Iterable[str] = ()) -> Any | None:
        """The answer to a question with some terms left out, None if there is none."""
        return None if self._notebook is None else self._notebook.known(self._key(what, gone))

    def keep(self, what: str, gone: Iterable[str], answer: Any) -> None:
        if self._notebook is not None:
            self._notebook.keep(self._key(what, gone), answer)

    def bound(self, what: str, gone: tuple[str, ...], ask: Callable[[], float | None]) -> float | None:
        """A proven bound; one that is not proven in time is asked for again the next time."""
        if (noted := self.known(what, gone)) is not None:
            return float(noted)
        bound = ask()
        if bound is not None:
            self.keep(what, gone, bound)
        return bound
