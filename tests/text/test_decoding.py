"""Decoding: whatever is accepted encodes back to the same bytes."""

import codecs
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.decoding import BYTE_ORDER_MARKS, Decoded, DecodingError, Newline, Run, Undecodable, decode, encode
from pipeline.text.edits import apply, inverse

CHINESE = "记者：渡轮几点开出？\n船长：六点半，风浪小的时候更早一些。"
TRADITIONAL = "記者：渡輪幾點開出？\n船長：六點半，風浪小的時候更早一些。"
ENGLISH = "“When does the ferry leave?” – “At half past six, Zoë.”"

MARKED = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
NEWLINES: dict[str, Newline] = {"\n": "lf", "\r\n": "crlf", "\r": "cr"}
SOURCES = {
    "utf-8": CHINESE + ENGLISH,
    "utf-16-le": CHINESE + ENGLISH,
    "utf-16-be": CHINESE + ENGLISH,
    "gb18030": CHINESE,
    "big5": TRADITIONAL,
    "cp1252": ENGLISH,
}


def again(decoded: Decoded) -> bytes:
    """The bytes of what was decoded."""
    return encode(decoded.text, decoded.runs, decoded.undecodable, bom=decoded.bom, newline=decoded.newline)


def lost(decoded: Decoded) -> list[tuple[int, bytes]]:
    return [(item.at, b64decode(item.base64)) for item in decoded.undecodable]


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    """Bytes of a text in some encoding with some line ends, some of it damaged."""
    name = draw(st.sampled_from(list(SOURCES)))
    words = draw(st.lists(st.sampled_from([*SOURCES[name], "\n", "\n\n", " "]), max_size=60))
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]]))
    text = "".join(draw(st.sampled_from(ends)) if word == "\n" else word for word in words)
    data = MARKED.get(name, b"") * draw(st.booleans()) + text.encode(name)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=2)) + data[at + draw(st.integers(0, 1)) :]
    return data


# --- the law


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_come_back(data: bytes) -> None:
    try:
        decoded = decode(data)
    except DecodingError:
        return
    assert again(decoded) == data


@given(st.lists(st.sampled_from([b"\x81\x40", b"\xa1\xa3", b"\xb7\xe7", b"\x80", b"\xff", b"\r\n", b"\r", b"a"])))
def test_bytes_that_look_chinese_come_back(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert again(decode(data)) == data


@given(sources())
def test_damaged_texts_are_refused_or_come_back(data: bytes) -> None:
    try:
        decoded = decode(data)
    except DecodingError:
        return
    assert again(decoded) == data


@given(
    st.binary(max_size=60),
    st.sampled_from(
        ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "gb2312", "big5", "cp932", "euc_jis_2004", "utf-7", "hz"]
    ),
)
def test_bytes_in_an_encoding_that_the_caller_names_are_refused_or_come_back(data: bytes, encoding: str) -> None:
    try:
        decoded = decode(data, encoding=encoding)
    except DecodingError:
        return
    assert again(decoded) == data


@given(st.binary(max_size=100))
def test_decoded_text_is_valid_in_json(data: bytes) -> None:
    """It has no lone surrogate, which `utf-7` can encode, and no NUL."""
    try:
        decoded = decode(b"+2AA-" + data, encoding="utf-7")
    except DecodingError:
        return
    assert decoded.text.encode("utf-8").count(0) == 0


@given(sources())
def test_runs_cover_the_text(data: bytes) -> None:
    try:
        decoded = decode(data)
    except DecodingError:
        return
    ends = [run.end for run in decoded.runs]
    assert [run.start for run in decoded.runs] == [0, *ends[:-1]]
    assert ends[-1] == len(decoded.text)


# --- which encoding it is


@pytest.mark.parametrize("name", ["utf-8", "gb18030", "cp1252"])
def test_the_encoding_is_detected_from_the_content(name: str) -> None:
    decoded = decode(SOURCES[name].encode(name))
    assert (decoded.text, decoded.runs[0].encoding) == (SOURCES[name], name)


def test_big5_is_read_as_its_superset() -> None:
    decoded = decode(TRADITIONAL.encode("big5"))
    assert (decoded.text, decoded.runs[0].encoding) == (TRADITIONAL, "big5hkscs")


def test_plain_ascii_is_utf_8() -> None:
    assert decode(b"The ferry").runs == (Run(0, 9, "utf-8"),)


@pytest.mark.parametrize("name", BYTE_ORDER_MARKS)
def test_a_byte_order_mark_names_the_encoding_and_is_not_part_of_the_text(name: str) -> None:
    decoded = decode(BYTE_ORDER_MARKS[name] + "渡轮 ferry".encode(name))
    assert decoded.bom
    assert (decoded.text, decoded.runs[0].encoding) == ("渡轮 ferry", name)


def test_only_the_first_byte_order_mark_is_removed() -> None:
    decoded = decode(codecs.BOM_UTF8 * 2 + b"ferry")
    assert decoded.text == "\ufeffferry"
    assert again(decoded) == codecs.BOM_UTF8 * 2 + b"ferry"


@pytest.mark.parametrize(
    ("encoding", "data", "read_as"),
    [
        ("utf-16", codecs.BOM_UTF16_BE + "渡轮".encode("utf-16-be"), "utf-16-be"),
        ("utf-16", codecs.BOM_UTF16_LE + "渡轮".encode("utf-16-le"), "utf-16-le"),
        ("utf-16", "渡轮".encode("utf-16-le"), "utf-16-le"),
        ("utf-8-sig", codecs.BOM_UTF8 + "渡轮".encode(), "utf-8"),
        ("utf-8-sig", "渡轮".encode(), "utf-8"),
    ],
)
def test_an_encoding_without_a_byte_order_takes_it_from_the_mark(encoding: str, data: bytes, read_as: str) -> None:
    decoded = decode(data, encoding=encoding)
    assert (decoded.text, decoded.runs[0].encoding, decoded.undecodable) == ("渡轮", read_as, ())
    assert again(decoded) == data


def test_an_encoding_given_by_the_caller_overrides_the_detection() -> None:
    data = CHINESE.encode("gb18030")
    assert decode(data, encoding="latin-1").text == data.decode("latin-1")
    assert decode("Ünder".encode("utf-16-le"), encoding="UTF_16LE").text == "Ünder"


@pytest.mark.parametrize("encoding", ["gb1803O", "hex", "undefined"])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(DecodingError, match=f"unknown encoding '{encoding}'; use a name such as utf-8"):
        decode(b"ferry", encoding=encoding)


def test_a_declared_charset_is_a_small_bonus() -> None:
    """It decides between two equally likely encodings, but not against clear evidence."""
    doubtful = "灌潮".encode("gb18030")
    assert doubtful.decode("big5") == "嫩陰"
    assert decode(doubtful).runs[0].encoding == "gb18030"
    assert decode(b"<meta charset=big5> " + doubtful).runs[0].encoding == "big5hkscs"
    assert decode(b"<meta charset=big5> " + CHINESE.encode("gb18030")).runs[0].encoding == "gb18030"
    assert decode(b"<meta charset=gb2312> " + CHINESE.encode()).runs[0].encoding == "utf-8"
    assert decode(b"<meta charset=gb2312> " + ENGLISH.encode("cp1252")).runs[0].encoding == "cp1252"


# --- what cannot be read


def test_utf_8_with_one_broken_byte_is_still_utf_8() -> None:
    data = CHINESE.encode().replace("轮".encode(), b"\x80", 1)
    decoded = decode(data)
    assert decoded.runs[0].encoding == "utf-8"
    assert decoded.text == CHINESE.replace("轮", "\ufffd", 1)
    assert lost(decoded) == [(CHINESE.index("轮"), b"\x80")]


def test_a_text_cut_off_inside_a_character_keeps_its_bytes() -> None:
    decoded = decode(CHINESE.encode()[:-1])
    assert decoded.text == CHINESE[:-1] + "\ufffd"
    assert lost(decoded) == [(len(CHINESE) - 1, "。".encode()[:-1])]


def test_a_replacement_character_in_the_source_is_not_undecodable() -> None:
    assert decode("fer\ufffdry".encode()).undecodable == ()


def test_bytes_that_gb18030_cannot_read_are_kept() -> None:
    decoded = decode(CHINESE.encode("gb18030") + b"\xff.")
    assert decoded.text == CHINESE + "\ufffd."
    assert lost(decoded) == [(len(CHINESE), b"\xff")]


def test_a_pair_that_is_not_written_back_stays_bytes() -> None:
    """Big5 has `十` twice; decoding the second and encoding the first would change the source."""
    pair = b"\xa2\xcc"
    assert pair.decode("big5").encode("big5") == "十".encode("big5") != pair
    data = TRADITIONAL.encode("big5") + pair
    decoded = decode(data, encoding="big5")
    assert decoded.text == TRADITIONAL + "\ufffd"
    assert lost(decoded) == [(len(TRADITIONAL), pair)]
    assert again(decoded) == data


def test_undecodable_bytes_have_offsets_in_the_text_with_uniform_line_ends() -> None:
    decoded = decode(CHINESE.replace("\n", "\r\n\r\n").encode() + b"\x80\r\n")
    assert decoded.newline == "crlf"
    assert decoded.text == CHINESE.replace("\n", "\n\n") + "\ufffd\n"
    assert lost(decoded) == [(len(CHINESE) + 1, b"\x80")]


# --- line ends


@pytest.mark.parametrize(("end", "newline"), NEWLINES.items())
@pytest.mark.parametrize("last", [True, False])
def test_uniform_line_ends_are_remembered(end: str, newline: Newline, last: bool) -> None:
    data = f"one{end}two{end if last else ''}".encode()
    decoded = decode(data)
    assert (decoded.text, decoded.newline, decoded.edits) == ("one\ntwo" + "\n" * last, newline, ())
    assert again(decoded) == data


def test_mixed_line_ends_become_edits() -> None:
    decoded = decode(b"one\r\ntwo\rthree\nfour\r\r\n")
    assert (decoded.newline, decoded.text) == ("lf", "one\r\ntwo\rthree\nfour\r\r\n")
    assert apply(decoded.text, decoded.edits) == "one\ntwo\nthree\nfour\n\n"
    assert {edit.rule for edit in decoded.edits} == {"decoding.mixed-line-ends"}


@given(st.lists(st.sampled_from(["\r", "\n", "\r\n", "a"]), max_size=20))
def test_after_its_edits_a_text_has_only_newlines(pieces: list[str]) -> None:
    decoded = decode("".join(pieces).encode())
    clean = apply(decoded.text, decoded.edits)
    assert "\r" not in clean
    assert apply(clean, inverse(decoded.edits)) == decoded.text


# --- what is no text


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"%PDF-1.7\n", "a PDF file"),
        (b"PK\x03\x04\x14\0", "a zip archive"),
        (b"\x1f\x8b\x08\0", "a gzip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office file"),
    ],
)
def test_a_binary_file_is_refused_with_its_kind_and_a_remedy(data: bytes, what: str) -> None:
    with pytest.raises(DecodingError, match=f"is {what}.*extract its text first or leave it out"):
        decode(data)


def test_a_nul_byte_is_refused_with_its_place() -> None:
    with pytest.raises(DecodingError, match=r"contains a NUL byte at byte 5: .*unknown encoding.*name its encoding"):
        decode(b"ferry\0")


def test_a_nul_character_is_refused_with_its_place() -> None:
    with pytest.raises(DecodingError, match="contains a NUL character at character 5, so it is binary"):
        decode("ferry\0".encode("utf-16"))


def test_nothing_decodes_to_nothing() -> None:
    assert decode(b"") == Decoded("", (Run(0, 0, "utf-8"),), (), False, "lf", ())


# --- encoding on its own


@pytest.mark.parametrize(
    ("runs", "undecodable", "reason"),
    [
        ((Run(0, 2, "utf-8"), Run(3, 5, "utf-8")), (), "leave a gap at 2"),
        ((Run(0, 4, "utf-8"),), (), "the runs end at 4, the text at 5"),
        ((Run(0, 5, "utf-8"),), (Undecodable(1, "gA=="),), r"there is no U\+FFFD at 1"),
        ((Run(0, 5, "utf-8"),), (Undecodable(7, "gA=="),), "the runs end at 5"),
    ],
)
def test_runs_and_undecodable_bytes_that_do_not_fit_the_text_are_refused(
    runs: tuple[Run, ...], undecodable: tuple[Undecodable, ...], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        encode("ferry", runs, undecodable, bom=False, newline="lf")


def test_each_run_is_written_by_its_codec() -> None:
    runs = (Run(0, 2, "gb18030"), Run(2, 3, "utf-8"), Run(3, 5, "cp1252"))
    assert encode("渡轮é\né", runs, (), bom=False, newline="crlf") == "渡轮".encode("gb18030") + b"\xc3\xa9\r\n\xe9"
