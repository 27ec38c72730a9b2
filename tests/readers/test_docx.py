"""Word documents: what Word shows is the text, and what the markup says of it is evidence."""

import hashlib
from pathlib import Path

import pytest

import pipeline
from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record
from pipeline.readers.conversion import text_record
from pipeline.readers.docx.reader import DocxReader
from pipeline.testing import check_reader
from readers.found import found, only_failure, only_record
from readers.zip_documents import WORD, docx, paragraph, zipped

BOLD, ITALIC = "<w:b/>", "<w:i/>"
TALK = paragraph("The weir", "T") + paragraph("Why a weir?", run=BOLD) + paragraph("For the eels. 为了鳗鱼。")


def converted(folder: Path, data: bytes, name: str = "a.docx") -> Record:
    return text_record(only_record(found(folder, name, data)))


def spoken(folder: Path, body: str, **parts: str) -> str:
    return str(converted(folder, docx(body, **parts)).data)


def test_a_document_gives_its_text_and_the_hash_of_the_file(tmp_path: Path) -> None:
    data = docx(TALK)
    record = converted(tmp_path, data)
    assert record.data == "The weir\nWhy a weir?\nFor the eels. 为了鳗鱼。\n"
    assert record.origin.sha256 == hashlib.sha256(data).hexdigest()
    assert record.origin.media_type is not None
    article = pipeline.Pipeline().process(record)
    assert pipeline.restore(article) == str(record.data).encode()


def test_markup_is_evidence(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("one", "two"))
    item = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>a reed</w:t></w:r></w:p>'
    body = (
        TALK
        + paragraph("The sea", "H2")
        + paragraph("Styled?", "Q2")
        + paragraph("leaning", run=ITALIC)
        + paragraph("not bold", "Q", '<w:b w:val="0"/>')
        + item
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    )
    record = converted(tmp_path, docx(body))
    said = {(each.kind, str(record.data)[each.start : each.end]) for each in record.evidence}
    assert {
        ("heading", "The weir"),
        ("heading", "The sea"),
        ("bold", "Why a weir?"),
        ("bold", "Styled?"),
        ("italic", "leaning"),
        ("item", "a reed"),
        ("cell", "one"),
        ("cell", "two"),
    } <= said
    assert ("bold", "not bold") not in said
    assert ("bold", "The sea") not in said


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<w:p><w:r><w:t>One</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>three</w:t></w:r></w:p>", "One\ntwo three\n"),
        (
            "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>",
            "new\n",
        ),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>shown</w:t></w:r></w:p>", "shown\n"),
        ("<w:p><w:hyperlink><w:r><w:t>a link</w:t></w:r></w:hyperlink></w:p>", "a link\n"),
        (f"<w:sdt><w:sdtContent>{paragraph('in a control')}</w:sdtContent></w:sdt>", "in a control\n"),
        ("<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>text</w:t></w:r></w:p>", "text\n"),
        ("<w:p><w:r><w:t>a &lt;b&gt; &amp;amp; c</w:t></w:r></w:p>", "a <b> &amp; c\n"),
        ('<w:p><w:r><w:t>x</w:t><w:sym w:font="S" w:char="00E9"/><w:sym w:char="F0B7"/></w:r></w:p>', "xé\n"),
    ],
)
def test_text_is_what_word_shows(tmp_path: Path, body: str, text: str) -> None:
    assert spoken(tmp_path, body) == text


def test_a_box_is_read_once_after_its_paragraph(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    forms = f"<Choice><w:drawing>{box}</w:drawing></Choice><Fallback><w:pict>{box}</w:pict></Fallback>"
    both = f"<AlternateContent>{forms}</AlternateContent>"
    assert spoken(tmp_path, f"<w:p><w:r>{both}</w:r><w:r><w:t>Outside.</w:t></w:r></w:p>") == "Outside.\nIn the box.\n"


def test_notes_come_last(tmp_path: Path) -> None:
    notes = f'<w:footnotes {WORD}><w:footnote w:type="separator"><w:p/></w:footnote><w:footnote>{paragraph("A note.")}'
    text = spoken(tmp_path, TALK, **{"word/footnotes.xml": notes + "</w:footnote></w:footnotes>"})
    assert text.endswith("为了鳗鱼。\nA note.\n")


def test_what_the_document_says_of_itself_is_metadata(tmp_path: Path) -> None:
    core = (
        '<p xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:t="http://purl.org/dc/terms/"><dc:title>Document1</dc:title>'
        "<dc:creator>Ada Fern</dc:creator><t:created>2024-05-01T10:00:00Z</t:created></p>"
    )
    record = converted(tmp_path, docx(TALK, **{"docProps/core.xml": core}))
    assert record.metadata == {"title": "Document1", "author": "Ada Fern", "date": "2024-05-01T10:00:00Z"}
    assert str(record.data).startswith("The weir\n"), "a title that the text does not show is not added"


def test_a_document_is_detected_by_its_parts(tmp_path: Path) -> None:
    assert str(converted(tmp_path, docx(TALK), "a.bin").data).startswith("The weir\n")


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"[Content_Types].xml": "<Types/>", "word/styles.xml": "<s/>"}, "has no part word/document.xml"),
        ({"word/document.xml": "<w:document"}, "its part word/document.xml is no valid XML"),
        ({"word/document.xml": ""}, "its part word/document.xml is no valid XML"),
        ({"word/document.xml": f"<w:document {WORD}><w:body/></w:document>"}, "has no text; leave it out"),
    ],
)
def test_a_damaged_document_is_named(tmp_path: Path, parts: dict[str, str], reason: str) -> None:
    assert reason in only_failure(found(tmp_path, "a.docx", zipped(parts))).reason


def test_a_file_that_is_no_word_document_is_skipped_in_a_folder(tmp_path: Path) -> None:
    (only,) = found(tmp_path, "a.docx", zipped({"a.txt": "x"}), named=False)
    assert isinstance(only, LeftOut)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    entities = f'<!DOCTYPE w [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt"><!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    body = paragraph("Salt &x;&b;")
    document = f"{entities}<w:document {WORD}><w:body>{body}</w:body></w:document>"
    record = converted(tmp_path, docx("", **{"word/document.xml": document}))
    assert record.data == "Salt\n"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    data = docx(paragraph("a" * 60_000_000))
    assert "over the limit of 33,554,432 bytes" in only_failure(found(tmp_path, "a.docx", data)).reason
    small = Input(limits=Limits(expanded=100_000))
    assert "unpacks to more than" in only_failure(found(tmp_path, "a.docx", data, small)).reason


def test_deep_nesting_does_not_break_the_reader(tmp_path: Path) -> None:
    deep = "<w:sdt>" * 5000 + paragraph("Deep.") + "</w:sdt>" * 5000
    assert "no valid XML" in only_failure(found(tmp_path, "a.docx", docx(deep))).reason
    fitting = "<w:sdt>" * 200 + paragraph("Deep.") + "</w:sdt>" * 200
    assert spoken(tmp_path, fitting) == "Deep.\n"


def test_damage_is_reported_well() -> None:
    check_reader(DocxReader(), {"a.docx": docx(TALK)})
