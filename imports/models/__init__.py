"""What came in, how it was read and what was found in it."""

from .delivery import Delivery, DeliveryStatus, Issue
from .diff import DiffPiece, PieceKind, VersionDiff

__all__ = ["Delivery", "DeliveryStatus", "DiffPiece", "Issue", "PieceKind", "VersionDiff"]
