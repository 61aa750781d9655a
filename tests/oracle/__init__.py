"""The model a second time: one Mesa agent per worker and per employer, plain loops, no columns.

Written from ``docs/specification.md`` without the engine. It shares with the package the draws, the
parameter records, the published data, the timeline and the state at the end of the base year; everything
else is its own. ``test_oracle`` and ``test_every_rule`` run it beside the engine and compare every person,
employer and yuan; there both live under the engine's levers. ``test_governments`` compares what governments
try, what it is worth to them and what they choose: of some places, as a what-if settles the accounts of all.
"""
