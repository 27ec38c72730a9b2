"""The hashes of the articles that a run writes, noted just before each is written.

The state of a run is committed some times a second, so after a kill it does not know the last articles that were
written. This log does: an article whose hash is in it is the work of the run that was killed, any other one was edited.
"""

import os
from pathlib import Path
from typing import Final

from pipeline.runs.output.ownership import OPEN_NO_LINK, is_log, set_aside

WRITE_LOG_FILE: Final = "writes"
"""The name of the log in the folder of the run. A run that has ended leaves none."""
HASH_BYTES: Final = 16
"""Bytes of a hash."""


def begin(log: Path) -> frozenset[bytes] | None:
    """Begins the log of a run; gives the hashes that a killed run left in it, None if no log was kept.

    They stay in the log until `end`, since this run may be killed, too. Raises `OSError`.
    """
    if not is_log(log):
        set_aside(log)
    try:
        left = log.read_bytes()
    except FileNotFoundError:
        log.touch()
        return None
    # A kill in the middle of a hash leaves a part of one at the end.
    whole = len(left) - len(left) % HASH_BYTES
    if whole < len(left):
        os.truncate(log, whole)
    return frozenset(left[at : at + HASH_BYTES] for at in range(0, whole, HASH_BYTES))


def note(log: Path, found: bytes) -> None:
    """Adds a hash. Several processes may do so at once. Raises `OSError`."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | OPEN_NO_LINK, 0o666)
    try:
        os.write(file, found)
    finally:
        os.close(file)


def end(log: Path) -> None:
    """Removes the log of a run that has ended, once the state knows all that was written. Raises `OSError`."""
    log.unlink(missing_ok=True)
