"""Recognises pages that show a notice instead of an article: it was deleted or moved, or only browsers are let in."""

from collections.abc import Sequence
from functools import cache

import regex

from pipeline.lexicon import lists
from pipeline.readers.html.line_features import width_of

MAX_SHELL_WIDTH = 500
"""Latin letters of the text of such a page. A longer one has an article, and perhaps quotes the notice."""
MAX_NOTICE_CHARS = 200
"""Characters of a line that are compared with the patterns."""
MAX_NOTICE_LINES = 8
"""Lines that are searched for the notice."""


def shell_notice(lines: Sequence[str]) -> str | None:
    """Returns the notice that a page shows instead of an article; None if it shows none, or has an article beside it.

    >>> shell_notice(["该内容已被发布者删除"]), shell_notice(["The post that was deleted by its author came back."])
    ('该内容已被发布者删除', None)
    """
    if sum(map(width_of, lines)) > MAX_SHELL_WIDTH:
        return None
    return next((line for line in lines[:MAX_NOTICE_LINES] if _pattern().match(line[:MAX_NOTICE_CHARS])), None)


@cache
def _pattern() -> "regex.Pattern[str]":
    return regex.compile("|".join(f"(?:{row})" for row in lists.rows(__package__, "shells.txt")), regex.IGNORECASE)
