"""Rules of which "binds" says nothing, and rules that never bind while the figures stay inside their ranges."""

from __future__ import annotations

from dataclasses import dataclass

from binding_cases import LOW_DEMAND, SCARCE_GRID
from binding_lp import Question, high, low

#: rows that say what a variable is: an equality, or what the plan reads off
DEFINITIONS = {
    "sites.weighing_service": "service of a site, weighed by rent",
    "construction.counting_starts": "halls to date",
    "construction.counting_halls": "halls of a design, a total to branch on",
    "power.counting_contracts": "contracts to date, to branch on",
    "power.counting_units": "units to date",
    "power.counting_first": "first orders to date",
    "security.counting_accreditations": "starts to date, to branch on",
    "software.counting_starts": "starts to date, to branch on",
    "software.counting_ports": "starts to date, to branch on",
    "software.counting_packages": "starts to date, to branch on",
    "software.counting_onboards": "starts to date, to branch on",
    "training.counting_live_sites": "starts to date, to branch on",
    "budget.spending": "investment by category, place and period",
    "budget.operating": "operating cost by site and period",
}


#: rows that whole plans keep by the gates alone; they bring the linear relaxation nearer
FOLLOWS = {
    "cooling.growing_by_arrivals": "from the racks of a site; it speaks where racks are in one pool",
    "cooling.arrivals_are_new": "from the racks of a site; it speaks where racks are in one pool",
    "workload.running_within_housed": "from the racks of a site; it speaks where racks are in one pool",
    "offers.within_gates": "from the gates of halls",
    "offers.joined_within_gates": "from the gates of agencies",
    "offers.served_where_offered": "from the gates of halls",
    "offers.site_within_gates": "from the gates of halls",
    "offers.offered_where_staffed": "from the gates of halls",
    "offers.delivered_where_offered": "from the gates of halls",
    "offers.delivered_as_served": "from the gates of halls",
    "offers.depth_delivered": "from the gates of halls",
    "offers.served_when_joined": "from the gates of agencies",
}


@dataclass(frozen=True)
class Never:
    """``slack``: the least relative slack at the extreme; 0 where the row is met with equality, for nothing."""

    why: str
    slack: float
    extreme: Question


def _at(aim: str, *edits: object) -> Question:
    return Question(aim, (), edits)  # type: ignore[arg-type]


NEVER = {
    "construction.reached_above_threshold": Never(
        "the framework price only lowers cost, so it is never declined; the rule says when it holds",
        0.1,
        _at("net present value", *low("parameters.volume_threshold_mw.value")),
    ),
    "power.first_is_a_unit": Never(
        "a first order without a unit counts a spare that is not there and only loses firm MW",
        0.0,
        _at("net present value", *SCARCE_GRID),
    ),
    "software.packages_once": Never(
        "one authorisation lets all demand through; a second one costs and adds nothing",
        0.5,
        _at("net present value", LOW_DEMAND, *low("initiatives.AUTH-PACKAGE.need_ceiling_units")),
    ),
    "training.cohorts_at_open_sites": Never(
        "operators of a site that is not open cost and run nothing; the trainers' own limit comes first",
        0.8,
        _at(
            "mission value",
            *low("training_tracks.OPERATOR.capacity_heads_per_year"),
            *high("parameters.site_staff_per_mw.value"),
        ),
    ),
    "training.live_at_open_sites": Never(
        "a site that is staffed without being open, or twice, costs and runs nothing",
        0.0,
        _at("net present value", "parameters.opening_window_months.value=48", *SCARCE_GRID),
    ),
}

#: rules without a row in the shipped data
WITHOUT_ROWS = {
    "construction.no_start_under_resolution": "every continuing resolution leaves months for new starts",
    "software.package_after_prerequisite": "no authorisation package has a prerequisite",
}

#: rules of the plan that the model says by rows of other names, or by a bound
ELSEWHERE = {
    "sites.only_when_opened": "construction.modules_of_open_site",
    "fleet.retired_within_bought": "fleet.kept_within_alive",
    "software.prerequisite_first": "software.start_after_prerequisite",
    "budget.operations_funded": "budget.operations_within_caps",
    "budget.within_caps": "budget.operations_within_caps",
    "budget.unallocated_even": "budget.split_most",
    "budget.unallocated_is_least": "budget.split_most",
}
#: rules that compare what the plan says with itself: its tables, its cents, its reported values
BOOKKEEPING = ("plan.", "money.", "results.", "budget.to_the_cent", "objective.")
