"""Tables as text: how cells are assigned, what a stray quote loses, and that no byte of a cell is lost."""

import csv
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline import UsageError
from pipeline.config.settings import Input, Limits
from pipeline.model.record import Record, Unreadable
from pipeline.readers.registry import select_readers
from readers.found import failures, found, ids, only_aside, only_failure, only_record, texts

HEADER = "id,title,text\n"


def test_a_row_is_a_document_and_its_other_cells_are_metadata(tmp_path: Path) -> None:
    only = only_record(found(tmp_path, "t.csv", HEADER + "n7,The weir,Why a weir? 为了鳗鱼。\n"))
    assert (only.id, only.data) == ("n7", "Why a weir? 为了鳗鱼。")
    assert only.metadata == {"id": "n7", "title": "The weir"}
    assert (only.origin.path, only.origin.row, only.origin.field) == ("wire/t.csv", 1, "text")
    assert only.origin.media_type == "text/csv"


def test_a_row_without_an_id_is_named_by_file_and_number(tmp_path: Path) -> None:
    """Empty lines are not rows."""
    items = found(tmp_path, "t.csv", "text,n\nSalt.,1\n\n盐。,2\n")
    assert ids(items) == ["wire/t#1", "wire/t#2"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_detected(tmp_path: Path, delimiter: str) -> None:
    rows = [("id", "text"), ("a", "Salt; and time. 盐"), ("b", "Wind|rain\nand light")]
    data = "".join(
        delimiter.join(f'"{cell}"' if "\n" in cell or delimiter in cell else cell for cell in row) + "\n"
        for row in rows
    )
    assert texts(found(tmp_path, "t.csv", data)) == ["Salt; and time. 盐", "Wind|rain\nand light"]


def test_a_tsv_is_split_at_tabs_even_if_its_texts_have_commas(tmp_path: Path) -> None:
    assert texts(found(tmp_path, "t.tsv", "id\ttext\n1\tSalt, wind, 潮水\n2\tone, two\n")) == [
        "Salt, wind, 潮水",
        "one, two",
    ]


def test_the_first_line_may_name_the_delimiter(tmp_path: Path) -> None:
    """Excel writes such a line in languages with decimal commas."""
    only = only_record(found(tmp_path, "t.csv", "sep=|\ntext|a,b\nSalt.|c,d\n"))
    assert (only.data, only.metadata) == ("Salt.", {"a,b": "c,d"})


def test_settings_name_the_delimiter_and_the_quote(tmp_path: Path) -> None:
    data = "text~n\n'one~two'~1\n"
    assert texts(found(tmp_path, "t.csv", data, delimiter="~", quote="'")) == ["one~two"]


def test_an_empty_quote_turns_quoting_off(tmp_path: Path) -> None:
    data = 'id\ttext\n1\t"Salt," she said.\n2\t"Wind\n'
    assert texts(found(tmp_path, "t.tsv", data, quote="")) == ['"Salt," she said.', '"Wind']


@pytest.mark.parametrize("values", [{"delimiter": ""}, {"delimiter": ",,"}, {"delimiter": '"'}, {"quote": "''"}])
def test_an_invalid_delimiter_or_quote_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"\[sources.csv\]: .* is one character"):
        select_readers({"csv": values})


def test_a_table_without_header_has_numbered_columns(tmp_path: Path) -> None:
    items = found(
        tmp_path, "t.csv", "a,Salt.\nb,Wind.\n", Input(text_field="column_2", id_field="column_1"), header=False
    )
    assert [(item.id, item.data) for item in items if isinstance(item, Record)] == [("a", "Salt."), ("b", "Wind.")]


def test_a_quoted_cell_may_hold_line_ends_delimiters_and_doubled_quotes(tmp_path: Path) -> None:
    data = HEADER + '1,t,"Q: Why?\r\nA: “为什么”, he said ""no"".\r\n"\r\n2,t,b\r\n'
    assert texts(found(tmp_path, "t.csv", data)) == ['Q: Why?\r\nA: “为什么”, he said "no".\r\n', "b"]


def test_lines_may_end_with_carriage_returns(tmp_path: Path) -> None:
    assert texts(found(tmp_path, "t.csv", "id,text\r1,Salt.\r2,盐。\r")) == ["Salt.", "盐。"]


def test_a_quote_within_a_cell_is_kept(tmp_path: Path) -> None:
    assert texts(found(tmp_path, "t.csv", 'id,text\n1,the 5" pipe\n2,盐\n')) == ['the 5" pipe', "盐"]


def test_names_of_columns_are_made_unique(tmp_path: Path) -> None:
    only = only_record(found(tmp_path, "t.csv", "text,text,,\nSalt.,b,c,d\n"))
    assert only.data == "Salt."
    assert only.metadata == {"text_2": "b", "column_3": "c", "column_4": "d"}


def test_a_row_with_more_cells_than_the_header_fails_alone(tmp_path: Path) -> None:
    first, broken, last = found(tmp_path, "t.csv", 'id,text\n1,"two\nlines"\n2,a,b\n3,盐\n')
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert broken == Unreadable(
        "wire/t#2",
        "wire/t.csv, row 2 (line 4): has 3 cells, the header 2; quote cells that contain ','",
    )


def test_a_row_with_fewer_cells_is_read_if_it_has_its_text(tmp_path: Path) -> None:
    first, second = found(tmp_path, "t.csv", "text,by,on\nSalt.,Wu\n\n,\n")
    assert isinstance(first, Record)
    assert first.metadata == {"by": "Wu"}
    assert isinstance(second, Record)
    items = found(tmp_path, "u.csv", "id,text\n1\n2,b\n")
    assert failures(items) == [
        "wire/u.csv, row 1 (line 2): has 1 cells, the header 2, and none of them is the text; repair it"
    ]


def test_empty_cells_after_the_last_column_are_ignored(tmp_path: Path) -> None:
    assert texts(found(tmp_path, "t.csv", "id,text\n1,Salt.,,\n")) == ["Salt."]


# --- quotes that are not closed


def test_a_stray_quote_loses_only_its_row(tmp_path: Path) -> None:
    items = found(tmp_path, "t.csv", 'id,text\n1,"open\n2,b\n3,c\n4,"d, e"\n')
    assert ids(items) == ["wire/t#1", "2", "3", "4"]
    assert failures(items) == [
        'wire/t.csv, row 1 (line 2): a quote (") opens a cell and is not closed; close it, or double it'
    ]


def test_two_stray_quotes_do_not_make_one_cell_of_the_rows_between(tmp_path: Path) -> None:
    items = found(tmp_path, "t.csv", 'id,text\n1,"open\n2,b\n3,c\n4,d\n5,"again\n6,f\n7,g\n')
    assert ids(items) == ["wire/t#1", "2", "3", "4", "wire/t#5", "6", "7"]


def test_lines_of_a_truncated_quoted_text_are_not_rows(tmp_path: Path) -> None:
    """A truncated download leaves lines of an article, which are not rows."""
    items = found(tmp_path, "t.csv", 'id,text\n1,a\n2,"The first line,\nthe second, and more\n然后，第三行\nand')
    assert ids(items) == ["1", "wire/t#2"]
    assert failures(items) == [
        'wire/t.csv, row 2 (line 3): a quote (") opens a cell and is not closed, and lines 3 to 6 are lost; '
        "close it, or double it"
    ]


def test_reading_continues_after_a_cell_over_the_limit(tmp_path: Path) -> None:
    long = "a line of text, 一行,\nand the next one\n" * 50
    items = found(tmp_path, "t.csv", f'id,text\n1,"{long}"\n2,b\n', Input(limits=Limits(bytes=200)))
    assert ids(items) == ["wire/t#1", "2"]
    assert failures(items) == ["wire/t.csv, row 1 (line 2): is over the limit of 200 bytes; raise [input.limits] bytes"]


@pytest.mark.parametrize("long", ["x" * 5000, '"' + "x" * 5000 + '"', '"' + "x" * 5000 + '\nmore"'])
def test_reading_continues_after_a_line_over_the_limit(tmp_path: Path, long: str) -> None:
    items = found(tmp_path, "t.csv", f"id,text\n1,{long}\n2,b\n", Input(limits=Limits(bytes=200)))
    assert ids(items) == ["wire/t#1", "2"]


def test_a_stray_quote_loses_no_more_than_the_size_limit(tmp_path: Path) -> None:
    rows = "".join(f"{n},row\n" for n in range(2, 200))
    items = found(tmp_path, "t.csv", f'id,text\n1,"open\n{rows}', Input(limits=Limits(bytes=300)))
    assert ids(items) == ["wire/t#1", *map(str, range(2, 200))]


def test_many_stray_quotes_are_read_in_linear_time(tmp_path: Path) -> None:
    """Lines that stay open both inside and outside quotes: each is parsed only a few times."""
    items = found(tmp_path, "t.csv", "id,text\n" + 'a",",b\n' * 2000, Input(limits=Limits(bytes=1000)))
    assert all(isinstance(item, Unreadable) for item in items)


def test_a_cell_longer_than_the_csv_module_allows_is_read_without_changing_its_limit(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    assert texts(found(tmp_path, "t.csv", f"id,text\n1,{'盐 salt ' * 40_000}\n"))[0] == "盐 salt " * 40_000
    assert csv.field_size_limit() == before


# --- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "big5"])
def test_the_encoding_is_detected(tmp_path: Path, encoding: str) -> None:
    text = (
        "记者问：潮水几点来？守潮人说：六点以前。" if encoding != "big5" else "記者問：潮水幾點來？守潮人說：六點以前。"
    )
    data = f'"id","text"\n1,{text}\n2,{text * 3}\n'.encode(encoding)
    items = found(tmp_path, "t.csv", data)
    assert texts(items) == [text, text * 3]
    assert ids(items) == ["1", "2"]


def test_windows_1252_is_detected(tmp_path: Path) -> None:
    text = "The café’s owner – a naïve man – said: “Déjà vu.”"
    assert texts(found(tmp_path, "t.csv", f"id,text\n1,{text}\n".encode("cp1252"))) == [text]


def test_settings_name_the_encoding(tmp_path: Path) -> None:
    data = "id,text\n1,тишина\n".encode("koi8-r")
    assert texts(found(tmp_path, "t.csv", data, Input(encoding="koi8-r"))) == ["тишина"]


def test_a_text_with_invalid_bytes_is_returned_as_bytes(tmp_path: Path) -> None:
    """The decoding of documents then keeps them, so that the source can be restored."""
    raw = "Salt, 盐".encode() + b"\xff" + "田 and time.".encode()
    only = only_record(found(tmp_path, "t.csv", b'text,by\n"' + raw + b'",Wu\n'))
    assert only.data == raw
    assert pipeline.restore(pipeline.process(only.data, id="a")) == raw


def test_a_row_in_another_encoding_than_its_file_is_returned_as_bytes(tmp_path: Path) -> None:
    line = "记者问：潮水几点来？守潮人说：六点以前。"
    data = f"id,text\n1,{line}\n".encode() + f"2,{line}\n".encode("gb18030")
    first, second = found(tmp_path, "t.csv", data)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.data, second.data) == (line, line.encode("gb18030"))
    assert pipeline.process(second.data, id="b").text == line


def test_metadata_with_invalid_bytes_are_decoded_with_replacement(tmp_path: Path) -> None:
    only = only_record(found(tmp_path, "t.csv", "text,by\nSalt.,林".encode() + b"\xff\n"))
    assert only.metadata == {"by": "林\ufffd"}


def test_invalid_bytes_in_another_encoding_fail_their_row(tmp_path: Path) -> None:
    good = "2,记者问：潮水几点来？\n".encode("gb18030")
    items = found(tmp_path, "t.csv", b"id,text\n1,\xff\xff\n" + good * 3, Input(encoding="gb18030"))
    assert failures(items)[0] == (
        "wire/t.csv, row 1 (line 2): "
        "contains bytes that are not valid gb18030; convert the file, or set [input] encoding"
    )
    assert isinstance(items[1], Record)


def test_a_nul_fails_only_its_document(tmp_path: Path) -> None:
    items = found(tmp_path, "t.csv", b"id,text\n1,a\0b\n2,c\n", Input(encoding="utf-8"))
    assert texts(items) == ["a\0b", "c"]
    with pytest.raises(pipeline.DocumentError, match="NUL"):
        pipeline.process("a\0b")


# --- which column, and tables without one


def test_a_missing_named_column_is_one_error_with_the_closest_name(tmp_path: Path) -> None:
    error = only_failure(found(tmp_path, "t.csv", "id,body_text\n1,a\n2,b\n3,c\n", Input(text_field="body_txt")))
    assert error == Unreadable(
        "wire/t",
        "has no column 'body_txt', which [input] text_field names; did you mean 'body_text'?",
        fields=("id", "body_text"),
    )


def test_a_column_of_long_cells_is_the_text_whatever_its_name(tmp_path: Path) -> None:
    text = "The keeper said: 潮水来了。" * 20
    only = only_record(found(tmp_path, "t.csv", f"a,b\nx,{text}\n"))
    assert (only.data, only.origin.field) == (text, "b")


def test_a_table_without_text_is_skipped_in_a_folder(tmp_path: Path) -> None:
    skipped = only_aside(found(tmp_path, "t.csv", "price,qty\n3,4\n5,6\n", named=False))
    assert skipped.name == "wire/t.csv"
    assert skipped.reason == (
        "no field of its records is a text (there are: price, qty); name it in [input] text_field"
    )


def test_a_named_table_without_text_is_an_error(tmp_path: Path) -> None:
    assert "no field of its records is a text" in only_failure(found(tmp_path, "t.csv", "price\n3\n")).reason


@pytest.mark.parametrize("data", [HEADER, "\n\n", "id,text"])
def test_a_header_without_rows_has_no_document(tmp_path: Path, data: str) -> None:
    assert only_aside(found(tmp_path, "t.csv", data, named=False)).reason.startswith(
        ("contains no rows", "contains no records")
    )
    assert only_failure(found(tmp_path, "t.csv", data)).reason.startswith(("contains no rows", "contains no records"))


def test_a_text_with_commas_stays_a_text(tmp_path: Path) -> None:
    data = "id,text\n1,Salt.\n2,Wind.\n"
    assert only_record(found(tmp_path, "t.txt", data)).data == data.encode()


def test_rows_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text\n" + "".join(f"{n},盐 {'x' * 100}\n" for n in range(5000)))
    from pipeline.readers.documents import records
    from pipeline.readers.input_files import InputFile

    items = records([InputFile(path, "t.csv")], Input())
    assert isinstance(next(items), Record)
    with path.open("a") as file:
        file.write("late,row\n")
    assert ids(list(items))[-1] == "late"


# --- quotes with a backslash before them

ESCAPED = [
    ('"He said \\"no\\", and left"', 'He said "no", and left'),
    ('"\\"Why?\\""', '"Why?"'),
    ('"a path C:\\\\salt\\\\, and \\"more\\""', "a path C:\\\\salt\\\\, and \"more\""),
    (r'"it ends in a backslash\\"', "it ends in a backslash\\"),
    ('"one line\nand \\"another\\", below"', 'one line\nand "another", below'),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "text"), ESCAPED)
def test_quotes_with_a_backslash_are_detected(tmp_path: Path, cell: str, text: str) -> None:
    data = HEADER + f'1,a,"He said \\"yes\\", twice"\n2,b,{cell}\n'
    assert texts(found(tmp_path, "t.csv", data)) == ['He said "yes", twice', text]


@pytest.mark.parametrize("text", ["C:\\salt\\", 'C:\\salt\\", he "said"', "a\\b, c"])
def test_backslashes_of_tables_that_double_their_quotes_stay(tmp_path: Path, text: str) -> None:
    cell = '"' + text.replace('"', '""') + '"'
    data = HEADER + f"1,a,{cell}\n" + '2,b,"He said ""no"", and left"\n'
    assert texts(found(tmp_path, "t.csv", data)) == [text, 'He said "no", and left']


def test_a_setting_names_the_escape(tmp_path: Path) -> None:
    data = HEADER + '1,a,"so ^"it^" is"\n'
    assert texts(found(tmp_path, "t.csv", data, escape="^")) == ['so "it" is']


@pytest.mark.parametrize("escape", ["\\\\", '"', "\n"])
def test_an_invalid_escape_is_refused(escape: str) -> None:
    with pytest.raises(UsageError, match="escape"):
        select_readers({"csv": {"escape": escape}})


def test_first_escaped_quote_far_below_costs_its_row_and_names_the_setting(tmp_path: Path) -> None:
    rows = "".join(f"{n},a,Salt {n}\n" for n in range(9000))
    data = HEADER + rows + '9000,b,"He said \\"no\\", and left"\n9001,c,Wind\n'
    items = found(tmp_path, "t.csv", data)
    (failure,) = failures(items)
    assert "has a backslash before a quote" in failure
    assert "set [sources.csv] escape" in failure
    assert [item.data for item in items[-1:] if isinstance(item, Record)] == ["Wind"]
    assert texts(found(tmp_path, "t.csv", data, escape="\\"))[-2:] == ['He said "no", and left', "Wind"]


def test_a_line_that_declares_the_delimiter_is_no_row_of_the_table(tmp_path: Path) -> None:
    """Its one cell would be the width of all rows, and any escape would be as good as none."""
    data = "sep=;\nid;title;text\n" + '1;a;"He said \\"no; no\\", and left"\n'
    assert texts(found(tmp_path, "t.csv", data)) == ['He said "no; no", and left']


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_told_by_rows_with_escaped_quotes_too(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "title", "text"], *([f"{n}", "a", f'"He said \\"no, {n}, and no\\", twice"'] for n in range(5))]
    data = "".join(delimiter.join(row) + "\n" for row in rows)
    expected = [f'He said "no, {n}, and no", twice' for n in range(5)]
    assert texts(found(tmp_path, "t.csv", data)) == expected


def test_a_head_that_does_not_tell_the_escape_leaves_rows_in_doubt(tmp_path: Path) -> None:
    """Both readings of an unquoted cell are valid. The row that is not fails, and the others are read as they are."""
    data = HEADER + '1,a,a sign of \\"salt\\" here\n2,b,Wind\n'
    assert texts(found(tmp_path, "t.csv", data)) == ['a sign of \\"salt\\" here', "Wind"]
    far = "".join(f"{n},a,Salt {n}\n" for n in range(10, 9000)) + '9000,b,"He said \\"no\\", and left"\n'
    (failure,) = failures(found(tmp_path, "u.csv", data + far))
    assert "set [sources.csv] escape" in failure
