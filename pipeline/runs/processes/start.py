"""How processes of this machine are made: forked from one that has loaded what all need, where a system can do that."""

import os
import socket
import struct
import sys
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from pipeline.runs.processes.bind_to_parent import ensure_fork_server

WARMUP_MODULE: Final = "pipeline.runs.processes.warmup"
TAGGER_WARMUP_MODULE: Final = "pipeline.runs.processes.warmup_tagger"
TAGGER_WARMUP_BYTES = 8 << 20
"""Bytes of sources from which on it is loaded once for all; of less, most workers never need it."""


def context() -> Any:  # noqa: ANN401 -- of either kind
    """The way in which processes are made on this system."""
    return get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")


def begin_warmup(size: int = 0) -> None:
    """Begins to load what workers need, while this process does other things. `size`: of the sources, in bytes."""
    if context().get_start_method() == "forkserver":
        set_warmup_modules(size)
        ensure_fork_server()


def set_warmup_modules(size: int = 0) -> None:
    """Says what the process that forks workers is to load, in case that it is not running yet."""
    made = context()
    if made.get_start_method() == "forkserver":
        made.set_forkserver_preload([WARMUP_MODULE, *([TAGGER_WARMUP_MODULE] if size >= TAGGER_WARMUP_BYTES else [])])


def set_message_timeout(end: Connection, seconds: float) -> None:
    """Lets a message that takes longer than `seconds` to send or to receive raise `BlockingIOError`.

    A process that is stopped in the middle of one would otherwise hold up this one for ever.
    """
    if sys.platform == "win32":
        return
    # Not all kinds of pipe know of it; a socket, which multiprocessing makes on Linux and macOS, does.
    with suppress(OSError), socket.socket(fileno=os.dup(end.fileno())) as made:
        most = struct.pack("ll", int(seconds) + 1, 0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, most)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, most)
