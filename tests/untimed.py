"""Removes from the output of a process the lines that only a slow machine prints."""

import regex

PROGRESS = regex.compile(r"^pipeline: [\d,]+ documents?, .*\n", regex.MULTILINE)
"""A line of progress, which a log gets after ten seconds."""
DURATION = regex.compile(r"^\d[\d,.]* (?:s|min|h|days?)\b.*\n", regex.MULTILINE)
"""The duration of a run, which the summary shows after more than ten seconds."""


def untimed(printed: str) -> str:
    """The output without the lines that depend on the speed of the machine."""
    return DURATION.sub("", PROGRESS.sub("", printed))
