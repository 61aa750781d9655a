"""Numbers and tables in plain text, as the explanations print them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

INDENT = "  "


class DisagreementError(RuntimeError):
    """The explanation and the model differ: a fault of ours, never of the user."""


def yuan(amount: float) -> str:
    """An amount in yuan, to the yuan."""
    return f"{amount:,.0f} yuan"


def million(amount: float) -> str:
    """An amount of yuan in millions, with a decimal."""
    return f"{amount / 1e6:,.1f}"


def percent(share: float, digits: int = 1) -> str:
    """A share in per cent."""
    return f"{100.0 * share:.{digits}f} %"


def signed(number: float, digits: int = 3) -> str:
    """A number with its sign."""
    return f"{round(number, digits) + 0.0:+.{digits}f}"


def years(months: float) -> str:
    """A number of months, also in years."""
    return f"{months:.0f} months ({months / 12.0:.1f} years)"


def drew(u: float) -> str:
    """A uniform draw."""
    return f"draw {u:.4f}"


def section(title: str, lines: Iterable[str]) -> str:
    """Lines under a title, indented; empty without lines."""
    body = "\n".join(INDENT + part for line in lines for part in line.split("\n"))
    return f"{title}\n{body}" if body else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells under a header: the first column aligned to the left, the others to the right."""
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(x.rjust(n) for x, n in zip(row[1:], widths[1:], strict=True))])
        for row in cells
    )


def terms(parts: dict[str, float], unit: str, digits: int = 0) -> str:
    """Named terms and their sum on one line: ``pension +812, contributions −300, in all +512 yuan``."""
    named = [f"{name} {amount:+,.{digits}f}" for name, amount in parts.items()]
    return f"{', '.join(named)}, in all {sum(parts.values()):+,.{digits}f} {unit}".rstrip()


def same(what: str, explained: float, found: float, tolerance: float = 1e-6) -> None:
    """Raise DisagreementError unless two numbers that must be one agree."""
    if not abs(explained - found) <= tolerance * max(1.0, abs(found)):
        raise DisagreementError(f"{what}: the explanation has {explained!r}, the model {found!r}")
