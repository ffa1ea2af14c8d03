"""The models of the land and the law; one module a notion."""

from .account import Unit, User
from .dataset import DatasetVersion, Layer, LayerField, VersionStatus
from .desk import DeskRow
from .fact import (
    Determination,
    Exclusion,
    FieldResult,
    OfficialFigure,
    Rectification,
    SubjectCorrection,
)
from .image import Image
from .job import Job, JobState
from .levels import LevelSet
from .party import Document, Holder, HolderAlias, Project
from .patch import Batch, Patch, PatchLink
from .region import Region
from .review import DeskVisit, Referral, ReferralKind, ReviewAction, ReviewKind
from .rule import Notion, NotionLeaf, NotionTest, Rule, RulePlace, RulesetVersion, RuleTest
from .run import Assessment, AssessmentConclusion, AssessmentMark, Piece, PieceNotion, Run, RunPin
from .token import ApiToken
from .zone import Zone

__all__ = [
    "ApiToken",
    "Assessment",
    "AssessmentConclusion",
    "AssessmentMark",
    "Batch",
    "DatasetVersion",
    "DeskRow",
    "DeskVisit",
    "Determination",
    "Document",
    "Exclusion",
    "FieldResult",
    "Holder",
    "HolderAlias",
    "Image",
    "Job",
    "JobState",
    "Layer",
    "LayerField",
    "LevelSet",
    "Notion",
    "NotionLeaf",
    "NotionTest",
    "OfficialFigure",
    "Patch",
    "PatchLink",
    "Piece",
    "PieceNotion",
    "Project",
    "Rectification",
    "Referral",
    "ReferralKind",
    "Region",
    "ReviewAction",
    "ReviewKind",
    "Rule",
    "RulePlace",
    "RuleTest",
    "RulesetVersion",
    "Run",
    "RunPin",
    "SubjectCorrection",
    "Unit",
    "User",
    "VersionStatus",
    "Zone",
]
