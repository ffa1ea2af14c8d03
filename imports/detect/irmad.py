"""IR-MAD: iteratively reweighted multivariate alteration detection. 多元变化检测

Canonical correlation finds the combinations of bands in which two images agree most; their
differences (the MAD variates) tell what has changed, whatever gain, offset or band set the two
sensors have. Pixels that differ count less and less in the statistics, until these describe the
unchanged ground alone (A. A. Nielsen, IEEE Trans. Image Processing 16(2), 2007, 463–478). There
the sum of squared variates, each by its variance, follows a chi-square distribution with as many
degrees of freedom as there are variates.

One step is ours: before each round the distances are scaled so that their median is that of the
chi-square distribution (half of the ground at least is taken for unchanged). Without it the
weights shrink onto the calmest kind of ground, such as water, and all fields count as changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imports.detect.detector import Bands, Scores, Valid

    Matrix = NDArray[np.float64]

ROUNDS = 30
CLOSE = 1e-3
"""The correlations have settled when none moves more than this."""
SURE = 0.999
"""Share of unchanged pixels that score below one half."""
RIDGE = 1e-6
"""Of the mean variance: bands that repeat each other stay solvable."""
LEAST_VARIANCE = 1e-6
"""Of a variate (of variance 2(1 − ρ)): two images that agree exactly divide by no zero."""
LEAST_SCALE = 1e-9
LEAST_PIXELS = 256


@dataclass(frozen=True)
class FittedIrMad:
    """The transformation that one pair of images has."""

    means: Matrix
    left: Matrix
    right: Matrix
    variances: Matrix
    correlations: Matrix
    scale: float = 1.0
    """What the squared distances of half of the ground are larger than they should be."""

    def distance(self, before: Matrix, after: Matrix) -> Matrix:
        """Sum of the squared variates of pixels (one a row), each by its variance."""
        count = before.shape[1]
        variates = (before - self.means[:count]) @ self.left
        variates -= (after - self.means[count:]) @ self.right
        return (variates**2 / self.variances).sum(axis=1) / self.scale

    def score(self, before: Bands, after: Bands, valid: Valid) -> Scores:
        """By distance r: r / (r + r₀), r₀ being the distance that SURE of no change keep below."""
        result = np.zeros(valid.shape, dtype="float32")
        if valid.any():
            found = self.distance(before[:, valid].T.astype(float), after[:, valid].T.astype(float))
            reach = np.sqrt(found / _chi2_below(SURE, len(self.variances)))
            result[valid] = reach / (1 + reach)
        return result


class IrMad:
    """The detector; it needs no training and no agreement of the bands."""

    name = "irmad"
    version = "1"
    margin = 0

    def fit(self, sample: tuple[Bands, Bands, Valid]) -> FittedIrMad:
        """Raises InputRefused where too few pixels are common."""
        before, after, valid = sample
        if valid.sum() < LEAST_PIXELS:
            raise InputRefused(
                f"两幅影像共有的有效像元只有 {valid.sum()} 个，不足以比较。请选有重叠的前后影像。"
            )
        left, right = before[:, valid].T.astype(float), after[:, valid].T.astype(float)
        weights = np.ones(len(left))
        fitted = _scaled(_solved(left, right, weights), left, right)
        for _ in range(ROUNDS):
            found = fitted.distance(left, right)
            weights = special.gammaincc(len(fitted.variances) / 2, found / 2)
            if weights.sum() < LEAST_PIXELS / 4:
                break
            better = _scaled(_solved(left, right, weights), left, right)
            moved = np.abs(better.correlations - fitted.correlations).max()
            fitted = better
            if moved < CLOSE:
                break
        return fitted


def _scaled(fitted: FittedIrMad, before: Matrix, after: Matrix) -> FittedIrMad:
    middle = float(np.median(fitted.distance(before, after)))
    return replace(fitted, scale=max(middle / _chi2_below(0.5, len(fitted.variances)), LEAST_SCALE))


def _solved(before: Matrix, after: Matrix, weights: Matrix) -> FittedIrMad:
    """Canonical correlation of weighted pixels; pairs of combinations with positive correlation."""
    both = np.hstack([before, after])
    total = weights.sum()
    means = weights @ both / total
    centred = both - means
    spread = (centred * weights[:, None]).T @ centred / total
    count = before.shape[1]
    first, second = _steady(spread[:count, :count]), _steady(spread[count:, count:])
    one, two = (np.linalg.inv(np.linalg.cholesky(part)) for part in (first, second))
    turn, found, back = np.linalg.svd(one @ spread[:count, count:] @ two.T, full_matrices=False)
    correlations = np.clip(found, 0, 1)
    return FittedIrMad(
        means, one.T @ turn, two.T @ back.T,
        np.maximum(2 * (1 - correlations), LEAST_VARIANCE), correlations,
    )  # fmt: skip


def _steady(spread: Matrix) -> Matrix:
    scale = float(np.trace(spread)) / len(spread)
    return spread + np.eye(len(spread)) * max(scale * RIDGE, 1e-12)


def _chi2_below(share: float, freedom: int) -> float:
    """The value that this share of a chi-square distribution lies below."""
    return 2 * float(special.gammaincinv(freedom / 2, share))
