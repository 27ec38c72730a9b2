"""The stage `mojibake`: cases as data, and what they cannot say."""

import json
import re
from itertools import pairwise, product
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # the parser of re, which ftfy's test is read with
from typing import Any

import pytest
from ftfy.badness import BADNESS_RE, is_bad
from hypothesis import given
from hypothesis import strategies as st

from pipeline import Edit, Note, Pipeline
from pipeline.model.document import Document
from pipeline.stages.mojibake.stage import Mojibake
from pipeline.stages.mojibake.suspects import SUSPECT, non_ascii_runs
from pipeline.text.edits import apply, inverse, sort_and_check

CASES = json.loads(Path(__file__).with_name("mojibake.json").read_text(encoding="utf-8"))
ALONE = Pipeline(stages=["mojibake"])

SENTENCES = (
    "“It’s the keeper’s boat,” she said — “isn’t it…?”",
    "À l’été, la marée monta jusqu’à l’île où dînait l’évêque.",
    "Grüße aus Köln: Äpfel, Öl, Übermut und weiße Möwen.",
    "Źródło było ciche, więc żółw spał jeszcze długo.",
    "Смотритель маяка спит, а вода уходит всё дальше.",
    "Ο φαροφύλακας κοιμάται και η θάλασσα φεύγει.",
    "守塔人睡了，潮水慢慢退去。",
    "The tide rose 🌊 and the boat 🚤 left.",
)
CODECS = (
    *(
        "latin-1",
        "cp1252",
        "cp1251",
        "cp437",
        "cp850",
        "mac_roman",
        "iso8859_2",
        "cp1250",
        "cp1253",
        "cp1254",
        "cp1257",
    ),
    *("sloppy-windows-1252", "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253"),
    *("sloppy-windows-1254", "sloppy-windows-1257"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_case(case: dict[str, Any]) -> None:
    """Every case comes out as it should, and stays so the second time."""
    once = ALONE.clean(case["given"])
    assert once == case["right"]
    assert ALONE.clean(once) == once


def notes(text: str) -> list[str]:
    return [text[found.start : found.end] for found in Mojibake().find(Document(text)) if isinstance(found, Note)]


def test_each_line_that_cannot_be_read_has_one_note() -> None:
    """Many marks in a line are one piece of news."""
    text = "caf\ufffd, t\ufffd\nfine\n锟斤拷锟斤拷"
    found = [finding for finding in Mojibake().find(Document(text)) if isinstance(finding, Note)]
    assert [(note.start, note.end) for note in found] == [(3, 4), (14, 20)]
    assert {note.severity for note in found} == {"warning"}


def test_memory_that_was_never_written_to_is_noted_where_it_is_long() -> None:
    """烫 three times over is a cry."""
    assert notes("结尾：烫烫烫烫烫烫烫烫") == ["烫烫烫烫烫烫烫烫"]
    assert notes("水太热了，烫烫烫！") == []


def test_a_misread_mark_of_loss_is_noted_where_it_stands() -> None:
    assert notes("the pï¿½t of tea") == ["ï¿½"]


def test_a_byte_that_lost_its_partner_is_noted() -> None:
    """The reading is back in step behind it."""
    text = "守塔人走进房间".encode("gbk").decode("cp1252") + "Ë" + "，关上了门。".encode("gbk").decode("cp1252")
    assert notes(text) == ["Ë"]


def test_a_mark_of_loss_never_becomes_a_control_character() -> None:
    """ftfy would write one for it."""
    assert ALONE.clean("a p\ufffdt of cafÃ©") == "a p\ufffdt of café"


def test_only_the_run_that_was_misread_is_edited() -> None:
    """What is right around it keeps its place."""
    (edit,) = Mojibake().find(Document("“So,” he said, “itâ€™s late.”"))
    assert isinstance(edit, Edit)
    assert (edit.start, edit.old, edit.new) == (18, "â€™", "’")


def test_a_line_without_blanks_is_read_in_pieces() -> None:
    """However long a line is, every piece of it is mended."""
    assert ALONE.clean("cafÃ©" * 3000) == "café" * 3000


def test_a_long_line_of_chinese_is_read_whole() -> None:
    line = "守塔人睡了，潮水慢慢退去。" * 2000
    assert ALONE.clean(line.encode("gbk").decode("latin-1")) == line


@pytest.mark.parametrize("codec", ["gbk", "big5"])
def test_chinese_of_either_codec_is_told_from_the_other(codec: str) -> None:
    line = "今天的天很好，我在家中和他看一本很大的地理。"
    assert ALONE.clean(line.encode(codec).decode("latin-1")) == line


PASSAGE = "灯塔看守人说：“潮水每天来两次，谁也拦不住它。”我们在港口等了一个下午，船一直没有来，后来大家都回家了。\n"


@pytest.mark.parametrize("read", ["gb18030", "gbk", "cp932", "latin-1", "mac_roman", "cp1251"])
@given(data=st.data())
def test_every_character_that_a_piece_writes_was_there(read: str, data: st.DataObject) -> None:
    """Some bytes are lost: what comes back is in order in the right text, and most of it does.

    They are not side by side: of two characters that lost one byte each, the rest may be a third.
    """
    raw = bytearray(PASSAGE.encode() * 2)
    for place in sorted(data.draw(st.sets(st.integers(0, len(raw) // 9 - 1), max_size=4)), reverse=True):
        del raw[9 * place + data.draw(st.integers(0, 2))]
    given_text = bytes(raw).decode(read, "replace")
    new = ALONE.clean(given_text)
    remaining = iter(PASSAGE * 2)
    written = [character for character in new if character in PASSAGE and character > "\u3000"]
    assert all(character in remaining for character in written)
    assert len(written) > len(PASSAGE)


@given(st.text("灯塔的是鐨勪汉姘戝湪锛銆茅聽éÃ¤»¥\x80\xad\ufffd縲逧 a`\n", max_size=60))
def test_any_mixture_restores(text: str) -> None:
    """Whatever is repaired, the edits lead back to the same characters."""
    edits = tuple(finding for finding in Mojibake().find(Document(text)) if isinstance(finding, Edit))
    ordered = sort_and_check(text, edits)
    new = apply(text, ordered)
    assert apply(new, inverse(ordered)) == text


def test_a_lost_byte_is_noted_with_its_share_of_the_text() -> None:
    """The first note says how much of the text it is."""
    raw = bytearray(PASSAGE.encode())
    del raw[4]
    (note,) = [
        finding
        for finding in Mojibake().find(Document(bytes(raw).decode("gb18030", "replace")))
        if isinstance(finding, Note)
    ]
    assert re.search(r"in the whole text \d+\.\d % could not be read", note.message)


def choices(item: tuple[Any, Any]) -> list[str] | None:
    """The characters that one item of a parsed pattern matches; None where it is no single character or too many."""
    kind, what = item
    if kind is _constants.LITERAL:
        return [chr(what)]
    if kind is not _constants.IN:
        return None
    found: list[str] = []
    for inner, value in what:
        if inner is _constants.LITERAL:
            found.append(chr(value))
        elif inner is _constants.RANGE:
            found += map(chr, range(value[0], value[1] + 1))
        else:
            return None
    return found


def alternatives(pattern: str, flags: int) -> list[list[list[str] | None]]:
    """What each branch of a pattern matches, character by character; a common beginning stands before each again."""

    def spelt(items: Any) -> list[list[list[str] | None]]:
        ways: list[list[list[str] | None]] = [[]]
        for item in items:
            if item[0] is _constants.BRANCH:
                ways = [way + inner for way in ways for branch in item[1][1] for inner in spelt(branch)]
            else:
                ways = [[*way, choices(item)] for way in ways]
        return ways

    return spelt(_parser.parse(pattern, flags))


BAD = alternatives(BADNESS_RE.pattern, BADNESS_RE.flags)


def test_ftfy_has_as_many_branches_as_were_read() -> None:
    """Else the next test would prove nothing."""
    assert len(BAD) > 30
    assert all(any(part for part in branch) for branch in BAD)


@pytest.mark.parametrize("branch", BAD, ids=lambda branch: " ".join("".join(part or ["?"])[:4] for part in branch))
def test_whatever_ftfy_finds_bad_is_suspect(branch: list[list[str] | None]) -> None:
    """In each branch of its test one character, or two side by side, are suspect whichever they are."""
    alone = any(part and all(SUSPECT.search(one) for one in part) for part in branch)
    assert alone or any(
        first and second and all(SUSPECT.search(a + b) for a, b in product(shown(first), shown(second)))
        for first, second in pairwise(branch)
    )


def shown(part: list[str]) -> list[str]:
    """All but U+FFFD, which ftfy is never shown."""
    return [one for one in part if one != "\ufffd"]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_ftfy_would_look_at_passes_the_scan(sentence: str, codec: str) -> None:
    """UTF-8 read wrongly, word by word and whole."""
    misread = sentence.encode().decode(codec, "ignore")
    for text in (misread, *misread.split()):
        if is_bad(text):
            assert SUSPECT.search(non_ascii_runs(text))


def test_the_gist_of_a_text_is_suspect_where_the_text_is() -> None:
    """Each run once, without its place: what stands behind a run is a blank or might be one."""
    for text in (
        "a long line of ASCII around voilÃ  tout",
        "plain words and then a\x92b",
        "so many words, “fine” ones",
    ):
        assert bool(SUSPECT.search(non_ascii_runs(text))) == bool(SUSPECT.search(text))
