"""What a process that works for a run sets up for itself: its limit of memory, and where its last calls are written."""

import faulthandler
import signal
import sys
from typing import BinaryIO

OUT_OF_MEMORY_EXIT_CODE = 77
"""The exit code of a process that cannot say any more that its memory ran out."""
MIB = 1 << 20


def record_crashes(trace: BinaryIO) -> None:
    """Lets a crash, or the parent that asks before it kills, write the calls that led there to an open file."""
    faulthandler.enable(trace, all_threads=False)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, trace, all_threads=False)


def limit_memory(most: int | None) -> int | None:
    """Limits the memory of this process to so many bytes, or to fewer where the system allows fewer; gives the limit.

    None is no limit, also on systems that cannot set any.
    """
    if most is None or sys.platform == "win32":
        return None
    import resource

    # Data of its own, mapped or not: word lists that processes share do not count.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard not in {resource.RLIM_INFINITY, -1}:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    space, _ = resource.getrlimit(resource.RLIMIT_AS)
    return most if space in {resource.RLIM_INFINITY, -1} else min(most, space)
