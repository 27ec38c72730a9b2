"""Where a worker leaves an article: as a file of its own, or with whoever asked for it."""

from collections.abc import Callable
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.article import Article
from pipeline.errors import UsageError
from pipeline.runs.outcome import LONE_SURROGATE, Failure, Written, degraded, told
from pipeline.sinks.atomic import replace
from pipeline.sinks.folder import encode, file_name, indented
from pipeline.sources.record import Record
from pipeline.stores import Store

LONGEST_KEY = 800
"""Bytes of an object's name below the output's; buckets take 1,024 in all."""

LINES = msgspec.json.Encoder()


class Delivery(Protocol):
    """Small and picklable: each worker is given a copy."""

    def deliver(self, article: Article) -> Written:
        """Leaves the article, whole or not at all.

        Raises `UnicodeEncodeError` for one that no JSON can hold, and `OSError` where it cannot be written.
        """
        ...

    def forward(self, name: str, line: bytes) -> Written:
        """The same for the article of this id that was made on another machine, whose JSON came on one line."""
        ...


class FilePerArticle(msgspec.Struct, frozen=True):
    """A JSON file below a folder of this machine or of a bucket, named for the article's id."""

    folder: Path | Store

    def deliver(self, article: Article) -> Written:
        """Writes the file."""
        return self._put(file_name(article.id), encode(article))

    def forward(self, name: str, line: bytes) -> Written:
        """Writes the same file."""
        return self._put(file_name(name), indented(line))

    def _put(self, name: str, body: bytes) -> Written:
        if isinstance(self.folder, Path):
            replace(self.folder / name, body)
        elif len(name.encode()) > LONGEST_KEY:
            raise OSError(ENAMETOOLONG, "is too long for a bucket", name)
        else:
            self.folder.put(name, body)
        return Written(len(body))


class Handed(msgspec.Struct, frozen=True):
    """The article's JSON on one line, for whoever asked: a shard, or a batch of a cluster."""

    def deliver(self, article: Article) -> Written:
        """Encodes the article."""
        return self.forward(article.id, LINES.encode(article) + b"\n")

    def forward(self, name: str, line: bytes) -> Written:  # noqa: ARG002 -- whoever asked knows which it is
        """Hands it on."""
        return Written(len(line), line)


def delivered(record: Record, article: Article, delivery: Delivery) -> Written | Failure:
    """What became of an article. Raises `OSError` where no other one could be written either."""
    return _left(record, lambda: delivery.deliver(article), degraded(record, article))


def forwarded(record: Record, line: bytes, delivery: Delivery, failure: Failure | None = None) -> Written | Failure:
    """The same for the article of a record that was made on another machine; `failure` says why it is degraded."""
    return _left(record, lambda: delivery.forward(record.id, line), failure)


def _left(record: Record, leave: Callable[[], Written], failure: Failure | None) -> Written | Failure:
    try:
        written = leave()
        return written if failure is None else msgspec.structs.replace(written, degraded=failure)
    except UnicodeEncodeError:
        return Failure(record.id, None, told(record, LONE_SURROGATE))
    except UsageError as error:
        # A folder of another program lies where the article belongs.
        return Failure(record.id, None, told(record, str(error)))
    except OSError as error:
        if error.errno != ENAMETOOLONG:
            raise
        return Failure(record.id, None, told(record, "its id is too long for the path of a file; shorten it"))
