"""Documents that a run has taken and whose end it does not know, because it had to stop: they are named."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from pipeline.model.record import printable
from pipeline.runs.outcome import encodable
from pipeline.storage.atomic import write_atomic

UNFINISHED_FILE: Final = "unaccounted.jsonl"
MAX_NAMED: Final = 5
"""Documents that an error names; the file names all."""


def write_list(documents: Sequence[str], folder: Path) -> None:
    """Writes their ids to the folder of the run, a line each; no file is there where there are none.

    Raises `OSError`.
    """
    if documents:
        lines = (msgspec.json.encode({"document": encodable(each)}) + b"\n" for each in documents)
        write_atomic(folder / UNFINISHED_FILE, b"".join(lines))
    else:
        (folder / UNFINISHED_FILE).unlink(missing_ok=True)


def unfinished_suffix(documents: Sequence[str]) -> str:
    """The end of the message of an error; empty where there are none.

    >>> told(["a", "b"])
    '; not accounted for: a, b'
    """
    if not documents:
        return ""
    names = ", ".join(printable(encodable(each)) for each in documents[:MAX_NAMED])
    more = len(documents) - MAX_NAMED
    return f"; not accounted for: {names}" + (f" and {more:,} more, all in _run/{UNFINISHED_FILE}" if more > 0 else "")
