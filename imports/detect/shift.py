"""How far two images of one place lie apart. 配准检查

Phase correlation (C. D. Kuglin, D. C. Hines, Proc. IEEE Conf. Cybernetics and Society, 1975,
163–165) of the edges in several windows: edges stay where light and colour change. Windows without
one clear answer do not vote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from imports.detect.detector import Bands, Valid

    Plane = NDArray[np.float64]

LEAST_VALID = 0.8
"""Share of a window that must hold values in both images."""
CLEAR = 8.0
"""Height of the peak of the correlation above all else, in standard deviations."""

STRONG = 90
"""Percentile from which edges count alike."""


@dataclass(frozen=True)
class Shift:
    """How far the later image lies to the right of and below the earlier one, in pixels."""

    right: float
    down: float
    windows: int
    """Windows that gave a clear answer; without any, nothing is known."""

    @property
    def pixels(self) -> float:
        """The distance."""
        return float(np.hypot(self.right, self.down))

    @property
    def known(self) -> bool:
        """Whether any window gave an answer."""
        return self.windows > 0


def shift_between(windows: Iterable[tuple[Bands, Bands, Valid]]) -> Shift:
    """The median of what the windows say."""
    found = [one for window in windows if (one := _of_window(*window)) is not None]
    if not found:
        return Shift(0.0, 0.0, 0)
    right, down = np.median(np.array(found), axis=0)
    return Shift(float(right), float(down), len(found))


def _of_window(before: Bands, after: Bands, valid: Valid) -> tuple[float, float] | None:
    if valid.mean() < LEAST_VALID:
        return None
    earlier, later = _edges(before, valid), _edges(after, valid)
    product = np.fft.rfft2(later) * np.conj(np.fft.rfft2(earlier))
    size = np.abs(product)
    if not size.max():
        return None
    sharp = product / np.maximum(size, size.max() * 1e-9)
    surface = ndimage.gaussian_filter(np.fft.irfft2(sharp, valid.shape), 1, mode="wrap")
    down, right = np.unravel_index(surface.argmax(), surface.shape)
    if (surface[down, right] - surface.mean()) < CLEAR * surface.std():
        return None
    found = (
        _centred(right + _between(surface[down], right), surface.shape[1]),
        _centred(down + _between(surface[:, right], down), surface.shape[0]),
    )
    moved = np.roll(earlier, (down, right), (0, 1))
    if np.hypot(*found) > 1 and _alike(moved, later) < _alike(earlier, later):
        return None  # the edges agree better where they are: fields in rows, or something new
    return found


def _alike(one: Plane, other: Plane) -> float:
    return float((one * other).sum())


def _edges(bands: Bands, valid: Valid) -> Plane:
    """Strength of the edges of the mean of all bands, fading out towards the rim.

    The strongest count no more than many others: a new roof is one edge among those that stay.
    """
    mean = np.where(valid, bands.mean(axis=0), 0).astype(float)
    mean[~valid] = mean[valid].mean()
    strength = ndimage.gaussian_gradient_magnitude(mean, 1)
    strength = np.minimum(strength, np.percentile(strength, STRONG))
    strength -= strength.mean()
    return strength * np.outer(np.hanning(len(mean)), np.hanning(mean.shape[1]))


def _between(line: Plane, peak: int) -> float:
    """By the parabola through the highest value and its neighbours."""
    low, top, high = line[peak - 1], line[peak], line[(peak + 1) % len(line)]
    bend = low - 2 * top + high
    return float((low - high) / (2 * bend)) if bend else 0.0


def _centred(place: float, length: int) -> float:
    return float(place - length if place > length / 2 else place)
