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
    product = np.fft.rfft2(_edges(after, valid)) * np.conj(np.fft.rfft2(_edges(before, valid)))
    size = np.abs(product)
    if not size.max():
        return None
    sharp = product / np.maximum(size, size.max() * 1e-9)
    surface = ndimage.gaussian_filter(np.fft.irfft2(sharp, valid.shape), 1, mode="wrap")
    down, right = np.unravel_index(surface.argmax(), surface.shape)
    if (surface[down, right] - surface.mean()) < CLEAR * surface.std():
        return None
    return (
        _centred(right + _between(surface[down], right), surface.shape[1]),
        _centred(down + _between(surface[:, right], down), surface.shape[0]),
    )


def _edges(bands: Bands, valid: Valid) -> Plane:
    """Strength of the edges of the mean of all bands, fading out towards the rim."""
    mean = np.where(valid, bands.mean(axis=0), 0).astype(float)
    mean[~valid] = mean[valid].mean()
    strength = ndimage.gaussian_gradient_magnitude(mean, 1)
    strength -= strength.mean()
    return strength * np.outer(np.hanning(len(mean)), np.hanning(mean.shape[1]))


def _between(line: Plane, peak: int) -> float:
    """By the parabola through the highest value and its neighbours."""
    low, top, high = line[peak - 1], line[peak], line[(peak + 1) % len(line)]
    bend = low - 2 * top + high
    return float((low - high) / (2 * bend)) if bend else 0.0


def _centred(place: float, length: int) -> float:
    return float(place - length if place > length / 2 else place)
