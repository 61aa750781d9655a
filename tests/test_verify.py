"""``tongchou verify``: every case meets its closed form, and fails when the rule it guards is broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import worlds

from abm.agents import employer, local_government
from abm.engine.whatif import settle_ahead
from abm.errors import UserError
from abm.phases import live
from abm.regimes import Membership, Stack, check, no_upper_tier
from abm.regimes.central_adjustment import CentralAdjustment
from abm.regimes.provincial_unified import ProvincialUnified
from experiments import verify
from experiments.cli import main
from experiments.verify import economy, game, levies
from experiments.verify.rules.balance_pooling import BalancePooling
from experiments.verify.rules.base_equalisation import BaseEqualisation
from experiments.verify.rules.equal_pooling import EqualPooling
from experiments.verify.settings import Settings

Patch = pytest.MonkeyPatch


def passes(letter: str, **settings: float) -> bool:
    return all(result.passed for result in verify.run(letter, settings))


def levy(letter: str, **settings: float) -> float:
    return verify.run(letter, settings)[0].simulated


# --- every case


@pytest.mark.parametrize("letter", verify.CASES)
def test_every_case_meets_its_closed_form(letter: str) -> None:
    results = verify.run(letter)
    assert [result for result in results if not result.passed] == []
    assert {result.case for result in results} == {letter}


SETTINGS: list[tuple[str, dict[str, float]]] = [
    ("A", {"n": 2}),
    ("A", {"n": 20, "b": 0.035, "k": 0.18, "A": 31}),
    ("B", {"n": 7, "mu": 1.05, "k": 2}),
    ("C", {"n": 3, "a": 0.6, "mu": 2.9}),
    ("C", {"mu": 0.6, "a": 0.2}),
    ("D", {"n": 2, "beta": 0.7, "mu": 3}),
    ("D", {"n": 12, "beta": 0.01, "mu": 40}),
    ("E", {"theta": 0.01, "d": 20}),
    ("E", {"theta": 0.9, "d": 0.1}),
    ("E", {"theta": 1}),
    ("F", {"n": 3, "m": 2, "a": 0.3, "pi": 0.6, "epsilon": 0.4}),
    ("F", {"pi": 1, "lambda": 2, "c": 1, "n": 5}),
    ("G", {"n": 3, "m": 3, "a": 0.9, "pi": 0.6, "epsilon": 2}),
    ("H", {"n": 20}),
    ("H", {"mu": 10, "F": 1.2, "g": 1.4}),
    ("I", {"tau": 0.05, "p": 0, "g": 3, "floor": 0.2}),
    ("I", {"p": 0.4, "F": 2.2}),
    ("I", {"tau": 0.4, "g": 0.1}),
    ("J", {"n": 20, "alpha": 0.01, "pi": 1}),
    ("L", {"n": 31, "w": 60000, "ratio": 0.045}),
    ("M", {"i": 0, "R0": 7.5}),
    ("M", {"i": 0.1, "R0": 30, "v": 4, "r": 0.3, "c": 2}),
    ("M", {"r": 0, "D": 0.3}),
]


@pytest.mark.parametrize(("letter", "settings"), SETTINGS, ids=str)
def test_a_case_holds_at_other_settings(letter: str, settings: dict[str, float]) -> None:
    assert passes(letter, **settings)


EXTREME = [
    ("C", {"n": 20, "a": 0.99, "mu": 100}),
    ("B", {"n": 2, "mu": 1000, "b": 0.1}),
    ("K", {"n": 12, "epsilon": 3}),
    ("K", {"n": 31, "epsilon": 0.05}),
    ("A", {"n": 2, "b": 0.0132, "k": 0.138, "A": 70}),
    ("D", {"n": 4, "b": 0.011, "k": 0.55, "A": 48, "mu": 16, "beta": 0.95}),
    ("F", {"n": 20, "m": 4, "a": 0.3, "pi": 0.2}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("letter", "settings"), EXTREME, ids=str)
def test_a_case_holds_at_extreme_settings(letter: str, settings: dict[str, float]) -> None:
    assert passes(letter, **settings)


RANGES: dict[str, tuple[float, float]] = {
    "b": (0.1, 2), "k": (0.3, 2), "A": (8, 30), "mu": (0.7, 20), "a": (0, 0.97), "beta": (0, 0.9),
    "theta": (0.02, 1), "d": (0.1, 10), "epsilon": (0.3, 3), "lambda": (0.2, 2), "c": (0.5, 5),
    "g": (0.3, 3), "p": (0, 0.4), "F": (0.5, 3), "tau": (0.05, 0.5), "w": (0.5, 1e5), "ratio": (0.001, 0.1),
    "alpha": (0.01, 10), "pi": (0, 1), "i": (0, 0.15), "R0": (1, 100), "D": (0.2, 10), "r": (0, 4),
    "v": (0.01, 4), "B": (0.3, 3), "floor": (0.2, 1), "sigma": (0.2, 1),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("letter", verify.CASES)
def test_a_case_holds_at_random_settings(letter: str) -> None:
    rng = np.random.default_rng(ord(letter))
    held = 0
    for _ in range(400):
        settings = {
            name: float(rng.integers(3, 12)) if name == "n"
            else float(rng.integers(1, 4)) if name == "m"
            else float(np.round(rng.uniform(*RANGES[name]), 4))
            for name in verify.CASES[letter].defaults
        }  # fmt: skip
        try:
            results = verify.run(letter, settings)
        except UserError:
            continue  # not admissible
        assert [result for result in results if not result.passed] == [], settings
        held += 1
        if held == 5:
            break
    assert held >= 4


def test_the_search_does_not_depend_on_where_it_begins() -> None:
    s = Settings("C", verify.CASES["C"].defaults)
    governments = levies.levy_game(s, EqualPooling(s["a"]), s["mu"])
    low, high = governments.equilibrium(0.0), governments.equilibrium(np.array([9.0, 0.0, 5.0, 1.0]))
    assert np.allclose(low, high, rtol=1e-4)


# --- what the cases say


def test_pooling_lowers_the_levy_below_n_and_raises_it_above() -> None:
    """Case C crosses over where the value of money equals the number of regions."""
    for n in (2, 5):
        few, same, many = (
            [levy("C", n=n, mu=mu, a=a) for a in (0.0, 0.4, 0.8)] for mu in (0.8 * n, n, 1.3 * n)
        )
        assert few[0] > few[1] > few[2]
        assert same == pytest.approx([1.0] * 3, rel=1e-4)  # b k
        assert many[0] < many[1] < many[2]


def test_equalising_bases_moves_the_levy_the_other_way() -> None:
    own = levy("B", mu=2)
    assert levy("C", mu=2, a=0.3) < own < levy("D", mu=2, beta=0.3)


def test_enforcement_races_down_at_a_fixed_rate() -> None:
    settings = {"tau": 0.28, "mu": 1.5}
    found = [levy("H", n=n, **settings) for n in (2, 4, 20)]
    assert found[0] > found[1] > found[2]
    assert found[0] < settings["tau"] - 0.01
    assert levy("H", n=4, b=1) == pytest.approx(0.28)  # capital that hardly moves: the rate itself


def test_another_technology_may_be_plugged_in() -> None:
    """With f(k) = k^α the levy of case B has −f'' in the place of b."""

    @dataclass(frozen=True)
    class Power:
        alpha: float

        def output(self, capital: np.ndarray) -> np.ndarray:
            return capital**self.alpha

        def marginal(self, capital: np.ndarray) -> np.ndarray:
            return self.alpha * capital ** (self.alpha - 1.0)

        def capital_at(self, marginal: np.ndarray) -> np.ndarray:
            return (np.maximum(marginal, 1e-3) / self.alpha) ** (1.0 / (self.alpha - 1.0))

    n, alpha, mu = 3, 0.7, 1.3
    s = Settings("B", {"n": n, "b": 1, "k": 1, "A": 1.5, "mu": mu})
    governments = levies.levy_game(s, no_upper_tier.rule(s, 0), mu)
    curved = game.Game(
        levies.answers(Power(alpha), 1.0), governments.stack, governments.aims, governments.lever,
        governments.low, governments.high,
    )  # fmt: skip
    bend = alpha * (1.0 - alpha)
    assert curved.equilibrium(0.0) == pytest.approx(np.full(n, (1 - 1 / mu) * n * bend / (n - 1)), rel=1e-3)


@given(
    worlds(),
    st.floats(0, 1).flatmap(
        lambda x: st.sampled_from([EqualPooling(x), BalancePooling(x), BaseEqualisation(x)])
    ),
)
def test_the_rules_of_the_cases_conserve_money(world: Any, rule: Any) -> None:
    stack = Stack(
        world.stack.lower, rule, world.stack.membership, world.stack.lump, world.stack.central_share,
        world.stack.bailout, world.stack.provincial_treasury,
    )  # fmt: skip
    check(stack.settle(world.accounts, world.funds), world.funds, stack.membership)


def test_capital_earns_the_same_everywhere_it_is() -> None:
    technology = economy.Quadratic(10.0, 0.5)
    taxed = np.array([[0.0, 1.0, 2.0], [3.0, 0.1, 0.2], [5.0, 5.0, 5.0]])
    capital, common = economy.arbitrage(technology, taxed, 1.0)
    assert capital.sum(axis=1) == pytest.approx([3.0] * 3)
    net = technology.marginal(capital) - taxed
    assert np.allclose(net[capital > 0], np.broadcast_to(common, net.shape)[capital > 0])
    assert (net[capital == 0] <= np.broadcast_to(common, net.shape)[capital == 0]).all()


# --- broken on purpose


def _breaks_equal_pooling(patch: Patch) -> None:
    def pool(self: EqualPooling, books: Any) -> None:  # what is remitted does not come back
        remitted = self.pooled_share * books.accounts.contributions_enterprise
        books.exchange_with_centre(remitted, 0.0 * remitted)

    patch.setattr(EqualPooling, "pool", pool)


def _flips_equalisation(patch: Patch) -> None:
    right = BaseEqualisation.pool

    def pool(self: BaseEqualisation, books: Any) -> None:
        exchange = books.exchange_with_centre
        books.exchange_with_centre = lambda remitted, received: exchange(received, remitted)
        right(self, books)

    patch.setattr(BaseEqualisation, "pool", pool)


def _pools_revenue_alone(patch: Patch) -> None:
    patch.setattr(BalancePooling, "pool", EqualPooling.pool)


def _bails_out_for_nothing(patch: Patch) -> None:
    patch.setattr(game.ClosedStack, "settle", Stack.settle)


def _province_bears_nothing_jointly(patch: Patch) -> None:
    right = ProvincialUnified.missing

    def missing(self: ProvincialUnified, books: Any) -> Any:
        own = ProvincialUnified(self.stock_months, self.general_share, self.managerial_share, 0.0)
        return right(own, books)

    patch.setattr(ProvincialUnified, "missing", missing)


def _ignores_fines(patch: Patch) -> None:
    patch.setattr(employer, "hidden_share", lambda t, p, f, v, g: min(t / g, 1.0))


def _hides_all_when_found(patch: Patch) -> None:
    right = employer.hidden_share.py_func
    patch.setattr(employer, "hidden_share", lambda t, p, f, v, g: right(t, 0.0, f, v, g) * (1.0 - p))


def _moves_for_free(patch: Patch) -> None:
    right = employer.location_value.py_func
    patch.setattr(employer, "location_value", lambda r, s, cost, *rest: right(r, s, 0.1 * cost, *rest))


def _ignores_levies(patch: Patch) -> None:
    patch.setattr(employer, "return_on_capital", lambda y, w, t, n, k: (y - w * (1.0 + 0.5 * t) * n) / k)


def _costs_grow_too_slowly(patch: Patch) -> None:
    patch.setattr(local_government, "effort_cost", lambda e, c, x: c * np.abs(e) ** (1.0 + 0.5 / x))


def _pays_back_by_heads(patch: Patch) -> None:
    right = CentralAdjustment.pool

    def pool(self: CentralAdjustment, books: Any) -> None:
        a = books.accounts
        books.accounts = a._replace(enterprise_retirees=a.insured_employees)
        right(self, books)

    patch.setattr(CentralAdjustment, "pool", pool)


def _walks_far(patch: Patch) -> None:
    right = live.utilities

    def utilities(model: Any) -> Any:
        staying, pull = right(model)
        return staying - 0.05 * model.parameters.value("worker.wage_weight", 0) * np.log(
            model.places.distance
        ), pull

    patch.setattr(live, "utilities", utilities)


def _earns_no_interest(patch: Patch) -> None:
    patch.setattr(Stack, "reserves_in_charge", lambda self, accounts, funds: 0.0 * funds.local)


def _takes_the_worst(patch: Patch) -> None:
    right = local_government.smoothed_best_response
    patch.setattr(local_government, "smoothed_best_response", lambda now, c, v, t, i: right(now, c, -v, t, i))


def _money_is_money(patch: Patch) -> None:
    right = local_government.worth_of_money

    def worth(own: Any, months: Any, spending: Any, aims: Any) -> Any:
        return right(own, months, spending, game.aims())

    patch.setattr(local_government, "worth_of_money", worth)


def _freezes_the_others(patch: Patch) -> None:
    """The accounts of all but the actor are taken to stay as they are."""

    def frozen(self: game.Game, levers: np.ndarray, tries: np.ndarray) -> Any:
        told, now = answered(self, levers, tries), self.economy(levers)
        n = len(levers)
        mine = np.eye(n, dtype=bool)
        fields = (np.where(mine, a, b) for a, b in zip(told.accounts, now.accounts, strict=True))
        shape = told.accounts.contributions_enterprise.shape
        return told._replace(accounts=type(now.accounts)(*(np.broadcast_to(x, shape) for x in fields)))

    answered = game.Game.counterfactual
    patch.setattr(game.Game, "counterfactual", frozen)


def _forgets_benefits(patch: Patch) -> None:
    right = local_government.log_share
    patch.setattr(local_government, "log_share", lambda x, bill: 0.5 * right(x, bill))


def _floors_nobody(patch: Patch) -> None:
    patch.setattr(employer, "declaration_mode", lambda s, w, floor, *rest: 3 if w <= floor else 2)


def _own_pool_leaks(patch: Patch) -> None:
    right = Stack.settle

    def settle(self: Stack, *args: Any, **named: Any) -> Any:
        found = right(self, *args, **named)
        mean = found.own_money.mean(axis=-1, keepdims=True)
        return found._replace(own_money=0.9 * found.own_money + 0.1 * mean)

    patch.setattr(Stack, "settle", settle)


MUTANTS: dict[Callable[[Patch], None], str] = {
    _breaks_equal_pooling: "CF",
    _flips_equalisation: "D",
    _pools_revenue_alone: "G",
    _bails_out_for_nothing: "FJ",
    _province_bears_nothing_jointly: "FJ",
    _ignores_fines: "HI",
    _hides_all_when_found: "FGHI",
    _moves_for_free: "E",
    _ignores_levies: "ABCDEH",
    _costs_grow_too_slowly: "FGM",
    _pays_back_by_heads: "L",
    _walks_far: "K",
    _earns_no_interest: "M",
    _takes_the_worst: "ABCDEFGHIJM",
    _money_is_money: "BCDH",
    _freezes_the_others: "CD",
    _forgets_benefits: "J",
    _floors_nobody: "I",
    _own_pool_leaks: "ABCDEFHJLM",
}
"""What is broken, and the cases that must notice; all others must not."""


def fails(letter: str) -> bool:
    return not all(result.passed for result in verify.run(letter))


QUICK = (
    _breaks_equal_pooling,
    _flips_equalisation,
    _pools_revenue_alone,
    _bails_out_for_nothing,
    _ignores_fines,
    _moves_for_free,
    _pays_back_by_heads,
    _money_is_money,
    _freezes_the_others,
)


@pytest.mark.parametrize("mutant", QUICK, ids=lambda f: f.__name__.strip("_"))
def test_a_broken_rule_fails_its_case(mutant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    mutant(monkeypatch)
    assert fails(MUTANTS[mutant][0])


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda f: f.__name__.strip("_"))
def test_a_broken_rule_fails_exactly_its_cases(mutant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    mutant(monkeypatch)
    monkeypatch.setattr(game, "BLOCKS", 30)  # what is broken may never come to rest
    asked = [letter for letter in verify.CASES if letter != "K" or mutant is _walks_far]  # K takes seconds
    assert "".join(letter for letter in asked if fails(letter)) == MUTANTS[mutant]


def test_every_case_has_a_mutant() -> None:
    assert {*"".join(MUTANTS.values())} == {*verify.CASES}


# --- what is not admissible

REFUSED = {
    "A n=1": "case A needs n, the regions, to be a whole number of at least 2",
    "A n=2.5": "case A needs n, the regions, to be a whole number",
    "A A=0.5": "case A needs A > b k",
    "A A=2": "case A needs a levy that capital can bear, t <= A - b k = 1, not 1.33333",
    "A theta=0.5": "case A has no setting 'theta'; allowed: A, b, k, n",
    "A mu=2": "case A has no setting 'mu'",
    "B mu=1": "case B needs mu > 1",
    "C mua=1": "case C has no setting 'mua'; did you mean 'mu'? allowed: A, a, b, k, mu, n",
    "C a=1": "case C needs 0 <= a < 1",
    "C mu=0.4": "case C needs mu [(1 - a) + a/n] > (n - 1)/(2n)",
    "D beta=0.9": "case D needs mu (1 - beta) > (n - 1)/(2n)",
    "E theta=2": "case E needs 0 <= theta <= 1",
    "F lambda=3": "case F needs an effort between 0.0001 and 1, not 3",
    "F m=0": "case F needs m, the localities of a province, to be a whole number",
    "G c=0": "case G needs c > 0",
    "H tau=0.6": "case H needs g >= tau",
    "I p=0.5": "case I needs p F < 1",
    "J pi=1.1": "case J needs 0 <= pi <= 1",
    "K n=32": "case K needs n from 3 to 31",
    "L ratio=2": "case L needs 0 <= ratio <= 1",
    "M D=0.0001 i=0": "case M needs a fund that is empty within 500 years",
    "Z": "unknown case 'Z'",
    "A n": "--set 'n' is not NAME=NUMBER, such as n=4",
    "A n=four": "--set 'n=four': 'four' is not a number",
    "A n=inf": "--set 'n=inf': 'inf' is not a finite number",
}


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["verify", *words])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_not_admissible_is_one_sentence(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    case, *settings = words.split()
    sets = [word for setting in settings for word in ("--set", setting)]
    status, out, err = command(capsys, case, *sets)
    assert (status, out) == (2, "")
    assert err.startswith(f"tongchou: {REFUSED[words]}")
    assert err.count("\n") == 1


def test_a_setting_of_no_case_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = command(capsys, "--set", "gamma=2")
    assert status == 2
    assert err.startswith("tongchou: no case has the setting 'gamma'; did you mean")


# --- the command


def test_json_is_a_list_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = command(capsys, "c", "--set", "n=4", "--set", "mu=6", "--set", "a=0.5", "--json")
    assert (status, err) == (0, "")
    (found,) = json.loads(out)
    assert [*found] == ["case", "quantity", "simulated", "closed_form", "relative_error", "passed"]
    closed = 4 / 3 * (0.5 + 0.5 / 4 - 1 / 6) / 0.5
    assert (found["case"], found["quantity"], found["passed"]) == ("C", "levy", True)
    assert found["closed_form"] == pytest.approx(closed)
    assert found["simulated"] == pytest.approx(closed, rel=1e-3)


def test_a_failed_case_shows_and_exits_1(capsys: pytest.CaptureFixture[str], monkeypatch: Patch) -> None:
    _breaks_equal_pooling(monkeypatch)
    status, out, _ = command(capsys, "C")
    assert status == 1
    assert "FAILED" in out
    status, out, _ = command(capsys, "C", "--json")
    assert status == 1
    assert json.loads(out)[0]["passed"] is False


def test_a_setting_reaches_every_case_that_has_it(monkeypatch: Patch) -> None:
    short = {letter: verify.CASES[letter] for letter in "ELM"}
    monkeypatch.setattr(verify, "CASES", short)
    plain, changed = verify.run(), verify.run(None, {"d": 2.0})
    different = {a.case for a, b in zip(plain, changed, strict=True) if a.closed_form != b.closed_form}
    assert different == {"E"}


# --- rules from outside

HALF = """
from __future__ import annotations
from dataclasses import dataclass
from abm.regimes.rule import UpperRule

@dataclass(frozen=True)
class Half(UpperRule):
    def pool(self, books):
        collected = books.accounts.contributions_enterprise
        mean = collected.mean(axis=-1, keepdims=True)
        books.exchange_with_centre(0.5 * collected, 0.5 * mean + 0.0 * collected)

def rule(parameters, year):
    return Half()
"""


def test_a_rule_from_outside_shows_its_incentives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "half.py"
    file.write_text(HALF, encoding="utf-8")
    status, out, err = command(capsys, "--regime", str(file), "--json", "--set", "a=0.5")
    assert (status, err) == (0, "")
    own, pooled, half = json.loads(out)
    assert own["levy"] == pytest.approx(2 / 3, rel=1e-3)
    assert (own["kept"], half["kept"]) == (pytest.approx(1.0), pytest.approx(0.5 + 0.5 / 4))
    for key in ("levy", "effort", "kept"):
        assert half[key] == pytest.approx(pooled[key], rel=1e-4)
    assert half["rule"] == "half"


def test_a_rule_of_the_package_can_be_asked_too(capsys: pytest.CaptureFixture[str]) -> None:
    """The formula of 2018 taxes bases: it raises the levy a little, leaves effort alone (cases D and L)."""
    file = Path(economy.__file__).parents[2] / "abm" / "regimes" / "central_adjustment.py"
    status, out, _ = command(capsys, "--regime", str(file), "--json")
    own, _, asked = json.loads(out)
    assert status == 0
    assert own["levy"] * 1.01 < asked["levy"] < own["levy"] * 1.1
    assert asked["effort"] == pytest.approx(own["effort"], rel=1e-4)


def test_a_lower_rule_is_asked_in_one_province(capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(economy.__file__).parents[2] / "abm" / "regimes" / "provincial_adjustment.py"
    status, out, _ = command(capsys, "--regime", str(file), "--json", "--set", "D=0")
    own, _, asked = json.loads(out)
    assert status == 0
    assert asked["kept"] < own["kept"]  # what is remitted stays with the province
    assert asked["effort"] < own["effort"]


BAD_FILES = {
    "x = (": "cannot be read (SyntaxError",
    "import nowhere_to_be_found": "cannot be read (ModuleNotFoundError",
    "x = 1": "defines no function rule(parameters, year)",
    "def rule(): return 1": "rule(parameters, year) fails (TypeError",
    "def rule(parameters, year): return 1": "is no money rule",
    HALF.replace("0.5 * mean", "0.6 * mean"): "does not conserve money",
    HALF.replace("0.5 * mean", "0.5 * -mean"): "does not conserve money",
    HALF.replace("books.exchange_with_centre(0.5 * collected,", "books.post('gift',"): "FLOWS",
    HALF.replace("collected.mean", "collected.meen"): "the rule fails when it settles",
    HALF.replace(
        "collected = books", "return 1 / 0\n        collected = books"
    ): "the rule fails when it settles",
    HALF.replace("(UpperRule)", ""): "is no money rule",
}


@pytest.mark.parametrize("source", BAD_FILES, ids=lambda s: BAD_FILES[s][:40])
def test_a_bad_file_is_one_sentence(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.py"
    file.write_text(source, encoding="utf-8")
    status, out, err = command(capsys, "--regime", str(file))
    assert (status, out) == (2, "")
    assert err.startswith(f"tongchou: --regime '{file}'")
    assert BAD_FILES[source] in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--regime", "none.py"], "--regime 'none.py': no such file"),
        (["--regime", "none.txt"], "--regime 'none.txt': no such file"),
        (["C", "--regime", "none.py"], "--regime has economies of its own; leave out the case 'C'"),
    ],
)
def test_a_file_that_is_not_there(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(capsys, *words) == (2, "", f"tongchou: {said}\n")


def test_governments_ask_the_stack_they_live_under() -> None:
    """The settling core is the model's own."""
    assert game.settle_ahead is settle_ahead
    assert issubclass(game.ClosedStack, Stack)
    stack = game.stack(ProvincialUnified(0, 1, 1, 1), EqualPooling(0.5), Membership(np.array([0, 0, 1])), 0.3)
    assert stack.bailout == 0.3
