"""What docs/scale.md shows: the example runs, and what it says of columns is what there is."""

import os
import subprocess
import sys

import pyarrow as pa
import regex

from docs.test_documentation import ROOT, blocks, shape
from pipeline.runs.batches import OUTCOMES

PAGE = (ROOT / "docs" / "scale.md").read_text("utf-8")
IN_SPARK = {
    pa.string(): "string",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.map_(pa.string(), pa.int64()): "map<string, bigint>",
}


def test_the_batch_that_is_shown_gives_what_is_shown() -> None:
    done = subprocess.run(
        [sys.executable, "-c", blocks(PAGE, "python")[0]],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert shape(done.stdout) == shape(blocks(PAGE, "text")[0])


def test_the_columns_that_spark_is_told_are_those_of_a_batch() -> None:
    told = regex.search(r'OUTCOMES = """\n(.*?)"""', PAGE, regex.DOTALL)
    assert told is not None
    columns = [column.strip() for column in regex.split(r",(?![^<]*>)", told[1])]
    assert columns == [f"{field.name} {IN_SPARK[field.type]}" for field in OUTCOMES]


def test_the_table_names_every_column() -> None:
    table = PAGE.partition("| column | type | holds |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line]
    assert set(regex.findall(r"`(\w+)`", " ".join(cells))) == set(OUTCOMES.names)


def test_what_is_shown_of_other_engines_is_python() -> None:
    for block in blocks(PAGE, "python"):
        compile(block, "scale.md", "exec")
