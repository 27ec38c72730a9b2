"""From an Article back to its source: the bytes, and where each field comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import Given
from strategies import texts

from pipeline import Article, ContractError, Document, Edit, Finding, Label, Pipeline, Rule, UsageError, restore, trace
from pipeline.model.restore import Span, source_text
from pipeline.text.decoding import Run


@dataclass(frozen=True)
class Quotes:
    """A repair: `quot;` is a quotation mark."""

    name: ClassVar[str] = "quotes"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (Rule("quotes.lost", "a mark that lost its ampersand"),)
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for each."""
        at = document.text.find("quot;")
        while at >= 0:
            yield Edit(at, "quot;", '"', "quotes.lost", 1.0)
            at = document.text.find("quot;", at + 5)


@dataclass(frozen=True)
class Unmarked(Quotes):
    """A repair: no number signs at the start."""

    name: ClassVar[str] = "unmarked"
    rules: ClassVar[tuple[Rule, ...]] = (Rule("unmarked.signs", "number signs at the start"),)

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields the edit."""
        marks = len(document.text) - len(document.text.lstrip("# "))
        yield Edit(0, document.text[:marks], "", "unmarked.signs", 1.0)


@dataclass(frozen=True)
class Lines:
    """A finder: the first line is the title, every other an answer."""

    name: ClassVar[str] = "lines"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"part"})
    rules: ClassVar[tuple[Rule, ...]] = (Rule("lines.line", "a line"),)
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Labels each line."""
        for n, line in enumerate(document.paragraphs):
            yield Label(line.start, line.end, "part", "answer" if n else "title", "lines.line", 1.0)


TALK = "渡轮\nquot;六点😀quot;他说\nquot;Atquot; six"
ANSWER = "/sections/0/exchanges/0/answers/0/paragraphs"


def talk(data: bytes | str = TALK, encoding: str | None = None) -> Article:
    return Pipeline([Quotes(), Lines()]).process(data, id="pier/7", encoding=encoding)


def cut(data: bytes, span: Span) -> bytes:
    return data[span.start : span.end]


# --- restoring


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_source_is_restored_byte_for_byte(encoding: str, end: str) -> None:
    data = TALK.replace("\n", end).encode(encoding)
    article = talk(data)
    assert article.text == '渡轮\n"六点😀"他说\n"At" six'
    assert restore(article) == data


def test_undecodable_bytes_are_restored() -> None:
    data = (TALK * 3).encode() + b"\x80\xff\r\n\xfe"
    assert restore(talk(data)) == data


def test_the_source_text_is_the_text_before_all_edits() -> None:
    assert source_text(talk()) == TALK
    assert source_text(talk(b"a\r\nquot;b\n")) == "a\r\nquot;b\n"


def test_source_is_restored_from_the_json_alone() -> None:
    read = msgspec.json.decode(msgspec.json.encode(talk()), type=Article)
    assert restore(read) == TALK.encode()


def test_an_article_with_another_text_is_not_restored() -> None:
    changed = msgspec.structs.replace(talk(), text=talk().text.replace('"At', "“At"))
    with pytest.raises(ContractError, match="pier/7: /provenance/changes: the edit at"):
        restore(changed)


def test_a_word_changed_without_an_edit_is_caught_by_the_hash() -> None:
    changed = msgspec.structs.replace(talk(), text=talk().text.replace("six", "ten"))
    with pytest.raises(ContractError, match="/provenance/source/sha256: the restored bytes are not the recorded ones"):
        restore(changed)


def with_source(article: Article, **changes: object) -> Article:
    source = msgspec.structs.replace(article.provenance.source, **changes)
    return msgspec.structs.replace(article, provenance=msgspec.structs.replace(article.provenance, source=source))


def test_a_wrong_number_of_bytes_is_caught() -> None:
    with pytest.raises(ContractError, match="/provenance/source/bytes: is 3, restored are"):
        restore(with_source(talk(), bytes=3))


@pytest.mark.parametrize("runs", [(), ({"start": 0, "end": 3, "encoding": "utf-8"},)])
def test_runs_that_do_not_cover_the_text_are_refused(runs: tuple[dict[str, object], ...]) -> None:
    with pytest.raises(ContractError, match="/provenance/source: the runs end at"):
        restore(with_source(talk(), runs=tuple(msgspec.convert(run, Run) for run in runs)))


def test_an_unknown_codec_is_refused() -> None:
    with pytest.raises(ContractError, match="/provenance/source: unknown encoding: utf-9"):
        restore(with_source(talk(), runs=(Run(0, len(TALK), "utf-9"),)))


# --- tracing


def test_a_field_is_traced_to_its_spans_in_text_and_source() -> None:
    (place,) = trace(talk(), f"{ANSWER}/0")
    assert place.text == Span(3, 10)
    assert place.text_utf16 == Span(3, 11)
    assert TALK[place.source_text.start : place.source_text.end] == "quot;六点😀quot;他说"
    assert cut(TALK.encode(), place.source_bytes) == "quot;六点😀quot;他说".encode()


def test_utf_16_units_count_an_astral_character_twice() -> None:
    (place,) = trace(talk(), f"{ANSWER}/1")
    units = talk().text.encode("utf-16-le")
    assert units[2 * place.text_utf16.start : 2 * place.text_utf16.end].decode("utf-16-le") == '"At" six'
    assert place.text_utf16 == Span(12, 20)
    assert place.text == Span(11, 19)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_bytes_are_those_of_the_file_with_its_mark_and_line_ends(encoding: str, end: str) -> None:
    data = TALK.replace("\n", end).encode(encoding)
    codec = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    (place,) = trace(talk(data), f"{ANSWER}/1")
    assert cut(data, place.source_bytes) == "quot;Atquot; six".encode(codec)


def test_mixed_line_ends_are_traced_through_too() -> None:
    data = "渡轮\r\n六点\r七点\n".encode()
    first, second = trace(talk(data), ANSWER)
    assert cut(data, first.source_bytes) == "六点".encode()
    assert cut(data, second.source_bytes) == "七点".encode()


def test_undecodable_bytes_count_as_their_real_size() -> None:
    data = "渡轮六点半开船了\n他".encode() + b"\xe4\xb8" + "说，风大不开\n好".encode()
    article = talk(data)
    first, second = trace(article, ANSWER)
    assert article.provenance.source.undecodable
    assert cut(data, first.source_bytes) == data.split(b"\n")[1]
    assert cut(data, second.source_bytes) == "好".encode()


def test_a_field_that_begins_with_such_bytes_begins_at_them() -> None:
    data = "渡轮六点半开船了\n".encode() + b"\x80" + "好，风大不开".encode()
    (answer,) = trace(talk(data), ANSWER)
    assert cut(data, answer.source_bytes) == data.split(b"\n")[1]


def test_a_place_is_traced_through_the_last_change_first() -> None:
    article = Pipeline([Unmarked(), Quotes(), Lines()]).process("########## 渡轮\n六quot;\nquot;七")
    places = trace(article, ANSWER)
    assert [(place.text, place.source_text) for place in places] == [
        (Span(3, 5), Span(14, 20)),
        (Span(6, 8), Span(21, 27)),
    ]
    (title,) = trace(article, "/title")
    assert title.source_text == Span(11, 13)


def test_a_span_that_begins_inside_an_edit_widens_to_all_of_it() -> None:
    """A source of one word that became two paragraphs: each is traced to the whole word."""
    text = "Six.Ten."

    @dataclass(frozen=True)
    class Break(Quotes):
        """A repair that breaks a line inside the one edit it makes."""

        def find(self, document: Document) -> Iterator[Finding]:
            """Yields the edit."""
            yield Edit(3, ".T", "!\nt", "quotes.lost", 1.0)

    article = Pipeline([Break(), Lines()]).process(text)
    (title,) = trace(article, "/title")
    (answer,) = trace(article, ANSWER)
    assert (title.source_text, answer.source_text) == (Span(0, 5), Span(3, 8))


def test_a_pointer_to_a_whole_object_gives_everything_in_it_in_the_order_of_the_text() -> None:
    article = talk()
    places = trace(article, "/sections/0")
    assert [article.text[place.text.start : place.text.end] for place in places] == ['"六点😀"他说', '"At" six']
    assert len(trace(article, "")) == 3


def test_a_pointer_does_not_match_a_longer_number() -> None:
    article = talk("Title\n" + "\n".join(f"Answer {n}" for n in range(12)))
    assert [article.text[p.text.start : p.text.end] for p in trace(article, f"{ANSWER}/1")] == ["Answer 1"]


def test_a_field_in_several_places_gives_a_trace_for_each() -> None:
    labels = (Label(0, 3, "part", "title", "given.label", 1.0), Label(5, 8, "part", "title", "given.label", 1.0))
    article = Pipeline([Given(labels)]).process("One\n\nTwo\nthree")
    assert [place.text for place in trace(article, "/title/text")] == [Span(0, 3), Span(5, 8)]


@pytest.mark.parametrize("pointer", ["/byline", "/title/truncated", "/sections/1", "/language", "title", "/titl"])
def test_a_pointer_without_segments_is_an_error(pointer: str) -> None:
    with pytest.raises(UsageError, match=f"has the field '{pointer}'; "):
        trace(talk(), pointer)


@given(st.lists(st.one_of(texts(max_size=4), st.just("quot;")), min_size=1, max_size=10).map("".join))
def test_untouched_text_is_traced_to_itself(text: str) -> None:
    source = "Title\nx" + text + "x"
    article = talk(source)
    for place in trace(article, ""):
        traced = article.text[place.text.start : place.text.end]
        assert source[place.source_text.start : place.source_text.end].replace("quot;", '"') == traced
        assert cut(source.encode(), place.source_bytes).decode().replace("quot;", '"') == traced
