"""What becomes of one document: it is written (perhaps degraded), fails, is rejected, or its article was edited."""

import traceback
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import THIS_PACKAGE
from pipeline.errors import DocumentError, RejectedError, StageError, is_machine_error, stage_with_package
from pipeline.model.article import STAGE_FAILED, Article
from pipeline.model.record import Record, printable
from pipeline.readers.conversion import text_record
from pipeline.runs.article_counts import ArticleCounts
from pipeline.runs.records import AnyRecord

LONE_SURROGATE = "a stage returned text with a lone surrogate, which JSON cannot hold; fix the stage"

WorkerLoss = Literal["crash", "time", "memory"]
"""Why a worker was lost: it crashed, took too long, or ran out of memory."""


class Failure(msgspec.Struct, frozen=True):
    """A line of `failures.jsonl`: a document that failed, is degraded, or whose article was edited by hand.

    Attributes:
        document: The id of the document.
        stage: The stage that failed; None if it failed before any stage.
        reason: Why, and what to do.
        package: The package of the stage with its version, unless the stage is built in.
        kind: Why the worker was lost, if it was; "degraded" if an article was written without the findings of a stage
            that failed or without structure; "edited" if the article was edited by hand and is kept.
        passing: True if the machine was to blame. The next run tries again.

    """

    document: str
    stage: str | None
    reason: str
    package: str | None = None
    kind: WorkerLoss | Literal["degraded", "edited"] | UnsetType = UNSET
    passing: Literal[True] | UnsetType = UNSET


class Written(msgspec.Struct, frozen=True):
    """An article was written.

    Attributes:
        size: The length of its JSON in bytes.
        body: The JSON itself, if the caller writes it and not the worker.
        hash: The hash of the JSON (`manual_edits.article_hash`).
        stamp: Changes when the article's file changes; 0 if it has no file of its own.
        degraded: What went wrong, if the article is degraded.
        counts: What the article holds; None if it was not counted.

    """

    size: int
    body: bytes | None = None
    hash: bytes = b""
    stamp: int = 0
    degraded: Failure | None = None
    counts: ArticleCounts | None = None


class Edited(msgspec.Struct, frozen=True):
    """The article in the output was edited by hand, so the new one was not written.

    `hash` and `size` (in bytes) are those of the new article; `degraded` says what went wrong with it.
    """

    document: str
    reason: str
    hash: bytes
    size: int
    degraded: Failure | None = None

    @property
    def failure(self) -> Failure:
        """The line for `failures.jsonl`."""
        return Failure(self.document, None, self.reason, kind="edited")


class Rejection(msgspec.Struct, frozen=True):
    """A line of `rejected.jsonl`: a document that a filter rejected."""

    document: str
    rule: str
    reason: str


Outcome: TypeAlias = Written | Edited | Failure | Rejection


class StageMemoryError(MemoryError):
    """Memory ran out in a stage. `package` is None for a built-in stage."""

    def __init__(self, stage: str, package: str | None) -> None:
        super().__init__(stage, package)
        self.stage = stage
        self.package = package


def process_record(record: Record, pipeline: Pipeline, encoding: str | None = None) -> Article | Failure | Rejection:
    """Returns the article of a record, or why there is none. `encoding` is the user's setting for all files.

    Raises `StageMemoryError` if a stage raised `MemoryError`: the document need not be to blame.
    """
    try:
        # The user's setting wins over the encoding that came with the file.
        known = msgspec.structs.replace(record, encoding=encoding or record.encoding)
        return pipeline.process(text_record(known))
    except RejectedError as rejected:
        return Rejection(rejected.document, rejected.rule, rejected.reason)
    except StageError as error:
        if isinstance(error.__cause__, MemoryError):
            raise StageMemoryError(error.stage, error.package) from None
        passing: Literal[True] | UnsetType = True if is_machine_error(error.__cause__) else UNSET
        return Failure(error.document, error.stage, with_location(record, error.reason), error.package, passing=passing)
    except DocumentError as error:
        return Failure(error.document, None, with_location(record, error.reason))
    except MemoryError:
        raise
    except Exception as error:
        # A bug of ours, met by one document: it must not stop the others.
        line = traceback.extract_tb(error.__traceback__)[-1]
        where = f"line {line.lineno} of {Path(line.filename).name}"
        raised = f"raised {type(error).__name__}: {printable(error)} ({where})"
        reason = f"{raised}; this is a bug in the pipeline, report it"
        return Failure(record.id, None, with_location(record, reason))


def degraded_failure(record: Record, article: Article) -> Failure | None:
    """Returns the `Failure` that describes a degraded article, from its notes; None if it is not degraded."""
    failures = article.failures
    if not failures:
        return None
    stages = {stage.name: stage for stage in article.provenance.pipeline.stages}
    first = failures[0]
    stage = stages.get(first.stage) if first.rule == STAGE_FAILED else None
    package = None
    if stage is not None and stage.package is not None and stage.package != THIS_PACKAGE.name:
        package = f"{stage.package} {stage.version}"
    reason = first.message
    if stage is not None:
        reason = reason.removeprefix(f"{stage_with_package(stage.name, package)}: ")
    reason = with_location(record, "; ".join([reason, *(note.message for note in failures[1:])]))
    return with_encodable_text(Failure(record.id, stage.name if stage else None, reason, package, "degraded"))


def with_location(record: AnyRecord, reason: str) -> str:
    """Adds the file and the row or member to a reason, if the document's id does not name them."""
    is_in_file = record.origin.row is not None or record.origin.member is not None
    return f"{record.where}: {reason}" if is_in_file else reason


FailureOrRejection = TypeVar("FailureOrRejection", bound=Failure | Rejection)


def with_encodable_text(entry: FailureOrRejection) -> FailureOrRejection:
    """Escapes lone surrogates in all fields, since JSON cannot hold them."""
    texts = {key: value for key, value in msgspec.structs.asdict(entry).items() if isinstance(value, str)}
    if all(value.isascii() for value in texts.values()):
        return entry
    return msgspec.structs.replace(entry, **{key: encodable(value) for key, value in texts.items()})


def encodable(text: str) -> str:
    r"""Escapes lone surrogates.

    >>> encodable("a\ud800")
    'a\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode()
