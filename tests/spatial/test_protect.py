"""Facts are added, never changed: by the web's role, by the owner, and in the admin."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from spatial.models import (
    Determination,
    Exclusion,
    FieldResult,
    Holder,
    Rectification,
    Referral,
    SubjectCorrection,
)
from tests.people import DAY, make_patch, make_regions, person

pytestmark = pytest.mark.django_db

WEB = "SET LOCAL ROLE gisland_web"
FACTS = {
    "spatial_rectification": (Rectification, {"kind": "拆除", "area_m2": "1.00"}),
    "spatial_exclusion": (Exclusion, {"reason_code": "x"}),
    "spatial_fieldresult": (FieldResult, {"result": "x"}),
    "spatial_subjectcorrection": (SubjectCorrection, {"holder": "甲公司"}),
    "spatial_referral": (Referral, {"kind": "reject"}),
}


@pytest.fixture
def fact_keys() -> dict[str, object]:
    make_regions()
    return {"patch": make_patch(), "by": person(), "on": DAY}


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", FACTS)
@pytest.mark.parametrize("role", ["web", "owner"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET note = 'x'", "DELETE FROM {}"])
def test_a_fact_is_never_changed(fact_keys, table: str, role: str, statement: str) -> None:
    model, values = FACTS[table]
    if "holder" in values:
        values = {"holder": Holder.objects.create(name="甲公司", name_key="甲公司")}
    if role == "web":
        run(WEB)
    fact = model.objects.create(**fact_keys, **values)  # adding is allowed to both
    with pytest.raises(DatabaseError) as raised:
        run(statement.format(table))
    refusal = "permission denied" if role == "web" else "只可追加"
    assert refusal in str(raised.value)
    assert model.objects.get() == fact


@pytest.mark.parametrize(
    "table",
    [*FACTS, "spatial_determination", "spatial_officialfigure", "casework_notice",
     "casework_noticeseen", "casework_readrecord", "casework_cluefile"],
)  # fmt: skip
def test_the_web_role_holds_no_right_to_change(table: str) -> None:
    with connection.cursor() as cursor:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute("SELECT has_table_privilege('gisland_web', %s, %s)", [table, right])
            assert cursor.fetchone() == (False,)
        for right in ("SELECT", "INSERT"):
            cursor.execute("SELECT has_table_privilege('gisland_web', %s, %s)", [table, right])
            assert cursor.fetchone() == (True,)
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass "
            "AND tgname = 'append_only' AND tgenabled = 'O'",
            [table],
        )
        assert cursor.fetchone() == (1,)


def test_every_fact_is_protected() -> None:
    from django.apps import apps

    from spatial.models.fact import Fact

    tables = {model._meta.db_table for model in apps.get_models() if issubclass(model, Fact)}
    assert tables == {*FACTS, Determination._meta.db_table}


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE spatial_exclusion DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON spatial_exclusion",
        "TRUNCATE spatial_exclusion",
        "DROP TABLE spatial_exclusion",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS ''",
    ],
)
def test_the_web_role_cannot_undo_the_protection(statement: str) -> None:
    run(WEB)
    with pytest.raises(DatabaseError):
        run(statement)


def test_the_web_role_cannot_give_itself_rights() -> None:
    run(WEB)
    run("GRANT UPDATE ON spatial_exclusion TO gisland_web")  # only a warning
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('spatial_exclusion', 'UPDATE')")
        assert cursor.fetchone() == (False,)


def test_the_web_role_does_its_work() -> None:
    run(WEB)
    make_regions()
    user = person()
    user.display_name = "改名"
    user.save()
    user.delete()


def test_facts_are_read_only_in_the_admin(client, fact_keys) -> None:
    from spatial.accounts import make_user

    fact = Exclusion.objects.create(**fact_keys, reason_code="x")
    root = make_user("root", None, region_code=None, roles=(), superuser=True)
    client.force_login(root)
    address = f"/admin/spatial/exclusion/{fact.pk}"
    assert client.get("/admin/spatial/exclusion/").status_code == 200
    assert client.get(f"{address}/change/").status_code == 200
    assert client.post(f"{address}/change/", {"reason_code": "y"}).status_code == 403
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/spatial/exclusion/add/").status_code == 403
