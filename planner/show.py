"""What a run says on a terminal: plain text for someone tired who has to sign, no colour needed.

An unproven run never looks like a success: the first words of the first line say what it is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.measures import amount, gap_text, idle_power, percent

if TYPE_CHECKING:
    from planner.inputs.case import Case
    from planner.plan import Plan
    from planner.registry import RunInfo

WIDTH = 110
Row = Sequence[str]


def summary(document: Mapping[str, Any], case: Case | None = None, plan: Plan | None = None) -> str:
    """Verdict, promises, money, sites, cost per MW, and where the workbook lies."""
    parts = [verdict(document)]
    if document.get("verdict") in ("optimal", "within_limits"):
        from planner.results.accounts.words import TITLE, text

        parts += [
            _section("WORTH AND COST (present dollars of the base year)", worth(document)),
            _section("PROMISES", promises(document, case)),
            _section("INVESTMENT by category (private money, then-year dollars)", investment(document)),
            _section("HOW WELL THE DOLLARS ARE KNOWN, by the weakest figure behind them", evidence(document)),
            _section("THE SPLIT, AND WHO PAYS FOR OPERATIONS", split_and_funding(document, case)),
            _section("SITES at the end of the last period", sites(document, case, plan)),
            _section("LIFETIME INFRASTRUCTURE DOLLARS per MW bought, beside what others paid", cost_per_mw(document)),
            _section(TITLE, text(document, case, plan)),
        ]
    parts.append(places(document))
    return "\n\n".join(part for part in parts if part)


def verdict(document: Mapping[str, Any]) -> str:
    """One sentence; NOT PROVEN, NO PLAN and NO ANSWER are said first."""
    gap = gap_text(document) or "an amount that is not known"
    match document.get("verdict"):
        case "optimal":
            text = f"PROVEN: no plan is better by more than {gap}."
        case "within_limits":
            why = "you stopped it" if document.get("interrupted") else "the search stopped at a limit"
            text = f"NOT PROVEN: {why}. This plan keeps every rule, but a better one may exist, by at most {gap}."
        case "infeasible":
            text = "NO PLAN: the firm promises cannot all be kept at once."
        case _:
            text = "NO ANSWER: the search stopped at a limit before it found any plan. That does not mean none exists."
    checked = document.get("verification") or {}
    if checked.get("passed"):
        rules = checked.get("rules")
        count = len(rules) if isinstance(rules, list | dict) else rules
        text += f" All {count} rules were checked again, independently." if count else ""
    elif checked:
        text = "FAILED ITS CHECK, do not use: " + ", ".join(_rules(checked)) + ". " + text
    lines = [textwrap.fill(text, WIDTH)]
    if document.get("explanation"):
        lines.append(_explained(document["explanation"]))
    return "\n\n".join(lines)


def _rules(checked: Mapping[str, Any]) -> list[str]:
    """Names of the broken rules, each once."""
    named = (b.get("rule", b) if isinstance(b, Mapping) else b for b in checked.get("broken") or ["a rule"])
    return list(dict.fromkeys(str(name) for name in named))


def _explained(explanation: Any) -> str:
    if isinstance(explanation, Mapping):
        explanation = explanation.get("text") or explanation.get("message") or explanation
    if isinstance(explanation, list | tuple):
        return "\n".join(str(line) for line in explanation)
    return "\n".join(textwrap.fill(line, WIDTH) for line in str(explanation).splitlines())


def promises(document: Mapping[str, Any], case: Case | None) -> str:
    """Every claim with a level: what was promised, what the plan holds, and whether that is the promise kept."""
    claims = {claim.id: claim for claim in case.programme.claims} if case else {}
    rows = []
    for item in document.get("commitments") or []:
        claim = claims.get(item.get("id", ""))
        unit = item.get("unit") or ""
        by = f" by {item['by']}" if item.get("by") else ""
        basis = item.get("tier") or item.get("precision") or ""
        wanted = amount(item.get("level"), unit)
        rows.append(
            (
                claim.claim if claim else str(item.get("id", "")),
                f"{wanted}{by}" + (f" ({basis})" if basis else ""),
                amount(item.get("planned"), unit),
                promise_verdict(item),
            )
        )
    if not rows:
        return ""
    found = table(("Claim", "Promised", "Planned", "Verdict"), rows, (44, 28, 16, 18))
    idle = textwrap.indent(textwrap.fill(idle_power(document.get("indicators") or {}), WIDTH - 2), "  ")
    return f"{found}\n{idle}".rstrip()


def promise_verdict(item: Mapping[str, Any]) -> str:
    """The word beside a promise; what is not measured is never kept."""
    state = item.get("state")
    if state != "reported" and (item.get("planned") is None or (state is None and item.get("met") is None)):
        return "not measured"
    if item.get("met"):
        return "kept" if item.get("firm") or item.get("binding") in ("firm", "goal") else "reached"
    if state == "reported":
        return "not reached" if item.get("met") is False else "shown only"
    short, word = item.get("shortfall"), "BROKEN" if item.get("firm") else "NOT KEPT"
    return f"{word}, short {amount(short, item.get('unit') or '')}" if short else word


#: key of the indicators -> what it is called
_WORTH = {
    "mission_value_usd": "Mission value",
    "mission_value_after_horizon_usd": "  of which after the horizon",
    "cost_after_horizon_usd": "  less running cost after it",
    "present_cost_usd": "Present cost",
    "owed_after_horizon_usd": "Owed after the horizon",
    "net_benefit_usd": "Net benefit",
}


def worth(document: Mapping[str, Any]) -> str:
    """What the plan is worth, what it costs, and what is left."""
    indicators = document.get("indicators") or {}
    rows = [(name, _billions(indicators[key])) for key, name in _WORTH.items() if indicators.get(key)]
    return table(("Figure", "$B"), rows, (34, 10), right=(1,)) if rows else ""


def investment(document: Mapping[str, Any]) -> str:
    indicators = document.get("indicators") or {}
    spend = indicators.get("spend_by_category_usd") or {}
    total = indicators.get("spend_usd") or sum(value or 0 for value in spend.values())
    rows = [(name, _billions(value), percent((value or 0) / total)) for name, value in spend.items() if total]
    if not rows:
        return ""
    return table(("Category", "$B", "share"), [*rows, ("Total", _billions(total), "")], (34, 10, 10), right=(1, 2))


def evidence(document: Mapping[str, Any]) -> str:
    """The budget by the status of its evidence, and the share of chips that are not on sale."""
    parts = [
        p for p in document.get("evidence") or [] if abs(p["usd"]) >= 0.005 or abs(p["usd_by_rate_alone"]) >= 0.005
    ]
    rows = [(p["status"], _billions(p["usd"]), percent(p["share"]), _billions(p["usd_by_rate_alone"])) for p in parts]
    if not rows:
        return ""
    headers = ("Status", "$B", "of budget", "by the rate alone, $B")
    lines = [table(headers, rows, (34, 10, 10, 22), right=(1, 2, 3))]
    share = document.get("chips_not_on_sale_share")
    if share is not None:
        lines.append(f"  Chips not on sale: {percent(share)} of the dollars for racks, fabric, storage and sales tax")
    return "\n".join(lines)


def split_and_funding(document: Mapping[str, Any], case: Case | None) -> str:
    """One line each: the split, the dollars that it leaves without use, the payers of operating cost."""
    indicators, lines = document.get("indicators") or {}, []
    share, nothing = indicators.get("infrastructure_share"), indicators.get("unallocated_by_split_usd")
    if share is not None:
        line = f"Split:       infrastructure {100 * share:.1f} % of what is invested"
        if case is not None:
            asked, width = case.programme.infrastructure_share, case.programme.infrastructure_share_tolerance
            line += f"; the split allows {100 * (asked - width):.0f} to {100 * (asked + width):.0f} %"
        lines.append(line)
    if nothing is not None:
        lines.append(f"Unallocated: {amount(nothing, 'USD')} set aside by the split alone; it buys nothing")
    paid = {name: _whole(value) for name, value in (indicators.get("funding_by_source_usd") or {}).items()}
    if paid:
        parts = ", ".join(f"{name} {value / 1e9:.2f}" for name, value in paid.items())
        line = f"Funding:     operations {amount(sum(paid.values()), 'USD')}: {parts} ($B)"
        most = [c.get("planned") for c in document.get("commitments") or [] if c.get("metric") == "funding"]
        lines.append(line + "".join(f"; largest year {percent(x)} of caps" for x in most if x is not None))
    return "\n".join(f"  {line}" for line in lines)


def _whole(value: Any) -> float:
    """A sum that may be given by year."""
    return sum(value.values()) if isinstance(value, Mapping) else float(value or 0)


def sites(document: Mapping[str, Any], case: Case | None, plan: Plan | None) -> str:
    """Secured is facility MW at the meter, the others are critical IT MW."""
    chosen = (document.get("indicators") or {}).get("sites") or []
    ids = [str(s.get("site_id") or s.get("id")) if isinstance(s, Mapping) else str(s) for s in chosen]
    tiers: dict[str, Mapping[str, Any]] = {}
    if plan is not None and case is not None:
        last = case.periods.labels()[-1]
        records = plan["tiers"].to_dict("records")
        tiers = {str(r["site_id"]): {str(k): v for k, v in r.items()} for r in records if str(r["period"]) == last}
        ids = ids or list(tiers)
    rows = []
    for site_id in ids:
        site = case.sites.get(site_id) if case else None
        at = tiers.get(site_id, {})
        rows.append(
            (
                site_id,
                f"{site.name}, {site.state}" if site else "",
                *(_mw(at.get(column)) for column in ("secured_mw", "commissioned_mw", "populated_mw")),
            )
        )
    if not rows:
        return ""
    headers = ("Site", "Place", "secured MW (facility)", "commissioned MW IT", "populated MW IT")
    return table(headers, rows, (12, 34, 22, 19, 16), right=(2, 3, 4))


def cost_per_mw(document: Mapping[str, Any]) -> str:
    rows = []
    for item in (document.get("indicators") or {}).get("cost_per_mw") or []:
        low, high, planned = item.get("low"), item.get("high"), item.get("usd_per_mw")
        published = f"{_millions(low)} to {_millions(high)}" if low is not None and high is not None else "no range"
        name, basis = str(item.get("name") or ""), str(item.get("basis") or "")
        rows.append(
            (f"{name} ({basis})" if basis else name, _millions(planned), published, _in_range(planned, low, high))
        )
    return table(("What", "plan, $M/MW", "published, $M/MW", ""), rows, (52, 14, 20, 20), right=(1,)) if rows else ""


def _in_range(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return ""
    if value < low:
        return "below the range"
    return "above the range" if value > high else "within the range"


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
    words = {"optimal": "proven", "within_limits": "NOT PROVEN", "infeasible": "no plan", "unknown": "no answer"}
    rows = [
        (info.run, info.created[:19].replace("T", " "), words.get(info.verdict, info.verdict), percent(info.gap))
        for info in runs
    ]
    return table(("Run", "Published (UTC)", "Verdict", "gap"), rows, (70, 20, 12, 8), right=(3,))


def verified(run: str, found: Mapping[str, Any], changed: Sequence[str]) -> str:
    rules = found.get("rules")
    text = f"Run {run} keeps every rule" + (f" ({rules} rules)." if isinstance(rules, int) else ".")
    if changed:
        text += "\nThe plan is intact, but: " + "; ".join(changed) + ". 'planner report' restores reports."
    return text


# figures and tables


def _billions(value: Any) -> str:
    return "" if value is None else f"{value / 1e9:,.2f}"


def _millions(value: Any) -> str:
    return "" if value is None else f"{value / 1e6:,.1f}"


def _mw(value: Any) -> str:
    return "" if value is None or value != value else f"{value:,.0f}"


def _section(title: str, body: str) -> str:
    return f"{title}\n{body}" if body else ""


def table(headers: Row, rows: Sequence[Row], widths: Sequence[int], right: Sequence[int] = ()) -> str:
    """Columns as wide as needed and no wider than allowed; long cells wrap."""
    sheet = [headers, *rows]
    fit = [max(1, min(width, max(len(row[i]) for row in sheet))) for i, width in enumerate(widths)]
    lines = []
    for number, row in enumerate(sheet):
        cells = [textwrap.wrap(text, fit[i]) or [""] for i, text in enumerate(row)]
        for depth in range(max(len(cell) for cell in cells)):
            words = [cell[depth] if depth < len(cell) else "" for cell in cells]
            padded = [w.rjust(fit[i]) if i in right else w.ljust(fit[i]) for i, w in enumerate(words)]
            lines.append(("  " + "  ".join(padded)).rstrip())
        if number == 0:
            lines.append("  " + "  ".join("-" * width for width in fit))
    return "\n".join(lines)
