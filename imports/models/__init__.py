"""What came in, how it was read and what was found in it; and what was taken out."""

from .delivery import Delivery, DeliveryStatus, Issue
from .diff import DiffPiece, PieceKind, VersionDiff
from .export import ExportLog
from .register import RegisterEntry
from .source import Source
from .upload import Upload, UploadState

__all__ = [
    "Delivery",
    "DeliveryStatus",
    "DiffPiece",
    "ExportLog",
    "Issue",
    "PieceKind",
    "RegisterEntry",
    "Source",
    "Upload",
    "UploadState",
    "VersionDiff",
]
