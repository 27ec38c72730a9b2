"""Runs the commands of a page of the documentation."""

import os
import shlex
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

from in_process import in_process
from sampling import only

from pipeline.cli import main

OPERATORS = frozenset("|&;<>()")
IN_PROCESS, IN_SHELL = "in process", "in a shell"

WAYS = only([IN_PROCESS, IN_SHELL], [IN_PROCESS])
"""How to run commands: `make test` runs those of `pipeline` in this process, which takes a tenth of the time."""


class Finished(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str


def run_command(command: str, folder: Path, way: str = IN_PROCESS) -> Finished:
    """Runs a command in `folder`.

    In process, this calls `main` for `pipeline`, which starts no process either, and pipes its output to the rest of
    the command. A command that begins with another program always runs in a shell, with the installed `pipeline`.
    """
    first, _, rest = command.partition(" | ")
    words = list(shlex.shlex(first, posix=True, punctuation_chars=True))
    if way == IN_SHELL or words[0] != "pipeline" or "pipeline" in rest or OPERATORS & set("".join(words)):
        return _in_shell(command, folder)
    finished = _in_process(shlex.split(first)[1:], folder)
    if not rest or finished.code != 0:
        return finished
    piped = _in_shell(rest, folder, finished.out)
    return piped._replace(err=finished.err + piped.err)


def _in_process(arguments: list[str], folder: Path) -> Finished:
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with in_process(), chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Finished(code, *texts)


def _in_shell(command: str, folder: Path, standard_input: str = "") -> Finished:
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        input=standard_input,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Finished(ran.returncode, ran.stdout, ran.stderr)
