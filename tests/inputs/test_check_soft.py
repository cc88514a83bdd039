"""Faults of the soft tables that no single cell shows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import places
from tiny import Row, tiny_tables, write_tiny

from planner.errors import InputError
from planner.inputs import read


def item(name: str, per: str, effect: str, before: str = "") -> Row:
    return {
        "initiative_id": name,
        "category": "software",
        "per": per,
        "effect": effect,
        "prerequisite_id": before,
        "need_ceiling_units": 1,
    }


def faults(folder: Path, **tables: list[Row]) -> list[tuple[Any, ...]]:
    model = write_tiny(folder, tables)
    return places(read.check_folder(model.parent / "data"))


CORE = item("CORE", "programme", "prerequisite")
CASES: dict[str, tuple[dict[str, list[Row]], tuple[str, int, str]]] = {
    "an effect that does not fit its unit": (
        {"initiatives": [CORE, item("PORT", "agency", "gates service")]},
        ("initiatives.csv", 3, "per"),
    ),
    "a prerequisite that is not the programme's": (
        {"initiatives": [item("PORT", "site-level", "gates service"), item("NEXT", "programme", "phase 3", "PORT")]},
        ("initiatives.csv", 3, "prerequisite_id"),
    ),
    "initiatives in a circle": (
        {"initiatives": [item("A", "programme", "prerequisite", "B"), item("B", "programme", "prerequisite", "A")]},
        ("initiatives.csv", 2, "prerequisite_id"),
    ),
    "accreditations in a circle": (
        {
            "accreditations": [
                {"accreditation_id": "A", "level_id": "gov", "predecessor_id": "B"},
                {"accreditation_id": "B", "level_id": "gov", "predecessor_id": "A"},
            ]
        },
        ("accreditations.csv", 2, "predecessor_id"),
    ),
    "a gate of a level that gates no level": (
        {"initiatives": [CORE], "level_needs": [{"level_id": "gov", "initiative_id": "CORE"}]},
        ("level_needs.csv", 2, "initiative_id"),
    ),
    "two schedulers": (
        {"initiatives": [item(n, "programme", "raises utilisation") for n in ("ONE", "TWO")]},
        ("initiatives.csv", 3, "effect"),
    ),
    "small agencies alone": (
        {"initiatives": [item("SMALL", "small agency", "gates agency")]},
        ("initiatives.csv", 2, "per"),
    ),
    "operators counted by agency": (
        {
            "training_tracks": [{"track_id": "RUN", "learners": "operation"}],
            "training_needs": [{"agency_id": "AG", "track_id": "RUN", "heads": 5}],
        },
        ("training_needs.csv", 2, "track_id"),
    ),
    "staff under a heading": (
        {"staffing": [{"role_id": "GUARD", "heads_per_mw": 1, "wbs_code": "3.2"}]},
        ("staffing.csv", 2, "wbs_code"),
    ),
    "staff under investment": (
        {"staffing": [{"role_id": "GUARD", "heads_per_mw": 1, "wbs_code": "2.1.1"}]},
        ("staffing.csv", 2, "wbs_code"),
    ),
    "a service that is not known": (
        {
            "workloads": [
                {**row, "service_id": "PORT" if row["workload_id"] == "inference" else ""}
                for row in tiny_tables()["workloads"]
            ]
        },
        ("workloads.csv", 2, "service_id"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_soft_fault_is_reported_once(tmp_path: Path, name: str) -> None:
    tables, place = CASES[name]
    assert faults(tmp_path, **tables) == [place]


@pytest.mark.parametrize(
    ("claim", "column"),
    [
        ({"metric": "services", "by": 2028, "binding": "firm"}, "claims.x.initiatives"),
        ({"metric": "services", "by": 2028, "binding": "firm", "initiatives": ["CORS"]}, "claims.x.initiatives"),
        ({"metric": "governance", "binding": "firm"}, "claims.x.by"),
        ({"metric": "governance", "by": 2028, "binding": "goal"}, "claims.x.binding"),
        ({"metric": "split", "binding": "goal"}, "claims.x.binding"),
        ({"metric": "memo", "initiatives": ["CORE"]}, "claims.x.initiatives"),
    ],
)
def test_a_promise_of_the_soft_half_says_what_it_needs(tmp_path: Path, claim: Row, column: str) -> None:
    claims = [{"id": "x", "claim": "a promise", "said_by": "article", **claim}]
    with pytest.raises(InputError) as error:
        read.load(write_tiny(tmp_path, {"initiatives": [CORE]}, {"claims": claims}))
    assert [fault.column for fault in error.value.faults] == [column]


def groups(shares: dict[str, float], **members: str) -> dict[str, list[Row]]:
    """Agencies by their group, two agencies in the data, and shares of each year."""
    return {
        "agencies": [{"agency_id": a} for a in ("DOD", "NSF")],
        "movement": [{"agency_id": "DOD", "site_id": "A"}],
        "demand": [{"agency_id": "DOD", "workload_id": "inference", "level_id": "gov", "base_pflops_years": 1}],
        "agency_groups": [{"agency_id": a, "group_id": g} for a, g in members.items()],
        "group_money": [{"group_id": g, "year": y, "share": x} for y in range(2026, 2030) for g, x in shares.items()],
    }


HALVES = {"defence": 0.5, "civil": 0.5}
TWICE = groups(HALVES, DOD="defence", NSF="civil")
TWICE["group_money"].append({"group_id": "civil", "year": 2026, "share": 0.5})


@pytest.mark.parametrize(
    ("tables", "places_", "words"),
    [
        (
            groups({**HALVES, "civl": 0.0}, DOD="defence", NSF="civil"),
            ("group_money.csv", 4, "group_id"),
            "civl (and in rows 7, 10, 13): a group_id of agency_groups.csv. Did you mean civil?",
        ),
        (groups({"defence": 1.0}, DOD="defence"), ("agencies.csv", 3, "agency_id"), "NSF, without a group"),
        (TWICE, ("group_money.csv", 10, "group_id, year"), "civil/2026"),
    ],
)
def test_money_by_group_is_checked_to_the_cell(
    tmp_path: Path, tables: dict[str, list[Row]], places_: tuple[str, int, str], words: str
) -> None:
    (fault,) = read.check_folder(write_tiny(tmp_path, tables).parent / "data")
    assert (fault.file, fault.row, fault.column) == places_
    assert words in f"{fault.found}: {fault.allowed}. {fault.suggestion}"


def test_shares_of_a_year_sum_to_1_and_every_group_has_every_year(tmp_path: Path) -> None:
    tables = groups({"defence": 0.5, "civil": 0.4}, DOD="defence", NSF="civil")
    found = read.check_folder(write_tiny(tmp_path / "short", tables).parent / "data")
    assert [(f.row, f.column) for f in found] == [(n, "share") for n in (2, 4, 6, 8)]
    assert found[0].found == "shares of 2026 that sum to 0.9"
    tables = groups({"defence": 1.0}, DOD="defence", NSF="civil")
    with pytest.raises(InputError) as error:
        read.load(write_tiny(tmp_path / "absent", tables))
    assert [f.found for f in error.value.faults] == ["civil without 2026, 2027, 2028, 2029"]


def test_an_agency_may_be_dropped_while_its_group_has_another(tmp_path: Path) -> None:
    model = write_tiny(tmp_path, groups({"defence": 1.0}, DOD="defence", NSF="defence"))
    case = read.load(model, ["agencies.NSF=drop"])
    assert case.money_groups == {"defence": ["DOD"]}
    assert len(case.tables["group_money"]) == 4


def test_a_funding_source_has_every_year(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read.load(write_tiny(tmp_path, {"funding_sources": [{"source": "cost share", "year": 2026, "cap_usd": 1}]}))
    assert [(f.file, f.column) for f in error.value.faults] == [("funding_sources.csv", "year")]
