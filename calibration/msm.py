"""The method of simulated moments: two-step weights, standard errors, sensitivity to the moments.

With moments m of the data, their simulated mean f(θ) over S seeds and g = f(θ) − m, the estimate minimises
g'Wg. The first step weighs every moment by its stated error; the second by the variance that error, the first
step's misfit and the simulation leave. With G = ∂f/∂θ and Ω the variance of the moments,

    V = (G'WG)⁻¹ G'W Ω_S W G (G'WG)⁻¹,    Ω_S = (1 + 1/S) Ω

(McFadden 1989; Pakes and Pollard 1989). Where the simulation's own variance is known it takes the place of
the second part: Ω_S = Ω + Σ/S. Λ = (G'WG)⁻¹G'W says by how much the estimate moves if a moment is off by one
(Andrews, Gentzkow and Shapiro 2017). Discrete choices of persons make f rough over small distances, common
draws or not. So slopes come from a two-level design, their information G'WG is counted from products of
different seeds, in whose mean noise does not count as slope, and the estimate is a mean of Gauss–Newton
rounds, in which roughness averages out. Nothing here knows the pension model: a problem is a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Simulate = Callable[[Array], Array]
"""Positions (k, n) in the unit cube to moments (k, S, m); NaN where a run failed."""

STEP = 0.1
"""Half the width of the difference quotients, as a share of a parameter's range: wide enough that discrete
choices of many agents look smooth, narrow enough for a slope."""

PAIRS = 16
"""Pairs of opposite points at least from which slopes are taken."""

ROUNDS, RENEWED, AVERAGED = 12, 4, 8
"""Gauss–Newton rounds after a search, how many go by the same slopes, and the last ones that are averaged."""

MANY = 30
"""Moments of a group from which on their misfit says how far the model is off at large: a cross-section."""

FAILED = 10.0
"""Weighted residual of every moment of a trial that failed."""


AT_BOUND = 0.02
"""A position nearer than this to an end of its range lies at the bound."""

NOTHING = 1e-6
"""Share of the greatest eigenvalue of an information that stands for none."""

PRIOR = 1 / np.sqrt(12)
"""Standard deviation of a position before there are data: uniform over the unit cube."""


class Problem(NamedTuple):
    """Moments of the data, shape (m,), and the simulator of them.

    ``slopes`` gives those by seed (S, m, n) at a position where they are not to be had from ``simulate``.
    """

    target: Array
    simulate: Simulate
    slopes: Callable[[Array], Array] | None = None


class Estimate(NamedTuple):
    """A minimum: position (n,), objective, moments by seed (S, m) and their slopes by seed (S, m, n)."""

    position: Array
    objective: float
    simulated: Array
    slopes: Array
    start: int
    message: str

    @property
    def jacobian(self) -> Array:
        """Slopes of the simulated mean by position, (m, n)."""
        return self.slopes.mean(axis=0)


def residuals(simulated: Array, target: Array, root: Array) -> Array:
    """Weighted differences root·(f − m), shape (m,); a failed trial is far off in every moment."""
    mean = simulated.mean(axis=0)
    if not np.isfinite(mean).all():
        return np.full(len(target), FAILED)
    return root @ (mean - target)


def jacobian(problem: Problem, position: Array, step: float = STEP) -> Array:
    """Slopes of the simulated mean, shape (m, n); see `slopes_by_seed`."""
    return slopes_by_seed(problem, position, step).mean(axis=0)


def slopes_by_seed(problem: Problem, position: Array, step: float = STEP) -> Array:
    """Slopes of the simulated moments in all coordinates from one batch of trials, shape (S, m, n).

    A two-level design folded over (Box and Wilson 1951): a trial moves all coordinates by up to ``step``, and
    slopes are least squares over differences of opposite trials. Each slope rests on all trials, where
    differences one coordinate at a time rest on two: noise that does not shrink with the step counts less by
    the number of pairs. Near a bound a trial is held at it. If a trial fails, coordinates are moved one at a
    time, so that a failure marks the direction it lies in; that direction counts as flat. A problem with
    slopes of its own is asked for them.
    """
    if problem.slopes is not None:
        return problem.slopes(position)
    for moves in (_two_levels(len(position)), np.eye(len(position))):
        up, down = (np.clip(position + sign * step * moves, 0.0, 1.0).round(6) for sign in (1.0, -1.0))
        values = problem.simulate(np.concatenate([up, down]))
        rises = values[: len(moves)] - values[len(moves) :]
        well = np.isfinite(rises).all(axis=(1, 2))
        if well.all():
            break
    return np.einsum("np,psm->smn", np.linalg.pinv((up - down)[well]), rises[well])


def _two_levels(count: int) -> Array:
    """Half of a folded-over design in ``count`` coordinates, (pairs, count): rows of a Hadamard matrix.

    Lengths differ from pair to pair, for few coordinates have fewer corners than there are pairs.
    """
    from scipy.linalg import hadamard

    pairs = max(PAIRS, 1 << (count - 1).bit_length())
    lengths: Array = np.linspace(0.6, 1.0, pairs)[:, None]
    return lengths * hadamard(pairs)[:, :count]


def minimise(
    problem: Problem, weights: Array, starts: Sequence[Array], iterations: int = 10, step: float = STEP
) -> Estimate:
    """The best of several bounded least-squares searches, settled; ``weights`` is W, shape (m, m)."""
    return settled(problem, weights, search(problem, weights, starts, iterations, step), step)


def search(
    problem: Problem, weights: Array, starts: Sequence[Array], iterations: int = 10, step: float = STEP
) -> Estimate:
    """The best end of several searches, without slopes.

    Each is a trust-region Gauss–Newton iteration of optimagic (``scipy_ls_trf``) in the unit cube. It takes
    no step that does not lower the objective, so it stops where the objective is as rough as a step would
    gain; `settled` goes on from there. The same problem gives the same sequence of trials, so a search over
    stored trials repeats itself up to where it was.
    """
    root = np.linalg.cholesky(weights).T
    best: Estimate | None = None
    for number, start in enumerate(starts):
        found = _search(problem, root, np.asarray(start, dtype=np.float64), iterations, step)
        if best is None or found.objective < best.objective:
            best = found._replace(start=number)
    assert best is not None, "a search needs a start"
    return best


def settled(problem: Problem, weights: Array, found: Estimate, step: float = STEP) -> Estimate:
    """The mean of the last Gauss–Newton rounds from the end of a search, with slopes and objective there.

    A round goes to the minimum of the linear problem inside the cube and at most ``step`` away, whatever the
    objective says; one that lands on a trial that fails goes half the way back. Where moments are rough, each
    round ends at another place around the root of G'Wg, and their mean is nearer to it than any of them
    (Polyak and Juditsky 1992). Slopes are the mean of those found on the way. What the moments do not tell
    stays where the search ended: the distance from there is weighed by the width of the prior.
    """
    root = np.linalg.cholesky(weights).T
    position: Array = found.position
    stood, path, made = position, [], []
    for number in range(ROUNDS):
        if number % RENEWED == 0:
            made.append(slopes_by_seed(problem, position, step))
            lead = root @ np.mean(made, axis=(0, 1))
        simulated = problem.simulate(position[None])[0]
        if np.isfinite(simulated).all():
            stood, off = position, residuals(simulated, problem.target, root)
            position = _linear_minimum(lead, off, position, found.position, step)
        else:
            position = ((position + stood) / 2).round(6)
        path.append(position)
    position = np.mean(path[-AVERAGED:], axis=0).round(6)
    made.append(slopes_by_seed(problem, position, step))
    simulated = problem.simulate(position[None])[0]
    off = residuals(simulated, problem.target, root)
    return found._replace(
        position=position, objective=float(off @ off), simulated=simulated, slopes=np.mean(made, axis=0)
    )


def _linear_minimum(slopes: Array, off: Array, position: Array, anchor: Array, step: float) -> Array:
    """Where |off + slopes·(p − position)|² + |(p − anchor)/prior|² is least, at most ``step`` away."""
    from scipy.optimize import lsq_linear

    bounds = np.maximum(-step, -position), np.minimum(step, 1.0 - position)
    rows = np.concatenate([slopes, np.eye(len(position)) / PRIOR])
    goal = np.concatenate([-off, (anchor - position) / PRIOR])
    return np.clip(position + lsq_linear(rows, goal, bounds, method="bvls").x, 0.0, 1.0).round(6)


def _search(problem: Problem, root: Array, start: Array, iterations: int, step: float) -> Estimate:
    import optimagic as om

    seen: dict[bytes, Array] = {}

    def at(position: Array) -> Array:
        position = np.clip(position, 0.0, 1.0).round(6)
        key = position.tobytes()
        if key not in seen:
            seen[key] = problem.simulate(position[None])[0]
        return seen[key]

    def differences(position: Array) -> Array:
        return residuals(at(position), problem.target, root)

    def slopes(position: Array) -> Array:
        return root @ jacobian(problem, np.clip(position, 0.0, 1.0).round(6), step)

    result = om.minimize(
        fun=om.mark.least_squares(differences),
        params=start.round(6),
        jac=om.mark.least_squares(slopes),
        bounds=om.Bounds(lower=np.zeros(len(start)), upper=np.ones(len(start))),
        algorithm="scipy_ls_trf",
        algo_options={"stopping_maxfun": iterations, "convergence_ftol_rel": 1e-4},
    )
    position = np.clip(np.asarray(result.params), 0.0, 1.0).round(6)
    off = differences(position)
    return Estimate(position, float(off @ off), at(position), np.empty(0), 0, str(result.message))


def first_weights(error: Array) -> Array:
    """The matrix of the first step: each moment by the inverse of its stated error squared."""
    return np.diag(1.0 / error**2)


def second_weights(
    error: Array, misfit: Array, groups: NDArray[np.int64], simulated: Array, clusters: NDArray[np.int64]
) -> Array:
    """The matrix of the second step, diagonal.

    The variance of a moment is the greater of its stated error squared and the mean squared misfit of its
    group after the first step (published totals have no sampling distribution; misfit is what they have),
    plus the simulation's variance over seeds, over the number of seeds. Groups (targets) and clusters
    (places) are numbers, shape (m,). The misfit of a place hangs together over the years, so that it counts
    ``design_effect`` times. A group of fewer than ``MANY`` moments keeps its stated error: its misfit is one
    fact and not a dispersion, and a target would be given up because the first step missed it.
    """
    variance = error**2
    for g in np.unique(groups):
        at = groups == g
        if np.count_nonzero(at) >= MANY:
            spread = np.mean(misfit[at] ** 2) * design_effect(misfit[at], clusters[at])
            variance[at] = np.maximum(variance[at], spread)
    return np.diag(1.0 / (variance + simulation_variance(simulated)))


def design_effect(misfit: Array, clusters: NDArray[np.int64]) -> float:
    """How many times as much variance clustered moments leave as independent ones: 1 + (n − 1)ρ (Kish 1965).

    n is the mean size of a cluster, ρ the correlation of misfits within one, about zero and at least zero.
    """
    sums, squares, sizes = (np.bincount(clusters, x) for x in (misfit, misfit**2, np.ones(len(misfit))))
    pairs = np.sum(sizes * (sizes - 1.0))
    if pairs == 0.0 or not squares.any():
        return 1.0
    within = np.sum(sums**2 - squares) / pairs / (squares.sum() / len(misfit))
    return float(1.0 + (sizes[sizes > 0].mean() - 1.0) * np.clip(within, 0.0, 1.0))


def simulation_variance(simulated: Array) -> Array:
    """Variance of the simulated mean over seeds, shape (m,); zero with one seed."""
    seeds = len(simulated)
    return simulated.var(axis=0, ddof=1) / seeds if seeds > 1 else np.zeros(simulated.shape[1])


def information(slopes: Array, weights: Array) -> Array:
    """G'WG, (n, n), from slopes (m, n), or by seed (S, m, n): from products of different seeds then.

    Noise of a slope is independent between seeds, so that it drops out of such products on average, where
    squares count it as information. What comes out negative is next to nothing.
    """
    if slopes.ndim == 2:
        return slopes.T @ weights @ slopes
    if len(slopes) == 1:
        return information(slopes[0], weights)
    seeds, total = len(slopes), slopes.sum(axis=0)
    cross = total.T @ weights @ total - sum(own.T @ weights @ own for own in slopes)
    values, vectors = np.linalg.eigh(cross / (seeds * (seeds - 1)))
    return (vectors * np.maximum(values, NOTHING * values.max())) @ vectors.T


def sensitivity(slopes: Array, weights: Array) -> Array:
    """Λ = (G'WG)⁻¹G'W, shape (n, m): change of the estimate by unit of each moment.

    Slopes as in `information`. A pseudo-inverse: a direction the moments say nothing of has no sensitivity.
    """
    inverse = np.linalg.pinv(information(slopes, weights), rcond=1e-10, hermitian=True)
    mean = slopes if slopes.ndim == 2 else slopes.mean(axis=0)
    return inverse @ mean.T @ weights


def covariance(
    slopes: Array, weights: Array, variance: Array, seeds: int | None, prior: float | None = None
) -> Array:
    """The sandwich, shape (n, n), for moments of variance ``variance`` (m, m).

    With ``seeds`` the simulated moments vary as the data do, Ω_S = (1 + 1/S)·variance; with None
    ``variance`` is already that of the difference. With the standard deviation of a ``prior`` a direction
    without information has that one: V = (G'WG + P)⁻¹(G'WΩ_S WG + P)(G'WG + P)⁻¹, P = 1/prior². Without, as
    in textbooks, it makes infinitely wide whatever it has a part in.
    """
    factor = 1.0 if seeds is None else 1.0 + 1.0 / seeds
    if prior is None:
        lead = sensitivity(slopes, weights)
        return factor * lead @ variance @ lead.T
    mean = slopes if slopes.ndim == 2 else slopes.mean(axis=0)
    known = np.eye(mean.shape[1]) / prior**2
    inner = factor * mean.T @ weights @ variance @ weights @ mean + known
    bread = np.linalg.inv(information(slopes, weights) + known)
    return bread @ inner @ bread


def inside(position: Array) -> NDArray[np.bool_]:
    """Which coordinates lie off the bounds, shape (n,)."""
    return (position > AT_BOUND) & (position < 1.0 - AT_BOUND)


def deviations(
    slopes: Array,
    weights: Array,
    variance: Array,
    seeds: int | None,
    free: NDArray[np.bool_],
    prior: float | None = None,
) -> Array:
    """Standard errors from the sandwich, shape (n,), given the coordinates that are not ``free``: NaN there.

    At a bound the first-order condition does not hold, and no standard error says how far the estimate would
    have gone.
    """
    found = np.full(slopes.shape[-1], np.nan)
    spread = covariance(slopes[..., free], weights, variance, seeds, prior)
    found[free] = np.sqrt(np.maximum(np.diag(spread), 0.0))
    return found


def dependence(robust: Array, slopes: Array, weights: Array, free: NDArray[np.bool_]) -> float:
    """How much wider the robust standard errors are than those of independent moments, squared; at least one.

    The median over the free coordinates that the moments say anything of. Information counted from
    independent moments is this many times too great.
    """
    independent = deviations(slopes, weights, np.linalg.inv(weights), None, free)
    known = free & (np.nan_to_num(independent) > 0.0)
    return float(max(np.median((robust[known] / independent[known]) ** 2), 1.0)) if known.any() else 1.0


def clustered(misfit: Array, clusters: NDArray[np.int64]) -> Array:
    """Variance of the moments from the misfit itself, free within a cluster (a province): Σ_c r_c r_c', (m,
    m).

    Of rank one a cluster: only the sandwich can use it, not a weighting matrix.
    """
    together = clusters[:, None] == clusters[None, :]
    count = len(np.unique(clusters))
    return np.where(together, np.outer(misfit, misfit), 0.0) * count / max(count - 1, 1)


def unidentified(slopes: Array, weights: Array, prior: float = PRIOR) -> Array:
    """Share of the prior's standard deviation left for each parameter, (n,): near one, the data say nothing.

    The prior is uniform over the unit cube, taken as normal of that standard deviation; the data's
    information is G'WG with W the inverse of the variance of the moments.
    """
    both = information(slopes, weights) + np.eye(slopes.shape[-1]) / prior**2
    return np.sqrt(np.diag(np.linalg.inv(both))) / prior
