"""What registers told of patches goes out beside what was issued, and comes back apart from it."""

from __future__ import annotations

import pyogrio
import pytest

from imports import load
from imports.models import RegisterEntry
from spatial.models import Patch
from tests.imports.conftest import WEST
from tests.imports.exported import take
from tests.imports.test_registers import bring, clerk, issued, table

__all__ = ["clerk", "issued"]

pytestmark = pytest.mark.django_db


def test_what_registers_told_goes_out_with_the_patches(issued, clerk, tmp_path):
    """The newest word of each field; what they told beyond the fields too; never as what was
    issued."""
    rows = [
        {"监测编号": "0002", "XZQDM": WEST, "用地单位": "乙公司", "备注": "已约谈", "批单": "甲-1"}
    ]
    bring(table(tmp_path / "a.csv", rows), by=clerk)
    between = RegisterEntry.objects.get().recorded_at
    rows = [{"监测编号": "0002", "XZQDM": WEST, "备注": "已拆除", "批单": ""}]
    bring(table(tmp_path / "b.csv", rows), by=clerk)
    done = take("patches", tmp_path / "out.gpkg")
    out = pyogrio.read_dataframe(done.path).set_index(["XZQDM", "JCBH"])
    mine = out.loc[(WEST, "0002")]
    assert (mine["DJ_BZ"], mine["DJ_批单"]) == ("已拆除", "甲-1")
    assert mine["DJ_YDDW"] == "乙公司"
    assert out["BZ"].notna().sum() == 1  # the eastern one, as it was issued
    assert out["DJ_BZ"].notna().sum() == 1
    assert not [name for name in out.columns if name in ("DJ_JCBH", "DJ_监测编号", "DJ_备注")]
    earlier = take("patches", tmp_path / "then.gpkg", known_at=between)
    then = pyogrio.read_dataframe(earlier.path).set_index(["XZQDM", "JCBH"])
    assert then.loc[(WEST, "0002")]["DJ_BZ"] == "已约谈"
    bare = take("patches", tmp_path / "bare.gpkg", plain=True)
    assert "DJ_批单" not in pyogrio.read_dataframe(bare.path)
    load.stage_patches(done.path, batch=load.BatchSpec("again"))
    again = Patch.objects.get(batch__code="again", region__code=WEST, jcbh="0002")
    assert again.attributes.get("remark") is None
    assert again.delivered["DJ_BZ"] == "已拆除"
