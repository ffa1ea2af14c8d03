"""What OpenAPI is told beyond the views: how an error looks."""

from __future__ import annotations

from typing import Any

PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "status", "title"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True},
    },
}
FAULTS = {
    "400": "参数有误", "401": "需要登录", "403": "无权限", "404": "未找到",
    "405": "不支持的方法", "406": "不能提供所要的格式", "413": "文件过大",
    "415": "不支持的内容类型", "429": "请求过于频繁", "503": "数据正在更新，或数据库暂不可用",
}  # fmt: skip


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give every operation its problem+json answers."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for methods in result["paths"].values():
        for operation in methods.values():
            for status, description in FAULTS.items():
                answer = {"description": description, "content": content}
                operation["responses"].setdefault(status, answer)
    return result
