"""Two articles of one document, compared: what differs, and which rules are answerable."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from pipeline.audit.compare import findings, structure
from pipeline.audit.compare.difference import (
    DIFFERENCE_KINDS,
    Difference,
    DifferenceKind,
    FieldChange,
    FindingChange,
    Hunk,
)
from pipeline.audit.compare.findings import ComparedArticle, ComparedFinding
from pipeline.audit.compare.text_diff import DiffSpan, SharedPositions, diff_spans
from pipeline.audit.provenance import LayerEdit, Rewrite, layer_texts
from pipeline.model.arguments import expect_one
from pipeline.model.article import Article
from pipeline.text.excerpts import line_context

__all__ = ["Difference", "FieldChange", "FindingChange", "Hunk", "compare"]

SOURCE_POINTERS = ("/provenance/source/sha256", "/provenance/source/bytes")
"""Differences that are of the source itself, not of how it was read."""


def compare(old: Article, new: Article) -> Difference:
    """What differs between two articles of one document, `old` and `new`.

    Texts of one source are compared through their ledgers: an edit is the same where stage, rule, both sides and its
    place in the source are, even if another rule moved it. Raises `ContractError` where edits do not fit their text.
    """
    expect_one("compare", "old", old, Article)
    expect_one("compare", "new", new, Article)
    if old == new:
        return _difference(new.id, (), (), (), 0, (), sources=False)
    was, now = ComparedArticle(old, layer_texts(old)), ComparedArticle(new, layer_texts(new))
    one_source = was.source == now.source
    found = diff_spans(
        old.text, new.text, (was.passages, now.passages) if one_source and old.text != new.text else None
    )
    places = SharedPositions(found)
    left = [
        *findings.compared_edits(was, None if one_source else places.old),
        *findings.compared_labels(old, places.old),
    ]
    right = [
        *findings.compared_edits(now, None if one_source else places.new),
        *findings.compared_labels(new, places.new),
    ]
    gone, come, unlike = findings.unmatched(left, right)
    told = [findings.finding_change(item, was, "old") for item in gone] + [
        findings.finding_change(item, now, "new") for item in come
    ]
    hunks = tuple(_hunks(found, was, now, gone, come))
    changes = structure.structure_changes(old, new, places)
    provenance = (
        *structure.changed_fields(
            old.provenance.source,
            new.provenance.source,
            "/provenance/source",
            ("sha256", "bytes", "bom", "newline", "runs", "undecodable", "converted_by", "origin"),
        ),
        *structure.changed_fields(
            old.provenance.pipeline,
            new.provenance.pipeline,
            "/provenance/pipeline",
            ("version", "settings", "profile", "stages"),
        ),
    )
    sources = old.provenance.source.sha256 != new.provenance.source.sha256
    return _difference(new.id, hunks, changes, told, unlike, provenance, sources=sources)


def _difference(
    name: str,
    hunks: tuple[Hunk, ...],
    changes: tuple[FieldChange, ...],
    told: Sequence[FindingChange],
    unlike: int,
    provenance: tuple[FieldChange, ...],
    *,
    sources: bool,
) -> Difference:
    differs: dict[DifferenceKind, bool] = {
        "source": sources,
        "text": bool(hunks),
        "structure": bool(changes) or any(item.what == "annotation" for item in told),
        "notes": any(item.what == "note" for item in told),
        "rules": bool(unlike) or any(item.what in {"edit", "label"} for item in told),
        "provenance": any(
            not (item.new_field or item.old_field or "").startswith(SOURCE_POINTERS) for item in provenance
        ),
    }
    return Difference(
        id=name,
        kinds=tuple(kind for kind in DIFFERENCE_KINDS if differs[kind]),
        text=hunks,
        structure=changes,
        findings=tuple(told),
        confidences=unlike,
        provenance=provenance,
    )


def _hunks(
    found: Sequence[DiffSpan],
    old: ComparedArticle,
    new: ComparedArticle,
    gone: list[ComparedFinding],
    come: list[ComparedFinding],
) -> Iterator[Hunk]:
    if not found:
        return
    blamed = [_Blame(reading.passages, only) for reading, only in ((old, gone), (new, come))]
    lines = [0, 0]
    at = [0, 0]
    for gap in found:
        for side, (reading, position) in enumerate(((old, gap.old_start), (new, gap.new_start))):
            # Counted on from the last one: a text of many lines is read once.
            lines[side] += reading.article.text.count("\n", at[side], position)
            at[side] = position
        before, after = line_context(new.article.text, gap.new_start, gap.new_end)
        rules = blamed[0].rules(gap.old_start, gap.old_end) | blamed[1].rules(gap.new_start, gap.new_end)
        yield Hunk(
            old_line=lines[0] + 1,
            new_line=lines[1] + 1,
            old_start=gap.old_start,
            new_start=gap.new_start,
            old=old.article.text[gap.old_start : gap.old_end],
            new=new.article.text[gap.new_start : gap.new_end],
            before=before,
            after=after,
            rules=tuple(sorted(rules)),
        )


class _Blame:
    """The rules whose edits only this article has, by the place of the text that they touched."""

    def __init__(self, passages: Sequence[Rewrite], only: Sequence[ComparedFinding]) -> None:
        wanted: set[LayerEdit] = {item.item for item in only if item.what == "edit"}
        self._passages = [
            (p, {step.edit.rule for step in p.steps if step in wanted})
            for p in passages
            if any(step in wanted for step in p.steps)
        ]
        self._ends = [p.end for p, _ in self._passages]

    def rules(self, start: int, end: int) -> set[str]:
        found: set[str] = set()
        for i in range(bisect_left(self._ends, start), len(self._ends)):
            passage, rules = self._passages[i]
            if passage.start > end:
                break
            found |= rules
        return found
