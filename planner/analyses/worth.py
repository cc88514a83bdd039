"""What one more unit of a limit is worth: dual values of the linear programme around a plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from planner.analyses.ask import Answer
from planner.analyses.questions import Questions
from planner.analyses.terms import OF_PAYERS
from planner.solve import Program, marginals

#: dollars a unit below which a dual value is the rounding of the solver
LEAST_WORTH = 1e-6
MONEY = ("budget.within_authority", "budget.within_budget", *OF_PAYERS)
SITE_LIMITS = (
    "construction.within_land",
    "construction.within_existing_halls",
    "construction.within_build_rate",
    "construction.within_craft_workers",
    "power.within_onsite_limit",
    "power.within_ppa_limit",
    "cooling.within_water",
)


@dataclass(frozen=True)
class Worth:
    """What one unit more of a limit is worth in the linear programme around the plan; dollars of the objective."""

    rule: str
    where: str
    usd_per_unit: float


def worth(answer: Answer) -> list[Worth] | None:
    """Each budget year, cap on money of agencies and site limit, from the linear programme around whole choices."""
    built = answer.formulation
    if built is None:
        return None
    program = Program.compile(built.model)
    objective = program.linear(built.objective)
    duals = marginals(program, objective, program.loaded())
    if duals is None:
        return None
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row, dual in duals.items():
        rule, _, index = row.partition("[")
        if rule in MONEY:
            group, comma, t = index.rstrip("]").rpartition(",")
            sums[rule, group + comma + (built.case.periods.label(int(t)) if t.isdigit() else "all years")] += dual
        elif rule in SITE_LIMITS:
            sums[rule, index.rstrip("]").split(",")[0]] += dual
    # a ceiling of M USD: dollars per dollar; a site limit: dollars per unit in every period
    scale = {rule: 1.0 if rule in MONEY else 1e6 for rule, _ in sums}
    found = [Worth(rule, where, scale[rule] * x) for (rule, where), x in sums.items()]
    return [w for w in found if w.usd_per_unit > LEAST_WORTH]


def kept_worth(questions: Questions, answer: Answer | None) -> list[Worth] | None:
    """From the notebook where an earlier call found it: its plan is not kept."""
    noted = questions.notebook.known("worth")
    if noted is not None:
        return [Worth(**row) for row in noted]
    if answer is None:
        return None
    found = worth(answer)
    if found is not None:
        questions.notebook.keep("worth", [vars(w) for w in found])
    return found
