"""The rules that move money between tiers, one file a rule: ``settle(books)`` books its flows.

A lower rule has ``POOLED``, whether the province holds the reserves.
"""

from __future__ import annotations

from oracle.tiers import (
    central_adjustment,
    municipal,
    national_2022,
    none,
    provincial_adjustment,
    provincial_unified,
)

LOWER = {
    "municipal": municipal,
    "provincial_adjustment": provincial_adjustment,
    "provincial_unified": provincial_unified,
}
UPPER = {"none": none, "central_adjustment": central_adjustment, "national_2022": national_2022}
