"""The articles of two outputs, side by side, without holding either output in memory."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from pipeline.config.settings import Limits
from pipeline.errors import ContractError
from pipeline.export.load.articles import article_file_names, is_single_article, load_each
from pipeline.export.load.decode import decode_article
from pipeline.export.load.limits import DEFAULT_LIMITS
from pipeline.model.article import Article
from pipeline.storage import AnyPath

ZLIB_FASTEST = 1
"""The level of compression: what is shelved is read once and thrown away."""
INDEX_SCHEMA = "CREATE TABLE shelf (id TEXT PRIMARY KEY, name TEXT, article BLOB, taken INTEGER DEFAULT 0)"


class ArticlePair(NamedTuple):
    """One document in two outputs: its article in either, none where it is not there, or why it is no article."""

    name: str
    old: Article | ContractError | None
    new: Article | ContractError | None


def matched_articles(old: AnyPath, new: AnyPath, limits: Limits = DEFAULT_LIMITS) -> Iterator[ArticlePair]:
    """Every article of both outputs with its partner: in the order of `new`, then what only `old` has.

    Two folders of article files are matched by file name, two article files are matched as they are, anything else by
    id: then the old articles are shelved in a temporary SQLite file. Raises `UsageError` for a path that is not there.
    """
    if _by_file(old) and _by_file(new):
        yield from _folders(old, new, limits)
    elif old.is_file() and new.is_file() and is_single_article(old) and is_single_article(new):
        (_, first), (name, second) = next(load_each(old, limits)), next(load_each(new, limits))
        yield ArticlePair(name, first, second)
    else:
        yield from _shelved(old, new, limits)


def _by_file(path: AnyPath) -> bool:
    """Whether a path is a folder in which every file is one article, none of them a table or lines."""
    return path.is_dir() and all(is_single_article(path / name) for name in article_file_names(path))


def _folders(old: AnyPath, new: AnyPath, limits: Limits) -> Iterator[ArticlePair]:
    for name, article in load_each(new, limits):
        partner = old / name
        yield ArticlePair(name, next(load_each(partner, limits))[1] if partner.is_file() else None, article)
    for name in article_file_names(old):
        if not (new / name).is_file():
            yield ArticlePair(name, next(load_each(old / name, limits))[1], None)


def _shelved(old: AnyPath, new: AnyPath, limits: Limits) -> Iterator[ArticlePair]:
    with TemporaryDirectory(prefix="pipeline-diff-") as folder, closing(sqlite3.connect(f"{folder}/shelf")) as shelf:
        shelf.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {INDEX_SCHEMA};")
        for name, article in load_each(old, limits):
            if isinstance(article, ContractError):
                yield ArticlePair(name, article, None)
            elif not _put(shelf, name, article):
                yield ArticlePair(name, _double(name, article), None)
        for name, article in load_each(new, limits):
            if isinstance(article, ContractError):
                yield ArticlePair(name, None, article)
                continue
            row = shelf.execute("SELECT name, article, taken FROM shelf WHERE id = ?", (article.id,)).fetchone()
            if row is not None and row[2]:
                yield ArticlePair(name, None, _double(name, article))
            elif row is not None:
                shelf.execute("UPDATE shelf SET taken = 1 WHERE id = ?", (article.id,))
                yield ArticlePair(name, decode_article(zlib.decompress(row[1]), row[0]), article)
            else:
                # It is shelved, too, so that a second one of this id is seen.
                shelf.execute("INSERT INTO shelf VALUES (?, ?, NULL, 1)", (article.id, name))
                yield ArticlePair(name, None, article)
        for name, data in shelf.execute("SELECT name, article FROM shelf WHERE NOT taken ORDER BY rowid"):
            yield ArticlePair(name, decode_article(zlib.decompress(data), name), None)


def _put(shelf: sqlite3.Connection, name: str, article: Article) -> bool:
    data = zlib.compress(msgspec.json.encode(article), ZLIB_FASTEST)
    done = shelf.execute("INSERT OR IGNORE INTO shelf VALUES (?, ?, ?, 0)", (article.id, name, data))
    return done.rowcount == 1


def _double(name: str, article: Article) -> ContractError:
    return ContractError(name, f"an earlier article has its id {article.id!r}; only that one is compared")
