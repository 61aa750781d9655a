"""Every figure that a store of runs can give: what it is drawn from, or what the store lacks for it.

Nothing is run here. A lack is a UserError of one sentence that names the command that fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import UserError, nearest, unknown
from experiments.design import Design, shipped

if TYPE_CHECKING:
    import pandas as pd

    from experiments.sources import Runs
    from experiments.store import Store

RANKING = "screening"
"""The shipped design whose runs rank parameters."""


@dataclass(frozen=True)
class Stored:
    """A store, scenarios chosen in it (the baseline first) and designs that go before the shipped ones."""

    store: Store
    scenarios: Sequence[str] = ()
    designs: Mapping[str, Design] = field(default_factory=dict)

    @cached_property
    def runs(self) -> Runs:
        """The chosen scenarios, or all."""
        from experiments.sources import Runs

        return Runs.of(self.store, [_name(spec) for spec in self.scenarios])

    def source(self, name: str) -> Any:
        """What the figure is drawn from."""
        from experiments.figures import FIGURES

        needs = FIGURES[name].needs
        if needs == "run":
            raise UserError(
                f"figure {name} shows tables that a store does not keep; draw it with --results DIR"
            )
        if needs in ("store", "world"):
            return self.runs
        made: dict[str, Callable[[], Any]] = {
            "claim": lambda: self._claim(name),
            "sensitivity": self._ranking,
            "decomposition": self._parts,
        }
        return made[needs]()

    def _claim(self, name: str) -> pd.DataFrame:
        from experiments.findings import CLAIMS, exposure
        from experiments.findings.runs import Runs as Designed

        if name == "adjustment":
            raise UserError(
                "it asks models as well; draw it with: tongchou findings adjustment --figures DIR"
            )
        table = exposure.table if name == "moral_hazard" else CLAIMS[name].table
        return table(Designed(self.store, make=False, designs=self.designs))

    def _ranking(self) -> pd.DataFrame:
        from experiments.comparison import HEADLINES
        from experiments.indices import MEASURES, table
        from experiments.sweeps import require

        own = (design for design in self.designs.values() if design.method in MEASURES)
        design = next(own, None) or Design.read(RANKING)
        return table(require(design, self.store), design, HEADLINES)

    def _parts(self) -> pd.DataFrame:
        from experiments.decomposition import stored

        if len(self.scenarios) != 2:
            raise UserError(
                "a decomposition has two scenarios; name them with --scenario BASELINE --scenario OTHER, as "
                "given to tongchou decompose"
            )
        return stored(self.store, *self.scenarios)


def _name(spec: str) -> str:
    """The name under which runs of a scenario file, or of a known scenario, are stored."""
    from abm.scenario import Scenario

    return Scenario.named(spec).name if Path(spec).suffix in {".yaml", ".yml"} else spec


def draw(
    names: Sequence[str], stored: Stored, target: Path, language: str = "en"
) -> tuple[list[Path], dict[str, str]]:
    """Draw the named figures, or all that the store allows; the paths, and why others could not be drawn.

    Raises UserError for a named figure that the store does not allow, and for a design that none would use.
    """
    from experiments import figures

    for name in names:
        if name not in figures.FIGURES:
            raise unknown("figure", name, figures.FIGURES)
    wanted = list(names) or [name for name, figure in figures.FIGURES.items() if figure.needs != "run"]
    _check_designs(wanted, list(stored.designs.values()))
    paths: list[Path] = []
    lacking: dict[str, str] = {}
    for name in wanted:
        try:
            paths += figures.draw([name], stored.source(name), target, language)
        except UserError as error:
            if names:
                said = str(error)
                raise UserError(said if said.startswith("figure") else f"figure {name}: {said}") from None
            lacking[name] = str(error).removeprefix(f"figure {name}: ")
    return paths, lacking


def _check_designs(names: Sequence[str], designs: Sequence[Design]) -> None:
    """Refuse a design of one's own that none of the figures takes, and a second one for the ranking."""
    from experiments.figures import FIGURES
    from experiments.indices import MEASURES

    ranked = [name for name in names if FIGURES[name].needs == "sensitivity"]
    claims = [name for name in names if FIGURES[name].needs == "claim"]
    ranking = [design.name for design in designs if design.method in MEASURES]
    if ranked and len(ranking) > 1:
        raise UserError(f"figure {ranked[0]} is drawn from one design; given are {', '.join(ranking)}")
    for design in designs:
        if (ranked and design.name in ranking) or (claims and design.name in shipped()):
            continue
        if claims:
            hint = nearest(design.name, shipped())
            raise UserError(f"--design '{design.name}' has the name of no design that comes along{hint}")
        if ranked:
            known = [name for name in shipped() if Design.read(name).method in MEASURES]
            raise UserError(
                f"figure {ranked[0]} needs a design by method {' or '.join(MEASURES)}, such as "
                f"{' or '.join(known)}; '{design.name}' is {design.method}"
            )
        raise UserError(
            f"--design '{design.name}' is of no use to figure {names[0]}, which shows all runs of a store; "
            "allowed for figures drawn from a design (tongchou figures --list)"
        )
