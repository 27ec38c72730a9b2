"""The stage `dialogue`: finds title, lead, headings, turns, speakers, asides, closing and translations.

A document goes through these modules, in this order:

- `document_parts` divides the document: `blocks` makes blocks of the paragraphs that no earlier stage took,
  `block_evidence` adds what the markup of a page said of them, `duplicates` finds a body that is printed twice,
  `translations` a second language.
- `parse_body` labels the blocks of one language. It asks `turn_starts` where turns start, `rule_turns` if that finds
  none, `titles` for the title, `speaker_aliases` and `speaker_key` who is meant, `roles` who asks and who answers, and
  `closing` where the dialogue ends.
- `stories` refuses the turns of a body that tells a story (`narration`).
- `notes` says what is doubtful.
- `turn_confidence` says how sure turns and sides are.

`decision_reasons` says later why they were decided so.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.document import Document, Label
from pipeline.model.stage import Finding, Rule
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.document_parts import read_parts, translated_body
from pipeline.stages.dialogue.duplicates import RepeatedBlock
from pipeline.stages.dialogue.exchanges import repeated_labels
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.notes import structure_notes, translation_mismatch
from pipeline.stages.dialogue.parse_body import ParsedBody
from pipeline.stages.dialogue.rules import RULES
from pipeline.stages.dialogue.translations import (
    BodyVersion,
    matching_exchanges,
    with_body_names,
)
from pipeline.stages.dialogue.turn_confidence import with_confidences

UNASSIGNED_PARTS = frozenset({"label", "legend", "repeat"})
"""Parts of a body that are in no field of the article."""

REFERENCE_CONFIDENCE = REPEAT_CONFIDENCE = KEY_CONFIDENCE = 0.95
VERSION_CONFIDENCE = BESIDE_LABEL_CONFIDENCE = 0.9


@dataclass(frozen=True)
class Dialogue:
    """Finds who says what, under which heading, in which language."""

    name: ClassVar[str] = "dialogue"
    after: ClassVar[frozenset[str]] = frozenset({"languages", "credits"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"part", "version"})
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Labels every paragraph that no earlier stage took."""
        parts = read_parts(document)
        key_title = parts.key_title
        yield from (_block_label(block, "reference", "dialogue.reference") for block in parts.references)
        versions = parts.versions
        body = parts.body(document.vocabulary)
        # A title that the body prints is the title there, and a key above.
        unprinted = None if any(labelled.part == "title" for labelled in body.blocks) else key_title
        yield from _front_matter_labels(document.text, parts.keys, unprinted.lines if unprinted else ())
        yield from structure_notes(body, unprinted.value_span if unprinted else None, document.text)
        body = with_confidences(body)
        labels = list(_body_labels(body.blocks))
        for version in versions[1:]:
            if version.heading is not None:
                heading = version.heading
                yield Label(heading.start, heading.end, "part", "label", "dialogue.version-heading", VERSION_CONFIDENCE)
            translation = with_confidences(translated_body(version, document.vocabulary))
            yield from _version_labels(version, body, translation)
            labels += _body_labels(with_body_names(body.blocks, translation.blocks))
            yield from translation_mismatch(body, translation)
        yield from labels
        yield from _repeat_labels(parts.blocks, parts.repeats, labels)


def _block_label(block: Block, part: str, rule: str) -> Label:
    return Label(block.start, block.end, "part", part, rule, REFERENCE_CONFIDENCE)


def _version_labels(version: BodyVersion, body: ParsedBody, translation: ParsedBody) -> Iterator[Label]:
    """For each block of a translation its language and the exchange of the body that it translates."""
    numbers = matching_exchanges(body.blocks, translation.blocks)
    for labelled, number in zip(translation.blocks, numbers, strict=True):
        start = labelled.label.start if labelled.label else labelled.start
        rule = "dialogue.version"
        yield Label(start, labelled.block.end, "version", version.language, rule, VERSION_CONFIDENCE, number)


def _repeat_labels(
    blocks: Sequence[Block], repeats: Mapping[int, RepeatedBlock], labels: Sequence[Label]
) -> Iterator[Label]:
    """The labels of what is printed a second time; `labels` are those of the first print.

    What is in a field of the article there is a repeat here, label by label; what is in none there is the same here.
    """
    if not repeats:
        return
    parts = sorted((label for label in labels if label.layer == "part"), key=lambda label: label.start)
    starts = [label.start for label in parts]
    for i, repeat in sorted(repeats.items()):
        block, original = blocks[i], blocks[repeat.original]
        if repeat.start:
            end = block.start + repeat.start
            yield Label(block.start, end, "part", "repeat", "dialogue.repeat", REPEAT_CONFIDENCE)
        shift = block.start + repeat.start - original.start
        for label in parts[bisect_left(starts, original.start) : bisect_left(starts, original.end)]:
            unassigned = label.value in UNASSIGNED_PARTS
            value, rule = (label.value, label.rule) if unassigned else ("repeat", "dialogue.repeat")
            yield Label(label.start + shift, label.end + shift, "part", value, rule, REPEAT_CONFIDENCE)


def _front_matter_labels(text: str, keys: Sequence[Block], title: Sequence[tuple[int, int]]) -> Iterator[Label]:
    """The keys above the article; `title` are the lines of the title among them, if it is not printed below."""
    yield from (Label(*line, "part", "title", "dialogue.title-key", KEY_CONFIDENCE) for line in title)
    for block in keys:
        at = block.start
        for start, end in [*title, (block.end, block.end)]:
            last = min(start, block.end)
            if any(map(str.isalnum, text[at:last])):
                yield Label(at, last, "part", "front-matter", "dialogue.front-matter", KEY_CONFIDENCE)
            at = max(at, end)


def _body_labels(body: Sequence[LabelledBlock]) -> Iterator[Label]:
    for labelled, repeated in zip(body, repeated_labels(body), strict=True):
        yield from _labels_of(labelled, repeated=repeated)


def _labels_of(labelled: LabelledBlock, *, repeated: bool) -> Iterator[Label]:
    """The labels of one block: a number or a time, the speaker's label, and the part that the block is.

    `repeated`: the speaker's label only repeats who is speaking.
    """
    label, block = labelled.label, labelled.block
    beside = [labelled.number] if labelled.number is not None else []
    if label is not None:
        beside += [(block.start + start, block.start + end) for start, end in label.beside]
    for span in beside:
        yield Label(*span, "part", "label", "dialogue.beside-label", BESIDE_LABEL_CONFIDENCE)
    if label is not None:
        confidence = labelled.label_confidence
        if repeated:
            yield Label(label.start, label.end, "part", "label", "dialogue.repeated-label", confidence)
        else:
            yield Label(label.start, label.end, "part", "speaker", "dialogue.speaker", confidence, labelled.name)
    if labelled.start < block.end:
        name = labelled.name if labelled.turn else None
        yield Label(labelled.start, block.end, "part", labelled.part, labelled.rule, labelled.confidence, name)
