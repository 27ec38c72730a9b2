"""Starts processes: forked from a server that has loaded what all of them need, or spawned where there is no fork."""

import os
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from multiprocessing import (
    connection,
    current_process,
    forkserver,
    get_all_start_methods,
    get_context,
    resource_tracker,
)
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final

from pipeline.runs.processes.safe_path import safe_path

WARMUP_MODULE: Final = "pipeline.runs.processes.warmup"
TAGGER_WARMUP_MODULE: Final = "pipeline.runs.processes.warmup_tagger"
TAGGER_WARMUP_BYTES = 8 << 20
"""Size of the sources from which the fork server loads the tagger; in shorter runs most workers never need it."""
PARENT_ATTRIBUTE: Final = "_pipeline_parent"
"""The attribute of a process object that holds the id of the process which is to fork or spawn it."""
MAX_DYING_SECONDS = 1.0
"""How long a killed process may take until the system reports its end."""


class StartError(Exception):
    """A process could not be started; another attempt may work.

    `parent` is the id of the fork server, if it was killed and that is why.
    """

    def __init__(self, reason: str, parent: int | None = None) -> None:
        super().__init__(reason)
        self.parent = parent


def process_context() -> Any:  # noqa: ANN401 -- of either kind
    """Returns the `multiprocessing` context for this system."""
    return get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")


def begin_warmup(size: int = 0) -> None:
    """Starts to load what workers need, in the background. `size` is that of the sources in bytes."""
    if process_context().get_start_method() == "forkserver":
        set_warmup_modules(size)
        ensure_fork_server()


def set_warmup_modules(size: int = 0) -> None:
    """Sets the modules that the fork server loads when it starts. `size` is that of the sources in bytes."""
    context = process_context()
    if context.get_start_method() == "forkserver":
        tagger = [TAGGER_WARMUP_MODULE] if size >= TAGGER_WARMUP_BYTES else []
        context.set_forkserver_preload([WARMUP_MODULE, *tagger])


def start_process(process: BaseProcess) -> int:
    """Starts a process that binds itself to this one. Returns the id of the process that forked or spawned it.

    `multiprocessing` does not let daemons have children, since these might outlive them. Ours do not, and engines such
    as Dask work in daemons, so this lifts the ban. Raises `StartError`.
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
    """Starts the fork server if it is not running and returns its process id; without one, that of this process.

    Raises `OSError`.
    """
    if "forkserver" not in get_all_start_methods():
        return os.getpid()
    server: Any = forkserver.__dict__["_forkserver"]
    with safe_path():
        # First, because this unblocks SIGINT once the tracker is started.
        resource_tracker.ensure_running()
    # Ctrl-C is for this process. The server inherits the blocked signal; otherwise it would print a traceback when it
    # is interrupted while it loads.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with safe_path():
            try:
                server.ensure_running()
            except ChildProcessError:
                # It is dead, and other code in this process has already collected its exit code.
                preloaded = server._preload_modules  # noqa: SLF001 -- there is no public way
                _disown_fork_server()
                server.set_forkserver_preload(preloaded)
                server.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    process_id: int = server._forkserver_pid  # noqa: SLF001 -- there is no public way
    return process_id


def wait_for_exit(process: BaseProcess, seconds: float | None) -> bool:
    """Waits until a process ends. Returns whether the fork server ended before it could report the exit code."""
    sentinel = process.sentinel
    if not connection.wait([sentinel], seconds) or vars(process).get(PARENT_ATTRIBUTE) == os.getpid():
        return False
    import fcntl
    import termios

    # The server writes the exit code to this pipe; the pipe was closed without one.
    return int.from_bytes(fcntl.ioctl(sentinel, termios.FIONREAD, bytes(4)), sys.byteorder) == 0


def set_message_timeout(end: Connection, seconds: float) -> None:
    """Makes a message that takes longer than `seconds` to send or receive raise `BlockingIOError`.

    Otherwise a process that is stopped in the middle of a message would block this one for ever.
    """
    if sys.platform == "win32":
        return
    # Only sockets have timeouts; `multiprocessing` uses them on Linux and macOS.
    with suppress(OSError), socket.socket(fileno=os.dup(end.fileno())) as pipe:
        timeout = struct.pack("ll", int(seconds) + 1, 0)
        pipe.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeout)
        pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)


def _has_ended(child: int) -> bool:
    """Whether a child of this process is dead or dying. Its exit code can still be collected afterwards."""
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


def _disown_fork_server() -> None:
    """Makes a forked process start a fork server of its own: its parent's server is not its child."""
    server: Any = forkserver.__dict__["_forkserver"]
    if server._forkserver_pid is not None:  # noqa: SLF001 -- there is no public way
        os.close(server._forkserver_alive_fd)  # noqa: SLF001
        server.__init__()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_fork_server)
