"""Criteria by which a federal lease or service contract is scored up front, and how sure each is.

Scored up front, a contract takes budget authority for all its payments in its first year. The status of a criterion is
one of those of ``figures.csv``. Nothing here decides: each site and level has a reading each way, for counsel.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.inputs.case import Case, Site
from planner.plan import Plan

GLOSSARY = "GAO glossary of budget terms (September 2005), as quoted at budgetcounsel.com"
CIRCULAR = "OMB Circular A-11, Appendix B"
OLDER = f"{CIRCULAR}, an edition of the 1990s at clintonwhitehouse1.archives.gov"
COPY = f"{CIRCULAR} (2024), opening of a copy on another site"
EXCERPT, RECALLED = "read-excerpt", "recalled"
COUNSEL = "counsel needed"


@dataclass(frozen=True)
class Criterion:
    """``annual`` is what a contract that is scored year by year says, ``up_front`` one that is scored at once."""

    name: str
    text: str
    annual: str
    up_front: str
    status: str
    source: str


#: an operating lease keeps all six; one that breaks any is a capital lease, or a lease-purchase where title passes
CRITERIA = (
    Criterion(
        "Ownership",
        "Ownership stays with the lessor during and at the end of the term",
        "the investor owns halls and racks to the end",
        "title to racks or halls passes to an agency",
        EXCERPT,
        GLOSSARY,
    ),
    Criterion(
        "Bargain option",
        "There is no option to buy at a bargain price",
        "no option, or one at fair market value",
        "racks may be taken over for a token sum",
        EXCERPT,
        GLOSSARY,
    ),
    Criterion(
        "Term",
        "The term is at most 75 % of the economic life of the asset",
        "orders of one year, or halls against which the term is short",
        "the term covers most of the life of the racks",
        EXCERPT,
        GLOSSARY,
    ),
    Criterion(
        "Value",
        "The present value of minimum payments is at most 90 % of the fair value of the asset",
        "agencies owe no minimum: they pay for what they use",
        "a minimum take that pays for the site",
        EXCERPT,
        GLOSSARY,
    ),
    Criterion(
        "General purpose",
        "The asset is not built to the government's own specification",
        "a commercial hall that others could use",
        "a hall hardened for a classified level",
        EXCERPT,
        GLOSSARY,
    ),
    Criterion(
        "Private market",
        "There is a private market for the asset",
        "open service is sold to anybody",
        "nobody else may use the hall or its racks",
        EXCERPT,
        GLOSSARY,
    ),
    Criterion(
        "Federal land",
        "The asset does not stand on government land, or has a use and a buyer apart from it",
        "private land, or a lease of federal land at market rent",
        "a campus on federal land that reverts to the agency",
        RECALLED,
        CIRCULAR,
    ),
    Criterion(
        "Private risk",
        "No government financing or guarantee; risk of construction and of use stays with the private side",
        "the investor carries vacancy, delay and the fall of prices",
        "agencies guarantee debt, or pay when service stops",
        RECALLED,
        CIRCULAR,
    ),
    Criterion(
        "Service",
        "A contract for service gives no control over a named asset",
        "capacity from any hall of the seller",
        "named racks held for one agency",
        RECALLED,
        CIRCULAR,
    ),
)
#: what follows, with status and source
CONSEQUENCES = (
    (
        "A lease of a capital asset takes authority for its total estimated legal obligations when it is first given.",
        EXCERPT,
        OLDER,
    ),
    ("Outlays are spread over the lease where the private side keeps the substantial risk.", EXCERPT, OLDER),
    ("OMB reviews a lease of a capital asset whose payments pass $50 million over its term.", EXCERPT, COPY),
    ("An operating lease takes authority year by year, with the cost of ending it early.", RECALLED, CIRCULAR),
)


def federal_land(site: Site) -> bool:
    """By its name: sites of the Department of Energy."""
    return "(DOE" in site.name


def places(case: Case, plan: Plan) -> list[tuple[str, str]]:
    """Site and level at which something is served, in the order of the data."""
    served = set(plan["served"][["site_id", "level_id"]].itertuples(index=False, name=None))
    return [(s, k) for s in case.sites for k in case.levels if (s, k) in served]


def hardened(case: Case, level: str) -> bool:
    """Whether a level asks for more than the lowest one does of its halls: a sign of a special purpose."""
    return case.levels[level].hardening_share > min(x.hardening_share for x in case.levels.values())


def as_dict(case: Case, plan: Plan) -> dict[str, object]:
    """Criteria and, for each site and level, what speaks for scoring up front."""
    return {
        "criteria": [{"name": c.name, "text": c.text, "status": c.status, "source": c.source} for c in CRITERIA],
        "places": [
            {
                "site_id": s,
                "level_id": k,
                "hardened": hardened(case, k),
                "federal_land": federal_land(case.sites[s]),
                "finding": COUNSEL,
            }
            for s, k in places(case, plan)
        ],
    }
