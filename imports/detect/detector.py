"""What a detector of changes is: today one by statistics, later perhaps one that has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bands = NDArray[np.float32]
    """Values by band, row and column."""
    Valid = NDArray[np.bool_]
    Scores = NDArray[np.float32]


class Fitted(Protocol):
    """A detector that knows a pair of images."""

    def score(self, before: Bands, after: Bands, valid: Valid) -> Scores:
        """How surely each pixel has changed, 0 to 1; 0 where not valid. 0.5: no chance any more."""


class Detector(Protocol):
    """A way of finding changes. ``name`` and ``version`` are kept with what it finds."""

    name: str
    version: str
    margin: int
    """Pixels around a piece on which its scores depend; 0 where each pixel stands alone."""

    def fit(self, sample: tuple[Bands, Bands, Valid]) -> Fitted:
        """Learn how the two images differ where nothing has changed."""
