"""Repair `markup`: what is left of a page in its text: tags, codes, escaped marks, what nobody sees.

Each kind has a module of its own; what holds other things goes first, and what is inside in the next round.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.markup.bulletin_codes import CODE, uncoded
from pipeline.stages.markup.code_spans import code_spans
from pipeline.stages.markup.escaped_marks import ESCAPED, unescaped
from pipeline.stages.markup.invisible import CONTROL, INVISIBLE, unseen
from pipeline.stages.markup.sections import SCRIPT, SECTION, unwrapped
from pipeline.stages.markup.tags import LINE_BREAK, TAG, tags, untagged
from pipeline.text.edits import Edit


def repair(document: Document) -> Iterator[Edit]:
    """One round: what holds other things first; what is inside only where nothing went, in the next round otherwise."""
    text = document.text
    found: list[Edit] = []
    if "<" in text and ("</" in text or "<!" in text or "<?" in text):
        found = list(unwrapped(text))
    if not found and "<" in text and ("</" in text or tags().search(text)):
        found = list(untagged(text))
    if not any(round(edit.confidence, 2) >= TAG.threshold_for(document) for edit in found):
        if "[/" in text:
            found += uncoded(text, code_spans(text))
        if "\\" in text:
            found += unescaped(text, code_spans(text))
        found += unseen(text)
    yield from sorted(found, key=lambda edit: edit.start)


@dataclass(frozen=True)
class Markup:
    """Left-over tags, comments, zero-width and control characters."""

    name: ClassVar = "markup"
    after: ClassVar[frozenset[str]] = frozenset({"entities", "mojibake"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (
        TAG,
        LINE_BREAK,
        SCRIPT,
        SECTION,
        CODE,
        ESCAPED,
        INVISIBLE,
        CONTROL,
    )
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for each run of tags, and for each character that cannot be seen."""
        yield from propose_to_fixpoint(document, self.rules, repair)
