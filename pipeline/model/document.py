"""What flows through the stages: an immutable text with what has been found about it so far."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

import msgspec
import regex

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.text.lines import Line, join_wrapped_lines, split_lines

Script = Literal["latin", "han", "mixed", "none"]

EAST_ASIAN = re.compile("[\u2e80-\U0010ffff]")
HAN_CHARACTER = regex.compile(r"\p{Han}")
LATIN = regex.compile(r"\p{Latin}")


class Label(msgspec.Struct, frozen=True, gc=False):
    """`[start, end)` of the final text is a `value` of `layer`; `of` says whose: a speaker, a credit, an exchange.

    A label from 0 to 0 speaks of the document as a whole: see `whole`. Only a plugin's own layers have such labels.
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
        """A label of the document as a whole; the annotation it becomes has neither start nor end."""
        return cls(0, 0, layer, value, rule, confidence)

    @property
    def is_whole(self) -> bool:
        """Whether the label speaks of the document as a whole."""
        return self.start == self.end == 0


class Document(msgspec.Struct, frozen=True, dict=True):
    """One text on its way. Offsets count code points; lines end at `\\n` and nowhere else.

    `labels` are what earlier finders gave, in the order they gave it. `vocabulary` and `thresholds` are what the
    settings say for this document; a threshold stands there only where it is not the rule's own (`Rule.threshold_for`
    asks). What is derived from the text is computed when first asked for and kept.
    """

    text: str
    id: str = ""
    metadata: Mapping[str, str] = {}
    labels: tuple[Label, ...] = ()
    vocabulary: Vocabulary = NO_VOCABULARY
    thresholds: Mapping[str, float] = {}

    def with_text(self, text: str) -> "Document":
        """The same document with another text, and so without labels."""
        return Document(text, self.id, self.metadata, (), self.vocabulary, self.thresholds)

    def with_labels(self, labels: Iterable[Label]) -> "Document":
        """The same document with `labels` beside its own; what was computed about its text is kept."""
        grown = Document(self.text, self.id, self.metadata, (*self.labels, *labels), self.vocabulary, self.thresholds)
        grown.__dict__.update({key: value for key, value in self.__dict__.items() if key != "_layers"})
        return grown

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line, blank ones too, without its line end."""
        return split_lines(self.text)

    @cached_property
    def paragraphs(self) -> tuple[Line, ...]:
        """The lines that hold something, blanks at both ends left out; lines wrapped at a column are one paragraph."""
        return join_wrapped_lines(self.text, self.lines)

    def script(self, line: Line) -> Script:
        """Which script `line` is written in; `mixed` where each of Latin and Han has a fifth of the letters or more."""
        known = self._scripts.get((line.start, line.end))
        if known is None:
            known = self._scripts[line.start, line.end] = script_of(line.text)
        return known

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
        return {name: tuple(sorted(found, key=_position)) for name, found in layers.items()}


def _position(label: Label) -> tuple[int, int]:
    return label.start, label.end


def script_of(text: str) -> Script:
    """The script of a piece of text. A Chinese character weighs as much as three letters: it is about half a word."""
    # English with curly quotes is not ASCII and is what most lines are: one scan finds that nothing in it is Chinese.
    if text.isascii() or not EAST_ASIAN.search(text):
        return "latin" if LATIN.search(text) else "none"
    han = 3 * len(HAN_CHARACTER.findall(text))
    latin = len(LATIN.findall(text))
    if not han and not latin:
        return "none"
    share = han / (han + latin)
    return "han" if share > 0.8 else "latin" if share < 0.2 else "mixed"
