"""The document that goes through the stages: an immutable text, and the labels that were given to it so far."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

import msgspec
import regex

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.model.evidence import Evidence
from pipeline.text.lines import Line, join_wrapped_lines, split_lines

Script = Literal["latin", "han", "mixed", "none"]

EAST_ASIAN = re.compile("[\u2e80-\U0010ffff]")
HAN_CHARACTER = regex.compile(r"\p{Han}")
LATIN = regex.compile(r"\p{Latin}")
NOT_HAN, NOT_LATIN = regex.compile(r"\P{Han}+"), regex.compile(r"\P{Latin}+")
HAN_WEIGHT = 3
"""A Chinese character weighs as much as three Latin letters: it is about half a word."""
MIXED_SHARE = 0.2
"""Share of the letters from which both scripts count."""


class Label(msgspec.Struct, frozen=True, gc=False):
    """`[start, end)` of the final text is a `value` of `layer`. `of` is its owner: a speaker, a credit, an exchange.

    A label from 0 to 0 is about the whole document, see `whole`. Only the layers of plugins have such labels.
    """

    start: int
    end: int
    layer: str
    value: str
    rule: str
    confidence: float
    of: str | int | None = None

    @classmethod
    def whole(cls, layer: str, value: str, rule: str, confidence: float) -> "Label":
        """A label of the whole document. The annotation it becomes has no start and no end."""
        return cls(0, 0, layer, value, rule, confidence)

    @property
    def is_whole(self) -> bool:
        """Whether the label is about the whole document."""
        return self.start == self.end == 0


class Document(msgspec.Struct, frozen=True, dict=True):
    """A text and what is known about it. Offsets count code points; only `\\n` ends a line.

    `labels` are those of earlier finders, in order. `vocabulary` and `thresholds` come from the settings;
    `thresholds` holds only those that differ from the rule's own, see `Rule.threshold_for`. Everything that is derived
    from the text is computed when first needed, and cached. `evidence` is what the format of the document said about
    spans of the text, sorted by start, outer spans first; of plain text it is empty.
    """

    text: str
    id: str = ""
    metadata: Mapping[str, str] = {}
    labels: tuple[Label, ...] = ()
    vocabulary: Vocabulary = NO_VOCABULARY
    thresholds: Mapping[str, float] = {}
    evidence: tuple[Evidence, ...] = ()

    def with_text(self, text: str, evidence: tuple[Evidence, ...] = ()) -> "Document":
        """The document with another text and its evidence. It has no labels, since their offsets would be wrong."""
        return Document(text, self.id, self.metadata, (), self.vocabulary, self.thresholds, evidence)

    def with_labels(self, labels: Iterable[Label]) -> "Document":
        """The document with more labels. What was computed from its text is kept."""
        labelled = Document(
            self.text,
            self.id,
            self.metadata,
            (*self.labels, *labels),
            self.vocabulary,
            self.thresholds,
            self.evidence,
        )
        labelled.__dict__.update({key: value for key, value in self.__dict__.items() if key != "_layers"})
        return labelled

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines, empty ones too, without their line ends."""
        return split_lines(self.text)

    @cached_property
    def paragraphs(self) -> tuple[Line, ...]:
        """The lines that have text, stripped of white space; hard-wrapped lines are joined into one paragraph."""
        return join_wrapped_lines(self.text, self.lines)

    def script(self, line: Line) -> Script:
        """The script of a line; `mixed` if Latin and Han each have a fifth of the letters or more."""
        script = self._scripts.get((line.start, line.end))
        if script is None:
            script = self._scripts[line.start, line.end] = script_of(line.text)
        return script

    @cached_property
    def _scripts(self) -> dict[tuple[int, int], Script]:
        return {}

    def layer(self, name: str) -> tuple[Label, ...]:
        """The labels of one layer, sorted by position."""
        return self._layers.get(name, ())

    @cached_property
    def _layers(self) -> dict[str, tuple[Label, ...]]:
        layers: dict[str, list[Label]] = {}
        for label in self.labels:
            layers.setdefault(label.layer, []).append(label)
        return {name: tuple(sorted(labels, key=_position)) for name, labels in layers.items()}


def _position(label: Label) -> tuple[int, int]:
    return label.start, label.end


def script_of(text: str) -> Script:
    """The script of a text, by the share of Latin letters and Chinese characters, see `HAN_WEIGHT`.

    >>> script_of("Well, yes."), script_of("是的。"), script_of("他说 yes, indeed"), script_of("1:0")
    ('latin', 'han', 'mixed', 'none')
    """
    # Most lines are English, some with curly quotes: one scan finds that nothing in them is Chinese.
    if text.isascii() or not EAST_ASIAN.search(text):
        return "latin" if LATIN.search(text) else "none"
    # Removing runs of all others counts faster than finding characters one by one.
    han = HAN_WEIGHT * len(NOT_HAN.sub("", text))
    latin = len(NOT_LATIN.sub("", text))
    if not han and not latin:
        return "none"
    share = han / (han + latin)
    return "han" if share > 1 - MIXED_SHARE else "latin" if share < MIXED_SHARE else "mixed"
