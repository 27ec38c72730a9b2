"""The repair `markup`: removes what is left of a page in its text: tags, codes, escaped marks, invisible characters.

Each kind has its own module. What may contain other markup is removed first, its content in the next round.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.markup.bulletin_codes import without_bulletin_codes
from pipeline.stages.markup.escaped_marks import without_escapes
from pipeline.stages.markup.invisible import without_invisible
from pipeline.stages.markup.rules import RULES, TAG
from pipeline.stages.markup.sections import CDATA_END, without_section_ends, without_sections
from pipeline.stages.markup.shortcodes import without_shortcodes
from pipeline.stages.markup.spoilt_copies import without_spoilt_copies
from pipeline.stages.markup.tags import tag_pattern, without_tags
from pipeline.stages.non_prose.mask import masked_spans, prose_edits
from pipeline.text.edits import Edit


def repair(document: Document) -> Iterator[Edit]:
    """One round: sections, or else tags; only if none of them is removed, the other kinds."""
    text = document.text
    edits: list[Edit] = []
    if "<" in text and ("</" in text or "<!" in text or "<?" in text):
        edits = list(without_sections(text))
    if not edits and "<" in text and ("</" in text or tag_pattern().search(text)):
        edits = list(without_tags(text, masked_spans(document)))
    if not any(round(edit.confidence, 2) >= TAG.threshold_for(document) for edit in edits):
        if "[/" in text:
            edits += without_bulletin_codes(text, masked_spans(document))
        if CDATA_END in text:
            edits += prose_edits(document, without_section_ends(text))
        if "[" in text or "{%" in text or "{{" in text:
            edits += prose_edits(document, without_shortcodes(text))
        if "\\" in text:
            edits += without_escapes(text, masked_spans(document))
        edits += without_invisible(text)
        edits += prose_edits(document, without_spoilt_copies(text))
    yield from sorted(edits, key=lambda edit: edit.start)


@dataclass(frozen=True)
class Markup:
    """Left-over tags, comments, zero-width and control characters."""

    name: ClassVar = "markup"
    after: ClassVar[frozenset[str]] = frozenset({"entities", "mojibake"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yield an edit for each run of tags and each other piece of markup."""
        yield from propose_to_fixpoint(document, self.rules, repair)
