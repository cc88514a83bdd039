"""Why, and at what price: ``planner explain`` and ``planner price``."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.commands.asking import Fresh, Out, opened, reporting
from planner.commands.kept import answered
from planner.options import Asked, Budget, Debug, Demand, Edits, Json, Quiet, Reports, Without, pulled
from planner.terminal import INTERRUPTED, Style, live

PRICE_CODES = {"priced": 0, "infeasible": 4, "unknown": 6}
#: exit code by verdict
EXIT_CODES = {"feasible": 0, "infeasible": 4, "unknown": 6, "plan": 0}


def explain(
    asked: Asked = None,
    edits: Edits = None,
    budget: Budget = None,
    demand: Demand = None,
    without: Without = None,
    time_limit: Annotated[
        float | None, typer.Option(min=1, help="Seconds for all questions together. [default: 60]")
    ] = None,
    fresh: Fresh = False,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Say why there is no plan, and every way out; of a stored plan, what binds and which promise breaks first.

    Exit codes: 0 a plan exists, 4 infeasible and explained, 6 not settled in the time allowed, 130 interrupted with
    what was found so far. The same command goes on where it was stopped.
    """
    style = Style(json, quiet, debug)
    from planner import store
    from planner.analyses import binding, explain_words
    from planner.analyses import explain as why
    from planner.answers import whys
    from planner.solve import interruptible

    def changes(model: str | None) -> list[str]:
        return pulled(model, edits, budget, demand, without)

    source, notebook = opened(style, "explain", asked, changes, reports, fresh, out)
    seconds = why.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:
        tell = reporting(progress, seconds)
        stored = store.load(source.run) if source.run and not source.edits else None
        if stored is not None and stored.plan is not None:
            document = binding.explain_plan(source, stored.case, stored.plan, stored.document, seconds, tell, notebook)
            text, answer, verdict = None, whys.of_plan(stored.case, document), "plan"
        else:
            found = why.explain(source, seconds=seconds, tell=tell, notebook=notebook)
            text, verdict = explain_words.text(found), found.verdict
            answer = whys.of_clash(source.case(), why.document(source, found))
        stopped = interrupt.signal
    answered(style, "explain", answer, out or (), source, text, verdict == "plan")
    return INTERRUPTED if stopped else EXIT_CODES[verdict]


def price(
    asked: Asked = None,
    edits: Edits = None,
    time_limit: Annotated[
        float | None, typer.Option(min=1, help="Seconds for all solves together. [default: 900]")
    ] = None,
    fresh: Fresh = False,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Say what each promise and limit costs: the programme re-solved without it, and with one unit more of it.

    Exit codes: 0 priced, 4 infeasible (see 'explain'), 5 stopped at a limit with what was priced so far, 6 nothing
    priced, 130 interrupted. The same command goes on where it was stopped.
    """
    style = Style(json, quiet, debug)
    from planner.analyses import price as pricing
    from planner.answers import prices
    from planner.solve import interruptible

    source, notebook = opened(style, "price", asked, lambda _: list(edits or ()), reports, fresh, out)
    seconds = pricing.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:
        found = pricing.price(source, notebook, seconds=seconds, tell=reporting(progress, seconds))
        stopped = interrupt.signal
    answered(style, "price", prices.answer(source, found), out or (), source)
    if stopped:
        return INTERRUPTED
    return 5 if found.verdict == "priced" and not found.complete else PRICE_CODES[found.verdict]
