"""Who may change versions and ledgers: whoever may import, in their own counties. 权限

``None`` stands for a command on the server: who can run that may do anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.errors import NotAllowed
from spatial.scope import scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.models import DatasetVersion, Region, User

ACT = "import"
REGISTER = "register"
"""The act of whoever may add one paper to a ledger from the desk, and no more."""


def require_versions(by: User | None, versions: Iterable[DatasetVersion], act: str = ACT) -> None:
    """Raise NotAllowed unless this person may change all these versions."""
    for version in versions if by else ():
        require_counties(by, version.layer_id, [version.region], act)


def require_counties(
    by: User | None, layer: str, counties: Iterable[Region] | None, act: str = ACT
) -> None:
    """Raise NotAllowed unless this person may change the layer in all these counties.

    ``counties`` None stands for all there are.
    """
    if by is None:
        return
    scope = scope_of(by)
    scope.require_act(act)
    scope.require("verdict", layer)
    if counties is None:
        raise NotAllowed("请用 --region 指明您的行政区。")
    beyond = [county.name for county in counties if county.pk not in scope.county_ids]
    if beyond:
        raise NotAllowed(f"{'、'.join(beyond[:3])}不在您的行政区内，不能改动其数据。")
