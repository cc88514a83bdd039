"""How a command solves a programme and stores what it found: no signal comes between the plan and its folder."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import PlannerError
from planner.terminal import INTERRUPTED, SIGNALLED, Style, live

if TYPE_CHECKING:
    from planner.run import Result
    from planner.solve import Report
    from planner.store import Draft, RunFolder

#: exit code of a finished search, by its verdict
EXIT_CODES = {"optimal": 0, "infeasible": 4, "within_limits": 5, "unknown": 6}
#: exit code of a search that a signal ended
STOPPED = {number.name: SIGNALLED + number for number in signal.Signals}

#: solves, and reports how far it is; None where nobody watches
Solve = Callable[[Callable[["Report"], None] | None], "Result"]


def solved(
    style: Style, draft: Draft, began: float, solve: Solve, complete: Callable[[Result], None]
) -> tuple[Result, RunFolder]:
    """Solve, add to the document by ``complete``, store, and write the reports.

    A signal ends the solver. After that it waits until the plan is stored. Raises PlannerError where the run or a
    report could not be written; the plan is then on the screen, and stored unless the error says that it is not.
    """
    from planner import reports, show
    from planner.files import undisturbed

    reports.prepare()
    with ExitStack() as held:
        held.enter_context(undisturbed())
        with live(style) as progress:
            result = solve(progress)
        if result.plan is None:
            held.close()
        complete(result)

        def write(at: Path, document: dict[str, Any]) -> list[Exception]:
            held.close()
            return reports.write(at, result.case, result.plan, document)

        try:
            return result, draft.publish(result, write, began)
        except PlannerError:
            if not style.json:
                style.say(show.summary(result.document, result.case, result.plan))
            raise


def exit_code(document: Mapping[str, Any]) -> int:
    """Of a stored run: by the signal that ended its search, else by its verdict."""
    if stopped_by := document.get("interrupted"):
        return STOPPED.get(str(stopped_by), INTERRUPTED)
    return EXIT_CODES.get(str(document.get("verdict")), 9)
