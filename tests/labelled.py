"""Write texts together with their labels, draw such texts at random, and assemble articles from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from hypothesis import strategies as st
from strategies import characters

from pipeline import Article, Document, Finding, Label, Note, Pipeline, Rule
from pipeline.core.apply_stage import find
from pipeline.core.assemble import assemble
from pipeline.model.article import Exchange
from pipeline.model.verify import BLANK_LINE

ASH, MA = "Ms Ash", "马船长"


class Piece(NamedTuple):
    """A text with one label, and the pieces inside it."""

    layer: str
    value: str
    of: str | int | None
    content: tuple["str | Piece", ...]


def part(value: str, *content: str | Piece, of: str | int | None = None) -> Piece:
    """A text with a label of layer `part`."""
    return Piece("part", value, of, content)


def version(language: str, *content: str | Piece, of: int | None = None) -> Piece:
    """A text of the translated body."""
    return Piece("version", language, of, content)


def language(tag: str, *content: str | Piece) -> Piece:
    """A text in one language."""
    return Piece("language", tag, None, content)


def question(*paragraphs: str, of: str | None = ASH) -> Piece:
    """A question, by default of Ms Ash."""
    return part("question", *paragraphs, of=of)


def answer(*paragraphs: str, of: str | None = MA) -> Piece:
    """An answer, by default of 马船长."""
    return part("answer", *paragraphs, of=of)


def speaker_label(label: str, name: str | None) -> Piece:
    """A label in the text that names the speaker `name`."""
    return part("speaker", label, of=name)


@dataclass(frozen=True)
class Given:
    """A finder that yields the labels it was created with."""

    name: ClassVar[str] = "given"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"part", "version", "language", "given.mood"})
    rules: ClassVar[tuple[Rule, ...]] = (
        Rule("given.label", "a label that a test writes"),
        Rule("given.title-truncated", "a title that the source cut off"),
    )
    protocol: ClassVar[int] = 1
    findings: tuple[Label | Note, ...] = ()

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields `findings`."""
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
    version = pipeline.variants[-1].version
    return assemble(document.with_labels(found), remarks, provenance.source, version, provenance.changes)


def exchanges(made: Article) -> list[Exchange]:
    """The exchanges of an article, in order."""
    return list(made.exchanges)


WORDS = st.text(st.one_of(characters, st.just("\n")), min_size=1, max_size=10).filter(
    lambda text: not text.isspace() and not BLANK_LINE.search(text)
)
GAPS = st.sampled_from(["", " ", "\n", "\n\n", ": ", "** ", " and then\n", "\n又及\n\n"])

SPEAKER_OF_LABEL: dict[str, str | None] = {
    "Q": None,
    "答": None,
    "ASH": ASH,
    "Ms Ash": ASH,
    "马": MA,
    "马船长": MA,
    "MODERATOR": "MODERATOR",
}
"""The speaker that each label names."""

VALUES = [
    *("title", "lead", "heading", "prose", "closing", "question", "answer", "aside", "speaker", "byline", "notice"),
    *("disclaimer", "credit", "label", "legend", "front-matter", "reference", "version"),
]


@st.composite
def labelled_pieces(draw: st.DrawFn, number: int) -> list[str | Piece]:
    """Draws one labelled piece of text, or two that belong together."""
    value = draw(st.sampled_from(VALUES))
    text = draw(WORDS)
    if value == "speaker":
        label = draw(st.sampled_from(list(SPEAKER_OF_LABEL)))
        turn = draw(st.sampled_from(["question", "answer", "aside", None]))
        return [
            speaker_label(label, SPEAKER_OF_LABEL[label]),
            "：",
            *([part(turn, text, of=SPEAKER_OF_LABEL[label])] if turn else []),
        ]
    if value in {"question", "answer", "aside"}:
        return [part(value, text, of=draw(st.sampled_from([None, ASH, MA])))]
    if value == "byline":
        inner = draw(st.sampled_from(["outlet", "reporter", "place", "date"]))
        return [part("byline", "by ", part(f"byline.{inner}", draw(WORDS).strip()), "!")]
    if value == "notice":
        return [part("notice", text, of=draw(st.sampled_from(["source", "repost", "copyright"])))]
    if value == "credit":
        return [part("credit.role", "编辑", of=number), " ", part("credit.name", text, of=number)]
    if value == "label":
        return [part("label", text.replace("\n", " "))]
    if value == "version":
        return [version("en", part(draw(st.sampled_from(["title", "lead", "heading", "answer", "prose"])), text))]
    return [part(value, text)]


@st.composite
def labelled_texts(draw: st.DrawFn) -> list[str | Piece]:
    """Draws texts with any labels, and with text between them that has no label."""
    content: list[str | Piece] = [draw(GAPS), "x"]
    for number in range(draw(st.integers(0, 8))):
        content += ["\n\n", *draw(labelled_pieces(number)), draw(GAPS)]
    return content
