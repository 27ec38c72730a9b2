"""E-books: each chapter is a document, whatever files it is in."""

from pathlib import Path

import pytest

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.conversion import text_record
from pipeline.readers.epub.reader import EpubReader
from pipeline.testing import check_reader
from readers.found import failures, found, ids, only_failure
from readers.zip_documents import chapter, epub, zipped

FIRST = chapter("<h1>The weir</h1><p><b>Why a weir?</b></p><p>For the eels. 为了鳗鱼。</p>")
SECOND = chapter("<p>Who keeps it?</p><p>I do.&#160;我守。</p>")
CONTENTS = {"a.xhtml": "The weir", "b.xhtml#top": "The gate"}


def spoken(item: object) -> str:
    assert isinstance(item, Record), item
    return str(text_record(item).data)


def test_chapters_are_documents_in_the_order_of_reading(tmp_path: Path) -> None:
    first, second, contents = found(tmp_path, "a.epub", epub({"a.xhtml": FIRST, "b.xhtml": SECOND}, CONTENTS))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.id, second.id) == ("wire/a/OEBPS/a", "wire/a/OEBPS/b")
    assert first.metadata == {
        "title": "The weir",
        "book": "Talks at the weir",
        "language": "en",
        "author": "Ada Fern, 林安",
        "chapter": "2",
    }
    assert spoken(first) == "The weir\nWhy a weir?\nFor the eels. 为了鳗鱼。\n"
    assert spoken(second) == "The gate\nWho keeps it?\nI do. 我守。\n"
    assert contents == LeftOut("wire/a.epub", "table of contents", 1)


def test_markup_of_a_chapter_is_evidence(tmp_path: Path) -> None:
    first, *_ = found(tmp_path, "a.epub", epub({"a.xhtml": FIRST}, CONTENTS))
    assert isinstance(first, Record)
    assert {"title", "heading", "bold"} <= {each.kind for each in text_record(first).evidence}


def test_a_file_without_a_heading_goes_on_with_the_chapter_before_it(tmp_path: Path) -> None:
    """Programs that make e-books cut long chapters."""
    rest = chapter("<p>And in winter?</p>")
    new = chapter("<h2>The sea</h2><p>Grey.</p>")
    data = epub({"a.xhtml": FIRST, "a2.xhtml": rest, "c.xhtml": new, "b.xhtml": SECOND}, CONTENTS)
    items = [each for each in found(tmp_path, "a.epub", data) if isinstance(each, Record)]
    assert [each.id.rpartition("/")[2] for each in items] == ["a", "c", "b"]
    assert spoken(items[0]).endswith("为了鳗鱼。\nAnd in winter?\n")


def test_without_a_table_of_contents_each_file_is_a_chapter(tmp_path: Path) -> None:
    assert len(ids(found(tmp_path, "a.epub", epub({"a.xhtml": FIRST, "b.xhtml": SECOND})))) == 2


def test_covers_and_pages_that_landmarks_name_are_left_out(tmp_path: Path) -> None:
    cover = chapter('<img src="cover.png"/>')
    rights = chapter("<p>All rights reserved.</p>")
    nav = chapter(
        '<nav epub:type="toc"><a href="a.xhtml">The weir</a></nav>'
        '<nav epub:type="landmarks"><a epub:type="copyright-page" href="r.xhtml">Rights</a></nav>'
    )
    data = epub({"c.xhtml": cover, "r.xhtml": rights, "a.xhtml": FIRST}, None, **{"OEBPS/nav.xhtml": nav})
    items = found(tmp_path, "a.epub", data)
    assert ids(items) == ["wire/a/OEBPS/a"]
    assert {each.reason for each in items if isinstance(each, LeftOut)} == {
        "table of contents",
        "page without text",
        "copyright page",
    }


def test_a_missing_or_encrypted_chapter_costs_no_other(tmp_path: Path) -> None:
    locked = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><x><CipherReference '
        'URI="OEBPS/b.xhtml"/></x></encryption>'
    )
    data = epub({"a.xhtml": FIRST, "b.xhtml": SECOND, "c.xhtml": FIRST}, None, **{"META-INF/encryption.xml": locked})
    items = found(tmp_path, "a.epub", data)
    assert [type(each) for each in items[:3]] == [Record, Unreadable, Record]
    assert failures(items) == [
        "wire/a.epub, OEBPS/b.xhtml: is encrypted; only the program that it was bought for reads it"
    ]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"mimetype": "application/epub+zip"}, "has no package document"),
        ({"mimetype": "application/epub+zip", "a.opf": "<package>"}, "its part a.opf is no valid XML"),
        ({"mimetype": "application/epub+zip", "a.opf": "<package/>"}, "names no file in its order of reading"),
    ],
)
def test_a_damaged_book_is_named(tmp_path: Path, parts: dict[str, str], reason: str) -> None:
    assert reason in only_failure(found(tmp_path, "a.epub", zipped(parts))).reason


def test_entities_outside_of_the_book_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    declared = f'<!DOCTYPE package [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'
    data = epub({"a.xhtml": FIRST})
    opf = f"{declared}<package><metadata><title>&x;</title></metadata></package>"
    assert "secret" not in str(found(tmp_path, "a.epub", zipped({"mimetype": "application/epub+zip", "a.opf": opf})))
    assert data


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    bomb = chapter("<p>" + "a" * 60_000_000 + "</p>")
    data = epub({"a.xhtml": FIRST, "b.xhtml": bomb})
    items = found(tmp_path, "a.epub", data)
    assert isinstance(items[0], Record)
    assert "over the limit" in failures(items)[0]
    small = Input(limits=Limits(expanded=100_000))
    assert "unpacks to more than" in failures(found(tmp_path, "a.epub", data, small))[0]


def test_damage_is_reported_well() -> None:
    check_reader(EpubReader(), {"a.epub": epub({"a.xhtml": FIRST, "b.xhtml": SECOND}, CONTENTS)})
