"""Detection of encodings, line by line if the lines of a file differ."""

import random
from base64 import b64decode
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import process
from pipeline.text.decoding import DecodingError, decode, encode
from pipeline.text.encodings.detect import MAX_LINES, detect_encodings
from pipeline.text.encodings.signatures import binary_kind

SIMPLIFIED = (
    "记者：你在这座灯塔里住了多久？\n守灯人：三十一年。开始的时候只打算住一个冬天，后来每年都说明年再走。\n"
    "记者：没有想过回到城里去吗？\n守灯人：城里什么都有，就是没有这样的夜晚。\n"
)
TRADITIONAL = (
    "記者：你在這座燈塔裡住了多久？\n守燈人：三十一年。開始的時候只打算住一個冬天，後來每年都說明年再走。\n"
    "記者：沒有想過回到城裡去嗎？\n守燈人：城裡什麼都有，就是沒有這樣的夜晚。\n"
)
ENGLISH = "“How long have you lived here?” – “Thirty-one years,” she said. The keeper’s log says so…\n"
WESTERN = {
    "French": "Où étiez-vous à l’époque ? J’étais élève à l’école du phare, là-bas, près de la forêt brûlée.\n",
    "German": "Über die Brücke fährt längst kein Zug mehr; früher grüßten die Wärter jeden Schaffner persönlich.\n",
    "Spanish": "¿Cuántos años llevaba el señor Muñoz en el faro? Según él, más de treinta; ¡qué paciencia!\n",
    "Portuguese": "A pergunta não é essa, disse a irmã: há três estações que ninguém vê o capitão João.\n",
    "Icelandic": "Hann sagði að vitinn væri í góðu lagi, þótt enginn hefði kveikt á honum í þrjátíu ár.\n",
    "English": ENGLISH,
}


def encodings(data: bytes) -> list[str]:
    """The encodings of the runs, in order."""
    return [run.encoding for run in decode(data).runs]


# --- one encoding


@pytest.mark.parametrize("language", WESTERN)
def test_windows_1252_is_detected_by_accents_in_words_and_marks_beside_them(language: str) -> None:
    decoded = decode(WESTERN[language].encode("cp1252"))
    assert (decoded.text, decoded.runs[0].encoding) == (WESTERN[language], "cp1252")


@pytest.mark.parametrize("text", ["don’t", "a café", "“Go,” she said", "Zoë Müller", "£5 a day", "20°, says he"])
def test_a_single_symbol_of_windows_1252_is_enough(text: str) -> None:
    assert decode(text.encode("cp1252")).text == text


@pytest.mark.parametrize(
    "text", ["编辑：林一舟", "记者施诗", "第三章 雨", "Python 很好用，我们天天用。", "一\n二\n三\n"]
)
def test_short_chinese_is_detected_as_gbk(text: str) -> None:
    assert decode(text.encode("gbk")).text == text


def test_traditional_characters_in_gbk_are_not_taken_for_big5() -> None:
    decoded = decode(TRADITIONAL.encode("gbk"))
    assert (decoded.text, encodings(TRADITIONAL.encode("gbk"))) == (TRADITIONAL, ["gb18030"])


def test_big5_is_detected_by_common_traditional_characters() -> None:
    assert decode(TRADITIONAL.encode("big5")).text == TRADITIONAL


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, ENGLISH, "守灯人：三十一年。"], ids=range(4))
def test_utf_16_without_a_mark_is_detected_by_nuls_or_content(order: str, text: str) -> None:
    data = text.encode(f"utf-16-{order}")
    assert (decode(data).text, encodings(data)) == (text, [f"utf-16-{order}"])


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_32_without_a_mark_is_detected(order: str) -> None:
    data = ENGLISH.encode(f"utf-32-{order}")
    assert (decode(data).text, encodings(data)) == (ENGLISH, [f"utf-32-{order}"])


def test_utf_16_that_was_cut_inside_a_character_keeps_its_last_byte() -> None:
    decoded = decode(SIMPLIFIED.encode("utf-16-le")[:-1])
    assert decoded.text == SIMPLIFIED[:-1] + "\ufffd"
    assert [b64decode(lost.base64) for lost in decoded.undecodable] == [b"\n"]


def test_binary_bytes_with_nuls_are_refused() -> None:
    with pytest.raises(DecodingError, match="contains a NUL byte at byte 1"):
        decode(bytes(range(1, 256, 3)).replace(b"\x04", b"\0") * 20)


# --- nearly UTF-8


def test_one_inserted_byte_in_utf_8_stays_one_undecodable_byte() -> None:
    data = ENGLISH.encode().replace(b" said", b" \xffsaid")
    decoded = decode(data)
    assert decoded.text == ENGLISH.replace(" said", " \ufffdsaid")
    assert [run.encoding for run in decoded.runs] == ["utf-8"]


def test_a_truncated_character_in_utf_8_stays_two_undecodable_bytes() -> None:
    cut = SIMPLIFIED.encode().replace("塔".encode(), "塔".encode()[:2])
    decoded = decode(cut)
    assert decoded.text == SIMPLIFIED.replace("塔", "\ufffd")
    assert [b64decode(lost.base64) for lost in decoded.undecodable] == ["塔".encode()[:2]]


def test_one_byte_of_windows_1252_in_a_file_of_utf_8_stays_undecodable() -> None:
    """It may be an apostrophe in another encoding or half of a character, so the byte is kept."""
    data = ENGLISH.encode() + b"The museum\x92s roof leaked.\n" + ENGLISH.encode()
    assert decode(data).text == ENGLISH + "The museum\ufffds roof leaked.\n" + ENGLISH


# --- several encodings in one file


@pytest.mark.parametrize(
    ("first", "second"),
    [("utf-8", "gb18030"), ("gb18030", "utf-8"), ("utf-8", "big5hkscs"), ("big5hkscs", "utf-8")],
)
def test_a_file_with_two_encodings_has_two_runs(first: str, second: str) -> None:
    data = TRADITIONAL.encode(first) + TRADITIONAL.encode(second)
    assert decode(data).text == 2 * TRADITIONAL
    assert encodings(data) == [first, second]


def test_a_line_of_gbk_in_a_file_of_utf_8_is_read_as_gbk() -> None:
    data = ENGLISH.encode() + "编辑：林一舟\n".encode("gbk") + ENGLISH.encode()
    assert decode(data).text == ENGLISH + "编辑：林一舟\n" + ENGLISH


def test_a_line_of_windows_1252_in_a_file_of_utf_8_is_read_as_windows_1252() -> None:
    data = SIMPLIFIED.encode() + "They met at the café, and Zoë was late.\n".encode("cp1252") + SIMPLIFIED.encode()
    assert decode(data).text == SIMPLIFIED + "They met at the café, and Zoë was late.\n" + SIMPLIFIED
    assert encodings(data) == ["utf-8", "cp1252", "utf-8"]


def test_an_ambiguous_line_is_read_like_its_neighbours() -> None:
    """`图` in GBK is a letter of Greek in UTF-8."""
    assert "图".encode("gbk").decode("utf-8") == "ͼ"
    assert decode((SIMPLIFIED + "图\n" + SIMPLIFIED).encode("gbk")).text == SIMPLIFIED + "图\n" + SIMPLIFIED


def test_ascii_lines_start_no_run() -> None:
    data = (SIMPLIFIED + "Fin.\n\nCopyright 2024\n" + SIMPLIFIED).encode("gbk")
    assert encodings(data) == ["gb18030"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_runs_have_offsets_in_the_text_with_uniform_line_ends(end: str) -> None:
    data = SIMPLIFIED.replace("\n", end).encode("gbk") + ENGLISH.replace("\n", end).encode()
    decoded = decode(data)
    assert decoded.text == SIMPLIFIED + ENGLISH
    assert [(run.start, run.end) for run in decoded.runs] == [
        (0, len(SIMPLIFIED)),
        (len(SIMPLIFIED), len(SIMPLIFIED + ENGLISH)),
    ]
    again = encode(decoded.text, decoded.runs, decoded.undecodable, bom=decoded.bom, newline=decoded.newline)
    assert again == data


def test_a_mark_of_utf_8_does_not_decide_about_later_lines() -> None:
    data = b"\xef\xbb\xbf" + ENGLISH.encode() + SIMPLIFIED.encode("gbk")
    decoded = decode(data)
    assert decoded.text == ENGLISH + SIMPLIFIED
    assert decoded.bom


def test_an_undecodable_byte_after_another_encoding_has_its_offset() -> None:
    data = SIMPLIFIED.encode("gbk") + ENGLISH.encode().replace(b" said", b" \xffsaid")
    decoded = decode(data)
    assert [decoded.text[lost.at] for lost in decoded.undecodable] == ["\ufffd"]
    assert decoded.text == SIMPLIFIED + ENGLISH.replace(" said", " \ufffdsaid")


@given(st.lists(st.sampled_from(["utf-8", "gbk", "big5"]), min_size=1, max_size=4))
def test_blocks_of_lines_in_any_encodings_are_detected(names: list[str]) -> None:
    written = {"utf-8": SIMPLIFIED, "gbk": SIMPLIFIED, "big5": TRADITIONAL}
    data = b"".join(written[name].encode(name) for name in names)
    assert decode(data).text == "".join(written[name] for name in names)


# --- other languages, and texts that were cut

FOREIGN = {
    "cp932": "灯台はもう三十一年も動いていません。海はとても静かです。\n",
    "euc_jp": "灯台はもう三十一年も動いていません。海はとても静かです。\n",
    "cp949": "등대는 삼십일 년 동안 꺼진 적이 없습니다. 바다는 아주 조용합니다.\n",
    "cp1251": "Маяк стоит на скале, и каждый вечер она зажигает его сама.\n",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_another_language_is_told_from_chinese(name: str) -> None:
    """Any two bytes are some Chinese character, but a rare one."""
    decoded = decode(FOREIGN[name].encode(name))
    assert (decoded.text, decoded.runs[0].encoding) == (FOREIGN[name], name)


def test_another_language_is_noted() -> None:
    """The note names the language and the encoding."""
    article = process(FOREIGN["cp949"].encode("cp949"), id="tide")
    assert any("Korean in cp949" in note.message for note in article.notes)


@pytest.mark.parametrize(("name", "text"), [("gb18030", SIMPLIFIED), ("big5hkscs", TRADITIONAL), ("utf-8", SIMPLIFIED)])
def test_a_text_that_begins_within_a_character_keeps_the_rest(name: str, text: str) -> None:
    """The rest of the first character stays as bytes."""
    decoded = decode("灯".encode(name)[1:] + text.encode(name) if name != "big5hkscs" else b"\xf3" + text.encode(name))
    assert decoded.text.endswith(text[1:])
    assert decoded.runs[0].encoding == name


def test_a_byte_lost_within_a_line_of_gbk_costs_one_character() -> None:
    """The pairs after it are right again."""
    data = SIMPLIFIED.encode("gbk")
    decoded = decode(data[:20] + data[21:])
    assert (decoded.text[:10], decoded.text[12:]) == (SIMPLIFIED[:10], SIMPLIFIED[12:])
    assert encode(decoded.text, decoded.runs, decoded.undecodable, bom=decoded.bom, newline=decoded.newline) == (
        data[:20] + data[21:]
    )


def test_a_list_of_single_characters_is_read_like_the_rest() -> None:
    """Alone, they might be signs of Windows-1252."""
    text = TRADITIONAL + "- 蒜\n- 鹽\n- 糖\n" + TRADITIONAL
    assert decode(text.encode("big5")).text == text


@given(st.binary(max_size=80), st.sampled_from(["gb18030", "big5hkscs", "cp932", "cp949", "euc_jp"]))
def test_bytes_around_a_text_in_any_encoding_come_back(junk: bytes, name: str) -> None:
    """The source is restored byte for byte."""
    text = FOREIGN.get(name, SIMPLIFIED).encode(name, "ignore")
    data = junk.replace(b"\0", b"") + text + junk[::-1].replace(b"\0", b"")
    try:
        decoded = decode(data)
    except DecodingError:
        return
    again = encode(decoded.text, decoded.runs, decoded.undecodable, bom=decoded.bom, newline=decoded.newline)
    assert again == data


# --- what is declared


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("windows-1251", "Маяк стоит на скале, и каждый вечер она зажигает его сама."),
        ("shift_jis", "灯台はもう三十一年も動いていません。"),
        ("euc-kr", "등대는 삼십일 년 동안 꺼진 적이 없습니다."),
        ("iso-8859-2", "Światło w latarni zapalała żona rybaka, każdego wieczoru."),
    ],
)
def test_a_declared_encoding_is_tried(name: str, text: str) -> None:
    page = f'<meta charset="{name}">\n<p>{text}</p>\n'
    assert decode(page.encode(name)).text == page


def test_a_wrong_declaration_is_ignored() -> None:
    page = '<meta charset="windows-1251">\n' + SIMPLIFIED
    assert decode(page.encode("gbk")).text == page


@pytest.mark.parametrize("name", ["hex", "utf-7", "no-such-thing", "idna", "utf-16"])
def test_an_impossible_declaration_is_ignored(name: str) -> None:
    page = f'<meta charset="{name}">\n' + SIMPLIFIED
    assert decode(page.encode("gbk")).text == page


# --- the work


def test_a_file_of_very_many_lines_is_read_in_pieces_of_several() -> None:
    data = "雨\n".encode("gbk") * (2 * MAX_LINES)
    assert [stretch.encoding for stretch in detect_encodings(data)] == ["gb18030"]
    assert detect_encodings(data)[-1].end == len(data)


def test_encodings_change_at_line_ends_and_spans_cover_all_bytes() -> None:
    chance = random.Random(7)
    for _ in range(200):
        data = bytes(chance.choice(b"\n\r a\x80\xa1\xc2\xe4\xff") for _ in range(60))
        spans = detect_encodings(data)
        assert spans[-1].end == len(data)
        changes = [first.end for first, second in pairwise(spans) if first.encoding != second.encoding]
        assert all(data[end - 1] in b"\r\n" for end in changes)


def test_a_duckdb_database_is_recognised_by_the_bytes_after_its_checksum() -> None:
    assert binary_kind(bytes.fromhex("720ddccda2b96c9b") + b"DUCK" + bytes(20)) == "a DuckDB database"
