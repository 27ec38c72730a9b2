"""What the markup of a page said about blocks: the fields of `Block` that evidence sets."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import regex

from pipeline.model.evidence import Evidence, EvidenceKind
from pipeline.stages.dialogue.blocks import Block

WORD = regex.compile(r"[\p{L}\p{N}]")
MAX_GAP_CHARS = 1
"""Characters between two spans of one kind that mark one text together: a space, a line end."""
COVERING_FIELDS: tuple[tuple[EvidenceKind, str], ...] = (
    ("bold", "bold"),
    ("italic", "italic"),
    ("quote", "quoted"),
    ("term", "term"),
    ("definition", "definition"),
    ("caption", "caption"),
    ("code", "indented"),
)
"""Evidence that all words of a block are of a kind, and the field that it sets."""
INNERMOST_KINDS: tuple[EvidenceKind, ...] = ("heading", "cell", "item")
"""Kinds of which the innermost span counts."""
HEADING_LEVELS = frozenset("123456")


class _Spans:
    """The spans of one kind, for searches by position."""

    def __init__(self, evidence: Sequence[Evidence], *, joined: bool) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.values: list[str] = []
        for item in evidence:
            if joined and self.ends and item.start <= self.ends[-1] + MAX_GAP_CHARS:
                self.ends[-1] = max(self.ends[-1], item.end)
            else:
                self.starts.append(item.start)
                self.ends.append(item.end)
                self.values.append(item.value)

    def at(self, position: int) -> int:
        """The index of the last span that begins at a position or before it, or -1."""
        return bisect_right(self.starts, position) - 1

    def covers(self, start: int, end: int) -> bool:
        """Whether a span covers `[start, end)`."""
        i = self.at(start)
        return i >= 0 and self.ends[i] >= end


def with_evidence(blocks: Sequence[Block], evidence: Sequence[Evidence]) -> Sequence[Block]:
    """The blocks with what `evidence`, sorted by start, says of them. Takes time linear in both, up to a logarithm."""
    if not evidence:
        return blocks
    by_kind: dict[EvidenceKind, list[Evidence]] = {}
    for item in evidence:
        by_kind.setdefault(item.kind, []).append(item)
    joined = {kind: _Spans(by_kind[kind], joined=True) for kind, _ in COVERING_FIELDS if kind in by_kind}
    single = {kind: _Spans(by_kind[kind], joined=False) for kind in INNERMOST_KINDS if kind in by_kind}
    return [_with_fields(block, joined, single) for block in blocks]


def _with_fields(block: Block, joined: Mapping[EvidenceKind, _Spans], single: Mapping[EvidenceKind, _Spans]) -> Block:
    first = WORD.search(block.text)
    if first is None:
        return block
    # Marks and quotation marks at both ends may have been inserted, or be outside of an element.
    start, end = block.start + first.start(), block.start + _end_of_words(block.text)
    changes: dict[str, Any] = {
        field: True
        for kind, field in COVERING_FIELDS
        if kind in joined and not getattr(block, field) and joined[kind].covers(start, end)
    }
    if "bold" in joined and "bold" not in changes and not block.bold:
        changes["bold_opening"] = _bold_opening(block, joined["bold"], start)
    if (value := _value_at(single.get("heading"), start, end)) in HEADING_LEVELS and not block.level:
        changes["level"] = int(value)
    row, _, column = _value_at(single.get("cell"), start, end).partition(".")
    if row.isdecimal() and column.isdecimal():
        changes.update(row=int(row), column=int(column))
    if (items := single.get("item")) is not None and (i := items.at(start)) >= 0:
        # Only the first block of an item is one.
        changes["item"] = block.item or block.start <= items.starts[i]
    return msgspec.structs.replace(block, **changes) if any(changes.values()) else block


def _end_of_words(text: str) -> int:
    """The offset after the last letter or digit."""
    end = len(text)
    while end and not text[end - 1].isalnum():
        end -= 1
    return end


def _value_at(spans: _Spans | None, start: int, end: int) -> str:
    """The value of the innermost span around `[start, end)`; empty if there is none."""
    if spans is None:
        return ""
    i = spans.at(start)
    return spans.values[i] if i >= 0 and spans.ends[i] >= end else ""


def _bold_opening(block: Block, bold: _Spans, start: int) -> int:
    i = bold.at(start)
    return max(min(bold.ends[i], block.end) - block.start, 0) if i >= 0 and bold.ends[i] > start else 0
