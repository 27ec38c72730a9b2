"""A folder with a JSON file per article. A file is there whole or not at all."""

import hashlib
import os
from pathlib import Path

import msgspec

from pipeline.article import Article

LONGEST_NAME = 150
"""Bytes of a file's or folder's name; most file systems allow 255."""
UNSAFE = frozenset('<>:"\\|?*%') | {chr(code) for code in [*range(32), 127]}
DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))])


def encode(article: Article) -> bytes:
    """The article's JSON as it lies in a file: UTF-8, indented by one blank so that a difference shows by field."""
    return msgspec.json.format(msgspec.json.encode(article), indent=1) + b"\n"


def write(article: Article, folder: Path) -> Path:
    """Writes the article below `folder` and gives its path. Raises `OSError`, and then nothing is half written."""
    path = folder / file_name(article.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, encode(article))
    return path


def replace(path: Path, data: bytes) -> None:
    """Writes `data` beside `path`, flushes it to the disk, and renames it."""
    beside = path.with_name(f".{path.name[:LONGEST_NAME]}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:  # an interrupt, too, must leave no half-written file
        beside.unlink(missing_ok=True)
        raise


def file_name(name: str) -> str:
    """The relative path of a document's file: its id, made safe for every file system, and `.json`.

    What no file system should see is percent-encoded, as is a leading `_` or `.` (readers of data pass those over),
    a trailing `.` or blank, and the dot of a folder's `.json`, so that no folder stands where an article goes; a part
    over 150 bytes is cut and ends in a hash of the whole.
    """
    *folders, last = name.split("/")
    return "/".join([*(_safe(part, "") for part in folders), _safe(last, ".json")])


def _safe(part: str, suffix: str) -> str:
    encoded = "".join(_percent(c) if c in UNSAFE else c for c in part)
    if part.startswith((".", "_")) or part.split(".", maxsplit=1)[0].casefold() in DEVICES:
        encoded = _percent(part[0]) + encoded[1:]
    if not suffix and encoded.endswith((".", " ")):
        encoded = encoded[:-1] + _percent(encoded[-1])
    if not suffix and encoded.casefold().endswith(".json"):
        encoded = encoded[:-5] + _percent(".") + encoded[-4:]
    if len(encoded.encode("utf-8", "surrogatepass")) + len(suffix) > LONGEST_NAME:
        digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        room = LONGEST_NAME - len(suffix) - len(digest) - 1
        encoded = encoded.encode("utf-8", "surrogatepass")[:room].decode("utf-8", "ignore") + "~" + digest
    return (encoded or "%") + suffix


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8"))
