"""The repair `entities`: HTML entities and escapes that no parser decoded become the characters they stand for.

`references` decodes `&quot;`, which still has its ampersand; `lost_entities` decodes `quot;`, which does not. Escapes
of JSON, spreadsheets and scripts have modules of their own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.stages.entities.decision import decisions
from pipeline.stages.entities.json_escapes import is_json_string, repaired_escapes
from pipeline.stages.entities.lexer import candidates
from pipeline.stages.entities.lost_entities import edits_of
from pipeline.stages.entities.lost_spaces import (
    LostLineEnds,
    lost_line_ends,
    prove_line_ends,
    repaired_ampersands,
    repaired_line_ends,
)
from pipeline.stages.entities.lost_tags import repaired_tags
from pipeline.stages.entities.references import AMPERSAND, repaired_reference
from pipeline.stages.entities.rules import RULES
from pipeline.stages.entities.script_escapes import repaired_script_escapes, repaired_spreadsheet_escapes
from pipeline.stages.entities.suspect_lines import SuspectLine, suspect_lines
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.non_prose.code_marks import Spans
from pipeline.text.edits import Edit


def repair(document: Document) -> Iterator[Edit]:
    """One round over the suspect lines, after the evidence of the whole document is collected."""
    lines = list(suspect_lines(document.text))
    if not lines:
        return
    has_spaced_entities = any(line.spaced_entities for line in lines)
    is_json = "\\" in document.text and is_json_string(document.text)
    line_ends = [lost_line_ends(line) if "\\" in line.text else LostLineEnds() for line in lines]
    if not prove_line_ends(line_ends):
        line_ends = [LostLineEnds()] * len(lines)
    references = [list(repaired_references(line)) for line in lines]
    lexed = [(line, candidates(line, spans_of(line, edits))) for line, edits in zip(lines, references, strict=True)]
    decided = decisions(lexed, document.text)
    for line, edits, entities, ends in zip(lines, references, decided, line_ends, strict=True):
        found = [*edits, *edits_of(line, entities)]
        rest = repaired_rest(line, found, ends, has_spaced_entities=has_spaced_entities, is_json=is_json)
        yield from disjoint([*found, *rest])


def repaired_references(line: SuspectLine) -> Iterator[Edit]:
    """The edits for what still has its ampersand."""
    end = 0
    for ampersand in AMPERSAND.finditer(line.text):
        if ampersand.start() >= end and (edit := repaired_reference(line, ampersand.start())):
            end = edit.end - line.start
            yield edit


def spans_of(line: SuspectLine, edits: Iterable[Edit]) -> Spans:
    """The spans of edits in their line."""
    return sorted((edit.start - line.start, edit.end - line.start) for edit in edits)


def repaired_rest(
    line: SuspectLine, edits: list[Edit], line_ends: LostLineEnds, *, has_spaced_entities: bool, is_json: bool
) -> Iterator[Edit]:
    """The edits of one line besides those of its entities, the surer kinds first. They may overlap: see `disjoint`."""
    text = line.text
    edited = spans_of(line, edits)
    if "gt;" in text or "u003" in text:
        yield from repaired_tags(line, edited)
    if "\\" in text:
        yield from repaired_escapes(line, edited, is_json=is_json)
    if "_x" in text:
        yield from repaired_spreadsheet_escapes(line)
    if "%u" in text:
        yield from repaired_script_escapes(line)
    yield from repaired_line_ends(line, line_ends)
    if has_spaced_entities and "   " in text:
        yield from repaired_ampersands(line)


def disjoint(edits: Iterable[Edit]) -> Iterator[Edit]:
    """The edits by offset, without overlaps: of two that overlap the one that came first in `edits` is kept."""
    kept: list[tuple[int, Edit]] = []
    for rank, edit in sorted(enumerate(edits), key=lambda ranked: ranked[1].start):
        if not kept or kept[-1][1].end <= edit.start:
            kept.append((rank, edit))
        elif rank < kept[-1][0]:
            kept[-1] = (rank, edit)
    for _, edit in kept:
        yield edit


@dataclass(frozen=True)
class Entities:
    """Entities and escapes to characters: `&quot;`, `&amp;#39;`, `quot;`, `countries#39;`, `parentsu2019`."""

    name: ClassVar = "entities"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yield an edit for each entity and escape."""
        yield from propose_to_fixpoint(document, self.rules, repair)
