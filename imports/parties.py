"""Who, for what project, on what paper: what rows tell, matched with the registers. 单位批文

Matched by code, else by the normalised name (spatial/holders.py). A name that fits several is
nobody's: what cannot be told stays unknown, and the delivery says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from imports.readers.table import Finding
from imports.staged_lines import escaped
from spatial import holders, sqlfiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imports.fields import Canonical
    from imports.readers.held import Held
    from imports.readers.table import Table

COLUMNS = (
    "holder_code", "holder_name", "holder_key", "document_key", "project_code", "project_key",
)  # fmt: skip
"""The columns of import_row that ``told`` fills."""

NOTHING = ("",) * len(COLUMNS)

HOLDER_STEPS = (
    "50_name_holder_codes", "51_name_coded_holders", "51_add_holders_by_code", "52_add_aliases",
    "52_add_holders_by_name", "53_find_holders",
)  # fmt: skip
PROJECT_STEPS = (
    "56_name_project_codes", "56_add_projects_by_code", "56_add_projects_by_name",
    "57_find_projects",
)  # fmt: skip

DOUBTS = {
    "ambiguous": (
        "在册有多个同名单位，本行未写代码，不能确定是哪一个",
        "未归到任何单位；补上统一社会信用代码后重新导入",
    ),
    "contradicted": (
        "的代码与在册同名单位的代码（{other_code}）不同",
        "按代码归到另一单位；请核对代码是否写错",
    ),
    "twin": (
        "在册另有同名而无代码的单位",
        "按代码归到有代码的单位；以前只写名称的记录仍在无代码的单位名下",
    ),
}


FIELDS = ("holder_code", "holder_name", "document", "project_code", "project")


class Told:
    """What each row of a delivery tells, without looking where its file tells none of it."""

    def __init__(self, canonical: Canonical) -> None:
        """Of this delivery."""
        self._any = any(name in canonical.delivered_fields for name in FIELDS)

    def __call__(self, attributes: Mapping[str, Any]) -> tuple[str, ...]:
        """The values of ``COLUMNS`` of one row."""
        return told(attributes) if self._any else NOTHING

    def columns(self, rows: Held, start: int, end: int) -> Sequence[pa.Array | str]:
        """The same of some rows by column, as COPY has texts."""
        if not self._any:
            return NOTHING
        found = zip(*(told(row) for row in rows[start:end]), strict=True)
        return [pa.array([escaped(text) for text in column], pa.string()) for column in found]


def told(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """What one row tells, as it is compared: the values of ``COLUMNS``."""
    name, project = _text(attributes, "holder_name"), _text(attributes, "project")
    key = holders.holder_key(name)
    return (
        holders.holder_code(_text(attributes, "holder_code")),
        name[: holders.HOLDER_LENGTH] if key else "",
        key,
        holders.paper_key(_text(attributes, "document")),
        holders.project_code(_text(attributes, "project_code")),
        holders.project_key(project),
    )


def _text(attributes: Mapping[str, Any], name: str) -> str:
    return str(attributes.get(name) or "")


def unusable_codes(table: Table, canonical: Canonical) -> list[Finding]:
    """One finding a text that stands where a holder's code should, and is none."""
    rows: dict[str, list[int]] = {}
    if "holder_code" not in canonical.delivered_fields:
        return []
    for number, attributes in zip(table.numbers, canonical.rows, strict=True):
        code = _text(attributes, "holder_code")
        if code and not holders.holder_code(code):
            rows.setdefault(code, []).append(number)
    return [
        Finding(
            "holder_code",
            f"第 {numbers[0]} 行{_more(len(numbers))}的统一社会信用代码“{code[:40]}”不是代码。",
            row=numbers[0], field="holder_code", done="不作为代码使用，按单位名称归户",
        )
        for code, numbers in rows.items()
    ]  # fmt: skip


def name_parties(layer_code: str | None, canonical: Canonical | None = None) -> list[Finding]:
    """Get or create holders, projects and (for a layer) papers, and note them on the rows.

    What leaves in doubt who is meant comes back as findings. A delivery (``canonical``) that tells
    of none of them leaves the registers alone.
    """
    if canonical is not None and not any(name in canonical.delivered_fields for name in FIELDS):
        return []
    for step in HOLDER_STEPS:
        sqlfiles.execute(f"imports/{step}")
    if layer_code:
        sqlfiles.execute("imports/54_add_documents", {"layer": layer_code})
        sqlfiles.execute("imports/55_find_documents", {"layer": layer_code})
    for step in PROJECT_STEPS:
        sqlfiles.execute(f"imports/{step}")
    return [_doubt(row) for row in sqlfiles.rows("imports/58_list_doubtful_holders")]


def _doubt(row: dict[str, Any]) -> Finding:
    said, done = DOUBTS[row["kind"]]
    where = f"第 {row['row']} 行{_more(row['row_count'])}"
    return Finding(
        f"holder_{row['kind']}",
        f"{where}：单位“{row['name']}”{said.format(other_code=row['other_code'])}。",
        row=row["row"], field="holder_name", done=done,
    )  # fmt: skip


def _more(count: int) -> str:
    return f"等 {count} 行" if count > 1 else ""
