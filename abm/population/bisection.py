"""Bisection of rising functions that are dear to evaluate: the bits of the plain one in fewer calls.

The constants of the base year are solved over all persons or employers, and most of the halvings of a
bisection only confirm on which side of a point far away the root lies. Here the root is found first by
secants and bracketed; halvings whose middle lies outside the bracket need no call then, those inside are
compared as ever. Every comparison comes out as it would have, and so does every bit of the result.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray
MARGIN = 1e-13
"""Of the size of what is compared: an excess beyond it has the sign of all excesses further on. Sums of
rising terms, rounded, still rise, but for the last digit of exponentials."""


def bisect(
    excess: Callable[[Array, Array], Array], low: Array, high: Array, steps: int, size: Array
) -> tuple[Array, Array]:
    """Bounds (k,) left of ``low`` and ``high`` (k,) after so many halvings around the roots of ``excess``.

    ``excess(points, asked)`` takes k points to k values, each of which rises with its own point; where the
    mask ``asked`` is not set any value will do. ``size`` (k,) is what the values are differences of. A
    halving puts the upper bound to the middle where the excess there is positive, else the lower one.
    """
    searches = [_Search(*bounds, steps) for bounds in zip(low.tolist(), high.tolist(), strict=True)]
    margins = (MARGIN * np.abs(size)).tolist()
    while True:
        points = [search.point() for search in searches]
        asked = np.array([search.left > 0 for search in searches])
        if not asked.any():
            return np.array([s.low for s in searches]), np.array([s.high for s in searches])
        found = excess(np.array(points), asked).tolist()
        for search, point, value, margin in zip(searches, points, found, margins, strict=True):
            if search.left:
                search.learn(point, value, margin)


class _Search:
    """The halvings of one interval, and the narrowest bracket known to hold the root."""

    def __init__(self, low: float, high: float, steps: int) -> None:
        self.low, self.high, self.left = low, high, steps
        self._ends = [high, low]  # to be asked first: often the root lies beyond one of them
        self._below, self._above = -np.inf, np.inf  # the excess is surely negative, positive there
        self._last = (np.nan, np.nan), (np.nan, np.nan)  # the last two points with their excess
        self._root: float | None = None  # a point too near the root to tell
        self._near = 0.0  # how far from it the side should be clear; infinite where that cannot be said

    def point(self) -> float:
        """Where to evaluate next, after all halvings whose outcome is known; any point when done."""
        middle = 0.5 * (self.low + self.high)
        while self.left and (middle >= self._above or middle <= self._below):
            self._halve(middle, middle >= self._above)
            middle = 0.5 * (self.low + self.high)
        if self.left and self._ends:
            return self._ends.pop()
        if not self.left or not np.isfinite(self._above - self._below):
            return middle
        if self._root is None:
            return self._secant()
        if self._above - self._root > 2.0 * self._near:
            return self._root + self._near
        return self._root - self._near if self._root - self._below > 2.0 * self._near else middle

    def learn(self, point: float, excess: float, margin: float) -> None:
        """Take the excess at a point into account."""
        if point == 0.5 * (self.low + self.high):
            self._halve(point, excess > 0.0)
        if excess > margin:
            self._above = min(self._above, point)
        elif excess < -margin:
            self._below = max(self._below, point)
        elif np.isfinite(self._above - self._below):
            if self._root is None:
                (x0, e0), (x1, e1) = self._last
                slope = abs((e1 - e0) / (x1 - x0)) if x1 != x0 else 0.0
                self._root, self._near = point, 2.0 * margin / slope if margin * slope > 0.0 else np.inf
            else:
                self._near *= 2.0
        self._last = self._last[1], (point, excess)

    def _secant(self) -> float:
        """Where the line through the last two points is zero; the bracket's middle if that gains nothing."""
        (x0, e0), (x1, e1) = self._last
        if abs(e1) < 0.5 * abs(e0):
            guess = x1 - e1 * (x1 - x0) / (e1 - e0)
            if self._below < guess < self._above:
                return guess
        return 0.5 * (self._below + self._above)

    def _halve(self, middle: float, above: bool) -> None:
        if above:
            self.high = middle
        else:
            self.low = middle
        self.left -= 1
