"""Lists the documents that a stopped run had read but whose outcome is not known."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from pipeline.model.record import printable
from pipeline.runs.outcome import encodable
from pipeline.storage.atomic import write_atomic

UNFINISHED_FILE: Final = "unaccounted.jsonl"
MAX_NAMED: Final = 5
"""Documents that the error message names; the file lists all."""


def write_list(documents: Sequence[str], folder: Path) -> None:
    """Writes the ids to `folder`, one per line; deletes the file if there are none. Raises `OSError`."""
    if documents:
        lines = (msgspec.json.encode({"document": encodable(each)}) + b"\n" for each in documents)
        write_atomic(folder / UNFINISHED_FILE, b"".join(lines))
    else:
        (folder / UNFINISHED_FILE).unlink(missing_ok=True)


def unfinished_suffix(documents: Sequence[str]) -> str:
    """Returns the end of an error message that names the documents; empty if there are none.

    >>> unfinished_suffix(["a", "b"])
    '; not accounted for: a, b'
    """
    if not documents:
        return ""
    names = ", ".join(printable(encodable(each)) for each in documents[:MAX_NAMED])
    more = len(documents) - MAX_NAMED
    return f"; not accounted for: {names}" + (f" and {more:,} more, all in _run/{UNFINISHED_FILE}" if more > 0 else "")
