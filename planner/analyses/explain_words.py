"""An explanation in sentences."""

from __future__ import annotations

from planner.analyses.explanation import Explanation
from planner.analyses.repairs import Change, Repair
from planner.analyses.words import amount

#: levers that say of which promise
OF_A_PROMISE = ("level", "date")


def text(found: Explanation) -> str:
    """Lines: the verdict, the conflict, the ways out, what is not settled."""
    if found.verdict == "feasible":
        return "A plan that keeps every rule and firm promise exists: there is nothing to repair."
    if found.verdict == "unknown":
        return (
            "Whether a plan exists was not settled in the time allowed: neither a plan nor a proof that there is none."
        )
    lines = [
        "No plan keeps every rule and firm promise."
        + (" Confirmed with presolve off." if found.without_presolve else "")
    ]
    if found.conflict:
        lines += ["", _conflict(found)]
        lines += [f"  - {m.term.says}  [{m.term.id}]" for m in found.conflict]
    if found.runs_into:
        lines.append(
            "It runs into physical limits, which are not for sale: " + "; ".join(x.says for x in found.runs_into) + "."
        )
    for other in found.others:
        lines += ["", "A clash of its own beside it:", *(f"  - {t.says}  [{t.id}]" for t in other)]
    if found.conflict:
        lines += ["", *_menu(found)]
    return "\n".join([*lines, *(["", *found.notes] if found.notes else [])])


def _conflict(found: Explanation) -> str:
    if len(found.conflict) == 1:
        return "This cannot be kept, whatever becomes of all other promises:"
    head = f"These {len(found.conflict)} cannot be kept together, whatever becomes of all other promises"
    if found.irreducible:
        return f"{head}; without any one of them the others can (re-solved):"
    return f"{head}; that without any one of them the others can was not shown for all:"


def _menu(found: Explanation) -> list[str]:
    if not found.repairs:
        return ["No repair was found."]
    ready = [r for r in found.repairs if r.confirmed]
    lines = [f"Ways out, {len(ready)} of {len(found.repairs)} confirmed by a plan that keeps everything else:"]
    return [*lines, *(f"  {n}. {repair_sentence(r)}" for n, r in enumerate(found.repairs, start=1))]


def repair_sentence(repair: Repair) -> str:
    words = ", and ".join(_change(c) for c in repair.changes)
    said = words[0].upper() + words[1:]
    if repair.confirmed:
        return f"{said}. Confirmed."
    return f"{said}. NOT confirmed: no plan of it was found in the time allowed."


def _change(change: Change) -> str:
    lever, to = change.lever, change.step.to
    if lever.unit == "tier":
        return f"read {lever.term.id} as {to} instead of {lever.before}"
    if lever.unit == "binding":
        kept = "a goal to come near to" if to == "goal" else "reported only"
        return f"make {lever.term.id} {kept} instead of firm"
    before = _figure(lever.before, lever.unit)
    of = f" of {lever.term.id}" if lever.what in OF_A_PROMISE else ""
    said = f"{lever.what}{of} from {before} to {_figure(to, lever.unit)}"
    if lever.unit.endswith(("earlier", "sides", "each year")):
        said = f"{lever.what}: {to:g} {lever.unit}"
    if isinstance(change.at_best, float) and change.at_best != to and lever.amount is not None:
        words = "no plan does with less than" if lever.what == "budget" else "no plan holds more than"
        said += f" ({words} {_figure(change.at_best, lever.unit)})"
    return said


def _figure(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return value
    if unit.startswith("year"):
        return f"{value:.0f}"
    return amount(float(f"{value:.6g}"), unit)
