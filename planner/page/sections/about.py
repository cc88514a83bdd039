"""What the page does not prove, and which run of which inputs it shows."""

from __future__ import annotations

from planner.measures import NONE, date
from planner.page.figures import Figures
from planner.page.parts import Section, Table, Text
from planner.results import verdicts


def fill(f: Figures) -> Section:
    programme, document = f.case.programme, f.document
    found = f.kept.get("risk")
    confidence = "confidence is not assessed" if found is None else "how sure it is stands under Analysis: risk"
    limits = [
        f"A point estimate: {confidence}. Every input has a range, a source and a status in the workbook.",
        "The proof is of the plan, for these inputs and rules, within its gap; it says nothing of the inputs.",
        "MW are secured, commissioned or populated, and PFLOP/s have a precision: each promise is shown in the reading "
        "that its row names.",
        "Investment is private; operating cost is a resource cost; nothing here is an appropriation.",
    ]
    versions = ", ".join(f"{name} {v}" for name, v in sorted((document.get("versions") or {}).items()))
    found = document.get("verification") or {}
    rows = [
        ("Run", str(document.get("run") or NONE)),
        ("Programme", f"{f.case.name}: {programme.title}"),
        ("As of", f"{date(programme.as_of)}, demand case {programme.demand_case}"),
        ("Inputs changed for this run", "; ".join(str(c) for c in document.get("changes") or []) or "none"),
        ("Verdict", verdicts.plan(document)),
        ("Check", check(f)),
        ("Rules broken", str(len(found.get("broken") or []))),
        ("Hash of the inputs (SHA-256)", str(document.get("inputs_sha256") or f.case.sha256)),
        ("Made with", versions or NONE),
        ("Beside this page", "plan.xlsx: every figure with its formula, source and status; tables/: the plan as CSV"),
    ]
    table = Table("The run", ("What", "Value"), rows, (1,))
    return Section("about", "Limits, and where this comes from", [*map(Text, limits), table])


def check(f: Figures) -> str:
    """What the second computation of every rule found."""
    found = f.document.get("verification") or {}
    if not found:
        return "The rules of this plan were not checked a second time."
    if not found.get("passed"):
        return f"{verdicts.FAILED[:1].upper()}{verdicts.FAILED[1:]}: {len(found.get('broken') or [])} findings."
    rules = found.get("rules")
    many = f"All {rules} rules" if isinstance(rules, int) else "All rules"
    return f"{many} were recomputed from the inputs by other code than the solver's; none is broken."
