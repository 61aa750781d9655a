"""What draws mobile employers to a place that lets newcomers off part of their dues, as governments see it.

Their own logit over provinces (``abm.agents.employer``) is asked how many more would come; localities of a
province draw by the work there and by what each offers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = np.ndarray
Indices = npt.NDArray[np.integer]


class Incoming(NamedTuple):
    """Mobile employers and what they see; provinces are here, of origin, or gone to."""

    jobs: Array  # jobs of those who reconsider in a year, (31, 31) [here, origin]
    utility: Array  # of each province but for exemptions, (31, 31, 31) [here, origin, gone to]
    pull: Array  # utility of a place that lets newcomers off all their dues, over one that does not, (n,)
    share: Array  # of the place in its province's work, (n,)
    province_of: Indices
    today: Array  # exemptions in force, (n,)
    jobs_now: Array  # in the place, (n,)
    lasts: int  # years in which a newcomer is exempted
    years: int  # in which the levers are held

    def come(self, exemption: Array, places: Indices) -> Array:
        """Jobs (m,) that come a year from other provinces to ``places`` (m,) which alone change theirs."""
        drawn = np.bincount(
            self.province_of, self.share * np.expm1(self.pull * self.today), minlength=len(self.jobs)
        )
        odds = np.exp(self.utility - self.utility.max(axis=-1, keepdims=True))
        everywhere = odds @ (1.0 + drawn)
        province = self.province_of[places]
        offered = self.share[places] * np.exp(self.pull[places] * exemption)
        before = self.share[places] * np.exp(self.pull[places] * self.today[places])
        odds = odds[:, :, province]
        chance = odds * offered / (everywhere[:, :, None] + odds * (offered - before))
        elsewhere = np.arange(len(self.jobs))[:, None, None] != province
        return np.einsum("hok,ho->k", chance * elsewhere, self.jobs)

    def growth(self, exemption: Array, places: Indices) -> tuple[Array, Array]:
        """Jobs over today's, and the part of them that is exempted, under ``exemption`` (m,): two (m,).

        Those who come in the years of the horizon stand for all of it; exempted are those of the last
        ``lasts`` years.
        """
        come = self.come(exemption, places)
        jobs = self.jobs_now[places]
        more = 1.0 + self.years * (come - self.come(self.today[places], places)) / jobs
        return more, np.minimum(min(self.years, self.lasts) * come / (jobs * more), 1.0)
