"""What a comparison says before its tables: what is proven of each run, and how the two differ in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from planner.analyses.compare import Pair
from planner.analyses.compare.indicators import UNITS
from planner.inputs.case import Case
from planner.inputs.programme import NET_BENEFIT, Claim
from planner.measures import amount, known, percent
from planner.report.shapes import Figure
from planner.results import verdicts
from planner.store import Stored

#: indicator -> what a person calls it; those by year are shown at the end of the horizon
HEADLINES = {
    "net_benefit_usd": "Net benefit (present)",
    "mission_value_usd": "Mission value (present)",
    "present_cost_usd": "Present cost",
    "spend_usd": "Investment",
    "operations_usd": "Operations",
    "unallocated_by_split_usd": "Set aside by the split",
    "secured_mw": "Secured",
    "commissioned_mw": "Commissioned",
    "populated_mw": "Populated",
    "serving_pflops.fp64": "Serving fp64",
    "serving_pflops.bf16": "Serving bf16",
    "serving_pflops.fp8": "Serving fp8",
    "served_share": "Demand served",
    "emissions_t": "Emissions",
}
#: what else a figure is called; the last part of its name follows
CALLED = {
    "objective_usd": "Objective",
    "committed_usd": "Signed",
    "committed_by_year_usd": "Signed",
    "spend_by_year_usd": "Investment",
    "spend_by_category_usd": "Investment in",
    "operations_by_year_usd": "Operations",
    "funding_by_source_usd": "Operations paid by",
    "soft_usd": "Software, security and training",
    "grid_at_end_mw": "Grid contracts at the end,",
    "compute_pflops": "Installed",
    "serving_pflops": "Serving",
    "cost_per_mw": "Infrastructure cost per MW,",
}


def verdict(run: Stored) -> str:
    """What is proven of a run, with its gap as a share of present cost."""
    words, gap = verdicts.plan(run.document), run.document.get("gap")
    for opening in (verdicts.PROVEN, verdicts.CHECKED):
        if words.startswith(opening):
            share = percent(gap) if known(gap) else "a gap that is not known"
            return f"{opening} {share}" if opening == verdicts.PROVEN else f"{opening} (gap {share})"
    return words


def lead(pair: Pair) -> str:
    """What a reader should know first, a sentence a line: of the programmes, of the proof, of the plans."""
    said = [kind] if (kind := _differ_in_kind(pair)) else []
    if message := no_plan(pair):
        return "\n".join([*said, message])
    if not (pair.inputs or pair.decisions or pair.indicators):
        return "Nothing differs: the inputs, the plan and its figures are the same."
    return "\n".join([*said, _difference(pair)])


def _differ_in_kind(pair: Pair) -> str:
    """A sentence where the two are not one programme with an edit: other programmes, or other promises."""
    a, b = pair.base.case, pair.other.case
    promises = [(name, _held(x), _held(y)) for name, x, y in _claims(a, b)]
    changed = [f"{name} ({x}; {y})" for name, x, y in promises if x != y]
    if a.name != b.name:
        return (
            f"These are two programmes that differ in kind: {pair.base_label} and {pair.label}. "
            f"{len(changed)} of {len(promises)} promises differ: read each figure beside its own promises."
        )
    return f"The promises differ ({pair.base_label}; {pair.label}): {'; '.join(changed)}." if changed else ""


def _claims(a: Case, b: Case) -> Iterator[tuple[str, Claim | None, Claim | None]]:
    """Claims of two programmes by their words, in the order of the first."""
    old, new = ({c.id: c for c in case.programme.claims} for case in (a, b))
    for claim in dict.fromkeys([*old, *new]):
        one = old.get(claim) or new[claim]
        yield one.claim, old.get(claim), new.get(claim)


def _held(claim: Claim | None) -> str:
    if claim is None:
        return "not asked"
    by = f" by {claim.by}" if claim.by else ""
    return f"{claim.binding}, {amount(claim.level, claim.unit)}{by}" if claim.level is not None else "shown only"


def _difference(pair: Pair) -> str:
    """How net benefit moves, and whether the proofs can distinguish the two plans.

    A run proves a range of its objective. Where both maximise something else than net benefit, and the same, that is
    compared; where they maximise different things, no proof compares them.
    """
    changed = {one.name: one for one in pair.indicators or ()}
    objective, benefit = changed.get("objective_usd"), changed.get("net_benefit_usd")
    asked = [_maximised(run.case) for run in (pair.base, pair.other)]
    if asked[0] == asked[1]:
        of, one = ("net benefit", benefit) if asked[0] == NET_BENEFIT and benefit else ("objective", objective)
    else:
        of, one = "net benefit", benefit
    if one is None:
        return f"{pair.label} has as much {of} as {pair.base_label}; other figures differ."
    if one.delta is None:
        return f"{pair.label} against {pair.base_label}: how the {of} differs is not known."
    more = "more" if one.delta > 0 else "less"
    move = f"{pair.label} has {Figure(abs(one.delta), 'USD')} {more} {of} than {pair.base_label}"
    if asked[0] != asked[1]:
        return f"{move}: not comparable by proof, because they maximise different things."
    if objective is None or objective.within_gap:
        return f"{move}: this difference is within the proof."
    if objective.within_gap is None:
        return f"{move}; without both proofs this is not settled."
    return f"{move}, which is beyond what the proofs leave open."


def _maximised(case: Case) -> dict[str, object]:
    """What a programme weighs, prices of missed goals included."""
    programme = case.programme
    prices = {claim.id: claim.price_usd for claim in programme.claims if claim.price_usd}
    weighed: dict[str, object] = {**programme.objective.weights, **prices}
    precision = programme.objective.compute_precision
    return {**weighed, "precision": precision} if "compute_usd_per_pflops" in weighed else weighed


def no_plan(pair: Pair) -> str:
    """Why there is nothing but inputs to compare; empty where there are two plans."""
    both = ((pair.base_label, pair.base), (pair.label, pair.other))
    missing = [f"{label}: {verdict(run)}." for label, run in both if run.plan is None]
    reason = str(pair.other.document.get("explanation") or "") if pair.other.plan is None else ""
    return " ".join([*missing, *([reason] if reason else [])])


def called(figure: str, claims: Mapping[str, str]) -> str:
    """What a person calls a figure of the document: ``secured_mw.2030`` is "Secured, 2030"."""
    first, *rest = figure.split(".")
    if first == "promises":
        return f"Planned: {claims.get(rest[0], rest[0])}"
    words = HEADLINES.get(first) or CALLED.get(first)
    if words is None:
        ending = first.rpartition("_")
        words = (ending[0] if ending[2] in UNITS and ending[0] else first).replace("_", " ").capitalize()
    comma = "," if rest and rest[-1].isdigit() and len(rest) == 1 else ""
    return " ".join([words + comma, ", ".join(part.replace("_", " ") for part in rest)]).strip()
