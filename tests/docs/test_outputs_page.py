"""What docs/outputs.md shows is executed, in its order, and its tables name the columns that are there."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import regex

from docs.page_commands import WAYS, run_command
from docs.test_documentation import ROOT, shape
from pipeline.exporters.registry import BUILT_IN_EXPORTERS
from pipeline.exporters.tables.row_kinds import ROW_TYPES

PAGE = (ROOT / "docs" / "outputs.md").read_text("utf-8")
BLOCK = regex.compile(r"^```(console|python|sql)\n(.*?)^```$", regex.DOTALL | regex.MULTILINE)


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder like the repository's root."""
    shutil.copytree(ROOT / "raw", tmp_path / "raw")
    return tmp_path


def sessions(block: str) -> Iterator[tuple[str, str]]:
    for session in regex.split(r"^\$ ", block, flags=regex.MULTILINE)[1:]:
        command, _, shown = session.partition("\n")
        yield command, shown


@pytest.mark.parametrize("way", WAYS)
def test_every_block_runs_and_prints_what_is_shown(workplace: Path, way: str) -> None:
    pytest.importorskip("duckdb")
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    namespace: dict[str, Any] = {}
    for kind, block in BLOCK.findall(PAGE):
        if kind == "console":
            for command, shown in sessions(block):
                finished = run_command(command, workplace, way)
                assert finished.code == 0, f"{command}\n{finished.err}"
                assert shape(finished.out) == shape(shown), command
        elif kind == "sql":
            with sqlite3.connect(workplace / "articles.sqlite") as database:
                for statement in block.strip().split(";\n"):
                    assert database.execute(statement.rstrip(";")).fetchall(), statement
            database.close()
        else:
            with chdir(workplace):
                exec(block, namespace)


@pytest.mark.parametrize("name", ROW_TYPES)
def test_the_page_names_every_column_of_a_table_and_no_other(name: str) -> None:
    part = PAGE.partition(f"### `{name}`\n")[2].partition("\n#")[0]
    rows = regex.findall(r"^\| (`.*?) \|", part, regex.MULTILINE)
    named = [column for row in rows for column in regex.findall(r"`(\w+)`", row)]
    assert set(named) == set(ROW_TYPES[name].__struct_fields__)
    assert len(named) == len(set(named))


def test_the_page_names_every_format() -> None:
    assert regex.findall(r"^\| `(\w+)` \| (?:`--to|`\.)", PAGE, regex.MULTILINE) == list(BUILT_IN_EXPORTERS)
