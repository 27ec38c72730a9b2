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
    path = Path(path)
    if path.is_dir():
        for file in article_files(path):
            yield parse(file.read_bytes(), file.relative_to(path).as_posix())
    elif not path.exists():
        raise UsageError(f"{path} is not there")
    elif path.suffix == ".jsonl":
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield parse(line, f"{path.name}:{number}")
    else:
        yield parse(path.read_bytes(), path.name)


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
