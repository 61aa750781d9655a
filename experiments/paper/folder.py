"""Writing the paper's folder: runs what is missing, draws everything, and says what repeats it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import UserError
from experiments import figures
from experiments.backends import Pool
from experiments.comparison import table as effects_of
from experiments.decomposition import decompose
from experiments.design import check_disk
from experiments.indices import sensitivity
from experiments.paper import noise, tables
from experiments.runner import Progress, Task, execute, tasks_of
from experiments.sources import Runs
from experiments.store import Store
from experiments.sweeps import Sweep

if TYPE_CHECKING:
    from experiments.paper.study import Study

Say = Callable[[str], None]
Drawn = tuple[str, str, str]
INDEX, MANIFEST = "index.md", "manifest.json"


def write(
    study: Study,
    folder: str | Path = "results/paper",
    draws: Sequence[Mapping[str, Any]] = (),
    posterior: Path | None = None,
    language: str = "en",
    progress: Progress | None = None,
    say: Say = lambda sentence: None,
    jobs: int | None = None,
) -> Path:
    """Run what is missing of a study and write ``index.md``, ``figures``, ``tables``, ``manifest.json``.

    Runs are kept in ``store`` below the folder, the one whose every table is drawn in ``run``. With ``draws``
    of a ``posterior`` file parameter noise is that of the posterior. Raises UserError as the parts do.
    """
    folder = Path(folder)
    kept = Store(folder / "store")
    pool = Pool(jobs)
    tasks = list(study.tasks(draws))
    coarse = [
        t for s in study.scales for t in tasks_of(study.worlds(scale=s)[0], study.seed, study.replicates)
    ]
    present = kept.finished()
    years = tasks[0].scenario.end - tasks[0].scenario.start + 1
    check_disk(folder, sum(task.key not in present for task in [*tasks, *coarse]), years)
    say(f"{study.title}: {len(tasks)} runs, {len(coarse)} at other scales")
    execute([*tasks, *coarse], kept, pool, progress)
    runs = Runs.of(kept, [world.name for world in study.worlds()], [task.key for task in tasks])

    pages = [
        _Page(
            "run", _run(study, folder), f"Scenario {study.run}, seed {study.seed}, {_size(study)}, n = 1 run"
        )
    ]
    pages.append(_Page("store", runs, _facts(study, runs)))
    if study.sensitivity:
        say("sensitivity")
        found = sensitivity(study.ranking(), store=kept, progress=progress, jobs=jobs)
        facts = (
            f"Scenario {found['scenario'].iloc[0]}, Morris design, {found['groups'].iloc[0]} trajectories, "
            f"seed {study.seed}, 1:{study.sensitivity.scale}, indicators of {found['year'].iloc[0]}, "
            f"n = {study.ranking().runs} runs"
        )
        pages.append(_Page("sensitivity", found, facts))
    if study.decomposition:
        say("decomposition")
        pages.append(_decomposition(study, kept, progress, jobs))

    drawn: list[Drawn] = [entry for page in pages for entry in _draw(page, folder, language)]
    shown = _tables(study, folder, runs, kept, tasks, coarse, pages)
    said = shown.pop("said")
    say(said)
    _put(folder / INDEX, _index(study, drawn, shown, said))
    _put(
        folder / MANIFEST,
        json.dumps(_manifest(study, folder, runs, posterior), indent=1, ensure_ascii=False) + "\n",
    )
    return folder / INDEX


class _Page:
    """What is drawn from one source: the source, and what holds of all its figures."""

    def __init__(self, kind: str, source: Any, facts: str) -> None:
        self.kind, self.source, self.facts = kind, source, facts


def _run(study: Study, folder: Path) -> Any:
    """The run behind the figures of one run, made unless its folder holds it already."""
    from abm.model import PensionModel
    from abm.results import Results, code_hash

    scenario = study.single()
    try:
        results = Results.read(folder / "run")
        if (results.manifest["code"], results.manifest["scenario"]) == (code_hash(), scenario.resolved()):
            return results
    except UserError:
        pass
    results = PensionModel(scenario).run()
    results.write(folder / "run", force=True)
    return Results.read(folder / "run")


def _decomposition(study: Study, kept: Store, progress: Progress | None, jobs: int | None) -> _Page:
    part = study.decomposition
    assert part is not None
    worlds = {world.name: world for world in study.worlds(scale=part.scale)}
    baseline = next(iter(worlds.values()))
    found = decompose(
        baseline,
        worlds[part.scenario],
        part.channels,
        part.replicates,
        store=kept,
        progress=progress,
        jobs=jobs,
    )
    facts = (
        f"{part.scenario} against {baseline.name}, seeds {study.seed}–{study.seed + part.replicates - 1}, "
        f"1:{part.scale}, {found['year'].max()}, n = {part.replicates * (1 + 2 ** len(part.channels))} runs"
    )
    return _Page("decomposition", found, facts)


def _draw(page: _Page, folder: Path, language: str) -> Iterator[Drawn]:
    """Every figure of a page: its name, what holds of it, and why it could not be drawn, if it could not."""
    for name in figures.names_for(page.kind):
        try:
            figures.draw([name], page.source, folder / "figures", language)
            yield name, page.facts, ""
        except UserError as error:
            yield name, page.facts, str(error)


def _tables(
    study: Study,
    folder: Path,
    runs: Runs,
    kept: Store,
    tasks: list[Task],
    coarse: list[Task],
    pages: list[_Page],
) -> dict[str, Any]:
    """Write every table as CSV and those for reading as LaTeX; what the index shows of them."""
    plain = set(runs.own("national")["key"])
    effects = effects_of(Sweep([task for task in tasks if task.key in plain], kept))
    shown: dict[str, Any] = {"Effects against the first scenario": ("effects", tables.effects(effects))}
    whole = {"effects": effects, "noise": noise.sources(runs)}
    words = tables.in_percent(whole["noise"], "monte_carlo", "parameters", "rule")
    shown["Noise by source"] = ("noise", words.drop(columns="mean"))
    shown["said"] = ""
    if coarse:
        rows = kept.read("national", [task.key for task in coarse])
        scale = {task.key: task.scenario.scale for task in coarse}
        whole["scales"] = noise.by_scale(rows.assign(scale=rows["key"].map(scale)))
        found = noise.adequate(whole["scales"], study.precision)
        shown["said"] = noise.sentence(found, study.precision)
        shown["Noise of one run by scale"] = ("scales", tables.in_percent(whole["scales"], "noise", "shift"))
    whole |= {page.kind: page.source for page in pages if page.kind in ("sensitivity", "decomposition")}
    target = folder / "tables"
    target.mkdir(exist_ok=True)
    for name, frame in whole.items():
        _put(target / f"{name}.csv", frame.to_csv(index=False))
    for name, frame in (pair for title, pair in shown.items() if title != "said"):
        _put(target / f"{name}.tex", tables.latex(frame))
    return shown


def _index(study: Study, drawn: list[Drawn], shown: dict[str, Any], said: str) -> str:
    lines = [f"# {study.title}", "", "Scenarios, the baseline first:", ""]
    lines += [f"- **{world.name.replace('_', ' ')}**: {world.title}" for world in study.worlds()]
    lines += ["", "What repeats all of this is in [manifest.json](manifest.json).", "", "## Figures", ""]
    good = [(name, facts) for name, facts, refused in drawn if not refused]
    for number, (name, facts) in enumerate(good, start=1):
        text = f"**Figure {number}.** {figures.FIGURES[name].caption} *{facts}.*"
        lines += [f"![{name}](figures/{name}.png)", "", f"{text} [PDF](figures/{name}.pdf)", ""]
    lines += [f"Not drawn: {name} ({refused}).\n" for name, _, refused in drawn if refused]
    lines += ["## Tables", ""]
    for number, (title, (name, frame)) in enumerate(shown.items(), start=1):
        files = f"[LaTeX](tables/{name}.tex), [CSV](tables/{name}.csv)"
        lines += [f"**Table {number}.** {title}. {_NOTES[name]} {files}", "", tables.markdown(frame), ""]
    if said:
        lines += [said[0].upper() + said[1:] + ".", ""]
    return "\n".join(lines)


_NOTES = {
    "effects": "Nation, last year; means of pairs with the same seed and their 95 % t intervals.",
    "noise": "Nation, last year; per cent of the indicator's mean, of the reserve: of a year's spending. "
    "Monte Carlo and parameters: half width that holds 95 of 100 runs; rule: farthest mean under another "
    "rule of choice.",
    "scales": "Baseline, nation, last year; per cent as above. Noise: half width that holds 95 of 100 runs; "
    "shift: mean less that of the finest scale.",
}


def _size(study: Study) -> str:
    first = study.worlds()[0]
    return f"1:{study.scale}, {first.start}–{first.end}"


def _facts(study: Study, runs: Runs) -> str:
    count = runs.runs
    seeds = f"seeds {study.seed}–{study.seed + study.replicates - 1}"
    drawn = int(count["draw"].nunique())
    parts = [f"Scenarios {', '.join(runs.lines)}", seeds]
    parts += [f"{drawn} draws of parameters"] if drawn else ["parameters not drawn"]
    rules = int(count["rule"].nunique())
    parts += [f"{rules} other rules of choice"] if rules else []
    return ", ".join([*parts, _size(study), f"n = {len(count)} runs"])


def _manifest(study: Study, folder: Path, runs: Runs, posterior: Path | None) -> dict[str, Any]:
    run = json.loads((folder / "run" / MANIFEST).read_text(encoding="utf-8"))
    return {
        "study": study.model_dump(mode="json", by_alias=True, exclude={"scenarios"}),
        "scenarios": [world.resolved() for world in study.worlds()],
        "runs": runs.runs["key"].tolist(),
        **{name: run[name] for name in ("code", "data_hash", "versions")},
        "posterior": {"file": str(posterior), "sha256": hashlib.sha256(posterior.read_bytes()).hexdigest()}
        if posterior
        else None,
    }


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    stage = path.with_name(f".{path.name}")
    stage.write_text(text, encoding="utf-8")
    stage.replace(path)
