"""What makes the value of a plan believable: other margins, other ways to the service, and who gains what.

All of it is computed from the plan and the case after the solve.
"""

from __future__ import annotations

import math
from typing import Any

from planner.inputs.case import Case
from planner.plan import Plan
from planner.results.accounts import three, value
from planner.results.accounts.service import Service
from planner.results.accounts.ways import as_dict, build_usd, ways

__all__ = ["accounts"]


def accounts(case: Case, plan: Plan) -> dict[str, Any]:
    """The figures as plain data: present base-year USD where the name says so, then-year USD otherwise."""
    service = Service(case, plan)
    held = three.Accounts(case, plan, service)
    cost = held.present(build_usd(case, plan, service))
    mission, found = value.mission_usd(service), value.worth(service, cost)
    return {
        "margins": value.margins(case, found),
        "ways": as_dict(ways(case, plan, service)),
        "national": {
            "mission_value_usd": mission,
            "cost_usd": cost,
            "net_benefit_usd": mission - cost,
            "fees_usd_in_no_line": held.present(held.fees),
        },
        "federal": three.federal(held),
        "investor_as_the_data_say": three.investor(held, bears_operations=False),
        "investor_bears_operations": three.investor(held, bears_operations=True),
        "who_pays_usd": {f"{payer}, {ledger}": math.fsum(row) for (payer, ledger), row in held.paid.items()},
    }
