"""PDF files: the text in the order of its content, a paragraph on each line, without what repeats on pages."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

import pipeline
from pipeline.errors import DocumentError
from pipeline.model.record import LeftOut, Record
from pipeline.readers.conversion import text_record
from pipeline.readers.documents_extra import INSTALL
from pipeline.readers.pdf.pages import code_points
from pipeline.readers.pdf.reader import PdfReader
from pipeline.testing import check_reader
from readers.found import found, only_failure, only_record
from readers.pdfs import Shown, column, pdf

pytest.importorskip("pypdfium2")

QUESTION = column("Why did you build the weir at the mouth of the river, and", "who paid for the stones?", font="F2")
ANSWER = column(
    "Because the eels had gone. We asked every family in the vil-",
    "lage, and each of them gave a day of work in the spring of",
    "that year. Nobody was paid.",
    y=692,
)
TALK = (
    "Why did you build the weir at the mouth of the river, and who paid for the stones?\n"
    "Because the eels had gone. We asked every family in the vil-lage, and each of them gave a day of work in the "
    "spring of that year. Nobody was paid.\n"
)


def converted(folder: Path, data: bytes) -> Record:
    return text_record(only_record(found(folder, "a.pdf", data)))


def spoken(folder: Path, *pages: list[Shown]) -> str:
    return str(converted(folder, pdf(*pages)).data)


def test_a_file_is_a_document_with_its_paragraphs(tmp_path: Path) -> None:
    data = pdf([*QUESTION, *ANSWER], info="/Title(The weir)/Author(Ada Fern)/CreationDate(D:20240501100000+02'00')")
    record = converted(tmp_path, data)
    assert record.data == TALK
    assert record.metadata == {"title": "The weir", "author": "Ada Fern", "date": "2024-05-01"}
    assert record.origin.sha256 == hashlib.sha256(data).hexdigest()
    assert str(record.converted_by).startswith("bilingual-pipeline")
    assert pipeline.restore(pipeline.Pipeline().process(record)) == TALK.encode()


def test_bold_and_italic_text_is_evidence(tmp_path: Path) -> None:
    leaning = Shown("He laughed.", y=600, font="F3")
    record = converted(tmp_path, pdf([*QUESTION, *ANSWER, leaning]))
    said = {(each.kind, str(record.data)[each.start : each.end]) for each in record.evidence}
    assert said == {("bold", TALK.partition("\n")[0]), ("italic", "He laughed.")}


def test_chinese_lines_are_joined_without_a_space(tmp_path: Path) -> None:
    lines = column(
        "为什么要修这条堤？因为鳗鱼不再回来了，我们问了村里的每一户", "人家，他们都出了力。", "", "没有人拿工钱。"
    )
    shown = [each for each in lines if each.text]
    assert spoken(tmp_path, shown) == (
        "为什么要修这条堤？因为鳗鱼不再回来了，我们问了村里的每一户人家，他们都出了力。\n没有人拿工钱。\n"
    )


LONG = "A line that is as long as the column of this page is,"
DONE = "A line that is as long as the column of this page is."


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        (column(DONE, "Short.", "A new one after a short line."), 2),
        ([*column(DONE), Shown("Indented at its start.", 90, 706)], 2),
        (column(DONE, "Ida Moss: For the eels, and the village."), 2),
        (column(LONG, "And the paragraph goes on like this,"), 1),
        (column(LONG, "in a narrow part", "of the page too."), 1),
        ([*column(LONG, LONG), *column("After a wide gap it is another one,", "which goes on here.", y=670)], 2),
        ([*column("A heading", font="F2"), *column(DONE, y=706)], 2),
        ([Shown("A large title that is as long as this", size=18), *column(DONE, y=702)], 2),
    ],
)
def test_where_paragraphs_end(tmp_path: Path, lines: list[Shown], paragraphs: int) -> None:
    assert len(spoken(tmp_path, lines).splitlines()) == paragraphs


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = column("The first column of this page,", "which ends in the middle of a", "sentence that is long, and goes")
    right = column("on at the top of the second", "one. And ends.", x=320)
    (only,) = spoken(tmp_path, [*left, *right]).splitlines()
    assert only.endswith("and goes on at the top of the second one. And ends.")


def pages(count: int) -> list[list[Shown]]:
    made = []
    for number in range(1, count + 1):
        body = Shown(f"Answer {'x' * number} of the keeper of the weir.")
        made.append([Shown("The Harbour Post", y=770, size=9), body, Shown(f"Page {number} of {count}", 300, 30, 9)])
    return made


def test_running_titles_and_page_numbers_are_left_out_with_a_note(tmp_path: Path) -> None:
    record = converted(tmp_path, pdf(*pages(4)))
    assert str(record.data).splitlines() == [f"Answer {'x' * n} of the keeper of the weir." for n in range(1, 5)]
    (note,) = record.remarks
    assert note.rule == "pages.repeated-lines"
    assert note.message.endswith("are left out (8), such as 'The Harbour Post'")


def test_questions_that_differ_only_in_a_number_are_no_furniture(tmp_path: Path) -> None:
    asked = [[Shown(f"Why did you build weir {number}?"), Shown("For the eels.", y=600)] for number in (7, 3, 9, 4)]
    assert spoken(tmp_path, *asked).count("Why did you build weir") == 4


def test_roman_numbers_of_pages_are_furniture(tmp_path: Path) -> None:
    numbered = [
        [Shown("Answer " + "x" * n + "."), Shown(roman, 300, 30)] for n, roman in enumerate(("iii", "iv", "v"), 1)
    ]
    assert spoken(tmp_path, *numbered) == "Answer x.\nAnswer xx.\nAnswer xxx.\n"


def test_lines_of_a_single_page_are_no_furniture(tmp_path: Path) -> None:
    assert len(spoken(tmp_path, *pages(1)).splitlines()) == 3


def test_a_paragraph_goes_on_over_the_end_of_a_page(tmp_path: Path) -> None:
    first = [Shown("The Harbour Post", y=770, size=9), Shown("The keeper of the weir said that the eels", y=60)]
    middle = [Shown("The Harbour Post", y=770, size=9), Shown("came back. All of them.")]
    last = [Shown("The Harbour Post", y=770, size=9), Shown("The end of it.")]
    assert spoken(tmp_path, first, middle, last).splitlines() == [
        "The keeper of the weir said that the eels came back. All of them.",
        "The end of it.",
    ]


def test_a_scanned_file_fails_by_name(tmp_path: Path) -> None:
    record = only_record(found(tmp_path, "a.pdf", pdf([], [])))
    with pytest.raises(DocumentError, match=r"has no text on its 2 pages; if it was scanned, recognise its text"):
        text_record(record)


def test_an_encrypted_file_fails_by_name(tmp_path: Path) -> None:
    locked = f"/Encrypt<</Filter/Standard/V 1/R 2/O<{'41' * 32}>/U<{'42' * 32}>/P -44>>/ID[<61><61>]"
    record = only_record(found(tmp_path, "a.pdf", pdf(QUESTION, trailer=locked)))
    with pytest.raises(DocumentError, match="is encrypted; save it without a password"):
        text_record(record)


def test_a_damaged_file_fails_by_name(tmp_path: Path) -> None:
    record = only_record(found(tmp_path, "a.pdf", b"%PDF-1.4\nnothing"))
    with pytest.raises(DocumentError, match="is damaged: PDFium cannot open it"):
        text_record(record)


def test_without_the_library_the_file_is_skipped_with_the_extra_that_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = only_record(found(tmp_path, "a.pdf", pdf(QUESTION)))
    for module in ("reader", "conversion"):
        monkeypatch.setattr(f"pipeline.readers.pdf.{module}.documents_library", lambda _: None)
    reason = f"is a PDF file, which the extra [documents] reads: {INSTALL}"
    assert only_failure(found(tmp_path, "a.pdf", pdf(QUESTION))).reason == reason
    assert found(tmp_path, "a.pdf", pdf(QUESTION), named=False) == [LeftOut("wire/a.pdf", reason)]
    with pytest.raises(DocumentError, match="which the extra"):
        text_record(record)


@pytest.mark.parametrize(
    ("units", "shown"),
    [
        ([0x41, 0xD842, 0xDFB7, 0x42], "A𠮷B"),
        ([0x41, 0xD842, 0x42], "A\ufffdB"),
        ([0xD842, 0xD842, 0xDFB7], "\ufffd𠮷"),
        ([0xDFB7, 0x41, 0xD842], "\ufffdA\ufffd"),
        ([0x41, 0, 0x110000, 0x6E21, 0x2000B], "A\ufffd\ufffd渡𠀋"),
    ],
)
def test_half_a_surrogate_pair_is_not_lost(units: list[int], shown: str) -> None:
    assert "".join(char for _, char in code_points(units)) == shown


def test_characters_without_a_unicode_value_are_counted_in_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_fourth(units: list[int]) -> Iterator[tuple[int, str]]:
        return code_points([*units[:3], 0xD83D, *units[4:]])

    monkeypatch.setattr("pipeline.readers.pdf.pages.code_points", without_fourth)
    record = converted(tmp_path, pdf(column("The weir is old.")))
    assert record.data == "The�weir is old.\n"
    assert record.faults == ("characters without a Unicode value (1)",)


def test_bytes_of_a_pdf_are_converted_by_their_media_type() -> None:
    article = pipeline.process(pdf([*QUESTION, *ANSWER]), id="a", media_type="application/pdf")
    assert pipeline.restore(article) == TALK.encode()


def test_damage_never_raises_anything_else(tmp_path: Path) -> None:
    check_reader(PdfReader(), {"a.pdf": pdf([*QUESTION, *ANSWER])})
    sound = pdf([*QUESTION, *ANSWER], *pages(3))
    record = only_record(found(tmp_path, "a.pdf", sound))
    for at in range(0, len(sound), 97):
        damaged = msgspec.structs.replace(record, data=sound[:at] + b"0" + sound[at + 1 :])
        with suppress(DocumentError):
            assert text_record(damaged).data


def test_a_long_page_takes_linear_time(tmp_path: Path) -> None:
    page = [Shown("The keeper of the weir.", y=700 - i / 20) for i in range(10_000)]
    began = time.perf_counter()
    spoken(tmp_path, page)
    assert time.perf_counter() - began < 20
