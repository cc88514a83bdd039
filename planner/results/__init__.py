"""From a solved model to a Plan, and the figures of the JSON document."""

from planner.results.indicators import cost_per_mw, indicators, money_measures
from planner.results.tables import read_plan

__all__ = ["cost_per_mw", "indicators", "money_measures", "read_plan"]
