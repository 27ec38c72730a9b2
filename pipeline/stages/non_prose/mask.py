"""The spans of a document that are not prose, and the edits outside them.

A mask is computed only when a repair has something to change, so sound text does not pay for it.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal

import msgspec

from pipeline.model.document import Document
from pipeline.model.evidence import Evidence
from pipeline.stages.front_matter import key_spans
from pipeline.stages.non_prose.code_lines import code_line_spans
from pipeline.stages.non_prose.code_marks import Spans, fenced_blocks, inline_code, is_inside, merged
from pipeline.stages.non_prose.formulas import formulas
from pipeline.text.edits import Edit

Kind = Literal["code-block", "code-inline", "code-lines", "formula", "front-matter"]


class NonProse(msgspec.Struct, frozen=True):
    """`[start, end)` of a text, in code points, is not prose but a `kind`."""

    start: int
    end: int
    kind: Kind


def non_prose(document: Document) -> tuple[NonProse, ...]:
    """What is not prose in a document, sorted by start. Spans of different kinds may overlap."""
    return _non_prose(document.text, document.evidence)


def prose_edits(document: Document, edits: Iterable[Edit]) -> Iterator[Edit]:
    """The edits that change prose. The mask is computed at the first edit."""
    spans: Spans | None = None
    for edit in edits:
        if spans is None:
            spans = masked_spans(document)
        if not is_inside(spans, edit.start):
            yield edit


def masked_spans(document: Document) -> Spans:
    """The sorted, disjoint half-open spans of a document that are not prose."""
    return _masked(document.text, document.evidence)


@lru_cache(maxsize=2)
def _masked(text: str, evidence: tuple[Evidence, ...]) -> Spans:
    return merged((item.start, item.end) for item in _non_prose(text, evidence))


@lru_cache(maxsize=2)
def _non_prose(text: str, evidence: tuple[Evidence, ...]) -> tuple[NonProse, ...]:
    blocks = fenced_blocks(text)
    marked = [(item.start, item.end) for item in evidence if item.kind == "code"]
    found: list[tuple[Spans, Kind]] = [
        (marked, "code-block"),
        (blocks, "code-block"),
        (inline_code(text, blocks), "code-inline"),
        (code_line_spans(text, has_code=bool(blocks or marked)), "code-lines"),
        (formulas(text), "formula"),
        (list(key_spans(text)), "front-matter"),
    ]
    spans = [NonProse(start, end, kind) for spans, kind in found for start, end in spans]
    return tuple(sorted(spans, key=lambda span: (span.start, -span.end)))
