"""Every claim of the announcement, who said it, and what the plan does about it."""

from __future__ import annotations

from planner.inputs.programme import Claim
from planner.measures import idle_power
from planner.page import amounts
from planner.page.figures import Figures
from planner.page.html import Markup, section, table, tag
from planner.page.words import verdict

NAME, HEADING = "promises", "Promises"


def _unit(claim: Claim) -> str:
    """Governance without an amount is measured as a share of its conditions."""
    return claim.unit or ("share" if claim.metric == "governance" else "")


def fill(f: Figures) -> Markup:
    rows, words = [], []
    for claim in f.case.programme.claims:
        state = f.commitments.get(claim.id)
        word = verdict(claim, state)
        words.append(word)
        basis = claim.tier or claim.precision or ""
        rows.append(
            (
                claim.claim,
                claim.said_by,
                amounts.amount(claim.level, claim.unit)
                + (f" by {claim.by}" if claim.by and claim.level is not None else ""),
                claim.binding if claim.level is not None else "claim only",
                amounts.amount(state.get("planned") if state else None, _unit(claim)),
                tag("strong", word) if word.startswith("NOT") else word,
                f"Basis: {basis}. {claim.note}".strip() if basis else claim.note,
            )
        )
    kept, missed = words.count("kept"), sum(w.startswith("NOT KEPT") for w in words)
    summary = f"{len(words)} claims: {kept} kept, {missed} not kept; the others are only shown."
    firm = (
        "A firm promise holds in every plan, or there is no plan. A goal is approached as far as its price in the "
        "objective makes it worth; one without a price is only measured. What is reported is measured and sizes "
        "nothing. A point estimate: confidence is not assessed."
    )
    headers = ("Claim", "Said by", "Promised", "Held as", "Planned", "Verdict", "Note")
    return section(
        NAME,
        HEADING,
        tag("p", summary),
        tag("p", firm, class_="quiet"),
        *([tag("p", idle)] if (idle := idle_power(f.document.get("indicators") or {})) else []),
        table("Every promise, and what the plan does about it", headers, rows, text=(1, 2, 3, 4, 5, 6)),
    )
