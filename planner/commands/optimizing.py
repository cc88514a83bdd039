"""What ``planner optimize`` does beside its solve: a dry run, why there is no plan, the price of secured power."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.terminal import Style, live

if TYPE_CHECKING:
    from planner.answers import Answer
    from planner.inputs.case import Case
    from planner.run import Options, Result

#: seconds in which an infeasible programme's smallest clash is looked for
CLASH_SECONDS = 40.0


def explain_clash(document: dict[str, Any], model: str | None, edits: Sequence[str] | None) -> None:
    """Say which promises clash; 'planner explain' has the ways out."""
    from planner.analyses import explain_words
    from planner.analyses.explain import explain
    from planner.analyses.source import Source

    found = explain(Source(model, tuple(edits or ())), seconds=CLASH_SECONDS, wanted=0)
    if found.verdict == "infeasible":
        words = explain_words.text(found).replace("No repair was found.", "'planner explain' looks for ways out.")
        document["explanation"] = f"{words}\n{document['explanation']}"


def without_promise(result: Result, folder: Path, options: Options, style: Style) -> Answer | None:
    """The programme without its promise of secured power, kept with the run; None where there is nothing to price."""
    from planner.analyses import without as second
    from planner.answers import withouts
    from planner.commands.kept import keep

    claim = second.promise(result.case)
    if claim is None or result.plan is None or result.document.get("interrupted"):
        return None
    style.say(f"Solving once more without '{claim.id}', to price it; --no-price leaves this out.")
    with live(style) as progress:
        found = second.without(result.case, claim, result.document, result.gates, options, progress)
    answer = withouts.answer(result.case, found, result.document)
    keep(style, folder, "without", answer)
    return answer


def dry_run(case: Case, style: Style, began: float) -> int:
    from planner import run

    program = run.compile_only(case)
    size = dict(getattr(program, "size", None) or {})
    document = {
        "schema": "planner/dry-run/1",
        "model": case.name,
        "title": case.programme.title,
        "changes": list(case.changes),
        "inputs_sha256": case.sha256,
        "size": size,
        "seconds": {"total": time.perf_counter() - began},
    }
    counts = ", ".join(f"{count:,} {word}" for word, count in size.items())
    style.answer(document, f"{case.programme.title}\nThe inputs are valid and the model builds: {counts}. Not solved.")
    return 0
