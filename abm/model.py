"""The model: one year is a list of named phases, read like the order of a year in the specification."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import mesa
import numpy as np

from abm import compile as compiling  # noqa: F401 - sets the cache folder before numba is imported
from abm import economy as economy_module
from abm import modules, regimes, state
from abm.agents.institutions import CentralGovernment, LocalGovernment, ProvincialGovernment
from abm.agents.tables import AgentTable
from abm.engine import passes
from abm.engine.rules import keys, rules
from abm.errors import UserError
from abm.indicators.observe import Observer
from abm.ledger import Ledger
from abm.parameters import Parameters
from abm.phases import announce, employ, foresee, govern, live, opening, settle
from abm.phases.jobs import Jobs, Stock
from abm.population import base as base_module
from abm.population import census, employers, places, storage, synthesis
from abm.population.merged import MergedSchemes
from abm.population.persons import Status
from abm.regimes.booking import Chart
from abm.results import Results, manifest
from abm.scenario import Scenario
from abm.space import NATION, PROVINCE_NAMES, PROVINCES
from abm.state import base_years

BASE_ROUNDS = 8
"""Turns in which the base year's constants and levers are found together, without inertia. Twelve more
turns change audit and registration push by at most 0.005; leniency, which has two nearly equal best values
in places, by 0.04."""

DEALING_ROUNDS = 6
"""The first of these turns, in which covered staff are dealt to employers anew."""

Phase = tuple[str, Callable[["PensionModel"], None]]


class PensionModel(mesa.Model):
    """China's employee pension under a scenario: people, employers and governments, a year a step.

    ``scenario`` is a :class:`Scenario`; ``seed`` replaces the scenario's; ``threads`` bounds the threads of
    the passes; with a ``state_dir`` (or the environment's TONGCHOU_STATE_DIR) the columns of persons are
    files in that folder, for a state that memory does not hold. Results depend on neither of the two. After
    construction the base year has been computed: ``year`` is the start year and the first row of the results
    exists. ``step()`` adds a year, ``run()`` all that are left and returns the results.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int | None = None,
        threads: int | None = None,
        state_dir: str | Path | None = None,
    ) -> None:
        if not isinstance(scenario, Scenario):
            raise TypeError(f"a model needs a Scenario, such as Scenario.named('history'), not {scenario!r}")
        folder = storage.chosen_folder(state_dir)
        if seed is not None:
            scenario = scenario.changed(seed=seed)
        self._surround(scenario, threads)
        solved = base_years.recall(scenario) if folder is None else None
        if solved:
            self._resume(solved)
        else:
            self._begin(folder)
            self._base_year()
            base_years.keep(self)

    def _surround(self, scenario: Scenario, threads: int | None) -> None:
        """Set up what follows from the scenario alone: parameters, places, data, institutions, phases."""
        super().__init__(rng=scenario.seed)
        self._began = time.perf_counter()
        self.threads = threads or os.cpu_count() or 1
        self.scenario = scenario
        self.parameters = modules.in_force(Parameters.load(overrides=scenario.set), scenario.timeline)
        self.places = places.load(scenario.resolution)
        self.year = scenario.start
        self.base = base_module.load(self.parameters, self.places, self.year)
        decline = self.parameters.value("population.oldest_share_decline", self.year)
        horizon = max(scenario.end, self.year + 1)
        self.entrants = census.entrants(self.year, horizon + census.ADULT + 1, decline)
        self.economy = economy_module.load(self.parameters, self.base, self.entrants, horizon)
        self.membership = regimes.accounts.Membership(self.places.province_of)
        self.public_entry = opening.PublicEntry(self)
        self.merged_schemes = MergedSchemes(self.parameters, self.base, self.places)
        self.chart = Chart(self.membership, PROVINCE_NAMES, self.places.codes)
        self.phase_seconds: dict[str, float] = {}
        self.central = CentralGovernment(self, "000000", NATION, "全国")
        self.provincial = mesa.agent.AgentSet(
            [ProvincialGovernment(self, p.code, p.name, p.name_zh, i) for i, p in enumerate(PROVINCES)],
            random=self.random,
        )
        self.local = mesa.agent.AgentSet(
            [
                LocalGovernment(self, code, PROVINCE_NAMES[p], name, i, PROVINCE_NAMES[p])
                for i, (code, name, p) in enumerate(
                    zip(self.places.codes, self.places.names_zh, self.places.province_of, strict=True)
                )
            ],
            random=self.random,
        )
        self.phases: list[Phase] = list(self.PHASES)

    def _begin(self, folder: Path | None) -> None:
        """Build the state before the base year: people (in ``folder``), employers, reserves, books."""
        scenario = self.scenario
        self.population = synthesis.synthesise(
            self.parameters, self.places, self.base, scenario.scale, scenario.seed, folder
        )
        self.funds = opening.funds(self.base, self.places)
        self.levers = opening.levers(self.parameters, self.places, self.year)
        self.market = opening.market(self.places, self.base)
        losses = self.parameters.table("labour.first_losses", self.year)
        self.jobs = Jobs(
            self.parameters.value("labour.leaving", self.year),
            self.parameters.value("labour.giving_up", self.year),
            Stock(losses["formal"]),
            Stock(losses["flexible"]),
            Stock(losses["public"]),
        )
        self.start_stock = opening.stock(self)
        self._sums: passes.Sums | None = None
        self.subsidy_key: np.ndarray | None = None
        self.subsidy_raised = np.zeros(len(PROVINCES), bool)
        self.memory: regimes.Memory | None = None
        self.rate_last_year: np.ndarray | None = None
        self.duplicates = np.zeros(self.places.n)
        self.deliberation: govern.Deliberation | None = None
        self.levels: foresee.Growth | None = None
        self.provincial_bounds: np.ndarray | None = None
        self.ledger = Ledger()
        self.observer = Observer()
        settle.open_ledger(self)

    @classmethod
    def restore(
        cls, path: str | Path, scenario: Scenario | None = None, threads: int | None = None
    ) -> PensionModel:
        """The model saved in a file, to go on with: ``year`` is the year at whose end it was saved.

        What it simulates from there equals an uninterrupted run bit for bit, earlier years' rows included.
        With another ``scenario`` the run goes on under that: it must agree with the saved one up to the year.
        Raises UserError: no such file, not a whole state, of another version, or a scenario that differs
        earlier.
        """
        saved = state.Saved(path)
        scenario = scenario or saved.scenario
        saved.require(scenario)
        model = cls.__new__(cls)
        model._surround(scenario, threads)
        model._resume(saved.content())
        return model

    def save(self, path: str | Path) -> Path:
        """Write the state at the end of ``year`` to a file, from which ``restore`` goes on; its path."""
        return state.save(self, path)

    def _resume(self, content: dict[str, Any]) -> None:
        """Take the attributes of a saved state and put the rules of its year in force."""
        for name, value in content.items():
            setattr(self, name, value)
        self._in_force()

    # --- the year

    def step(self) -> None:
        """Simulate one more year, phase by phase. UserError past the scenario's last year."""
        if self.year >= self.scenario.end:
            raise UserError(
                f"{self.year} is the last year of scenario '{self.scenario.name}'; give a later end "
                f"(end={self.year + 1}, at most 2060)"
            )
        self.year += 1
        self.transitions = True
        for name, phase in self.phases:
            began = time.perf_counter()
            phase(self)
            self.phase_seconds[name] = self.phase_seconds.get(name, 0.0) + time.perf_counter() - began

    def run(self, progress: Callable[[int], None] | None = None) -> Results:
        """Simulate up to the scenario's last year and return the results.

        ``progress(year)`` is called after each year.
        """
        while True:
            if progress is not None:
                progress(self.year)
            if self.year >= self.scenario.end:
                return self.results()
            self.step()

    def _base_year(self) -> None:
        """Compute levers and flows of the start year: people are given, nobody moves, joins or retires.

        The costs of concealment and coverage are solved so that the year's contributions and headcounts are
        the published ones; levers and those costs are found together, in turn, under the history's rules:
        they are facts of the country, the same under every policy. The policy's own rules settle the year.
        """
        self.transitions = False
        policy = self.scenario
        self.scenario = policy.model_copy(update={"timeline": Scenario.named("history").timeline})
        self.announce()
        self.attraction, self.moving_cost = opening.attraction(self)
        self.mobility = opening.considering(self) / np.maximum(self.start_stock, 1.0)
        self.growth = foresee.growth_at_start(self)
        opening.constants(self)
        self.inclination = opening.voluntary(self)
        deal = employers.Deal(
            self.population.persons, self.population.weights, self.population.employers, self.places.n
        )
        for turn in range(BASE_ROUNDS):
            self.employ()
            if turn < DEALING_ROUNDS:
                opening.register(self, deal)
            if turn == DEALING_ROUNDS - 1:
                opening.align(self, deal)
            self.live()
            self.assess()
            opening.constants(self)
            self.inclination = opening.voluntary(self)
            opening.capital(self)
            govern.run(self, inertia=0.0)
        opening.constants(self)
        self.scenario = policy
        self.enact()
        for name, phase in self.phases[2:]:
            began = time.perf_counter()
            phase(self)
            self.phase_seconds[name] = time.perf_counter() - began

    # --- the phases

    def announce(self) -> None:
        """Put the year's rules in force: rates, ages, bases, pools; set wages."""
        self._in_force()
        value, year = self.parameters.value, self.year
        shift = value("employer.wage_shift", year)
        if not self.counted:
            self.wages_before = self.economy.at("wage", year - 1)
            self.wages = self.economy.at("wage", year)
        else:
            self.wages_before = self.wages
            eased = (1.0 + shift * self.levy_at_start) / (1.0 + shift * self.market["levy"])
            self.wages = self.economy.at("wage", year) * eased
        self.base_wages, self.benefit_wages = announce.bases(self)
        self.pension_means = opening.pension_means(self)
        self.rise_supplements = announce.rise_supplements(self)

    def _in_force(self) -> None:
        """Look up the year's rules: the stack of regimes, what people are subject to, the keys of draws."""
        self.enact()
        self.rules, self.divisors = rules(self.parameters, self.year, self.transitions)
        self.keys = keys(self.scenario.seed, self.year)

    def enact(self) -> None:
        """Put the scenario's money rules of the year in force."""
        year, stacks = self.year, self.scenario.regime_at(self.year)
        self.stack_in_force = stacks[-1][1]
        self.schedule = settle.build_schedule(self, self.scenario.timeline, year)

    def govern(self) -> None:
        """Let local governments value candidate levers by what-if settlements and move towards the best."""
        govern.run(self)

    def employ(self) -> None:
        """Let employers choose location, declared share and coverage."""
        employ.run(self)

    def come_of_age(self, population: synthesis.Population) -> None:
        """Let the cohort that turns 16 this year enter ``population``; nobody does in the base year."""
        if self.transitions:
            passes.come_of_age(
                population,
                self.places,
                self.entrants[self.year - self.scenario.start - 1],
                self.year - census.ADULT,
                self.scenario.seed,
                self.rules.skill_spread,
                self.parameters.value("worker.cadre_share", self.year),
            )

    def live(self) -> None:
        """Let the cohort that turns 16 enter; run the pass over people."""
        self.come_of_age(self.population)
        live.run(self)
        employ.observe_market(self)

    def assess(self) -> None:
        """Draw up the accounts of every locality from what was collected and paid."""
        self.accounts = settle.accounts(self)

    def settle(self) -> None:
        """Settle the accounts through the tiers and book every yuan."""
        settle.run(self)

    def observe(self) -> None:
        """Record the year's indicators."""
        if not self.transitions:
            self.jobs.observe(self.sums)
            self.levy_at_start = self.market["levy"].copy()
        foresee.observe(self)
        self.observer.record(self)

    PHASES: ClassVar[tuple[Phase, ...]] = (
        ("the year's rules are announced", announce),
        ("governments choose their levers", govern),
        ("employers choose coverage, declared base and place", employ),
        ("people live, move, work, pay and retire", live),
        ("agencies collect and pay", assess),
        ("funds settle through the tiers", settle),
        ("the year is observed", observe),
    )
    """A year: what happens, in order, and the method that does it."""

    # --- what can be asked

    @property
    def stack(self) -> regimes.Stack:
        """The money rules in force at the end of the year."""
        return self.schedule.last

    @property
    def workers(self) -> AgentTable:
        """All persons of 16 and over, with Mesa's verbs (select, groupby, get, agg)."""
        persons = self.population.persons
        return AgentTable(persons, np.flatnonzero(persons["status"] != Status.FREE))

    @property
    def employers(self) -> AgentTable:
        """All employers, with Mesa's verbs."""
        firms = self.population.employers
        return AgentTable(firms, np.arange(len(firms["id"])))

    def check(self) -> Any:
        """Base data against published totals, as a data frame (see :mod:`abm.population.check`)."""
        from abm.population.check import compare

        return compare(self)

    def results(self) -> Results:
        """The results so far."""
        frames = self.observer.frames(self)
        seconds = time.perf_counter() - self._began
        return Results(frames, manifest(self.scenario, seconds, self.observer.agent_years))

    @property
    def counted(self) -> bool:
        """Whether a pass over people has been run."""
        return self._sums is not None

    @property
    def sums(self) -> passes.Sums:
        """What the last pass over people added up."""
        if self._sums is None:
            raise RuntimeError("no pass over people has been run yet")
        return self._sums

    @sums.setter
    def sums(self, sums: passes.Sums) -> None:
        self._sums = sums

    def residents(self) -> np.ndarray:
        """Residents of all ages by locality, (n,): adults simulated, children by the census's cohorts."""
        children = self.economy.at("children", self.year)[self.places.province_of]
        return self.sums["adults"] + children * self.places.population_share

    def output(self) -> np.ndarray:
        """Output by province, (31,) yuan: published, times what relocation changed of capital and jobs."""
        alpha = self.parameters.value("employer.capital_share", self.year)
        firms = self.population.employers
        province = self.places.province_of[firms["locality"]]
        jobs = np.bincount(province, firms["jobs"], minlength=len(PROVINCES))
        capital = np.bincount(province, firms["capital"], minlength=len(PROVINCES))
        gdp = self.economy.at("gdp", self.year)
        if capital.sum() <= 0.0:
            return gdp
        moved = capital / self.unmoved_capital
        return gdp * moved**alpha * (jobs / self.economy.at("formal_jobs", self.year)) ** (1.0 - alpha)
