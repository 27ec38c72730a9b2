"""Flat rows: the content of each column, and offsets that are exact to the byte."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from interviews import BRIDGE, PAIRED, bridge, everything, paired, prose
from strategies import articles, texts

import pipeline
from pipeline import Article, ContractError, Pipeline
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.tables.rows import ROW_MAKERS, ArticleRows
from pipeline.model.article import Speaker
from pipeline.model.restore import BLOCK_CHARS, SourceMap, restore, source_text, trace
from pipeline.text.decoding import Run, decode, encode


def cut(article: Article, row: Any) -> str:
    return article.text[row.text_start : row.text_end]


# --- columns


def test_exchange_row_has_speakers_and_heading() -> None:
    first, second, third = ArticleRows(bridge()).exchanges()
    assert (first.n, first.section, first.heading) == (1, 1, "The river")
    assert (third.n, third.section, third.heading) == (3, 2, "The town")
    assert (second.questioners, second.answerers) == (("Stonebay Post",), ("Mara Lindqvist",))
    assert second.question == "您第一次接受采访是什么时候？"
    assert first.asides == "(She laughs.)"
    assert (first.title, first.url) == ("The Steel Bridge That Sings", "https://stonebay.example/桥?a=1&b=2")


def test_the_span_of_a_question_is_that_of_its_words_without_the_label() -> None:
    first = next(ArticleRows(bridge()).exchanges())
    assert bridge().text[first.question_start : first.question_end] == first.question
    assert bridge().text[first.answer_start : first.answer_end] == first.answer


def test_source_span_of_an_exchange_is_from_first_to_last_word() -> None:
    first = next(ArticleRows(bridge()).exchanges())
    source = BRIDGE.encode()[first.source_start : first.source_end].decode()
    assert source.startswith("Why does the steel bridge sing?\n")
    assert source.endswith("(She laughs.)")
    assert "quot;It is a flute,quot;" in source


def test_exchanges_of_a_translation_are_numbered_separately_and_refer_to_the_original() -> None:
    rows = [(row.translation, row.n, row.translates, row.language) for row in ArticleRows(paired()).exchanges()]
    assert rows == [(0, 1, None, "en"), (0, 2, None, "en"), (1, 1, 1, "zh-Hans"), (1, 2, 2, "zh-Hans")]


def test_turns_are_in_the_order_in_which_they_were_spoken() -> None:
    rows = list(ArticleRows(bridge()).turns())
    assert [row.n for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [row.kind for row in rows] == ["question", "answer", "aside", "question", "answer", "question", "answer"]
    assert [row.exchange for row in rows] == [1, 1, 1, 2, 2, 3, 3]
    assert [row.language for row in rows] == ["en", "en", "en", "zh-Hans", "zh-Hans", "en", "mul"]


def test_a_turn_has_the_role_of_its_speaker() -> None:
    assert {(row.speaker, row.role) for row in ArticleRows(bridge()).turns()} == {
        ("Stonebay Post", "interviewer"),
        ("Mara Lindqvist", "interviewee"),
        (None, None),
    }


def test_speaker_without_name_has_the_role_of_the_turn() -> None:
    assert [(row.kind, row.role) for row in ArticleRows(paired()).turns()][:2] == [
        ("question", "interviewer"),
        ("answer", "interviewee"),
    ]


def test_prose_is_all_text_outside_turns() -> None:
    rows = list(ArticleRows(bridge()).prose())
    assert [row.part for row in rows] == ["title", "byline", "lead", "heading", "heading", "disclaimer"]
    assert all(cut(bridge(), row) == row.text for row in rows)


def test_an_edit_is_placed_in_the_text_and_in_the_source() -> None:
    first, second, third = ArticleRows(bridge()).edits()
    assert [(row.layer, row.n) for row in (first, second, third)] == [(1, 1), (1, 2), (2, 1)]
    assert [cut(bridge(), row) for row in (first, second, third)] == ['"', '"', " "]
    source = BRIDGE.encode()
    assert source[second.source_start : second.source_end] == b"quot;"
    assert third.source_start == third.source_end == source.index(b"nobody asks")


def test_credit_has_one_row_per_name() -> None:
    assert [(row.credit, row.n, row.role_en, row.name) for row in ArticleRows(bridge()).credits()] == [
        (1, 1, "editor", "何以安"),
        (2, 1, "proofreading", "孟秋"),
    ]


def test_a_credit_without_names_has_a_row_of_its_own() -> None:
    no_names = msgspec.structs.replace(bridge().credits[0], names=())
    (row,) = ArticleRows(msgspec.structs.replace(bridge(), credits=(no_names,))).credits()
    assert (row.role, row.name) == ("编辑", None)


def test_article_row_has_all_single_values() -> None:
    (row,) = ArticleRows(bridge()).articles()
    assert (row.exchanges, row.turns, row.edits) == (3, 7, 3)
    assert row.reporters == ("柳映川",)
    assert row.encodings == ("utf-8",)
    assert row.characters == len(row.text)


@pytest.mark.parametrize("name", ROW_TYPES)
def test_no_two_rows_have_one_key(name: str) -> None:
    keys = {
        "articles": ("id",), "exchanges": ("id", "translation", "n"), "turns": ("id", "translation", "n"),
        "prose": ("id", "translation", "n"), "edits": ("id", "layer", "n"), "credits": ("id", "credit", "n"),
        "segments": ("id", "n"),
    }  # fmt: skip
    found = [
        tuple(getattr(row, key) for key in keys[name]) for a in everything() for row in ROW_MAKERS[name](ArticleRows(a))
    ]
    assert found
    assert len(set(found)) == len(found)


@given(articles())
def test_every_article_has_rows_of_the_declared_types(article: Article) -> None:
    rows = ArticleRows(article)
    for name, kind in ROW_TYPES.items():
        for row in ROW_MAKERS[name](rows):
            assert msgspec.convert(msgspec.to_builtins(row), kind) == row


def test_an_article_whose_edits_do_not_fit_is_named() -> None:
    broken = msgspec.structs.replace(bridge(), text="too short")
    with pytest.raises(ContractError, match="wire/bridge: /provenance/changes"):
        list(ArticleRows(broken).segments())


def test_speakers_with_one_name_and_two_roles_are_distinguished_by_turn() -> None:
    both = tuple(Speaker(name="Q", role=role, labels=()) for role in ("interviewer", "interviewee"))
    article = msgspec.structs.replace(pipeline.process("Q: When?\n\nA: Now.\n", id="a"), speakers=both)
    assert ArticleRows(article)._role("Q", "answer") == "interviewee"
    assert ArticleRows(article)._role("Q", "aside") is None


# --- places


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_source_spans_are_bytes_of_the_file_whatever_its_encoding(encoding: str, end: str) -> None:
    data = PAIRED.replace("\n", end).encode(encoding)
    article = pipeline.process(data, id="ferry")
    codec = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
    for row in ArticleRows(article).turns():
        assert data[row.source_start : row.source_end].decode(codec) == row.text


def test_two_encodings_and_a_broken_byte_in_one_file_are_counted_as_they_are() -> None:
    lines = []
    for n in range(60):
        lines.append(f"渡轮第{n}次开，坐渡轮的人都知道。".encode())
        lines.append(f"风大的时候第{n}次不开，我们等着。".encode("gb18030"))
        lines.append(f"It waits the {n}th time ".encode() + b"\xe6\xbd for us.")
    article = pipeline.process(b"\n".join(lines), id="mixed")
    assert len({run.encoding for run in article.provenance.source.runs}) > 1
    assert article.provenance.source.undecodable
    data = restore(article)
    found = [data[row.source_start : row.source_end] for row in ArticleRows(article).segments()]
    assert found == lines


def byte(article: Article, position: int) -> int:
    """The byte of a code point of the source text: the length of everything before it, encoded anew."""
    source, text = article.provenance.source, source_text(article)
    runs = [Run(run.start, min(run.end, position), run.encoding) for run in source.runs if run.start <= position]
    lost = [item for item in source.undecodable if item.at < position]
    return len(encode(text[:position], runs, lost, bom=source.bom, newline=source.newline))


PIECES = st.sampled_from(["渡轮", "café ", "it is ", "😀", "\n", "6", "。"])
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "gb18030", "utf-8-sig", "utf-32"])


@given(st.lists(PIECES, min_size=1, max_size=9).map("".join), st.integers(1, 3 * BLOCK_CHARS), ENCODINGS, st.data())
def test_a_byte_is_counted_as_if_all_before_it_was_encoded(
    text: str, times: int, encoding: str, data: st.DataObject
) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    article = Pipeline([]).process(("x" + text * times).replace("\n", end).encode(encoding), id="a")
    places = SourceMap(article)
    size = len(source_text(article))
    for position in [*data.draw(st.lists(st.integers(0, size), max_size=5)), 0, size]:
        assert places.byte(position) == byte(article, position)
    assert places.byte(size) == len(restore(article))


@pytest.mark.parametrize("encoding", ["iso2022_jp", "big5hkscs", "hz", "utf-7"])
def test_bytes_of_stateful_codecs_are_counted(encoding: str) -> None:
    """Such bytes cannot be counted block by block."""
    text = {
        "iso2022_jp": "橋の歌 and ",
        "big5hkscs": "渡輪\u00ca\u0304六點 ",
        "hz": "渡轮六点 and ",
        "utf-7": "渡轮 ~ ",
    }[encoding]
    data = (text * 200).encode(encoding)
    decoded = decode(data, encoding=encoding)
    article = Pipeline([]).process(data, id="a", encoding=encoding)
    places = SourceMap(article)
    assert places.byte(len(decoded.text)) == len(data)
    at = [places.byte(n) for n in range(0, len(decoded.text), 7)]
    assert at == sorted(at)


@given(st.lists(st.one_of(texts(max_size=6), st.just("quot;")), min_size=1, max_size=10).map("".join))
def test_rows_and_trace_agree(text: str) -> None:
    article = pipeline.process(f"Title\n\nx{text}x\n", id="a")
    segments: Sequence[Any] = list(ArticleRows(article).segments())
    for row in segments:
        if row.field is not None:
            found = [(place.source_bytes.start, place.source_bytes.end) for place in trace(article, row.field)]
            assert (row.source_start, row.source_end) in found


def test_offset_after_the_text_is_its_end() -> None:
    """Articles of others may say such things; that is for `verify` to tell."""
    assert SourceMap(prose()).byte(10_000) == prose().provenance.source.bytes
