"""What becomes of one document: it is written (perhaps degraded), fails, or is turned down by a filter."""

import traceback
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import OWN
from pipeline.errors import DocumentError, RejectedError, StageError, is_machine_error, stage_with_package
from pipeline.model.article import STAGE_FAILED, Article
from pipeline.model.record import Record, printable
from pipeline.readers.html import text_record
from pipeline.runs.records import AnyRecord

LONE_SURROGATE = "a stage gave text with a lone surrogate, which no JSON can hold; mend the stage"

WorkerLoss = Literal["crash", "time", "memory"]
"""How a document can take its worker with it: it kills it, holds it for too long, or eats all that it may have."""


class Failure(msgspec.Struct, frozen=True):
    """A document that failed: which, in which stage (null before any), why, and whose stage it was if not ours.

    `kind` is there only where it took its worker with it, and where nothing failed as a whole: its article was written
    but is `degraded` (without what a finder that failed would have found, or without structure), or it was `edited` by
    hand and left as it is. `passing` is there only where the machine was to blame, so that the next run tries again.
    """

    document: str
    stage: str | None
    reason: str
    package: str | None = None
    kind: WorkerLoss | Literal["degraded", "edited"] | UnsetType = UNSET
    passing: Literal[True] | UnsetType = UNSET


class Written(msgspec.Struct, frozen=True):
    """An article was made: how long its JSON is, in bytes, and the JSON itself where whoever asked writes it.

    `hash` is that of the JSON; `stamp` changes when the file does that holds it, 0 where it has none of its own.
    `degraded` says what went wrong where it is not the article that it should be.
    """

    size: int
    body: bytes | None = None
    hash: bytes = b""
    stamp: int = 0
    degraded: Failure | None = None


class Edited(msgspec.Struct, frozen=True):
    """The article that lies there was edited by hand, so the new one was not written.

    `hash` and `size` (in bytes) are those of the article that belongs there; `degraded` says why that one is so.
    """

    document: str
    reason: str
    hash: bytes
    size: int
    degraded: Failure | None = None

    @property
    def failure(self) -> Failure:
        """As it is listed with the failures."""
        return Failure(self.document, None, self.reason, kind="edited")


class Rejection(msgspec.Struct, frozen=True):
    """A document that a filter turned down."""

    document: str
    rule: str
    reason: str


Outcome: TypeAlias = Written | Edited | Failure | Rejection


class StageMemoryError(MemoryError):
    """Memory ran out in a stage: which, and whose it is if not ours."""

    def __init__(self, stage: str, package: str | None) -> None:
        super().__init__(stage, package)
        self.stage = stage
        self.package = package


def process_record(record: Record, pipeline: Pipeline, encoding: str | None = None) -> Article | Failure | Rejection:
    """The article of a record, or why there is none. `encoding` is what the user says of all files.

    Raises `StageMemoryError` where a stage raised `MemoryError`: that need not be the fault of the document.
    """
    try:
        # The encoding that the user names for all files wins over what came with one of them.
        known = msgspec.structs.replace(record, encoding=encoding or record.encoding)
        return pipeline.process(text_record(known))
    except RejectedError as verdict:
        return Rejection(verdict.document, verdict.rule, verdict.reason)
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
        # A mistake of ours, at a document that nobody thought of: it costs this one and no other.
        line = traceback.extract_tb(error.__traceback__)[-1]
        where = f"line {line.lineno} of {Path(line.filename).name}"
        reason = (
            f"raised {type(error).__name__}: {printable(error)} ({where}); that is a mistake of the pipeline, report it"
        )
        return Failure(record.id, None, with_location(record, reason))


def degraded_failure(record: Record, article: Article) -> Failure | None:
    """What to say of an article that is degraded; its own notes and provenance tell."""
    failures = article.failures
    if not failures:
        return None
    packages = {stage.name: stage for stage in article.provenance.pipeline.stages}
    first = failures[0]
    stage = packages.get(first.stage) if first.rule == STAGE_FAILED else None
    package = None
    if stage is not None and stage.package is not None and stage.package != OWN.name:
        package = f"{stage.package} {stage.version}"
    reason = (
        first.message if stage is None else first.message.removeprefix(f"{stage_with_package(stage.name, package)}: ")
    )
    reason = "; ".join([reason, *(note.message for note in failures[1:])])
    return with_encodable_text(
        Failure(record.id, stage.name if stage else None, with_location(record, reason), package, "degraded")
    )


def with_location(record: AnyRecord, reason: str) -> str:
    """Why a document failed, and where it lies if its id does not tell: the id of a row may say nothing of the file."""
    lies_within = record.origin.row is not None or record.origin.member is not None
    return f"{record.where}: {reason}" if lies_within else reason


Said = TypeVar("Said", bound=Failure | Rejection)


def with_encodable_text(entry: Said) -> Said:
    """The same without lone surrogates, which no JSON can hold."""
    plain = {key: value for key, value in msgspec.structs.asdict(entry).items() if isinstance(value, str)}
    if all(value.isascii() for value in plain.values()):
        return entry
    return msgspec.structs.replace(entry, **{key: encodable(value) for key, value in plain.items()})


def encodable(text: str) -> str:
    """The text with lone surrogates written out."""
    return text.encode("utf-8", "backslashreplace").decode()
