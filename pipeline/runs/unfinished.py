"""Documents that a run has taken and whose end it does not know, because it had to stop: they are named."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from pipeline.model.record import printable
from pipeline.runs.outcome import speakable
from pipeline.storage.atomic import replace

FILE: Final = "unaccounted.jsonl"
NAMED: Final = 5
"""Documents that an error names; the file names all."""


def record(documents: Sequence[str], folder: Path) -> None:
    """Writes their ids to the folder of the run, a line each; no file is there where there are none.

    Raises `OSError`.
    """
    if documents:
        lines = (msgspec.json.encode({"document": speakable(each)}) + b"\n" for each in documents)
        replace(folder / FILE, b"".join(lines))
    else:
        (folder / FILE).unlink(missing_ok=True)


def told(documents: Sequence[str]) -> str:
    """The end of the message of an error; empty where there are none.

    >>> told(["a", "b"])
    '; not accounted for: a, b'
    """
    if not documents:
        return ""
    names = ", ".join(printable(speakable(each)) for each in documents[:NAMED])
    more = len(documents) - NAMED
    return f"; not accounted for: {names}" + (f" and {more:,} more, all in _run/{FILE}" if more > 0 else "")
