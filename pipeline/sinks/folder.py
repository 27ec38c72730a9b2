"""A folder with a JSON file per article. A file is there whole or not at all."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import msgspec

from pipeline.article import Article
from pipeline.errors import UsageError
from pipeline.sinks.atomic import LONGEST_NAME, replace
from pipeline.sinks.inside import inside

UNSAFE = frozenset('<>:"\\|?*%') | {chr(code) for code in [*range(32), 127]}
DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))])


def encode(article: Article) -> bytes:
    """The article's JSON as it lies in a file: UTF-8, indented by one blank so that a difference shows by field."""
    return indented(msgspec.json.encode(article))


def indented(line: bytes) -> bytes:
    """The same from the article's JSON on one line."""
    return msgspec.json.format(line, indent=1) + b"\n"


def write(article: Article, folder: Path) -> Path:
    """Writes the article below `folder` and gives its path. Raises `OSError`, and then nothing is half written."""
    path = inside(folder, file_name(article.id))
    replace(path, encode(article))
    return path


@dataclass(frozen=True)
class Json:
    """A folder with a JSON file per article, as `pipeline run` writes it; files of other articles stay there."""

    name: ClassVar = "json"
    suffixes: ClassVar[tuple[str, ...]] = ()
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes each below `target`. Raises `UsageError` where `target` is a file, or an id comes twice."""
        write_each(articles, target, ".json", encode)


def write_each(articles: Iterable[Article], folder: Path, suffix: str, encoded: Callable[[Article], bytes]) -> None:
    """Writes a file per article below `folder`, its bytes as `encoded` gives them.

    Raises `UsageError` where `folder` is a file, or two articles have one id and would lie in one file.
    """
    if folder.is_file() or (not folder.exists() and folder.suffix == suffix):
        raise UsageError(f"{folder}: a file per article needs a folder; name one, or another format with --to")
    seen: set[int] = set()
    for article in articles:
        if hash(article.id) in seen:
            raise UsageError(f"two articles have the id {article.id!r}; in a folder each needs its own")
        seen.add(hash(article.id))
        path = inside(folder, file_name(article.id, suffix))
        replace(path, encoded(article))


def file_name(name: str, suffix: str = ".json") -> str:
    """The relative path of a document's file: its id, made safe for every file system, and `suffix`.

    What no file system should see is percent-encoded, as is a leading `_` or `.` (readers of data pass those over),
    a trailing `.` or blank, and the dot of a folder's `suffix`, so that no folder stands where an article goes; a part
    over 150 bytes is cut and ends in a hash of the whole.
    """
    *folders, last = name.split("/")
    return "/".join([*(_safe(part, "", suffix) for part in folders), _safe(last, suffix, suffix)])


def _safe(part: str, suffix: str, of_files: str) -> str:
    encoded = "".join(_percent(c) if c in UNSAFE else c for c in part)
    if part.startswith((".", "_")) or part.split(".", maxsplit=1)[0].casefold() in DEVICES:
        encoded = _percent(part[0]) + encoded[1:]
    if not suffix and encoded.endswith((".", " ")):
        encoded = encoded[:-1] + _percent(encoded[-1])
    if not suffix and encoded.casefold().endswith(of_files):
        encoded = encoded[: -len(of_files)] + _percent(".") + encoded[1 - len(of_files) :]
    if len(encoded.encode("utf-8", "surrogatepass")) + len(suffix) > LONGEST_NAME:
        digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        room = LONGEST_NAME - len(suffix) - len(digest) - 1
        encoded = encoded.encode("utf-8", "surrogatepass")[:room].decode("utf-8", "ignore") + "~" + digest
    return (encoded or "%") + suffix


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8"))
