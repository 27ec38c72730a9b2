"""Makes a worker die with its parent process.

A worker of a dead run must not write to an output that another run now uses, so it also holds a share of the lock while
it lives.
"""

import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing import current_process, forkserver, parent_process
from pathlib import Path
from typing import Any, Final

from pipeline.runs.output.lock import hold_share
from pipeline.runs.processes.start import PARENT_ATTRIBUTE

ALIVE_PIPE_ATTRIBUTE: Final = "_forkserver_alive_fd"
"""Where Python keeps the pipe. If another version keeps it elsewhere, a hanging worker outlives a killed run."""


def bind_to_parent(lock: Path | None) -> bool:
    """Binds this process to its run and takes a share of the lock file. Returns False if the run is over."""
    _die_with_parent()
    parent = vars(current_process()).get(PARENT_ATTRIBUTE)
    if sys.platform != "win32" and parent is not None and os.getppid() != parent:
        # The fork server was killed before the system knew of the bond, and the run has given this process up.
        return False
    run = parent_process()
    if run is not None and not run.is_alive():
        # It ended before the system knew of the bond.
        return False
    return lock is None or hold_share(lock)


def use_environment(environment: Mapping[str, str]) -> None:
    """Replaces the environment variables of this process."""
    os.environ.clear()
    os.environ.update(environment)


def _die_with_parent() -> None:
    """Makes the system kill this process when the fork server ends, and lets the fork server end with the run.

    A hanging worker does not notice that its pipe is closed, so the system must kill it.
    """
    if sys.platform != "linux":
        return
    import ctypes

    set_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGKILL)
    # The fork server ends when no process holds this end of a pipe any more. Each process that it forks gets a copy,
    # so that it can start processes of its own, which ours do not.
    server: Any = forkserver.__dict__["_forkserver"]
    alive = getattr(server, ALIVE_PIPE_ATTRIBUTE, None)
    if alive is not None:
        setattr(server, ALIVE_PIPE_ATTRIBUTE, None)
        os.close(alive)
