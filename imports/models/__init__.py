"""What came in, how it was read and what was found in it; and what was taken out."""

from .delivery import Delivery, DeliveryStatus, Issue
from .export import ExportLog
from .register import RegisterEntry
from .source import Source

__all__ = ["Delivery", "DeliveryStatus", "ExportLog", "Issue", "RegisterEntry", "Source"]
