"""A file of several layers: one upload, a delivery for each layer, nothing half."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pyogrio
import pytest

from imports import upload_parts, uploads
from imports.models import Delivery, Upload, UploadState
from imports.readers import archive
from spatial.errors import InputRefused
from tests.imports import reading
from tests.imports.conftest import WEST, frame, shapefile, square
from tests.imports.page_steps import HERE, THERE, reader, url, words
from tests.imports.uploading import sent, worked

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.models import User

pytestmark = pytest.mark.django_db


def several(folder: Path) -> Path:
    """A zip as a survey office sends it: two layers, and one of roads that nobody asked for."""
    made = {
        "DLTB": ([{"BSM": "1", "DLBM": "0101"}], [HERE]),
        "永农": ([{"YJJBNTTBBH": "1"}, {"YJJBNTTBBH": "2"}], [HERE, THERE]),
        "道路": ([{"LX": "x"}], [HERE]),
    }
    target = folder / "全县.zip"
    with zipfile.ZipFile(target, "w") as archive_file:
        for name, (records, geoms) in made.items():
            (folder / name).mkdir(exist_ok=True)
            path = shapefile(folder / name / f"{name}.shp", records, geoms)
            for file in sorted(path.parent.iterdir()):
                archive_file.write(file, f"数据/{file.name}")
    return target


def refused(by: User, file: Path) -> Upload:
    """The upload after its first look, which says that a layer must be chosen."""
    upload = uploads.receive(sent(file), by)
    reader(by).get(url(upload))
    upload.refresh_from_db()
    worked(upload.job)
    upload.refresh_from_db()
    return upload


def parted(by: User, upload: Upload, **more: str) -> dict[str, Upload]:
    """The layers as proposed, looked at."""
    names = [one["name"] for one in upload.preview["parts"]]
    wanted = {"DLTB": "land_use", "永农": "basic_farmland"}
    form = {f"target.{at}": wanted.get(name, "") for at, name in enumerate(names)}
    answer = reader(by).post(url(upload), {"action": "part", "region": WEST, **form, **more})
    assert answer.status_code == 302, words(answer)
    for part in upload.parts.all():
        worked(part.job)
    return {part.options["sublayer"]: part for part in upload.parts.all()}


def test_the_layers_are_listed_with_what_they_look_like(west: User, tmp_path: Path) -> None:
    upload = refused(west, several(tmp_path))
    assert {one["name"]: one["rows"] for one in upload.preview["parts"]} == {
        "DLTB": 1, "永农": 2, "道路": 1
    }  # fmt: skip
    page = reader(west).get(url(upload))
    text = page.content.decode()
    assert "这份文件有 3 个图层" in text
    assert 'value="land_use" selected' in text
    assert 'value="basic_farmland" selected' in text
    assert text.count(" selected>") == 3, "the region, and two layers: the roads stay out"


def test_each_layer_becomes_a_delivery_of_its_own(west: User, tmp_path: Path) -> None:
    upload = refused(west, several(tmp_path))
    parts = parted(west, upload, valid_from="2024-12-31")
    assert set(parts) == {"DLTB", "永农"}
    assert {part.state for part in parts.values()} == {UploadState.LOOKED}
    assert "导入就绪的 2 个" in words(reader(west).get(url(upload)))
    reader(west).post(url(upload), {"action": "bring_all"})
    for part in upload.parts.all():
        worked(part.job)
    rows = {
        one.options["sublayer"]: (one.layer_id, one.row_count) for one in Delivery.objects.all()
    }
    assert rows == {"DLTB": ("land_use", 1), "永农": ("basic_farmland", 2)}
    text = words(reader(west).get("/imports/"))
    assert "在办" not in text, "all of it is done"
    assert "全县.zip · 永农" in text


def test_what_one_layer_lacks_does_not_hold_up_the_other(west: User, tmp_path: Path) -> None:
    upload = refused(west, several(tmp_path))
    parts = parted(west, upload)
    reader(west).post(url(parts["DLTB"]), {"action": "save", "valid_from": "2024-12-31"})
    text = words(reader(west).get(url(upload)))
    assert "快照图层要给出生效日期" in text
    assert "导入就绪的 1 个" in text
    reader(west).post(url(upload), {"action": "bring_all"})
    worked(upload.parts.get(target="land_use").job)
    assert [one.layer_id for one in Delivery.objects.all()] == ["land_use"]
    assert "2 个图层，已导入 1 个" in words(reader(west).get("/imports/"))


def test_dropping_a_layer_leaves_the_file_to_the_others(west: User, tmp_path: Path) -> None:
    upload = refused(west, several(tmp_path))
    parts = parted(west, upload)
    uploads.remove(parts["DLTB"])
    assert upload.file.exists()
    reader(west).post(url(upload), {"action": "unpart"})
    upload.refresh_from_db()
    assert not upload.parts.exists()
    assert "这份文件有 3 个图层" in words(reader(west).get(url(upload)))
    uploads.remove(upload)
    assert not upload.file.exists()


def test_nothing_is_begun_when_no_layer_is_chosen(west: User, tmp_path: Path) -> None:
    upload = refused(west, several(tmp_path))
    answer = reader(west).post(url(upload), {"action": "part", "region": WEST})
    assert answer.status_code == 422
    assert "没有选图层" in words(answer)
    assert not upload.parts.exists()


def test_a_layer_is_not_parted_again(west: User, tmp_path: Path) -> None:
    upload = refused(west, several(tmp_path))
    part = parted(west, upload)["永农"]
    with pytest.raises(InputRefused, match="不能再分"):
        upload_parts.part(part, {"x": "land_use"}, {}, by=west)
    with pytest.raises(InputRefused, match="已分图层导入"):
        uploads.bring(upload, by=west)


def test_another_county_sees_none_of_it(west: User, east: User, tmp_path: Path) -> None:
    upload = refused(west, several(tmp_path))
    part = parted(west, upload)["永农"]
    for one in (upload, part):
        assert reader(east).get(url(one)).status_code == 404
        assert reader(east).post(url(one), {"action": "bring_all"}).status_code == 404


def test_deliveries_of_one_name_are_told_apart_by_their_folders() -> None:
    found = ["甲/DLTB.shp", "乙/DLTB.shp", "乙/永农.shp", "丙/x.shp", "丙/x.gpkg"]
    assert archive._labels(found) == ["甲/DLTB", "乙/DLTB", "永农", "丙/x.shp", "丙/x.gpkg"]


def test_a_layer_is_chosen_by_folder_and_name(tmp_path: Path) -> None:
    path = tmp_path / "两县.zip"
    for at, county in enumerate(("甲", "乙")):
        (tmp_path / county).mkdir()
        shape = shapefile(
            tmp_path / county / "DLTB.shp", [{"BSM": county}], [square(119.95, 33 + at)]
        )
        with zipfile.ZipFile(path, "a") as file:
            for part in sorted(shape.parent.iterdir()):
                file.write(part, f"{county}/{part.name}")
    (tmp_path / "scratch").mkdir()
    chosen = archive.unpack(path, tmp_path / "scratch", "乙/DLTB")
    assert chosen.with_suffix(".dbf").read_bytes() == (tmp_path / "乙" / "DLTB.dbf").read_bytes()


def test_two_databases_of_several_layers_in_one_zip(west: User, tmp_path: Path) -> None:
    """Each layer of each is a row of its own, named after its file."""
    target = tmp_path / "两库.zip"
    with zipfile.ZipFile(target, "w") as pack:
        for name, ground in (("东", HERE), ("西", THERE)):
            path = tmp_path / f"{name}.gpkg"
            for layer in ("DLTB", "永农"):
                rows = frame([{"BSM": name, "DLBM": "0101"}], [ground])
                pyogrio.write_dataframe(rows, path, layer=layer)
            pack.write(path, f"数据/{name}.gpkg")
    upload = refused(west, target)
    names = [one["name"] for one in upload.preview["parts"]]
    assert names == ["东/DLTB", "东/永农", "西/DLTB", "西/永农"]
    assert not any(one.get("fault") for one in upload.preview["parts"])
    form = {"target.0": "land_use", "target.2": "land_use"}
    shared = {"region": WEST, "valid_from": "2024-12-31"}
    answer = reader(west).post(url(upload), {"action": "part", **shared, **form})
    assert answer.status_code == 302, words(answer)
    found = {}
    for part in upload.parts.all():
        worked(part.job)
        part.refresh_from_db()
        found[part.options["sublayer"]] = part.preview["first"][0]["BSM"]
    assert found == {"东/DLTB": "东", "西/DLTB": "西"}


def test_a_command_is_told_what_to_ask_for(tmp_path: Path) -> None:
    target = tmp_path / "两库.zip"
    with zipfile.ZipFile(target, "w") as pack:
        for name in ("东", "西"):
            path = tmp_path / f"{name}.gpkg"
            for layer in ("DLTB", "永农"):
                pyogrio.write_dataframe(frame([{"BSM": name}], [HERE]), path, layer=layer)
            pack.write(path, f"{name}.gpkg")
    reading.refused(target, "东、西")
    reading.refused(target, "东/DLTB、东/永农", sublayer="东")
    assert reading.read(target, sublayer="西/永农").records[0]["BSM"] == "西"
