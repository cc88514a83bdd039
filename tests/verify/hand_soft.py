"""Software, security and training of the plan by hand.

A second agency asks for inference at GovCloud and Secret, which runs in 2028. Before it does, the site is accredited
for GovCloud (2026) and then for Secret (2027); the platform (2026) carries a port of the service to each level (2027),
which a package authorises; a security centre and a cross-domain link guard Secret. Of the agency's two large agencies
one is onboarded in 2027 and one in 2028, of its ten small ones five; 120 of its 200 systems are connected, and 300 of
400 practitioners are trained: half of its demand is admitted. The scheduler (2026) adds a little to what its racks do.
Operators are trained in 2026, and the site goes live in 2027.
"""

from __future__ import annotations

from .hand_money import UNALLOCATED

Row = tuple[object, ...]

_SOFT = {
    "software": ("2.1.1", "2.1.2", "2.1.9", "2.9"),
    "security": ("2.2.1", "2.2.2", "2.2.3", "2.2.4", "2.2.9"),
    "training": ("2.3.1", "2.3.2", "2.3.3", "2.3.9"),
}
CODES = {
    **{code: (category, "investment", "soft") for category, codes in _SOFT.items() for code in codes},
    **dict.fromkeys(["3.2.5", "3.2.7"], ("operations", "operations", "none")),
}

# a rack delivers 4 * 0.5 = 2, worth 5000 / 0.5 = 0.01 M each
WORKLOAD = ("infer", "Inference", "fp8", 0.5, 1.0, 5000.0, 0.0, "SVC", 0.05)
# two large and ten small agencies; the small ones have a fifth of the demand
AGENCY = ("AS", "Agency with small ones", 38.9, -77.0, 2.0, 10.0, 0.2)
# 20 of 100: a fifth of all demand, at the same rent
DEMAND = [("AS", "infer", "gov", 15.0, 0.0), ("AS", "infer", "secret", 5.0, 0.0)]


def _initiative(name: str, category: str, per: str, effect: str, *figures: float, after: str = "") -> Row:
    cost, yearly, months, ceiling = figures
    return (name, name, category, per, cost, yearly, months, ceiling, after, effect, "")


def rows() -> dict[str, list[Row]]:
    """The tables of the data set."""
    years = (2026, 2027, 2028)
    return {
        "accreditations": [
            ("HIGH", "gov", "High", 1, "", 2e6, 12.0, 5e5),
            ("IL6", "secret", "IL6", 1, "HIGH", 3e6, 9.0, 6e5),
        ],
        "initiatives": [
            _initiative("PLATFORM", "software", "programme", "prerequisite", 2e6, 2e5, 12.0, 1.0),
            _initiative("OPEN", "software", "programme", "prerequisite", 1e6, 1e5, 12.0, 1.0),
            _initiative("SCHEDULER", "software", "programme", "raises utilisation", 3e6, 3e5, 12.0, 1.0),
            _initiative("SVC", "software", "site-level", "gates service", 3e6, 5e5, 12.0, 4.0, after="PLATFORM"),
            _initiative("ONBOARD", "software", "agency", "gates agency", 4e6, 2e5, 12.0, 5.0, after="OPEN"),
            _initiative("SMALL", "software", "small agency", "gates agency", 1e5, 1e4, 9.0, 10.0, after="OPEN"),
            _initiative("LINK", "software", "system", "connects demand", 1000.0, 100.0, 9.0, 1000.0),
            _initiative("LEGACY", "software", "system", "phase 3", 5e4, 1000.0, 12.0, 48.0, after="OPEN"),
            _initiative("SOC", "security", "programme", "gates level", 4e6, 1e6, 12.0, 1.0),
            _initiative("CROSS", "security", "site-level", "gates level", 1e6, 2e5, 12.0, 2.0, after="SOC"),
            _initiative("PACKAGE", "security", "service-level", "authorises service", 5e5, 1e5, 12.0, 4.0),
            _initiative("BOARD", "security", "programme", "phase 3", 1e6, 1e5, 12.0, 1.0),
            _initiative("COURSES", "training", "programme", "prerequisite", 1e6, 2e5, 9.0, 1.0),
        ],
        "level_needs": [("secret", "SOC"), ("secret", "CROSS")],
        "training_tracks": [
            ("OPS", "Operators", 15_000.0, 12.0, 0.1, 20.0, 20.0, "operation", ""),
            ("USE", "Practitioners", 500.0, 6.0, 0.1, 350.0, 500.0, "use", "COURSES"),
            ("AWARE", "Awareness", 10.0, 1.0, 0.5, 5000.0, 3000.0, "awareness", "COURSES"),
        ],
        "training_needs": [("AS", "USE", 400.0), ("AG", "AWARE", 4000.0)],
        "staffing": [("GUARD", "Guards", 0.2, 4.0, 1e5, "3.2.5"), ("SUPPORT", "User support", 0.1, 0.0, 2e5, "3.2.7")],
        "funding_sources": [*[("appropriation", y, 2e7) for y in years], *[("pay-as-you-go", y, 1e7) for y in years]],
    }


# 3.5 racks deliver 7 at GovCloud, 1.25 deliver 2.5 at Secret: 0.475 MW of the halls
RUNNING: list[Row] = [("S1", "C", "infer", "gov", "2028", 3.5), ("S1", "C", "infer", "secret", "2028", 1.25)]
# at most half of 15 and of 5 is admitted; the scheduler adds 0.3, of at most 0.05 * 7
SERVED: list[Row] = [("S1", "AS", "infer", "gov", "2028", 7.3), ("S1", "AS", "infer", "secret", "2028", 2.5)]
DEPTH: list[Row] = [("AS", "infer", "gov", "first", "2028", 7.3), ("AS", "infer", "secret", "first", "2028", 2.5)]


def decisions(operations_musd: dict[str, float]) -> dict[str, list[Row]]:
    """Two thirds of the caps are appropriated, and so is two thirds of operating cost."""
    return {
        "bonus": [("S1", "infer", "gov", "2028", 0.3)],
        "accredits": [("S1", "HIGH", "2026", 1), ("S1", "IL6", "2027", 1)],
        "starts": [(y, "2026", 1) for y in ("PLATFORM", "OPEN", "SCHEDULER", "SOC", "BOARD", "COURSES")],
        "ports": [
            ("S1", "SVC", "gov", "2027", 1),
            ("S1", "SVC", "secret", "2027", 1),
            ("S1", "CROSS", "secret", "2027", 1),
        ],
        "packages": [("PACKAGE", "SVC", "gov", "2027", 1), ("PACKAGE", "SVC", "secret", "2027", 1)],
        "onboards": [("ONBOARD", "AS", "2027", 1), ("ONBOARD", "AS", "2028", 1)],
        "connects": [
            ("LINK", "AG", "2026", 800.0),
            ("LINK", "AS", "2027", 120.0),
            ("SMALL", "AS", "2027", 5.0),
            # four and one fifth of 48
            ("LEGACY", "AG", "2027", 38.4),
            ("LEGACY", "AS", "2027", 9.6),
        ],
        "courses": [
            # half a head for each of 25 MW, a tenth of whom leave; for 20 MW enough of them are there until 2028
            ("OPS", "S1", "2026", 12.5),
            ("OPS", "S1", "2028", 1.0),
            ("USE", "AS", "2027", 300.0),
            # what the course is written by is done in September of 2026
            ("AWARE", "AG", "2026", 1000.0),
            ("AWARE", "AG", "2027", 1500.0),
            ("AWARE", "AG", "2028", 1000.0),
        ],
        "goes_live": [("S1", "2027", 1)],
        "unallocated": [(y, UNALLOCATED) for y in ("2026", "2027", "2028")],
        "funded": [
            *[("appropriation", y, musd * 2 / 3) for y, musd in operations_musd.items()],
            *[("pay-as-you-go", y, musd / 3) for y, musd in operations_musd.items()],
        ],
    }


def results() -> dict[str, list[Row]]:
    return {
        "admitted": [
            # all 800 systems of the first agency; it has no agencies of its own to onboard, and no course to take
            ("AG", "LINK", "2027", 1.0),
            ("AG", "LINK", "2028", 1.0),
            ("AG", "all", "2027", 1.0),
            ("AG", "all", "2028", 1.0),
            # 0.8 * 1/2 + 0.2 * 5/10; 120/200; 300/400
            ("AS", "ONBOARD", "2028", 0.5),
            ("AS", "LINK", "2028", 0.6),
            ("AS", "USE", "2028", 0.75),
            ("AS", "all", "2028", 0.5),
        ],
        "trained": [
            # a tenth of the practitioners, and half of those who are aware, leave in a year
            ("USE", "AS", "2027", 300.0),
            ("USE", "AS", "2028", 270.0),
            ("AWARE", "AG", "2026", 1000.0),
            ("AWARE", "AG", "2027", 2000.0),
            ("AWARE", "AG", "2028", 2000.0),
        ],
    }
