"""Places: the localities of a resolution, the provinces they belong to, and how far apart provinces are.

At ``province`` resolution each province is one locality; at ``prefecture`` resolution the localities are the
units of the census table ``prefectures``. Localities are ordered by code, so those of a province are
contiguous: ``first[p]:first[p + 1]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm import data
from abm.space import PROVINCE_NAMES, PROVINCES

OWN_DISTANCE_KM = 100.0
"""Distance within a province, so that staying has a finite log distance."""


@dataclass(frozen=True)
class Places:
    """The localities: arrays of length n unless said; shares are within the province and sum to one."""

    codes: tuple[str, ...]
    names_zh: tuple[str, ...]
    province_of: np.ndarray  # (n,) int64
    first: np.ndarray  # (32,) int64: first locality of each province
    population_share: np.ndarray
    work_share: np.ndarray  # non-agricultural employment
    retired_share: np.ndarray  # residents of 60 and over, urban
    migrant_share: np.ndarray  # migrants from other provinces
    urban_share: np.ndarray  # urban residents over all residents of the place, 2010
    distance: np.ndarray  # (31, 31) km between capitals, OWN_DISTANCE_KM on the diagonal

    @property
    def n(self) -> int:
        """Number of localities."""
        return len(self.codes)

    @property
    def by_province(self) -> bool:
        """Whether each province is one locality."""
        return self.n == len(PROVINCES)


def load(resolution: str) -> Places:
    """The places of a resolution, ``province`` or ``prefecture``."""
    distance = data.matrix("distances").copy()
    np.fill_diagonal(distance, OWN_DISTANCE_KM)
    frame = data.load("prefectures")
    frame = frame[frame.year == 2010].copy()
    frame["p"] = [PROVINCE_NAMES.index(name) for name in frame.province]
    frame = frame.sort_values(["p", "code"])
    province = frame.p.to_numpy()
    if resolution == "province":
        one = np.ones(len(PROVINCES))
        return Places(
            codes=tuple(p.code for p in PROVINCES),
            names_zh=tuple(p.name_zh for p in PROVINCES),
            province_of=np.arange(len(PROVINCES)),
            first=np.arange(len(PROVINCES) + 1),
            population_share=one,
            work_share=one,
            retired_share=one,
            migrant_share=one,
            urban_share=np.bincount(province, frame.urban) / np.bincount(province, frame.population),
            distance=distance,
        )

    def share(values: np.ndarray) -> np.ndarray:
        """Within-province shares of non-negative values; equal where a province has none."""
        values = np.maximum(values.astype(np.float64), 0.0)
        total = np.bincount(province, values, minlength=len(PROVINCES))[province]
        count = np.bincount(province, minlength=len(PROVINCES))[province]
        return np.where(total > 0, values / np.where(total > 0, total, 1.0), 1.0 / count)

    old = sum(frame[f"{sex}_{age}"] for sex in ("male", "female") for age in OLD_GROUPS)
    urban = frame.urban / frame.population
    return Places(
        codes=tuple(frame.code.astype(str)),
        names_zh=tuple(frame.name_zh),
        province_of=province,
        first=np.searchsorted(province, np.arange(len(PROVINCES) + 1)),
        population_share=share(frame.population.to_numpy()),
        work_share=share((frame.employed_longform - frame.employed_agriculture_longform).to_numpy()),
        retired_share=share((old * urban).to_numpy()),
        migrant_share=share(frame.migrants_other_province.to_numpy()),
        urban_share=urban.to_numpy(),
        distance=distance,
    )


OLD_GROUPS = ("60_64", "65_69", "70_74", "75_79", "80_84", "85plus")
