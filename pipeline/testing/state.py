"""Detect changes to process state that a stage must not change, such as the environment."""

import contextlib
import io
import locale
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class Item(NamedTuple):
    """A piece of process state, with functions that read and restore it."""

    name: str
    read: Callable[[], Any]
    restore: Callable[[Any], object]


def _restore_environment(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


ITEMS = (
    Item("the random module", random.getstate, random.setstate),
    Item("the working directory", os.getcwd, os.chdir),
    Item("the environment", lambda: dict(os.environ), _restore_environment),
    Item("the locale", lambda: locale.setlocale(locale.LC_ALL), lambda value: locale.setlocale(locale.LC_ALL, value)),
    Item("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
)


@contextmanager
def watched(changed: list[str]) -> Iterator[None]:
    """Add to `changed` what the block changes, and restore it. What the block prints is hidden and counts too."""
    before = [item.read() for item in ITEMS]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            yield
    finally:
        for item, value in zip(ITEMS, before, strict=True):
            if item.read() != value:
                changed.append(item.name)
                item.restore(value)
        if printed.getvalue():
            changed.append("standard output")
