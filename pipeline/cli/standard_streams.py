"""Standard output and standard error: escapes what people read, and handles streams that fail or are closed.

Printed text is for people, so control characters are escaped. Bytes written to `sys.stdout.buffer` are for programs and
are not changed, except on a terminal, which would interpret control characters.
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
"""Control characters that printed text can contain."""
STDOUT_CLOSED = "standard output is closed; write to a file with -o"


class OutputError(PipelineError):
    """Standard output cannot be written, for example because the disk is full or it is closed."""


@contextmanager
def escaping() -> Iterator[None]:
    """Replaces the standard streams for the block: closed ones are opened, printed text is escaped.

    Characters that the encoding of a stream lacks are printed as escapes. Raises `OutputError` or `BrokenPipeError` if
    standard output fails; failures of standard error are ignored.
    """
    _open_closed_descriptors()
    before = sys.stdout, sys.stderr
    out, err = cast("TextIO | None", sys.stdout), cast("TextIO | None", sys.stderr)
    for stream in (out, err):
        if isinstance(stream, io.TextIOWrapper):
            # Print a character that the encoding lacks as an escape instead of failing.
            stream.reconfigure(errors="backslashreplace")
    sys.stdout = cast("TextIO", _ClosedStream() if out is None else _StandardOutput(out))
    sys.stderr = cast("TextIO", _ClosedStream() if err is None else _StandardError(err))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def unescaped(stream: TextIO) -> TextIO:
    """The same stream without escaping, for rich, which writes its own control sequences."""
    return cast("TextIO", _UnescapedStream(stream)) if isinstance(stream, _EscapingStream) else stream


def write_json(data: bytes) -> None:
    """Writes a JSON value to standard output, with control characters as JSON escapes."""
    sys.stdout.buffer.write(escape_hidden_json(data) + b"\n")


def read_stdin() -> bytes:
    """Reads all of standard input. Raises `UsageError` if it is closed."""
    if cast("TextIO | None", sys.stdin) is None:
        raise UsageError("standard input is closed; give a file instead of -")
    return sys.stdin.buffer.read()


def _open_closed_descriptors() -> None:
    """Opens standard descriptors that the caller closed, or files opened later would get their numbers."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # This returns the lowest free number, which is this one.
            os.open(os.devnull, os.O_RDWR)


class _EscapingStream:
    """A text stream that escapes what is written; delegates everything else to the wrapped stream."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Escapes and writes text."""
        return self.write_unescaped(escape_hidden(text, UNESCAPED_CHARACTERS))

    def write_unescaped(self, text: str) -> int:
        """Writes text without escaping it."""
        try:
            self.stream.write(text)
        except OSError as error:
            self.fail(error)
        return len(text)

    def flush(self) -> None:
        """Flushes the wrapped stream."""
        try:
            self.stream.flush()
        except OSError as error:
            self.fail(error)

    def fail(self, _: OSError) -> None:
        """Discards all further output, or Python would retry and print an error at exit."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the stream has
        return getattr(self.stream, name)


class _UnescapedStream:
    """Writes to an escaping stream without escaping."""

    def __init__(self, stream: _EscapingStream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes text without escaping it."""
        return self._stream.write_unescaped(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the stream has
        return getattr(self._stream, name)


class _StandardError(_EscapingStream):
    """Standard error: errors on writing are ignored."""


class _StandardOutput(_EscapingStream):
    """Standard output; programs write bytes to `buffer`."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._bytes: _BinaryOutput | None = None

    @property
    def buffer(self) -> "_BinaryOutput":
        """The binary stream below."""
        if self._bytes is None:
            self._bytes = _BinaryOutput(self)
        return self._bytes

    def fail(self, error: OSError) -> None:
        """Raises `BrokenPipeError` if the reader has closed the pipe, otherwise `OutputError`."""
        super().fail(error)
        # Windows reports a closed pipe as an invalid argument.
        if isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL):
            raise BrokenPipeError(*error.args) from error
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


class _BinaryOutput(io.BufferedIOBase):
    """The binary standard output; escapes control characters on a terminal."""

    def __init__(self, output: _StandardOutput) -> None:
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
        """Writes bytes after the text printed so far."""
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


class _ClosedStream(io.TextIOBase):
    """Replaces a closed stream: drops text for people, raises an error for bytes for programs."""

    def write(self, text: str) -> int:
        return len(text)

    @property
    def buffer(self) -> "_ClosedBuffer":
        return _ClosedBuffer()


class _ClosedBuffer(io.BufferedIOBase):
    def writable(self) -> bool:
        return True

    def write(self, _: Any) -> int:  # noqa: ANN401
        raise OutputError(STDOUT_CLOSED)
