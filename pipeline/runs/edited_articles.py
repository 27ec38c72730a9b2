"""Finds the articles that were edited after a run wrote them, by what the run remembers. Only reads."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import msgspec

from pipeline.errors import ContractError, PipelineError
from pipeline.export.load.articles import load_each
from pipeline.model.article import Article
from pipeline.readers.sqlite.connection import confine, connected
from pipeline.readers.sqlite.tables import stored_columns
from pipeline.runs.output.article_writer import ARTICLE_ENCODER
from pipeline.runs.output.manual_edits import article_hash, file_hash
from pipeline.runs.output.output_folder import RUN_FOLDER, STATE_FILE
from pipeline.runs.state import REPLACING_KEY, SCHEMA_VERSION, STATUSES
from pipeline.storage.file_names import file_name

ARTICLES_QUERY = "SELECT id, line, size, hash FROM documents WHERE fate = ? AND place = 0 AND key <> ?"
SHARDS_QUERY = "SELECT path, size, hash FROM places WHERE sealed = 1 AND path NOT LIKE '%/%'"
HASH_QUERY = "SELECT hash FROM documents WHERE id = ?"
REQUIRED_COLUMNS = {
    "documents": {"id", "line", "size", "hash", "fate", "place", "key"},
    "places": {"path", "size", "hash", "sealed"},
}
"""Columns that are read of what a run remembers; none may be computed."""
LOCK_SECONDS = 5.0
"""Seconds to wait for a run that writes."""


class UnreadableStateError(PipelineError):
    """What a run remembers cannot be read; the message says why."""


class EditedArticles(msgspec.Struct, frozen=True):
    """What was edited: articles, by the names that `reading.attempts` gives them, and whole shards.

    A shard is named where none of its articles differs: some are missing, or it was packed again.
    """

    articles: frozenset[str] = frozenset()
    shards: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.articles) + len(self.shards)


def find_edited_articles(source: Path) -> EditedArticles:
    """What was edited of an output, of a folder in it, or of one file of it, if a run wrote it.

    Each file is read. Deleted articles are not edits. Raises `UnreadableStateError` if the state of the run cannot be
    read.
    """
    # An article may be a link to a file elsewhere, and is one of this output all the same.
    source = source.resolve() if source.is_dir() else source.parent.resolve() / source.name
    root = next((each for each in (source, *source.parents) if (each / RUN_FOLDER / STATE_FILE).is_file()), None)
    if root is None:
        return EditedArticles()
    path = root / RUN_FOLDER / STATE_FILE
    try:
        with closing(_opened(path)) as database:
            return _edits(database, root, source)
    except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
        # The others are of values that no run writes.
        raise UnreadableStateError(f"{path} cannot be read: {error}") from error


def _edits(database: sqlite3.Connection, root: Path, source: Path) -> EditedArticles:
    folder = source if source.is_dir() else source.parent
    articles: set[str] = set()
    shards: set[str] = set()
    for name, apart, size, found in database.execute(ARTICLES_QUERY, (STATUSES.index("written"), REPLACING_KEY)):
        if not (isinstance(name, bytes) and isinstance(size, int) and isinstance(found, bytes)):
            raise UnreadableStateError(
                f"{root / RUN_FOLDER / STATE_FILE} is damaged: it notes {name!r:.100} as an article"
            )
        path = root / file_name(name.decode("utf-8", "surrogatepass"), apart=bool(apart))
        if path.is_relative_to(source) and _differs(path, size, found):
            articles.add(path.relative_to(folder).as_posix())
    for name, size, found in database.execute(SHARDS_QUERY):
        if not (isinstance(name, str) and isinstance(size, int) and isinstance(found, bytes)) or name in {
            "",
            ".",
            "..",
        }:
            raise UnreadableStateError(
                f"{root / RUN_FOLDER / STATE_FILE} is damaged: it notes {name!r:.100} as a shard"
            )
        path = root / name
        if path.is_relative_to(source) and _differs(path, size, found):
            differing = set(_differing(database, path))
            articles |= differing
            if not differing:
                shards.add(name)
    return EditedArticles(frozenset(articles), frozenset(shards))


def _differs(path: Path, size: int, found: bytes) -> bool:
    """Whether a file is not as it was written."""
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device may never end.
            return True
        # An earlier version noted the size alone.
        return file_hash(path) != found if found else path.stat().st_size != size
    except FileNotFoundError:
        return False
    except PermissionError:
        # A run says so, too: it never takes away the right to read what it writes.
        return True
    except OSError as error:
        raise UnreadableStateError(f"{path} cannot be read: {error.strerror or error}") from error


def _differing(database: sqlite3.Connection, shard: Path) -> Iterator[str]:
    """The names of those articles in a shard that are not the ones that were written there."""
    for name, article in load_each(shard):
        if isinstance(article, ContractError) or _is_other(database, article):
            yield name


def _is_other(database: sqlite3.Connection, article: Article) -> bool:
    found = database.execute(HASH_QUERY, (article.id.encode("utf-8", "surrogatepass"),)).fetchone()
    return found is None or (found[0] != b"" and found[0] != article_hash(ARTICLE_ENCODER.encode(article) + b"\n"))


def _opened(path: Path) -> sqlite3.Connection:
    """The file, to be read alone: nothing is left beside it."""
    where = f"file:{quote(str(path))}?mode=ro"
    # Without a log beside it no run is writing, and SQLite need not make one of its own.
    log = path.with_name(path.name + "-wal")
    waiting = log.stat().st_size if log.exists() else None
    address = where if waiting is not None else f"{where}&immutable=1"
    # The output may be somebody else's, and so may be what its run remembers.
    database = connected(address, path.stat().st_size + (waiting or 0), LOCK_SECONDS)
    try:
        layout = int(database.execute("PRAGMA user_version").fetchone()[0])
        if layout != SCHEMA_VERSION:
            raise UnreadableStateError(f"{path} is of another version, and cannot be read")
        confine(database, asked=False)
        for table, needed in REQUIRED_COLUMNS.items():
            if not needed <= stored_columns(database, table):
                raise UnreadableStateError(f"{path} is damaged: its table {table} has not all columns")
    except BaseException:
        database.close()
        raise
    return database
