"""Repair `mojibake`: text that was decoded with the wrong codec, `donâ€™t` for `don’t`.

Three kinds are undone, each by a module of its own: UTF-8 read in a codec of one byte a character (`western`, which
is ftfy's), Chinese read so (`chinese`), and Chinese read in another codec of Chinese (`exchanged`). A scan first finds
out whether there is anything to look at (`suspicion`). What was lost is noted and not guessed (`lost`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.mojibake.chinese import CHINESE, left_over, misread_chinese
from pipeline.stages.mojibake.exchanged import BIG5, BIG5_SIGNS, GBK, UTF_8_SIGNS, exchanged, misread_as_gbk
from pipeline.stages.mojibake.lost import MARKS, UNREADABLE, marks, noted
from pipeline.stages.mojibake.suspicion import SUSPECT, gist
from pipeline.stages.mojibake.western import BYTE_LOST, DECODED, misread
from pipeline.text.edits import Edit

RULES = (DECODED, BYTE_LOST, GBK, BIG5, CHINESE, UNREADABLE)
SIGNS = UTF_8_SIGNS + BIG5_SIGNS


def repair(document: Document) -> Iterator[Edit]:
    """One round: what was read as one byte a character, Chinese before all, and only in its absence the other kinds."""
    text = document.text
    if text.isascii():
        return
    found: list[Edit] = []
    if SUSPECT.search(text):
        # ftfy would take single pairs out of Chinese in GBK for letters of UTF-8.
        found = list(misread_chinese(text)) or list(misread(text))
    yield from found or list(misread_as_gbk(text)) or exchanged(text)


@dataclass(frozen=True)
class Mojibake:
    """Wrongly decoded text: `donâ€™t` is `don’t`; what cannot be restored gets a note."""

    name: ClassVar = "mojibake"
    after: ClassVar[frozenset[str]] = frozenset({"entities"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for each run that was misread, and a note for each line that cannot be read."""
        text = document.text
        if text.isascii():
            return
        told = gist(text)
        suspect = SUSPECT.search(told) is not None
        edits = (
            list(propose_to_fixpoint(document, self.rules, repair))
            if suspect or any(sign in told for sign in SIGNS)
            else []
        )
        yield from edits
        places = marks(text) if any(mark in told for mark in MARKS) else []
        if any(edit.rule == CHINESE.name for edit in edits):
            places = sorted(places + left_over(text))
        yield from noted(text, places)
