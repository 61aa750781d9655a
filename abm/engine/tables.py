"""What the pass over people reads of places and employers, and what it adds up, as named columns.

``PLACE`` are the columns of a float64 table by locality, ``FIRM`` those of a table by employer, ``MEASURE``
the rows of the int64 sums by locality: persons, or fen for money.
"""

from __future__ import annotations

PLACE = (
    "base_wage",  # average wage on which contribution bases rest, yuan a year (last year's)
    "benefit_wage",  # calculation base of new pensions, yuan a year (last year's)
    "wage_before",  # last year's average wage, on which new public pensions rest, yuan
    "floor",  # of the base, multiple of base_wage
    "ceiling",
    "wage",  # this year's average wage, yuan
    "flexible_income",  # this year's mean income of flexible workers, yuan
    "employer_rate",  # on the base
    "hiring",  # yearly hazard of finding a formal job, for age factor 1
    "leaving",  # yearly hazard of losing it
    "taking_up",  # hazard of starting flexible work
    "giving_up",  # hazard of ending it
    "public_hiring",  # hazard of joining the public staff
    "inclination",  # to pay voluntarily, beyond the perceived value
    "leniency",  # yearly chance that an early-retirement request is approved
    "supplement",  # the place adds to enterprise pensions, share of them
    "entry",  # greatest age at which self-payers from other provinces are admitted, years
    "deemed_rate",  # transitional part of new pensions for a year deemed paid, k
    "pool",  # number of the pool that pays and collects, within which moving moves no money
    "average_pension",  # of enterprise pensioners, yuan a year (last year's)
    "old_fraction",  # of enterprise pensioners past the age of the tilted rise
    "rise_supplement",  # what the place adds to the rate of their yearly rise
    "average_public_pension",
    "old_public_fraction",
    "public_inside",  # part of the public group's staff enrolled by now
    "public_inside_start",  # the same at the start
    "public_retired_inside",  # part of the public group's pensioners enrolled by now
    "public_retired_start",
    "merged_staff",  # part of the staff left out at the start whose former scheme has merged into this one
    "merged_retirees",  # part of the uninsured past the age whose former scheme merges this year
    "buy_in",  # yearly chance that somebody past the age who was never a member may buy in
    "employee_flow",  # base year: mean over year-end employees; 1 afterwards
    "retiree_flow",  # base year: mean over year-end pensioners; 1 afterwards
)
(
    P_BASE_WAGE, P_BENEFIT_WAGE, P_WAGE_BEFORE, P_FLOOR, P_CEILING, P_WAGE, P_FLEXIBLE_INCOME,
    P_EMPLOYER_RATE, P_HIRING, P_LEAVING, P_TAKING_UP, P_GIVING_UP, P_PUBLIC_HIRING, P_INCLINATION,
    P_LENIENCY, P_SUPPLEMENT, P_ENTRY, P_DEEMED_RATE, P_POOL, P_AVERAGE_PENSION,
    P_OLD_FRACTION, P_RISE_SUPPLEMENT, P_AVERAGE_PUBLIC_PENSION, P_OLD_PUBLIC_FRACTION, P_PUBLIC_INSIDE,
    P_PUBLIC_INSIDE_START, P_PUBLIC_RETIRED_INSIDE, P_PUBLIC_RETIRED_START, P_MERGED_STAFF, P_MERGED_RETIREES,
    P_BUY_IN, P_EMPLOYEE_FLOW, P_RETIREE_FLOW,
) = range(len(PLACE))  # fmt: skip

FIRM = (
    "locality",
    "premium",  # wage over the place's average wage
    "hidden",  # share of wages hidden from the base
    "coverage",  # share of staff registered
    "base_found",  # 1 if this year's audit finds the hidden wages
    "staff_found",  # 1 if this year's inspection finds the staff left out
    "exempt",  # share of the employer's dues that the place waives for newcomers
)
F_LOCALITY, F_PREMIUM, F_HIDDEN, F_COVERAGE, F_BASE_FOUND, F_STAFF_FOUND, F_EXEMPT = range(len(FIRM))

FIRM_SUM = ("staff", "insured", "wages", "declared", "due_base")
S_STAFF, S_INSURED, S_WAGES, S_DECLARED, S_DUE_BASE = range(len(FIRM_SUM))
"""Sums by employer: persons and yuan (whole)."""

MEASURE = (
    # persons by residence
    "adults", "deaths", "arrivals", "departures", "moved_in", "moved_out", "staff", "to_insure",
    "staff_insured", "flexible", "flexible_paying", "public_staff",
    # persons by residence, thousandths: weighted by how often their age is hired or takes up work
    "job_seekers", "idle_seekers",
    # persons by pension relation (pensioners: by the place that pays); left behind: whose relation moved
    # away without a transfer
    "insured", "insured_public", "payers", "retirees", "retirees_public", "retirees_old",
    "retirees_public_old", "new_retirees", "early_retirees", "lump_sums", "to_resident_scheme",
    "new_insured", "left_behind", "forged_records", "bought_in",
    # persons by hukou place: past the age, never members
    "never_members",
    # persons by the place that collects
    "flexible_insured", "entrants", "incumbents", "stopped_after_minimum",
    # fen by the fund that collects
    "employer_dues", "worker_dues", "flexible_dues", "public_employer_dues", "public_worker_dues",
    "back_payments", "fines", "due",
    # fen by the fund that pays; early pensions, and transitional parts of new ones, for a full year
    "pensions", "legacy_pensions", "public_pensions", "refunds", "early_pensions",
    "deemed_pensions",
    # fen by the fund that pays: pensions in payment at the end of the year, for a full year
    "pension_level", "public_pension_level",
    # fen by place of work
    "wages", "declared", "clipped_wages",
    # sums over persons: ten thousandths of the value of a yuan of base; hundredths of ages and of the value
    # of paying, of those who joined and of those who stayed
    "value_of_base", "entrant_age", "entrant_value", "incumbent_age", "incumbent_value",
)  # fmt: skip
(
    M_ADULTS, M_DEATHS, M_ARRIVALS, M_DEPARTURES, M_MOVED_IN, M_MOVED_OUT, M_STAFF, M_TO_INSURE,
    M_STAFF_INSURED, M_FLEXIBLE, M_FLEXIBLE_PAYING, M_PUBLIC_STAFF,
    M_JOB_SEEKERS, M_IDLE_SEEKERS,
    M_INSURED, M_INSURED_PUBLIC, M_PAYERS, M_RETIREES, M_RETIREES_PUBLIC, M_RETIREES_OLD,
    M_RETIREES_PUBLIC_OLD, M_NEW_RETIREES, M_EARLY_RETIREES, M_LUMP_SUMS, M_TO_RESIDENT,
    M_NEW_INSURED, M_LEFT_BEHIND, M_FORGED_RECORDS, M_BOUGHT_IN, M_NEVER_MEMBERS,
    M_FLEXIBLE_INSURED, M_ENTRANTS, M_INCUMBENTS, M_STOPPED_AFTER_MINIMUM,
    M_EMPLOYER_DUES, M_WORKER_DUES, M_FLEXIBLE_DUES, M_PUBLIC_EMPLOYER_DUES, M_PUBLIC_WORKER_DUES,
    M_BACK_PAYMENTS, M_FINES, M_DUE,
    M_PENSIONS, M_LEGACY, M_PUBLIC_PENSIONS, M_REFUNDS, M_EARLY_PENSIONS, M_DEEMED_PENSIONS,
    M_PENSION_LEVEL, M_PUBLIC_PENSION_LEVEL,
    M_WAGES, M_DECLARED, M_CLIPPED,
    M_VALUE_OF_BASE, M_ENTRANT_AGE, M_ENTRANT_VALUE, M_INCUMBENT_AGE, M_INCUMBENT_VALUE,
) = range(len(MEASURE))  # fmt: skip

COHORT_YEARS = 5
COHORTS = 27  # from persons.FIRST_COHORT on
GROUP = ("persons", "payers", "lapsed", "contributions", "pensions")
"""Sums by province of residence, sex, birth cohort of five years, migrant or not, status: persons and fen."""
