"""The model a second time: one Mesa agent per worker and per employer, plain loops, no columns.

Written from ``docs/specification.md`` without the engine. It shares with the package the draws, the
parameter records, the published data, the timeline and the state at the end of the base year; everything
else is its own. ``test_oracle`` runs it beside the engine and compares every person, employer and yuan.
"""
