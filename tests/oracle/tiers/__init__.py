"""The rules that move money between tiers, one file a rule: ``settle(books)`` books its flows.

A rule has ``POOLED``, whether it holds the localities' reserves. A pooled upper rule also says what is
``missing``; one that pays other pensions than the pass has added up books its ``benefits``.
"""

from __future__ import annotations

from oracle.tiers import (
    central_adjustment,
    central_differential,
    municipal,
    national_2022,
    national_basic_pension,
    national_unified,
    none,
    provincial_adjustment,
    provincial_unified,
)

LOWER = {
    "municipal": municipal,
    "provincial_adjustment": provincial_adjustment,
    "provincial_unified": provincial_unified,
}
UPPER = {
    "none": none,
    "central_adjustment": central_adjustment,
    "central_differential": central_differential,
    "national_2022": national_2022,
    "national_unified": national_unified,
    "national_basic_pension": national_basic_pension,
}
