"""The validation report: sections of text, tables and figures as one HTML file and one PDF."""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.figures.style import rules

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPLATE = Path(__file__).parent / "report.html.j2"
PAGE = (8.27, 11.69)
ROWS = 46
"""Lines of a table on a page of the PDF."""


class Section(NamedTuple):
    """A part of the report; every verdict column of a table is called ``verdict``."""

    title: str
    text: Sequence[str] = ()
    tables: Sequence[tuple[str, pd.DataFrame]] = ()
    figures: Sequence[Figure] = ()


class Report(NamedTuple):
    """A title, what must be known before reading on, and the sections."""

    title: str
    preface: Sequence[str]
    sections: Sequence[Section]

    def write(self, folder: Path) -> list[Path]:
        """Write ``validation.html`` (self-contained) and ``validation.pdf``; returns paths."""
        folder.mkdir(parents=True, exist_ok=True)
        page, book = folder / "validation.html", folder / "validation.pdf"
        page.write_text(self.html(), encoding="utf-8")
        self._pdf(book)
        return [page, book]

    def html(self) -> str:
        """The report as one HTML page with its figures inside."""
        from jinja2 import Environment

        template = Environment(autoescape=True, trim_blocks=True).from_string(
            TEMPLATE.read_text(encoding="utf-8")
        )
        return template.render(
            title=self.title,
            preface=self.preface,
            sections=[
                {
                    "title": section.title,
                    "text": section.text,
                    "images": [_png(figure) for figure in section.figures],
                    "tables": [{"caption": caption, **_cells(frame)} for caption, frame in section.tables],
                }
                for section in self.sections
            ],
        )

    def _pdf(self, path: Path) -> None:
        from matplotlib.backends.backend_pdf import PdfPages

        metadata = {"Title": self.title, "Creator": "tongchou", "Producer": None, "CreationDate": None}
        with rules("en"), PdfPages(path, metadata=metadata) as book:
            book.savefig(_text_page(self.title, self.preface))
            for section in self.sections:
                if section.text:
                    book.savefig(_text_page(section.title, section.text))
                for figure in section.figures:
                    book.savefig(figure)
                for caption, frame in section.tables:
                    for first in range(0, max(len(frame), 1), ROWS):
                        book.savefig(_table_page(section.title, caption, frame.iloc[first : first + ROWS]))


def verdict(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with ``passed`` (bool) as the last column ``verdict``: PASS or FAIL."""
    words = frame["passed"].map({True: "PASS", False: "FAIL"})
    return frame.drop(columns="passed").assign(verdict=words)


def _cells(frame: pd.DataFrame) -> dict[str, Any]:
    rows = [[cell(value) for value in row] for row in frame.itertuples(index=False)]
    return {"head": [str(name).replace("_", " ") for name in frame.columns], "rows": rows}


def cell(value: object) -> str:
    """A value as the report prints it: four digits, thousands and trillions by unit words left to columns."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return "–" if np.isnan(value) else f"{value:.4g}".replace("-", "−")
    return str(value)


def _png(figure: Figure) -> str:
    stream = io.BytesIO()
    with rules("en"):
        figure.savefig(stream, format="png", dpi=160, metadata={"Software": None})
    return base64.b64encode(stream.getvalue()).decode("ascii")


def _text_page(title: str, lines: Sequence[str]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=PAGE)
    figure.text(0.08, 0.94, title, fontsize=14, va="top")
    body = "\n\n".join(textwrap.fill(line, 100) for line in lines)
    figure.text(0.08, 0.89, body, fontsize=9, va="top", linespacing=1.4)
    return figure


def _table_page(title: str, caption: str, frame: pd.DataFrame) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(PAGE[1], PAGE[0]) if len(frame.columns) > 8 else PAGE)
    figure.text(0.05, 0.97, f"{title}: {caption}", fontsize=9, va="top")
    axes = figure.add_axes((0.04, 0.03, 0.92, 0.91))
    axes.axis("off")
    content = _cells(frame)
    if content["rows"]:
        short = [[textwrap.shorten(text, 60) for text in row] for row in content["rows"]]
        table = axes.table(cellText=short, colLabels=content["head"], loc="upper center", cellLoc="right")
        table.auto_set_font_size(False)
        table.set_fontsize(6)
        table.auto_set_column_width(list(range(len(frame.columns))))
        for (row, column), one in table.get_celld().items():
            one.set_linewidth(0.2)
            if row > 0 and content["rows"][row - 1][column] == "FAIL":
                one.set_facecolor("#F6D9C6")
    return figure
