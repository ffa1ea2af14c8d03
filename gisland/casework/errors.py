"""What can go wrong in casework, beside what spatial.errors names."""

from __future__ import annotations

from spatial.errors import GislandError


class ProcessInvalid(GislandError):
    """process.toml, clocks.toml, calendar.toml or checklist.toml is not sound. 流程定义有误"""


class EdgeRefused(GislandError):
    """A step that the case, its papers or the person's role do not allow now. 不能办理"""


class StaleCase(GislandError):
    """The case moved on since the page was opened; nothing was written. 内容已变"""


class CalendarMissing(GislandError):
    """Working days of a year whose holidays are not loaded. 缺少节假日安排"""


class EvidenceRefused(GislandError):
    """A file that cannot be taken as evidence; nothing was kept. 材料不合格"""


class ClueRefused(GislandError):
    """A clue that cannot be taken in or settled so; nothing was kept. 线索不合格"""


class ClueRepeated(GislandError):
    """A sender's number that stands for another content. 编号重复"""


class StaleClue(GislandError):
    """Somebody settled the clue meanwhile; nothing was written. 内容已变"""


class TemplateRefused(GislandError):
    """A template of a paper that is more than a form, or prints what nobody knows. 模板不合格"""
