"""Keeps the current folder off the import path of the processes that we start.

`multiprocessing` starts its own processes (the fork server, the resource tracker, spawned workers) as `python -c`, and
Python puts the current folder first on the path of those. So a run that is called in a folder of scraped files would
execute `regex/__init__.py` from there. The option `-P` prevents that. It says nothing about what the user put on the
path with `PYTHONPATH`, and unlike the variable `PYTHONSAFEPATH` it is not handed on to processes that a stage starts.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import util
from threading import RLock
from typing import Final

FLAGS_FUNCTION: Final = "_args_from_interpreter_flags"
"""The function that gives the options for a new interpreter. `multiprocessing` has no public way to add one."""

_lock = RLock()


@contextmanager
def safe_path() -> Iterator[None]:
    """Starts every interpreter that `multiprocessing` starts in the block with `-P`."""
    with _lock:
        before: Callable[[], list[str]] = getattr(util, FLAGS_FUNCTION)

        def flags() -> list[str]:
            return [*before(), "-P"]

        setattr(util, FLAGS_FUNCTION, flags)
        try:
            yield
        finally:
            setattr(util, FLAGS_FUNCTION, before)


if hasattr(os, "register_at_fork"):
    # A fork while another thread has the lock would leave it locked for ever in the new process.
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
