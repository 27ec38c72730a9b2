"""Why a worker died, as well as it can be told: the signal, and the call that was being made.

The interpreter writes the calls of a process that crashes (Python's `faulthandler`), the innermost first.
"""

import inspect
import re
import signal
import sys
from pathlib import Path
from types import CodeType

import msgspec

from pipeline.processing import Pipeline
from pipeline.recipe import Step

FRAME = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+) in (?P<function>[^\n]+)')
MOST = 1 << 16
"""Bytes of a trace that are looked at."""


class Place(msgspec.Struct, frozen=True):
    """Where a document was when its worker died: the stage, whose it is, and the line of the program."""

    stage: str | None = None
    package: str | None = None
    line: str | None = None


def place(trace: Path, pipeline: Pipeline) -> Place:
    """Where the process was that left `trace`; nothing is known where it left none."""
    try:
        with trace.open("rb") as file:
            told = file.read(MOST).decode("utf-8", "replace")
    except OSError:
        return Place()
    steps = [step for way in pipeline.ways for step in way.recipe.steps]
    frames = list(FRAME.finditer(told))
    innermost = next((f"line {frame['line']} of {Path(frame['file']).name}" for frame in frames), None)
    # A `find` that only hands on what a function yields is not among the calls; its file is.
    for holds in (_is_in, _is_in_file):
        for frame in frames:
            step = next((step for step in steps if holds(frame, step)), None)
            if step is not None:
                return Place(step.stage.name, step.foreign, innermost)
    return Place(None, None, innermost)


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


def end(code: int | None) -> str:
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


def ran_out_of_memory(code: int | None) -> bool:
    """Whether the system may have ended the process because memory was short on the whole machine."""
    return sys.platform != "win32" and code == -signal.SIGKILL
