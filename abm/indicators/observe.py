"""Phase: the year is observed. One row a locality, province and the nation; groups; employers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from abm.agents.employer import MODE_NAMES, declaration_mode
from abm.agents.local_government import FLOOR, RATE
from abm.engine import tables
from abm.phases.employ import detection
from abm.population.employers import OWNERSHIP_NAMES
from abm.population.persons import FIRST_COHORT, STATUS_NAMES
from abm.regimes.settlement import benefits, contributions, subsidies, transfers
from abm.space import NATION, PROVINCE_NAMES, PROVINCES

if TYPE_CHECKING:
    import pandas as pd

    from abm.model import PensionModel

N = len(PROVINCES)

PERSONS = (
    "population", "insured_employees", "payers", "retirees", "flexible_insured", "employers", "in_migrants",
    "out_migrants",
)  # fmt: skip


TABLES = ("national", "provinces", "localities", "groups", "employers", "selection")


@dataclass
class Observer:
    """Keeps the rows of every observed year."""

    agent_years: int = 0
    _rows: dict[str, list[pd.DataFrame]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def record(self, model: PensionModel) -> None:
        """Add the year's rows."""
        import pandas as pd

        sums = model.sums
        self.agent_years += int(sums["adults"].sum())
        amounts = additive(model)
        province = model.places.province_of
        nation = np.zeros(model.places.n, np.int64)
        for name, groups, size in (
            ("national", nation, 1),
            ("provinces", province, N),
            ("localities", None, 0),
        ):
            if groups is None:
                cells = amounts
                moved = transfers(model.realised.flows, model.membership, "locality")
                border = model.sums["moved_in"], model.sums["moved_out"]
            else:
                cells = {k: np.bincount(groups, v, minlength=size) for k, v in amounts.items()}
                moved, border = across(model, size)
            frame = pd.DataFrame(row(model, cells, moved, border, size))
            if name == "localities":
                frame.insert(0, "locality_zh", list(model.places.names_zh))
                frame.insert(0, "locality", list(model.places.codes))
                frame.insert(0, "province", [PROVINCE_NAMES[p] for p in province])
            else:
                frame.insert(0, "province", [NATION] if size == 1 else list(PROVINCE_NAMES))
            frame.insert(0, "year", model.year)
            for column in PERSONS:
                frame[column] = np.rint(frame[column]).astype(np.int64)
            self._rows[name].append(frame)
        self._rows["groups"].append(groups_frame(model))
        self._rows["employers"].append(employers_frame(model))
        self._rows["selection"].append(selection_frame(model))

    def frames(self, model: PensionModel) -> dict[str, pd.DataFrame]:
        """All tables of the run so far."""
        import pandas as pd

        frames = {name: pd.concat(rows, ignore_index=True) for name, rows in self._rows.items()}
        frames["ledger"] = model.ledger.frame()
        return frames


def additive(model: PensionModel) -> dict[str, np.ndarray]:
    """What adds up over localities, each (n,): persons, yuan, and numerators and weights of means."""
    sums, places, realised = model.sums, model.places, model.realised
    firms = model.population.employers
    province = places.province_of
    audit, inspection = detection(model)
    central, local = (x / 100.0 for x in subsidies(realised.flows))
    opening = model.funds_opening
    staff = np.maximum(sums["staff"], 1)
    registered = sums["insured"] + np.rint(model.duplicates)  # what registers hold and yearbooks print
    rate = model.levers[:, RATE] + model.parameters.value("contributions.worker_rate", model.year)
    return {
        "population": model.residents(),
        "insured_employees": registered,
        "payers": sums["payers"].astype(float),
        "retirees": sums["retirees"].astype(float),
        "flexible_insured": sums["flexible_insured"].astype(float),
        "contribution_revenue": contributions(realised.flows) / 100.0,
        "benefit_expenditure": benefits(realised.flows) / 100.0,
        "central_subsidy": central,
        "local_subsidy": local,
        "interest": realised.flows["interest"] / 100.0,
        "local_opening": opening.local - opening.advances,
        "local_closing": model.funds.local - model.funds.advances,
        "due": sums["due"] / 100.0 + model.accounts.contributions_public,
        "adjustment_headcount": 0.5
        * (model.accounts.insured_employees + model.accounts.enterprise_employees),
        "employers": np.bincount(firms["locality"], minlength=places.n).astype(float),
        "capital": np.bincount(firms["locality"], firms["capital"], minlength=places.n),
        "output": model.output()[province] * places.work_share,
        "general_gap": model.settlement.gap - model.settlement.managerial_gap,
        "managerial_gap": model.settlement.managerial_gap,
        "declared": sums["declared"] / 100.0,
        "clipped": sums["clipped_wages"] / 100.0,
        "staff": sums["staff"].astype(float),
        "staff_insured": sums["staff_insured"].astype(float),
        "to_insure": sums["to_insure"].astype(float),
        "flexible": sums["flexible"].astype(float),
        "flexible_paying": sums["flexible_paying"].astype(float),
        "new": sums["new_retirees"].astype(float),
        "early": sums["early_retirees"].astype(float),
        "audit": audit * staff,
        "registration": inspection * staff,
        "rate": rate * staff,
        "weight": staff.astype(float),
        "wage": model.wages[province] * registered,
    }


def across(
    model: PensionModel, size: int
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Transfers and migrants over the borders of the nation (none) or of the provinces."""
    if size == 1:
        zero = np.zeros(1)
        return (zero, zero), (zero, zero)
    flows = {k: v for k, v in model.realised.flows.items() if not k.startswith("portability")}
    came, went = transfers(flows, model.membership, "province")
    province = model.places.province_of
    member = np.zeros((len(province), N))
    member[np.arange(len(province)), province] = 1.0
    pairs = member.T @ model.sums.ported @ member
    np.fill_diagonal(pairs, 0.0)
    arrivals = np.bincount(province, model.sums["arrivals"], minlength=N)
    departures = np.bincount(province, model.sums["departures"], minlength=N)
    return (came + pairs.sum(axis=0), went + pairs.sum(axis=1)), (arrivals, departures)


Pair = tuple[np.ndarray, np.ndarray]


def row(
    model: PensionModel, x: dict[str, np.ndarray], moved: Pair, border: Pair, size: int
) -> dict[str, np.ndarray]:
    """The contract's columns from sums ``x`` of places, transfers in fen and migrants over the border."""

    def share(part: str, whole: str) -> np.ndarray:
        return np.where(x[whole] > 0, x[part] / np.where(x[whole] > 0, x[whole], 1.0), 0.0)

    opening, closing = x["local_opening"].copy(), x["local_closing"].copy()
    if size == N:
        opening += model.funds_opening.provincial
        closing += model.funds.provincial
    elif size == 1:
        opening += model.funds_opening.provincial.sum() + model.funds_opening.central
        closing += model.funds.provincial.sum() + model.funds.central
    wage = share("wage", "insured_employees")
    average_pension = share("benefit_expenditure", "retirees")
    months = np.where(
        x["benefit_expenditure"] > 0, 12.0 * closing / np.maximum(x["benefit_expenditure"], 1.0), 0.0
    )
    base = x["insured_employees"] * wage
    return {
        **{name: x[name] for name in PERSONS[:5]},
        "contribution_revenue": x["contribution_revenue"],
        "benefit_expenditure": x["benefit_expenditure"],
        "fiscal_subsidy": x["central_subsidy"] + x["local_subsidy"],
        "central_subsidy": x["central_subsidy"],
        "local_subsidy": x["local_subsidy"],
        "interest": x["interest"],
        "transfers_in": moved[0] / 100.0,
        "transfers_out": moved[1] / 100.0,
        "reserve_opening": opening,
        "reserve": closing,
        "due": x["due"],
        "payable_months": months,
        "statutory_rate": share("rate", "weight"),
        "effective_rate": np.where(base > 0, x["contribution_revenue"] / np.where(base > 0, base, 1.0), 0.0),
        "declared_share": share("declared", "clipped"),
        "coverage": share("staff_insured", "to_insure"),
        "participation": share("flexible_paying", "flexible"),
        "adjustment_headcount": x["adjustment_headcount"],
        "audit_effort": share("audit", "weight"),
        "registration_effort": share("registration", "weight"),
        "early_retirement_share": share("early", "new"),
        "average_wage": wage,
        "average_pension": average_pension,
        "replacement_rate": np.where(wage > 0, average_pension / np.where(wage > 0, wage, 1.0), 0.0),
        "general_gap": x["general_gap"],
        "managerial_gap": x["managerial_gap"],
        "employers": x["employers"],
        "capital": x["capital"],
        "output": x["output"],
        "in_migrants": border[0].astype(float),
        "out_migrants": border[1].astype(float),
    }


def groups_frame(model: PensionModel) -> pd.DataFrame:
    """People by province, sex, cohort, migrant and status."""
    import pandas as pd

    sums = model.sums.groups
    shape = (N, 2, tables.COHORTS, 2, len(STATUS_NAMES))
    kept = np.flatnonzero(sums[:, 0] + sums[:, 4])
    p, sex, cohort, migrant, status = np.unravel_index(kept, shape)
    return pd.DataFrame(
        {
            "year": model.year,
            "province": np.array(PROVINCE_NAMES, dtype=object)[p],
            "sex": np.array(["male", "female"], dtype=object)[sex],
            "birth_cohort": FIRST_COHORT + tables.COHORT_YEARS * cohort,
            "migrant": migrant.astype(bool),
            "status": np.array(STATUS_NAMES, dtype=object)[status],
            "persons": sums[kept, 0],
            "payers": sums[kept, 1],
            "lapsed": sums[kept, 2],
            "contributions": sums[kept, 3] / 100.0,
            "pensions": sums[kept, 4] / 100.0,
        }
    )


def employers_frame(model: PensionModel) -> pd.DataFrame:
    """Employers by province, ownership and declaration mode."""
    import pandas as pd

    firms, value, year = model.population.employers, model.parameters.value, model.year
    province = model.places.province_of[firms["locality"]]
    mean = np.where(firms["staff"] > 0, firms["wages"] / np.maximum(firms["staff"], 1.0), 0.0)
    floor = model.levers[firms["locality"], FLOOR] * model.base_wages[province]
    full, fixed = value("employer.full_below", year), value("employer.fixed_pay_below", year)
    mode = [
        declaration_mode.py_func(h, m, f, full, fixed)
        for h, m, f in zip(firms["hidden"].tolist(), mean.tolist(), floor.tolist(), strict=True)
    ]
    insured_share = np.where(firms["staff"] > 0, firms["insured"] / np.maximum(firms["staff"], 1.0), 0.0)
    frame = pd.DataFrame(
        {
            "province": province,
            "ownership": firms["ownership"],
            "mode": mode,
            "employers": 1,
            "staff": firms["staff"],
            "insured": firms["insured"],
            "declared": firms["declared"],
            "due_base": firms["due_base"],
            "wages": firms["wages"] * insured_share,
        }
    )
    frame = frame.groupby(["province", "ownership", "mode"], as_index=False).sum()
    frame.insert(0, "year", model.year)
    frame["ownership"] = [OWNERSHIP_NAMES[int(o)] for o in frame.ownership]
    frame["declaration_mode"] = [MODE_NAMES[int(m)] for m in frame.pop("mode")]
    frame["province"] = [PROVINCE_NAMES[int(p)] for p in frame.province]
    for column in ("staff", "insured"):
        frame[column] = np.rint(frame[column]).astype(np.int64)
    return frame


def selection_frame(model: PensionModel) -> pd.DataFrame:
    """Who joins and who stays voluntarily, and who leaves without a pension, by province."""
    import pandas as pd

    sums, province = model.sums, model.places.province_of

    def total(measure: str) -> np.ndarray:
        return np.rint(np.bincount(province, sums[measure], minlength=N)).astype(np.int64)

    columns: dict[str, np.ndarray] = {}
    for who in ("entrant", "incumbent"):
        heads = total(f"{who}s")
        columns[f"{who}s"] = heads
        for what in ("age", "value"):
            columns[f"{who}_{what}"] = total(f"{who}_{what}") / 100.0 / np.maximum(heads, 1)
    for name in ("stopped_after_minimum", "new_insured", "bought_in", "lump_sums", "to_resident_scheme"):
        columns[name] = total(name)
    frame = pd.DataFrame(columns)
    frame.insert(0, "province", list(PROVINCE_NAMES))
    frame.insert(0, "year", model.year)
    return frame
