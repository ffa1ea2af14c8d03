"""What came in, how it was read and what was found in it."""

from .delivery import Delivery, DeliveryStatus, Issue
from .diff import DiffPiece, PieceKind, VersionDiff
from .upload import Upload, UploadState

__all__ = [
    "Delivery", "DeliveryStatus", "DiffPiece", "Issue", "PieceKind", "Upload", "UploadState",
    "VersionDiff",
]  # fmt: skip
