"""What a run says on a terminal: plain text for someone tired who has to sign, its verdict first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.measures import amount, idle_power, percent
from planner.report.layout import table
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
                verdicts.promise(item),
            )
        )
    if not rows:
        return ""
    found = table(("Claim", "Promised", "Planned", "Verdict"), rows)
    return f"{found}\n  {idle_power(document.get('indicators') or {})}".rstrip()


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
    return table(("Figure", "$B"), rows, right=(1,)) if rows else ""


def investment(document: Mapping[str, Any]) -> str:
    indicators = document.get("indicators") or {}
    spend = indicators.get("spend_by_category_usd") or {}
    total = indicators.get("spend_usd") or sum(value or 0 for value in spend.values())
    rows = [(name, _billions(value), percent((value or 0) / total)) for name, value in spend.items() if total]
    if not rows:
        return ""
    return table(("Category", "$B", "share"), [*rows, ("Total", _billions(total), "")], right=(1, 2))


def evidence(document: Mapping[str, Any]) -> str:
    """The budget by the status of its evidence, and the share of chips that are not on sale."""
    parts = [
        p for p in document.get("evidence") or [] if abs(p["usd"]) >= 0.005 or abs(p["usd_by_rate_alone"]) >= 0.005
    ]
    rows = [(p["status"], _billions(p["usd"]), percent(p["share"]), _billions(p["usd_by_rate_alone"])) for p in parts]
    if not rows:
        return ""
    headers = ("Status", "$B", "of budget", "by the rate alone, $B")
    lines = [table(headers, rows, right=(1, 2, 3))]
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
    return table(headers, rows, right=(2, 3, 4))


def cost_per_mw(document: Mapping[str, Any]) -> str:
    rows = []
    for item in (document.get("indicators") or {}).get("cost_per_mw") or []:
        low, high, planned = item.get("low"), item.get("high"), item.get("usd_per_mw")
        published = f"{_millions(low)} to {_millions(high)}" if low is not None and high is not None else "no range"
        name, basis = str(item.get("name") or ""), str(item.get("basis") or "")
        rows.append(
            (f"{name} ({basis})" if basis else name, _millions(planned), published, _in_range(planned, low, high))
        )
    return table(("What", "plan, $M/MW", "published, $M/MW", ""), rows, right=(1,)) if rows else ""


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


# figures and tables


def _billions(value: Any) -> str:
    return "" if value is None else f"{value / 1e9:,.2f}"


def _millions(value: Any) -> str:
    return "" if value is None else f"{value / 1e6:,.1f}"


def _mw(value: Any) -> str:
    return "" if value is None or value != value else f"{value:,.0f}"


def _section(title: str, body: str) -> str:
    return f"{title}\n{body}" if body else ""
