"""Why a worker died: the signal, and the stage and line at which it was.

Python's `faulthandler` writes the traceback of a process that crashes, innermost call first.
"""

import inspect
import os
import re
import signal
import sys
import time
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import CodeType

import msgspec

from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import Step

FRAME_LINE = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+) in (?P<function>[^\n]+)')
MAX_TRACE_BYTES = 1 << 16
TRACE_SECONDS = 3.0
"""How long a hanging process may take to write its traceback; a busy machine needs some of it."""
TRACE_QUIET_SECONDS = 0.03
"""The traceback is complete when nothing was added to it for this long."""


class CrashLocation(msgspec.Struct, frozen=True):
    """Where a worker was when it died. All fields are None if that is not known.

    Attributes:
        stage: The name of the stage.
        package: The package of the stage with its version, unless the stage is built in.
        line: The line and the file.

    """

    stage: str | None = None
    package: str | None = None
    line: str | None = None


def locate_crash(trace: Path, pipeline: Pipeline) -> CrashLocation:
    """Finds the stage and the line at which a process died, from its traceback."""
    steps = [step for variant in pipeline.variants for step in variant.recipe.steps]
    frames = _frames(trace)
    line = _line(frames)
    # If `find` returns the generator of another function, `find` is not in the traceback, but its file is.
    for matches in (_is_in_find, _is_in_file):
        for frame in frames:
            step = next((step for step in steps if matches(frame, step)), None)
            if step is not None:
                return CrashLocation(step.stage.name, step.foreign, line)
    return CrashLocation(None, None, line)


def innermost_line(trace: Path) -> str | None:
    """Returns the line at which a process died, from its traceback; None if there is none."""
    return _line(_frames(trace))


def stop_hanging(process: BaseProcess, trace: Path) -> None:
    """Kills a process that hangs, after it has written its traceback to `trace`."""
    if process.pid is not None and hasattr(signal, "SIGUSR1"):
        try:
            os.kill(process.pid, signal.SIGUSR1)
        except ProcessLookupError:
            return
        deadline, written = time.monotonic() + TRACE_SECONDS, 0
        while time.monotonic() < deadline and not connection.wait([process.sentinel], TRACE_QUIET_SECONDS):
            before, written = written, trace.stat().st_size
            if written == before > 0:
                break
    process.kill()


def describe_exit(code: int | None) -> str:
    """Says how a process ended.

    >>> describe_exit(-11), describe_exit(3)
    ('was ended by SIGSEGV', 'ended with exit code 3')
    """
    if code is not None and code < 0:
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"
    return f"ended with exit code {code}"


def killed_for_memory(code: int | None) -> bool:
    """Whether the system may have killed the process because the machine ran out of memory."""
    return sys.platform != "win32" and code == -signal.SIGKILL


def _frames(trace: Path) -> list[re.Match[str]]:
    """Parses the calls of a traceback, innermost first."""
    try:
        with trace.open("rb") as file:
            text = file.read(MAX_TRACE_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    return list(FRAME_LINE.finditer(text))


def _line(frames: list[re.Match[str]]) -> str | None:
    return next((f"line {frame['line']} of {Path(frame['file']).name}" for frame in frames), None)


def _is_in_find(frame: re.Match[str], step: Step) -> bool:
    """Whether a call is the stage's `find`; one file may hold several stages."""
    code = getattr(inspect.unwrap(type(step.stage).find), "__code__", None)
    if not isinstance(code, CodeType) or code.co_filename != frame["file"] or code.co_name != frame["function"]:
        return False
    lines = [line for *_, line in code.co_lines() if line is not None]
    return min(lines) <= int(frame["line"]) <= max(lines)


def _is_in_file(frame: re.Match[str], step: Step) -> bool:
    """Whether a call is in the file that defines the stage."""
    try:
        return inspect.getfile(type(step.stage)) == frame["file"]
    except (OSError, TypeError):
        # A class that was defined in a notebook has no file.
        return False
