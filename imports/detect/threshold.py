"""From which score on ground counts as changed. 自动阈值"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 256
CHANCE = 0.5
"""No threshold lies below it: a detector scores chance below one half."""


def histogram(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """How many pixels have which score; histograms of pieces add up."""
    return np.histogram(scores, BINS, (0.0, 1.0))[0]


def automatic(counts: NDArray[np.int64]) -> float:
    """The score that leaves most entropy on both sides, but no less than CHANCE.

    J. N. Kapur, P. K. Sahoo, A. K. C. Wong, Computer Vision, Graphics, and Image Processing 29(3),
    1985, 273–285.
    """
    total = counts.sum()
    if not total:
        return CHANCE
    share = counts / total
    logs = np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0.0)
    below, told = np.cumsum(share), np.cumsum(logs)
    inner = (below > 0) & (below < 1 - 1e-12)
    low, rest = below[inner], told[inner]
    if not len(low):
        return CHANCE
    entropy = np.log(low * (1 - low)) - rest / low - (told[-1] - rest) / (1 - low)
    place = int(np.flatnonzero(inner)[entropy.argmax()])
    return max(CHANCE, (place + 1) / BINS)
