"""What nothing restores: the marks that programs put where they could not read on. They are noted, and not guessed."""

import re
from collections.abc import Iterator

from pipeline.model.stage import Note, Rule

UNREADABLE = Rule(
    "mojibake.unreadable",
    "characters that could not be read and that nothing restores",
    acts=("the caf\ufffd", "锟斤拷锟斤拷", "the cafï¿½", "烫烫烫烫烫烫烫烫"),
    spares=("the café", "小心，烫烫烫！"),
)
LOST = re.compile("\ufffd+|(?:锟斤拷)+锟?|(?:ï¿½)+|(?:пїЅ)+|(?:ÔøΩ)+|烫{6,}|屯{6,}")
"""U+FFFD; read as GBK, as Windows-1252, as Windows-1251 and on a Macintosh; and memory that was never written to."""
MARKS = ("\ufffd", "锟斤", "ï¿½", "пїЅ", "ÔøΩ", "烫烫烫", "屯屯屯")


def marks(text: str) -> list[tuple[int, int]]:
    """The places of the marks."""
    return [match.span() for match in LOST.finditer(text)]


def noted(text: str, places: list[tuple[int, int]]) -> Iterator[Note]:
    """A note for the first of `places`, which are in order, in each line."""
    end = -1
    for start, stop in places:
        if start > end:
            end = text.find("\n", stop)
            end = len(text) if end < 0 else end
            yield Note(start, stop, UNREADABLE.name, "warning", "characters that could not be read stood here")
