"""A posterior of the free parameters: a Gaussian-process emulator of the moments, sampled by Metropolis.

The prior is uniform over the ranges of the free parameters, of their logs where the scale is log. The
likelihood of the published moments is normal with the variance of the second step (stated error or misfit,
whichever is greater, and simulation noise) plus the emulator's own. Moments within a province hang together,
so their information is divided by the estimate's ``dependence``; without that a posterior from hundreds of
correlated cells would be far too narrow. The file it writes is described in ``experiments.posterior``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.posterior import WEIGHT

if TYPE_CHECKING:
    from calibration.estimate import Outcome

Array = NDArray[np.floating]


class Emulator(NamedTuple):
    """Principal components of the weighted moments, each a Gaussian process of the position."""

    processes: list[object]
    basis: Array
    centre: Array

    def predict(self, positions: Array) -> tuple[Array, Array]:
        """Mean of the weighted moments (k, m) and variance of each component (k, c)."""
        parts = [process.predict(positions, return_std=True) for process in self.processes]  # type: ignore[attr-defined]
        scores = np.stack([mean for mean, _ in parts], axis=1)
        return self.centre + scores @ self.basis, np.stack([std**2 for _, std in parts], axis=1)


def emulate(positions: Array, weighted: Array, components: int = 12) -> Emulator:
    """Fit an emulator to weighted moments (k, m) at positions (k, n).

    Components that together hold 99 % of the variance are kept, at most ``components``.
    """
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    centre = weighted.mean(axis=0)
    left, size, right = np.linalg.svd(weighted - centre, full_matrices=False)
    held = np.cumsum(size**2) / max(np.sum(size**2), 1e-300)
    count = min(int(np.searchsorted(held, 0.99)) + 1, components, len(size))
    processes = []
    for scores in (left[:, :count] * size[:count]).T:
        scale = max(float(scores.var()), 1e-12)
        kernel = ConstantKernel(scale, (scale * 1e-2, scale * 1e3)) * RBF(
            np.full(positions.shape[1], 2.0), (0.1, 50.0)
        ) + WhiteKernel(scale * 1e-2, (scale * 1e-6, scale))
        process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=1)
        processes.append(process.fit(positions, scores))
    return Emulator(processes, right[:count], centre)


def sample(
    emulator: Emulator,
    target: Array,
    start: Array,
    low: Array,
    high: Array,
    count: int,
    dependence: float = 1.0,
) -> tuple[Array, float]:
    """Metropolis draws in the box from low to high (count, n), and the share accepted.

    ``target`` are the weighted published moments. Forty chains move side by side; proposals adapt to all of
    them during the burn-in of 600 steps. Then every tenth step is kept.
    """
    rng, chains, burn, thin = np.random.default_rng(1), 40, 600, 10
    n, steps = len(start), burn + thin * int(np.ceil(count / chains))
    here = np.clip(start + 0.1 * (high - low) * rng.standard_normal((chains, n)), low, high)
    level = _log_likelihood(emulator, target, here) / dependence
    spread = np.diag(((high - low) * 0.05) ** 2)
    history: list[Array] = []
    kept: list[Array] = []
    accepted = 0
    for step in range(steps):
        if 0 < step < burn and step % 50 == 0:
            recent = np.concatenate(history[len(history) // 2 :])
            spread = np.cov(recent.T).reshape(n, n) + np.diag(((high - low) * 1e-3) ** 2)
        proposal = here + rng.multivariate_normal(np.zeros(n), 2.38**2 / n * spread, size=chains)
        inside = ((proposal >= low) & (proposal <= high)).all(axis=1)
        new = np.where(
            inside, _log_likelihood(emulator, target, np.clip(proposal, low, high)) / dependence, -np.inf
        )
        moves = np.log(rng.random(chains)) < new - level
        here, level = np.where(moves[:, None], proposal, here), np.where(moves, new, level)
        history.append(here)
        if step >= burn:
            accepted += int(moves.sum())
            if (step - burn) % thin == thin - 1:
                kept.append(here)
    return np.concatenate(kept)[:count], accepted / (chains * (steps - burn))


def _log_likelihood(emulator: Emulator, target: Array, positions: Array) -> Array:
    """Normal, in the components and in what they leave out: unit variance plus the emulator's; shape (k,)."""
    mean, variance = emulator.predict(positions)
    off = target - mean
    along = off @ emulator.basis.T
    rest = np.sum(off**2, axis=1) - np.sum(along**2, axis=1)
    return -0.5 * (np.sum(along**2 / (1 + variance) + np.log1p(variance), axis=1) + rest)


def estimate(outcome: Outcome, design: int = 128, count: int = 1000) -> tuple[pd.DataFrame, float]:
    """The posterior around an estimate: draws by parameter with weight, and the share of proposals accepted.

    The design is a Sobol sequence over the cube of three robust standard errors (at least a tenth of the
    range; all of it for a parameter at a bound) around the estimate, and the estimate.
    """
    from scipy.stats import qmc

    best = outcome.second.position
    reach = np.clip(3 * np.nan_to_num(outcome.robust, nan=1.0), 0.1, 1.0)
    low, high = np.maximum(best - reach, 0.0), np.minimum(best + reach, 1.0)
    points = qmc.Sobol(len(best), scramble=True, rng=np.random.default_rng(2)).random(design)
    points = np.concatenate([best[None], low + (high - low) * points]).round(6)
    root = np.sqrt(np.diag(outcome.weights))
    values = outcome.problem.simulate(points).mean(axis=1) * root
    ran = np.isfinite(values).all(axis=1)
    emulator = emulate(points[ran], values[ran])
    # The emulator knows nothing beyond its design, so the draws stay inside it.
    draws, accepted = sample(
        emulator, outcome.problem.target * root, best, low, high, count, outcome.dependence
    )
    frame = pd.DataFrame([outcome.space.values(draw) for draw in draws])
    return frame.assign(**{WEIGHT: 1.0}), accepted


def write(draws: pd.DataFrame, file: Path) -> Path:
    """Write draws as a Parquet table, whole or not at all."""
    part = file.with_suffix(".part")
    draws.to_parquet(part, index=False)
    part.replace(file)
    return file
