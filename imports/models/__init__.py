"""What came in, how it was read and what was found in it."""

from .delivery import Delivery, DeliveryStatus, Issue
from .upload import Upload, UploadState

__all__ = ["Delivery", "DeliveryStatus", "Issue", "Upload", "UploadState"]
