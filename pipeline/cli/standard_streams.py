"""Standard output and standard error: what a person reads there is escaped, and a stream that fails ends no traceback.

Text that is printed is for people. Bytes that are written to `sys.stdout.buffer` are for programs and stay as they are,
except on a terminal, which would act on them.
"""

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from pipeline.errors import PipelineError, UsageError
from pipeline.text.escapes import escape_hidden, escape_hidden_json

UNESCAPED_CHARACTERS = "\n\t"
"""What lines and columns are made of."""
STDOUT_CLOSED = "standard output is closed; write to a file with -o"


class OutputError(PipelineError):
    """Standard output cannot be written to: its disk is full, or it is closed."""


@contextmanager
def escaping() -> Iterator[None]:
    """Standard streams for the block: they are there, escape what is printed, and take characters of any encoding.

    Raises `OutputError` or `BrokenPipeError` where standard output fails. Nothing fails where standard error does.
    """
    _occupy()
    before = sys.stdout, sys.stderr
    out, err = cast("TextIO | None", sys.stdout), cast("TextIO | None", sys.stderr)
    for stream in (out, err):
        if isinstance(stream, io.TextIOWrapper):
            # A character that the encoding has not is shown as its number; it is no reason to stop.
            stream.reconfigure(errors="backslashreplace")
    sys.stdout = cast("TextIO", _Nowhere() if out is None else _Output(out))
    sys.stderr = cast("TextIO", _Nowhere() if err is None else _Errors(err))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def unescaped(stream: TextIO) -> TextIO:
    """The same stream without the escapes: for rich, which has its own control sequences to write."""
    return cast("TextIO", _Unescaped(stream)) if isinstance(stream, _Escaping) else stream


def write_json(data: bytes) -> None:
    """Writes a JSON value to standard output; what a terminal would act on is escaped in it, and means the same."""
    sys.stdout.buffer.write(escape_hidden_json(data) + b"\n")


def read_stdin() -> bytes:
    """All of standard input. Raises `UsageError` where it is closed."""
    if cast("TextIO | None", sys.stdin) is None:
        raise UsageError("standard input is closed; give a file instead of -")
    return sys.stdin.buffer.read()


def _occupy() -> None:
    """Opens the standard descriptors that the caller closed: a file that is opened later would get their numbers."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free, and so this one.
            os.open(os.devnull, os.O_RDWR)


class _Escaping:
    """A text stream that escapes; all else is asked of the stream under it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Writes the text escaped."""
        return self.put(escape_hidden(text, UNESCAPED_CHARACTERS))

    def put(self, text: str) -> int:
        """Writes the text as it is."""
        try:
            self.stream.write(text)
        except OSError as error:
            self.fail(error)
        return len(text)

    def flush(self) -> None:
        """Hands on what is written."""
        try:
            self.stream.flush()
        except OSError as error:
            self.fail(error)

    def fail(self, _: OSError) -> None:
        """Sends what is still to come nowhere; else Python would try again, and complain, when it ends."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the stream has
        return getattr(self.stream, name)


class _Unescaped:
    """What writes to a stream that escapes, and is trusted with its control sequences."""

    def __init__(self, stream: _Escaping) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes the text as it is."""
        return self._stream.put(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the stream has
        return getattr(self._stream, name)


class _Errors(_Escaping):
    """Standard error: where nobody can hear, nothing is said."""


class _Output(_Escaping):
    """Standard output, with the bytes for programs in `buffer`."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._bytes: _Bytes | None = None

    @property
    def buffer(self) -> "_Bytes":
        """What bytes are written to."""
        if self._bytes is None:
            self._bytes = _Bytes(self)
        return self._bytes

    def fail(self, error: OSError) -> None:
        """Raises it, with the name of the stream where it is not that the reader has gone."""
        super().fail(error)
        # Windows says of a closed pipe that the argument is invalid.
        if isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL):
            raise BrokenPipeError(*error.args) from error
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


class _Bytes(io.BufferedIOBase):
    """The bytes of standard output: as they are, but escaped on a terminal."""

    def __init__(self, output: _Output) -> None:
        super().__init__()
        self._output = output
        is_terminal = output.stream.isatty()
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace") if is_terminal else None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._decoder is not None

    def fileno(self) -> int:
        return self._output.stream.fileno()

    def write(self, data: Any) -> int:  # noqa: ANN401 -- whatever holds bytes
        """Writes behind what was printed before."""
        size = memoryview(data).nbytes
        if self._decoder is not None:
            self._output.write(self._decoder.decode(bytes(data)))
            return size
        try:
            self._output.stream.flush()
            self._output.stream.buffer.write(data)
        except OSError as error:
            self._output.fail(error)
        return size

    def flush(self) -> None:
        self._output.flush()


class _Nowhere(io.TextIOBase):
    """Stands for a stream that the caller closed: text for people is dropped, bytes for programs are an error."""

    def write(self, text: str) -> int:
        return len(text)

    @property
    def buffer(self) -> "_Closed":
        return _Closed()


class _Closed(io.BufferedIOBase):
    def writable(self) -> bool:
        return True

    def write(self, _: Any) -> int:  # noqa: ANN401
        raise OutputError(STDOUT_CLOSED)
