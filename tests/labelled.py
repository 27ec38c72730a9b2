"""Writes a text together with its labels, and assembles the Article."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from pipeline import Article, Document, Finding, Label, Note, Pipeline, Rule
from pipeline.core.apply_stage import find
from pipeline.core.assemble import assemble


class Piece(NamedTuple):
    """A stretch of text under one label, with the pieces inside it."""

    layer: str
    value: str
    of: str | int | None
    content: tuple["str | Piece", ...]


def part(value: str, *content: str | Piece, of: str | int | None = None) -> Piece:
    """A stretch of text with a label of layer `part`."""
    return Piece("part", value, of, content)


def version(language: str, *content: str | Piece, of: int | None = None) -> Piece:
    """A stretch of the translated body."""
    return Piece("version", language, of, content)


def language(tag: str, *content: str | Piece) -> Piece:
    """A stretch of text in one language."""
    return Piece("language", tag, None, content)


@dataclass(frozen=True)
class Given:
    """A finder that yields the labels it was created with."""

    name: ClassVar[str] = "given"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"part", "version", "language", "given.mood"})
    rules: ClassVar[tuple[Rule, ...]] = (
        Rule("given.label", "written beside the text"),
        Rule("given.title-truncated", "a title that the source cut off"),
    )
    protocol: ClassVar[int] = 1
    findings: tuple[Label | Note, ...] = ()

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields what it was made with."""
        yield from self.findings


def written(*content: str | Piece) -> tuple[str, tuple[Label, ...]]:
    """The text of some pieces and their labels."""
    return _written(content, 0)


def _written(content: tuple[str | Piece, ...], at: int) -> tuple[str, tuple[Label, ...]]:
    text, labels = "", list[Label]()
    for piece in content:
        if isinstance(piece, str):
            text += piece
            continue
        start = at + len(text)
        inner, found = _written(piece.content, start)
        text += inner
        labels += [Label(start, at + len(text), piece.layer, piece.value, "given.label", 0.9, piece.of), *found]
    return text, tuple(labels)


def article(*content: str | Piece, notes: tuple[Note, ...] = ()) -> Article:
    """The Article assembled from some pieces, valid or not."""
    text, labels = written(*content)
    pipeline = Pipeline([Given((*labels, *notes))])
    document = Document(text, "sample")
    found, remarks = find(pipeline.recipe.finders[0], document)
    provenance = Pipeline([Given()]).process(text).provenance
    version = pipeline.ways[-1].version
    return assemble(document.with_labels(found), remarks, provenance.source, version, provenance.changes)
