"""Finds the articles of an output that were edited by hand, by the state of the run that wrote them. Only reads."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import msgspec

from pipeline.errors import ContractError, PipelineError
from pipeline.exporters.load.articles import load_each
from pipeline.model.article import Article
from pipeline.readers.sqlite.connection import confine, connected
from pipeline.readers.sqlite.tables import stored_columns
from pipeline.runs.output.article_writer import ARTICLE_ENCODER
from pipeline.runs.output.manual_edits import article_hash, file_hash
from pipeline.runs.output.output_folder import RUN_FOLDER, STATE_FILE
from pipeline.runs.state_entries import REPLACING_KEY, STATUSES
from pipeline.runs.state_schema import SCHEMA_VERSION
from pipeline.storage.file_names import file_name

ARTICLES_QUERY = "SELECT id, line, size, hash FROM documents WHERE fate = ? AND place = 0 AND key <> ?"
SHARDS_QUERY = "SELECT path, size, hash FROM places WHERE sealed = 1 AND path NOT LIKE '%/%'"
HASH_QUERY = "SELECT hash FROM documents WHERE id = ?"
REQUIRED_COLUMNS = {
    "documents": {"id", "line", "size", "hash", "fate", "place", "key"},
    "places": {"path", "size", "hash", "sealed"},
}
"""The columns of the state that are read. They must be stored, not computed."""
LOCK_SECONDS = 5.0
"""How long to wait for a run that writes."""


class UnreadableStateError(PipelineError):
    """The state of the run cannot be read; the message says why."""


class EditedArticles(msgspec.Struct, frozen=True):
    """What was edited: articles, named as `export.load.articles.load_each` names them, and whole shards.

    A shard is named if none of its articles differs: some are missing, or it was compressed again.
    """

    articles: frozenset[str] = frozenset()
    shards: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.articles) + len(self.shards)


def find_edited_articles(source: Path) -> EditedArticles:
    """Finds what was edited in an output, in a folder in it, or in one of its files, if a run wrote it.

    Each file is read. Deleted articles are not edits. Raises `UnreadableStateError` if the state of the run cannot be
    read.
    """
    # An article may be a link to a file elsewhere; it still belongs to this output.
    source = source.resolve() if source.is_dir() else source.parent.resolve() / source.name
    root = next((each for each in (source, *source.parents) if (each / RUN_FOLDER / STATE_FILE).is_file()), None)
    if root is None:
        return EditedArticles()
    path = root / RUN_FOLDER / STATE_FILE
    try:
        with closing(_opened(path)) as database:
            return _edits(database, root, source)
    except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
        # The last three come from values that no run writes.
        raise UnreadableStateError(f"{path} cannot be read: {error}") from error


def _edits(database: sqlite3.Connection, root: Path, source: Path) -> EditedArticles:
    folder = source if source.is_dir() else source.parent
    articles: set[str] = set()
    shards: set[str] = set()
    for name, apart, size, written_hash in database.execute(ARTICLES_QUERY, (STATUSES.index("written"), REPLACING_KEY)):
        if not (isinstance(name, bytes) and isinstance(size, int) and isinstance(written_hash, bytes)):
            raise UnreadableStateError(
                f"{root / RUN_FOLDER / STATE_FILE} is damaged: it lists {name!r:.100} as an article"
            )
        path = root / file_name(name.decode("utf-8", "surrogatepass"), apart=bool(apart))
        if path.is_relative_to(source) and _differs(path, size, written_hash):
            articles.add(path.relative_to(folder).as_posix())
    for name, size, written_hash in database.execute(SHARDS_QUERY):
        if not (isinstance(name, str) and isinstance(size, int) and isinstance(written_hash, bytes)) or name in {
            "",
            ".",
            "..",
        }:
            raise UnreadableStateError(
                f"{root / RUN_FOLDER / STATE_FILE} is damaged: it lists {name!r:.100} as a shard"
            )
        path = root / name
        if path.is_relative_to(source) and _differs(path, size, written_hash):
            differing = set(_differing(database, path))
            articles |= differing
            if not differing:
                shards.add(name)
    return EditedArticles(frozenset(articles), frozenset(shards))


def _differs(path: Path, size: int, written_hash: bytes) -> bool:
    """Whether a file is not as it was written."""
    try:
        if path.exists() and not path.is_file():
            # Reading a pipe or a device may never end.
            return True
        # An earlier version of the pipeline noted only the size.
        return file_hash(path) != written_hash if written_hash else path.stat().st_size != size
    except FileNotFoundError:
        return False
    except PermissionError:
        # A run never writes a file that cannot be read, and it also counts such a file as edited.
        return True
    except OSError as error:
        raise UnreadableStateError(f"{path} cannot be read: {error.strerror or error}") from error


def _differing(database: sqlite3.Connection, shard: Path) -> Iterator[str]:
    """Yields the names of the articles in a shard that are not as they were written."""
    for name, article in load_each(shard):
        if isinstance(article, ContractError) or _is_other(database, article):
            yield name


def _is_other(database: sqlite3.Connection, article: Article) -> bool:
    row = database.execute(HASH_QUERY, (article.id.encode("utf-8", "surrogatepass"),)).fetchone()
    return row is None or (row[0] != b"" and row[0] != article_hash(ARTICLE_ENCODER.encode(article) + b"\n"))


def _opened(path: Path) -> sqlite3.Connection:
    """Opens the file for reading, without leaving other files next to it."""
    uri = f"file:{quote(str(path))}?mode=ro"
    # Without a log next to it no run is writing, and SQLite need not make a log of its own.
    log = path.with_name(path.name + "-wal")
    log_bytes = log.stat().st_size if log.exists() else None
    address = uri if log_bytes is not None else f"{uri}&immutable=1"
    # The output may come from somebody else, so the state may be hostile.
    database = connected(address, path.stat().st_size + (log_bytes or 0), LOCK_SECONDS)
    try:
        layout = int(database.execute("PRAGMA user_version").fetchone()[0])
        if layout != SCHEMA_VERSION:
            raise UnreadableStateError(f"{path} is of another version and cannot be read")
        confine(database, asked=False)
        for table, needed in REQUIRED_COLUMNS.items():
            if not needed <= stored_columns(database, table):
                raise UnreadableStateError(f"{path} is damaged: its table {table} lacks columns")
    except BaseException:
        database.close()
        raise
    return database
