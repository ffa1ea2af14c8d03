"""The tables of casework: cases, their ledger, evidence, and who answers for which ground."""

from gisland.casework.models.case import Case, CaseClock
from gisland.casework.models.evidence import Evidence, EvidenceKind, PositionSource
from gisland.casework.models.ledger import CaseEvent, Seal
from gisland.casework.models.measure import CampaignMeasure, MeasureState
from gisland.casework.models.people import Absence, Responsibility

__all__ = [
    "Absence",
    "CampaignMeasure",
    "Case",
    "CaseClock",
    "CaseEvent",
    "Evidence",
    "EvidenceKind",
    "MeasureState",
    "PositionSource",
    "Responsibility",
    "Seal",
]
