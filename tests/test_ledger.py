"""The ledger: double entry, whole fen, deterministic order, and errors that name the account."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.ledger import Ledger, LedgerError

NAMES = np.array(["fund:Jilin", "fund:Hebei", "budget:China", "interest:Jilin"], dtype=object)
payments = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 10**15)), max_size=30)


@given(payments, st.lists(st.integers(-(10**15), 10**15), min_size=4, max_size=4))
def test_opening_and_flows_give_closing(rows: list[tuple[int, int, int]], opening: list[int]) -> None:
    ledger = Ledger()
    ledger.open(NAMES, np.array(opening))
    expected = list(opening)
    for payer, payee, fen in rows:
        expected[payer] -= fen
        expected[payee] += fen
    if rows:
        payer_codes, payee_codes, fen_all = (np.array(column) for column in zip(*rows, strict=True))
        ledger.post(2018, NAMES[payer_codes], NAMES[payee_codes], "test", fen_all)
    assert ledger.balance(NAMES).tolist() == expected
    ledger.check(2018, NAMES, np.array(expected))
    assert ledger.balance(NAMES).sum() == sum(opening)
    paid = round(ledger.frame()["amount"].sum() * 100)
    assert paid == pytest.approx(sum(fen for payer, payee, fen in rows if payer != payee), rel=1e-12)


def test_frame_is_sorted_adds_up_and_leaves_out_zeros() -> None:
    ledger = Ledger()
    ledger.post(2019, "budget:China", NAMES[:2], "subsidy", np.array([250, 0]))
    ledger.post(2018, NAMES[:2], "fund:China", "remittance", np.array([101, 7]))
    ledger.post(2018, "fund:Jilin", "fund:China", "remittance", np.array([9]))
    frame = ledger.frame()
    assert frame.columns.tolist() == ["year", "payer", "payee", "kind", "amount"]
    assert frame.to_numpy().tolist() == [
        [2018, "fund:Hebei", "fund:China", "remittance", 0.07],
        [2018, "fund:Jilin", "fund:China", "remittance", 1.10],
        [2019, "budget:China", "fund:Jilin", "subsidy", 2.50],
    ]


def test_an_empty_ledger_has_the_columns() -> None:
    assert Ledger().frame().columns.tolist() == ["year", "payer", "payee", "kind", "amount"]


def test_a_wrong_closing_balance_names_account_year_and_difference() -> None:
    ledger = Ledger()
    ledger.open("fund:Jilin", 1000)
    ledger.post(2018, "fund:Jilin", "pensioners:Jilin", "pensions", 300)
    ledger.check(2018, "fund:Jilin", 700)
    with pytest.raises(LedgerError, match="fund:Jilin in 2018 is off by -5 fen"):
        ledger.check(2018, ["pensioners:Jilin", "fund:Jilin"], np.array([300, 695]))


def test_amounts_are_whole_and_not_negative() -> None:
    ledger = Ledger()
    with pytest.raises(LedgerError, match="fund:Hebei pays a negative amount, -2 fen"):
        ledger.post(2018, NAMES[:2], "fund:China", "remittance", np.array([5, -2]))
    with pytest.raises(LedgerError, match="whole fen"):
        ledger.post(2018, NAMES[:2], "fund:China", "remittance", np.array([5.0, 2.5]))
    assert ledger.frame().empty


def test_a_balance_changed_behind_the_postings_is_noticed() -> None:
    ledger = Ledger()
    ledger.post(2018, "budget:China", "fund:Jilin", "subsidy", 300)
    ledger._balance[0] += 1
    with pytest.raises(LedgerError, match="budget:China in 2018 is off by 1 fen"):
        ledger.check(2018, "budget:China", -300)
