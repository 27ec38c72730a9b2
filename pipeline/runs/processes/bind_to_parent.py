"""What ties a process to the run that it works for: where that ends, however it ends, it ends too.

Whatever it was about to write must not reach the output when another run is there already, so it also holds a share of
the lock while it lives.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from multiprocessing import (
    connection,
    current_process,
    forkserver,
    get_all_start_methods,
    parent_process,
    resource_tracker,
)
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from pipeline.runs.output.lock import hold_share
from pipeline.runs.processes.safe_path import safe_path

ALIVE_PIPE_ATTRIBUTE = "_forkserver_alive_fd"
"""Where Python keeps it; where it keeps it elsewhere, a worker that hangs outlives a run that is killed."""
PARENT_ATTRIBUTE: Final = "_pipeline_parent"
"""The attribute of a process that holds the number of the process which is to fork or spawn it."""
MAX_DYING_SECONDS = 1.0
"""Seconds that a process which was killed may take until it is dead."""


class StartError(Exception):
    """A process could not be started. It may well be another time.

    `parent` is the process that should have forked it and was killed, if that is the reason.
    """

    def __init__(self, reason: str, parent: int | None = None) -> None:
        super().__init__(reason)
        self.parent = parent


def start_process(process: BaseProcess) -> int:
    """Starts a process that ties itself to this one; the number of the process that forked or spawned it.

    A daemon may have no children by the rules of `multiprocessing`, since they might outlive it. Those that are tied do
    not, and engines such as Dask have daemons do their work. Raises `StartError`.
    """
    configuration: dict[str, object] = vars(current_process())["_config"]
    is_daemon = configuration.pop("daemon", None)
    parent = None
    try:
        parent = ensure_fork_server()
        vars(process)[PARENT_ATTRIBUTE] = parent
        with safe_path():
            process.start()
    except (EOFError, ConnectionError) as error:
        if parent is not None and _has_ended(parent):
            raise StartError("the process that starts workers was killed", parent) from error
        raise StartError("it was killed at once") from error
    except OSError as error:
        raise StartError(error.strerror or str(error)) from error
    finally:
        if is_daemon is not None:
            configuration["daemon"] = is_daemon
    return parent


def ensure_fork_server() -> int:
    """Makes sure that the process is running which forks others, and gives its number; this one's where none does so.

    Raises `OSError`.
    """
    if "forkserver" not in get_all_start_methods():
        return os.getpid()
    server: Any = forkserver.__dict__["_forkserver"]
    with safe_path():
        # First, since this unblocks SIGINT once the tracker is started.
        resource_tracker.ensure_running()
    # The keyboard interrupts this process, which decides. The server inherits the blocked signal, or it would print
    # where it was while it loads.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with safe_path():
            try:
                server.ensure_running()
            except ChildProcessError:
                # It is dead, and somebody else in this process has asked the system how it ended.
                preloaded = server._preload_modules  # noqa: SLF001 -- there is no other way
                _disown_server()
                server.set_forkserver_preload(preloaded)
                server.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    number: int = server._forkserver_pid  # noqa: SLF001 -- there is no other way
    return number


def _has_ended(child: int) -> bool:
    """Whether a child of this process is dead, or about to die. How it ended can still be asked."""
    if not hasattr(os, "waitid"):
        return True
    deadline = time.monotonic() + MAX_DYING_SECONDS
    while time.monotonic() < deadline:
        try:
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None:
                return True
        except ChildProcessError:
            return True
        time.sleep(0.01)
    return False


def wait_for_exit(process: BaseProcess, seconds: float | None) -> bool:
    """Waits until a process ends, so long at most; whether the one that forked it has ended before it could say so."""
    sentinel = process.sentinel
    if not connection.wait([sentinel], seconds) or vars(process).get(PARENT_ATTRIBUTE) == os.getpid():
        return False
    import fcntl
    import termios

    # The end of the pipe without a number in it.
    return int.from_bytes(fcntl.ioctl(sentinel, termios.FIONREAD, bytes(4)), sys.byteorder) == 0


def bind_to_parent(lock: Path | None) -> bool:
    """Ties this process to its run, or says that it is over. `lock` is that of the run, if it has one."""
    _die_with_parent()
    parent = vars(current_process()).get(PARENT_ATTRIBUTE)
    if sys.platform != "win32" and parent is not None and os.getppid() != parent:
        # The process that forked this one was killed before the system could be told, so the run has given it up.
        return False
    run = parent_process()
    if run is not None and not run.is_alive():
        # It ended before the system could be told.
        return False
    return lock is None or hold_share(lock)


def use_environment(environment: Mapping[str, str]) -> None:
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
    alive = getattr(server, ALIVE_PIPE_ATTRIBUTE, None)
    if alive is not None:
        setattr(server, ALIVE_PIPE_ATTRIBUTE, None)
        os.close(alive)


def _disown_server() -> None:
    """Lets a process that was forked have a server of its own to fork from: that of its parent is no child of its."""
    server: Any = forkserver.__dict__["_forkserver"]
    if server._forkserver_pid is not None:  # noqa: SLF001 -- there is no other way
        os.close(server._forkserver_alive_fd)  # noqa: SLF001
        server.__init__()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_server)
