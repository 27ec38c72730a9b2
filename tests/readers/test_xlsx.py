"""Excel workbooks: each row of a sheet with texts is a document."""

from pathlib import Path

import pytest

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record
from pipeline.readers import documents_extra
from pipeline.readers.xlsx.extent import cell_extent
from pipeline.readers.xlsx.reader import XlsxReader
from pipeline.testing import check_reader
from readers.found import found, ids, only_failure, texts
from readers.zip_documents import sheet_rows, xlsx, zipped

pytest.importorskip("python_calamine")

TALK = "Daily Post: Why a weir?\nIda Moss: 为了鳗鱼。"
ROWS = sheet_rows(("id", "text", "year"), ("a1", TALK, 2024), ("", "", ""), (7, "Salt &amp; time.", 1.5))


def test_rows_are_documents(tmp_path: Path) -> None:
    first, second = found(tmp_path, "a.xlsx", xlsx({"Talks": ROWS}))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.id, first.data, first.metadata["year"]) == ("a1", TALK, "2024")
    assert (second.id, second.data, second.metadata["year"]) == ("7", "Salt & time.", "1.5")
    assert (first.origin.member, first.origin.row, first.origin.field) == ("Talks", 1, "text")


def test_sheets_without_texts_are_left_out(tmp_path: Path) -> None:
    data = xlsx({"Talks": sheet_rows(("text",), ("One.",)), "数": sheet_rows(("n",), (1,)), "Empty": ""})
    items = found(tmp_path, "a.xlsx", data)
    assert ids(items) == ["wire/a#1"]
    assert {each.name: each.reason for each in items if isinstance(each, LeftOut)} == {
        "wire/a.xlsx, 数": "has no field that is a text (there are: n)",
        "wire/a.xlsx, Empty": "contains no records",
    }


def test_two_sheets_with_texts_have_ids_of_their_own(tmp_path: Path) -> None:
    rows = sheet_rows(("text",), ("One.",))
    assert ids(found(tmp_path, "a.xlsx", xlsx({"A": rows, "B": rows}))) == ["wire/a.A#1", "wire/a.B#1"]


def test_the_options_name_a_sheet_and_its_header(tmp_path: Path) -> None:
    data = xlsx({"A": ROWS, "B": sheet_rows(("Why a weir? " * 30,), ("For the eels. " * 30,))})
    assert len(texts(found(tmp_path, "a.xlsx", data, sheet="B", header=False))) == 2
    assert "has no sheet 'C'" in only_failure(found(tmp_path, "a.xlsx", data, sheet="C")).reason


def test_a_workbook_without_texts_fails_if_it_is_named(tmp_path: Path) -> None:
    reason = only_failure(found(tmp_path, "a.xlsx", xlsx({"A": ""}))).reason
    assert reason == "none of its sheets contains texts (A contains no records)"


def test_without_the_library_the_file_is_skipped_with_the_extra_that_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.readers.xlsx.reader.documents_library", lambda _: None)
    reason = f"is an Excel workbook (xlsx), which the extra [documents] reads: {documents_extra.INSTALL}"
    assert only_failure(found(tmp_path, "a.xlsx", xlsx({"A": ROWS}))).reason == reason
    assert found(tmp_path, "a.xlsx", xlsx({"A": ROWS}), named=False) == [LeftOut("wire/a.xlsx", reason)]


def test_a_cell_at_the_far_end_is_refused_before_the_sheet_is_loaded(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    reason = only_failure(found(tmp_path, "a.xlsx", xlsx({"A": ROWS + far}))).reason
    assert reason.startswith("its part xl/worksheets/sheet1.xml has 17,179,869,184 cells, over the limit")


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_the_extent_does_not_depend_on_how_the_sheet_is_cut(size: int) -> None:
    data = ROWS.encode()
    assert cell_extent(data[at : at + size] for at in range(0, len(data), size)) == 12


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    data = xlsx({"A": sheet_rows(("text",), ("a" * 60_000_000,))})
    small = Input(limits=Limits(expanded=100_000))
    assert "unpacks to more than" in only_failure(found(tmp_path, "a.xlsx", data, small)).reason


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"a.txt": "x"}, "has no part xl/workbook.xml"),
        ({"xl/workbook.xml": "<workbook"}, "cannot be read: "),
    ],
)
def test_a_damaged_workbook_is_named(tmp_path: Path, parts: dict[str, str], reason: str) -> None:
    assert reason in only_failure(found(tmp_path, "a.xlsx", zipped(parts))).reason


def test_damage_is_reported_well() -> None:
    check_reader(XlsxReader(), {"a.xlsx": xlsx({"Talks": ROWS})})
