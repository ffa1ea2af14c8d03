"""The admin shows and gives only what lies within the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from spatial.models import User
from tests.people import PASSWORD, county, make_patch, make_regions, person

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def user() -> User:
    make_regions()
    return person("990101", "brigade", name="zhang")


def test_the_admin_is_scoped(client: Client) -> None:
    make_patch("990101", jcbh="mine")
    make_patch("990102", jcbh="other")
    manager = person("990101", "admin", name="manager")
    elsewhere = person("990102", "brigade", name="elsewhere")
    client.force_login(manager)
    listed = client.get("/admin/spatial/patch/").content.decode()
    assert "mine" in listed
    assert "other" not in listed
    assert client.get(f"/admin/spatial/user/{elsewhere.pk}/change/").status_code == 302
    assert client.get(f"/admin/spatial/user/{manager.pk}/change/").status_code == 200
    own = f"/admin/spatial/user/{manager.pk}/change/"
    assert client.post(own, {"roles": ["data_admin"]}).status_code == 403
    client.force_login(person("990101", "brigade", name="plain"))
    assert client.get("/admin/spatial/patch/").status_code == 302


def test_a_manager_gives_what_is_his_to_give(client: Client, user: User) -> None:
    client.force_login(person("990101", "admin", name="manager"))
    address = f"/admin/spatial/user/{user.pk}/change/"
    form = {"username": "zhang", "is_active": "on", "display_name": "张", "is_superuser": "on"}
    there = {**form, "region": county("990102").pk, "roles": ["planner"]}
    assert client.post(address, there).status_code == 200  # not saved: shown again with the fault
    here = {**form, "region": county("990101").pk, "roles": ["planner", "official"]}
    assert client.post(address, {**here, "roles": ["demo"]}).status_code == 200
    assert client.post(address, here).status_code == 302
    user.refresh_from_db()
    assert user.roles == ["planner", "official"]
    assert not user.is_superuser
    assert not user.is_staff
    new = {
        "username": "new", "usable_password": "true", "password1": PASSWORD,
        "password2": PASSWORD, "region": county("990101").pk, "roles": ["admin"],
    }  # fmt: skip
    assert client.post("/admin/spatial/user/add/", new).status_code == 302
    assert User.objects.get(username="new").is_staff


def test_every_section_of_the_admin_opens(client: Client) -> None:
    from django.contrib import admin

    from spatial.accounts import make_user

    make_patch()
    client.force_login(make_user("root", None, region_code=None, roles=(), superuser=True))
    for model in admin.site._registry:
        meta = model._meta
        if meta.app_label in {"spatial", "authtoken", "axes"}:
            for query in ("", "?q=x"):
                page = client.get(f"/admin/{meta.app_label}/{meta.model_name}/{query}")
                assert page.status_code == 200, meta.label
    client.force_login(person("990101", "admin", name="manager"))
    for model in admin.site._registry:
        if model._meta.app_label == "spatial":
            page = client.get(f"/admin/spatial/{model._meta.model_name}/")
            assert page.status_code == 200, model._meta.label
