"""Why a worker died, as well as it can be told: the signal, and the call that was being made.

The interpreter writes the calls of a process that crashes (Python's `faulthandler`), the innermost first.
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
"""Bytes of a trace that are looked at."""
TRACE_SECONDS = 3.0
"""Seconds at most that a hanging process has to write down where it hangs; on a busy machine it needs some of them."""
TRACE_QUIET_SECONDS = 0.03
"""Seconds for which it writes nothing more, once it has begun: then it is done."""


class CrashLocation(msgspec.Struct, frozen=True):
    """Where a document was when its worker died: the stage, whose it is, and the line of the program."""

    stage: str | None = None
    package: str | None = None
    line: str | None = None


def locate_crash(trace: Path, pipeline: Pipeline) -> CrashLocation:
    """Where the process was that left `trace`; nothing is known where it left none."""
    steps = [step for way in pipeline.ways for step in way.recipe.steps]
    frames = _frames(trace)
    line = _line(frames)
    # A `find` that only hands on what a function yields is not among the calls; its file is.
    for holds in (_is_in, _is_in_file):
        for frame in frames:
            step = next((step for step in steps if holds(frame, step)), None)
            if step is not None:
                return CrashLocation(step.stage.name, step.foreign, line)
    return CrashLocation(None, None, line)


def innermost_line(trace: Path) -> str | None:
    """The line of the program at which a process was that left `trace`; None where it left nothing."""
    return _line(_frames(trace))


def stop_hanging(process: BaseProcess, trace: Path) -> None:
    """Ends a process that hangs, once it has written to `trace` where."""
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


def _frames(trace: Path) -> list[re.Match[str]]:
    """The calls in a trace, the innermost first."""
    try:
        with trace.open("rb") as file:
            told = file.read(MAX_TRACE_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    return list(FRAME_LINE.finditer(told))


def _line(frames: list[re.Match[str]]) -> str | None:
    return next((f"line {frame['line']} of {Path(frame['file']).name}" for frame in frames), None)


def _is_in(frame: re.Match[str], step: Step) -> bool:
    """Whether a call is that of a stage's `find`; a file may hold several stages."""
    code = getattr(inspect.unwrap(type(step.stage).find), "__code__", None)
    if not isinstance(code, CodeType) or code.co_filename != frame["file"] or code.co_name != frame["function"]:
        return False
    lines = [line for *_, line in code.co_lines() if line is not None]
    return min(lines) <= int(frame["line"]) <= max(lines)


def _is_in_file(frame: re.Match[str], step: Step) -> bool:
    """Whether a call is in the file in which a stage stands."""
    try:
        return inspect.getfile(type(step.stage)) == frame["file"]
    except (OSError, TypeError):
        # A class that was made in a notebook has none.
        return False


def describe_exit(code: int | None) -> str:
    """How a process ended, in words.

    >>> end(-11), end(3)
    ('was ended by SIGSEGV', 'ended with exit code 3')
    """
    if code is not None and code < 0:
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"
    return f"ended with exit code {code}"


def killed_for_memory(code: int | None) -> bool:
    """Whether the system may have ended the process because memory was short on the whole machine."""
    return sys.platform != "win32" and code == -signal.SIGKILL
