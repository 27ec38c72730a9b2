"""Watch the state of the process that a stage must not change, such as the environment."""

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
    """A piece of state: what it is, how it is read and put back."""

    name: str
    read: Callable[[], Any]
    put_back: Callable[[Any], object]


def _put_back_environment(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


ITEMS = (
    Item("the random module", random.getstate, random.setstate),
    Item("the working directory", os.getcwd, os.chdir),
    Item("the environment", lambda: dict(os.environ), _put_back_environment),
    Item("the locale", lambda: locale.setlocale(locale.LC_ALL), lambda told: locale.setlocale(locale.LC_ALL, told)),
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
                item.put_back(value)
        if printed.getvalue():
            changed.append("standard output")
