"""A stored run in which one field of one table has changed: ``verify`` reads it back and names the rule it breaks.

The checksum of the table is written anew, so that the rules alone can tell.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from small import EXACT, WITH_THE_END, case_of, change, chip_on_sale, lives, parameter, programme
from test_soft_edges import GOVERNANCE, SPLIT, gated
from tiny import Row

from planner import files, reports, store
from planner.errors import StorageError, VerificationError
from planner.inputs.case import Case
from planner.plan import DECISIONS, RESULTS
from planner.registry import MANIFEST
from planner.run import optimize


def lively(folder: Path) -> Case:
    """Both halves at work: halls of two routes, plant, racks that are renewed, every gate, a split with its band."""
    tables = gated()
    for name in ("initiatives", "accreditations"):
        change(tables, name, cost_usd=1e5)
    change(tables, "initiatives", recurring_usd_per_year=1e4)
    change(tables, "training_tracks", cost_usd_per_head=1e3)
    change(tables, "staffing", loaded_usd_per_head_year=1e4)
    change(tables, "designs", shell_usd_per_mw=1e6)
    change(tables, "designs", {"route": "retrofit"}, shell_usd_per_mw=0.9e6)
    change(tables, "grid_tranches", connection_usd_per_mw=1e5)
    change(tables, "sites", land_acres=30, existing_mw=10, tariff_usd_per_mwh=50, max_onsite_mw=30)
    change(tables, "plants", capex_usd_per_kw=1)
    change(tables, "gas_prices", price_usd_per_mmbtu=1)
    change(tables, "chips", life_months=24)
    change(tables, "levels", hardening_share=0.1)
    tables["chip_supply"] = chip_on_sale("X", [2026, 2027, 2028], 1e6, 30)
    parameter(tables, tail_years=1, tail_taper=0.5, minimum_site_mw=10, counted_site_by_year=2028)
    parameter(tables, soft_band_from_year=2028, soft_band_low=0.1, soft_band_high=0.6)
    promise = {"said_by": "pencil", "by": 2029, "level": 20.0}
    halls = {
        "id": "halls",
        "claim": "Halls",
        "metric": "power",
        "tier": "commissioned",
        "binding": "goal",
        "price_usd": 1e4,
    }
    compute = {"id": "compute", "claim": "Compute", "metric": "compute", "tier": "serving", "precision": "fp8"}
    asked = programme(
        budget_usd=100e6,
        infrastructure_share=0.7,
        claims=[GOVERNANCE, SPLIT, {**promise, **halls}, {**promise, **compute, "binding": "firm"}],
    )
    lives(tables, 120)
    asked["objective"] = WITH_THE_END
    return case_of(folder, tables, asked)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    result = optimize(lively(tmp_path_factory.mktemp("inputs")), EXACT)
    assert result.document["verdict"] == "optimal"
    return store.save(tmp_path_factory.mktemp("reports"), "lively", result, lambda at, document: None).path


@pytest.fixture
def run(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / published.name))


def corrupt(run: Path, table: str, where: Row, column: str, text: str) -> None:
    """Write another text into one field: that of the first row that fits."""
    path = run / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    row = next(r for r in rows if all(r[header.index(c)] == v for c, v in where.items()))
    assert row[header.index(column)] != text
    row[header.index(column)] = text
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


def sign(run: Path, table: str) -> None:
    """Write the checksum of a table anew."""
    name = f"tables/{table}.csv"
    manifest = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    manifest["sha256"][name] = files.sha256(run / name)
    (run / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


#: table, row, column, what it says then, the rule that must be named
CORRUPTIONS: list[tuple[str, Row, str, str, str]] = [
    ("opens", {}, "opens", "0", "sites.chosen_count"),
    ("opens", {}, "period", "2027", "plan.allowed_rows"),
    ("modules", {"design_id": "GF-D2C"}, "modules", "4", "construction.within_land"),
    ("modules", {"design_id": "RETRO-D2C"}, "modules", "2", "construction.within_existing_halls"),
    ("modules", {"design_id": "RETRO-D2C"}, "modules", "0", "cooling.within_halls"),
    ("hardened", {"period": "2026"}, "mw", "1.0", "workload.within_hardened"),
    ("units", {"period": "2026"}, "units", "9", "power.within_onsite_limit"),
    ("units", {"period": "2026"}, "units", "1", "power.within_generation"),
    ("generated", {"period": "2027"}, "mwh", "100000.0", "power.energy_balance"),
    ("housed", {"period": "2026"}, "mw", "1.0", "cooling.racks_housed"),
    ("bought", {"period": "2026"}, "racks", "31", "fleet.within_supply"),
    ("bought", {"period": "2026"}, "racks", "2", "workload.racks_assigned"),
    ("running", {"period": "2028"}, "racks", "1.0", "workload.delivered"),
    ("served", {"period": "2027"}, "pflops_years", "50.0", "workload.served_by_depth"),
    ("depth", {"period": "2027"}, "pflops_years", "101.0", "plan.within_bounds"),
    ("tail_running", {}, "racks", "99.0", "workload.tail_within_survivors"),
    ("tail_running", {}, "racks", "1.0", "workload.tail_delivered"),
    ("tail_depth", {}, "pflops_years", "1.0", "objective.value"),
    ("counted", {}, "mw", "99.0", "commitments.counted_is_commissioned"),
    ("accredits", {}, "accredits", "0", "security.in_use_where_authorised"),
    ("accredits", {}, "site_id", "B", "security.accredit_at_open_sites"),
    ("starts", {"initiative_id": "WATCH"}, "period", "2028", "software.in_use_where_guarded"),
    ("starts", {"initiative_id": "BOARD"}, "starts", "0", "commitments.governance_done"),
    ("ports", {}, "ports", "0", "software.in_use_where_ported"),
    ("packages", {}, "packages", "0", "software.in_use_where_packaged"),
    ("onboards", {}, "agencies", "0.5", "commitments.governance_agencies"),
    ("connects", {"initiative_id": "LINK"}, "units", "11.0", "software.within_need"),
    ("connects", {"initiative_id": "LINK"}, "units", "1.0", "workload.within_admitted"),
    ("courses", {"track_id": "OPERATE"}, "heads", "1.0", "training.operators_of_halls"),
    ("courses", {"track_id": "AWARE"}, "heads", "1.0", "commitments.governance_aware"),
    ("goes_live", {}, "period", "2028", "training.in_use_where_live"),
    ("bonus", {"period": "2027"}, "pflops_years", "90.0", "workload.bonus_within_output"),
    ("unallocated", {"period": "2027"}, "musd", "1.0", "budget.unallocated_even"),
    ("funded", {"period": "2027"}, "musd", "1.0", "budget.operations_funded"),
    ("detail", {"wbs_code": "1.3.1"}, "cents", "1800000001", "money.detail_rounding"),
    ("detail", {"wbs_code": "1.3.1"}, "rate_usd", "999999.0", "money.detail_rate"),
    ("detail", {"wbs_code": "2.3.1"}, "quantity", "21.0", "money.detail_quantity"),
    ("detail", {"wbs_code": "1.1.6"}, "factor", "0.2", "money.detail_factor"),
    ("detail", {"wbs_code": "3.2.5"}, "ledger", "investment", "money.detail_account"),
    ("detail", {"wbs_code": "2.9"}, "wbs_code", "2.1.1", "money.detail_complete"),
    ("tiers", {"period": "2028"}, "secured_mw", "5000.0", "results.tiers"),
    ("terminal_value", {}, "mw", "9.0", "residual.terminal_value"),
    ("energy", {"period": "2028"}, "emissions_t", "0.0", "results.energy"),
    ("compute", {"period": "2029", "precision": "fp8"}, "serving_pflops", "1e6", "results.compute"),
    ("admitted", {"period": "2028", "gate_id": "all"}, "share", "0.5", "results.admitted"),
    ("trained", {"period": "2028"}, "heads", "1000.0", "results.trained"),
    ("commitments", {"id": "halls"}, "planned", "5000.0", "results.commitments"),
    ("commitments", {"id": "compute"}, "state", "broken", "results.commitments"),
]


def test_the_run_as_it_was_stored_passes(run: Path) -> None:
    assert reports.recheck(run)["passed"]


@pytest.mark.parametrize(("table", "where", "column", "text", "rule"), CORRUPTIONS)
def test_a_field_that_changed_is_named_by_its_rule(
    run: Path, table: str, where: Row, column: str, text: str, rule: str
) -> None:
    corrupt(run, table, where, column, text)
    with pytest.raises(StorageError, match=re.escape(f"tables/{table}.csv has changed")):
        reports.recheck(run)
    sign(run, table)
    with pytest.raises(VerificationError) as error:
        reports.recheck(run)
    assert rule in re.split(r"[:,]? ", str(error.value))


def test_there_are_thirty_of_them_over_most_tables() -> None:
    assert len({(table, column) for table, _, column, _, _ in CORRUPTIONS}) >= 30
    assert len({table for table, *_ in CORRUPTIONS}) > 0.75 * len((*DECISIONS, *RESULTS))
