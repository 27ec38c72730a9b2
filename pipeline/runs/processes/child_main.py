"""The child's side of a process that works for a run: it gets ready, then answers messages until the run ends."""

import os
import pickle
import signal
import tempfile
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from pipeline.runs.processes.bind_to_parent import bind_to_parent, use_environment
from pipeline.runs.processes.limits import OUT_OF_MEMORY_EXIT_CODE, limit_memory, record_crashes


class Ready(msgspec.Struct, frozen=True):
    """The first message of a child: its memory limit in bytes, or the error that keeps it from working."""

    error: str | None = None
    memory: int | None = None


class ChildConfig(Protocol):
    """What a child needs to get ready."""

    @property
    def memory(self) -> int | None:
        """The memory limit in bytes, where the system supports one."""
        ...

    @property
    def environment(self) -> Mapping[str, str] | None:
        """The environment of the run: the fork server has that of an earlier moment."""
        ...

    @property
    def lock(self) -> Path | None:
        """The lock file of the run, of which the child holds a share."""
        ...

    @property
    def temporary_folder(self) -> str | None:
        """The folder for temporary files, if not that of the system."""
        ...


Config = TypeVar("Config", bound=ChildConfig)


def serve(
    connection: Connection,
    pickled_config: bytes,
    trace: str,
    config_type: type[Config],
    answer: Callable[[Config, object], None],
) -> None:
    """Gets this process ready, then calls `answer` with the config and each message until the connection is closed.

    `answer` ends the process when it raises `EOFError`. A crash writes its traceback to the file `trace`.
    """
    # Ctrl-C also goes to the parent, which decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        trace_file = Path(trace).open("wb")  # noqa: SIM115 -- it is closed below
    except FileNotFoundError:
        # The run ended before this process began.
        return
    with trace_file:
        record_crashes(trace_file)
        if not bind_to_parent(None):
            return
        if hasattr(os, "register_at_fork"):
            # If a stage forks, its child must not keep the pipe open: the parent would not see this process end.
            os.register_at_fork(after_in_child=connection.close)
        try:
            config = _config(pickled_config, config_type)
        except Exception as error:
            # This imports the stages and readers of other packages, which may raise anything.
            connection.send_bytes(pickle.dumps(Ready(f"{type(error).__name__}: {error}")))
            return
        if config.environment is not None:
            use_environment(config.environment)
        if not bind_to_parent(config.lock):
            return
        if config.temporary_folder is not None:
            tempfile.tempdir = config.temporary_folder
        memory = limit_memory(config.memory)
        try:
            connection.send_bytes(pickle.dumps(Ready(memory=memory)))
            while True:
                answer(config, pickle.loads(connection.recv_bytes()))  # noqa: S301 -- from the parent
        except (EOFError, BrokenPipeError, ConnectionResetError):
            # The parent has ended, or has no more work.
            return
        except MemoryError:
            # There is not enough memory left to send a message.
            os._exit(OUT_OF_MEMORY_EXIT_CODE)


def _config(pickled: bytes, config_type: type[Config]) -> Config:
    config = pickle.loads(pickled)  # noqa: S301 -- from the parent
    assert isinstance(config, config_type)  # noqa: S101 -- the parent sends nothing else
    return config
