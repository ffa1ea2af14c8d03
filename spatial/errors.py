"""What can go wrong, one class each; every message names the fault and the remedy."""

from __future__ import annotations


class GislandError(Exception):
    """Base of all errors meant for a person: shown without a traceback. 可读错误"""


class UnknownRegion(GislandError):
    """A region code that the register of regions does not hold. 行政区未登记"""


class UnknownLayer(GislandError):
    """A layer code that layers.toml does not define. 图层未定义"""


class UnknownField(GislandError):
    """A field that layers.toml does not define for this layer. 字段未定义"""


class InputRefused(GislandError):
    """A file, a row or an option that cannot be taken in; nothing was written. 输入不合格"""


class CrsUnsure(InputRefused):
    """A delivery whose coordinate reference system is not settled. ``proposals``: codes such as
    ``EPSG:4548`` that the numbers and the counties speak for, best first. 坐标系未定"""

    def __init__(self, message: str, proposals: tuple[str, ...] = ()) -> None:
        """The message for people, and what may be taken instead."""
        super().__init__(message)
        self.proposals = proposals


class CrsMissing(CrsUnsure):
    """A file without a coordinate reference system. 缺少坐标系"""


class CrsRefused(CrsUnsure):
    """A coordinate reference system that may not be converted silently. 坐标系不可用"""


class RulesetInvalid(GislandError):
    """A ruleset that cannot be read: file, rule, what is wrong. 规则集有误"""


class RulesetChanged(GislandError):
    """A ruleset whose text changed while its version did not. 规则集版本未更新"""


class PatchUnknown(GislandError):
    """An address BATCH/COUNTY/JCBH under which no patch lies. 图斑不存在"""


class BatchUnknown(GislandError):
    """A batch code that does not exist. 批次不存在"""


class PatchNotAssessed(GislandError):
    """A patch without a current assessment. 图斑尚未评定"""


class RunStale(GislandError):
    """A stored run whose data changed since it was computed. 分析已过时"""


class RunFailed(GislandError):
    """A run that could not be finished; what it wrote is not applied. 分析未完成"""


class NotAllowed(GislandError):
    """Something that this user may not do here. 无权限"""


class UploadTooLarge(InputRefused):
    """A file larger than may be sent at once. 文件过大"""


class DiskFull(InputRefused):
    """No room on the server's disk. 磁盘空间不足"""


class Stopped(Exception):
    """Somebody asked that long work be stopped: not an error, and shown as what it is. 已停止"""
