"""docs/how-to/add-a-ruleset.md, followed to the letter."""

from __future__ import annotations

import io
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command

from spatial.rules import doc, load
from tests import test_cases as cases
from tests.imports.conftest import counties, media, square, written  # noqa: F401 - fixtures

PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/add-a-ruleset.md").read_text("utf-8")
RULESET, CASE = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^python manage\.py (.*)$", PAGE, re.MULTILINE)
LEASES = [
    {"HTBH": "租1号", "ZLFX": "租入", "SYJH": "无"},
    {"HTBH": "租2号", "ZLFX": "租入", "SYJH": "待建"},
    {"HTBH": "租3号", "ZLFX": "租出", "SYJH": "无"},
]
PLACES = [square(119.95, 33.05), square(119.96, 33.05), square(119.97, 33.05)]


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A house whose only ruleset is that of the page."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "leased-in.toml").write_text(RULESET, "utf-8")
    monkeypatch.setattr(load, "RULES_ROOT", rules)
    monkeypatch.setattr(doc, "DOCUMENT", tmp_path / "rules.md")


def told(line: str) -> str:
    out = io.StringIO()
    call_command(*shlex.split(line), stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.usefixtures("counties", "house", "media")
def test_the_page_can_be_followed(tmp_path, monkeypatch):
    written(tmp_path / "租赁.gpkg", LEASES, PLACES)
    written(tmp_path / "占用.gpkg", [{"ZYBH": "1"}], [square(119.96, 33.05, 0.0005)])
    monkeypatch.chdir(tmp_path)
    said = {line: told(line) for line in COMMANDS}
    assert said["rules check"].strip() == "leased-in.toml：无误"
    tried, made = (said[line] for line in COMMANDS if line.startswith("make_patches"))
    assert "试运行，未写入" in tried
    assert "新增 2 个图斑" in tried
    assert "新增 2 个图斑" in made
    proof = next(text for line, text in said.items() if line.startswith("explain"))
    assert "租而无用" in proof
    assert "租入土地使用情况" in (tmp_path / "rules.md").read_text("utf-8")


@pytest.mark.django_db
@pytest.mark.usefixtures("house")
def test_its_case_is_true(django_db_blocker):
    (case,) = tomllib.loads(CASE)["case"]
    (seen, none) = cases.judge_aside({"page": case}, django_db_blocker)["page"]
    assert cases.as_expected(seen, case["expect"]["A"]) == case["expect"]["A"]
    assert cases.as_expected(none, case["expect"]["B"]) == case["expect"]["B"]
