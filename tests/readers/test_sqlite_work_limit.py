"""Damaged pages of a database with backward pointers: reading ends, and names the table and the row."""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import ReadResult, records
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import select_readers
from pipeline.readers.sqlite import work_limit

PAGE = 512
INTERIOR = frozenset({2, 5})
ROWID, WITHOUT = "CREATE TABLE talks (id TEXT, text TEXT)", "CREATE TABLE talks (id TEXT PRIMARY KEY, text TEXT)"
SCHEMAS = {"rowid": ROWID, "without": f"{WITHOUT} WITHOUT ROWID"}
VIEW = "CREATE VIEW seen AS SELECT * FROM talks"


def database(path: Path, schema: str, rows: int, words: int = 8) -> bytearray:
    """A database of many small pages."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in (f"PRAGMA page_size = {PAGE}", schema, VIEW):
            connection.execute(statement)
        talks = [(f"n{n:05}", f"Why the weir? {n}. " * words) for n in range(rows)]
        connection.executemany("INSERT INTO talks VALUES (?, ?)", talks)
        connection.commit()
    return bytearray(path.read_bytes())


def interior(data: bytearray) -> list[int]:
    """The numbers of the pages with pointers to other pages of a tree, without the first page."""
    return [page for page in range(2, len(data) // PAGE + 1) if data[(page - 1) * PAGE] in INTERIOR]


def pointers(data: bytearray, page: int) -> list[int]:
    """The offsets in the file of a page's pointers to its children, the right-most last."""
    at = (page - 1) * PAGE
    cells = struct.unpack_from(f">{struct.unpack_from('>H', data, at + 3)[0]}H", data, at + 12)
    return [*(at + cell for cell in cells), at + 8]


def read(path: Path, **named: str) -> Iterator[ReadResult]:
    return records([InputFile(path, "t.db", named=True)], Input(), select_readers({"sqlite": named}))


def read_to_its_end(path: Path, most: int, **named: str) -> list[ReadResult]:
    """The items; asserts that there are at most `most`."""
    found: list[ReadResult] = [item for item in islice(read(path, **named), most + 1) if not isinstance(item, LeftOut)]
    assert len(found) <= most
    return found


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("which", ["itself", "the root", "a sibling"])
def test_a_backward_pointer_is_reported_and_no_row_comes_twice(kind: str, which: str, tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    sound, count = database(path, SCHEMAS[kind], 300), 300
    pages, reported = interior(sound), 0
    for page in pages:
        targets = {"itself": page, "the root": pages[0], "a sibling": pages[page == pages[0]]}
        for at in pointers(sound, page)[1:]:
            data = bytearray(sound)
            struct.pack_into(">I", data, at, targets[which])
            path.write_bytes(data)
            found = read_to_its_end(path, count + 1)
            ids = [item.id for item in found if isinstance(item, Record)]
            assert len(set(ids)) == len(ids)
            assert ids == [f"n{n:05}" for n in range(len(ids))]
            (lost,) = (item for item in found if isinstance(item, Unreadable)) if len(ids) < count else (None,)
            if lost is not None:
                assert lost is found[-1]
                assert lost.reason.startswith(f"t.db, talks, row {len(ids) + 1}: ")
                assert lost.reason.endswith("restore a copy, or try `sqlite3 FILE .recover`")
                reported += "points back to earlier rows" in lost.reason
    assert reported


def test_the_error_names_what_shows_that_a_row_was_read_before(tmp_path: Path) -> None:
    for kind, says in (
        ("rowid", "row number 1 follows "),
        ("without", "the primary key 'n00000' occurs a second time"),
    ):
        path = tmp_path / f"{kind}.db"
        data = database(path, SCHEMAS[kind], 300)
        root = interior(data)[0]
        struct.pack_into(">I", data, pointers(data, root)[-1], root)
        path.write_bytes(data)
        last = read_to_its_end(path, 301)[-1]
        assert isinstance(last, Unreadable)
        assert says in last.reason


@pytest.mark.parametrize("kind", SCHEMAS)
def test_overflow_pages_that_point_back_end_with_the_text(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    data = database(path, SCHEMAS[kind], 12, words=200)
    trees = {2, 5, 10, 13}
    overflow = [page for page in range(2, len(data) // PAGE + 1) if data[(page - 1) * PAGE] not in trees]
    assert overflow
    for page in overflow:
        struct.pack_into(">I", data, (page - 1) * PAGE, overflow[0])
    path.write_bytes(data)
    found = read_to_its_end(path, 12)
    assert len(found) == 12
    assert max(len(item.data) for item in found if isinstance(item, Record)) < 20 * 200


QUERIES = {
    "rows": "SELECT * FROM talks",
    "count": "SELECT 'n' AS id, 'A text: ' || count(*) AS text FROM talks",
    "order": "SELECT * FROM talks ORDER BY text DESC",
    "join": "SELECT one.id, other.text FROM talks AS one JOIN talks AS other ON one.text = other.id || 'x'",
}


@pytest.fixture
def thicket(tmp_path: Path) -> Path:
    """A database in which every page points to the same page, so that each row comes more than a million times."""
    path = tmp_path / "t.db"
    data = database(path, SCHEMAS["without"], 1000)
    root, *others = interior(data)
    below = {page: [struct.unpack_from(">I", data, at)[0] for at in pointers(data, page)] for page in (root, *others)}
    page = root
    while True:
        child = next((each for each in below[page] if each in below), below[page][0])
        for at in pointers(data, page):
            struct.pack_into(">I", data, at, child)
        if child not in below:
            break
        page = child
    # The lowest of these pages is the child of one more row of pages, each of which has it as all its children.
    spare = [each for each in others if each != page][:5]
    for upper, lower in zip([root, *spare], [*spare, page], strict=True):
        for at in pointers(data, upper):
            struct.pack_into(">I", data, at, lower)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_on_damaged_pages_ends(query: str, thicket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_limit, "FREE_INSTRUCTIONS", 100_000)
    last = None
    for item in islice(read(thicket, query=QUERIES[query]), 1_000_000):
        last = item
    assert isinstance(last, Unreadable)
    assert "a damaged page points back to another" in last.reason
    assert "restore a copy" in last.reason


def test_a_view_on_damaged_pages_ends(thicket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_limit, "FREE_INSTRUCTIONS", 100_000)
    last = None
    for item in islice(read(thicket, table="seen"), 1_000_000):
        last = item
    assert isinstance(last, Unreadable)
    assert "a damaged page points back to another" in last.reason


def test_an_undamaged_database_may_need_much_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_limit, "FREE_INSTRUCTIONS", 1)
    database(tmp_path / "t.db", ROWID, 3)
    count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
    query = f"{count} SELECT 'n' AS id, 'A text: ' || max(i) AS text FROM n"
    (found,) = read_to_its_end(tmp_path / "t.db", 1, query=query)
    assert isinstance(found, Record)
    assert found.data == "A text: 200000"
