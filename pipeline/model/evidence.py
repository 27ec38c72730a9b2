"""Evidence: what the format of a document said about spans of its text, such as that a line was bold.

A reader that takes the text out of a page loses its markup. It hands on what the markup said as spans beside the text,
so that nothing has to be written into the text. The spans are moved through the edits of the repairs as notes are, and
finders read them in `Document.evidence`. A format whose marks stay in the text, such as Markdown, needs none.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from pipeline.text.edits import Edit, PositionMap

EvidenceKind = Literal[
    "heading",
    "bold",
    "italic",
    "item",
    "quote",
    "term",
    "definition",
    "cell",
    "code",
    "caption",
    "title",
    "byline",
    "time",
]
"""What markup says of a text. `term` and `definition` are those of a list of definitions, in HTML `dt` and `dd`."""

EVIDENCE_KINDS: frozenset[str] = frozenset(get_args(EvidenceKind))


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """The markup said that `[start, end)` of the text, in code points, is a `kind`.

    `value` says more, for some kinds: for a heading its level from `1` to `6`; for a cell `ROW.COLUMN`, with rows
    counted through all tables of the document and columns through the row, both from 1; for a time `START` or
    `START-END` in seconds, such as `12.5-14`. It is empty for all others.
    """

    start: Annotated[int, Meta(ge=0, description="Code point in `text`.")]
    end: Annotated[int, Meta(ge=1, description="Code point behind it.")]
    kind: Annotated[EvidenceKind, Meta(description="What the markup said that the span is.")]
    value: Annotated[
        str,
        Meta(
            description="The level of a heading, `ROW.COLUMN` of a cell, `START-END` of a time in seconds; "
            "empty for other kinds."
        ),
    ] = ""


def checked_evidence(evidence: Iterable[Evidence], length: int) -> tuple[Evidence, ...]:
    """The spans that fit a text of `length` code points, sorted by start, outer spans first.

    A span across the end of the text is cut there; one that is empty, or outside the text, or of an unknown kind is
    dropped: evidence helps finders, and a mistake of a reader must not cost the document.
    """
    fitting = [
        item if item.end <= length else msgspec.structs.replace(item, end=length)
        for item in evidence
        if _is_well_formed(item) and 0 <= item.start < min(item.end, length)
    ]
    return tuple(sorted(fitting, key=_position))


def _is_well_formed(item: object) -> bool:
    return (
        isinstance(item, Evidence)
        and type(item.start) is int
        and type(item.end) is int
        and type(item.kind) is str
        and item.kind in EVIDENCE_KINDS
        and type(item.value) is str
        and item.value.isascii()
    )


def _position(item: Evidence) -> tuple[int, int]:
    return item.start, -item.end


def moved_evidence(evidence: Sequence[Evidence], edits: Sequence[Edit]) -> tuple[Evidence, ...]:
    """The spans in the text after the edits. A span of which nothing is left is dropped."""
    if not evidence or not edits:
        return tuple(evidence)
    positions = PositionMap(edits)
    moved = []
    for item in evidence:
        start, end = positions.forward(item.start, item.end)
        if start < end:
            same = start == item.start and end == item.end
            moved.append(item if same else Evidence(start, end, item.kind, item.value))
    return tuple(sorted(moved, key=_position))


def evidence_in_decoded(evidence: Sequence[Evidence], data: str, *, newline: str) -> Sequence[Evidence]:
    """The spans of a text that a reader gave, in that text as it is decoded from its bytes.

    Decoding takes a byte order mark away, and makes one character of each `\\r\\n` if all lines end so (`newline` is
    then `crlf`).
    """
    if not evidence or not (data.startswith("\ufeff") or newline == "crlf"):
        return evidence
    edits = [Edit(0, "\ufeff", "", "", 1.0)] if data.startswith("\ufeff") else []
    at = data.find("\r\n") if newline == "crlf" else -1
    while at >= 0:
        edits.append(Edit(at, "\r", "", "", 1.0))
        at = data.find("\r\n", at + 2)
    return moved_evidence(evidence, edits)
