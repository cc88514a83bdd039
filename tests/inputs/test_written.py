"""A programme that says what it changes of another one: what it becomes, and in which file a fault stands."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import found, places
from tiny import write_tiny

from planner.inputs import read

CLAIM = {"claim": "Halls", "said_by": "me", "metric": "power", "tier": "secured", "level": 50, "by": 2028}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    claims = [{"id": "halls", **CLAIM}, {"id": "more", **CLAIM}]
    return write_tiny(tmp_path, programme={"claims": claims})


def variant(base: Path, text: str, name: str = "variant.toml", of: str = "model") -> Path:
    path = base.parent / name
    path.write_text(f'base = "{of}"\n{text}', encoding="utf-8")
    return path


def test_nothing_changed_is_the_base(base: Path) -> None:
    for of in ("model", "model.toml", str(base)):
        case = read.load(variant(base, "", of=of))
        assert case.sha256 == read.load(base).sha256
        assert case.name == "variant"


def test_fields_replace_those_of_the_base(base: Path) -> None:
    changed = """
        title = "Another title"
        budget_usd = 2e9
        [horizon]
        periods = 3
        [objective]
        present_cost = -2.0
        [[claims]]
        id = "more"
        binding = "firm"
        [[claims]]
        id = "new"
        claim = "A third"
        said_by = "me"
        metric = "memo"
    """
    before, after = read.load(base).programme, read.load(variant(base, changed)).programme
    assert (after.title, after.budget_usd) == ("Another title", 2e9)
    assert (after.horizon.periods, after.horizon.first_year) == (3, before.horizon.first_year)
    assert before.objective.weights == {"mission_value": 1.0, "present_cost": -0.001}
    assert after.objective.weights == {"present_cost": -2.0}
    assert [claim.id for claim in after.claims] == ["halls", "more", "new"]
    assert after.claims[0] == before.claims[0]
    assert after.claims[1] == before.claims[1].model_copy(update={"binding": "firm"})
    assert after.data == before.data


def test_a_base_on_a_base_and_the_data_beside_it(base: Path, tmp_path: Path) -> None:
    variant(base, "budget_usd = 2e9\ndemand_case = 'low'")
    far = tmp_path / "far"
    far.mkdir()
    last = far / "last.toml"
    last.write_text("base = '../variant.toml'\ndemand_case = 'high'\n", encoding="utf-8")
    case = read.load(last)
    assert (case.programme.budget_usd, case.programme.demand_case) == (2e9, "high")
    assert case.sites


def test_a_shipped_base_under_its_own_name(tmp_path: Path) -> None:
    mine = tmp_path / "federal-ai.toml"
    text = 'base = "federal-ai"\nbudget_usd = 60e9\n[[claims]]\nid = "budget"\nlevel = 60e9\n'
    mine.write_text(text, encoding="utf-8")
    assert read.load(mine).programme.budget_usd == 60e9


def test_edits_see_the_whole_programme(base: Path) -> None:
    path = variant(base, "[objective]\npresent_cost = -1.0\ncompute_usd_per_pflops = 5\ncompute_precision = 'fp64'\n")
    edits = ("programme.objective.compute_precision=fp8", "claims.halls.level=60", "programme.budget_usd=+10%")
    programme = read.load(path, edits).programme
    assert (programme.objective.compute_precision, programme.claims[0].level) == ("fp8", 60)
    assert programme.budget_usd == pytest.approx(1.1e9)
    (fault,) = found(path, "programme.base=model")
    assert (fault.file, fault.column) == ("--set", "programme.base")


OWN, BASE = "variant.toml", "model.toml"
FAULTS: list[tuple[str, list[tuple[str, str]]]] = [
    ("budget_usd = 'abc'", [(OWN, "budget_usd")]),
    ("colour = 1", [(OWN, "colour")]),
    ("claims = 5", [(OWN, "claims")]),
    ("data = 'dta'", [(OWN, "data")]),
    ("[horizon]\nmonths_per_period = 5", [(OWN, "horizon.months_per_period")]),
    ("[sites]\ncount = 3", [(OWN, "sites.count")]),
    ("[horizon]\nperiods = 2", [(BASE, "claims.halls.by"), (BASE, "claims.more.by")]),
    ("[objective]\npresent_cost = -1\ncompute_usd_per_pflops = 5", [(OWN, "objective.compute_precision")]),
    ("[objective]\nmission_value = 1", [(OWN, "objective.present_cost")]),
    ("[[stages]]\nname = 'compute'", [(OWN, "stages")]),
    ("soft_side = 'modelled'", [(OWN, "soft_side")]),
    ("[[claims]]\nid = 'more'\nby = 2050", [(OWN, "claims.more.by")]),
    ("[[claims]]\nid = 'more'\nlevel = 'abc'", [(OWN, "claims.more.level")]),
    ("[[claims]]\nid = 'mor'\nlevel = 5", [(OWN, "claims.mor.id")]),
    ("[[claims]]\nid = 'new'\nclaim = 'A third'", [(OWN, "claims.new.metric"), (OWN, "claims.new.said_by")]),
    (2 * "[[claims]]\nid = 'more'\nclaim = 'abc'\nsaid_by = 'me'\nmetric = 'memo'\n", [(OWN, "claims.more.id")]),
    ("title = ", [(OWN, "")]),
]


@pytest.mark.parametrize(("text", "wanted"), FAULTS)
def test_a_fault_stands_in_the_file_that_says_it(base: Path, text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(fault.file, fault.column) for fault in found(variant(base, text))] == wanted


def test_a_fault_of_the_base_stands_there(base: Path) -> None:
    base.write_text(base.read_text(encoding="utf-8").replace("base_year = 2026", "base_year = 2"), encoding="utf-8")
    assert places(found(variant(base, "title = 'Another title'"))) == [(BASE, None, "base_year")]
    base.write_text("title = \n", encoding="utf-8")
    assert places(found(variant(base, ""))) == [(BASE, 1, "")]


@pytest.mark.parametrize(
    ("of", "advice"), [("modle", "Did you mean model?"), ("federl-ai", "Did you mean federal-ai?")]
)
def test_no_such_base(base: Path, of: str, advice: str) -> None:
    (fault,) = found(variant(base, "", of=of))
    assert (fault.file, fault.column, fault.found, fault.suggestion) == (OWN, "base", of, advice)


def test_bases_in_a_circle(base: Path) -> None:
    variant(base, "", name="one.toml", of="two")
    (fault,) = found(variant(base, "", name="two.toml", of="one"))
    assert (fault.file, fault.column, fault.found) == ("one.toml", "base", "two")
    (fault,) = found(variant(base, "", of="variant"))
    assert (fault.file, fault.column) == (OWN, "base")
    (fault,) = found(variant(base, "", of='x"\nbase_year = "y'))
    assert fault.column == "base"
