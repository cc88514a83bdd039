"""Plan a national AI-compute programme and prove the plan."""

__version__ = "0.1.0"
