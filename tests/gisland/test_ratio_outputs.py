"""One set of figures: map, table, spreadsheet, bulletin, API and command say the same."""

from __future__ import annotations

import io
import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from spatial import facts
from spatial.models import User
from tests import ratio_ground as drawn
from tests.gisland.ratio_reading import (
    PDF,
    XLSX,
    get,
    page,
    shapes_of,
    sheet_of,
    table_of,
    text_of,
)  # fmt: skip
from tests.people import make_regions, person, square

pytestmark = pytest.mark.django_db
CODES = ("990101", "990102", "990201")
ROWS = {"990101": "ccccciiss", "990102": "cccccccccci", "990201": "llo"}
ASKED: list[dict[str, str]] = [
    {"basis": "proposed"},
    {"basis": "decided"},
    {"basis": "proposed", "denominator": "new_all"},
    {"basis": "proposed", "denominator": "official", "period": "2024Q1"},
    {"basis": "proposed", "count": "unsupplied=yes"},
    {"basis": "decided", "effect": "regularised=none", "period": "2024"},
    {"basis": "proposed", "level": "township"},
]


@pytest.fixture
def client(settings: Any) -> Client:
    """A reader of the whole province over three counties: decided, put right, with no ratio."""
    cache.clear()
    settings.DEMO = True
    make_regions()
    patches = {}
    for at, (code, rows) in enumerate(ROWS.items()):
        region = drawn.draw_county(rows, code, townships=(len(rows),))
        region.geom = square(117 + at * 0.01, 30, 0.01)
        region.save()
        patches[code] = drawn.draw_patch(rows, region, batch=f"b{code}")
    drawn.judge(*patches.values())
    facts.decide(patches["990101"], drawn.word())
    facts.rectify(patches["990102"], drawn.word(), kind="regularised",
                  area_m2=Decimal(100))  # fmt: skip
    facts.record_figure(patches["990101"].region, "2024Q1", Decimal("1600.00"), source="某函",
                        by=User.objects.get(username="zhang"))  # fmt: skip
    found = Client()
    found.force_login(
        person("990000", "official"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return found


def percent(share: str | None) -> str:
    if share is None:
        return "—"
    return f"{(Decimal(share) * 100).quantize(Decimal('0.01'), ROUND_HALF_UP)} %"


def mu(area_m2: str | None) -> str:
    if area_m2 is None:
        return "—"
    return str((Decimal(area_m2) * 3 / 2000).quantize(Decimal("0.01"), ROUND_HALF_UP))


def of_engine(row: dict[str, Any]) -> dict[str, str]:
    """A row of the API or the command as the page prints it."""
    return {
        "name": row["name"],
        "share": percent(row["ratio"]),
        "other": percent(row["ratio_before_rectification"]),
        "land": percent(row["land_ratio"]),
        "numerator": mu(row["numerator_m2"]),
        "denominator": mu(row["denominator_m2"]),
        "patches": str(row["patch_count"]),
        "undecided": str(row["undecided_count"]),
        "open": mu(row["open_cultivated_m2"]),
        "low": percent(row["ratio_low"]),
        "high": percent(row["ratio_high"]),
    }


def of_page(row: dict[str, str], keys: Any) -> dict[str, str]:
    return {key: row[key] for key in keys}


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: "&".join(asked.values()))
def test_every_output_says_the_same(client: Client, asked: dict[str, str]) -> None:
    markup = page(client, **asked)
    table = table_of(markup)

    api = get(client, "/api/ratios/", **asked).json()
    rows = {row["code"]: of_engine(row) for row in api["rows"]}
    assert {code: of_page(table[code], row) for code, row in rows.items()} == rows
    total = of_engine(api["total"])
    assert of_page(table[""], total) == total

    told = io.StringIO()
    options = {key: [value] if key in ("count", "effect") else value
               for key, value in asked.items()}  # fmt: skip
    call_command("ratios", ruleset=drawn.NAME, json=True, stdout=told, **options)
    assert {row["code"]: of_engine(row) for row in json.loads(told.getvalue())} == rows

    shapes = shapes_of(markup)
    assert set(shapes) == {code for code in table if code}
    for code, shape in shapes.items():
        line = table[code]
        assert shape["share"] == line["share"]
        assert shape["name"] == line["name"]
        assert shape["numerator"].removesuffix(" 亩") == line["numerator"]
        assert shape["denominator"].removesuffix(" 亩") == line["denominator"]
        assert shape["patches"] == f"{line['patches']} 个"

    same_in_spreadsheet(sheet_of(get(client, XLSX, **asked).content), table)
    same_on_paper(text_of(get(client, PDF, **asked).content), table, asked)


def same_in_spreadsheet(cells: list[tuple[Any, ...]], table: dict[str, dict[str, str]]) -> None:
    head = next(at for at, row in enumerate(cells) if row[0] == "名次")
    named = {str(row[1]): row for row in cells[head + 1 :] if row[1]}
    place = {word: at for at, word in enumerate(cells[head])}
    share = next(at for word, at in place.items() if word and word.startswith("违法占耕比"))
    below = next(at for word, at in place.items() if word and word.endswith("面积（亩）")
                 or word == "上级核定数（亩）")  # fmt: skip
    for line in table.values():
        row = named[line["name"]]
        assert percent_of(row[share]) == line["share"]
        assert number_of(row[place["违法占用耕地（亩）"]]) == line["numerator"]
        assert number_of(row[below]) == line["denominator"]
        assert str(row[place["图斑（个）"]]) == line["patches"]


def percent_of(cell: Any) -> str:
    return cell if isinstance(cell, str) else percent(str(cell))


def number_of(cell: Any) -> str:
    return cell if isinstance(cell, str) else f"{cell:.2f}"


def same_on_paper(text: str, table: dict[str, dict[str, str]], asked: dict[str, str]) -> None:
    joined = "".join(text.split())
    for line in table.values():
        cells = [line[key] for key in ("share", "change", "numerator", "denominator", "other",
                                       "patches", "undecided") if key in line]  # fmt: skip
        wanted = "".join([line["rank"], line["name"], *cells]).replace(" ", "")
        assert wanted in joined, (wanted, text)


@pytest.mark.parametrize("asked", ASKED[:2], ids=lambda asked: "&".join(asked.values()))
def test_every_output_says_how_it_was_counted(client: Client, asked: dict[str, str]) -> None:
    said = "".join(get(client, "/api/ratios/", **asked).json()["said"].split())
    notes = [
        said,
        "规则比率画例1",
        "不计入分子：未供即用",
        "所知截至现在",
        "三调地类：",
        "整改后的比例",
    ]
    outputs = [
        page(client, **asked),
        "".join(str(cell) for row in sheet_of(get(client, XLSX, **asked).content) for cell in row),
        text_of(get(client, PDF, **asked).content),
    ]
    for output in outputs:
        joined = "".join(output.split())
        for note in notes:
            assert note in joined, note


def test_the_bulletin_says_whose_copy_it_is_and_that_it_is_invented(client: Client) -> None:
    text = text_of(get(client, PDF).content)
    assert "u990000official" in text
    assert "程序虚构" in text
    assert "/ratios/?" in text


def test_printed_sums_close(client: Client) -> None:
    """Each 亩 column: rows and 尾差 add up to the total."""
    for asked in ASKED:
        cells = sheet_of(get(client, XLSX, **asked).content)
        head = next(at for at, row in enumerate(cells) if row[0] == "名次")
        at = cells[head].index("违法占用耕地（亩）")
        column = [row[at] for row in cells[head + 1 :] if isinstance(row[at], int | float)]
        assert round(sum(column[:-1]) - column[-1], 6) == 0, asked
