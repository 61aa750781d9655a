"""A record as plain aligned text, for the command line."""

from __future__ import annotations

import textwrap

from abm.parameters.record import Dated, Record

WIDTH = 100


def describe(record: Record) -> str:
    """The record's title, unit, status, range, source, note and the history of its values, aligned."""
    low, high = record.range
    rows = [
        ("title", record.title),
        ("unit", record.unit),
        ("status", record.status + (" (values overridden)" if record.overridden else "")),
        ("range", f"{low:g} to {high:g}"),
        ("source", record.source),
        ("note", record.note),
        ("file", record.file),
    ]
    lines = [record.path]
    for name, text in rows:
        if text:
            indent = f"  {name:<8}"
            lines += textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent))
    for name, dated in [("values", record.values), *sorted(record.by_province.items())]:
        lines.append(f"  {name}")
        for entry in dated:
            lines += _history(entry)
    return "\n".join(lines)


def _history(entry: Dated) -> list[str]:
    error = "" if entry.standard_error is None else f"standard error {entry.standard_error:g}"
    remark = "; ".join(text for text in (entry.status, error, entry.source) if text)
    tail = f"  {remark}" if remark else ""
    if not isinstance(entry.value, dict):
        return [f"    {entry.start}  {entry.value:>10g}{tail}"]
    width = max(len(str(key)) for key in entry.value)
    rows = [f"      {key!s:>{width}}  {number:>10g}" for key, number in entry.value.items()]
    return [f"    {entry.start}{tail}", *rows]
