"""The gallery: figures recover what was planted in the data, look as they did, and refuse in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from gallery_images import DRAWN, FOLDER, race_claim, sources
from gallery_images import draw as draw_small
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.testing.compare import compare_images
from planted_runs import EFFECT, RECEIVERS, REFORM, planted_flows, planted_run, planted_runs
from stub_runs import PATH, tasks, work

from abm.errors import UserError
from abm.scenario import Scenario
from abm.space import PROVINCE_NAMES
from experiments import decomposition, figures
from experiments.cli import main
from experiments.design import Design
from experiments.emergence.reaction import weights
from experiments.figures import FIGURES, event_study, flows, lorenz, neighbour_reaction, reserves, winners
from experiments.findings import CLAIMS
from experiments.findings.runs import Runs as Designed
from experiments.inequality import gini
from experiments.inequality import lorenz as curve
from experiments.runner import attempt, tasks_of
from experiments.sources import RULE, Runs, by_source
from experiments.store import Store

TOLERANCE = 12.0
"""Root mean square of the difference in grey levels; other builds of the font library stay well below."""


@pytest.fixture(scope="module")
def runs() -> Runs:
    return planted_runs()


@pytest.fixture(scope="module")
def given_sources() -> dict[str, object]:
    return sources()


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_looks_as_expected(name: str, given_sources: dict[str, object], tmp_path: Path) -> None:
    drawn = draw_small(name, given_sources, tmp_path)
    assert compare_images(str(FOLDER / f"{name}.png"), str(drawn), TOLERANCE) is None


def test_type_and_width_fit_a_journal(given_sources: dict[str, object]) -> None:
    from matplotlib.text import Text

    for name in DRAWN:
        figure = FIGURES[name].draw(race_claim() if name == "race" else given_sources[FIGURES[name].needs])
        assert figure.get_figwidth() <= figures.style.DOUBLE
        assert min(t.get_fontsize() for t in figure.findobj(Text) if t.get_text()) >= 7, name


# --- what the figures say


def test_event_study_recovers_the_planted_effect(runs: Runs) -> None:
    table = event_study.numbers(runs, "reform").set_index("relative")
    after = table.index >= 0
    assert table["year"].tolist() == (table.index + REFORM).tolist()
    np.testing.assert_allclose(table.loc[after, "twin"], EFFECT)
    np.testing.assert_allclose(table.loc[~after, "twin"], 0, atol=1e-12)
    covered = (table.loc[after, "low"] <= EFFECT) & (table.loc[after, "high"] >= EFFECT)
    assert covered.mean() >= 0.8


def test_event_study_estimates_are_differences_of_means(runs: Runs) -> None:
    """In a balanced panel the regression is: treated less others, less the same in the year before."""
    both = event_study.panel(runs, "reform")
    one = both[both["seed"] == 1]
    treated = one["province"].isin(np.array(PROVINCE_NAMES)[RECEIVERS])
    gap = one.groupby([treated, "year"])["outcome_with"].mean()
    gap = gap[True] - gap[False]
    found = event_study.numbers(runs, "reform").set_index("year")["estimate"]
    np.testing.assert_allclose(found, gap - gap[REFORM - 1], atol=1e-8)


def test_event_study_needs_a_reform_that_moves_money(runs: Runs) -> None:
    still = {name: table.copy() for name, table in runs.tables.items()}
    still["provinces"][["transfers_in", "transfers_out"]] = 0.0
    with pytest.raises(UserError, match="no scenario starts to move money between provinces"):
        event_study.draw(Runs(runs.runs, still))


def test_neighbours_who_copy_each_other_stand_out(runs: Runs) -> None:
    alone = neighbour_reaction.numbers(runs, "baseline")
    beta, low, high = alone[["slope", "low", "high"]].iloc[0]
    assert low <= beta <= high
    frame = runs.tables["provinces"].copy()
    near = weights(PROVINCE_NAMES)
    copied = np.linalg.inv(np.eye(len(near)) - 0.9 * near)
    for column in ("audit_effort", "registration_effort"):
        wide = frame[column].to_numpy().reshape(-1, len(near))
        frame[column] = (wide @ copied.T).ravel()
    together = neighbour_reaction.numbers(Runs(runs.runs, runs.tables | {"provinces": frame}), "baseline")
    assert together["slope"].iloc[0] > together["high"].iloc[0]


def test_flows_split_the_pool_in_proportion_and_keep_direct_payments() -> None:
    table = flows.numbers(planted_run()) / 1e9
    assert table.loc["Guangdong", "Liaoning"] == pytest.approx(25)  # 50 of 90 net into the pool, 45 out
    assert table.loc["Beijing", "Jilin"] == pytest.approx(20)
    assert table.loc["Beijing", "Hebei"] == pytest.approx(2)
    assert table.loc["Guangdong"].sum() == pytest.approx(50)
    assert table.to_numpy().sum() == pytest.approx(92)
    shown = flows.shown(table)
    assert shown.shape == (2, 3)
    assert shown.to_numpy().sum() == pytest.approx(92)


def test_lorenz_of_two_groups() -> None:
    table = lorenz.numbers(planted_run())
    pension = table[table["panel"] == "pension"].groupby("year")["gini"].first()
    assert pension[2010] == pytest.approx(1 / 2 - 1 / 3)  # half the persons have a third
    assert pension[2018] == pytest.approx(1 / 2 - 1 / 5)


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0.01, 1e6)), min_size=1, max_size=20))
def test_gini_is_a_share_that_knows_no_unit_and_no_order(groups: list[tuple[int, float]]) -> None:
    persons, amounts = (np.array(column, float) for column in zip(*groups, strict=True))
    value = gini(persons, amounts)
    assert -1e-9 <= value < 1
    assert gini(persons[::-1], amounts[::-1] * 7) == pytest.approx(value, abs=1e-9)
    assert gini(persons, persons * 3) == pytest.approx(0, abs=1e-9)
    x, y = curve(persons, amounts)
    assert np.all(y <= x + 1e-9)


def test_winners_are_those_whom_the_reform_pays(runs: Runs) -> None:
    table = winners.numbers(runs)
    assert table.groupby("migrant")["difference"].unique().map(lambda v: v.round(9).tolist()).to_dict() == {
        False: [-20.0],
        True: [100.0],
    }
    assert set(table["line"]) == {"reform"}
    with pytest.raises(UserError, match="compares scenarios, and these runs hold only 'baseline'"):
        winners.draw(planted_alone())


def planted_alone() -> Runs:
    both = planted_runs(1, 0, ())
    only = pd.CategoricalDtype(["baseline"])
    tables = {n: t[t["line"] == "baseline"].astype({"line": only}) for n, t in both.tables.items()}
    return Runs(both.runs[both.runs["line"] == "baseline"].astype({"line": only}), tables)


def test_reserves_count_empty_provinces(runs: Runs) -> None:
    table = reserves.numbers(runs)
    last = table[(table["panel"] == "depleted") & (table["year"] == 2018)].set_index("line")["mean"]
    assert last.to_dict() == {"baseline": 12.0, "reform": 0.0}


# --- noise by source


def test_noise_is_split_by_source() -> None:
    seeds, drawn, ruled = [1.0, 3.0], [0.0, 2.0, 10.0], [5.0, 5.0]
    rows = [(v, np.nan, np.nan) for v in seeds] + [(v, float(d), np.nan) for d, v in enumerate(drawn)]
    rows += [(v, np.nan, 1.0) for v in ruled]
    frame = pd.DataFrame(rows, columns=["x", "draw", "rule"]).assign(line="a", year=2018)
    found = by_source(frame, "x").iloc[0]
    assert found["mean"] == 2
    assert found["monte_carlo"] ** 2 == pytest.approx(2)
    assert found["parameters"] ** 2 == pytest.approx(np.var(drawn, ddof=1) - 2)
    assert (found["rule_low"], found["rule_high"]) == (2, 5)
    assert (found["seeds"], found["draws"], found["rules"]) == (2, 3, 1)


def test_noise_that_runs_do_not_tell_is_missing() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0], "draw": np.nan, "rule": np.nan, "line": "a", "year": 2018})
    found = by_source(frame, "x").iloc[0]
    assert np.isnan(found["parameters"])
    assert np.isnan(found["rule_low"])


# --- from a store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    kept = Store(tmp_path_factory.mktemp("runs") / "store")
    history, soft = (
        Scenario.named(name, end=2011, scale=200000) for name in ("history", "history+soft_budget")
    )
    made = tasks_of(soft, 1, 2) + tasks_of(history, 1, 2)
    made += tasks_of(history, 1, 2, draws=[{PATH: 0.4}, {PATH: 0.6}])
    made += tasks_of(history.changed(set={RULE: 1}), 1, 2, {RULE: 1})
    made += tasks(2)  # a sweep of a parameter, which no figure shows unless asked to
    for task in made:
        kept.append(attempt(task, 1, work))
    kept.compact()
    return kept


def test_runs_of_a_store_know_line_draw_and_rule(store: Store) -> None:
    runs = Runs.of(store)
    assert runs.lines == ["history", "history+soft_budget"]
    table = runs.runs.groupby("line", observed=True)[["seed", "draw", "rule"]].count()
    assert table.loc["history"].tolist() == [6, 2, 2]
    assert table.loc["history+soft_budget"].tolist() == [2, 0, 0]
    assert sorted(runs.runs["draw"].dropna()) == [0, 1]
    assert len(runs.own("national")["key"].unique()) == 4
    assert Runs.of(store, ["history+soft_budget"]).lines == ["history+soft_budget"]
    assert Runs.of(store, ["history, habit 0.1"]).lines == ["history, habit 0.1"]


def test_a_store_says_what_it_lacks(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown scenario 'histroy'; did you mean 'history'"):
        Runs.of(store, ["histroy"])
    with pytest.raises(UserError, match="has no finished runs"):
        Runs.of(Store(tmp_path / "empty"))


def test_command_draws_from_a_store(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "reserves", "--store", str(store.folder), "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reserves.pdf", "reserves.png"]
    capsys.readouterr()


def test_a_world_is_the_mean_over_seeds_of_the_baseline(runs: Runs) -> None:
    world = runs.world()
    own = runs.own("provinces")
    own = own[own["line"] == "baseline"]
    assert world.line == "baseline"
    mean = own.groupby(["year", "province"])["reserve"].mean()
    found = world.provinces.set_index(["year", "province"])["reserve"]
    pd.testing.assert_series_equal(found.sort_index(), mean.sort_index())
    pairs = world.ledger.set_index(["payer", "payee"])["amount"]
    assert pairs.to_dict() == planted_flows().set_index(["payer", "payee"])["amount"].to_dict()


def test_a_store_draws_what_it_allows_and_says_what_fills_the_rest(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["figures", "--store", str(store.folder), "--out", str(tmp_path)]
    assert main(given) == 0
    said = capsys.readouterr()
    for name in ("map", "gini", "winners"):
        assert (tmp_path / f"{name}.png").is_file()
    lacking = dict(line.removeprefix("not drawn: ").split(": ", 1) for line in said.err.splitlines())
    assert set(lacking) >= {"race", "moral_hazard", "assessment", "tornado", "waterfall"}
    assert lacking["race"] == (
        f"18 of the 18 runs of design mobility are not in store '{store.folder}'; make them with: "
        f"tongchou sweep mobility --store {store.folder}"
    )
    assert main([*given, "race"]) == 2
    assert capsys.readouterr().err == f"tongchou: figure race: {lacking['race']}\n"


def test_a_ranking_and_a_decomposition_are_drawn_from_stored_runs(tmp_path: Path) -> None:
    kept = Store(tmp_path / "store")
    design = tmp_path / "small.yaml"
    design.write_text(
        "scenarios: [history]\nparameters: {worker.habit: , employer.peer_weight: }\nmethod: morris\n"
        "samples: 4\nto: 2011\nscale: 200000\n"
    )
    a, b = (Scenario.named(name, end=2011, scale=200000) for name in ("municipal", "national_pure"))
    channels = ("migration", "leniency")
    made = list(Design.read(design).tasks())
    made += decomposition._tasks(a, b, list(decomposition.subsets(channels)), channels, 2)
    for task in made:
        kept.append(attempt(task, 1, work))
    kept.compact()
    given = ["figures", "--store", str(kept.folder), "--out", str(tmp_path)]
    assert main([*given, "tornado", "--design", str(design)]) == 0
    assert main([*given, "waterfall", "--scenario", "municipal", "--scenario", "national_pure"]) == 0
    table = decomposition.stored(kept, "municipal", "national_pure")
    assert sorted(table["channel"].unique()) == ["direct", "leniency", "migration", "total"]
    assert table["replicates"].unique().tolist() == [2]
    with pytest.raises(UserError, match=r"are not in store .* make them with: tongchou decompose history"):
        decomposition.stored(kept, "history", "national_pure")


def test_runs_of_a_line_that_differ_in_years_are_not_mixed(tmp_path: Path) -> None:
    kept = Store(tmp_path / "store")
    for end in (2011, 2012):
        for task in tasks_of(Scenario.named("history", end=end, scale=200000), 1, 2):
            kept.append(attempt(task, 1, work))
    kept.compact()
    assert Runs.of(kept).runs["to"].tolist() == [2012, 2012]


def test_command_draws_from_a_table(given_sources: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "shares.csv"
    given_sources["decomposition"].to_csv(file, index=False)  # type: ignore[attr-defined]
    assert main(["figures", "--table", str(file)]) == 0
    assert (tmp_path / "figures" / "waterfall.pdf").is_file()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--store", "STORE", "--results", "x"],
            "figures are drawn from one of --results, --store and --table",
        ),
        (
            ["--store", "STORE", "history"],
            "figure history shows tables that a store does not keep; draw it with --results DIR",
        ),
        (["--scenario", "history"], "--scenario and --design choose among the runs of a --store"),
        (["--store", "STORE", "reserve"], "unknown figure 'reserve'; did you mean 'reserves'"),
        (["--store", "STORE", "--lang", "de"], "unknown language 'de'"),
        (["--store", "nowhere"], "'nowhere' is no store"),
        (["--table", "no.csv"], "--table 'no.csv' does not exist"),
        (
            ["--store", "STORE", "tornado", "--design", "effort"],
            "tongchou: figure tornado needs a design by method morris or sobol, such as screening or "
            "variance; 'effort' is grid\n",
        ),
        (
            ["--store", "STORE", "heat_map", "--design", "screening", "--design", "variance"],
            "figure heat_map is drawn from one design; given are screening, variance",
        ),
        (
            ["--store", "STORE", "tornado", "race", "--design", "OWN"],
            "--design 'mobilty' has the name of no design that comes along; did you mean 'mobility'?",
        ),
        (
            ["--store", "STORE", "gini", "--design", "effort"],
            "--design 'effort' is of no use to figure gini, which shows all runs of a store",
        ),
    ],
)
def test_command_refuses_in_one_sentence(
    arguments: list[str],
    sentence: str,
    store: Store,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tmp_path / "mobilty.yaml"
    own.write_text("scenarios: [history]\n")
    words = {"STORE": str(store.folder), "OWN": str(own)}
    given = [words.get(word, word) for word in arguments]
    assert main(["figures", *given]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_every_figure_has_a_caption_and_a_known_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--list"]) == 0
    listed = capsys.readouterr().out
    for name, figure in FIGURES.items():
        assert name in listed
        assert figure.needs in figures.SOURCES
        assert len(figure.caption.split()) > 8, name


def test_reserves_handed_over_once_are_no_receipts(runs: Runs) -> None:
    """Receivers that first hand their old reserve to a national fund stay receivers."""
    given = runs.tables["provinces"].copy()
    start = (given["line"] == "reform") & (given["year"] == REFORM)
    given.loc[start, "transfers_out"] += 1e12
    flows = given.loc[start, ["key", "line", "seed", "draw", "rule", "year"]].assign(
        kind="stock_to_centre", payer="fund:" + given.loc[start, "province"], payee="fund:China", amount=1e12
    )
    handed = Runs(runs.runs, runs.tables | {"provinces": given, "flows": flows})
    table, plain = event_study.numbers(handed, "reform"), event_study.numbers(runs, "reform")
    assert table["receivers"].unique().tolist() == [sum(RECEIVERS)]
    np.testing.assert_allclose(table["twin"], plain["twin"])


def test_few_receivers_have_no_clustered_interval(runs: Runs) -> None:
    frame = runs.tables["provinces"].copy()
    some = frame["province"].isin(np.array(PROVINCE_NAMES)[RECEIVERS][:4])
    frame.loc[~some, "transfers_in"] = 0.0
    table = event_study.numbers(Runs(runs.runs, runs.tables | {"provinces": frame}), "reform")
    assert table["receivers"].iloc[0] == 4
    assert table.loc[table["relative"] != -1, ["low", "high"]].isna().all(axis=None)
    assert event_study.numbers(runs, "reform")["low"].notna().all()


def test_a_few_fen_are_no_reserve(runs: Runs) -> None:
    frame = runs.tables["provinces"].copy()
    frame["reserve"] = np.where(frame["province"] == "Beijing", 0.03, 1e9)
    table = reserves.numbers(Runs(runs.runs, runs.tables | {"provinces": frame}))
    assert (table.loc[table["panel"] == "depleted", "mean"] == 1).all()


def test_lines_of_chinese_do_not_touch(runs: Runs) -> None:
    try:
        figures.style.fonts("zh")
    except UserError:
        pytest.skip("no Chinese font")
    label = winners.draw(runs, "zh").axes[0].yaxis.label
    assert label._linespacing >= 1.5


@pytest.mark.parametrize(
    ("claim", "design", "year"),
    [
        ("race", "mobility", 2016), ("assessment", "pooling", 2018), ("capacity", "deficits", 2016),
        ("hazard", "pooling", 2018), ("provincial", "pooling", 2016),
    ],
)  # fmt: skip
def test_a_copy_of_a_design_that_ends_too_early_is_named(
    claim: str, design: str, year: int, tmp_path: Path
) -> None:
    short = Design.read(design).model_copy(update={"end": 2014})
    with pytest.raises(UserError, match=f"design '{design}' ends in 2014; what is shown is {year}"):
        CLAIMS[claim].table(Designed(Store(tmp_path), make=False, designs={design: short}))


def test_captions_are_listed_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--list", "waterfall"]) == 0
    assert capsys.readouterr().out.strip() == f"waterfall: {FIGURES['waterfall'].caption}"
    assert main(["figures", "--list", "waterfal"]) == 2
