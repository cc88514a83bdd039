"""What the plan is worth, costs and holds, and what is proven of it."""

from __future__ import annotations

from planner.measures import gap_text, named
from planner.page import amounts
from planner.page.figures import TIERS, Figures
from planner.page.html import Markup, join, section, table, tag

NAME, HEADING = "summary", "Summary"
#: key of the indicators -> what a reader calls it, and what it is
WORTH = (
    ("mission_value_usd", "Mission value", "price of the same service, less running cost after the horizon"),
    (
        "mission_value_after_horizon_usd",
        "of which after the horizon",
        "rent of the service of racks that go on working",
    ),
    ("cost_after_horizon_usd", "less running cost after it", "energy, water, maintenance and staff of those racks"),
    ("present_cost_usd", "Present cost", "investment and operations: an economic cost, not a budget"),
    ("owed_after_horizon_usd", "Owed after the horizon", "what contracts for power still owe"),
    ("net_benefit_usd", "Net benefit", "mission value less present cost and what is owed after the horizon"),
)


def fill(f: Figures) -> Markup:
    return section(
        NAME, HEADING, _figures(f), tag("h3", "What was sought, and what is proven"), _objective(f), _price(f)
    )


def _figures(f: Figures) -> Markup:
    case, found = f.case, f.document.get("indicators") or {}
    programme, last = case.programme, f.years[-1]
    rows: list[tuple[object, ...]] = [
        ("Investment", amounts.busd(f.spent("investment")), "private money, then-year dollars, contingency inside"),
        ("Operations", amounts.busd(f.spent("operations")), "resource cost over the horizon, by any payer"),
    ]
    present = f"{programme.base_year} dollars at {case.real_rate:.1%} a year, real"
    for key, name, what in WORTH:
        if found.get(key) is not None:
            rows.append((name, amounts.busd(found[key]), f"{what}; {present}"))
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
    share = (f.document.get("indicators") or {}).get("infrastructure_share")
    asked, width = programme.infrastructure_share, programme.infrastructure_share_tolerance
    allowed = f"{amounts.count(100 * (asked - width))} to {amounts.share(asked + width, 0)}"
    return "Infrastructure share", amounts.share(share), f"of what is invested; the split allows {allowed}"


def _objective(f: Figures) -> Markup:
    """What the objective adds up, what is found and proven of it."""
    found = f.document.get("objective") or {}
    rows: list[tuple[object, ...]] = []
    for term in found.get("terms") or []:
        name, unit = named(str(term["measure"]))
        amount = amounts.busd(term.get("amount")) if unit.startswith("USD") else _level(term.get("amount"), unit)
        rows.append((name, _level(term.get("weight")), amount, amounts.busd(term.get("value"))))
    rows.append(("In all: no plan was found that is worth more", "", "", amounts.busd(found.get("value"))))
    rows.append(("No plan can be worth more than", "", "", amounts.busd(found.get("bound"))))
    rows.append((f"Gap: {gap_text(f.document) or 'not proven'}", "", "", amounts.busd(found.get("gap_usd"))))
    caption = f"The objective, the most of: weight times amount, dollars of {f.case.programme.base_year}, present"
    return table(caption, ("Measure", "Weight", "Amount", "Value"), rows, foot=3)


def _level(value: float | None, unit: str = "") -> str:
    return f"{amounts.count(value, 1 if value is not None and abs(value) >= 100 else 4)} {unit}".strip()


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
