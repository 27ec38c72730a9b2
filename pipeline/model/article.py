"""What comes out: the Article, contract version 1. `docs/contract.md` says in words what this file says in types.

Additions are allowed; anything else needs a new version. All keys are always there, offsets are half-open and count
code points of `text`, languages are BCP 47 tags. Every struct is frozen; sequences are tuples here, arrays in JSON.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from pipeline.model.evidence import Evidence
from pipeline.model.html_repr import HtmlTurn, article_html
from pipeline.text.decoding import Newline, Run, Undecodable
from pipeline.text.edits import Change, Confidence

VERSION: Final = "bilingual-article/1"

STAGE_FAILED: Final = "stage.failed"
"""The rule of a note that says which finder failed: the article is without what it finds."""
ARTICLE_INVALID: Final = "article.invalid"
"""The rule of a note that says why the article has no structure: with one it would break the contract."""

Paragraphs = Annotated[tuple[str, ...], Meta(description="Paragraphs in their order, each without line ends.")]
Offset = Annotated[int, Meta(ge=0, description="Code point in `text`.")]
Role = Literal["interviewer", "interviewee", "moderator", "other"]
NoticeKind = Literal["source", "repost", "copyright", "promotion", "related"]


class Title(msgspec.Struct, frozen=True, kw_only=True):
    """The article's title."""

    text: Annotated[str, Meta(description="The title as it stands in `text`.")]
    truncated: Annotated[
        bool,
        Meta(description="Whether the source cut it off; a note may then offer the completion, which is never put in."),
    ]


class Byline(msgspec.Struct, frozen=True, kw_only=True):
    """Who reported, for whom, from where, when. Each part stands in `text`, as written."""

    text: Annotated[str, Meta(description="The whole byline.")]
    outlet: Annotated[str | None, Meta(description="The medium, or null.")]
    reporters: Annotated[tuple[str, ...], Meta(description="Names of the reporters.")]
    place: Annotated[str | None, Meta(description="The place reported from, or null.")]
    date: Annotated[str | None, Meta(description="The date as written, or null.")]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One speaker's uninterrupted words."""

    n: Annotated[int, Meta(ge=1, description="The turn's number, counted through the body in the order of the text.")]
    speaker: Annotated[
        str | None,
        Meta(description="`name` of the speaker in `speakers`; null for Q and A words and where nobody is named."),
    ]
    paragraphs: Paragraphs

    @property
    def text(self) -> str:
        """The paragraphs, a line each."""
        return "\n".join(self.paragraphs)


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A run of question turns and the run of answer turns that follows it at once."""

    n: Annotated[
        int | None,
        Meta(
            description="Counted through the body; in a translation the number of the exchange it translates, or null."
        ),
    ]
    questions: Annotated[tuple[Turn, ...], Meta(description="Question turns; empty for a statement.")]
    answers: Annotated[tuple[Turn, ...], Meta(description="Answer turns; empty where none was given.")]
    asides: Annotated[
        tuple[Turn, ...],
        Meta(description="Moderators, stage directions, translator's notes: turns that neither ask nor answer."),
    ]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns in the order of the text."""
        return tuple(sorted((*self.questions, *self.answers, *self.asides), key=lambda turn: turn.n))

    @property
    def question(self) -> str:
        """The text of all question turns, a paragraph a line."""
        return "\n".join(turn.text for turn in self.questions)

    @property
    def answer(self) -> str:
        """The text of all answer turns, a paragraph a line."""
        return "\n".join(turn.text for turn in self.answers)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and what stands under it."""

    heading: Annotated[str | None, Meta(description="The heading, or null for what stands before the first one.")]
    paragraphs: Annotated[tuple[str, ...], Meta(description="Prose of the section that is nobody's turn.")]
    exchanges: Annotated[tuple[Exchange, ...], Meta(description="The exchanges of the section.")]


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who speaks, in whatever script and abbreviation the labels name them."""

    name: Annotated[
        str | None, Meta(description="The name; null only for Q and A words and where no label names them.")
    ]
    role: Annotated[Role, Meta(description="What they do in this conversation.")]
    labels: Annotated[
        tuple[str, ...], Meta(description="The labels as they stand in `text`; empty where there are none.")
    ]


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """One role and who held it."""

    role: Annotated[str, Meta(description="The role as it stands in `text`.")]
    role_en: Annotated[str | None, Meta(description="The role in English, or null where it is not known.")]
    names: Annotated[tuple[str, ...], Meta(description="People or organisations.")]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A line about the article itself."""

    kind: Annotated[NoticeKind, Meta(description="What it is about.")]
    text: Annotated[str, Meta(description="The notice with its label.")]


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """The body in another language, shaped like the body."""

    language: Annotated[str, Meta(description="BCP 47 tag of the translation.")]
    title: Annotated[Title | None, Meta(description="Its title, or null.")]
    lead: Annotated[tuple[str, ...], Meta(description="Paragraphs before its first heading or turn.")]
    sections: Annotated[tuple[Section, ...], Meta(description="Its sections; exchange numbers point to the body.")]
    closing: Annotated[tuple[str, ...], Meta(description="Prose after its last turn that belongs to nobody.")]


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """What a plugin found, in a layer of its own."""

    layer: Annotated[str, Meta(description="The layer, `stage.name`.")]
    value: Annotated[str, Meta(description="What was found.")]
    start: Annotated[int | None, Meta(description="Code point in `text`; null for the whole document.")]
    end: Annotated[int | None, Meta(description="Code point behind it; null for the whole document.")]
    rule: Annotated[str, Meta(description="The rule that found it.")]
    confidence: Confidence


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of metadata that came with the record."""

    key: Annotated[str, Meta(description="Its name.")]
    value: Annotated[str, Meta(description="Its value; values other than text as their JSON.")]


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A note: something worth a look that no stage may change on its own."""

    stage: Annotated[str, Meta(description="Who noted it.")]
    rule: Annotated[str, Meta(description="The rule, `stage.cause`.")]
    severity: Annotated[Literal["info", "warning", "error"], Meta(description="How much it matters.")]
    message: Annotated[str, Meta(description="What was seen, for a reader.")]
    start: Offset
    end: Annotated[int, Meta(ge=0, description="Code point behind it.")]
    suggestion: Annotated[str | None, Meta(description="What could stand there instead, or null.")]


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A span of `text` and the field it is. Sorted and disjoint; every word of `text` is in one."""

    start: Offset
    end: Annotated[int, Meta(ge=1, description="Code point behind the segment.")]
    label: Annotated[str, Meta(description="What it is: a value of layer `part`, such as `answer` or `credit.name`.")]
    language: Annotated[str, Meta(description="BCP 47 tag; `mul` for mixed, `und` for undetermined.")]
    field: Annotated[
        str | None,
        Meta(
            description="JSON Pointer to the value that this span is, unwrapped; null for front-matter, legend, label, "
            "repeat and reference."
        ),
    ]
    rule: Annotated[str, Meta(description="The rule that decided it.")]
    confidence: Confidence


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where the document came from."""

    path: Annotated[str | None, Meta(description="Path below the input root, with `/`; null outside files.")]
    media_type: Annotated[str | None, Meta(description="Media type, such as `text/plain`.")]
    member: Annotated[str | None, Meta(description="Path inside an archive, the table of a database, or null.")]
    row: Annotated[int | None, Meta(description="Row of a table or line of a JSONL file, from 1, or null.")]
    field: Annotated[str | None, Meta(description="The field of the record that held the text, or null.")]
    sha256: Annotated[str | None, Meta(description="Of the file, where `source` is a text extracted from it; or null.")]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes that went in, described so that they can be given back."""

    sha256: Annotated[str, Meta(description="Of the source bytes.", pattern="^[0-9a-f]{64}$")]
    bytes: Annotated[int, Meta(ge=0, description="How many bytes.")]
    bom: Annotated[bool, Meta(description="Whether they begin with the byte order mark of the first run's encoding.")]
    newline: Annotated[Newline, Meta(description="What each `\\n` of the source text was.")]
    runs: Annotated[tuple[Run, ...], Meta(description="Which codec read which part of the source text.")]
    undecodable: Annotated[tuple[Undecodable, ...], Meta(description="Bytes that no codec reads.")]
    converted_by: Annotated[
        str | None,
        Meta(description="What extracted the text from a page or document, with its version; null for text."),
    ]
    origin: Annotated[Origin, Meta(description="Where the document came from.")]


class StageVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One stage that ran."""

    name: Annotated[str, Meta(description="The stage.")]
    package: Annotated[
        str | None, Meta(description="The distribution it came from; null for one that is not installed.")
    ]
    version: Annotated[str | None, Meta(description="The version of that distribution; null for one not installed.")]


class PipelineVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What processed the document."""

    version: Annotated[str, Meta(description="Version of the pipeline.")]
    settings: Annotated[str, Meta(description="SHA-256 of the effective settings.")]
    profile: Annotated[str | None, Meta(description="The profile laid over the settings, or null.")]
    stages: Annotated[tuple[StageVersion, ...], Meta(description="The recipe, in order.")]


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where it came from and all that was done to it."""

    source: Annotated[Source, Meta(description="The bytes that went in.")]
    pipeline: Annotated[PipelineVersion, Meta(description="What processed them.")]
    changes: Annotated[
        tuple[Change, ...],
        Meta(
            description="Every edit, a layer for each stage that made some; undone in reverse order they give the "
            "source text."
        ),
    ]
    evidence: Annotated[
        tuple[Evidence, ...],
        Meta(
            description="What the markup said of spans of `text`, where the source is a text extracted from a page; "
            "sorted by `start`. Empty for plain text."
        ),
    ] = ()


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One interview article, structured; from it alone the source can be restored byte for byte."""

    schema: Annotated[Literal["bilingual-article/1"], Meta(description="The contract and its version.")]
    id: Annotated[str, Meta(description="Path below the input root without suffix, or the record's id.")]
    language: Annotated[str, Meta(description="BCP 47 tag of the body.")]
    title: Annotated[Title | None, Meta(description="The title, or null.")]
    byline: Annotated[Byline | None, Meta(description="The byline, or null.")]
    lead: Annotated[tuple[str, ...], Meta(description="Paragraphs of the body before the first heading or turn.")]
    sections: Annotated[tuple[Section, ...], Meta(description="The body.")]
    closing: Annotated[tuple[str, ...], Meta(description="Prose after the last turn that belongs to nobody.")]
    speakers: Annotated[
        tuple[Speaker, ...], Meta(description="Everybody who speaks, in the order of their first turn.")
    ]
    credits: Annotated[tuple[Credit, ...], Meta(description="Roles and names.")]
    notices: Annotated[tuple[Notice, ...], Meta(description="Lines about the article itself.")]
    disclaimer: Annotated[str | None, Meta(description="The disclaimer after its first label, or null.")]
    translations: Annotated[tuple[Translation, ...], Meta(description="The body in other languages.")]
    annotations: Annotated[tuple[Annotation, ...], Meta(description="The kind of document, and what plugins found.")]
    metadata: Annotated[tuple[Entry, ...], Meta(description="What came with the record.")]
    notes: Annotated[tuple[Remark, ...], Meta(description="What is worth a look.")]
    text: Annotated[str, Meta(description="The whole cleaned text; lines end at `\\n`.")]
    segments: Annotated[tuple[Segment, ...], Meta(description="Which span of `text` is which field.")]
    provenance: Annotated[Provenance, Meta(description="Where it came from and all that was done to it.")]

    @property
    def meta(self) -> dict[str, str]:
        """The metadata as a dict."""
        return {entry.key: entry.value for entry in self.metadata}

    @property
    def exchanges(self) -> Iterator[Exchange]:
        """The exchanges of all sections, in order."""
        for section in self.sections:
            yield from section.exchanges

    @property
    def failures(self) -> tuple[Remark, ...]:
        """The notes that say which finders failed, or why the structure was left out; of most articles none."""
        return tuple(note for note in self.notes if note.rule in {STAGE_FAILED, ARTICLE_INVALID})

    def _repr_html_(self) -> str:
        """HTML for notebooks: title, byline, language, counts, and the conversation, folded if it is long."""
        exchanges = list(self.exchanges)
        edits = sum(len(change.edits) for change in self.provenance.changes)
        counts = ((len(exchanges), "exchange"), (edits, "edit"), (len(self.notes), "note"))
        languages = " + ".join([self.language, *(translation.language for translation in self.translations)])
        facts = [languages, *(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts)]
        html_exchanges = [
            [HtmlTurn(t.speaker, t in exchange.questions, t.text) for t in exchange.turns] for exchange in exchanges
        ]
        title = self.title.text if self.title else None
        byline = self.byline.text if self.byline else None
        return article_html(title, byline, facts, html_exchanges, name=self.id)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an article document."""
    schema = msgspec.json.schema(Article)
    for definition in schema["$defs"].values():
        # What an older article lacks has a default when it is read, and is always written.
        definition["required"] = list(definition["properties"])
        for described in definition["properties"].values():
            described.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{VERSION.replace('/', ':')}",
        "title": VERSION,
        **schema,
    }


def resolve(article: Article, pointer: str) -> Any:  # noqa: ANN401 -- any part of an article
    """The value at a JSON Pointer into the article, a struct, tuple, str, int or None.

    Raises `KeyError` with the pointer if there is no such value.
    """
    value: Any = article
    for key in pointer.split("/")[1:]:
        try:
            value = value[_index(key)] if isinstance(value, tuple) else getattr(value, _field(value, key))
        except (IndexError, ValueError, AttributeError):
            raise KeyError(pointer) from None
    return value


def _index(key: str) -> int:
    if not key.isdecimal():
        raise ValueError(key)
    return int(key)


def _field(value: object, key: str) -> str:
    if not isinstance(value, msgspec.Struct) or key not in value.__struct_fields__:
        raise AttributeError(key)
    return key
