"""`pipeline.toml`: read, typed, and checked before any work."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import UsageError


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is refused before it is read."""

    bytes: int = 32 * 1024 * 1024
    """The longest document, in bytes."""


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How raw documents are read."""

    text_field: str | None = None
    """The field of a record that holds the text; looked for where none is named."""
    id_field: str = "id"
    """The field of a record that holds its id."""
    encoding: str | None = None
    """The encoding of all files, where it is known; else it is told from the bytes."""
    include: tuple[str, ...] = ("*",)
    """Patterns of file names below an input folder."""
    limits: Limits = Limits()


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a `pipeline.toml` may say."""

    recipe: tuple[str, ...] | None = None
    """The stages, in order; the built-in recipe where nothing is said."""
    input: Input = Input()
    stages: Mapping[str, Mapping[str, Any]] = {}
    """For each stage the values of its fields."""


def load(path: str | Path) -> Settings:
    """The settings of a TOML file. Raises `UsageError`, which names file, key, and what is allowed."""
    try:
        with Path(path).open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is no TOML: {error}") from None
    try:
        _known(values, Settings, "")
        _tables(values.get("stages"))
        settings = msgspec.convert(values, Settings)
        _encoding(settings.input.encoding)
        return settings
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {str(error).replace('$.', '')}") from None


def _known(values: Mapping[str, Any], kind: type[msgspec.Struct], prefix: str) -> None:
    """Refuses unknown keys with the nearest known one, which the decoder alone would not name."""
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in values.items():
        if key not in fields:
            close = get_close_matches(key, fields, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(fields)}"
            raise UsageError(f"key {prefix + key!r} is not known; {hint}")
        inner = fields[key]
        if isinstance(value, Mapping) and isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            _known(value, inner, f"{prefix}{key}.")


def _tables(stages: object) -> None:
    for name, table in stages.items() if isinstance(stages, Mapping) else ():
        if not isinstance(table, Mapping):
            raise UsageError(f"key 'stages.{name}' is no table; write the settings of a stage as [stages.{name}]")


def _encoding(name: str | None) -> None:
    try:
        "".encode(name or "utf-8")
    except (LookupError, UnicodeError):
        raise UsageError(
            f"key 'input.encoding': encoding {name!r} is not known; use a name such as utf-8 or gb18030"
        ) from None
