"""The repair `mojibake`: text that was decoded with the wrong encoding, `donâ€™t` for `don’t`.

Three kinds are repaired, each by its own module: UTF-8 read in a single-byte encoding (`single_byte`, which is ftfy's
repair), Chinese read in a single-byte encoding (`chinese`), and Chinese read in another Chinese encoding
(`swapped_codecs`). A scan first finds out whether there is anything to repair (`suspects`). What is lost is noted
and not guessed (`unreadable`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.mojibake.chinese import repaired_chinese, unread_bytes
from pipeline.stages.mojibake.rules import CHINESE, RULES
from pipeline.stages.mojibake.single_byte import repaired_utf8
from pipeline.stages.mojibake.suspects import SUSPECT, non_ascii_runs
from pipeline.stages.mojibake.swapped_codecs import (
    SIGNS_OF_SWAPPED,
    SIGNS_OF_UTF8,
    repaired_swapped,
    repaired_utf8_as_gbk,
)
from pipeline.stages.mojibake.unreadable import REPLACEMENTS, notes, replacement_spans
from pipeline.text.edits import Edit

SIGNS_OF_CHINESE = SIGNS_OF_UTF8 + SIGNS_OF_SWAPPED


def repair(document: Document) -> Iterator[Edit]:
    """One round. The first kind of mojibake that is found is repaired, Chinese before the others."""
    text = document.text
    if text.isascii():
        return
    edits: list[Edit] = []
    if SUSPECT.search(text):
        # ftfy would read single pairs of bytes of GBK as letters of UTF-8.
        edits = list(repaired_chinese(text)) or list(repaired_utf8(text))
    yield from edits or list(repaired_utf8_as_gbk(text)) or repaired_swapped(text)


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
        """Yield an edit for each run that was decoded wrongly, and a note for each line that cannot be read."""
        text = document.text
        if text.isascii():
            return
        runs = non_ascii_runs(text)
        edits: list[Edit] = []
        if SUSPECT.search(runs) or any(sign in runs for sign in SIGNS_OF_CHINESE):
            edits = list(propose_to_fixpoint(document, self.rules, repair))
        yield from edits
        unread = replacement_spans(text) if any(sign in runs for sign in REPLACEMENTS) else []
        if any(edit.rule == CHINESE.name for edit in edits):
            unread = sorted(unread + unread_bytes(text))
        yield from notes(text, unread)
