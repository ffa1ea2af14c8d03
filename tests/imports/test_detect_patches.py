"""What a detector finds comes in as machine-made patches, and is never taken for issued ones."""

from __future__ import annotations

import io
import json
from datetime import date

import numpy as np
import pytest
import shapely
from affine import Affine
from django.core.management import CommandError, call_command
from django.db import connection

from imports import rasters, reconcile
from imports.detect.deliver import detect
from imports.detect.search import Settings
from imports.models import Delivery
from imports.patches import BatchSpec, stage_patches
from spatial import jobs, sqlfiles
from spatial.engine import genealogy, selection
from spatial.errors import InputRefused, Stopped
from spatial.models import Batch, Image, Job, JobState, Patch
from spatial.models.patch import PatchLink
from tests.imports.conftest import EAST, WEST, written
from tests.imports.raster_files import write
from tests.imports.test_detect import built, scene, seen
from tests.people import person

pytestmark = pytest.mark.django_db

EARLY, LATE = date(2023, 3, 1), date(2024, 3, 1)
STEP = 0.00002


def brought(path, bands, day, west=119.95):
    values = list(np.rint(bands).clip(0, 255).astype("uint8"))
    write(path, values, transform=Affine(STEP, 0, west, 0, -STEP, 33.06))
    return rasters.load_raster(path, taken_on=day).image


@pytest.fixture
def images(tmp_path, counties):
    """Both in the western county; a block of roofs is on the later one."""
    return (
        brought(tmp_path / "a.tif", seen(scene(), 1), EARLY),
        brought(tmp_path / "b.tif", seen(built(scene()), 2), LATE),
    )


def test_a_change_becomes_a_patch_of_a_machine_made_batch(images):
    before, after = images
    done = detect(before.pk, after.pk, batch="found")
    patch = Patch.objects.get(batch__code="found")
    assert patch.batch.source == "机器初筛"
    assert patch.batch.issued_on is None
    assert (patch.before_on, patch.after_on, patch.kind) == (EARLY, LATE, "")
    assert patch.attributes["detector"] == "irmad 1"
    assert 0.5 < patch.attributes["change_score"] <= 1
    assert patch.attributes["remark"] == "机器初筛，未经人工核实"
    assert patch.region.code == WEST
    assert float(patch.area_m2) == pytest.approx(done.detection.found[0].area_m2, rel=1e-3)
    assert done.delivery.found() == []
    assert (
        reconcile.lines(done.delivery)[0]
        .sentence(reconcile.verb(done.delivery))
        .startswith("西县：初筛 1 个")
    )


def test_the_same_again_changes_nothing_and_a_trial_stores_nothing(images):
    before, after = images
    assert detect(before.pk, after.pk, batch="found", dry_run=True).delivery.row_count == 1
    assert not Batch.objects.exists()
    first = detect(before.pk, after.pk, batch="found").delivery
    again = detect(before.pk, after.pk, batch="found").delivery
    assert (again.pk, again.repeated) == (first.pk, True)
    assert Patch.objects.count() == 1


def test_nothing_found_is_no_delivery(images):
    done = detect(images[0].pk, images[1].pk, batch="found", told=Settings(least_area_m2=90_000))
    assert done.delivery is None
    assert "没有发现" in done.said
    assert not Batch.objects.exists()


def test_machine_made_patches_never_join_an_issued_batch(images):
    Batch.objects.create(code="2024Q1", source="部")
    with pytest.raises(InputRefused, match="自然资源部下发"):
        detect(images[0].pk, images[1].pk, batch="2024Q1")


def test_work_on_all_patches_leaves_machine_made_ones_out(images):
    detect(images[0].pk, images[1].pk, batch="found")
    made = Patch.objects.get()
    assert selection.patches_of() == ([], "land-enforcement")
    assert selection.patches_by_ruleset() == {}
    assert selection.patches_of_ruleset("land-enforcement") == []
    assert genealogy.patches_to_link() == []
    assert selection.patches_of(batch="found")[0] == [made.pk]


def test_a_machine_made_patch_is_nobodys_kin_until_asked(images, tmp_path):
    detect(images[0].pk, images[1].pk, batch="found")
    made = Patch.objects.get()
    again = {"XZQDM": WEST, "JCBH": "1", "QSX": "2024", "HSX": "2025"}
    ground = shapely.from_wkb(bytes(made.geom.wkb))
    stage_patches(written(tmp_path / "t.gpkg", [again], [ground]), batch=BatchSpec("issued"))
    assert not PatchLink.objects.exists()
    genealogy.link_patches(genealogy.patches_to_link("found"))
    assert PatchLink.objects.count() == 1


@pytest.mark.parametrize(
    ("order", "batch", "said"), [((1, 0), "found", "应早于"), ((0, 1), "a b", "不能建立")]
)
def test_what_can_be_known_before_is_refused_before(images, order, batch, said):
    with pytest.raises(InputRefused, match=said):
        detect(*(images[at].pk for at in order), batch=batch)


def test_withdrawn_images_are_not_compared(images):
    call_command("imagery", "withdraw", images[0].pk, "--why", "测试", stdout=io.StringIO())
    with pytest.raises(InputRefused, match=f"没有可用的影像 {images[0].pk}"):
        detect(images[0].pk, images[1].pk, batch="found")


def test_another_county_reads_no_image_and_gets_no_patch(images):
    stranger = person(EAST, "data_admin", name="east")
    with pytest.raises(InputRefused, match="不归您查看"):
        detect(images[0].pk, images[1].pk, batch="found", by=stranger, within=EAST)
    with pytest.raises(InputRefused, match="已登记行政区之内"):
        detect(images[0].pk, images[1].pk, batch="found", within=EAST)


def test_only_the_ground_of_ones_own_county_is_compared(tmp_path, counties):
    """The county line at 120 E runs through the block."""
    west = 120 - 60 * STEP
    pair = [
        brought(tmp_path / f"{name}.tif", bands, day, west)
        for name, bands, day in (
            ("a", seen(scene(), 1), EARLY), ("b", seen(built(scene()), 2), LATE)
        )
    ]  # fmt: skip
    who = person(WEST, "data_admin", name="west")
    detect(*(one.pk for one in pair), batch="found", by=who, within=WEST)
    patch = Patch.objects.get()
    assert patch.region.code == WEST
    assert patch.geom.extent[2] <= 120 + 1e-9
    assert patch.geom.extent[2] == pytest.approx(120, abs=STEP)


def test_no_ratio_counts_what_nobody_issued(images):
    detect(images[0].pk, images[1].pk, batch="found")

    def counted():
        names = ("ruleset", "known_at", "periods", "after_from", "after_until")
        sqlfiles.execute(
            "engine/ratios/10_choose_patches",
            {**dict.fromkeys(names), "ruleset": "land-enforcement"},
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ratio_patch")
            found = cursor.fetchone()[0]
            cursor.execute("DROP TABLE ratio_patch")
        return found

    assert counted() == 0
    Batch.objects.update(source="县")
    assert counted() == 1


def test_the_command_tells_what_was_found_in_json(images):
    out = io.StringIO()
    call_command(
        "detect_changes", images[0].pk, images[1].pk, "--batch", "found", "--threshold", "0.6",
        "--min-area", "300", "--json", stdout=out, stderr=io.StringIO(),
    )  # fmt: skip
    told = json.loads(out.getvalue())
    assert (told["rows"], told["detection"]["regions"]) == (1, 1)
    assert (told["detection"]["threshold"], told["detection"]["least_area_m2"]) == (0.6, 300)
    assert Delivery.objects.get().pk == told["delivery"]


def test_the_command_names_the_fault(images):
    with pytest.raises(CommandError, match="没有可用的影像 999"):
        call_command("detect_changes", 999, images[1].pk, "--batch", "a", stderr=io.StringIO())


def test_the_job_does_the_same_for_the_account_that_asked(images):
    who = person(WEST, "data_admin", name="west")
    asked = {"before": images[0].pk, "after": images[1].pk, "batch": "found",
             "settings": {"least_area_m2": 300.0}}  # fmt: skip
    job = jobs.start("detect_changes", "变化初筛", asked, by=who)
    jobs.do_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    assert Delivery.objects.get(pk=job.result["delivery"]).by == who
    assert "初筛出 1 处变化" in job.result["said"]


def test_a_stop_leaves_nothing(images):
    def stopped(phase, done=0, total=0):
        if phase == "入库":
            raise Stopped

    with pytest.raises(Stopped):
        detect(images[0].pk, images[1].pk, batch="found", progress=stopped)
    assert not Batch.objects.exists()
    assert Image.objects.count() == 2
    assert not Job.objects.exists()
