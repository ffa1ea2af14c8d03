"""UTF-8 or GB18030: decided strictly on the bytes, with how sure that is; mojibake stays out."""

from __future__ import annotations

import pytest

from imports import readers
from imports.deliveries import FileOptions
from imports.readers import bundle as bundles
from imports.readers import clean, encoding
from spatial.errors import InputRefused
from tests.imports.conftest import shapefile, square, written

HERE = square(119.95, 33.05)
CHINESE = ["水田", "设施农用地", "城镇村道路用地", "示范市西县某某村民委员会"]


def decide(texts, codec, **more):
    return encoding.decide("a.dbf", [text.encode(codec) for text in texts], **more)


def read(path, **options):
    with bundles.opened(path) as bundle:
        return readers.read(bundle, FileOptions(**options))


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("declared", [{}, {"cpg": "ISO-8859-1"}, {"cpg": "1252"}, {"language": 3}])
def test_chinese_is_read_whatever_a_western_default_says(codec, declared):
    found = decide(CHINESE, codec, **declared)
    assert found.codec == codec
    assert found.confidence == "高"


@pytest.mark.parametrize("cpg", ["\0\0", "no such thing", "1" * 9])
def test_a_cpg_that_names_nothing_is_told_and_left_aside(cpg):
    found = decide(CHINESE, "gb18030", cpg=cpg)
    assert found.codec == "gb18030"
    assert "encoding_unknown" in [finding.kind for finding in found.findings]


@pytest.mark.parametrize(
    ("texts", "sure"), [(["水"], "低"), (["水田", "旱地"], "中"), (CHINESE, "高")]
)
def test_how_sure_it_is_grows_with_the_text(texts, sure):
    found = decide(texts, "gb18030")
    assert (found.codec, found.confidence) == ("gb18030", sure)
    assert f"把握{sure}" in found.findings[0].message


@pytest.mark.parametrize(
    ("texts", "codec", "hint"),
    [
        (["繁體國語", "臺灣地區"], "cp950", "BIG5"),
        (["Vårbyg", "Vinterhvede, økologisk", "Græs", "Rødkløver"], "cp1252", "CP1252"),
        (["Grünland", "Äcker", "Straße"], "cp1252", "CP1252"),
    ],
)
def test_what_is_neither_is_refused_with_a_guess(texts, codec, hint):
    with pytest.raises(InputRefused, match=f"--encoding {hint}"):
        decide(texts, codec)
    assert decide(texts, codec, option=hint).codec in (codec, "cp950")


def test_bytes_that_read_well_both_ways_are_not_guessed():
    both = [bytes([0xC3, trail, 0xC3, trail]) for trail in (0xA1, 0xA9, 0xB3)]
    assert all(raw.decode("utf-8") and raw.decode("gb18030") for raw in both)
    with pytest.raises(InputRefused, match=r"UTF-8 和 GBK 都读得通.*--encoding"):
        encoding.decide("a.dbf", both)


def test_accents_in_utf8_are_not_taken_for_chinese():
    assert decide(["Zürich", "Genève", "Škofja Loka"], "utf-8").codec == "utf-8"


@pytest.mark.parametrize(
    ("meant", "wrote", "read_as"),
    [("文字说明", "gb18030", "latin-1"), ("土地利用", "utf-8", "latin-1"),
     ("土地利用", "utf-8", "gb18030"), ("水田", "gb18030", "cp1252")],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_mojibake_in_the_file_is_never_stored(tmp_path, meant, wrote, read_as, suffix):
    broken = meant.encode(wrote).decode(read_as)
    with pytest.raises(InputRefused) as caught:
        read(written(tmp_path / f"a{suffix}", [{"MC": broken}], [HERE]))
    for word in (f"a{suffix}", "乱码", meant[:2], "重新导出"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["水田", "彭埠单元B/R-14地块", "面积≥5亩", "①②③", "Zürich", "é", "№12", "示政地〔2023〕1号"],
)
def test_good_text_is_not_taken_for_mojibake(text):
    assert clean.check_text("a.gpkg", [text]) == []


def test_text_lost_before_delivery_is_told(tmp_path):
    table = read(written(tmp_path / "a.gpkg", [{"MC": "????地"}, {"MC": "锟斤拷"}], [HERE, HERE]))
    (told,) = [finding for finding in table.findings if finding.kind == "lost_text"]
    assert told.message.startswith("2 个")


@pytest.mark.parametrize(
    ("cpg", "codec", "text"),
    [("euckr", "cp949", "한국말"), ("koi8r", "koi8-r", "русский"), ("win1251", "cp1251", "РУССКИЙ"),
     ("shiftjis", "shift_jis", "カタカナ"), ("big5", "cp950", "國語")],
)  # fmt: skip
def test_a_cpg_that_fits_is_believed(cpg, codec, text):
    found = decide([text], codec, cpg=cpg)
    assert text.encode(codec).decode(found.codec) == text


def test_the_verdict_of_a_shapefile_carries_its_confidence(tmp_path):
    rows = [{"DLMC": text} for text in CHINESE]
    table = read(shapefile(tmp_path / "a.shp", rows, [HERE] * len(rows)))
    assert (table.encoding, table.encoding_confidence) == ("gb18030", "高")


KOREAN = ["한국말", "서울특별시 강남구", "농지 전용", "대한민국 토지 이용"]
JAPANESE = ["農地の転用", "東京都千代田区", "土地利用計画図", "宅地造成等規制区域"]


@pytest.mark.parametrize(
    ("texts", "codec", "hint"), [(KOREAN, "cp949", "EUC-KR"), (JAPANESE, "euc_jp", "EUC-JP")]
)
def test_neighbours_that_read_as_gbk_are_not_taken_for_it(texts, codec, hint):
    with pytest.raises(InputRefused, match=f"--encoding {hint}.*--encoding GBK"):
        decide(texts, codec)
    assert [raw.encode(codec).decode(decide(texts, codec, option=hint).codec) for raw in texts] == (
        texts
    )


@pytest.mark.parametrize(
    ("text", "codec", "other"), [("한국말", "cp949", "EUC-KR"), ("農地の転用", "euc_jp", "EUC-JP")]
)
def test_a_few_words_of_a_neighbour_are_doubted_aloud(text, codec, other):
    found = decide([text], codec)
    assert (found.codec, found.confidence) == ("gb18030", "低")
    assert "把握低" in found.findings[0].message
    assert f"--encoding {other}" in found.findings[0].done


@pytest.mark.parametrize(
    ("texts", "codec", "hint"),
    [(["カタカナ", "農地の転用"], "cp932", "SHIFT-JIS"), (["臺灣地區"], "cp950", "BIG5"),
     (["カタログ", "農地について"], "euc_jp", "EUC-JP")],
)  # fmt: skip
def test_a_refusal_proposes_the_encoding_of_the_neighbour(texts, codec, hint):
    with pytest.raises(InputRefused, match=f"--encoding {hint}"):
        decide(texts, codec)


@pytest.mark.parametrize("text", ["彝族自治县㐂", "示范市𠮷野家公司", "朱镕村民委员会"])
def test_rare_characters_among_everyday_ones_are_chinese(text):
    assert decide([text], "gb18030").codec == "gb18030"


def test_half_a_character_at_the_end_of_a_full_field_is_dropped_and_told(tmp_path):
    full = "永久基本农田保护示范村民委员会" * 9  # 270 bytes of GBK into 254
    rows = [{"BZ": full}, {"BZ": "x" + full}, *({"BZ": text} for text in CHINESE)]
    table = read(shapefile(tmp_path / "a.shp", rows, [HERE] * len(rows)))
    assert table.records[0]["BZ"] == full[:127]
    assert table.records[1]["BZ"] == "x" + full[:126]
    assert "truncated_text" in [finding.kind for finding in table.findings]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_what_is_never_seen_is_not_stored(tmp_path, suffix):
    rows = [{"BM": "\ufeff0101\u200b", "MC": "水田\x07\x1f", "BZ": "两行\n备注"}]
    table = read(written(tmp_path / f"a{suffix}", rows, [HERE]))
    assert [table.records[0][name] for name in ("BM", "MC", "BZ")] == ["0101", "水田", "两行\n备注"]
    (told,) = [finding for finding in table.findings if finding.kind == "control_characters"]
    assert (told.row, told.done) == (1, "去掉这些字符")


def test_lost_characters_are_stored_as_the_sign_of_a_missing_one(tmp_path):
    rows = [{"MC": "示\ufffd\ufffd村"}, {"MC": "锟斤拷锟斤拷"}, {"MC": "????地"}]
    table = read(written(tmp_path / "a.gpkg", rows, [HERE] * 3))
    assert [row["MC"] for row in table.records] == ["示〓村", "〓", "????地"]


def test_private_characters_with_a_place_in_unicode_move_there_and_others_are_told(tmp_path):
    rows = [{"MC": "\ue864村"}, {"MC": "王\uf123家庄"}]
    table = read(written(tmp_path / "a.gpkg", rows, [HERE] * 2))
    assert [row["MC"] for row in table.records] == ["\u9fbb村", "王\uf123家庄"]
    (told,) = [finding for finding in table.findings if finding.kind == "private_characters"]
    assert told.row == 2


def test_text_of_private_characters_is_mojibake(tmp_path):
    path = written(tmp_path / "a.gpkg", [{"MC": "\uf123\uf124\ue700"}], [HERE])
    with pytest.raises(InputRefused, match=r"a\.gpkg.*自造字.*--encoding"):
        read(path)
