"""Keeps the current folder off the import path of the processes that we start.

`multiprocessing` starts its processes (the fork server, the resource tracker, spawned workers) as `python -c`, and
Python puts the current folder first on their path. A run in a folder of scraped files would then execute
`regex/__init__.py` from there. The option `-P` prevents that. It does not touch what the user set in `PYTHONPATH`, and
unlike the variable `PYTHONSAFEPATH` it is not inherited by processes that a stage starts.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import util
from threading import RLock
from typing import Final

FLAGS_FUNCTION: Final = "_args_from_interpreter_flags"
"""The function that returns the options for a new interpreter. `multiprocessing` has no public way to add one."""

_lock = RLock()


@contextmanager
def safe_path() -> Iterator[None]:
    """Adds `-P` to the options of each interpreter that `multiprocessing` starts in the block."""
    with _lock:
        original: Callable[[], list[str]] = getattr(util, FLAGS_FUNCTION)

        def flags() -> list[str]:
            return [*original(), "-P"]

        setattr(util, FLAGS_FUNCTION, flags)
        try:
            yield
        finally:
            setattr(util, FLAGS_FUNCTION, original)


if hasattr(os, "register_at_fork"):
    # If another thread held the lock during a fork, it would stay locked for ever in the new process.
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
