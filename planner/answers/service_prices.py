"""The price of service as a page: the formula, a worked chip, the quotes and their fit, prices by year, cohorts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.inputs.case import Case
    from planner.inputs.service_price import Price, Seller

#: real return above which a cohort is flagged
HIGH_RETURN = 0.20
FORMULA = """\
A seller of service buys a rack for `K` dollars and pays `e` dollars a year to run it. The price per PFLOP/s falls by a
share `d` a year, since later racks do more for a dollar. The real discount rate is `r`. The rack serves `n` years.

$$
K = \\sum_{a<n} \\frac{g (1-d)^a - e}{(1+r)^{a+1/2}}
\\qquad\\Rightarrow\\qquad
g = \\min_n \\frac{K + e A_n}{D_n},
\\quad A_n = \\sum_{a<n} (1+r)^{-(a+1/2)},
\\quad D_n = \\sum_{a<n} (1-d)^a (1+r)^{-(a+1/2)}
$$

`g` is the **user cost** of the first year. It equals the price less what the rack can still earn later, plus the cost
of running it for a year. This is economic depreciation. The rack is retired when running it costs more than it earns.

The price of a reserved PFLOP/s-year is `margin · g / (PFLOP/s of the rack · occupancy of the seller)`. Users then get a
part of it: utilisation times availability. So a delivered PFLOP/s-year costs that price over utilisation times
availability. The occupancy of the seller is in the price once. The racks of the programme carry an occupancy of their
own, in what they deliver. No other factor stands for empty hours."""


def document(case: Case) -> dict[str, Any]:
    """Everything on the page, as figures; money in base-year dollars.

    Raises UsageError where the data do not say how prices are set.
    """
    from planner.errors import UsageError
    from planner.inputs import service_price as of
    from planner.inputs.cohorts import cohorts

    if not case.service_prices:
        raise UsageError("the data have no table service_prices: rents are given figures there")
    workload = next(iter(case.service_prices))
    fit, last = of.fit(case, workload), int(case.tables["rent_paths"]["year"].max())
    priced = [p for w in case.service_prices for p in of.prices(case, w, last)]
    return {
        "schema": "planner/service-prices/1",
        "model": case.name,
        "inputs_sha256": case.sha256,
        "margin": fit.margin,
        "margin_p10": fit.percentile(0.1),
        "margin_p90": fit.percentile(0.9),
        "margin_used": case.service_prices[workload].margin,
        "quotes": [
            {"quote": q, "price_to_cost": x, "error_left_out": fit.left_out.get(q)} for q, x in fit.ratios.items()
        ],
        "prices": [vars(p) for p in priced],
        "worked": [_worked(case, c, w, y) for c, w, y in _examples(case, priced)],
        "cohorts": [vars(c) for c in cohorts(case)],
    }


def _examples(case: Case, priced: Sequence[Price]) -> Iterator[tuple[str, str, int]]:
    """The part that sets the price of the largest precision, and the newest captive part on sale beside it."""
    from planner.inputs.schema import CAPTIVE

    general = next(p for p in priced if case.workloads[p.workload].precision == "fp8")
    yield general.chip, general.workload, general.year
    captive = [
        (y, c)
        for c, y in case.chip_supply
        if case.chips[c].family in CAPTIVE and case.chips[c].sale_status == "on sale"
    ]
    newest = max((min(y for y, d in captive if d == c), c) for c in dict.fromkeys(c for _, c in captive))
    yield newest[1], general.workload, newest[0]


def _worked(case: Case, chip: str, workload: str, year: int) -> dict[str, Any]:
    from planner.inputs.service_price import Seller

    seller: Seller = Seller(case, workload)
    build = seller.build(case.chips[chip], year)
    cost, pflops = seller.cost(build), case.chips[chip].pflops(case.workloads[workload].precision)
    return {
        "chip": chip,
        "name": case.chips[chip].name,
        "workload": workload,
        "year": year,
        "rack_usd": build.price_usd,
        "running_usd_per_year": build.running_usd,
        "user_cost_usd": cost.usd,
        "years": cost.years,
        "pflops": pflops,
        "reserved_usd_per_pflops_year": seller.reserved_usd(build, pflops),
    }


def page(case: Case) -> str:
    """The page in Markdown."""
    found = document(case)
    return "\n".join(
        [
            "# The price of service",
            "",
            "`planner service-prices --out docs/service-prices.md` writes this page from the tables of the data.",
            "Money is in base-year dollars. The tables hold the same prices. They do not move when a what-if changes",
            "the costs of the plan.",
            "",
            "## The formula",
            "",
            FORMULA,
            "",
            "Only general-purpose parts that third parties sell in volume set a price (family GPU, on sale). Captive",
            "parts such as Trainium and Inferentia never do: nobody outside can buy them.",
            "",
            *_worked_lines(case, found),
            *_fit_lines(found),
            *_price_lines(case, found),
            *_level_lines(case),
            *_cohort_lines(found),
        ]
    )


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    right = ["---" if i == 0 else "---:" for i in range(len(headers))]
    return [f"| {' | '.join(x)} |" for x in (headers, right, *rows)] + [""]


def _worked_lines(case: Case, found: dict[str, Any]) -> list[str]:
    general, captive = found["worked"]
    basis = case.service_prices[general["workload"]]
    parts = list(general["running_usd_per_year"])
    rows = [
        ["rack, fabric, storage and tax, USD", *(f"{x['rack_usd']:,.2f}" for x in (general, captive))],
        *([f"{p}, USD a year", *(f"{x['running_usd_per_year'][p]:,.2f}" for x in (general, captive))] for p in parts),
        ["user cost of the first year, USD", *(f"{x['user_cost_usd']:,.2f}" for x in (general, captive))],
        ["years of service", *(f"{x['years']}" for x in (general, captive))],
        ["PFLOP/s of the rack", *(f"{x['pflops']:,g}" for x in (general, captive))],
        [
            "price of a reserved PFLOP/s-year, USD",
            *(f"{x['reserved_usd_per_pflops_year']:,.2f}" for x in found["worked"]),
        ],
    ]
    site, design = case.sites[basis.site_id], case.designs[basis.design_id]
    return [
        "## Two worked chips",
        "",
        f"The reference build: {design.name}, at {site.name}. The first chip sets the price of its year.",
        "The second is captive. Its user cost is shown, and it sets no price.",
        "",
        *_table(["", *(f"{x['name']}, {x['year']}" for x in found["worked"])], rows),
    ]


def _fit_lines(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            q["quote"],
            f"{q['price_to_cost']:.3f}",
            f"{q['error_left_out']:+.0%}" if q["error_left_out"] is not None else "-",
        ]
        for q in found["quotes"]
    ]
    return [
        "## The margin",
        "",
        "The margin is the geometric mean of quote over cost, for rents quoted on one-year terms (`rent_quotes`).",
        "The list was fixed before the fit. Each error is that of a margin fitted on the other quotes.",
        "There is no pass mark. Quotes of captive parts are in the data and take no part in the fit.",
        "",
        *_table(["quote", "price over cost", "error when left out"], rows),
        f"Margin {found['margin']:.3f}; 10th percentile {found['margin_p10']:.2f}, 90th {found['margin_p90']:.2f}. "
        f"The data use {found['margin_used']:g}.",
        "",
    ]


def _price_lines(case: Case, found: dict[str, Any]) -> list[str]:
    works = list(case.service_prices)
    by = {(p["workload"], p["year"]): p for p in found["prices"]}
    years = sorted({y for _, y in by})
    rows = [[f"{y}", *(f"{by[w, y]['usd']:,.0f}" if (w, y) in by else "-" for w in works)] for y in years]
    falls = ", ".join(f"{case.workloads[w].name} {case.service_prices[w].decline_share:.0%}" for w in works)
    return [
        "## Prices by year",
        "",
        "USD per reserved PFLOP/s-year of the workload's precision. After the newest part on sale, prices follow",
        f"the trend of cost per PFLOP/s. They fall each year by: {falls}.",
        "",
        *_table(["year", *(case.workloads[w].name for w in works)], rows),
    ]


def _level_lines(case: Case) -> list[str]:
    from planner.inputs.records import records

    rows = [
        [case.levels[r["level_id"]].name, f"{float(r['addon_usd_per_mw_year']):,.0f}"]
        for r in records(case.tables["level_addons"])
    ]
    return [
        "## Classified levels",
        "",
        "Service at a level is worth the commercial price plus one add-on per MW-year, without margin. The add-on is",
        "what the level costs at 100 MW: hardening, accreditation with its monitoring, guards and cleared operators.",
        "Secret and Top Secret regions are on sale today. Their price lists and their capacity are not public.",
        "So the premium of a classified region over its cost is not known. The what-if `old-level-premiums` uses 1.2,",
        "1.62 and 1.78 times the open price instead.",
        "",
        *_table(["level", "USD per MW IT and year"], rows),
    ]


def _cohort_lines(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            f"{c['chip']}, {c['year']}",
            c["workload"],
            "never" if c["months"] is None else f"{c['months']:.0f}",
            "negative" if c["real_return"] is None else f"{c['real_return']:.0%}",
            c["cause"] if c["real_return"] is not None and c["real_return"] > HIGH_RETURN else "",
        ]
        for c in found["cohorts"]
    ]
    return [
        "## Return by chip and year of order",
        "",
        "A rack of the programme at the reference site, at the open price and the programme's own occupancy.",
        "What it earns, net of what running it costs, recovers the rack with fabric and storage, and its share of hall",
        "and connection. The hall keeps its value in a straight line. Above 20 % real the cause is named.",
        "This table is no test. It lets a rack serve from its order on, as the formula does. In the plan a rack",
        "serves from the year after its order, as the calendar has whole years: it earns the prices of a year later.",
        "",
        *_table(["chip and year", "work", "months to recover", "real return", "cause"], rows),
    ]


def text(case: Case) -> str:
    """The short answer for a terminal."""
    found = document(case)
    general, captive = found["worked"]
    lines = [
        f"One margin on user cost, fitted to {len(found['quotes'])} quotes on one-year terms: {found['margin']:.3f} "
        f"(10th to 90th percentile {found['margin_p10']:.2f} to {found['margin_p90']:.2f}); the data use "
        f"{found['margin_used']:g}.",
        *(
            f"{x['name']}, {x['year']}: a rack of ${x['rack_usd']:,.0f} costs ${x['user_cost_usd']:,.0f} in its first "
            f"year, ${x['reserved_usd_per_pflops_year']:,.0f} per reserved PFLOP/s-year{y}."
            for x, y in ((general, ", which sets the price"), (captive, " (captive: sets no price)"))
        ),
        "'--out PAGE.md' writes the formula, the quotes, prices by year and the return of each chip.",
    ]
    return "\n".join(lines)
