"""What a pass adds up, all of it in whole persons and fen."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from oracle.worker import FIRST_YEAR

if TYPE_CHECKING:
    from oracle.model import Oracle
    from oracle.worker import Worker

FORMAL, PUBLIC, RETIRED = 1, 3, 4
OUTSIDE, FLEXIBLE = 0, 2


class Counts:
    """Sums of one year: by place and name, migrants, money ported, groups."""

    def __init__(self, model: Oracle) -> None:
        n = len(model.province_of)
        self.model = model
        self.places: dict[str, list[int]] = defaultdict(lambda: [0] * n)
        self.stock = [[0] * 31 for _ in range(31)]
        self.ported = [[0] * n for _ in range(n)]
        self.groups: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0] * 5)

    def group(self, who: Worker) -> list[int]:
        """Persons, payers, lapsed, contributions and pensions of the person's group."""
        home = self.model.province_of[who.locality]
        cohort = (who.birth_year - FIRST_YEAR) // 5
        return self.groups[home, int(who.female), cohort, int(home != who.hukou_province), who.status]

    def person(self, who: Worker) -> None:
        """10.11: count a person at the end of the year."""
        rules, w, c, r = self.model.rules, who.weight, who.locality, who.relation
        self.places["adults"][c] += w
        self.stock[who.hukou_province][self.model.province_of[c]] += w
        retired = who.status == RETIRED
        if retired and who.inside:
            self.pensioner(who)
        elif who.inside:
            self.places["insured"][r] += w
            if who.public_group:
                self.places["insured_public"][r] += w
        never = not (who.inside or who.public_group or who.stopped or retired)
        if never and who.reaches < 12 * rules.year + 12:
            self.places["never_members"][who.buying_place()] += w
        if who.status == PUBLIC:
            self.places["public_staff"][c] += w
        if who.status in {OUTSIDE, FLEXIBLE} and not who.stopped:
            experience = rules.experience_factor if who.inside else 1.0
            seeking = experience * rules.hiring_factor[who.age]
            self.places["job_seekers"][c] += math.trunc(1000.0 * seeking) * w
            if who.status == OUTSIDE:
                self.places["idle_seekers"][c] += math.trunc(1000.0 * rules.worker_weight[who.age]) * w
        group = self.group(who)
        group[0] += w
        group[1] += w if who.pays_now else 0
        group[2] += w if who.inside and not retired and not who.pays_now else 0
        group[3] += who.dues
        group[4] += who.got

    def pensioner(self, who: Worker) -> None:
        """The pensions in payment at the end of the year."""
        w, r, public = who.weight, who.relation, who.public_group
        old = who.age >= self.model.rules.tilt_age
        level = math.floor(100.0 * who.pension + 0.5) * w
        self.places["retirees"][r] += w
        self.places["retirees_old"][r] += w if old else 0
        if public:
            self.places["retirees_public"][r] += w
            self.places["retirees_public_old"][r] += w if old else 0
        self.places["public_pension_level" if public else "pension_level"][r] += level
