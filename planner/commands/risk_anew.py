"""The two ways of ``planner risk`` that decide anew: in each draw, and before and after a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planner.commands.kept import answered
from planner.errors import Fault, InputError
from planner.terminal import INTERRUPTED, Style, live

if TYPE_CHECKING:
    from planner.analyses.sweep import Answer, Job, Workers
    from planner.inputs.case import Case
    from planner.plan import Plan
    from planner.risk.scenarios import Scenario
    from planner.risk.uncertainty import Uncertainty
    from planner.run import Options
    from planner.store import Stored


#: level of CVaR where nobody says
CVAR_LEVEL = 0.8


@dataclass(frozen=True)
class About:
    """A stored run with its plan, where it lies, what varies, and how each case is solved."""

    at: Path
    stored: Stored
    plan: Plan
    uncertainty: Uncertainty
    seed: int
    options: Options
    out: Sequence[Path]

    def cases(self, scenarios: Sequence[Scenario]) -> list[Case]:
        """The run's inputs as each scenario has them. Raises InputError with every fault of any."""
        from planner.analyses.source import Source
        from planner.risk.scenarios import CaseEdits

        source = Source(str(self.at / "inputs" / "model.toml"), run=self.at)
        edits_of = CaseEdits(self.stored.case, self.uncertainty)
        found: list[Case] = []
        faults: list[Fault] = []
        for scenario in scenarios:
            try:
                found.append(source.case(edits_of.edits(scenario)))
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(faults)
        return found


@dataclass(frozen=True)
class Few:
    """Draws, and at most how many scenarios of them; the month until which they share; CVaR's level and weight."""

    draws: int
    scenarios: int
    until: str | None = None
    cvar_level: float | None = None
    cvar_weight: float | None = None


def anew(style: Style, about: About, draws: int, workers: int | None, scheduler: str | None) -> int:
    """Decide anew in each draw, as a sweep. Exit codes: 0 all answered, 5 not all proven, 9 not all solved."""
    from planner.analyses.replan import taken
    from planner.analyses.source import Source
    from planner.analyses.sweep import Job
    from planner.answers import anew as answers
    from planner.risk.anew import Draw, document, fixed
    from planner.risk.scenarios import first

    case, gates = about.stored.case, about.stored.document.get("gates") or {}
    scenarios = first(case, about.plan, about.uncertainty, draws, about.seed)
    jobs = [
        Job(f"draw-{n:03d}", f"draw {n} of {draws}, seed {about.seed}", one, about.options, start=gates)
        for n, one in enumerate(about.cases(scenarios), 1)
    ]
    try:
        runs = _swept(style, about, jobs, workers, scheduler)
    except KeyboardInterrupt:
        style.say("planner: stopped; the answers there are kept, the same command goes on from there")
        return INTERRUPTED
    p = case.periods
    decided = taken(case, about.plan, f"{p.first_year + -(-p.count * p.months // 12)}-01-01")
    found = []
    for job, scenario in zip(jobs, scenarios, strict=True):
        answer, stored = runs[job.name]
        objective = (stored.document.get("objective") or {}) if stored else {}
        stands = fixed(job.case, decided, about.options.seconds)
        ends = objective.get("value"), objective.get("bound")
        plan = stored.plan if stored else None
        found.append(Draw(job.name, scenario, answer.run, answer.verdict, answer.error, *ends, plan, *stands))
    made = document(about.at.name, case, about.plan, found, about.uncertainty, about.seed)
    source = Source(str(about.at / "inputs" / "model.toml"), run=about.at)
    answered(style, "futures", answers.answer(about.at.name, case, made), about.out, source)
    if any(d.error for d in found):
        return 9
    return 0 if {d.verdict for d in found} <= {"optimal", "infeasible"} else 5


def _swept(
    style: Style, about: About, jobs: Sequence[Job], workers: int | None, scheduler: str | None
) -> dict[str, tuple[Answer, Stored | None]]:
    """Answers and runs by job, through the sweep that any earlier call left."""
    from planner import store
    from planner.analyses import sweep as sweeps
    from planner.commands.what_if import update

    folder = about.at.parent
    own = sweeps.folder_of(folder, store.run_name(None, f"risk-{about.at.name}"))

    def swept(pool: Workers) -> dict[str, tuple[Answer, Stored | None]]:
        with live(style) as tell:
            found = sweeps.sweep(jobs, folder, own, pool, lambda news: tell(update(news)) if tell else None)
        return {n: (a, store.load(store.find(folder, a.run)) if a.run else None) for n, a in found.items()}

    if not scheduler:
        return swept(sweeps.Pool(workers or sweeps.cores()))
    from planner.analyses.sweep.cluster import Cluster

    cluster = Cluster(scheduler)
    try:
        return swept(cluster)
    finally:
        cluster.close()


def staged(style: Style, about: About, few: Few) -> int:
    """What to sign before a date.

    Exit codes: 0 proven within the gap, 4 no plan holds in every scenario, 5 not proven, 6 no plan found in time.
    """
    from planner.analyses.source import Source
    from planner.answers import stages as answers
    from planner.risk.scenarios import reduced
    from planner.risk.staged import document, until_of
    from planner.risk.stages import decided
    from planner.solve import Verdict, interruptible
    from planner.solve.extensive import Future, Stages

    case = about.stored.case
    month, before = until_of(case, few.until, about.uncertainty)
    made = reduced(case, about.plan, about.uncertainty, few.draws, about.seed, few.scenarios)
    *cases, mean = about.cases([*made.scenarios, made.mean])
    futures = [
        Future(f"scenario-{n}", one, scenario.probability)
        for n, (one, scenario) in enumerate(zip(cases, made.scenarios, strict=True), 1)
    ]
    level = CVAR_LEVEL if few.cvar_level is None else few.cvar_level
    stages = Stages(before, level=level, weight=few.cvar_weight or 0.0)
    with live(style) as tell, interruptible() as interrupt:
        found = decided(futures, mean, stages, about.options.limits(case), tell or (lambda report: None))
        if interrupt.signal:
            style.say("planner: stopped; nothing is kept")
            return INTERRUPTED
    answer = document(about.at.name, found, made, about.uncertainty, month, about.seed)
    source = Source(str(about.at / "inputs" / "model.toml"), run=about.at)
    answered(style, "commit-now", answers.answer(about.at.name, case, answer), about.out, source)
    verdicts = {Verdict.OPTIMAL: 0, Verdict.INFEASIBLE: 4, Verdict.WITHIN_LIMITS: 5}
    return 9 if found.signed.values and not found.signed.passed else verdicts.get(found.signed.verdict, 6)
