"""What was chosen for an upload stays; what is wrong with its rows is shown, not in the way."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from imports.models import Delivery, Upload, UploadState
from imports.readers import bundle
from imports.readers.table import SublayerNeeded
from tests.imports.conftest import WEST, frame, shapefile
from tests.imports.page_steps import (
    HERE,
    THERE,
    looked,
    reader,
    say,
    sent,
    url,
    words,
    work,
)

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.models import User

pytestmark = pytest.mark.django_db

PATCH = {"BH": "一号", "XZQDM": WEST, "JCMJ": 10375.0}
NO_SHAPE = {**PATCH, "BH": "二号"}
CHOSEN = '<option value="甲" selected>'


def two_in_a_zip(folder: Path) -> Path:
    """甲 of two rows, the second without shape; 乙 of one."""
    rows = {"甲": ([PATCH, NO_SHAPE], [HERE, None]), "乙": ([PATCH], [HERE])}
    target = folder / "两县.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for name, (records, geoms) in rows.items():
            path = shapefile(folder / f"{name}.shp", records, geoms)
            for part in sorted(folder.glob(f"{path.stem}.*")):
                archive.writestr(part.name, part.read_bytes())
    return target


def test_a_chosen_layer_of_a_zip_stays_chosen(west: User, tmp_path: Path) -> None:
    upload = looked(west, two_in_a_zip(tmp_path))
    assert upload.state == UploadState.REFUSED
    say(west, upload, sublayer="甲")
    work()
    page = reader(west).get(url(upload)).content.decode()
    assert CHOSEN in page
    assert '<option value="乙">' in page, "another can still be chosen"
    say(west, upload, sublayer="甲", crs="EPSG:4528")
    work()
    upload.refresh_from_db()
    assert upload.state == UploadState.REFUSED, "a plane of metres for degrees"
    assert CHOSEN in reader(west).get(url(upload)).content.decode()


def test_a_layer_that_is_not_in_the_zip_is_named_with_those_that_are(tmp_path: Path) -> None:
    with (
        pytest.raises(SublayerNeeded, match="没有“丙”，有：(甲、乙|乙、甲)") as caught,
        bundle.opened(two_in_a_zip(tmp_path), "丙"),
    ):
        pass
    assert sorted(caught.value.names) == ["乙", "甲"]


def test_rows_that_cannot_be_read_are_shown_and_come_in_only_by_consent(
    west: User, tmp_path: Path
) -> None:
    path = tmp_path / "tb.shp"
    frame([PATCH, NO_SHAPE], [HERE, None]).to_file(path, encoding="GB18030")
    upload = looked(west, path)
    assert upload.state == UploadState.LOOKED
    told = {"target": "patch", "batch": "2024Q1", "map__jcbh": "BH", "region": WEST}
    say(west, upload, target="patch")
    work()
    answer = say(west, upload, **told, action="bring")
    assert answer.status_code == 422
    text = words(answer)
    assert "不合格 1 行" in text
    assert "第 2 行：没有图形" in text
    assert "有 1 行不合格" in text
    assert not Delivery.objects.exists()
    answer = say(west, upload, **told, has_skip_bad="1", skip_bad="yes", action="bring")
    assert answer.status_code == 200, words(answer)
    work()
    delivery = Delivery.objects.get()
    assert [issue.row for issue in delivery.issues.filter(kind="row_skipped")] == [2]


def test_before_a_target_is_chosen_nothing_of_any_target_is_asked(
    west: User, tmp_path: Path
) -> None:
    upload = looked(west, shapefile(tmp_path / "tb.shp", [PATCH], [HERE]))
    text = words(reader(west).get(url(upload)))
    assert "还差： 请选择数据去向。" in text
    assert "批次号" not in text


def test_a_job_that_nobody_does_says_so(west: User, tmp_path: Path) -> None:
    upload = sent(west, shapefile(tmp_path / "tb.shp", [PATCH], [HERE]))
    assert "后台进程没有运行" in words(reader(west).get(url(upload)))
    upload.refresh_from_db()
    told = reader(west).get(f"/imports/jobs/{upload.job_id}.json").json()
    assert "系统管理员" in told["wait"]
    assert "result" not in told


def test_the_list_says_faults_in_the_words_of_the_page(west: User, tmp_path: Path) -> None:
    looked(west, two_in_a_zip(tmp_path))
    text = words(reader(west).get("/imports/"))
    assert "请用“图层”栏指明其中之一" in text
    assert "--where-layer" not in text


def test_an_upload_of_one_layer_asks_for_none(west: User, tmp_path: Path) -> None:
    upload = looked(west, shapefile(tmp_path / "tb.shp", [PATCH, PATCH], [HERE, THERE]))
    assert 'name="sublayer"' not in reader(west).get(url(upload)).content.decode()
    assert Upload.objects.get().preview["bad_rows"] == 0
