"""Codes of the cost lines (``wbs.csv``), named once: what posts a line, shows it or checks it says these words."""

from __future__ import annotations

# 1.1 construction
OPENING = "1.1.1"
LAND = "1.1.2"
CIVIL = "1.1.3"
SHELL = "1.1.4"
LEASE = "1.1.5"
HARDENING = "1.1.6"
DISCOUNT = "1.1.7"
CONSTRUCTION_MANAGEMENT = "1.1.8"
CONSTRUCTION_CONTINGENCY = "1.1.9"
# 1.2 power and cooling
CONNECTION = "1.2.1"
PLANT = "1.2.2"
ELECTRICAL = "1.2.3"
COOLING_PLANT = "1.2.4"
UNUSED_POWER = "1.2.5"
COLLATERAL = "1.2.6"
POWER_MANAGEMENT = "1.2.8"
POWER_CONTINGENCY = "1.2.9"
# 1.3 chips
RACKS = "1.3.1"
FABRIC = "1.3.2"
STORAGE = "1.3.3"
SALES_TAX = "1.3.4"
DISPOSAL = "1.3.5"
CHIPS_CONTINGENCY = "1.3.9"
# 2 software, security and training
SOFTWARE_ONCE = "2.1.1"
SOFTWARE_YEARLY = "2.1.2"
SOFTWARE_CONTINGENCY = "2.1.9"
ACCREDITATION = "2.2.1"
MONITORING = "2.2.2"
SECURITY_ONCE = "2.2.3"
SECURITY_YEARLY = "2.2.4"
SECURITY_CONTINGENCY = "2.2.9"
COURSES = "2.3.1"
TRAINING_ONCE = "2.3.2"
TRAINING_YEARLY = "2.3.3"
TRAINING_CONTINGENCY = "2.3.9"
UNALLOCATED = "2.9"
# 3 operations
GRID_ENERGY = "3.1.1"
DELIVERY = "3.1.2"
AGREEMENTS = "3.1.3"
FUEL = "3.1.4"
PLANT_UPKEEP = "3.1.5"
CARBON = "3.1.6"
FACILITY_UPKEEP = "3.2.1"
WATER = "3.2.2"
SITE_STAFF = "3.2.3"
RACK_MAINTENANCE = "3.2.4"
PLATFORM = "3.2.6"
MOVEMENT = "3.3.1"

#: groups: construction with power and cooling; all of infrastructure; software, security and training; operations
HALLS, INVESTED, SOFT, OPERATIONS = ("1.1", "1.2"), "1", "2", "3"
#: categories of spending that are infrastructure, as ``categories.csv`` names them
INFRASTRUCTURE = ("construction", "power and cooling", "chips")
#: category -> (line of programme management or none, line of contingency)
ON_TOP: dict[str, tuple[str | None, str]] = {
    "construction": (CONSTRUCTION_MANAGEMENT, CONSTRUCTION_CONTINGENCY),
    "power and cooling": (POWER_MANAGEMENT, POWER_CONTINGENCY),
    "chips": (None, CHIPS_CONTINGENCY),
    "software": (None, SOFTWARE_CONTINGENCY),
    "security": (None, SECURITY_CONTINGENCY),
    "training": (None, TRAINING_CONTINGENCY),
}
#: bills at a known rate: neither management nor contingency stands on them
BILLS = (UNUSED_POWER, COLLATERAL)
#: category of an initiative -> (line of its start, line of its years)
INITIATIVES: dict[str, tuple[str, str]] = {
    "software": (SOFTWARE_ONCE, SOFTWARE_YEARLY),
    "security": (SECURITY_ONCE, SECURITY_YEARLY),
    "training": (TRAINING_ONCE, TRAINING_YEARLY),
}
#: lines of a hall's construction: (code, words of the item after the design's name, column of the rate in ``designs``)
HALL_LINES = (
    (CIVIL, "civil and fit-out", "civil_usd_per_mw"),
    (SHELL, "shell", "shell_usd_per_mw"),
    (ELECTRICAL, "electrical plant", "electrical_usd_per_mw"),
    (COOLING_PLANT, "cooling plant", "mechanical_usd_per_mw"),
)
#: lines that buy what is worth something at the end of the horizon
WORTH_AT_THE_END = (LAND, *(code for code, _, _ in HALL_LINES), CONNECTION)
#: spend profile of a grid connection
CONNECTION_PROFILE = "connection"
