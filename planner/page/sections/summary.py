"""What the plan is worth, costs and holds, and what is proven of it."""

from __future__ import annotations

from planner.page import amounts
from planner.page.figures import NOT_MODELLED, TIERS, Figures
from planner.page.html import Markup, join, section, table, tag

NAME, HEADING = "summary", "Summary"
SENSES = {"max": "the most", "min": "the least"}


def fill(f: Figures) -> Markup:
    return section(NAME, HEADING, _figures(f), tag("h3", "What was sought, and what is proven"), _stages(f), _price(f))


def _figures(f: Figures) -> Markup:
    case, found = f.case, f.document.get("indicators") or {}
    programme, last = case.programme, f.years[-1]
    rows: list[tuple[object, ...]] = [
        ("Investment", amounts.busd(f.spent("investment")), "private money, then-year dollars, contingency inside"),
        ("Operations", amounts.busd(f.spent("operations")), "resource cost over the horizon, whoever pays it"),
    ]
    present, value = found.get("present_cost_usd"), found.get("mission_value_usd")
    if present is not None:
        basis = (
            f"both, {programme.base_year} dollars at {case.real_rate:.1%} a year, real: an economic cost, not a budget"
        )
        rows.append(("Present cost", amounts.busd(present), basis))
    if value is not None:
        basis = f"market rent of the same service, {programme.base_year} dollars, same rate"
        rows.append(("Mission value", amounts.busd(value), basis))
    names = "; ".join(f.site_name(site) for site in f.sites)
    rows.append(("Sites", amounts.count(len(f.sites)), names or "none"))
    for tier, (name, unit) in TIERS.items():
        rows.append((f"{name} power", f"{amounts.count(f.tier(tier, last))} {unit}", f"at the end of {last}"))
    if found.get("served_share") is not None:
        basis = f"of the demand over the horizon, demand case {programme.demand_case}; workloads weighed by their rent"
        rows.append(("Served", amounts.share(found["served_share"]), basis))
    rows.append(_split(f))
    return join(
        (
            table("Key figures of the plan", ("Figure", "Value", "What it is"), rows, text=(2,)),
            tag("p", "The three tiers of power have different bases and are never added.", class_="quiet"),
        )
    )


def _split(f: Figures) -> tuple[object, ...]:
    programme = f.case.programme
    if f.soft_left_out:
        aside = amounts.share(1 - programme.infrastructure_share, 0)
        basis = (
            f"software, security and training are left out; their {aside} of the budget is set aside, not spent here"
        )
        return "Infrastructure share", NOT_MODELLED, basis
    share = (f.document.get("indicators") or {}).get("infrastructure_share")
    asked, width = programme.infrastructure_share, programme.infrastructure_share_tolerance
    allowed = f"{amounts.count(100 * (asked - width))} to {amounts.share(asked + width, 0)}"
    return "Infrastructure share", amounts.share(share), f"of what is invested; the split allows {allowed}"


def _stages(f: Figures) -> Markup:
    rows = []
    for stage in f.document.get("stages") or []:
        unit = "$M present" if stage.get("unit") == "M USD" else str(stage.get("unit") or "")
        gap = stage.get("gap")
        rows.append(
            (
                stage["name"],
                f"{SENSES.get(str(stage.get('sense')), '')} {stage['name']}".strip(),
                unit,
                _level(stage.get("value")),
                _level(stage.get("bound")),
                amounts.share(gap, 2) if gap is not None else "not proven",
                _level(stage.get("achieved")),
            )
        )
    reached = {str(row[0]) for row in rows}
    for name in f.document.get("stages_declared") or []:
        if name not in reached:
            rows.append((name, "not reached before the limit", "", *[amounts.NONE] * 4))
    headers = ("Objective", "Sought", "Unit", "Best found", "No plan beats", "Gap", "In the plan")
    caption = "Objectives in their order; later ones may give back a little of earlier ones"
    return table(caption, headers, rows, text=(1, 2))


def _level(value: float | None) -> str:
    return amounts.count(value, 1 if value is not None and abs(value) >= 100 else 4)


def _price(f: Figures) -> Markup | None:
    """Dollars per MW beside what others paid."""
    rows = []
    for item in (f.document.get("indicators") or {}).get("cost_per_mw") or []:
        low, high, planned = item.get("low"), item.get("high"), item.get("usd_per_mw")
        known = low is not None and high is not None and planned is not None
        span = f"{amounts.musd(low)} to {amounts.musd(high)}" if known else "no published range"
        words = "" if not known else "inside" if low <= planned <= high else "outside"
        rows.append((str(item["name"]), amounts.musd(planned), span, words, str(item.get("basis") or "")))
    if not rows:
        return None
    headers = ("What", "Plan, $M per MW", "Published, $M per MW", "The plan is", "Basis")
    return join(
        (
            tag("h3", "What a megawatt costs"),
            table("Lifetime infrastructure dollars per MW of racks bought", headers, rows, text=(2, 3, 4)),
        )
    )
