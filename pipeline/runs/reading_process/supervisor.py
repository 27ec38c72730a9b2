"""The run's side of the process that reads: it watches memory and time, and starts the process again where it ended.

A file at which the process ends is read once more in a fresh one, a document at a time, so that all documents before
the one that is to blame are kept. Where that ends as well, the file is given up from there on, by name.
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
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import send_handle
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

import msgspec

from pipeline.config.settings import Input
from pipeline.model.record import Unreadable, printable
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import Registry
from pipeline.runs.executors.executor import ExecutorError
from pipeline.runs.processes import temporary_folder
from pipeline.runs.processes.bind_to_parent import StartError, start_process, wait_for_exit
from pipeline.runs.processes.crash_report import describe_exit, innermost_line, killed_for_memory, stop_hanging
from pipeline.runs.processes.limits import MIB, OUT_OF_MEMORY_EXIT_CODE
from pipeline.runs.processes.start import context, set_message_timeout
from pipeline.runs.reading_process import reader_process
from pipeline.runs.reading_process.messages import (
    IDLE,
    CheckDocument,
    DocumentBatch,
    DocumentCheck,
    GroupResult,
    NextBatch,
    ReaderConfig,
    ReadFile,
    ReadGroup,
    ReadItem,
    Ready,
    Request,
)
from pipeline.runs.records import WAITING, SourceItem, Waiting

MAX_ENDS_AT_DOCUMENT: Final = 2
"""How often the process may end at one document of a file."""
MAX_ENDS_AT_FILE: Final = 5
"""How often it may end at one file, wherever; and without any file to blame, or without being started at all."""
RETRY_SECONDS = 0.1
"""Seconds before a process is started again that could not be started; each further time it is twice as long."""
STARTING = 300.0
"""Seconds that it may take until it can read: it imports the readers of others."""
MESSAGE = 60.0
"""Seconds that a message to or from the process may take, before it is taken for one that was stopped."""
POLL_SECONDS = 0.05
"""Seconds after which whoever waits for a document may look after other things."""
FAREWELL = 5.0
"""Seconds in which a process that has no more to do must have ended."""
BYTES_PER_FILE_LIMIT: Final = 1 << 20
"""Bytes of a file for which it has the time of one document. Sound files are read a thousand times as fast."""
BYTES_PER_DOCUMENT_LIMIT: Final = 1 << 28
"""Bytes of a file up to which a document has the time that is set, and so many times as much in a longer one: between
two documents of an archive may lie anything. A file that is packed with xz is read so fast by a slow machine."""

WHOLE_FILE: Final = -1
"""In place of the number of a document: the file as a whole took too long."""

Answer = TypeVar("Answer", Ready, DocumentBatch, GroupResult, DocumentCheck)


class _TimeLimit(msgspec.Struct, frozen=True):
    """Seconds that a process may take for a document, and for all of a file where it is known how long that is."""

    document: float
    file: float | None

    @classmethod
    def of(cls, file: InputFile, seconds: float) -> "_TimeLimit":
        size = file.size
        if size is None:
            return cls(seconds, None)
        return cls(seconds * max(1.0, size / BYTES_PER_DOCUMENT_LIMIT), seconds * max(1.0, size / BYTES_PER_FILE_LIMIT))


class _ProcessEnd(msgspec.Struct, frozen=True):
    """How a process ended: at which document of the file, None for none, why, and what to do.

    `machine` says that the machine is to blame rather than the file. `lost` says that nothing is, since the process
    that forks others has ended.
    """

    at: int | None
    what: str
    remedy: str
    machine: bool = False
    lost: bool = False


class _EndedError(Exception):
    """The process has ended, or had to be ended."""

    def __init__(self, how: _ProcessEnd) -> None:
        super().__init__(how.what)
        self.how = how


class _Child:
    """The process, its pipe and its desk."""

    def __init__(self, setup: bytes, trace: Path) -> None:
        self.trace = trace
        made = context()
        self.connection, theirs = made.Pipe()
        self.desk = made.RawArray("d", [IDLE, 0.0, 0.0])
        self.process: BaseProcess = made.Process(
            target=reader_process.reader_main, args=(theirs, self.desk, setup, str(trace)), daemon=True
        )
        try:
            self.parent = start_process(self.process)
        except StartError:
            self.connection.close()
            raise
        finally:
            theirs.close()
        set_message_timeout(self.connection, MESSAGE)
        self.born = time.monotonic()
        self.ready: Ready | None = None

    def say(self, what: Request | NextBatch) -> None:
        with suppress(BrokenPipeError, ConnectionResetError, BlockingIOError):
            # If it is dead, or hangs, that will be found.
            self.connection.send_bytes(pickle.dumps(what))

    def kill(self) -> int | None:
        """Ends it; how it had ended, or was ended, as an exit code."""
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        self.connection.close()
        self.trace.unlink(missing_ok=True)
        return code


class ReadingProcess:
    """Reads files in another process, for the length of a `with` block; that is started when there is a file to read.

    Raises `ExecutorError` where no such process can be started or kept.
    """

    def __init__(self, options: Input, readers: Registry) -> None:
        self._options = options
        self._readers = readers
        self._child: _Child | None = None
        self._folder: Path | None = None
        self._started = 0
        self._vain = 0
        """How often in a row a process ended, or was not started, without a file to blame."""
        self._group: list[InputFile] = []
        """The files that the process was asked to read ahead."""

    def __enter__(self) -> "ReadingProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process; what it left in its folder for temporary files is gone as well."""
        self._drop()
        if self._folder is not None:
            temporary_folder.remove(self._folder)
            self._folder = None

    @property
    def process_id(self) -> int | None:
        """The number of the process, while there is one."""
        return None if self._child is None else self._child.process.pid

    def documents(self, file: InputFile, most: int | None = None) -> Iterator[SourceItem]:
        """The documents of a file, in order, as `sources.reading.of_file` gives them, at most `most`.

        Between them `Waiting`, as long as none comes. A document, or the opening of the file, that ends the process
        twice, or takes longer than it may, is `Unreadable`, and what follows in the file is not read.
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
        """Whether a file is one document, as `sources.reading.is_document` tells; not where that cannot be told."""
        if file.is_stdin:
            return False
        try:
            told = self._ready()
            told.say(CheckDocument(file))
            return _returned(self._next(DocumentCheck, self._allowed(file))).is_document
        except _EndedError:
            # It is named when it is read.
            return False

    def ask_for_group(self, files: list[InputFile]) -> bool:
        """Has the process read small files ahead. Whether it does: only if it is there, and has nothing else to do."""
        if self._child is None or self._child.ready is None:
            return False
        self._group = files
        self._child.say(ReadGroup(files))
        return True

    def group(self) -> Generator[Waiting, None, list[tuple[str | None, list[ReadItem]]]]:
        """The documents of the first files of the group that was asked for, each with the stamp of its file.

        Where the process has ended at one of them, of none: they are to be asked for one by one.
        """
        files, self._group = self._group, []
        if self._child is None or not files:
            return []
        try:
            allowed = _TimeLimit(self._options.limits.seconds, self._options.limits.seconds)
            return (yield from self._next(GroupResult, allowed)).found
        except _EndedError:
            return []

    def _documents(self, file: InputFile, most: int | None, stream: int | None) -> Iterator[SourceItem]:
        given, ends, tries = 0, Counter[int | None](), 0
        chunk = 1 if stream is not None else ReadFile(file).chunk
        while True:
            rest = None if most is None else most - given
            request = ReadFile(file, given, rest, chunk, streamed=stream is not None)
            size = file.size
            try:
                for found in self._read(request, stream):
                    if not isinstance(found, Waiting):
                        given += 1
                        self._vain = 0
                    yield found
            except _EndedError as error:
                how = error.how
            else:
                return
            if how.lost and stream is None:
                # That is counted elsewhere: the run has to stop where it happens again and again.
                continue
            ends[how.at] += 1
            tries += 1
            shrank = (file.size or 0) < (size or 0)
            if (
                stream is None
                and not shrank
                and tries < MAX_ENDS_AT_FILE
                and (how.at is None or ends[how.at] < MAX_ENDS_AT_DOCUMENT)
            ):
                chunk = 1
                continue
            yield _given_up(file, how, given, shrank=shrank, once=stream is not None)
            return

    def _read(self, request: ReadFile, stream: int | None) -> Iterator[SourceItem]:
        """The documents that one process gives. Raises `_EndedError`."""
        starting = self._start()
        yield from starting
        told = self._ready()
        told.say(request)
        if stream is not None:
            with suppress(BrokenPipeError, ConnectionResetError, BlockingIOError):
                send_handle(told.connection, stream, told.process.pid)
        allowed, whole = self._allowed(request.file), False
        try:
            while True:
                batch = yield from self._next(DocumentBatch, allowed)
                if batch.exhausted:
                    yield from batch.items
                    raise _EndedError(self._bury(exhausted=True))
                if batch.ended:
                    whole = True
                    yield from batch.items
                    return
                # Before these are handed on, so that the next ones are read meanwhile.
                told.say(NextBatch())
                yield from batch.items
        finally:
            if not whole:
                # Nobody wants the rest, or there is none. What the process was at is not waited for.
                self._drop()

    def _ready(self) -> _Child:
        """The process, once it can read."""
        for _ in self._start():
            pass
        assert self._child is not None  # noqa: S101 -- as `_start` leaves it
        return self._child

    def _start(self) -> Iterator[Waiting]:
        """Starts the process if there is none, and waits until it can read."""
        while self._child is None or self._child.ready is None:
            if self._child is None:
                self._child = self._new()
                continue
            try:
                ready = yield from self._next(Ready, _TimeLimit(STARTING, None))
            except _EndedError:
                continue
            if ready.broken is not None:
                self._drop()
                raise ExecutorError(
                    f"no process can read files: {printable(ready.broken)}; repair what [sources] names"
                )
            self._child.ready = ready

    def _new(self) -> _Child | None:
        if self._folder is None:
            self._folder = temporary_folder.make()
        unpacked = self._folder / "scratch"
        # What the last one left there, if it was killed.
        shutil.rmtree(unpacked, ignore_errors=True)
        unpacked.mkdir(exist_ok=True)
        setup = ReaderConfig(self._options, self._readers, dict(os.environ), str(unpacked))
        self._started += 1
        try:
            return _Child(pickle.dumps(setup), self._folder / f"{self._started}.trace")
        except StartError as error:
            self._count_vain(f"cannot be started: {error}")
            # The system may be short of what it takes for a moment only.
            time.sleep(RETRY_SECONDS * 2 ** (self._vain - 1))
            return None

    def _next(self, kind: type[Answer], allowed: _TimeLimit) -> Generator[Waiting, None, Answer]:
        """Waits for what the process says next, and returns it. Raises `_EndedError`."""
        told = self._child
        assert told is not None  # noqa: S101 -- whoever asks has started it
        while True:
            there = connection.wait([told.connection, told.process.sentinel], POLL_SECONDS)
            if told.connection in there:
                try:
                    said = pickle.loads(told.connection.recv_bytes())  # noqa: S301 -- from our own process
                except (EOFError, OSError):
                    raise _EndedError(self._bury()) from None
                assert isinstance(said, kind)  # noqa: S101 -- it answers what it is asked
                return said
            if there:
                raise _EndedError(self._bury())
            if (seconds := _exceeded(told, allowed)) is not None:
                stop_hanging(told.process, told.trace)
                raise _EndedError(self._bury(hangs=seconds))
            yield WAITING

    def _bury(self, *, hangs: float | None = None, exhausted: bool = False) -> _ProcessEnd:
        """Ends the process, and says how that came."""
        told = self._child
        assert told is not None  # noqa: S101 -- there was one to be ended
        at = None if told.desk[0] == IDLE else int(told.desk[0])
        if hangs is not None and time.monotonic() - told.desk[1] < hangs:
            # No document took so long, but all of them together, whichever it is at.
            at = WHOLE_FILE
        line = innermost_line(told.trace)
        was_ready, limit = told.ready, self._options.limits.memory
        lost = hangs is None and not exhausted and wait_for_exit(told.process, FAREWELL)
        self._child = None
        code = told.kill()
        if was_ready is None or lost:
            self._count_vain(describe_exit(code))
            return _ProcessEnd(
                at, f"the process that reads it {describe_exit(code)}", "run again", machine=True, lost=True
            )
        where = f" (at {line})" if line else ""
        if hangs is not None:
            return _ProcessEnd(at, f"reading it took longer than {hangs:g} s{where}", "raise [input.limits] seconds")
        if exhausted or code == OUT_OF_MEMORY_EXIT_CODE:
            less = was_ready.memory is not None and was_ready.memory < limit * MIB
            most = was_ready.memory // MIB if less and was_ready.memory is not None else limit
            remedy = "give the process more" if less else "raise [input.limits] memory"
            return _ProcessEnd(at, f"reading it needs more than {most:,} MiB of memory", remedy, machine=less)
        if killed_for_memory(code):
            what = f"the process that reads it {describe_exit(code)}, as the system does when memory is short"
            return _ProcessEnd(at, what, "run again when there is more", machine=True)
        return _ProcessEnd(at, f"the process that reads it {describe_exit(code)}{where}", "report it")

    def _count_vain(self, how: str) -> None:
        self._vain += 1
        if self._vain >= MAX_ENDS_AT_FILE:
            raise ExecutorError(
                f"the process that reads files {how} ({MAX_ENDS_AT_FILE} times); nothing is lost: see that there is "
                "memory enough, and run again to go on"
            )

    def _allowed(self, file: InputFile) -> _TimeLimit:
        return _TimeLimit.of(file, self._options.limits.seconds)

    def _drop(self) -> None:
        told, self._child = self._child, None
        self._group = []
        if told is not None:
            told.kill()


def _exceeded(told: _Child, allowed: _TimeLimit) -> float | None:
    """The seconds that were allowed for a document or for the file, where the process has taken more."""
    now = time.monotonic()
    n, began, before = told.desk[0], told.desk[1], told.desk[2]
    if told.ready is None:
        return allowed.document if now - told.born > allowed.document else None
    if n == IDLE:
        return None
    if now - began > allowed.document:
        return allowed.document
    return allowed.file if allowed.file is not None and before + now - began > allowed.file else None


def _returned(waiting: Generator[Waiting, None, Answer]) -> Answer:
    """What a generator returns, once nothing is waited for any more."""
    while True:
        try:
            next(waiting)
        except StopIteration as ended:
            value: Answer = ended.value
            return value


def _stream(file: InputFile) -> int | None:
    """A descriptor of what can be read only once, which is to be handed on: standard input, a pipe; None for a file.

    Raises `OSError`.
    """
    if file.is_stdin:
        if sys.stdin is None:
            raise OSError("standard input is closed")
        # What stands for it here, in a test for example, need not be its descriptor 0.
        return os.dup(sys.stdin.fileno())
    if file.at is None or not file.named:
        return None
    try:
        is_file = stat.S_ISREG(os.stat(file.at).st_mode)
    except OSError:
        # Reading it says so.
        return None
    return None if is_file else os.open(file.at, os.O_RDONLY)


def _given_up(file: InputFile, how: _ProcessEnd, given: int, *, shrank: bool, once: bool) -> Unreadable:
    if shrank:
        reason = "became shorter while it was read; run again when it is whole"
        return Unreadable(file.id, reason, passing=True)
    times = ", and it cannot be read twice" if once else ", twice"
    after = f" after document {given:,}" if given else ""
    rest = ", and the rest is not read" if given else ""
    return Unreadable(file.id, f"{how.what}{after}{times}{rest}; {how.remedy}, or leave it out", passing=how.machine)
