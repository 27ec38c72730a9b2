"""Pairs the articles of two outputs, without loading either output into memory."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from pipeline.config.settings import Limits
from pipeline.errors import ContractError
from pipeline.exporters.load.articles import article_file_names, is_single_article, load_each
from pipeline.exporters.load.decode import decode_article
from pipeline.exporters.load.limits import DEFAULT_LIMITS
from pipeline.model.article import Article
from pipeline.storage import AnyPath

ZLIB_FASTEST = 1
"""Compression level of the temporary index, which is read once and deleted."""
INDEX_SCHEMA = "CREATE TABLE articles (id TEXT PRIMARY KEY, name TEXT, article BLOB, taken INTEGER DEFAULT 0)"


class ArticlePair(NamedTuple):
    """One document in two outputs: per side the article, `None` if it is missing, or the error if it is invalid."""

    name: str
    old: Article | ContractError | None
    new: Article | ContractError | None


def matched_articles(old: AnyPath, new: AnyPath, limits: Limits = DEFAULT_LIMITS) -> Iterator[ArticlePair]:
    """Yields every article of both outputs with its counterpart: in the order of `new`, then those only in `old`.

    Two folders of article files are matched by file name, two single articles with each other, anything else by id;
    for that the old articles are written to a temporary SQLite file. Raises `UsageError` if a path does not exist.
    """
    if _is_article_folder(old) and _is_article_folder(new):
        yield from _matched_by_name(old, new, limits)
    elif old.is_file() and new.is_file() and is_single_article(old) and is_single_article(new):
        (_, first), (name, second) = next(load_each(old, limits)), next(load_each(new, limits))
        yield ArticlePair(name, first, second)
    else:
        yield from _matched_by_id(old, new, limits)


def _is_article_folder(path: AnyPath) -> bool:
    """Whether a path is a folder in which every file is a single article."""
    return path.is_dir() and all(is_single_article(path / name) for name in article_file_names(path))


def _matched_by_name(old: AnyPath, new: AnyPath, limits: Limits) -> Iterator[ArticlePair]:
    for name, article in load_each(new, limits):
        partner = old / name
        yield ArticlePair(name, next(load_each(partner, limits))[1] if partner.is_file() else None, article)
    for name in article_file_names(old):
        if not (new / name).is_file():
            yield ArticlePair(name, next(load_each(old / name, limits))[1], None)


def _matched_by_id(old: AnyPath, new: AnyPath, limits: Limits) -> Iterator[ArticlePair]:
    with (
        TemporaryDirectory(prefix="pipeline-diff-") as folder,
        closing(sqlite3.connect(f"{folder}/articles.sqlite")) as index,
    ):
        index.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {INDEX_SCHEMA};")
        for name, article in load_each(old, limits):
            if isinstance(article, ContractError):
                yield ArticlePair(name, article, None)
            elif not _insert(index, name, article):
                yield ArticlePair(name, _duplicate_error(name, article), None)
        for name, article in load_each(new, limits):
            if isinstance(article, ContractError):
                yield ArticlePair(name, None, article)
                continue
            row = index.execute("SELECT name, article, taken FROM articles WHERE id = ?", (article.id,)).fetchone()
            if row is not None and row[2]:
                yield ArticlePair(name, None, _duplicate_error(name, article))
            elif row is not None:
                index.execute("UPDATE articles SET taken = 1 WHERE id = ?", (article.id,))
                yield ArticlePair(name, decode_article(zlib.decompress(row[1]), row[0]), article)
            else:
                # Recorded as well, so that a second article with this id is noticed.
                index.execute("INSERT INTO articles VALUES (?, ?, NULL, 1)", (article.id, name))
                yield ArticlePair(name, None, article)
        for name, data in index.execute("SELECT name, article FROM articles WHERE NOT taken ORDER BY rowid"):
            yield ArticlePair(name, decode_article(zlib.decompress(data), name), None)


def _insert(index: sqlite3.Connection, name: str, article: Article) -> bool:
    data = zlib.compress(msgspec.json.encode(article), ZLIB_FASTEST)
    done = index.execute("INSERT OR IGNORE INTO articles VALUES (?, ?, ?, 0)", (article.id, name, data))
    return done.rowcount == 1


def _duplicate_error(name: str, article: Article) -> ContractError:
    return ContractError(name, f"has the same id as an earlier article, {article.id!r}; only the first is compared")
