"""What the worker does for imports: each kind registers itself. 后台任务"""

from __future__ import annotations

from imports import version_jobs

__all__ = ["version_jobs"]
