"""What a child process sets up for itself: its memory limit, and the file for its traceback after a crash."""

import faulthandler
import signal
import sys
from typing import BinaryIO

OUT_OF_MEMORY_EXIT_CODE = 77
"""Exit code of a child that ran out of memory and could not send a message about it."""
MIB = 1 << 20


def record_crashes(trace: BinaryIO) -> None:
    """Writes the traceback to an open file after a crash, or when the parent sends SIGUSR1."""
    faulthandler.enable(trace, all_threads=False)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, trace, all_threads=False)


def limit_memory(limit: int | None) -> int | None:
    """Limits the memory of this process, in bytes. Returns the limit in force, which the system may have lowered.

    None means no limit; so does a system that cannot set one.
    """
    if limit is None or sys.platform == "win32":
        return None
    import resource

    # RLIMIT_DATA counts private memory only: word lists that processes share do not count.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard not in {resource.RLIM_INFINITY, -1}:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    space, _ = resource.getrlimit(resource.RLIMIT_AS)
    return limit if space in {resource.RLIM_INFINITY, -1} else min(limit, space)
