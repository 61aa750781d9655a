"""What ``explain`` says is what the model did: the same decisions, draws, money and state."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from abm import explain
from abm.agents.local_government import LEVERS, SUPPLEMENT
from abm.errors import UserError
from abm.explain import moment as moments
from abm.explain import terms
from abm.explain.life import Life
from abm.explain.moment import Moment
from abm.explain.person_text import describe
from abm.explain.text import DisagreementError
from abm.explain.weighing import resolve
from abm.model import PensionModel
from abm.population.persons import Flag, Status
from abm.scenario import Scenario
from abm.space import PROVINCE_NAMES
from experiments.cli import main

HISTORY = Scenario.named("history", scale=20000)
YEARS = (2012, 2016)


@pytest.fixture(scope="module", params=YEARS)
def moment(request: pytest.FixtureRequest) -> Moment:
    return moments.at(HISTORY, request.param)


def rows_of(moment: Moment, kind: str) -> np.ndarray:
    """Rows of a kind of person, told from the tables before and after the year alone."""
    before, after = moment.population.persons, moment.model.population.persons
    was, now = before["status"], after["status"]
    lives = (was != Status.FREE) & (now != Status.FREE)
    inside = (after["flags"] & Flag.INSIDE) > 0
    return np.flatnonzero(
        {
            "new pensioner": lives & (was < Status.PUBLIC) & (now == Status.RETIRED),
            "pensioner": lives & (was == Status.RETIRED) & inside,
            "mover": lives & (before["locality"] != after["locality"]),
            "payer in flexible work": lives
            & (was == Status.FLEXIBLE)
            & (now == Status.FLEXIBLE)
            & ((after["flags"] & Flag.PAYS) > 0),
            "covered staff": lives & (now == Status.FORMAL) & ((after["flags"] & Flag.COVERED) > 0),
            "dead": (was != Status.FREE) & (now == Status.FREE),
        }[kind]
    )


def tells(text: str, amount: float) -> bool:
    """Whether a text names an amount of yuan, to the yuan (single precision ends where cents begin)."""
    return any(f"{x:,.0f} yuan" in text for x in (amount - 0.5, amount, amount + 0.5))


@pytest.mark.parametrize(
    "kind", ["new pensioner", "pensioner", "mover", "payer in flexible work", "covered staff", "dead"]
)
def test_a_person_is_explained_as_the_model_made_it(moment: Moment, kind: str) -> None:
    after, places = moment.model.population.persons, PROVINCE_NAMES
    for row in rows_of(moment, kind)[:3]:
        text = describe(Life(moment, int(row)))
        assert text.startswith(f"Person {after['id'][row]} in {moment.model.year}")
        if kind == "dead":
            assert "dies" in text
            continue
        end = text.split("At the end of the year")[1]
        assert f"lives in {places[after['locality'][row]]}" in end
        if kind in ("new pensioner", "pensioner"):
            assert tells(end, after["pension"][row])
            assert f"paid by {places[after['relation'][row]]}" in end
        if kind == "pensioner":
            enterprise = not after["flags"][row] & Flag.PUBLIC
            topped_up = moment.model.levers[after["relation"][row], SUPPLEMENT] * enterprise
            money = text.split("Money of the year")[1].split("At the end")[0]
            assert tells(money, after["pension"][row] * (1.0 + topped_up))
        if kind == "new pensioner":
            assert "base part: W (1 + " in text
            parts = re.findall(r"part: .* = ([\d,]+) yuan a month", text)
            assert len(parts) == 3
            monthly = sum(float(x.replace(",", "")) for x in parts)
            assert 12 * monthly == pytest.approx(after["pension"][row], abs=20)
        if kind == "mover":
            assert f"moves to {places[after['locality'][row]]}" in text
            assert "taste draw" in text
        if kind == "payer in flexible work":
            assert "contribution as a flexible worker" in text
            assert f"paid {after['paid_months'][row]} months" in end
        if kind == "covered staff":
            assert "employer's contribution" in text
            assert tells(end, after["account"][row])


def test_everybody_can_be_explained(moment: Moment) -> None:
    alive = np.flatnonzero(moment.population.persons["status"] != Status.FREE)
    for row in np.random.default_rng(1).choice(alive, 300, replace=False):
        assert "checked" in describe(Life(moment, int(row)))


def test_in_the_start_year_people_are_given() -> None:
    assert "people are given" in explain.person(HISTORY, "any", 2010)


@pytest.mark.parametrize("column", ["status", "locality", "pension", "paid_months", "account"])
def test_a_disagreement_with_the_model_is_an_error(column: str) -> None:
    moment = moments.at(HISTORY, 2011)
    row = int(rows_of(moment, "covered staff")[0])
    moment.model.population.persons[column][row] += 1
    with pytest.raises(DisagreementError, match=column):
        Life(moment, row)


def test_other_hazards_than_the_models_are_found_out() -> None:
    moment = moments.at(HISTORY, 2011)
    row = int(rows_of(moment, "covered staff")[0])
    moment.ages[0][:] = 10.0  # certain death, whatever factor the insured have
    with pytest.raises(DisagreementError):
        Life(moment, row)


def test_terms_must_add_up_to_the_decision(moment: Moment) -> None:
    call = next(
        call
        for row in rows_of(moment, "covered staff")
        for call in Life(moment, int(row)).all("value_of_base")
    )
    assert sum(terms.of_base(call).values()) == pytest.approx(call.result)
    call.result *= 1.01
    with pytest.raises(DisagreementError):
        terms.of_base(call)


def test_any_picks_somebody_who_retires() -> None:
    assert "retires: " in explain.person(HISTORY, "any", 2013)


def test_an_unknown_id_gets_two_that_exist() -> None:
    with pytest.raises(UserError, match="nobody of 16 and over") as caught:
        explain.person(HISTORY, 1, 2011)
    ids = [int(text) for text in re.findall(r"(\d{6,}) \(a ", str(caught.value))]
    assert len(set(ids)) == 2
    for identity in ids:
        assert f"Person {identity} in 2011" in explain.person(HISTORY, identity, 2011)


@pytest.mark.parametrize("year", [2009, 2019])
def test_only_simulated_years(year: int) -> None:
    with pytest.raises(UserError, match="2010 to 2018"):
        explain.person(HISTORY, "any", year)
    with pytest.raises(UserError, match="2010 to 2018"):
        explain.government(HISTORY, "Jilin", year)


@pytest.mark.parametrize(("name", "year"), [("Guangdong", 2012), ("Heilongjiang", 2016)])
def test_a_government_is_explained_as_the_model_made_it(
    name: str, year: int, model_at_start: Callable[..., PensionModel]
) -> None:
    text = explain.government(HISTORY, name, year)
    model = model_at_start()
    while model.year < year:
        model.step()
    index = PROVINCE_NAMES.index(name)
    assert model.deliberation is not None
    chosen = re.findall(r"chooses (-?[\d.]+)", text)
    moved = [k for k in range(len(LEVERS)) if np.ptp(model.deliberation.tries[k, :, index]) > 0]
    assert [float(x) for x in chosen] == pytest.approx([model.levers[index, k] for k in moved], abs=1e-4)
    for k in moved:
        for odds in model.deliberation.odds[k, index]:
            assert f"{100 * odds:.1f} %" in text
    reserve = f"{model.funds.local[index] / 1e6:,.1f} m yuan"
    assert f"→ {reserve}" in text
    spending = model.realised.flows["benefits_public"][index] / 1e8
    assert f"local fund to pensioners: {spending:,.1f} m yuan, public-sector pensions" in text


def test_a_government_is_found_by_code_and_by_either_name() -> None:
    texts = {explain.government(HISTORY, name, 2011) for name in ("220000", "Jilin", "jilin", "吉林")}
    assert len(texts) == 1
    assert texts.pop().startswith("The government of Jilin (220000) in 2011")


def test_the_first_levers_are_no_choice() -> None:
    assert "the first choice is that of 2011" in explain.government(HISTORY, "Jilin", 2010)


def test_governments_of_a_province_are_told_apart() -> None:
    assert resolve("长春市", "prefecture") == resolve("220100", "prefecture")
    assert resolve("Beijing", "prefecture") == resolve("110000", "prefecture")
    with pytest.raises(UserError, match=r"Jilin has 9 local governments .* 220100 长春市"):
        resolve("Jilin", "prefecture")
    with pytest.raises(UserError, match="did you mean 'Jilin'"):
        resolve("Jiling", "province")


def test_explain_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["explain", "--year", "2011", "--scale", "20000"]
    assert main([*words, "--person", "any"]) == 0
    assert "At the end of the year" in capsys.readouterr().out
    assert main([*words, "--person", "somebody"]) == 2
    assert capsys.readouterr().err == "tongchou: --person 'somebody' is neither a person's id nor 'any'\n"


def test_a_fund_that_is_emptied_is_explained() -> None:
    """Billions come in and go out; what is left is a fen and the last bits of the sum."""
    emptied = Scenario.named("national_pure", scale=20000, end=2013)
    assert "Heilongjiang" in explain.government(emptied, "Heilongjiang", 2013)


def test_the_plain_draw_of_a_stream_is_told_from_those_of_its_alternatives() -> None:
    from types import SimpleNamespace

    from abm.explain.life import DRAWS, Life
    from abm.explain.recorder import Call

    plain, numbered = sorted(DRAWS)[0], sorted(DRAWS)[-1]
    calls = [
        Call(numbered, {"key": 1, "alternative": 2}, 0.2),
        Call(numbered, {"key": 1, "alternative": 1}, 0.1),
        Call(plain, {"key": 1}, 0.9),
        Call(numbered, {"key": 5, "alternative": 7}, 0.7),
    ]
    life = SimpleNamespace(calls=calls, _streams={1: "participation", 5: "covered"})
    assert Life.draw(life, "participation") == 0.9
    assert Life.draw(life, "participation", 1) == 0.1
    assert Life.draw(life, "participation", 3) is None
    assert Life.draw(life, "covered") == 0.7
    assert Life.draw(life, "death") is None
