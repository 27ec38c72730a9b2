"""Processes one document: bytes or a record in, an `Article` out. Pure: no clock, no network, no shared state."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from types import MappingProxyType

from pipeline.config.settings import Settings, Threshold, layers, typed
from pipeline.core.apply_stage import moved_notes, repair
from pipeline.core.recipe import Recipe, RecipeVariant, matching_variant, recipe_variants
from pipeline.core.structuring import ArticleFrame, structure_document
from pipeline.errors import DocumentError, UsageError
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
from pipeline.model.evidence import Evidence, checked_evidence, evidence_in_decoded, moved_evidence
from pipeline.model.record import PAGE_MEDIA_TYPES, SUBTITLE_MEDIA_TYPES, Record, check_encodable, data_bytes
from pipeline.model.stage import Stage
from pipeline.text.decoding import Decoded, DecodingError, decode
from pipeline.text.edits import Change, apply
from pipeline.text.encodings.dominant import FOREIGN_LANGUAGES

NOWHERE = Origin(path=None, media_type=None, member=None, row=None, field=None, sha256=None)
CONVERSION = "pipeline.readers.conversion"
"""The module whose `text_record` makes a text of a page or of subtitles."""


class Pipeline:
    """A recipe ready to process documents; it can be pickled and sent to another process.

    `stages` are names of built-in or installed stages, or your own stages; the default is the built-in recipe.
    `settings` maps a stage's name to values of its fields, `rules` a rule or stage to a threshold or "off".
    `vocabulary` adds words and names, `profiles` overrides all of this for matching documents; both are written like
    the tables of `pipeline.toml`. Raises `UsageError` if they do not fit together.
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
        all_settings = typed({name: table for name, table in tables.items() if table is not None})
        self.variants = recipe_variants(stages, all_settings)

    @property
    def recipe(self) -> Recipe:
        """The recipe of every document that matches no profile."""
        return self.variants[-1].recipe

    @classmethod
    def configured(cls, settings: Settings) -> "Pipeline":
        """The pipeline for some settings. Raises `UsageError`."""
        expect("Pipeline.configured", "settings", settings, Settings, "settings of pipeline.config.settings")
        return cls._of(recipe_variants(None, settings))

    @classmethod
    def load(cls, path: str | Path, *overrides: str) -> "Pipeline":
        """The pipeline of a `pipeline.toml`, with `KEY=VALUE` overrides. Raises `UsageError`, which names the file."""
        expect_path("Pipeline.load", "path", path)
        expect_names("Pipeline.load", "overrides", overrides, "'stages.words.longest=30'")
        read_layers = layers(path, overrides)
        with read_layers.naming_source():
            return cls.configured(read_layers.settings)

    @classmethod
    def _of(cls, made: tuple[RecipeVariant, ...]) -> "Pipeline":
        pipeline = cls.__new__(cls)
        pipeline.variants = made
        return pipeline

    def process(
        self,
        data: Record | bytes | str,
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

        `data` is the document's bytes or its text. A web page (`media_type` is `text/html`, or there is none and the
        data begins as a page does) is converted first: the extracted text is then the source, and the metadata of the
        page is added to `metadata`; your own entries take precedence. So are subtitles (`text/vtt`,
        `application/x-subrip`, or data that begins as they do). `encoding` is that of the bytes, if you know it.
        `origin` says where the document came from, and `converted_by` which program made its text from something else.

        `data` may also be a `Record`, which holds all of these. A record that is a web page or subtitles must be
        converted first, with `pipeline.readers.conversion.text_record`.

        If a finder fails, only its own labels are lost: the article is made without them, and has a note of severity
        `error` (`Article.failures`). The article is checked as `pipeline verify` does; an invalid one is made without
        structure instead. With `strict` both raise, which helps the author of a stage.

        Raises `DocumentError` for a document that cannot be read, `StageError` if a repair fails, `RejectedError` if a
        filter rejects it, `ContractError` if not even an article without structure is valid.
        """
        _check(data, id, metadata, media_type, encoding, strict)
        if isinstance(data, Record):
            arguments = (id, metadata, media_type, encoding, converted_by)
            record = _checked_record(data, other_arguments=any(arguments) or origin is not NOWHERE)
        else:
            record = Record(id, data, origin, dict(metadata or {}), converted_by, encoding)
            check_encodable(record)
            record = _text_record(record, media_type)
        return self._process(record, strict=strict)

    def _process(self, record: Record, *, strict: bool) -> Article:
        check_encodable(record)
        data = data_bytes(record)
        # The encoding of the record is that of its bytes; text is encoded as UTF-8.
        encoding = "utf-8" if isinstance(record.data, str) else record.encoding
        variant = matching_variant(self.variants, record.id, record.metadata)
        decoded = _decoded(data, record.id, encoding)
        text, changes, notes = decoded.text, [], [*_faults(record), *_foreign(decoded), *_unreadable(decoded)]
        if decoded.edits:
            changes.append(Change("decoding", decoded.edits))
            text = apply(text, decoded.edits)
            notes = moved_notes(notes, decoded.edits)
        # Read-only: a stage must not change what came with the document.
        metadata = MappingProxyType(dict(record.metadata))
        evidence = _evidence(record, decoded)
        document = Document(
            text, record.id, metadata, (), variant.recipe.vocabulary, variant.recipe.thresholds, evidence
        )
        for step in variant.recipe.repairs:
            edits, new_notes = repair(step, document)
            if edits:
                document = document.with_text(apply(document.text, edits), moved_evidence(document.evidence, edits))
                changes.append(Change(step.stage.name, edits))
                notes = moved_notes([*notes, *new_notes], edits)
            elif new_notes:
                notes += new_notes
        source = Source(
            sha256=hashlib.sha256(data).hexdigest(),
            bytes=len(data),
            bom=decoded.bom,
            newline=decoded.newline,
            runs=decoded.runs,
            undecodable=decoded.undecodable,
            converted_by=record.converted_by,
            origin=record.origin,
        )
        return structure_document(
            document, notes, variant.recipe, ArticleFrame(source, variant.version, changes), strict=strict
        )

    def only(self, stages: Sequence[str]) -> "Pipeline":
        """The pipeline with only these of its stages, in its own order. Raises `UsageError` for an unknown stage."""
        expect_names("only", "stages", stages, "['words']")
        self.recipe.select(stages)
        return self._of(tuple(variant.select(set(stages)) for variant in self.variants))

    def clean(self, text: str) -> str:
        """The text with all repairs of the recipe applied; no finders, no profiles."""
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
    """Raises `UsageError` for arguments of `process` of the wrong type."""
    if not isinstance(data, bytes | str | Record):
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


def _checked_record(record: Record, *, other_arguments: bool) -> Record:
    """The record, if it can be processed as it is. Raises `UsageError`."""
    if other_arguments:
        raise UsageError("process: a Record holds the id, metadata and origin; pass it with no argument but strict")
    if record.origin.media_type in PAGE_MEDIA_TYPES and record.converted_by is None:
        raise UsageError(f"process: {record.id!r} is a web page; convert it first: readers.html.text_record(record)")
    if record.origin.media_type in SUBTITLE_MEDIA_TYPES and record.converted_by is None:
        remedy = "convert it first: readers.conversion.text_record(record)"
        raise UsageError(f"process: {record.id!r} is a file of subtitles; {remedy}")
    return record


def _text_record(record: Record, media_type: str | None) -> Record:
    """The record of what a caller passed, with the text of a page or of subtitles.

    Imported by name, because this package does not depend on readers: only this convenience for callers with a page in
    hand does. Runs convert records before they process them.
    """
    text_record = import_module(CONVERSION).text_record
    converted: Record = text_record(record, media_type)
    return converted


def _decoded(data: bytes, name: str, encoding: str | None) -> Decoded:
    try:
        decoded = decode(data, encoding=encoding)
    except DecodingError as error:
        raise DocumentError(name, str(error)) from error
    if not decoded.text or decoded.text.isspace():
        raise DocumentError(name, "holds nothing but blanks; leave it out")
    return decoded


def _evidence(record: Record, decoded: Decoded) -> tuple[Evidence, ...]:
    """The evidence of a record in the decoded text, after the edits of the decoding."""
    if not record.evidence:
        return ()
    evidence: Sequence[Evidence] = record.evidence
    if isinstance(record.data, str):
        fitting = checked_evidence(evidence, len(record.data))
        evidence = evidence_in_decoded(fitting, record.data, newline=decoded.newline)
    return moved_evidence(checked_evidence(evidence, len(decoded.text)), decoded.edits)


def _faults(record: Record) -> list[Remark]:
    """The notes of a converter, and one of what it read although the format does not allow it."""
    if not record.faults:
        return list(record.remarks)
    message = f"the file is damaged or unusual, and was read as far as possible: {'; '.join(record.faults)}"
    return [
        Remark(
            stage="conversion",
            rule="conversion.malformed",
            severity="info",
            message=message,
            start=0,
            end=0,
            suggestion=None,
        ),
        *record.remarks,
    ]


def _foreign(decoded: Decoded) -> list[Remark]:
    """A note of each part that is in an encoding of another language."""
    return [
        Remark(
            stage="decoding",
            rule="decoding.language",
            severity="info",
            message=f"this was read as {FOREIGN_LANGUAGES[run.encoding]} in {run.encoding}; the rules are for Chinese "
            "and English. If it is in another encoding, name it in [input] encoding",
            start=run.start,
            end=run.end,
            suggestion=None,
        )
        for run in decoded.runs
        if run.encoding in FOREIGN_LANGUAGES
    ]


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
    data: Record | bytes | str,
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
    """The repaired text. `stages` names the repairs to apply, in the recipe's order. Raises `UsageError`."""
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
