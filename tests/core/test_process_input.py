"""The input of `process`: bytes, texts, pages and metadata, and input that is refused."""

import hashlib
import subprocess
import sys

import pytest
from acting import TEXT, Mend, Shout, edit

import pipeline
from pipeline import DocumentError, Pipeline, UsageError
from pipeline.model.article import Origin
from pipeline.model.record import Record
from pipeline.readers.html import text_record


@pytest.mark.parametrize("data", ["", b""])
def test_an_empty_document_is_refused(data: str | bytes) -> None:
    with pytest.raises(DocumentError, match="pier/7: is empty; leave it out"):
        Pipeline([]).process(data, id="pier/7")


@pytest.mark.parametrize("data", [" \n\t\u3000", b"\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_document_of_white_space_is_refused(data: str | bytes) -> None:
    with pytest.raises(DocumentError, match="holds nothing but blanks"):
        Pipeline([]).process(data)


def test_a_lone_surrogate_is_refused_with_its_place() -> None:
    with pytest.raises(DocumentError, match="lone surrogate at character 3"):
        Pipeline([]).process("six\ud83d")


def test_bytes_that_are_no_text_are_refused_with_the_reason() -> None:
    with pytest.raises(DocumentError, match="pier/7: is a PDF file, not text"):
        Pipeline([]).process(b"%PDF-1.7", id="pier/7")


def test_an_encoding_that_is_not_known_is_refused() -> None:
    with pytest.raises(DocumentError, match="unknown encoding 'utf-9'"):
        Pipeline([]).process(b"six", encoding="utf-9")


def test_the_encoding_of_bytes_is_the_callers_to_know() -> None:
    article = Pipeline([]).process("渡轮".encode("utf-16-be"), encoding="utf-16-be")
    assert article.text == "渡轮"


def test_the_encoding_of_bytes_says_nothing_of_a_text() -> None:
    """A run may name the encoding of its files and still meet the texts of a table."""
    article = Pipeline([]).process("渡轮 é", encoding="gb18030")
    assert article.text == "渡轮 é"
    assert pipeline.restore(article) == "渡轮 é".encode()


def test_a_text_and_its_utf_8_give_the_same_article() -> None:
    assert Pipeline([Shout()]).process(TEXT + "渡轮") == Pipeline([Shout()]).process((TEXT + "渡轮").encode())


def test_undecodable_bytes_are_noted_at_their_final_offsets() -> None:
    article = Pipeline([Mend((edit(0, "渡轮", "船"),))]).process(
        "渡轮六点半开，\r\n风大不开。\n".encode() + b"\x80\r\n"
    )
    (remark,) = article.notes
    assert (remark.stage, remark.rule, remark.severity) == ("decoding", "decoding.undecodable", "warning")
    assert article.text[remark.start : remark.end] == "\ufffd"


def test_mixed_line_ends_are_the_first_change() -> None:
    article = Pipeline([Mend((edit(4, "b", "B"),))]).process(b"one\rb\r\n\n")
    assert [change.stage for change in article.provenance.changes] == ["decoding", "mend"]
    assert article.text == "one\nB\n\n"


def test_metadata_and_origin_of_a_record_are_kept() -> None:
    article = Pipeline([]).process(
        TEXT, id="pier/7", metadata={"url": "https://ferry.example", "page": "3"}, media_type="text/plain"
    )
    assert article.id == "pier/7"
    assert article.meta == {"url": "https://ferry.example", "page": "3"}
    assert article.provenance.source.origin.media_type == "text/plain"
    assert article.provenance.source.origin.path is None


def test_a_page_in_the_field_of_a_record_is_read_as_a_page() -> None:
    """Dumps of crawlers keep whole pages in a column; its own hash is kept as that of a file would be."""
    page = "<!DOCTYPE html><title>Nets</title><h1>Nets</h1><p>Ann: Who mends them?</p><p>Bo: We all do.</p>"
    origin = Origin(path="d.jsonl", media_type="application/jsonl", member=None, row=3, field="html", sha256=None)
    article = Pipeline().process(page, id="d#3", origin=origin)
    assert article.provenance.source.origin.media_type == "text/html"
    assert article.provenance.source.origin.sha256 == hashlib.sha256(page.encode()).hexdigest()
    assert "<p>" not in article.text


PAGE = b"<!DOCTYPE html><title>Nets</title><h1>Nets</h1><p>Ann: Who mends them?</p><p>Bo: We all do.</p>"


def record(data: bytes | str, media_type: str | None = None) -> Record:
    origin = Origin(path="a.html", media_type=media_type, member=None, row=None, field=None, sha256=None)
    return Record("pier/7", data, origin, {"by": "Ada"})


def test_a_record_gives_the_article_of_its_parts() -> None:
    given = record(TEXT)
    parts = Pipeline([]).process(given.data, id=given.id, metadata=given.metadata, origin=given.origin)
    assert Pipeline([]).process(given) == parts


def test_a_page_converted_by_its_reader_gives_the_article_of_its_bytes() -> None:
    given = record(PAGE, "text/html")
    whole = Pipeline([]).process(PAGE, id=given.id, metadata=given.metadata, origin=given.origin)
    converted = text_record(given)
    assert isinstance(converted.data, str)
    assert converted.origin.sha256 == hashlib.sha256(PAGE).hexdigest()
    assert Pipeline([]).process(converted) == whole
    assert whole.provenance.source.converted_by == converted.converted_by is not None


def test_a_record_of_a_page_is_not_processed_as_text() -> None:
    with pytest.raises(UsageError, match=r"'pier/7' is a web page; convert it first: readers\.html\.text_record"):
        Pipeline([]).process(record(PAGE, "text/html"))


def test_record_cannot_be_combined_with_its_own_fields() -> None:
    with pytest.raises(UsageError, match="a Record holds the id, metadata and origin"):
        Pipeline([]).process(record(TEXT), id="other")


def test_a_record_of_text_is_not_converted() -> None:
    given = record(TEXT, "text/plain")
    assert text_record(given) == given


def test_processing_a_record_imports_no_reader() -> None:
    """A program that has its texts already does not pay for the parsers of web pages."""
    code = (
        "import sys; from pipeline.core.pipeline import NOWHERE, Pipeline; from pipeline.model.record import Record\n"
        "Pipeline([]).process(Record('a', 'Ann: Why? Bo: 因为。', NOWHERE))\n"
        "assert not [name for name in sys.modules if name.startswith('pipeline.readers')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
