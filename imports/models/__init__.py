"""What came in, how it was read and what was found in it."""

from .delivery import Delivery, DeliveryStatus, Issue

__all__ = ["Delivery", "DeliveryStatus", "Issue"]
