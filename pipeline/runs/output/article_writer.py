"""What a worker does with an article: it writes a file, or returns the JSON to the run."""

from collections.abc import Callable
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.errors import UsageError
from pipeline.exporters.json import encode_article, indent_json
from pipeline.model.article import Article
from pipeline.model.record import Record
from pipeline.runs.article_counts import ArticleCounts
from pipeline.runs.outcome import LONE_SURROGATE, Edited, Failure, Written, degraded_failure, with_location
from pipeline.runs.output import write_log
from pipeline.runs.output.manual_edits import (
    article_hash,
    edited_outcome,
    may_replace,
    object_stamp,
    read_regular_file,
)
from pipeline.runs.records import AnyRecord
from pipeline.storage import Store
from pipeline.storage.atomic import write_atomic
from pipeline.storage.file_names import file_name
from pipeline.storage.links import path_inside

MAX_OBJECT_NAME_BYTES = 800
"""Length of an object's name below that of the output; buckets allow 1,024 bytes for both."""

ARTICLE_ENCODER = msgspec.json.Encoder()


class ArticleWriter(Protocol):
    """Writes articles. It must be small and picklable, since each worker gets a copy."""

    def write(self, article: Article, expected_hash: bytes | None = None, *, apart: bool = False) -> Written | Edited:
        """Writes an article, completely or not at all, unless it would replace one that was edited by hand.

        `expected_hash` says what may be replaced (see `manual_edits.may_replace`), `apart` that the file name ends with
        a hash. Raises `UnicodeEncodeError` if JSON cannot hold the article, `OSError` if it cannot be written.
        """
        ...

    def write_line(
        self, document: str, line: bytes, expected_hash: bytes | None = None, *, apart: bool = False
    ) -> Written | Edited:
        """Writes an article that another machine made, given its id and its JSON on one line."""
        ...


class FilePerArticle(msgspec.Struct, frozen=True):
    """Writes a JSON file, named after the article's id, in a folder on this machine or in a bucket.

    `log` is the write log: it gets the hash of each article before the article is written.
    """

    folder: Path | Store
    log: Path | None = None

    def write(self, article: Article, expected_hash: bytes | None = None, *, apart: bool = False) -> Written | Edited:
        """Writes the file."""
        return self._write(article.id, encode_article(article), expected_hash, apart=apart)

    def write_line(
        self, document: str, line: bytes, expected_hash: bytes | None = None, *, apart: bool = False
    ) -> Written | Edited:
        """Writes the same file."""
        return self._write(document, indent_json(line), expected_hash, apart=apart)

    def _write(self, document: str, body: bytes, expected_hash: bytes | None, *, apart: bool) -> Written | Edited:
        name = file_name(document, apart=apart)
        if isinstance(self.folder, Path):
            path = path_inside(self.folder, name)
            try:
                before = None if expected_hash is None else read_regular_file(path)
            except PermissionError:
                # No run makes a file that cannot be read.
                return edited_outcome(document, body, apart=apart)
            if before is not None and before[0] == body:
                return Written(len(body), hash=article_hash(body), stamp=before[1])
            if before is not None and not may_replace(before[0], expected_hash, body):
                return edited_outcome(document, body, apart=apart)
            return self._write_logged(body, lambda: write_atomic(path, body))
        if len(name.encode()) > MAX_OBJECT_NAME_BYTES:
            raise OSError(ENAMETOOLONG, "is too long for a bucket", name)
        if expected_hash is not None and not self._may_replace_object(self.folder, name, expected_hash, body):
            return edited_outcome(document, body, apart=apart)
        store = self.folder
        return self._write_logged(body, lambda: object_stamp(store.put(name, body)))

    def _write_logged(self, body: bytes, write: Callable[[], int]) -> Written:
        body_hash = article_hash(body)
        if self.log is not None:
            write_log.note(self.log, body_hash)
        return Written(len(body), hash=body_hash, stamp=write())

    def _may_replace_object(self, store: Store, name: str, expected_hash: bytes, body: bytes) -> bool:
        try:
            before = store.get(name)
        except FileNotFoundError:
            return True
        return may_replace(before, expected_hash, body)


class InMemoryWriter(msgspec.Struct, frozen=True):
    """Returns the article's JSON on one line, for a shard or a batch."""

    def write(
        self,
        article: Article,
        expected_hash: bytes | None = None,  # noqa: ARG002 -- nothing is replaced
        *,
        apart: bool = False,  # noqa: ARG002 -- there is no file name
    ) -> Written:
        """Encodes the article."""
        return self.write_line(article.id, ARTICLE_ENCODER.encode(article) + b"\n")

    def write_line(
        self,
        document: str,  # noqa: ARG002 -- see above
        line: bytes,
        expected_hash: bytes | None = None,  # noqa: ARG002
        *,
        apart: bool = False,  # noqa: ARG002
    ) -> Written:
        """Returns the line."""
        return Written(len(line), line, article_hash(line))


def write_article(
    record: Record, article: Article, writer: ArticleWriter, expected_hash: bytes | None = None
) -> Written | Edited | Failure:
    """Writes the article of a record. Raises `OSError` if no other article could be written either."""
    return _outcome(
        record,
        lambda: writer.write(article, expected_hash, apart=record.apart),
        degraded_failure(record, article),
        ArticleCounts.of(article),
    )


def write_received_article(
    record: AnyRecord, received: Written, writer: ArticleWriter, expected_hash: bytes | None = None
) -> Written | Edited | Failure:
    """Writes the article of a record that another machine made. Raises `OSError` like `write_article`."""
    line = received.body or b""
    return _outcome(
        record,
        lambda: writer.write_line(record.id, line, expected_hash, apart=record.apart),
        received.degraded,
        received.counts,
    )


def _outcome(
    record: AnyRecord, write: Callable[[], Written | Edited], degraded: Failure | None, counts: ArticleCounts | None
) -> Written | Edited | Failure:
    try:
        outcome = write()
    except UnicodeEncodeError:
        return Failure(record.id, None, with_location(record, LONE_SURROGATE))
    except UsageError as error:
        # The path leads through a folder or link of another program.
        return Failure(record.id, None, with_location(record, str(error)))
    except OSError as error:
        if error.errno != ENAMETOOLONG:
            raise
        return Failure(record.id, None, with_location(record, "its id is too long for the path of a file; shorten it"))
    if isinstance(outcome, Written):
        return msgspec.structs.replace(outcome, degraded=degraded, counts=counts)
    return outcome if degraded is None else msgspec.structs.replace(outcome, degraded=degraded)
