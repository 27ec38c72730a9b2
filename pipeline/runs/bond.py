"""What ties a process to the run that it works for: where that ends, however it ends, it ends too.

Whatever it was about to write must not reach the output when another run is there already, so it also holds a share of
the lock while it lives.
"""

import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing import forkserver, parent_process
from pathlib import Path
from typing import Any

from pipeline.runs.lock import share

ALIVE = "_forkserver_alive_fd"
"""Where Python keeps it; where it keeps it elsewhere, a worker that hangs outlives a run that is killed."""


def tie(lock: Path | None) -> bool:
    """Ties this process to its run, or says that it is over. `lock` is that of the run, if it has one."""
    _die_with_parent()
    run = parent_process()
    if run is not None and not run.is_alive():
        # It ended before the system could be told.
        return False
    return lock is None or share(lock)


def adopt(environment: Mapping[str, str]) -> None:
    """Makes an environment this process's own."""
    os.environ.clear()
    os.environ.update(environment)


def _die_with_parent() -> None:
    """Ends this process with the one that forks workers, and lets that end with the run.

    A worker that hangs hears nothing of the end of its pipe, so the system must end it.
    """
    if sys.platform != "linux":
        return
    import ctypes

    set_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGKILL)
    # The one that forks ends when no process holds this end of a pipe any more; each that it forked is given it, so
    # that it can have workers of its own, which ours have not.
    server: Any = forkserver.__dict__["_forkserver"]
    alive = getattr(server, ALIVE, None)
    if alive is not None:
        setattr(server, ALIVE, None)
        os.close(alive)
