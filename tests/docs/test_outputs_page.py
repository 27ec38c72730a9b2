"""What docs/outputs.md shows is executed, in its order, and its tables name the columns that are there."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import regex

from docs.test_documentation import ROOT, shape
from pipeline.exporters.registry import BUILT_IN_EXPORTERS
from pipeline.exporters.tables.row_kinds import ROW_TYPES

PAGE = (ROOT / "docs" / "outputs.md").read_text("utf-8")
BLOCK = regex.compile(r"^```(console|python|sql)\n(.*?)^```$", regex.DOTALL | regex.MULTILINE)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like the repository's root."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(ROOT / "raw", folder / "raw")
    return folder


def run(command: list[str], workplace: Path) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=workplace, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command[-1]}\n{done.stderr}"
    return done.stdout


def sessions(block: str) -> Iterator[tuple[str, str]]:
    for session in regex.split(r"^\$ ", block, flags=regex.MULTILINE)[1:]:
        command, _, shown = session.partition("\n")
        yield command, shown


def test_every_block_runs_and_prints_what_is_shown(workplace: Path) -> None:
    pytest.importorskip("duckdb")
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    code = ""
    for kind, block in BLOCK.findall(PAGE):
        if kind == "console":
            # What ran so far in Python may have been waiting for these files.
            for command, shown in sessions(block):
                assert shape(run(["bash", "-c", command], workplace)) == shape(shown), command
        elif kind == "sql":
            with sqlite3.connect(workplace / "articles.sqlite") as database:
                for statement in block.strip().split(";\n"):
                    assert database.execute(statement.rstrip(";")).fetchall(), statement
            database.close()
        else:
            code += block
            run([sys.executable, "-c", code], workplace)


@pytest.mark.parametrize("name", ROW_TYPES)
def test_the_page_names_every_column_of_a_table_and_no_other(name: str) -> None:
    part = PAGE.partition(f"### `{name}`\n")[2].partition("\n#")[0]
    rows = regex.findall(r"^\| (`.*?) \|", part, regex.MULTILINE)
    named = [column for row in rows for column in regex.findall(r"`(\w+)`", row)]
    assert set(named) == set(ROW_TYPES[name].__struct_fields__)
    assert len(named) == len(set(named))


def test_the_page_names_every_format() -> None:
    assert regex.findall(r"^\| `(\w+)` \| (?:`--to|`\.)", PAGE, regex.MULTILINE) == list(BUILT_IN_EXPORTERS)
