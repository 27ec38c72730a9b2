"""What ties a process to the run that it works for: where that ends, however it ends, it ends too.

Whatever it was about to write must not reach the output when another run is there already, so it also holds a share of
the lock while it lives.
"""

import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing import current_process, forkserver, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pipeline.runs.places.lock import share

ALIVE = "_forkserver_alive_fd"
"""Where Python keeps it; where it keeps it elsewhere, a worker that hangs outlives a run that is killed."""


def start(process: BaseProcess) -> None:
    """Starts a process that ties itself to this one.

    A daemon may have no children by the rules of `multiprocessing`, since they might outlive it. Those that are tied do
    not, and engines such as Dask have daemons do their work.
    """
    configuration: dict[str, object] = vars(current_process())["_config"]
    is_daemon = configuration.pop("daemon", None)
    try:
        process.start()
    finally:
        if is_daemon is not None:
            configuration["daemon"] = is_daemon


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


def _disown_server() -> None:
    """Lets a process that was forked have a server of its own to fork from: that of its parent is no child of its."""
    server: Any = forkserver.__dict__["_forkserver"]
    if server._forkserver_pid is not None:  # noqa: SLF001 -- there is no other way
        os.close(server._forkserver_alive_fd)  # noqa: SLF001
        server.__init__()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_server)
