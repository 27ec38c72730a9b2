"""Documents whose kind is known: real ones of two annotated folders, and made ones, with their features."""

import gzip
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import BUILT_IN
from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule, Stage
from pipeline.stages.kind.features import features_of
from structure.made_kinds import made_documents
from structure.talks import read_prose, read_talks

KIND_OF_GROUP = {
    "interview": "interview",
    "ama": "interview",
    "oral-history": "interview",
    "podcast": "podcast",
    "meeting": "meeting",
    "parliament": "meeting",
    "press": "press",
    "play": "play",
    "faq": "faq",
}
"""Groups of `truth.jsonl.gz` and `negatives.jsonl.gz`; every other one holds no talk."""
KIND_OF_CASE = {
    "positive": "interview",
    "negative": "none",
    "play": "play",
    "narrative": "none",
    "speeches": "none",
    "survey": "none",
    "quoted exchange in a column": "none",
}
"""Groups of the annotated cases, and what they call the kind of those that are neither."""
FINDERS = ("languages", "credits", "dialogue")
"""The finders that run before the stage `kind`."""
UNDECIDED = "-"
"""In place of a kind: the document is left out."""


class KindRow(NamedTuple):
    """One document: its kind, whose family it is, and its features."""

    id: str
    kind: str
    family: str
    made_of: str | None
    """The family of the talk that a made document was made of; None for a real one."""
    features: tuple[int, ...]


class KindSource(NamedTuple):
    """A document whose kind is known, and the group that its folder gives it."""

    id: str
    kind: str
    family: str
    made_of: str | None
    group: str
    data: bytes | str


@dataclass(frozen=True)
class _Recorder:
    """A finder that only remembers the document that it is given."""

    seen: ClassVar[list[Document]] = []
    name: ClassVar[str] = "recorder"
    after: ClassVar[frozenset[str]] = frozenset({"dialogue"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"recorder.none"})
    rules: ClassVar[tuple[Rule, ...]] = ()
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Remembers the document."""
        self.seen.append(document)
        return iter(())


def kind_rows(structure: Path, cases: Path, seed: int) -> list[KindRow]:
    """The rows of all documents whose kind is known."""
    sources = itertools.chain(real_sources(structure, cases), _made(structure, seed))
    return [
        KindRow(source.id, source.kind, source.family, source.made_of, tuple(features_of(document)))
        for source, document in labelled(sources)
    ]


def labelled(sources: Iterable[KindSource], finders: Sequence[str] = FINDERS) -> Iterator[tuple[KindSource, Document]]:
    """Each source with its document, as the stage `kind` gets it; with other finders, without the labels of these."""
    repairs = itertools.takewhile(lambda name: name != FINDERS[0], BUILT_IN)
    recipe: list[str | Stage] = [*repairs, *finders, _Recorder()]
    pipeline = Pipeline(recipe)
    for source in sources:
        _Recorder.seen.clear()
        pipeline.process(source.data, id="document")
        yield source, _Recorder.seen[0]


def _made(structure: Path, seed: int) -> Iterator[KindSource]:
    documents = made_documents(read_talks(structure), read_prose(structure), seed)
    for number, made in enumerate(documents):
        if made.text.strip():
            yield KindSource(
                f"made-{number}", made.kind, f"made {made.kind} {made.language}", made.of, "made", made.text
            )


def real_sources(structure: Path, cases: Path) -> Iterator[KindSource]:
    """The documents of both folders. Sources of one repository are one family, in both."""
    kinds = dict(_pairs(Path(__file__).with_name("kinds.tsv")))
    rows = [*_lines(structure / "truth.jsonl.gz"), *_lines(structure / "negatives.jsonl.gz")]
    families = {row["source"]["repo"]: row["family"] for row in rows if "family" in row}
    for row in rows:
        source = row["file"].split("/")[1]
        kind = kinds.get(row["id"]) or kinds.get(source) or KIND_OF_GROUP.get(row["group"], "none")
        if kind != UNDECIDED:
            repository = row["source"]["repo"]
            data = (structure / row["file"]).read_bytes()
            yield KindSource(row["id"], kind, families.get(repository, repository), None, row["group"], data)
    for line in (cases / "annotations.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        group = KIND_OF_CASE.get(row["group"]) or KIND_OF_CASE.get(row.get("kind", ""), UNDECIDED)
        kind = kinds.get(row["id"], group)
        if kind != UNDECIDED:
            repository = row["source"]["repo"]
            data = (cases / row["file"]).read_bytes()
            yield KindSource(row["id"], kind, families.get(repository, repository), None, row["group"], data)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _pairs(path: Path) -> Iterable[tuple[str, str]]:
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, kind = line.split("\t")
            yield name, kind
