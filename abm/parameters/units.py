"""The units a parameter may have. A share is a number such as 0.16, never a percentage."""

from __future__ import annotations

UNITS: frozenset[str] = frozenset(
    {
        # money
        "yuan",
        "yuan a month",
        "yuan a year",
        "billion yuan a year",
        "fen",
        # shares and rates
        "share",
        "share a month",
        "share a year",
        "share of the base",
        "share of the wage",
        "share of the wage bill",
        "share of collections",
        "share of spending",
        "share of the reserve",
        "share of the gap",
        "share of the surplus",
        "share of the treasury",
        "share of GDP",
        "share of GDP per head",
        "share of contributions",
        "share of the population",
        "probability",
        "probability a year",
        "probability a month",
        # multiples
        "multiple",
        "multiple of the average wage",
        "multiple of the mean",
        "multiple of dues",
        "index",
        # time and counts
        "years",
        "years of age",
        "months",
        "months of age",
        "months of birth",
        "days",
        "working days",
        "year",
        "persons",
        "persons per agent",
        "localities",
        "children per woman",
        "km",
        # behaviour
        "utility",
        "utility per log unit",
        "utility per share",
        "utility per yuan",
        "elasticity",
        "weight",
        "log points",
        "standard deviation",
        "standard deviation of log",
        "number",
        "ratio",
        "switch (0 or 1)",
        "rule",
    }
)
