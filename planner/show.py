"""What a run says on a terminal: plain text for someone tired who has to sign, its verdict first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.measures import megawatts, percent
from planner.report import screen, second
from planner.report.layout import table
from planner.report.second import Kept
from planner.report.shapes import Figure, Table
from planner.results import verdicts

if TYPE_CHECKING:
    from planner.inputs.case import Case
    from planner.plan import Plan
    from planner.registry import RunInfo

#: what a verdict on a whole run means, by the verdict of its document
MEANS = {
    "optimal": "No plan of these inputs is better by more.",
    "within_limits": "This plan keeps every rule. {}, so a better one may exist.",
    "infeasible": "The firm promises cannot all be kept at once.",
}


def summary(document: Mapping[str, Any], case: Case, plan: Plan | None, kept: Kept | None = None) -> str:
    """The first and the second screen, the sites, the accounts, and where the workbook lies.

    What is not proven says so before the headline; why there is no plan follows it. ``kept`` is what analyses of the
    run found.
    """
    first = screen.first(case, plan, document, kept)
    proven = document.get("verdict") == "optimal" and verdicts.plan(document) != verdicts.FAILED
    parts = [] if proven or plan is None else [verdict(document)]
    parts += [first.headline, "" if plan is not None else str(document.get("explanation") or "")]
    parts += [*map(section, first.tables), first.proof]
    if plan is not None:
        from planner.results.accounts.words import TITLE, text

        parts += [*map(section, second.second(case, plan, document, kept)), sites(case, plan)]
        parts += [f"{TITLE}\n{said}"] if (said := text(document, case, plan)) else []
    parts.append(places(document))
    return "\n\n".join(part for part in parts if part)


def section(of: Table) -> str:
    """A table of a screen with its title and its note."""
    rows = [tuple(str(cell) for cell in row) for row in of.rows]
    right = [c for c in range(len(of.headers)) if any(isinstance(row[c], Figure) for row in of.rows)]
    note = f"\n  {of.note}" if of.note else ""
    return f"{of.title.upper()}\n{table(of.headers, rows, right)}{note}"


def verdict(document: Mapping[str, Any]) -> str:
    """The verdict of the run, what it means, and that it was checked; then why there is no plan."""
    word, kind = verdicts.plan(document), str(document.get("verdict"))
    checked = document.get("verification") or {}
    if word == verdicts.FAILED:
        named = (b.get("rule", b) if isinstance(b, Mapping) else b for b in checked.get("broken") or ["a rule"])
        said = f"{word}: {', '.join(dict.fromkeys(str(name) for name in named))}."
    else:
        why = "You stopped the search" if document.get("interrupted") else "The search stopped at a limit"
        said = f"{word}. {MEANS.get(kind, verdicts.MEANINGS[verdicts.NONE_FOUND]).format(why)}"
    rules = checked.get("rules")
    count = len(rules) if isinstance(rules, list | dict) else rules
    if checked.get("passed") and count:
        said += f" All {count} rules were checked again, independently."
    explained = str(document.get("explanation") or "")
    return "\n\n".join(part for part in (said[:1].upper() + said[1:], explained) if part)


def sites(case: Case, plan: Plan) -> str:
    """The sites at the end of the horizon: secured at the meter, halls and racks as IT load."""
    last = case.periods.labels()[-1]
    rows = []
    for r in plan["tiers"].to_dict("records"):
        if r["period"] == last:
            site = case.sites[str(r["site_id"])]
            tiers = (megawatts(r[f"{tier}_mw"]) for tier in ("secured", "commissioned", "populated"))
            rows.append((str(r["site_id"]), f"{site.name}, {site.state}", *tiers))
    headers = ("Site", "Place", "secured, facility", "commissioned, IT", "populated, IT")
    return f"SITES AT THE END OF {last}\n{table(headers, rows, (2, 3, 4))}" if rows else ""


def places(document: Mapping[str, Any]) -> str:
    folder = document.get("folder")
    if not folder:
        return ""
    files = [str(f) for f in document.get("files") or []]
    lines = [f"Run:      {document['run']}"] if document.get("run") else []
    for word, ending in (("Workbook: ", ".xlsx"), ("Page:     ", "report.html")):
        lines += [f"{word}{file}" for file in files if file.endswith(ending)][:1]
    return "\n".join([*lines, f"Folder:   {folder}"])


def run_list(runs: Sequence[RunInfo]) -> str:
    if not runs:
        return "No runs yet; 'planner optimize' makes one."
    rows = [(info.run, info.created[:19].replace("T", " "), _word(info)) for info in runs]
    return table(("Run", "Published (UTC)", "Verdict"), rows)


def _word(info: RunInfo) -> str:
    """The verdict of a stored run, its gap as a share of present cost."""
    gap = percent(info.gap)
    words = {
        "optimal": f"{verdicts.PROVEN} {gap}",
        "within_limits": f"{verdicts.CHECKED} (gap {gap})",
        "infeasible": verdicts.NO_PLAN,
        "unknown": verdicts.NONE_FOUND,
    }
    return words.get(info.verdict, info.verdict)


def verified(run: str, found: Mapping[str, Any], changed: Sequence[str]) -> str:
    rules = found.get("rules")
    text = f"Run {run} keeps every rule" + (f" ({rules} rules)." if isinstance(rules, int) else ".")
    if changed:
        text += "\nThe plan is intact, but: " + "; ".join(changed) + ". 'planner report' restores reports."
    return text
