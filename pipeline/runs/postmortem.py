"""Why a worker died, as well as it can be told: the signal, and the call that was being made.

The interpreter writes the calls of a process that crashes (Python's `faulthandler`), the innermost first.
"""

import inspect
import re
import signal
import sys
from pathlib import Path

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
    steps = {_file(step): step for way in pipeline.ways for step in way.recipe.steps}
    innermost = None
    for frame in FRAME.finditer(told):
        innermost = innermost or f"line {frame['line']} of {Path(frame['file']).name}"
        step = steps.get(frame["file"])
        if step is not None:
            return Place(step.stage.name, step.foreign, innermost)
    return Place(None, None, innermost)


def _file(step: Step) -> str | None:
    """The file in which a stage's `find` stands."""
    try:
        return inspect.getfile(type(step.stage))
    except (OSError, TypeError):
        # A class that was made in a notebook has none.
        return None


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
