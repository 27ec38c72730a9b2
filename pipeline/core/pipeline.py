"""One document, the whole way: bytes in, an Article out. Pure: no clock, no network, nothing shared."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePath
from types import MappingProxyType

import msgspec

from pipeline.config.settings import Settings, Threshold, layers, typed
from pipeline.core.apply_stage import moved_notes, repair
from pipeline.core.recipe import Recipe, RecipeVariant, matching_variant, recipe_variants
from pipeline.core.structuring import Frame, structured
from pipeline.errors import DocumentError
from pipeline.model.arguments import (
    expect,
    expect_names,
    expect_path,
    expect_table,
    expect_text,
    expect_texts,
    wrong_argument,
)
from pipeline.model.article import Article, Origin, Remark, Source
from pipeline.model.document import Document
from pipeline.model.stage import Stage
from pipeline.readers import html
from pipeline.text.decoding import Decoded, DecodingError, decode
from pipeline.text.edits import Change, apply

NOWHERE = Origin(path=None, media_type=None, member=None, row=None, field=None, sha256=None)


class Pipeline:
    """A recipe ready to process documents; it can be pickled and sent to another process.

    `stages` are names of built-in or installed stages, or stages of your own, by default the built-in recipe;
    `settings` maps a stage's name to values of its fields, `rules` a rule or stage to a threshold or "off".
    `vocabulary` are words to know, `profiles` what is laid over all of this for the documents that match: both as the
    tables of `pipeline.toml`. Raises `UsageError` where they do not fit together.
    """

    def __init__(
        self,
        stages: Sequence[str | Stage] | None = None,
        settings: Mapping[str, Mapping[str, object]] | None = None,
        *,
        rules: Mapping[str, Threshold] | None = None,
        vocabulary: Mapping[str, object] | None = None,
        profiles: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        if stages is not None:
            _check_stages(stages)
        for name, table in (("settings", settings), ("rules", rules), ("vocabulary", vocabulary)):
            expect_table("Pipeline", name, table)
        expect_table("Pipeline", "profiles", profiles)
        tables = {"stages": settings, "rules": rules, "vocabulary": vocabulary, "profiles": profiles}
        told = typed({name: table for name, table in tables.items() if table is not None})
        self.variants = recipe_variants(stages, told)

    @property
    def recipe(self) -> Recipe:
        """The recipe of every document that matches no profile."""
        return self.variants[-1].recipe

    @classmethod
    def configured(cls, settings: Settings) -> "Pipeline":
        """The pipeline that settings describe. Raises `UsageError`."""
        expect("Pipeline.configured", "settings", settings, Settings, "settings of pipeline.config.settings")
        return cls._of(recipe_variants(None, settings))

    @classmethod
    def load(cls, path: str | Path, *overrides: str) -> "Pipeline":
        """The pipeline of a `pipeline.toml`, with each `KEY=VALUE` laid over it. Raises `UsageError` with the file."""
        expect_path("Pipeline.load", "path", path)
        expect_names("Pipeline.load", "overrides", overrides, "'stages.words.longest=30'")
        said = layers(path, overrides)
        with said.blamed():
            return cls.configured(said.settings)

    @classmethod
    def _of(cls, made: tuple[RecipeVariant, ...]) -> "Pipeline":
        pipeline = cls.__new__(cls)
        pipeline.variants = made
        return pipeline

    def process(
        self,
        data: bytes | str,
        *,
        id: str = "",  # noqa: A002
        metadata: Mapping[str, str] | None = None,
        media_type: str | None = None,
        encoding: str | None = None,
        origin: Origin = NOWHERE,
        converted_by: str | None = None,
        strict: bool = False,
    ) -> Article:
        """The Article of one document.

        `data` is the document's bytes, or its text; with `media_type` `text/html`, or without one where they begin as
        a page does, a page, whose extracted text is then the source and whose statements about itself are metadata,
        after those of the caller. `encoding` is what the caller knows of bytes; `origin` says where it lay, and
        `converted_by` what made a text of something else before it came here.

        A finder that fails costs its own labels: the article is made without them, and a note of severity `error` says
        so (`Article.failures`). The article is checked as `pipeline verify` does; one that would be invalid is made
        without structure instead. With `strict` both raise, which is what the author of a stage wants to see.

        Raises `DocumentError` for a document that cannot be read, `StageError` where a repair fails, `RejectedError`
        where a filter turns it down, `ContractError` where not even an article without structure is valid.
        """
        _check(data, id, metadata, media_type, encoding, strict)
        if isinstance(data, str):
            # What the caller knows of bytes says nothing of a text.
            encoding = "utf-8"
        metadata = dict(metadata or {})
        _refuse_surrogates(id, metadata)
        data = _bytes(data, id)
        media_type = media_type or _media_type(data, origin)
        origin = msgspec.structs.replace(origin, media_type=media_type)
        if media_type in html.MEDIA_TYPES:
            origin = msgspec.structs.replace(origin, sha256=hashlib.sha256(data).hexdigest())
            page = _page(data, id, encoding)
            data, encoding, converted_by = page.text.encode("utf-8"), "utf-8", html.converter()
            metadata = {**page.metadata, **metadata}
        variant = matching_variant(self.variants, id, metadata)
        decoded = _decoded(data, id, encoding)
        text, changes, notes = decoded.text, [], _unreadable(decoded)
        if decoded.edits:
            changes.append(Change("decoding", decoded.edits))
            text = apply(text, decoded.edits)
            notes = moved_notes(notes, decoded.edits)
        # A view: what came with the document is not a stage's to change.
        entries = MappingProxyType(metadata)
        document = Document(text, id, entries, (), variant.recipe.vocabulary, variant.recipe.thresholds)
        for step in variant.recipe.repairs:
            edits, found = repair(step, document)
            if edits:
                document = document.with_text(apply(document.text, edits))
                changes.append(Change(step.stage.name, edits))
                notes = moved_notes([*notes, *found], edits)
            elif found:
                notes += found
        source = Source(
            sha256=hashlib.sha256(data).hexdigest(),
            bytes=len(data),
            bom=decoded.bom,
            newline=decoded.newline,
            runs=decoded.runs,
            undecodable=decoded.undecodable,
            converted_by=converted_by,
            origin=origin,
        )
        return structured(document, notes, variant.recipe, Frame(source, variant.version, changes), strict=strict)

    def only(self, stages: Sequence[str]) -> "Pipeline":
        """The same pipeline with these of its stages, in its order. Raises `UsageError` for a stage it has not."""
        expect_names("only", "stages", stages, "['words']")
        self.recipe.select(stages)
        return self._of(tuple(variant.select(set(stages)) for variant in self.variants))

    def clean(self, text: str) -> str:
        """The repaired text: what the repairs of the recipe make of `text`. Finders and profiles do not count."""
        expect_text("clean", "text", text)
        document = Document(text, vocabulary=self.recipe.vocabulary, thresholds=self.recipe.thresholds)
        for step in self.recipe.repairs:
            edits, _ = repair(step, document)
            if edits:
                document = document.with_text(apply(document.text, edits))
        return document.text


def _check(
    data: object,
    name: object,
    metadata: Mapping[str, str] | None,
    media_type: object,
    encoding: object,
    strict: object,
) -> None:
    """Raises `UsageError` for arguments of `process` that are of another type."""
    if not isinstance(data, bytes | str):
        remedy = "Path(…).read_bytes()" if isinstance(data, PurePath) else ""
        raise wrong_argument("process", "data", data, "the document's bytes, or its text", remedy)
    expect_text("process", "id", name)
    expect_texts("process", "metadata", metadata)  # type: ignore[arg-type]
    expect_text("process", "media_type", media_type, optional=True)
    expect_text("process", "encoding", encoding, optional=True)
    expect("process", "strict", strict, bool, "True or False")


def _check_stages(stages: object) -> None:
    if isinstance(stages, str | bytes | Stage) or not isinstance(stages, Iterable):
        raise wrong_argument("Pipeline", "stages", stages, "a list of names or stages", "['words', MyStage()]")
    for i, stage in enumerate(stages if isinstance(stages, list | tuple) else ()):
        if stage is None or isinstance(stage, bool | int | float | bytes | type):
            raise wrong_argument("Pipeline", f"stages[{i}]", stage, "a name or a stage", "'words' or MyStage()")


def is_page(data: bytes | str, origin: Origin) -> bool:
    """Whether this is converted to text first."""
    head = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
    return _media_type(head, origin) in html.MEDIA_TYPES


def _media_type(data: bytes, origin: Origin) -> str | None:
    """What nobody said of the document itself: a file was looked at by its reader, the text of a record was not."""
    looked_at = origin.media_type is not None and origin.row is None
    return origin.media_type if looked_at or not html.begins_page(data) else "text/html"


def _bytes(data: bytes | str, name: str) -> bytes:
    if not data:
        raise DocumentError(name, "is empty; leave it out")
    if isinstance(data, bytes):
        return data
    try:
        return data.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError(
            name,
            f"holds a lone surrogate at character {error.start}, which is no text; repair the record's \\u escapes",
        ) from None


def _refuse_surrogates(name: str, metadata: Mapping[str, str]) -> None:
    """No JSON can hold a lone surrogate, wherever it stands."""
    for where, text in (("id", name), *((f"metadata {key!r}", key + value) for key, value in metadata.items())):
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            shown = name.encode("utf-8", "backslashreplace").decode()
            raise DocumentError(shown, f"its {where} holds a lone surrogate, which is no text; repair it") from None


def _page(data: bytes, name: str, encoding: str | None) -> html.Page:
    try:
        return html.read(data, encoding=encoding)
    except (DecodingError, html.PageError) as error:
        raise DocumentError(name, str(error)) from error


def _decoded(data: bytes, name: str, encoding: str | None) -> Decoded:
    try:
        decoded = decode(data, encoding=encoding)
    except DecodingError as error:
        raise DocumentError(name, str(error)) from error
    if not decoded.text or decoded.text.isspace():
        raise DocumentError(name, "holds nothing but blanks; leave it out")
    return decoded


def _unreadable(decoded: Decoded) -> list[Remark]:
    starts = [run.start for run in decoded.runs]
    remarks = []
    for lost in decoded.undecodable:
        encoding = decoded.runs[bisect_right(starts, lost.at) - 1].encoding
        remarks.append(
            Remark(
                stage="decoding",
                rule="decoding.undecodable",
                severity="warning",
                message=f"bytes that are no {encoding}; kept in provenance, U+FFFD stands for them",
                start=lost.at,
                end=lost.at + 1,
                suggestion=None,
            )
        )
    return remarks


def process(
    data: bytes | str,
    *,
    id: str = "",  # noqa: A002
    metadata: Mapping[str, str] | None = None,
    media_type: str | None = None,
    encoding: str | None = None,
    strict: bool = False,
) -> Article:
    """The Article of one document under the built-in recipe; see `Pipeline.process`."""
    return _built_in().process(data, id=id, metadata=metadata, media_type=media_type, encoding=encoding, strict=strict)


def clean(text: str, stages: Sequence[str] | None = None) -> str:
    """The repaired text. `stages` names a set of repairs; the built-in recipe orders it. Raises `UsageError`."""
    expect_text("clean", "text", text)
    if stages is None:
        return _built_in().clean(text)
    expect_names("clean", "stages", stages, "['entities', 'words']")
    return _only(tuple(stages)).clean(text)


@cache
def _built_in() -> Pipeline:
    return Pipeline()


@cache
def _only(stages: tuple[str, ...]) -> Pipeline:
    return Pipeline().only(stages)
