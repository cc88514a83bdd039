"""Codes of cost lines by what posts them, written apart from the model, and one group of lines."""

from __future__ import annotations

from dataclasses import dataclass, field

GroupKey = tuple[str, str, int, str]
#: base cost of the categories by the codes of their lines, with the codes of management and contingency
UPLIFTS = (
    ("construction", [f"1.1.{n}" for n in range(1, 8)], "1.1.8", "1.1.9"),
    ("power and cooling", [f"1.2.{n}" for n in range(1, 5)], "1.2.8", "1.2.9"),
    ("chips", [f"1.3.{n}" for n in range(1, 6)], "", "1.3.9"),
    ("software", ["2.1.1", "2.1.2"], "", "2.1.9"),
    ("security", [f"2.2.{n}" for n in range(1, 5)], "", "2.2.9"),
    ("training", [f"2.3.{n}" for n in range(1, 4)], "", "2.3.9"),
)
MANAGEMENT = "parameters.programme_management_share.value"
#: codes of an initiative by its category: when it starts, and every year once it is done
INITIATIVES = {"software": ("2.1.1", "2.1.2"), "security": ("2.2.3", "2.2.4"), "training": ("2.3.2", "2.3.3")}
#: money set aside: its code, and its reference, which is no price
UNALLOCATED = "2.9"
SPLIT = "programme.infrastructure_share"
#: what was spent beside what decisions cost, before its category
SPENT = "actuals.spent."


@dataclass
class Group:
    """Lines of one code, site, period and price: quantity times factor, and unrounded then-year dollars."""

    amount: float = 0.0
    usd: float = 0.0
    size: float = 0.0
    factors: set[float] = field(default_factory=set)
    uplift: bool = False
