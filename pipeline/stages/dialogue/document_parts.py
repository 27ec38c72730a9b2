"""The parts into which a document is divided before its turns are looked for."""

from collections.abc import Mapping, Sequence

import msgspec

from pipeline.lexicon.vocabulary import Vocabulary
from pipeline.model.document import Document
from pipeline.stages import front_matter
from pipeline.stages.dialogue.block_evidence import with_evidence
from pipeline.stages.dialogue.blocks import Block, read_blocks, split_at, without_references
from pipeline.stages.dialogue.duplicates import RepeatedBlock, find_repeats
from pipeline.stages.dialogue.parse_body import ParsedBody, parse_body
from pipeline.stages.dialogue.split_turns import split_one_line_dumps
from pipeline.stages.dialogue.stories import without_story_turns
from pipeline.stages.dialogue.titles import NON_WORD_CHARS
from pipeline.stages.dialogue.translations import BodyVersion, split_versions
from pipeline.stages.front_matter import FrontMatterField

MAKER_PARTS = frozenset({"byline", "credit.name"})
MAX_REFERENCE_SHARE = 0.45
"""Share of an article that references may be and still be in no field; the contract allows half."""


class DocumentParts(msgspec.Struct, frozen=True, gc=False):
    """The keys above an article, its references, what is printed twice, and the versions of its body."""

    keys: Sequence[Block]
    key_title: FrontMatterField | None
    title_text: str | None
    """The title that the keys give."""
    references: Sequence[Block]
    blocks: Sequence[Block]
    """The blocks below the keys, without references."""
    repeats: Mapping[int, RepeatedBlock]
    versions: tuple[BodyVersion, ...]
    """The body, and its translation if there is one."""
    makers: str
    """The bylines and credited names."""

    def body(self, vocabulary: Vocabulary) -> ParsedBody:
        """The body, parsed."""
        parsed = parse_body(self.versions[0].blocks, vocabulary, self.title_text, self.makers)
        return without_story_turns(parsed)


def read_parts(document: Document) -> DocumentParts:
    """The parts of a document."""
    top = front_matter.front_matter_end(document.text)
    key_title = front_matter.title_field(document.text, top) if top else None
    keys, blocks = split_at(with_evidence(read_blocks(document), document.evidence), top)
    references = _references(keys, blocks)
    if references:
        blocks = without_references(blocks)
    blocks = list(split_one_line_dumps(blocks))
    makers = _makers(document)
    repeats = find_repeats(blocks, makers)
    versions = split_versions(document, [block for i, block in enumerate(blocks) if i not in repeats])
    title_text = " ".join(document.text[slice(*line)] for line in key_title.lines) if key_title else None
    return DocumentParts(keys, key_title, title_text, references, blocks, repeats, versions, makers)


def translated_body(version: BodyVersion, vocabulary: Vocabulary) -> ParsedBody:
    """A translation of the body, parsed."""
    return without_story_turns(parse_body(version.blocks, vocabulary))


def _makers(document: Document) -> str:
    """The bylines and credited names of an article."""
    labels = (label for label in document.layer("part") if label.value in MAKER_PARTS)
    return " ".join(document.text[label.start : label.end] for label in labels)


def _references(keys: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    """The references, which are in no field; empty if they are most of the article, because then they are its text."""
    references = [block for block in blocks if block.reference]
    if not references:
        return []
    # Of a long article the first paragraphs are enough.
    max_chars = _word_chars([*keys, *references]) / MAX_REFERENCE_SHARE
    chars = 0
    for block in (*keys, *blocks):
        chars += _word_chars([block])
        if chars >= max_chars:
            return references
    return []


def _word_chars(blocks: Sequence[Block]) -> int:
    """Letters and digits of some blocks."""
    return sum(len(NON_WORD_CHARS.sub("", block.text)) for block in blocks)
