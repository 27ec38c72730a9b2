"""The repair `mojibake`: text that was decoded with the wrong encoding, `donâ€™t` for `don’t`.

Each kind is repaired by a module of its own: UTF-8 read in another encoding, also with bytes lost, piece by piece
(`misreadings`, which searches with `rereading`); the same by ftfy, which knows more single-byte encodings
(`single_byte`); Chinese read in a single-byte encoding (`chinese`) or in another Chinese one (`swapped_codecs`). A scan
first finds out whether there is anything to repair (`suspects`). What is lost is noted and not guessed (`unreadable`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.mojibake.chinese import repaired_chinese, unread_bytes
from pipeline.stages.mojibake.misreadings import (
    ALL_SIGNS,
    has_accents,
    repaired_accents,
    repaired_chinese_codecs,
    repaired_western_codecs,
)
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
from pipeline.stages.non_prose.code_marks import code_spans, fenced_blocks, is_inside
from pipeline.text.edits import Edit
from pipeline.text.encodings.rarity import REPLACEMENT

SIGNS_OF_CHINESE = "".join(dict.fromkeys(SIGNS_OF_UTF8 + SIGNS_OF_SWAPPED + ALL_SIGNS))


def repair(document: Document) -> Iterator[Edit]:
    """One round. The first kind of mojibake that is found is repaired, Chinese before the others."""
    text = document.text
    if text.isascii():
        return
    runs = non_ascii_runs(text)
    is_suspect = SUSPECT.search(runs) is not None
    # ftfy comes late: it would read single pairs of bytes of GBK, and control characters that are bytes of a character.
    repairs: tuple[Callable[[str], Iterable[Edit]], ...] = (
        *((repaired_chinese,) if is_suspect else ()),
        repaired_chinese_codecs,
        *((partial(repaired_western_codecs, runs=runs), repaired_utf8) if is_suspect else ()),
        repaired_utf8_as_gbk,
        partial(repaired_accents, runs=runs),
        repaired_swapped,
    )
    yield from next((edits for repaired in repairs if (edits := _outside_code(text, repaired))), ())


def _outside_code(text: str, repaired: Callable[[str], Iterable[Edit]]) -> list[Edit]:
    """The edits of a repair that are not in code. Chinese bytes read one by one hold backticks that begin no code."""
    edits = list(repaired(text))
    if not edits:
        return []
    code = fenced_blocks(text) if repaired is repaired_chinese else code_spans(text)
    return [edit for edit in edits if not is_inside(code, edit.start)]


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
        if SUSPECT.search(runs) or any(sign in runs for sign in SIGNS_OF_CHINESE) or has_accents(text, runs):
            edits = list(propose_to_fixpoint(document, self.rules, repair))
        yield from edits
        unread = replacement_spans(text) if any(sign in runs for sign in REPLACEMENTS) else []
        unread += [(edit.start, edit.end) for edit in edits if REPLACEMENT in edit.new and REPLACEMENT not in edit.old]
        if any(edit.rule == CHINESE.name for edit in edits):
            unread += unread_bytes(text)
        lost = sum(edit.new.count(REPLACEMENT) - edit.old.count(REPLACEMENT) for edit in edits)
        yield from notes(text, sorted(unread), lost)
