"""The models of the land and the law; one module a notion."""

from .account import Unit, User
from .dataset import DatasetVersion, Layer, LayerField, VersionStatus
from .fact import Determination, Exclusion, FieldResult, Rectification
from .image import Image
from .party import Document, Holder, HolderAlias, Project
from .patch import Batch, Patch
from .region import Region
from .rule import Notion, NotionTest, Rule, RulePlace, RulesetVersion, RuleTest
from .run import Assessment, AssessmentConclusion, AssessmentMark, Piece, PieceNotion, Run, RunPin
from .zone import Zone

__all__ = [
    "Assessment",
    "AssessmentConclusion",
    "AssessmentMark",
    "Batch",
    "DatasetVersion",
    "Determination",
    "Document",
    "Exclusion",
    "FieldResult",
    "Holder",
    "HolderAlias",
    "Image",
    "Layer",
    "LayerField",
    "Notion",
    "NotionTest",
    "Patch",
    "Piece",
    "PieceNotion",
    "Project",
    "Rectification",
    "Region",
    "Rule",
    "RulePlace",
    "RuleTest",
    "RulesetVersion",
    "Run",
    "RunPin",
    "Unit",
    "User",
    "VersionStatus",
    "Zone",
]
