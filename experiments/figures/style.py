"""One look for every figure: journal widths, type of 7 points or more, colours that survive grey print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from abm.errors import UserError, unknown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from abm.results import Results

    Draw = Callable[..., Figure]
    Shared = bool | Literal["row", "col"]

SINGLE, DOUBLE = 3.4, 7.0
"""Width of one and of two journal columns (inches)."""

# Blue and vermilion of Okabe and Ito (2008), told apart by every eye; in grey print by filled and open marks.
SIMULATED, PUBLISHED, MUTED, PALE = "#0072B2", "#D55E00", "#8C8C8C", "#DEDEDE"

# Lines of several scenarios: Okabe and Ito's colours, dark to light, each with a dash of its own.
_SERIES: tuple[dict[str, Any], ...] = (
    {"color": "#000000", "linestyle": "-"},
    {"color": "#0072B2", "linestyle": (0, (5, 1.5))},
    {"color": "#D55E00", "linestyle": (0, (1.2, 1.2))},
    {"color": "#009E73", "linestyle": (0, (5, 1.2, 1.2, 1.2))},
    {"color": "#CC79A7", "linestyle": (0, (8, 3))},
    {"color": "#E69F00", "linestyle": (0, (3, 1, 1, 1, 1, 1))},
    {"color": "#56B4E9", "linestyle": (0, (2.5, 1))},
    {"color": "#8C8C8C", "linestyle": "-"},
)

LANGUAGES = ("en", "zh")
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "SimHei",
    "Noto Sans CJK JP",  # all that matplotlib before 3.11 sees of Noto's collection
)  # fmt: skip
_LINESPACING = 1.7
LATIN_FONT = "DejaVu Sans"  # comes with matplotlib, so that a figure is the same on every machine

_RULES: dict[str, Any] = {
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "hatch.linewidth": 0.4,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "tongchou",
    "savefig.dpi": 300,
}


def fonts(language: str) -> list[str]:
    """Font families for a language; UserError if it is unknown, or Chinese and no font is installed."""
    if language not in LANGUAGES:
        raise unknown("language", language, LANGUAGES)
    if language == "en":
        return [LATIN_FONT]
    from matplotlib.font_manager import findSystemFonts, fontManager

    for again in (False, True):  # matplotlib's list may be older than the font
        for font in findSystemFonts() if again else []:
            with suppress(OSError, RuntimeError):
                fontManager.addfont(font)
        installed = {font.name for font in fontManager.ttflist}
        for name in CHINESE_FONTS:
            if name in installed:
                return [name, LATIN_FONT]
    raise UserError(
        f"figures in Chinese need a Chinese font, for example {CHINESE_FONTS[0]}, and none is installed"
    )


@contextmanager
def rules(language: str) -> Iterator[None]:
    """The look, in force inside the block only."""
    import matplotlib as mpl

    settings: Any = _RULES | {"font.family": fonts(language)}
    with mpl.rc_context():
        mpl.rcdefaults()  # a reader's own matplotlibrc must not change a figure
        mpl.rcParams.update(settings)
        yield


def styled(draw: Draw) -> Draw:
    """Make ``draw(results, language)`` draw with the look of this module."""

    @wraps(draw)
    def drawn(results: Results, language: str = "en", **options: Any) -> Figure:
        with rules(language):
            figure = draw(results, language, **options)
        return _spaced(figure) if language == "zh" else figure

    return drawn


def _spaced(figure: Figure) -> Figure:
    """Lines of Chinese further apart: matplotlib's distance is for Latin letters, and they would touch."""
    from matplotlib.text import Text

    for text in figure.findobj(lambda artist: isinstance(artist, Text) and "\n" in artist.get_text()):
        text.set_linespacing(_LINESPACING)  # type: ignore[attr-defined]
    return figure


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write ``stem.pdf`` and ``stem.png`` (300 dpi) without dates or versions: equal figures, equal bytes."""
    paths = [stem.with_suffix(".pdf"), stem.with_suffix(".png")]
    with rules("en"):
        figure.savefig(paths[0], metadata={"Creator": "tongchou", "Producer": None, "CreationDate": None})
        figure.savefig(paths[1], metadata={"Software": None})
    return paths


def new(
    width: float,
    height: float,
    rows: int = 1,
    columns: int = 1,
    sharex: Shared = False,
    sharey: Shared = False,
) -> tuple[Figure, list[Axes]]:
    """A figure of a size in inches and its axes, row by row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.06, w_pad=0.05)  # type: ignore[union-attr, call-arg]
    axes = figure.subplots(rows, columns, squeeze=False, sharex=sharex, sharey=sharey)
    return figure, list(axes.flat)


def series(count: int) -> list[dict[str, Any]]:
    """Colour and dashes of so many lines, at most eight, the baseline first."""
    return [dict(look) for look in _SERIES[:count]]


def year_axis(axes: Axes, first: int, last: int) -> None:
    """Whole years from first to last, at most six of them named, the first always."""
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (last - first) / step <= 5)
    axes.set_xticks(range(first, last + 1, step))
    axes.set_xlim(first - 0.5, last + 0.5)
