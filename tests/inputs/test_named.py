"""Named what-ifs: read from their files, combined in the order given, and what is said where one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import write_tiny

from planner.errors import Fault, InputError
from planner.inputs import named, read

GOOD = """title = "Dear energy"
why = "To see."
changes = ["sites.A.tariff_usd_per_mwh=60"]
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny(tmp_path)


def faults_of(path: Path) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        named.read(path)
    return list(caught.value.faults)


def test_words_are_applied_in_their_order(model: Path) -> None:
    own = model.with_name("dear.toml")
    own.write_text(GOOD, encoding="utf-8")
    double = "sites.*.tariff_usd_per_mwh=x2"
    first, last = read.load(model, (double, str(own))), read.load(model, (str(own), double))
    assert first.sites["A"].tariff_usd_per_mwh == 60
    assert last.sites["A"].tariff_usd_per_mwh == 120
    assert last.changes == ("sites.A.tariff_usd_per_mwh=60", double)
    assert last.what_ifs == ("dear",)


def test_names_may_be_joined() -> None:
    both = read.load(None, ("carbon-price+drought",))
    assert both.what_ifs == ("carbon-price", "drought")
    assert both.sha256 == read.load(None, ("carbon-price", "drought")).sha256


def test_every_unknown_name_is_named(model: Path) -> None:
    with pytest.raises(InputError) as caught:
        read.load(model, ("gas-bann", "carbon-price+droght", "sites.C.lat_deg=1"))
    named = {(f.column, f.suggestion) for f in caught.value.faults}
    close = {("gas-bann", "Did you mean gas-ban?"), ("droght", "Did you mean drought?")}
    assert named >= {*close, ("sites.C.lat_deg", "")}


def test_a_fault_of_a_named_edit_says_whose_it_is(model: Path) -> None:
    with pytest.raises(InputError) as caught:
        read.load(model, ("site-lost",))
    (fault,) = caught.value.faults
    assert (fault.file, fault.column) == ("--what-if site-lost", "sites.TX-ABI")


def test_a_file_may_hold_several(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text("[what_ifs.one]\n" + GOOD + "[what_ifs.two]\n" + GOOD, encoding="utf-8")
    assert [one.name for one in named.read(path)] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "column", "suggestion"),
    [
        (GOOD.replace("why", "whi"), "whi", "Did you mean why?"),
        (GOOD.replace('"sites.A.tariff_usd_per_mwh=60"', "60"), "changes.0", ""),
        (GOOD.replace("changes = [", "changes = [] # ["), "changes", ""),
        (GOOD.replace("sites.A", "site.A"), "site.A.tariff_usd_per_mwh", "Did you mean sites?"),
        (GOOD + 'status = "sure"', "status", ""),
        ("title = ", "", ""),
    ],
)
def test_a_wrong_file(tmp_path: Path, text: str, column: str, suggestion: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    faults = faults_of(path)
    assert (column, suggestion) in {(fault.column, fault.suggestion) for fault in faults}
    assert {fault.file for fault in faults} == {"wrong.toml"}


def test_a_wrong_name_and_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "not a name.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert "a-z" in faults_of(path)[0].allowed
    assert faults_of(tmp_path / "none.toml")[0].file == "none.toml"
