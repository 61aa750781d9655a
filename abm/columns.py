"""What a run writes: every table's columns with kind, unit, definition and source."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["integer", "number", "text", "flag"]


class Column(NamedTuple):
    """A column of a result table: its kind, its unit, what it counts, and where its values come from."""

    kind: Kind
    unit: str
    definition: str
    source: str


Table = dict[str, Column]

INPUT = "published statistics and their downscaling (abm/data)"
STATE = "simulated people and employers at 31 December"
FLOWS = "ledger of the year"
RULES = "parameters in force (abm/parameters)"
LEVERS = "decisions of local and provincial governments"
COMPUTED = "computed from other columns of the row"

YEAR = Column(
    "integer", "calendar year", "Flows are those of the year, stocks those of its 31 December", "clock"
)
PROVINCE = Column(
    "text", "name", "English name of the province; China for the nation and the centre", "abm/space.py"
)
LOCALITY = {
    "locality": Column(
        "text", "code", "Six-digit code of 2020; the province's code at province resolution", "abm/data"
    ),
    "locality_zh": Column("text", "name", "Chinese name of the locality", "abm/data"),
}


def _persons(definition: str, source: str = STATE) -> Column:
    return Column("integer", "persons", definition, source)


def _yuan(definition: str, source: str = FLOWS) -> Column:
    return Column("number", "yuan", definition, source)


def _share(definition: str, source: str) -> Column:
    return Column("number", "share", definition, source)


PLACE: Table = {
    "population": _persons("Residents of all ages: simulated adults, children by cohort", INPUT),
    "insured_employees": _persons(
        "Members of the employee scheme who do not draw its pension, paying or lapsed, as in registers: with "
        "the records left behind by who moved without asking for a transfer"
    ),
    "payers": _persons("Members who paid contributions in the year"),
    "retirees": _persons("Persons who draw a pension of the employee scheme"),
    "flexible_insured": _persons(
        "Persons who paid for themselves, by the place that collects: flexible workers, staff left out"
    ),
    "contribution_revenue": _yuan(
        "Contributions collected from employers and members, back payments included"
    ),
    "benefit_expenditure": _yuan("Pensions paid by the fund, and accounts it paid back"),
    "fiscal_subsidy": _yuan("Paid by budgets to the fund: central_subsidy + local_subsidy"),
    "central_subsidy": _yuan("Paid by the central budget to the fund"),
    "local_subsidy": _yuan("Paid by the budgets of the province and its localities to the fund"),
    "interest": _yuan("Interest and investment return of the reserve"),
    "transfers_in": _yuan("Received from funds beyond the row's own border, portability money included"),
    "transfers_out": _yuan("Paid to funds beyond the row's own border, portability money included"),
    "reserve_opening": _yuan("Reserve at 31 December of the year before"),
    "reserve": _yuan(
        "reserve_opening + contribution_revenue + fiscal_subsidy + interest + transfers_in − transfers_out "
        "− benefit_expenditure; a negative reserve is a recorded advance"
    ),
    "due": _yuan(
        "Contributions due at the rates in force, less waivers, on full wages clipped to floor and ceiling, "
        "of all staff of employers, insured or not (half a year's for those not yet members), and the public "
        "sector's contributions",
        STATE,
    ),
    "payable_months": Column("number", "months", "12 × reserve / benefit_expenditure", COMPUTED),
    "statutory_rate": _share("Employer's plus worker's contribution rate, mean over staff", RULES),
    "effective_rate": _share("contribution_revenue / (insured_employees × average_wage)", COMPUTED),
    "declared_share": _share(
        "Declared bases / wages clipped to floor and ceiling, of staff whom an employer insures", STATE
    ),
    "coverage": _share("Staff whom their employers insure / staff whom they must insure", STATE),
    "participation": _share("Flexible workers who pay / flexible workers, by residence", STATE),
    "adjustment_headcount": Column(
        "number",
        "persons",
        "½ (insured employees of the enterprise scheme, double records included, + staff of employers): N of "
        "the adjustment formula",
        STATE,
    ),
    "audit_effort": Column(
        "number",
        "intensity, 0 to 1",
        "Probability that hidden wages are found in the year, mean over staff",
        LEVERS,
    ),
    "registration_effort": Column(
        "number",
        "intensity, 0 to 1",
        "Probability that staff left out are found in the year, mean over staff",
        LEVERS,
    ),
    "early_retirement_share": _share("New pensions granted before the statutory age / new pensions", STATE),
    "average_wage": Column(
        "number",
        "yuan a year",
        "This year's model wage of urban non-private units, mean over insured employees",
        INPUT,
    ),
    "average_pension": Column("number", "yuan a year", "benefit_expenditure / retirees", COMPUTED),
    "replacement_rate": _share("average_pension / average_wage", COMPUTED),
    "general_gap": _yuan(
        "Rest of the current deficit after subsidies, before any pooling: what is not managerial"
    ),
    "managerial_gap": _yuan(
        "Part of the current deficit from collecting less than planned and spending off the list"
    ),
    "employers": Column("integer", "employers", "Employers in the place", STATE),
    "capital": Column("number", "yuan", "Capital of the employers in the place", STATE),
    "output": Column(
        "number",
        "yuan a year",
        "Gross product of the place: the published path and what relocation changed",
        STATE,
    ),
    "in_migrants": _persons("Adults who moved in across the row's own border during the year"),
    "out_migrants": _persons("Adults who moved out across the row's own border during the year"),
}

GROUPS: Table = {
    "year": YEAR,
    "province": PROVINCE,
    "sex": Column("text", "male or female", "Sex", STATE),
    "birth_cohort": Column("integer", "calendar year", "First year of the five-year birth cohort", STATE),
    "migrant": Column(
        "flag", "true or false", "Lives outside the province of the household registration", STATE
    ),
    "status": Column("text", "name", "formal, flexible, public, not_working or retired", STATE),
    "persons": _persons("Persons of 16 and over"),
    "payers": _persons("Those who paid contributions in the year"),
    "lapsed": _persons("Insured who paid nothing in the year"),
    "contributions": _yuan("Contributions paid by them and for them, back payments included"),
    "pensions": _yuan("Pensions and accounts paid to them or to their heirs"),
}

EMPLOYERS: Table = {
    "year": YEAR,
    "province": PROVINCE,
    "ownership": Column(
        "text",
        "name",
        "state, foreign, company (limited and share-holding companies) or private (all others)",
        STATE,
    ),
    "declaration_mode": Column("text", "name", "Declared base: full, fixed, tiered or floor", STATE),
    "employers": Column("integer", "employers", "Employers", STATE),
    "staff": _persons("Their staff"),
    "insured": _persons("Staff they insure"),
    "declared": Column("number", "yuan a year", "Contribution bases they declare", STATE),
    "due_base": Column(
        "number", "yuan a year", "Contribution bases by law: wages clipped to floor and ceiling", STATE
    ),
    "wages": Column("number", "yuan a year", "Wage bill × insured share of staff", STATE),
}

SELECTION: Table = {
    "year": YEAR,
    "province": PROVINCE,
    "entrants": _persons("Persons who began to pay voluntarily, by the province that collects"),
    "entrant_age": Column("number", "years", "Their mean age; 0 where there are none", STATE),
    "entrant_value": Column(
        "number", "share of the base", "Their mean perceived net value of paying, per yuan of base", STATE
    ),
    "incumbents": _persons("Persons who weighed paying voluntarily again and went on"),
    "incumbent_age": Column("number", "years", "Their mean age; 0 where there are none", STATE),
    "incumbent_value": Column(
        "number", "share of the base", "Their mean perceived net value of paying, per yuan of base", STATE
    ),
    "stopped_after_minimum": _persons("Voluntary payers who stopped with the minimum reached"),
    "new_insured": _persons("New members of the scheme before the retirement age"),
    "bought_in": _persons("Persons past the age who bought the minimum, or came with a scheme that merged"),
    "lump_sums": _persons("Persons who took back their account below the minimum at the retirement age"),
    "to_resident_scheme": _persons("Persons who took it to the resident scheme instead"),
}

LEDGER: Table = {
    "year": YEAR,
    "payer": Column(
        "text",
        "account",
        "kind:Province or kind:Province/code; kind: fund, budget, employers, workers, "
        "pensioners or interest; China is the centre",
        FLOWS,
    ),
    "payee": Column("text", "account", "As payer", FLOWS),
    "kind": Column("text", "name", "What the payment is for", FLOWS),
    "amount": Column("number", "yuan", "Whole fen, never negative", FLOWS),
}

SCHEMA: dict[str, Table] = {
    "national": {"year": YEAR, "province": PROVINCE, **PLACE},
    "provinces": {"year": YEAR, "province": PROVINCE, **PLACE},
    "localities": {"year": YEAR, "province": PROVINCE, **LOCALITY, **PLACE},
    "groups": GROUPS,
    "employers": EMPLOYERS,
    "selection": SELECTION,
    "ledger": LEDGER,
}
"""The tables of a run in the order they are written; columns in their order."""
