"""The write log of a run: the hash of each article, noted just before the article is written.

The state of a run is committed a few times a second, so after a kill it does not know the last articles that were
written. This log does: an article whose hash is in it was written by the killed run, any other one was edited by hand.
"""

import os
from pathlib import Path
from typing import Final

from pipeline.runs.output.ownership import OPEN_NO_LINK, is_log, set_aside

WRITE_LOG_FILE: Final = "writes"
"""The name of the log in the run's folder. A run deletes it when it ends."""
HASH_BYTES: Final = 16


def begin(log: Path) -> frozenset[bytes] | None:
    """Begins the log of a run. Returns the hashes that a killed run left in it; None if there is no log.

    They stay in the log until `end`, since this run may be killed, too. Raises `OSError`.
    """
    if not is_log(log):
        set_aside(log)
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        log.touch()
        return None
    # After a kill the last hash may be incomplete.
    complete = len(data) - len(data) % HASH_BYTES
    if complete < len(data):
        os.truncate(log, complete)
    return frozenset(data[start : start + HASH_BYTES] for start in range(0, complete, HASH_BYTES))


def note(log: Path, body_hash: bytes) -> None:
    """Adds a hash. Several processes may do so at once. Raises `OSError`."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | OPEN_NO_LINK, 0o666)
    try:
        os.write(file, body_hash)
    finally:
        os.close(file)


def end(log: Path) -> None:
    """Deletes the log after a run has ended and its state is committed. Raises `OSError`."""
    log.unlink(missing_ok=True)
