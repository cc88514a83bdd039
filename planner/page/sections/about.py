"""What the page does not prove, and which run of which inputs it shows."""

from __future__ import annotations

from planner.page import amounts
from planner.page.figures import Figures
from planner.page.html import Markup, section, table, tag

NAME, HEADING = "about", "Limits, and where this comes from"


def fill(f: Figures) -> Markup:
    programme, document = f.case.programme, f.document
    limits = [
        "A point estimate: confidence is not assessed. Every input has a range, a source and a status in the workbook.",
        "The proof is of the plan, for these inputs and rules, within the gap above; it says nothing of the inputs.",
        f"As of {programme.as_of}; demand case {programme.demand_case}. The announcement gives no basis for its MW and "
        "no precision for its PFLOP/s: each is shown in the reading that its row names.",
        "Investment is private; operating cost is a resource cost; nothing here is an appropriation.",
    ]
    versions = ", ".join(f"{name} {v}" for name, v in sorted((document.get("versions") or {}).items()))
    changes = "; ".join(str(change) for change in document.get("changes") or []) or "none"
    found = document.get("verification") or {}
    rows = [
        ("Run", str(document.get("run") or amounts.NONE)),
        ("Programme", f"{f.case.name}: {programme.title}"),
        ("Inputs changed for this run", changes),
        ("Hash of the inputs (SHA-256)", str(document.get("inputs_sha256") or f.case.sha256)),
        (
            "Rules checked a second time",
            f"{found.get('rules', amounts.NONE)}, of which broken: {len(found.get('broken') or [])}",
        ),
        ("Made with", versions or amounts.NONE),
        (
            "Beside this page",
            "plan.xlsx: every figure with its formula, its source and its status; tables/: the plan as CSV",
        ),
    ]
    return section(
        NAME,
        HEADING,
        tag("ul", *(tag("li", text) for text in limits)),
        table("The run", ("What", "Value"), rows, text=(1,)),
    )
