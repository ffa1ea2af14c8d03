"""Bad input and faults, channel by channel: answered in words, nothing lost, nothing half-done."""

from __future__ import annotations

import io
import socket
import threading
import uuid
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from gisland.casework import cases
from gisland.casework.errors import StaleCase
from gisland.casework.models import Case, CaseEvent, Evidence
from spatial.models import Rectification
from tests.casework.office import NOW, Office, jpeg, make_office

if TYPE_CHECKING:
    from spatial.models import User

JSON = {"accept": "application/json"}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def attach(office: Office, by: User, name: str, content: bytes, **told: Any) -> Any:
    file = SimpleUploadedFile(name, content, "image/jpeg")
    address = reverse("case_attach", args=[office.case.pk])
    return as_(by).post(address, {"file": file, **told}, headers=JSON)


@pytest.fixture
def committed(transactional_db: None) -> Office:
    """The office, for other connections to see."""
    with transaction.atomic():
        return make_office()


def kept(settings) -> list[str]:
    """What lies under the folders of evidence and of uploads."""
    folders = (Path(settings.EVIDENCE_DIR), Path(settings.UPLOAD_DIR))
    return [path.name for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
class TestPages:
    """What is typed and sent."""

    def test_of_two_people_on_one_case_the_second_is_told(self, office: Office) -> None:
        """Both opened the page at event 1."""
        office.assign()
        for by, text in ((office.captain, "甲"), (office.officer, "乙")):
            response = as_(by).post(
                reverse("case", args=[office.case.pk]), {"edge": "remark", "seen": 2, "note": text}
            )
        assert response.status_code == HTTPStatus.CONFLICT
        assert "在您打开后又有 1 条新记录" in response.content.decode()
        assert "乙" in response.content.decode(), "what was typed is not lost"
        assert list(office.case.ledger.values_list("note", flat=True)) == ["", "", "甲"]

    @pytest.mark.parametrize("name", ["case_attach", "case_result", "case_rectify", "field_result"])
    def test_a_case_of_another_county_is_not_there(self, office: Office, name: str) -> None:
        response = as_(office.stranger).post(
            reverse(name, args=[office.case.pk]), {"result": "已建成", "kind": "reclaimed"},
            headers=JSON,
        )  # fmt: skip
        assert response.status_code == HTTPStatus.NOT_FOUND
        assert "没有这个案件，或不在您的行政区内" in response.json()["detail"]

    def test_a_forged_region_opens_nothing(self, office: Office) -> None:
        told = as_(office.stranger).get(
            reverse("field_cases"), {"region": office.county.code, "lon": "118", "lat": "33"}
        )
        assert told.json()["cases"] == []
        assert office.county.code not in {one["code"] for one in told.json()["regions"]}
        page = as_(office.stranger).get(reverse("cases"), {"county": office.county.code})
        assert "共 0 件" in page.content.decode()

    @pytest.mark.parametrize(
        ("told", "why"),
        [
            ({"kind": ""}, "没有整改方式"), ({"kind": "wish"}, "没有整改方式 wish"),
            ({"kind": "reclaimed", "area_m2": "-1"}, "面积"),
            ({"kind": "reclaimed", "area_m2": "1e6"}, "大于图斑面积"),
            ({"kind": "reclaimed", "on": "2999-01-01"}, "晚于今天"),
            ({"kind": "reclaimed", "on": "昨天"}, "整改日期 昨天 应写作"),
        ],
    )  # fmt: skip
    def test_a_rectification_that_cannot_be(self, office: Office, told: dict, why: str) -> None:
        office.decide()
        address = reverse("case_rectify", args=[office.case.pk])
        response = as_(office.officer).post(address, told, follow=True)
        assert why in response.content.decode()
        assert not Rectification.objects.exists()

    def test_what_is_put_right_is_registered_once(self, office: Office) -> None:
        address = reverse("case_rectify", args=[office.case.pk])
        told = {"kind": "reclaimed", "note": "已复耕"}
        refused = as_(office.officer).post(address, told, follow=True)
        assert "没有判定为违法的部分" in refused.content.decode()
        office.decide()
        for said in ("已登记整改", "已全部登记整改，不用再登记"):
            assert said in as_(office.officer).post(address, told, follow=True).content.decode()
        assert Rectification.objects.get().area_m2 == office.patch.area_m2


@pytest.mark.django_db
class TestFiles:
    """What is handed in."""

    def test_a_photo_without_a_position_is_kept_and_asked_for(self, office: Office) -> None:
        answer = attach(office, office.officer, "a.jpg", jpeg())
        assert (answer.status_code, answer.json()["place"]) == (HTTPStatus.CREATED, False)
        page = as_(office.officer).get(reverse("case", args=[office.case.pk])).content.decode()
        assert "缺位置" in page
        assert "缺拍摄时间" in page

    def test_the_direction_that_a_person_told_says_so(self, office: Office) -> None:
        told = {"from_device": "1", "lon": "118.1", "lat": "33.6", "azimuth": "90"}
        attach(office, office.officer, "a.jpg", jpeg(), **told, azimuth_said="1")
        attach(office, office.officer, "b.jpg", jpeg(size=9), **told)
        rows = Evidence.objects.order_by("pk").values_list("place_source", "azimuth_source")
        assert list(rows) == [("device", "said"), ("device", "device")]

    @pytest.mark.parametrize(
        ("name", "content", "told", "why"),
        [
            ("a.jpg", jpeg(taken="2999:01:01 08:00:00"), {}, "晚于现在"),
            ("a.jpg", jpeg(), {"taken_at": "2999-01-01T08:00:00Z"}, "晚于现在"),
            ("a.jpg", jpeg(), {"taken_at": "昨天"}, "拍摄时间 昨天 应写作"),
            ("a.jpg", jpeg(), {"lon": "东", "lat": "1"}, "不是度数"),
            ("批文.pdf", b"MZ\x90\x00program", {}, "可执行文件"),
            ("批文.pdf", b"\x7fELF", {}, "可执行文件"),
            ("a.jpg", jpeg()[:200], {}, "照片打不开"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_evidence(
        self, office: Office, settings, name: str, content: bytes, told: dict, why: str
    ) -> None:
        answer = attach(office, office.officer, name, content, receipt=str(uuid.uuid4()), **told)
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert why in answer.json()["detail"]
        assert kept(settings) == []
        assert not Evidence.objects.exists()

    def test_a_photo_of_200_mb_is_refused_by_its_announced_length(
        self, office: Office, settings
    ) -> None:
        """Two hundred megabytes are announced; not one is read."""
        head = (
            b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.jpg\"\r\n"
            b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff"
        )  # fmt: skip
        size = 200 << 20
        read = 0

        class Counted(io.RawIOBase):
            def read(self, count: int = -1) -> bytes:
                nonlocal read
                block = head if read == 0 else b"0" * min(count, 1 << 16)
                read += len(block)
                return block

        client = as_(office.officer)
        answer = client.generic(
            "POST", reverse("case_attach", args=[office.case.pk]), headers=JSON,
            **{"wsgi.input": Counted(), "CONTENT_LENGTH": str(size),
               "CONTENT_TYPE": "multipart/form-data; boundary=edge"},
        )  # fmt: skip
        assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE, answer.json()
        assert "文件过大" in answer.json()["detail"]
        assert read < 1 << 20
        assert kept(settings) == []
        assert not Evidence.objects.exists()

    def test_a_photo_beyond_the_limit_for_evidence_is_refused(
        self, office: Office, settings
    ) -> None:
        settings.EVIDENCE_LIMIT_BYTES = 1 << 20
        answer = attach(office, office.officer, "a.jpg", b"\xff\xd8\xff" + b"0" * (1 << 20))
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert "超过单个材料 1 MB 的上限" in answer.json()["detail"]
        assert kept(settings) == []


def test_two_people_who_press_at_once_leave_one_event(committed: Office) -> None:
    """Two connections, one case: the lock lets one pass, the other is told that it is stale."""
    office = committed
    came: list[Any] = []
    start = threading.Barrier(2)

    def press(by: User) -> None:
        try:
            start.wait(10)
            move = cases.Move("remark", 1, NOW, note=f"{by.username} 批注")
            came.append(cases.advance(by, office.case.pk, move))
        except StaleCase as error:
            came.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=press, args=(by,)) for by in (office.captain, office.officer)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(type(one).__name__ for one in came) == ["CaseEvent", "StaleCase"]
    assert CaseEvent.objects.filter(case=office.case).count() == Case.objects.get().events == 2
    connection.close()


def test_a_connection_lost_in_mid_upload_leaves_nothing_and_may_be_tried_again(
    committed: Office, live_server, settings
) -> None:
    """Half of a photo comes by a real connection, which is cut; sent again, it counts once."""
    office, client, receipt = committed, as_(committed.officer), str(uuid.uuid4())
    photo, address = jpeg(size=400), reverse("case_attach", args=[office.case.pk])
    host, port = live_server.thread.host, live_server.thread.port
    body = b"".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value
        + b"\r\n"
        for name, more, value in (
            ("csrfmiddlewaretoken", "", b"x"),
            ("receipt", "", receipt.encode()),
            ("file", '; filename="a.jpg"\r\nContent-Type: image/jpeg', photo),
        )
    ) + b"--edge--\r\n"  # fmt: skip
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    head = (
        f"POST {address} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: "
        f"{settings.SESSION_COOKIE_NAME}={cookie}\r\nAccept: application/json\r\n"
        f"Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, port), timeout=10) as wire:
        wire.sendall(head.encode() + body[: len(body) // 2])
        wire.shutdown(socket.SHUT_WR)
        wire.settimeout(10)
        assert b"201" not in wire.recv(200)
    assert kept(settings) == []
    assert not Evidence.objects.exists()
    answers = [attach(office, office.officer, "a.jpg", photo, receipt=receipt) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [HTTPStatus.CREATED, HTTPStatus.OK]
    assert len(kept(settings)) == Evidence.objects.count() == 1
