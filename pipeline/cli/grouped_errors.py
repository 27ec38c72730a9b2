"""Groups similar errors: prints the first few of each group and counts the rest.

Errors are similar if their messages differ only in names, numbers, quoted parts and locations.
"""

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.storage import AnyPath
from pipeline.text.escapes import escape_hidden

MAX_SHOWN_PER_GROUP = 3
"""Most errors of a group that are printed."""
MAX_GROUPS = 50
"""Most groups; errors of further groups are only counted."""
MAX_KEY_CHARS = 400
"""Most characters of a message that decide its group."""
MAX_EXAMPLE_CHARS = 100
"""Most characters of the example in a line that counts a group."""

LOCATION_PATTERN = re.compile(r"\b(?:row|line|byte|record|rows|lines|bytes)s? [\d,]+|\w[./]\w|^/|#\d")
"""Matches in the part of a message before a colon if it is a location: `a.csv, row 3`, `/segments/2`."""
QUOTED_PATTERN = re.compile(
    r"(?<!\w)'[^'\n]*'(?!\w)|\"[^\"\n]*\"|`[^`\n]*`|“[^”\n]*”|‘[^’\n]*’|「[^」\n]*」|《[^》\n]*》"
)
PATH_PATTERN = re.compile(r"[^\s'\",;:()…]*\w[./]\w[^\s'\",;:()…]*")
"""A file name or a path within a message."""
NUMBER_PATTERN = re.compile(r"\d[\d,._]*")


def group_key(message: str) -> str:
    """The message without names, numbers, quoted parts and locations.

    >>> kind_of("row 3 of a.csv: no text field 'story'; name it in [input] text_field")
    "…: no text field '…'; name it in [input] text_field"
    >>> kind_of("/segments/2: 'ab' before it is in no segment")
    "…: '…' before it is in no segment"
    >>> kind_of("is 380 bytes long, over the limit of 300; split it")
    'is 0 bytes long, over the limit of 0; split it'
    """
    rest = message[:MAX_KEY_CHARS]
    places = False
    while True:
        head, colon, behind = rest.partition(": ")
        if not colon or not LOCATION_PATTERN.search(QUOTED_PATTERN.sub("", head)):
            break
        rest, places = behind, True
    masked = NUMBER_PATTERN.sub("0", PATH_PATTERN.sub("…", QUOTED_PATTERN.sub("'…'", rest)))
    return f"…: {masked}" if places else masked


class GroupedErrors:
    """Decides which errors are printed, and counts the rest.

    `where` tells the user how to see all errors, such as `all in output/_run/failures.jsonl`; with `everything` all are
    printed.
    """

    def __init__(self, where: str, *, everything: bool = False) -> None:
        self._where = where
        self._everything = everything
        self._counts: dict[str, int] = {}
        self._examples: dict[str, str] = {}
        self._others = 0
        self._last: str | None = None

    def line(self, text: str, message: str | None = None) -> str | None:
        """The line to print, or `None` if enough of its group were printed.

        `message` is the part of `text` that decides the group, by default all of it.
        """
        if self._everything:
            return text
        kind = group_key(text if message is None else message)
        count = self._counts.get(kind, 0)
        if not count and len(self._counts) == MAX_GROUPS:
            self._others += 1
            return None
        self._counts[kind] = count + 1
        if count >= MAX_SHOWN_PER_GROUP:
            return None
        self._examples[kind] = text
        self._last = kind
        return text

    def rest(self) -> Iterator[str]:
        """A line for each group of which some were not printed."""
        for kind, count in self._counts.items():
            if count > MAX_SHOWN_PER_GROUP:
                # "this" is the line above, if no line of another group came after it.
                this = "this" if kind == self._last else f"“{_cut(self._examples[kind])}”"
                self._last = None
                yield f"… and {count - MAX_SHOWN_PER_GROUP:,} more like {this}; {self._where}"
        if self._others:
            yield f"… and {self._others:,} more of other kinds; {self._where}"


@contextmanager
def print_grouped(where: str, *, everything: bool = False) -> Iterator[Callable[[str, str | None], None]]:
    """Gives the block a function that prints an error to standard error, and prints the counts at the end.

    The function takes the line and the part of it that decides its group, by default all of it.
    """
    similar = GroupedErrors(where, everything=everything)

    def say(text: str, message: str | None = None) -> None:
        if (line := similar.line(text, message)) is not None:
            print(escape_hidden(line), file=sys.stderr)

    try:
        yield say
    finally:
        for line in similar.rest():
            print(escape_hidden(line), file=sys.stderr)


def verify_hint(*sources: AnyPath) -> str:
    """The command that prints all faults of these outputs."""
    return f"{' and '.join(f'pipeline verify {shlex.quote(str(each))} -v' for each in sources)} prints all"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_EXAMPLE_CHARS else f"{text[:MAX_EXAMPLE_CHARS].rstrip()}…"
