"""Articles back from what a run wrote, typed and checked against the contract."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.article import VERSION, Article
from pipeline.errors import ContractError, UsageError

DECODER = msgspec.json.Decoder(Article)


class Version(msgspec.Struct, frozen=True):
    """The part of a document that says which contract it follows."""

    schema: str


def read(path: str | Path) -> Iterator[Article]:
    """The Articles of a JSON file, of a JSONL file (an article a line), or of a folder of JSON files.

    In a folder, names that begin with `_` or `.` are about the run and left out. Raises `UsageError` for a path that
    is not there, `ContractError`, naming document and field, for JSON that is not what the contract promises.
    """
    for _, article in attempts(path):
        if isinstance(article, ContractError):
            raise article
        yield article


def attempts(path: str | Path) -> Iterator[tuple[str, Article | ContractError]]:
    """The same, one at a time, with the name of each and, for JSON that is no article, what is wrong with it.

    One bad document hides no other. Raises `UsageError` for a path that is not there.
    """
    for name, data in _documents(Path(path)):
        try:
            yield name, parse(data, name)
        except ContractError as error:
            yield name, error


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and JSON of each document."""
    if path.is_dir():
        for file in article_files(path):
            yield file.relative_to(path).as_posix(), file.read_bytes()
    elif not path.exists():
        raise UsageError(f"{path} is not there")
    elif path.suffix == ".jsonl":
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{path.name}:{number}", line
    else:
        yield path.name, path.read_bytes()


def article_files(folder: Path) -> list[Path]:
    """The article files below a folder of output, sorted."""
    return sorted(
        file
        for file in folder.rglob("*.json")
        if not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
    )


def parse(data: bytes, name: str) -> Article:
    """One Article from its JSON; `name` is what an error calls it. Raises `ContractError`."""
    try:
        return DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContractError(name, _reason(data, error)) from error


def _reason(data: bytes, error: Exception) -> str:
    try:
        version = msgspec.json.decode(data, type=Version).schema
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f"is no article: {error}"
    if version != VERSION:
        return f"follows contract {version!r}; this version reads {VERSION!r}"
    return f"is not as the contract says: {error}"
