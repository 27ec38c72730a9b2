"""Where a worker leaves an article: as a file of its own, or with whoever asked for it."""

from errno import ENAMETOOLONG
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.article import Article
from pipeline.errors import UsageError
from pipeline.runs.outcome import LONE_SURROGATE, Failure, Written, told
from pipeline.sinks.atomic import replace
from pipeline.sinks.folder import encode, file_name
from pipeline.sources.record import Record

LINES = msgspec.json.Encoder()


class Delivery(Protocol):
    """Small and picklable: each worker is given a copy."""

    def deliver(self, article: Article) -> Written:
        """Leaves the article, whole or not at all.

        Raises `UnicodeEncodeError` for one that no JSON can hold, and `OSError` where it cannot be written.
        """
        ...


class FilePerArticle(msgspec.Struct, frozen=True):
    """A JSON file below a folder, named for the article's id."""

    folder: Path

    def deliver(self, article: Article) -> Written:
        """Writes the file."""
        body = encode(article)
        replace(self.folder / file_name(article.id), body)
        return Written(len(body))


class Handed(msgspec.Struct, frozen=True):
    """The article's JSON on one line, for whoever asked: a shard, or a batch of a cluster."""

    def deliver(self, article: Article) -> Written:
        """Encodes the article."""
        body = LINES.encode(article) + b"\n"
        return Written(len(body), body)


def delivered(record: Record, article: Article, delivery: Delivery) -> Written | Failure:
    """What became of an article. Raises `OSError` where no other one could be written either."""
    try:
        return delivery.deliver(article)
    except UnicodeEncodeError:
        return Failure(record.id, None, told(record, LONE_SURROGATE))
    except UsageError as error:
        # A folder of another program lies where the article belongs.
        return Failure(record.id, None, told(record, str(error)))
    except OSError as error:
        if error.errno != ENAMETOOLONG:
            raise
        return Failure(record.id, None, told(record, "its id is too long for the path of a file; shorten it"))
