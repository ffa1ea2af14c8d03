"""Days, replacement, secrecy, progress and stop of images; the real ones."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from rasterio.transform import from_origin

from imports import cog, image_versions, raster_dates, rasters
from spatial.errors import InputRefused
from spatial.jobs import Stopped
from spatial.models import Image
from tests.imports.conftest import SHARED, needs_shared
from tests.imports.raster_files import (
    DAY,
    NORTH,
    PIXEL,
    WEST,
    load,
    ramp,
    refusal,
    stored,
    write,
)
from tests.people import person

pytestmark = pytest.mark.django_db


def test_the_day_is_suggested_and_never_taken(tmp_path):
    tags = {"TIFFTAG_DATETIME": "2023:11:05 10:00:00"}
    path = write(tmp_path / "影像_20240312_v2.tif", [ramp()] * 3, tags=tags)
    with pytest.raises(InputRefused, match="--taken-on 2024-03-12"):
        rasters.load_raster(path)
    path = path.rename(tmp_path / "a.tif")
    with pytest.raises(InputRefused, match="TIFFTAG_DATETIME所示为 2023-11-05"):
        rasters.load_raster(path)
    tried = rasters.load_raster(path, dry_run=True)
    assert tried.suggested == (date(2023, 11, 5), "TIFFTAG_DATETIME")
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    ("name", "day"),
    [("T49QCD_20161209T031122_B02.tif", date(2016, 12, 9)),
     ("taizhou_2000-03-17.tif", date(2000, 3, 17)),
     ("2024年3月5日影像.tif", date(2024, 3, 5)), ("GF2_2024.03.05.tif", date(2024, 3, 5)),
     ("99012024030.tif", None), ("影像20241399.tif", None), ("2024Q1.tif", None)],
)  # fmt: skip
def test_days_in_names(name, day):
    found = raster_dates.suggest(name, {})
    assert (found[0] if found else None) == day


def test_a_better_image_of_the_same_day_and_place(tmp_path, counties):
    old = load(write(tmp_path / "a.tif", [ramp()] * 3))
    new = load(write(tmp_path / "b.tif", [ramp(low=5)] * 3))
    assert f"同日同地已有影像 {old.pk}" in new.record["findings"][-1]["message"]
    best = load(write(tmp_path / "c.tif", [ramp(low=9)] * 3), replace=True)
    for image in (old, new):
        image.refresh_from_db()
        assert image.withdrawn_at is not None
        assert image.replaced_by == best
    assert [row["id"] for row in image_versions.listing()] == [best.pk]
    assert len(image_versions.listing(withdrawn=True)) == 3
    other = from_origin(WEST + 0.02, NORTH, PIXEL, PIXEL)
    beside = load(write(tmp_path / "d.tif", [ramp()] * 3, transform=other), replace=True)
    best.refresh_from_db()
    assert best.withdrawn_at is None
    assert beside.pk


def test_withdrawn_and_brought_again(tmp_path, counties):
    path = write(tmp_path / "a.tif", [ramp()] * 3)
    image = load(path)
    with pytest.raises(InputRefused, match="原因"):
        image_versions.withdraw(image, " ")
    image_versions.withdraw(image, "拍摄日期有误", by=person("990101", "data_admin"))
    with pytest.raises(InputRefused, match="已于"):
        image_versions.withdraw(image, "再次")
    assert load(path).pk != image.pk


def test_secrecy_is_an_option_with_a_default_of_the_settings(tmp_path, settings):
    path = write(tmp_path / "a.tif", [ramp()] * 3)
    settings.IMAGE_SECRECY = "secret"
    assert load(path).secrecy == "secret"
    assert "选项不同" in refusal(path, secrecy="public")
    assert load(path, secrecy="public", replace=True).secrecy == "public"
    assert Image.objects.filter(withdrawn_at__isnull=True).count() == 1
    with pytest.raises(InputRefused, match="密级 x 无效"):
        load(path, secrecy="x")


STEPS = ["核对文件指纹", "读取影像", "转换像元", "建立金字塔", "核对结果"]


@pytest.mark.parametrize("phase", STEPS)
def test_a_stop_at_any_step_leaves_nothing(tmp_path, media, monkeypatch, phase):
    monkeypatch.setattr(cog, "LARGE", 0)

    def progress(name, done=0, total=0):
        if name == phase:
            raise Stopped

    with pytest.raises(Stopped):
        rasters.load_raster(
            write(tmp_path / "a.tif", [ramp()] * 3), taken_on=DAY, progress=progress
        )
    assert not Image.objects.exists()
    assert not (media / "imagery").exists()


def test_a_large_image_is_made_by_a_process_of_its_own(tmp_path, media, monkeypatch):
    monkeypatch.setattr(cog, "LARGE", 0)
    told = []
    path = write(tmp_path / "a.tif", [ramp()] * 3)
    done = rasters.load_raster(path, taken_on=DAY, progress=lambda *step: told.append(step))
    assert (stored(done.image, media)[0] == ramp()).all()
    assert list(dict.fromkeys(step[0] for step in told)) == STEPS
    counts = [step[1:] for step in told if step[0] == "建立金字塔"]
    assert counts == sorted(counts)
    assert counts[0] == (0, 100)
    assert all(0 <= count < total == 100 for count, total in counts)


def test_how_far_the_pyramids_are_is_what_their_process_has_read(tmp_path):
    read = int(Path("/proc/self/io").read_text().split("rchar:")[1].split()[0])
    plain = tmp_path / "a.tif"
    plain.touch()
    os.truncate(plain, int(read / cog.READ_TIMES * 2))
    assert 50 <= cog._percent(os.getpid(), plain) < 60
    small = tmp_path / "b.tif"
    small.write_bytes(b"x")
    assert cog._percent(os.getpid(), small) == 99
    assert cog._percent(0, plain) == 0


@needs_shared
def test_the_real_images():
    """Everything in ../shared/data: which come in, as what; the rest says why not."""
    seen = {}
    for path in sorted((SHARED / "data").glob("imagery-*/**/*.tif")):
        try:
            image = load(path)
            seen[path.name] = (image.bands, round(image.resolution_m), bool(image.stretch))
        except InputRefused as error:
            seen[path.name] = str(error)
    sentinel = [name for name in seen if "_B" in name]
    assert len(sentinel) == 18
    assert {seen[name] for name in sentinel} == {(1, 10, True), (1, 21, True)}
    for name in ("taizhou_2000-03-17.tif", "taizhou_2003-02-06.tif"):
        assert seen[name] == (3, 30, False)
    assert seen["taizhou_change_mask.tif"] == (1, 30, False)
    assert "没有定位信息" in seen["beihai-cm.tif"]
    assert os.path.commonprefix([seen["hongkong-cm.tif"], "影像 hongkong-cm.tif 没有定位"]) != ""
