"""The run's side of the reading process: it watches memory and time, and restarts the process when it ended.

A file at which the process ends is read once more in a fresh process, one document at a time, so that all documents
before the one to blame are kept. If that ends as well, the rest of the file is not read, and the file is reported.
"""

import os
import pickle
import shutil
import stat
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.reduction import send_handle
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from pipeline.config.settings import Input
from pipeline.model.record import Unreadable, printable
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import Registry
from pipeline.runs.executors.executor import ExecutorError
from pipeline.runs.processes import temporary_folder
from pipeline.runs.processes.child_main import Ready
from pipeline.runs.processes.child_process import EXIT_SECONDS, RETRY_SECONDS, START_SECONDS, ChildProcess
from pipeline.runs.processes.crash_report import describe_exit, innermost_line, killed_for_memory, stop_hanging
from pipeline.runs.processes.limits import MIB, OUT_OF_MEMORY_EXIT_CODE
from pipeline.runs.processes.start import StartError, wait_for_exit
from pipeline.runs.reading_process.messages import (
    CheckDocument,
    DocumentBatch,
    DocumentCheck,
    GroupResult,
    NextBatch,
    ReaderConfig,
    ReadFile,
    ReadGroup,
    ReadItem,
    Request,
)
from pipeline.runs.reading_process.reader_process import reader_main
from pipeline.runs.reading_process.time_limits import WHOLE_FILE, ProcessEnd, ProcessEndedError, TimeLimit
from pipeline.runs.records import WAITING, SourceItem, Waiting

MAX_ENDS_AT_DOCUMENT: Final = 2
"""How often the process may end at one document of a file."""
MAX_ENDS_AT_FILE: Final = 5
"""How often it may end at one file, at any document; and how often in a row without a file to blame."""
POLL_SECONDS = 0.05
"""How long the run waits for a message before it can do other work."""

Answer = TypeVar("Answer", Ready, DocumentBatch, GroupResult, DocumentCheck)


class _ReaderChild(ChildProcess):
    """The reading process; `ready` is its first message."""

    def __init__(self, config: bytes, trace: Path) -> None:
        super().__init__(reader_main, config, trace)
        self.ready: Ready | None = None

    def send(self, message: Request | NextBatch) -> None:
        with suppress(BrokenPipeError, ConnectionResetError, BlockingIOError):
            # If it is dead or hangs, the next wait for a message finds out.
            self.connection.send_bytes(pickle.dumps(message))


class ReadingProcess:
    """Reads files in another process. Use it as a context manager; the process starts with the first file.

    Raises `ExecutorError` if no such process can be started or kept.
    """

    def __init__(self, options: Input, readers: Registry) -> None:
        self._options = options
        self._readers = readers
        self._child: _ReaderChild | None = None
        self._folder: Path | None = None
        self._started = 0
        self._failures = 0
        """How often in a row the process ended, or did not start, without a file to blame."""
        self._group: list[InputFile] = []
        """The files that the process was asked to read ahead."""

    def __enter__(self) -> "ReadingProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process and deletes its temporary files."""
        self._kill()
        if self._folder is not None:
            temporary_folder.remove(self._folder)
            self._folder = None

    @property
    def process_id(self) -> int | None:
        """The id of the process; None if there is none."""
        return None if self._child is None else self._child.process.pid

    def documents(self, file: InputFile, most: int | None = None) -> Iterator[SourceItem]:
        """Yields the documents of a file like `readers.documents.of_file`, at most `most`; `Waiting` in between.

        If a document, or opening the file, ends the process twice or takes too long, the file is `Unreadable` from
        there on.
        """
        try:
            stream = _stream(file)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}; check its permissions and run again"
            yield Unreadable(file.id, reason, passing=True)
            return
        try:
            yield from self._documents(file, most, stream)
        finally:
            if stream is not None:
                os.close(stream)

    def is_document(self, file: InputFile) -> bool:
        """Whether a file is one document, like `readers.documents.is_document`. False if that cannot be found out."""
        if file.is_stdin:
            return False
        try:
            self._ready_child().send(CheckDocument(file))
            return _result(self._receive(DocumentCheck, self._limit(file))).is_document
        except ProcessEndedError:
            # The file is reported when it is read.
            return False

    def ask_for_group(self, files: list[InputFile]) -> bool:
        """Starts to read small files ahead. Returns False if there is no process that is ready."""
        if self._child is None or self._child.ready is None:
            return False
        self._group = files
        self._child.send(ReadGroup(files))
        return True

    def group(self) -> Generator[Waiting, None, list[tuple[str | None, list[ReadItem]]]]:
        """Returns the documents of the first files of the group, each with the stamp of its file.

        If the process has ended at one of them, returns none: ask for the files one by one.
        """
        files, self._group = self._group, []
        if self._child is None or not files:
            return []
        seconds = self._options.limits.seconds
        try:
            return (yield from self._receive(GroupResult, TimeLimit(seconds, seconds))).files
        except ProcessEndedError:
            return []

    def _documents(self, file: InputFile, most: int | None, stream: int | None) -> Iterator[SourceItem]:
        yielded, ends, tries = 0, Counter[int | None](), 0
        chunk = 1 if stream is not None else ReadFile(file).chunk
        while True:
            rest = None if most is None else most - yielded
            request = ReadFile(file, yielded, rest, chunk, streamed=stream is not None)
            size = file.size
            try:
                for item in self._read(request, stream):
                    if not isinstance(item, Waiting):
                        yielded += 1
                        self._failures = 0
                    yield item
            except ProcessEndedError as error:
                end = error.end
            else:
                return
            if end.lost and stream is None:
                # `_count_failure` counts these; the run stops if there are too many.
                continue
            ends[end.item] += 1
            tries += 1
            shrank = (file.size or 0) < (size or 0)
            may_retry = tries < MAX_ENDS_AT_FILE and (end.item is None or ends[end.item] < MAX_ENDS_AT_DOCUMENT)
            if stream is None and not shrank and may_retry:
                chunk = 1
                continue
            yield _unreadable(file, end, yielded, shrank=shrank, once=stream is not None)
            return

    def _read(self, request: ReadFile, stream: int | None) -> Iterator[SourceItem]:
        """Yields the documents that one process reads. Raises `ProcessEndedError`."""
        yield from self._start()
        child = self._ready_child()
        child.send(request)
        if stream is not None:
            with suppress(BrokenPipeError, ConnectionResetError, BlockingIOError):
                send_handle(child.connection, stream, child.process.pid)
        limit, is_complete = self._limit(request.file), False
        try:
            while True:
                batch = yield from self._receive(DocumentBatch, limit)
                if batch.out_of_memory:
                    yield from batch.items
                    raise ProcessEndedError(self._end(out_of_memory=True))
                if batch.ended:
                    is_complete = True
                    yield from batch.items
                    return
                # Before these are yielded, so that the next ones are read meanwhile.
                child.send(NextBatch())
                yield from batch.items
        finally:
            if not is_complete:
                # The caller wants no more, or there is no more: do not wait for the process.
                self._kill()

    # The process

    def _ready_child(self) -> _ReaderChild:
        """Returns the process, once it can read."""
        for _ in self._start():
            pass
        assert self._child is not None  # noqa: S101 -- see `_start`
        return self._child

    def _start(self) -> Iterator[Waiting]:
        """Starts the process if there is none, and waits until it can read."""
        while self._child is None or self._child.ready is None:
            if self._child is None:
                self._child = self._new_child()
                continue
            try:
                ready = yield from self._receive(Ready, TimeLimit(START_SECONDS, None))
            except ProcessEndedError:
                continue
            if ready.error is not None:
                self._kill()
                raise ExecutorError(f"no process can read files: {printable(ready.error)}; fix what [sources] names")
            self._child.ready = ready

    def _new_child(self) -> _ReaderChild | None:
        if self._folder is None:
            self._folder = temporary_folder.make()
        folder = self._folder / "scratch"
        # A killed process may have left files there.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        config = ReaderConfig(self._options, self._readers, dict(os.environ), str(folder))
        self._started += 1
        try:
            return _ReaderChild(pickle.dumps(config), self._folder / f"{self._started}.trace")
        except StartError as error:
            self._count_failure(f"cannot be started: {error}")
            # The system may be short of memory or processes for a moment only.
            time.sleep(RETRY_SECONDS * 2 ** (self._failures - 1))
            return None

    def _receive(self, kind: type[Answer], limit: TimeLimit) -> Generator[Waiting, None, Answer]:
        """Waits for the next message and returns it. Raises `ProcessEndedError`."""
        child = self._child
        assert child is not None  # noqa: S101 -- the caller has started it
        while True:
            signalled = connection.wait([child.connection, child.process.sentinel], POLL_SECONDS)
            if child.connection in signalled:
                try:
                    message = pickle.loads(child.connection.recv_bytes())  # noqa: S301 -- from our own process
                except (EOFError, OSError):
                    raise ProcessEndedError(self._end()) from None
                assert isinstance(message, kind)  # noqa: S101 -- it answers what it is asked
                return message
            if signalled:
                raise ProcessEndedError(self._end())
            if (seconds := limit.exceeded(child, is_ready=child.ready is not None)) is not None:
                stop_hanging(child.process, child.trace)
                raise ProcessEndedError(self._end(exceeded=seconds))
            yield WAITING

    def _end(self, *, exceeded: float | None = None, out_of_memory: bool = False) -> ProcessEnd:
        """Ends the process and returns why. `exceeded` is the time limit in seconds that it exceeded."""
        child = self._child
        assert child is not None  # noqa: S101 -- there is a process to end
        item = child.heartbeat.item
        if exceeded is not None and time.monotonic() - child.heartbeat.started < exceeded:
            # Not one document took so long, but all of them together.
            item = WHOLE_FILE
        line = innermost_line(child.trace)
        ready, limit = child.ready, self._options.limits.memory
        lost = exceeded is None and not out_of_memory and wait_for_exit(child.process, EXIT_SECONDS)
        self._child = None
        code = child.kill()
        ended = f"the process that reads it {describe_exit(code)}"
        if ready is None or lost:
            self._count_failure(describe_exit(code))
            return ProcessEnd(item, ended, "run again", machine=True, lost=True)
        where = f" (at {line})" if line else ""
        if exceeded is not None:
            what = f"reading it took longer than {exceeded:g} s{where}"
            return ProcessEnd(item, what, "raise [input.limits] seconds")
        if out_of_memory or code == OUT_OF_MEMORY_EXIT_CODE:
            is_lowered = ready.memory is not None and ready.memory < limit * MIB
            mebibytes = ready.memory // MIB if is_lowered and ready.memory is not None else limit
            remedy = "give the process more" if is_lowered else "raise [input.limits] memory"
            what = f"reading it needs more than {mebibytes:,} MiB of memory"
            return ProcessEnd(item, what, remedy, machine=is_lowered)
        if killed_for_memory(code):
            what = f"{ended}, as the system does when memory is short"
            return ProcessEnd(item, what, "run again when there is more", machine=True)
        return ProcessEnd(item, f"{ended}{where}", "report it")

    def _count_failure(self, how: str) -> None:
        self._failures += 1
        if self._failures >= MAX_ENDS_AT_FILE:
            raise ExecutorError(
                f"the process that reads files {how} ({MAX_ENDS_AT_FILE} times); make sure that there is enough "
                "memory, then rerun to resume"
            )

    def _limit(self, file: InputFile) -> TimeLimit:
        return TimeLimit.for_file(file, self._options.limits.seconds)

    def _kill(self) -> None:
        child, self._child = self._child, None
        self._group = []
        if child is not None:
            child.kill()


def _result(waiting: Generator[Waiting, None, Answer]) -> Answer:
    """Runs a generator to its end and returns its value."""
    while True:
        try:
            next(waiting)
        except StopIteration as ended:
            value: Answer = ended.value
            return value


def _stream(file: InputFile) -> int | None:
    """Opens what can be read only once (standard input, a pipe), to hand it to the process; None for other files.

    Raises `OSError`.
    """
    if file.is_stdin:
        if sys.stdin is None:
            raise OSError("standard input is closed")
        # `sys.stdin` may have been replaced, in a test for example, so its descriptor need not be 0.
        return os.dup(sys.stdin.fileno())
    if file.at is None or not file.named:
        return None
    try:
        is_file = stat.S_ISREG(os.stat(file.at).st_mode)
    except OSError:
        # Reading the file reports the error.
        return None
    return None if is_file else os.open(file.at, os.O_RDONLY)


def _unreadable(file: InputFile, end: ProcessEnd, yielded: int, *, shrank: bool, once: bool) -> Unreadable:
    if shrank:
        return Unreadable(file.id, "became shorter while it was read; run again when it is complete", passing=True)
    times = ", and it cannot be read twice" if once else ", twice"
    after = f" after document {yielded:,}" if yielded else ""
    rest = ", and the rest is not read" if yielded else ""
    return Unreadable(file.id, f"{end.what}{after}{times}{rest}; {end.remedy}, or leave it out", passing=end.machine)
