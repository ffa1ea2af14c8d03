"""What the desk's form of a paper asks for, ledger by ledger. 登记批准"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports import approvals, fields, rights

if TYPE_CHECKING:
    from spatial.scope import Scope

    Row = dict[str, Any]

ASKED = ("document", "step", "holder_name", "authority", "approved_on", "contract_on", "filed_on",
         "signed_on", "valid_until", "purpose", "supply_kind")  # fmt: skip
"""What the desk asks for, as far as a ledger has it; the whole form is on the page of imports."""


def form_of(scope: Scope) -> list[Row]:
    """The ledgers that the reader may add a paper to, with their fields; none: not allowed."""
    if not scope.can(rights.REGISTER):
        return []
    return [
        {
            "code": code,
            "term": term,
            "fields": [
                {"name": field.name, "term": field.term, "kind": field.kind,
                 "required": field.required}
                for name in ASKED
                if (field := fields.fields_of(code).get(name)) is not None
            ],
        }
        for code, term in approvals.ledgers().items()
        if scope.may("verdict", code)
    ]  # fmt: skip
