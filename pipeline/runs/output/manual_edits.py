"""Detects articles that were edited by hand, so that a run never overwrites them.

A run knows the hash of each article that it wrote, also after a kill (see `write_log`). If no hash is known because the
state was deleted, the article itself is examined. For the same source, version and settings a run would write the same
bytes again, so other bytes are an edit. If one of these differs, an article counts as edited if it is not formatted as
runs format it, or is not valid: if somebody changes its text, its list of edits does not match any more.
"""

import errno
import os
import stat
from hashlib import blake2b
from pathlib import Path

import msgspec

from pipeline.errors import ContractError
from pipeline.exporters.json import indent_json
from pipeline.exporters.load.decode import decode_article
from pipeline.model.article import Article, Source
from pipeline.model.verify import faults
from pipeline.runs.outcome import Edited, encodable
from pipeline.runs.output.ownership import OPEN_NO_LINK
from pipeline.storage.file_names import file_name

UNKNOWN_WRITER = b""
"""Instead of a hash: no run is known to have written the article."""
INTERRUPTED_WRITER = b"\0"
"""Instead of a hash: a run that kept no write log was killed while it replaced the article."""
NO_ARTICLE_HASH = bytes(16)
"""The hash of no article."""
HASH_CHUNK_BYTES = 1 << 20


def article_hash(body: bytes) -> bytes:
    """Returns the 16-byte hash of an article's JSON."""
    return blake2b(body, digest_size=16).digest()


def file_hash(path: Path) -> bytes:
    """Returns the 16-byte hash of a file without reading it into memory. Raises `OSError`."""
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(HASH_CHUNK_BYTES):
            digest.update(chunk)
    return digest.digest()


def object_stamp(tag: str | None) -> int:
    """Returns the stamp of an object in a bucket, from the tag that the bucket gives it; 0 without a tag."""
    return 0 if tag is None else int.from_bytes(blake2b(tag.encode(), digest_size=7).digest())


def edited_outcome(document: str, body: bytes = b"", *, apart: bool = False) -> Edited:
    """Returns the outcome of a document whose article was edited by hand. `body` is the new article's JSON.

    `apart` says that the name of its file ends with a hash.
    """
    reason = (
        f"its article {file_name(document, apart=apart)} was edited after it was written, and is kept; move it away, "
        "or replace it with --overwrite-edited"
    )
    return Edited(encodable(document), encodable(reason), article_hash(body), len(body))


def may_replace(current: bytes, expected_hash: bytes | None, body: bytes | None = None) -> bool:
    """Whether an article may be replaced by `body`, or be deleted if `body` is None.

    `current` is the article's JSON. `expected_hash` is the hash of the article that a run wrote there,
    `UNKNOWN_WRITER` or `INTERRUPTED_WRITER`; None if anything may be replaced.
    """
    if expected_hash is None or current == body or not current:
        # There is no work in an empty file; a power failure may leave some.
        return True
    if expected_hash not in {UNKNOWN_WRITER, INTERRUPTED_WRITER}:
        return article_hash(current) == expected_hash
    return not looks_edited(current, body, compare_metadata=expected_hash == INTERRUPTED_WRITER)


def looks_edited(current: bytes, body: bytes | None, *, compare_metadata: bool) -> bool:
    """Whether an article was probably not written by any run.

    `body` is the new article, which is known to differ. `compare_metadata` says that other metadata mean another
    source. That is likely after a kill; otherwise somebody may have edited the metadata.
    """
    try:
        article = decode_article(current, "")
        if indent_json(current) != current:
            return True
    except (ContractError, msgspec.DecodeError, UnicodeDecodeError):
        return True
    if body is not None and _inputs(article, with_metadata=compare_metadata) == _inputs(
        decode_article(body, ""), with_metadata=compare_metadata
    ):
        return True
    return any(True for _ in faults(article))


def is_of_another(data: bytes, document: str) -> bool:
    """Whether this is the article of another document."""
    try:
        return msgspec.json.decode(data, type=ArticleId).id != document
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


class ArticleId(msgspec.Struct, frozen=True):
    """The id of an article, without the rest of its JSON."""

    id: str


def _inputs(article: Article, *, with_metadata: bool) -> tuple[object, ...]:
    """Returns what decides what an article holds, as far as the article tells."""
    source: Source = article.provenance.source
    return article.id, source, article.provenance.pipeline, article.metadata if with_metadata else None


def read_regular_file(path: Path) -> tuple[bytes, int] | None:
    """Returns the bytes of a file and its time of change in nanoseconds; None if there is no file.

    Raises `OSError`, and `PermissionError` for a link or a special file: no run makes these, and they are not read.
    """
    try:
        file = os.open(path, os.O_RDONLY | OPEN_NO_LINK | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO}:
            raise
        raise PermissionError(errno.EPERM, "is a link or a special file", str(path)) from None
    with os.fdopen(file, "rb") as stream:
        status = os.fstat(file)
        if stat.S_ISDIR(status.st_mode):
            return None
        if not stat.S_ISREG(status.st_mode):
            raise PermissionError(errno.EPERM, "is a special file", str(path))
        return stream.read(), status.st_mtime_ns
