"""The tables of casework: cases, their ledger, evidence, clues, and who answers for what."""

from gisland.casework.models.case import Case, CaseClock
from gisland.casework.models.clue import Clue, ClueFile, ClueState, Outline
from gisland.casework.models.evidence import Evidence, EvidenceKind, PositionSource
from gisland.casework.models.field import FieldReceipt
from gisland.casework.models.ledger import CaseEvent, Seal
from gisland.casework.models.measure import CampaignMeasure, MeasureState
from gisland.casework.models.oversight import Notice, NoticeSeen, ReadRecord, ReadWhat
from gisland.casework.models.people import Absence, Responsibility
from gisland.casework.models.template import PaperTemplate

__all__ = [
    "Absence",
    "CampaignMeasure",
    "Case",
    "CaseClock",
    "CaseEvent",
    "Clue",
    "ClueFile",
    "ClueState",
    "Evidence",
    "EvidenceKind",
    "Notice",
    "NoticeSeen",
    "Outline",
    "FieldReceipt",
    "PaperTemplate",
    "MeasureState",
    "PositionSource",
    "ReadRecord",
    "ReadWhat",
    "Responsibility",
    "Seal",
]
