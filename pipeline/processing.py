"""One document, the whole way: bytes in, an Article out. Pure: no clock, no network, nothing shared."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import get_args

import msgspec

from pipeline.article import Article, Origin, PipelineVersion, Remark, Source
from pipeline.assembly import assemble
from pipeline.decoding import Decoded, DecodingError, decode
from pipeline.document import Document, Label
from pipeline.errors import DocumentError, RejectedError, StageError
from pipeline.ledger import Change, Edit, EditError, Positions, apply, arrange, smallest
from pipeline.recipe import fingerprint, recipe, versions
from pipeline.sources import html
from pipeline.stage import OWN_LAYERS, PARTS, Finding, Note, Reject, Rule, Severity, Stage
from pipeline.verification import BLANK_LINE
from pipeline.version import __version__

NOWHERE = Origin(path=None, media_type=None, member=None, row=None, field=None, sha256=None)

SEVERITIES = get_args(Severity)


class Pipeline:
    """A recipe ready to process documents; it can be pickled and sent to another process.

    `stages` are names of built-in stages or stages of your own, by default the built-in recipe; `settings` maps a
    stage's name to values of its fields. Raises `UsageError` where they do not fit together.
    """

    def __init__(
        self,
        stages: Sequence[str | Stage] | None = None,
        settings: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self.recipe = recipe(stages, settings)
        self._version = PipelineVersion(
            version=__version__,
            settings=fingerprint(self.recipe.stages),
            profile=None,
            stages=versions(self.recipe.stages),
        )

    def process(
        self,
        data: bytes | str,
        *,
        id: str = "",  # noqa: A002
        metadata: Mapping[str, str] | None = None,
        media_type: str | None = None,
        encoding: str | None = None,
        origin: Origin = NOWHERE,
    ) -> Article:
        """The Article of one document.

        `data` is the document's bytes, or its text; with `media_type` `text/html` a page, whose extracted text is then
        the source; `encoding` is what the caller knows of bytes; `origin` says
        where it lay. Raises `DocumentError` for a document that cannot be read, `StageError` where a stage breaks,
        `RejectedError` where a filter turns it down.
        """
        if isinstance(data, str):
            # What the caller knows of bytes says nothing of a text.
            encoding = "utf-8"
        _refuse_surrogates(id, metadata or {})
        data = _bytes(data, id)
        if media_type is not None:
            origin = msgspec.structs.replace(origin, media_type=media_type)
        converted_by = None
        if origin.media_type in html.MEDIA_TYPES:
            origin = msgspec.structs.replace(origin, sha256=hashlib.sha256(data).hexdigest())
            data, encoding, converted_by = _page(data, id, encoding), "utf-8", html.converter()
        decoded = _decoded(data, id, encoding)
        text, changes, notes = decoded.text, [], _unreadable(decoded)
        if decoded.edits:
            changes.append(Change("decoding", decoded.edits))
            text = apply(text, decoded.edits)
            notes = _moved(notes, decoded.edits)
        entries = dict(metadata or {})
        for stage in self.recipe.repairs:
            edits, found = repair(stage, Document(text, id, entries))
            if edits:
                text = apply(text, edits)
                changes.append(Change(stage.name, edits))
                notes = _moved([*notes, *found], edits)
            else:
                notes.extend(found)
        document = Document(text, id, entries)
        for stage in self.recipe.finders:
            labels, found = find(stage, document)
            notes.extend(found)
            document = _labelled(document, labels)
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
        return assemble(document, notes, source, self._version, changes)

    def only(self, stages: Sequence[str]) -> "Pipeline":
        """The same pipeline with these of its stages, in its order. Raises `UsageError` for a stage it has not."""
        return Pipeline(self.recipe.select(stages).stages)

    def clean(self, text: str) -> str:
        """The repaired text: what the repairs of the recipe make of `text`. Finders do not run."""
        for stage in self.recipe.repairs:
            edits, _ = repair(stage, Document(text))
            text = apply(text, edits)
        return text


def repair(stage: Stage, document: Document) -> tuple[tuple[Edit, ...], list[Remark]]:
    """What a repair does to a document: its edits, the smallest, sorted and disjoint, and its notes.

    Raises `StageError` where the stage raises, edits do not fit or overlap, or a finding is not its to give.
    """
    rules = {rule.name: rule for rule in stage.rules}
    edits: list[Edit] = []
    notes: list[Remark] = []
    for finding in _findings(stage, document):
        if isinstance(finding, Note):
            notes.append(_remark(stage, rules, finding, document))
        elif isinstance(finding, Edit):
            confidence = _confidence(finding.confidence, stage, document)
            if confidence < _rule(rules, finding.rule, stage, document).threshold:
                (edit,) = _fitting([finding], stage, document)
                notes.append(_unsure(stage, edit, confidence))
            else:
                edits.append(msgspec.structs.replace(finding, confidence=confidence))
        else:
            raise StageError(document.id, stage.name, f"is a repair and gave a {type(finding).__name__}")
    return tuple(small for edit in _fitting(edits, stage, document) for small in smallest(edit)), notes


def find(stage: Stage, document: Document) -> tuple[list[Label], list[Remark]]:
    """What a finder finds: its labels and notes.

    Raises `StageError` where the stage raises or a finding is not its to give, `RejectedError` for its verdict.
    """
    rules = {rule.name: rule for rule in stage.rules}
    labels: list[Label] = []
    notes: list[Remark] = []
    for finding in _findings(stage, document):
        if isinstance(finding, Label):
            labels.append(_checked(finding, rules, stage, document))
        elif isinstance(finding, Note):
            notes.append(_remark(stage, rules, finding, document))
        elif isinstance(finding, Reject):
            _rule(rules, finding.rule, stage, document)
            raise RejectedError(document.id, finding.rule, finding.message)
        else:
            raise StageError(document.id, stage.name, f"is a finder and gave a {type(finding).__name__}")
    return labels, notes


def _fitting(edits: Iterable[Edit], stage: Stage, document: Document) -> tuple[Edit, ...]:
    try:
        fitting = arrange(document.text, edits)
        for edit in fitting:
            edit.new.encode("utf-8")
    except EditError as error:
        raise StageError(document.id, stage.name, str(error)) from error
    except UnicodeEncodeError:
        raise StageError(
            document.id,
            stage.name,
            f"the edit at {edit.start} ({edit.rule}) puts in a lone surrogate, which is no text",
        ) from None
    return fitting


def _findings(stage: Stage, document: Document) -> Iterable[Finding]:
    try:
        return list(stage.find(document))
    except Exception as error:
        raise StageError(document.id, stage.name, f"raised {type(error).__name__}: {error}") from error


def _rule(rules: Mapping[str, Rule], name: str, stage: Stage, document: Document) -> Rule:
    rule = rules.get(name)
    if rule is None:
        raise StageError(document.id, stage.name, f"used rule {name!r}, which it does not declare")
    return rule


def _confidence(value: float, stage: Stage, document: Document) -> float:
    # Rounded before anything compares it, so that the same decision falls on every CPU.
    rounded = round(value, 2) if isinstance(value, (int, float)) else -1
    if not 0 <= rounded <= 1:
        raise StageError(document.id, stage.name, f"gave confidence {value!r}, which is not between 0 and 1")
    return rounded


def _checked(label: Label, rules: Mapping[str, Rule], stage: Stage, document: Document) -> Label:
    _rule(rules, label.rule, stage, document)
    if label.layer not in stage.gives:
        raise StageError(document.id, stage.name, f"labelled layer {label.layer!r}, which it does not declare")
    if label.layer not in OWN_LAYERS and not label.layer.startswith(f"{stage.name}."):
        raise StageError(document.id, stage.name, f"layer {label.layer!r} must be named {stage.name}.…")
    if label.layer == "part" and label.value not in PARTS:
        raise StageError(document.id, stage.name, f"{label.value!r} is no part; parts are {', '.join(sorted(PARTS))}")
    if not 0 <= label.start < label.end <= len(document.text):
        raise StageError(document.id, stage.name, f"label {label.start}-{label.end} is empty or lies outside the text")
    part = document.text[label.start : label.end]
    if part.isspace():
        raise StageError(document.id, stage.name, f"label {label.start}-{label.end} holds nothing but blanks")
    if label.layer == "part" and "\n" in part and BLANK_LINE.search(part):
        raise StageError(document.id, stage.name, f"{label.value} {label.start}-{label.end} spans a blank line")
    confidence = _confidence(label.confidence, stage, document)
    return label if confidence == label.confidence else msgspec.structs.replace(label, confidence=confidence)


def _remark(stage: Stage, rules: Mapping[str, Rule], note: Note, document: Document) -> Remark:
    _rule(rules, note.rule, stage, document)
    if not 0 <= note.start <= note.end <= len(document.text):
        raise StageError(document.id, stage.name, f"note {note.start}-{note.end} lies outside the text")
    if note.severity not in SEVERITIES:
        raise StageError(
            document.id, stage.name, f"gave severity {note.severity!r}; severities are {', '.join(SEVERITIES)}"
        )
    return Remark(
        stage=stage.name,
        rule=note.rule,
        severity=note.severity,
        message=note.message,
        start=note.start,
        end=note.end,
        suggestion=note.suggestion,
    )


def _unsure(stage: Stage, edit: Edit, confidence: float) -> Remark:
    return Remark(
        stage=stage.name,
        rule=edit.rule,
        severity="info",
        message=f"left as it is: confidence {confidence:.2f} is under the rule's threshold",
        start=edit.start,
        end=edit.end,
        suggestion=edit.new,
    )


def _moved(notes: Iterable[Remark], edits: Sequence[Edit]) -> list[Remark]:
    positions = Positions(edits)
    moved = []
    for note in notes:
        start, end = positions.forward(note.start, note.end)
        moved.append(msgspec.structs.replace(note, start=start, end=end))
    return moved


def _labelled(document: Document, labels: Sequence[Label]) -> Document:
    """The same document with more labels, keeping what was computed about its text."""
    grown = Document(document.text, document.id, document.metadata, (*document.labels, *labels))
    grown.__dict__.update({key: value for key, value in document.__dict__.items() if key != "_layers"})
    return grown


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


def _page(data: bytes, name: str, encoding: str | None) -> bytes:
    try:
        return html.text_of(data, encoding=encoding).encode("utf-8", "replace")
    except DecodingError as error:
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
    encoding = decoded.runs[0].encoding
    return [
        Remark(
            stage="decoding",
            rule="decoding.undecodable",
            severity="warning",
            message=f"bytes that are no {encoding}; kept in provenance, U+FFFD stands for them",
            start=lost.at,
            end=lost.at + 1,
            suggestion=None,
        )
        for lost in decoded.undecodable
    ]


def process(
    data: bytes | str,
    *,
    id: str = "",  # noqa: A002
    metadata: Mapping[str, str] | None = None,
    media_type: str | None = None,
    encoding: str | None = None,
) -> Article:
    """The Article of one document under the built-in recipe; see `Pipeline.process`."""
    return _built_in().process(data, id=id, metadata=metadata, media_type=media_type, encoding=encoding)


def clean(text: str, stages: Sequence[str] | None = None) -> str:
    """The repaired text. `stages` names a set of repairs; the built-in recipe orders it. Raises `UsageError`."""
    return (_built_in() if stages is None else _only(tuple(stages))).clean(text)


@cache
def _built_in() -> Pipeline:
    return Pipeline()


@cache
def _only(stages: tuple[str, ...]) -> Pipeline:
    return Pipeline().only(stages)
