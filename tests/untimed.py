"""What a process printed, without the lines that only a slow machine prints."""

import regex

PROGRESS = regex.compile(r"^pipeline: [\d,]+ documents?, .*\n", regex.MULTILINE)
"""A line of progress, as a log gets it after ten seconds."""
DURATION = regex.compile(r"^\d[\d,.]* (?:s|min|h|days?)\b.*\n", regex.MULTILINE)
"""How long a run took, which its summary says where it took more than ten seconds."""


def untimed(printed: str) -> str:
    """The same text whether the machine was idle or busy."""
    return DURATION.sub("", PROGRESS.sub("", printed))
