"""What goes wrong is said in Chinese to people, as a problem to machines."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from gisland import errors as pages
from gisland.urls import handler400, handler403, handler404, handler500, urlpatterns
from spatial.errors import InputRefused, PatchUnknown
from spatial.scope import login_or_demo
from tests.people import make_regions, person

pytestmark = pytest.mark.django_db


def refused(request):
    raise InputRefused("第 17 行 <b> 有误")


def unknown(request):
    raise PatchUnknown("没有图斑 X")


def broken(request):
    raise RuntimeError("a secret of the house")


class Urls:
    urlpatterns = (
        *urlpatterns,
        path("closed/", login_or_demo(lambda request: HttpResponse("open"))),
        path("refused/", refused),
        path("unknown/", unknown),
        path("broken/", broken),
    )
    handler400, handler403 = handler400, handler403
    handler404, handler500 = handler404, handler500


@pytest.fixture(autouse=True)
def addresses(settings) -> None:
    settings.ROOT_URLCONF = Urls
    make_regions()


def test_people_get_a_page_machines_a_problem(client: Client) -> None:
    page = client.get("/refused/")
    assert page.status_code == 400
    assert "第 17 行 &lt;b&gt; 有误" in page.content.decode()
    answer = client.get("/unknown/", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank", "status": 404, "title": "未找到", "detail": "没有图斑 X",
    }  # fmt: skip
    machine = client.get("/closed/", headers={"accept": "application/json"})
    assert (machine.status_code, machine["WWW-Authenticate"]) == (401, "Token")
    assert "没有这个地址" in client.get("/no-such-page/").content.decode()
    assert client.get("/tiles/none").json()["status"] == 404


def test_an_account_without_region_is_told_so(client: Client) -> None:
    client.force_login(person(None, "brigade", name="nowhere"))
    page = client.get("/closed/")
    assert page.status_code == 403
    assert "没有可查看的行政区或角色" in page.content.decode()


def test_a_breakdown_says_nothing_of_the_house(client: Client) -> None:
    client.raise_request_exception = False
    page = client.get("/broken/")
    assert page.status_code == 500
    assert "请稍后重试" in page.content.decode()
    assert "secret" not in page.content.decode()
    assert client.get("/broken/", headers={"accept": "application/json"}).json()["status"] == 500
    bare = pages.bad_request(RequestFactory().get("/"), ValueError("a secret of the house"))
    assert bare.status_code == 400
    assert b"secret" not in bare.content
