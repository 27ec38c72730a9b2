"""Tells an article that somebody edited from one that a run wrote, so that work by hand is never overwritten.

A run knows the hash of each article that it wrote, also after a kill (`write_log`). If no hash is known because the
state was deleted, the article itself is examined. A run would write the same bytes again for the same source, version
and settings, so other bytes are an edit. If source, version or settings differ, an article counts as edited if it is
not formatted as runs do it, or is not valid (`faults`): a text that is changed without its record of edits is not.
"""

import errno
import os
import stat
from hashlib import blake2b
from pathlib import Path

import msgspec

from pipeline.errors import ContractError
from pipeline.export.json import indent_json
from pipeline.export.load.decode import decode_article
from pipeline.model.article import Article, Source
from pipeline.model.verify import faults
from pipeline.runs.outcome import Edited, encodable
from pipeline.runs.output.ownership import OPEN_NO_LINK
from pipeline.storage.file_names import file_name

UNKNOWN_WRITER = b""
"""Instead of a hash: no run is known to have written what lies there."""
INTERRUPTED_WRITER = b"\0"
"""Instead of a hash: a run that kept no log was killed while it replaced the article."""
NO_ARTICLE_HASH = bytes(16)
"""The hash of no article."""
HASH_CHUNK_BYTES = 1 << 20


def article_hash(data: bytes) -> bytes:
    """The hash by which a run knows again what it wrote: 16 bytes."""
    return blake2b(data, digest_size=16).digest()


def file_hash(path: Path) -> bytes:
    """The same of a file, of which only a part is held in memory. Raises `OSError`."""
    found = blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(HASH_CHUNK_BYTES):
            found.update(piece)
    return found.digest()


def object_stamp(tag: str | None) -> int:
    """The stamp of an object in a bucket, from the tag that the bucket gives it; 0 for none."""
    return 0 if tag is None else int.from_bytes(blake2b(tag.encode(), digest_size=7).digest())


def edited_outcome(name: str, made: bytes = b"", *, apart: bool = False) -> Edited:
    """What is said of a document whose article was edited; `made` is the article that belongs there.

    `apart` says that the name of its file has a hash.
    """
    reason = (
        f"its article {file_name(name, apart=apart)} was edited after it was written, and is kept; move it away, or "
        "replace it with --overwrite-edited"
    )
    return Edited(encodable(name), encodable(reason), article_hash(made), len(made))


def may_replace(there: bytes, earlier: bytes | None, made: bytes | None = None) -> bool:
    """Whether what lies there may be replaced by `made`, or be deleted where nothing was made.

    `earlier` is the hash of what was written there before, `UNKNOWN_WRITER` or `INTERRUPTED_WRITER`; None where
    anything may go.
    """
    if earlier is None or there == made or not there:
        # In an empty file there is no work: a disk that lost its power may leave some.
        return True
    if earlier not in {UNKNOWN_WRITER, INTERRUPTED_WRITER}:
        return article_hash(there) == earlier
    return not looks_edited(there, made, metadata_counts=earlier == INTERRUPTED_WRITER)


def looks_edited(there: bytes, made: bytes | None, *, metadata_counts: bool) -> bool:
    """Whether these bytes are not what some run wrote, as far as they tell.

    `made` is the article that belongs there, of which it is known that it differs. `metadata_counts` says whether other
    metadata mean another source: more likely after a kill, while otherwise somebody may have edited them.
    """
    try:
        found = decode_article(there, "")
        if indent_json(there) != there:
            return True
    except (ContractError, msgspec.DecodeError, UnicodeDecodeError):
        return True
    if made is not None and _made_of(found, metadata_counts=metadata_counts) == _made_of(
        decode_article(made, ""), metadata_counts=metadata_counts
    ):
        return True
    return any(True for _ in faults(found))


def is_of_another(data: bytes, name: str) -> bool:
    """Whether this is an article of another document than the one with this id."""
    try:
        return msgspec.json.decode(data, type=_Identified).id != name
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


class _Identified(msgspec.Struct, frozen=True):
    """The part of an article that says of which document it is."""

    id: str


def _made_of(article: Article, *, metadata_counts: bool) -> tuple[object, ...]:
    """All that decides what an article is, as far as it says so itself."""
    source: Source = article.provenance.source
    return article.id, source, article.provenance.pipeline, article.metadata if metadata_counts else None


def read_regular_file(path: Path) -> tuple[bytes, int] | None:
    """The bytes of a file and its time of change in nanoseconds; None where there is no file.

    Raises `OSError`; `PermissionError` for a link or a special file, which no run has made and which is not read.
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
        found = os.fstat(file)
        if stat.S_ISDIR(found.st_mode):
            return None
        if not stat.S_ISREG(found.st_mode):
            raise PermissionError(errno.EPERM, "is a special file", str(path))
        return stream.read(), found.st_mtime_ns
