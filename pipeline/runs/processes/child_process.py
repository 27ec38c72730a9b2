"""The parent's side of a process that works for a run: its pipe, its heartbeat and its crash trace."""

import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from pipeline.runs.processes.heartbeat import Heartbeat
from pipeline.runs.processes.start import StartError, process_context, set_message_timeout, start_process

START_SECONDS: Final = 300.0
"""How long a child may take to get ready: it imports the stages and readers of other packages."""
RETRY_SECONDS: Final = 0.1
"""Wait before a second attempt to start a child; doubled with each further attempt."""
MESSAGE_SECONDS: Final = 60.0
"""How long one message may take; a child that does not read or finish a message is killed."""
EXIT_SECONDS: Final = 5.0
"""How long a child without work may take to exit."""

ChildMain = Callable[[Connection, Heartbeat, bytes, str], None]


class ChildProcess:
    """A running child process.

    Attributes:
        trace: The file in which the child writes its traceback when it crashes.
        connection: This end of the pipe.
        heartbeat: What the child works on.
        process: The process.
        parent_id: The id of the process that forked or spawned it.
        born: When it was started, in seconds of the monotonic clock.

    """

    def __init__(self, main: ChildMain, config: bytes, trace: Path) -> None:
        """Starts the process. `config` is pickled. Raises `StartError`."""
        context = process_context()
        self.trace = trace
        self.connection, child_connection = context.Pipe()
        self.heartbeat = Heartbeat(context)
        self.process: BaseProcess = context.Process(
            target=main, args=(child_connection, self.heartbeat, config, str(trace)), daemon=True
        )
        try:
            self.parent_id = start_process(self.process)
        except StartError:
            self.connection.close()
            raise
        finally:
            child_connection.close()
        set_message_timeout(self.connection, MESSAGE_SECONDS)
        self.born = time.monotonic()

    def kill(self) -> int | None:
        """Ends the process if it still runs, deletes its trace and returns its exit code."""
        # It may wait for a thread of a stage that never ends.
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        self.connection.close()
        self.trace.unlink(missing_ok=True)
        return code
