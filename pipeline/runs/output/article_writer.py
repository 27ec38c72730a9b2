"""Where a worker leaves an article: as a file of its own, or with whoever asked for it."""

from collections.abc import Callable
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.errors import UsageError
from pipeline.export.json import encode_article, indent_json
from pipeline.model.article import Article
from pipeline.model.record import Record
from pipeline.runs.outcome import LONE_SURROGATE, Edited, Failure, Written, degraded_failure, with_location
from pipeline.runs.output import write_log
from pipeline.runs.output.manual_edits import article_hash, edited_outcome, may_replace, object_stamp, read_regular_file
from pipeline.runs.records import AnyRecord
from pipeline.storage import Store
from pipeline.storage.atomic import write_atomic
from pipeline.storage.file_names import file_name
from pipeline.storage.links import path_inside

MAX_OBJECT_NAME_BYTES = 800
"""Bytes of an object's name below the output's; buckets take 1,024 in all."""

ARTICLE_ENCODER = msgspec.json.Encoder()


class ArticleWriter(Protocol):
    """Small and picklable: each worker is given a copy."""

    def deliver(self, article: Article, earlier: bytes | None = None, *, apart: bool = False) -> Written | Edited:
        """Leaves the article, whole or not at all; not where another one lies that was edited by hand.

        `earlier` tells what may lie there, as `by_hand.may_replace` says, `apart` that its file name has a hash. Raises
        `UnicodeEncodeError` for one that no JSON can hold, and `OSError` where it cannot be written.
        """
        ...

    def forward(self, name: str, line: bytes, earlier: bytes | None = None, *, apart: bool = False) -> Written | Edited:
        """The same for the article of this id that was made on another machine, whose JSON came on one line."""
        ...


class FilePerArticle(msgspec.Struct, frozen=True):
    """A JSON file below a folder of this machine or of a bucket, named for the article's id.

    `log` is where the hash of each article is noted before it is written, if anywhere.
    """

    folder: Path | Store
    log: Path | None = None

    def deliver(self, article: Article, earlier: bytes | None = None, *, apart: bool = False) -> Written | Edited:
        """Writes the file."""
        return self._put(article.id, encode_article(article), earlier, apart=apart)

    def forward(self, name: str, line: bytes, earlier: bytes | None = None, *, apart: bool = False) -> Written | Edited:
        """Writes the same file."""
        return self._put(name, indent_json(line), earlier, apart=apart)

    def _put(self, document: str, body: bytes, earlier: bytes | None, *, apart: bool) -> Written | Edited:
        name = file_name(document, apart=apart)
        if isinstance(self.folder, Path):
            path = path_inside(self.folder, name)
            try:
                before = None if earlier is None else read_regular_file(path)
            except PermissionError:
                # Whoever wrote it did not want it to be read: no run does so.
                return edited_outcome(document, body, apart=apart)
            if before is not None and before[0] == body:
                return Written(len(body), hash=article_hash(body), stamp=before[1])
            if before is not None and not may_replace(before[0], earlier, body):
                return edited_outcome(document, body, apart=apart)
            return self._noted(body, lambda: write_atomic(path, body))
        if len(name.encode()) > MAX_OBJECT_NAME_BYTES:
            raise OSError(ENAMETOOLONG, "is too long for a bucket", name)
        if earlier is not None and not self._may_replace(self.folder, name, earlier, body):
            return edited_outcome(document, body, apart=apart)
        store = self.folder
        return self._noted(body, lambda: object_stamp(store.put(name, body)))

    def _noted(self, body: bytes, write: Callable[[], int]) -> Written:
        found = article_hash(body)
        if self.log is not None:
            write_log.note(self.log, found)
        return Written(len(body), hash=found, stamp=write())

    def _may_replace(self, store: Store, name: str, earlier: bytes, body: bytes) -> bool:
        try:
            before = store.get(name)
        except FileNotFoundError:
            return True
        return may_replace(before, earlier, body)


class InMemoryWriter(msgspec.Struct, frozen=True):
    """The article's JSON on one line, for whoever asked: a shard, or a batch of a cluster."""

    def deliver(
        self,
        article: Article,
        earlier: bytes | None = None,  # noqa: ARG002 -- nothing is replaced
        *,
        apart: bool = False,  # noqa: ARG002 -- nothing is named
    ) -> Written:
        """Encodes the article."""
        return self.forward(article.id, ARTICLE_ENCODER.encode(article) + b"\n")

    def forward(
        self,
        name: str,  # noqa: ARG002 -- see above
        line: bytes,
        earlier: bytes | None = None,  # noqa: ARG002
        *,
        apart: bool = False,  # noqa: ARG002
    ) -> Written:
        """Hands it on."""
        return Written(len(line), line, article_hash(line))


def write_article(
    record: Record, article: Article, delivery: ArticleWriter, earlier: bytes | None = None
) -> Written | Edited | Failure:
    """What became of an article. Raises `OSError` where no other one could be written either."""
    return _left(
        record, lambda: delivery.deliver(article, earlier, apart=record.apart), degraded_failure(record, article)
    )


def write_received_article(
    record: AnyRecord,
    line: bytes,
    delivery: ArticleWriter,
    earlier: bytes | None = None,
    *,
    degraded: Failure | None = None,
) -> Written | Edited | Failure:
    """The same for the article of a record that was made on another machine; `degraded_failure` says why it is so."""
    return _left(record, lambda: delivery.forward(record.id, line, earlier, apart=record.apart), degraded)


def _left(
    record: AnyRecord, leave: Callable[[], Written | Edited], failure: Failure | None
) -> Written | Edited | Failure:
    try:
        left = leave()
        return left if failure is None else msgspec.structs.replace(left, degraded=failure)
    except UnicodeEncodeError:
        return Failure(record.id, None, with_location(record, LONE_SURROGATE))
    except UsageError as error:
        # A folder of another program lies where the article belongs.
        return Failure(record.id, None, with_location(record, str(error)))
    except OSError as error:
        if error.errno != ENAMETOOLONG:
            raise
        return Failure(record.id, None, with_location(record, "its id is too long for the path of a file; shorten it"))
