"""Read and check `pipeline.toml` and the overrides of `--set`, before any work starts."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from pipeline.errors import SettingError, UsageError, did_you_mean
from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.storage.store import WebAccess

Key = tuple[str, ...]
"""The path of a setting: the names of its tables, then its own."""

Patterns = str | tuple[str, ...]
Threshold = Annotated[float, Meta(ge=0, le=1)] | Literal["off"]


OF_OPENING = frozenset({"download_seconds", "download_idle", "download_bytes", "copied"})
"""Limits that do not change which documents a file contains."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is refused before it is read."""

    bytes: Annotated[int, Meta(ge=1, le=1 << 40, description="The longest document, in bytes; a longer one fails.")] = (
        1 << 25
    )
    expanded: Annotated[
        int, Meta(ge=1, description="The most bytes that one compressed file or archive may unpack to, in all.")
    ] = 1 << 40
    ratio: Annotated[
        int, Meta(ge=1, description="How many times its size it may unpack to, asked once it is more than 64 MiB.")
    ] = 250
    depth: Annotated[
        int, Meta(ge=1, description="How many archives and compressions may lie in each other; `.tar.gz` is two.")
    ] = 5
    members: Annotated[int, Meta(ge=1, description="The most members of one archive.")] = 1_000_000
    memory: Annotated[int, Meta(ge=64, description="The most memory for the process that reads files, in MiB.")] = 2048
    seconds: Annotated[
        float,
        Meta(
            gt=0,
            description="The time to read one document; a file may take so long for each MiB. Then it is left.",
        ),
    ] = 60.0
    download_seconds: Annotated[
        float, Meta(gt=0, description="How long to wait for a web server, in seconds, for one file in all.")
    ] = WebAccess().seconds
    download_idle: Annotated[
        float, Meta(gt=0, description="How long to wait for its answer, and for each 64 KiB of a file, in seconds.")
    ] = WebAccess().idle
    download_bytes: Annotated[int, Meta(ge=1, description="The longest file of the web, in bytes.")] = WebAccess().size
    copied: Annotated[
        int,
        Meta(ge=1, description="The most temporary disk for a file of the web whose server does not say its length."),
    ] = WebAccess().copied
    columns: Annotated[
        int, Meta(ge=1, description="The most columns of a table, cells of a row and fields of a record.")
    ] = 10_000
    values: Annotated[
        int, Meta(ge=1, description="The most values in one record: numbers, texts, lists and objects in its fields.")
    ] = 1_000_000
    nesting: Annotated[
        int, Meta(ge=1, le=500, description="How many lists and objects may lie in each other in one record.")
    ] = 100
    rows: Annotated[
        int, Meta(ge=0, description="How many rows a file may hold beyond one for each byte that is read of it.")
    ] = 10_000


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How raw documents are read."""

    text_field: Annotated[
        str | None, Meta(description="The field of a record that holds the text; looked for where none is named.")
    ] = None
    id_field: Annotated[str, Meta(description="The field of a record that holds its id.")] = "id"
    encoding: Annotated[
        str | None, Meta(description="The encoding of all files, where it is known; else it is told from the bytes.")
    ] = None
    format: Annotated[
        str | None,
        Meta(description="The reader of all files, such as `csv`, inside archives too; else each file's own is told."),
    ] = None
    include: Annotated[tuple[str, ...], Meta(description="Patterns of file names below an input folder.")] = ("*",)
    limits: Annotated[Limits, Meta(description="What is refused before it is read.")] = Limits()
    allow_private: Annotated[
        bool, Meta(description="Whether files of the web may come from this machine or its networks.")
    ] = False
    follow_symlinks: Annotated[bool, Meta(description="Whether links below an input folder are followed.")] = False

    @property
    def access(self) -> WebAccess:
        """What a download may do and use."""
        limits = self.limits
        return WebAccess(
            self.allow_private, limits.download_seconds, limits.download_idle, limits.download_bytes, limits.copied
        )

    @property
    def reading(self) -> "Input":
        """The settings that change which documents a file contains; all others have their defaults."""
        limits = msgspec.structs.replace(
            self.limits, **{key: getattr(Limits(), key) for key in Limits.__struct_fields__ if key in OF_OPENING}
        )
        return msgspec.structs.replace(self, limits=limits, allow_private=False, follow_symlinks=False)


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How documents are processed: none of it changes what comes out."""

    seconds: Annotated[
        float,
        Meta(gt=0, description="The time for one document; one over a MiB has so many times as much. Then it fails."),
    ] = 60.0
    memory: Annotated[int, Meta(ge=64, description="The most memory for one worker process, in MiB.")] = 2048
    shard: Annotated[int, Meta(ge=1, description="About how large a shard is before it is packed, in MiB.")] = 128


class Match(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The documents that a profile is for: all that is said here must hold."""

    id: Annotated[Patterns | None, Meta(description="Patterns for the id, such as `sfc/*`; one must fit.")] = None
    metadata: Annotated[
        Mapping[str, Patterns], Meta(description="For keys of the metadata patterns for their value.")
    ] = {}

    def fits(self, name: str, metadata: Mapping[str, str]) -> bool:
        """Whether the document with this id and metadata matches. `*` matches any text, including `/`."""
        if self.id is not None and not _fits(name, self.id):
            return False
        return all(key in metadata and _fits(metadata[key], patterns) for key, patterns in self.metadata.items())


Recipe = Annotated[tuple[str, ...] | None, Meta(description="The stages, in order; the built-in recipe by default.")]
Stages = Annotated[
    Mapping[str, Mapping[str, Any]], Meta(description="For each stage of the recipe the values of its settings.")
]
Sources = Annotated[
    Mapping[str, Mapping[str, Any]],
    Meta(description="For each reader the values of its options; one of another package takes part where it is named."),
]
Sinks = Annotated[Mapping[str, Mapping[str, Any]], Meta(description="For each exporter the values of its options.")]
Rules = Annotated[
    Mapping[str, Threshold],
    Meta(description='For a rule, or a stage and so all its rules, the threshold from 0 to 1, or "off".'),
]
Known = Annotated[Vocabulary, Meta(description="Words that stages should know.")]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is laid over the settings for the documents that match; recorded in their provenance."""

    match: Match
    recipe: Recipe = None
    stages: Stages = {}
    rules: Rules = {}
    vocabulary: Known = NO_VOCABULARY


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a `pipeline.toml` may say."""

    recipe: Recipe = None
    input: Annotated[Input, Meta(description="How raw documents are read.")] = Input()
    run: Annotated[Run, Meta(description="How documents are processed: none of it changes what comes out.")] = Run()
    sources: Sources = {}
    sinks: Sinks = {}
    stages: Stages = {}
    rules: Rules = {}
    vocabulary: Known = NO_VOCABULARY
    profiles: Annotated[
        Mapping[str, Profile],
        Meta(description="By name, what is laid over for matching documents; the first that matches holds."),
    ] = {}


class Layer(msgspec.Struct, frozen=True):
    """Settings from one source: the path of a file, or an option of the command line."""

    source: str
    values: Mapping[str, Any]


class Layers(msgspec.Struct, frozen=True, dict=True):
    """The settings of all sources. A later one overrides an earlier one."""

    layers: tuple[Layer, ...]
    settings: Settings

    def source(self, key: Key) -> str | None:
        """The source that last set `key` or something in it; None if none did."""
        return next((layer.source for layer in reversed(self.layers) if _has(layer.values, key)), None)

    @contextmanager
    def naming_source(self) -> Iterator[None]:
        """Turn a `SettingError` of the block into a `UsageError` that names the source of the setting."""
        try:
            yield
        except SettingError as error:
            source = self.source(error.key)
            raise UsageError(f"{source}: {error}" if source else str(error)) from None


def load(path: str | Path) -> Settings:
    """The settings of a TOML file. Raises `UsageError`, which names file, key, and what is allowed."""
    return layers(path).settings


def layers(path: str | Path | None = None, overrides: Sequence[str] = ()) -> Layers:
    """Read a TOML file and apply overrides such as `stages.words.longest=30`.

    Raises `UsageError`, which names the file or the override, the key, the nearest known key and what is allowed.
    """
    read_layers = [*([_file(path)] if path is not None else []), *map(_override, overrides)]
    values: dict[str, Any] = {}
    for layer in read_layers:
        with _naming(layer.source):
            typed(layer.values)
            values = over(values, layer.values)
    # Each layer is valid by itself, and merging valid tables gives valid ones.
    return Layers(tuple(read_layers), typed(values))


def typed(values: Mapping[str, Any]) -> Settings:
    """Settings from the tables of a `pipeline.toml`. Raises `SettingError`."""
    _known(values, Settings, ())
    _tables(values)
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        reason = str(error).replace("$.", "")
        raise SettingError(tuple(reason.rpartition("`")[0].rpartition("`")[2].split(".")), reason) from None
    _encoding(settings.input.encoding)
    return settings


def over(first: Mapping[str, Any], second: Mapping[str, Any], key: Key = ()) -> dict[str, Any]:
    """Merge two tables. `second` overrides `first`; a threshold for a stage overrides those of all its rules."""
    merged = dict(first)
    for name, value in second.items():
        if key[-1:] == ("rules",):
            merged = {rule: threshold for rule, threshold in merged.items() if not rule.startswith(f"{name}.")}
        before = merged.get(name)
        are_tables = isinstance(before, Mapping) and isinstance(value, Mapping)
        merged[name] = over(before, value, (*key, name)) if are_tables and before is not None else value
    return merged


def _file(path: str | Path) -> Layer:
    try:
        with Path(path).open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is no TOML: {error}") from None
    return Layer(str(path), _flat_rules(values))


def _override(override: str) -> Layer:
    key, sign, value = override.partition("=")
    # A value that is not TOML is read as text, so that text needs no quotes on a command line.
    for written in (value, json.dumps(value.strip())) if sign and "\n" not in override else ():
        try:
            return Layer(f"--set {override}", _flat_rules(tomllib.loads(f"{key} = {written}")))
        except tomllib.TOMLDecodeError:
            continue
    raise UsageError(f"--set {override}: is not a setting; write KEY=VALUE, for example stages.words.longest=30")


def _flat_rules(values: dict[str, Any]) -> dict[str, Any]:
    """The tables with each rule as one key, whether written `"words.number" = 1` or `words.number = 1`."""
    flat = {**values, "rules": _joined(values["rules"])} if isinstance(values.get("rules"), Mapping) else values
    profiles = flat.get("profiles")
    if isinstance(profiles, Mapping):
        tables = {
            name: _flat_rules(dict(table)) if isinstance(table, Mapping) else table for name, table in profiles.items()
        }
        flat = {**flat, "profiles": tables}
    return flat


def _joined(rules: Mapping[str, Any]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for name, value in rules.items():
        if isinstance(value, Mapping):
            joined |= {f"{name}.{inner}": threshold for inner, threshold in _joined(value).items()}
        else:
            joined[name] = value
    return joined


def _known(values: Mapping[str, Any], kind: type[msgspec.Struct], key: Key) -> None:
    """Raise `SettingError` for an unknown key, with the nearest known one, which msgspec does not name."""
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for name, value in values.items():
        if name not in fields:
            where = ".".join((*key, name))
            raise SettingError((*key, name), f"key {where!r} is not known{did_you_mean(name, fields)}")
        inner = _struct(fields[name])
        if isinstance(value, Mapping) and inner is not None:
            _known(value, inner, (*key, name))
        elif isinstance(value, Mapping) and name == "profiles":
            for profile, table in value.items():
                if isinstance(table, Mapping):
                    _known(table, Profile, (*key, name, profile))


def _struct(kind: object) -> type[msgspec.Struct] | None:
    kind = getattr(kind, "__origin__", kind)
    return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None


def _tables(values: Mapping[str, Any], key: Key = ()) -> None:
    """Raise `SettingError`, with the name of the stage, rule or profile, for what msgspec refuses without a name."""
    rules, profiles = values.get("rules"), values.get("profiles")
    for kind, what in (("stages", "stage"), ("sources", "reader"), ("sinks", "exporter")):
        tables = values.get(kind)
        for name, table in tables.items() if isinstance(tables, Mapping) else ():
            if not isinstance(table, Mapping):
                where = ".".join((*key, kind, name))
                reason = f"key {where!r} is not a table; write the settings of a {what} as [{where}]"
                raise SettingError((*key, kind, name), reason)
    for name, value in rules.items() if isinstance(rules, Mapping) else ():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value != "off" and not (number and 0 <= value <= 1):
            where = ".".join((*key, "rules"))
            reason = f'[{where}]: {name!r} is {value!r}; allowed are numbers from 0 to 1, and "off"'
            raise SettingError((*key, "rules", name), reason)
    for name, table in profiles.items() if isinstance(profiles, Mapping) else ():
        inner = ("profiles", name)
        if not isinstance(table, Mapping):
            reason = f"key 'profiles.{name}' is not a table; write a profile as [profiles.{name}]"
            raise SettingError(inner, reason)
        if not table.get("match"):
            reason = f"key 'profiles.{name}.match' is empty; set the documents it is for: match.id = …"
            raise SettingError(inner, reason)
        _tables(table, inner)


def _encoding(name: str | None) -> None:
    try:
        "".encode(name or "utf-8")
    except (LookupError, UnicodeError):
        raise SettingError(
            ("input", "encoding"),
            f"key 'input.encoding': encoding {name!r} is not known; use a name such as utf-8 or gb18030",
        ) from None


def _has(values: Mapping[str, Any], key: Key) -> bool:
    if not key:
        return True
    return key[0] in values and (not isinstance(values[key[0]], Mapping) or _has(values[key[0]], key[1:]))


def _fits(text: str, patterns: Patterns) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in ((patterns,) if isinstance(patterns, str) else patterns))


@contextmanager
def _naming(source: str) -> Iterator[None]:
    """Turn a `SettingError` of the block into a `UsageError` that names `source`."""
    try:
        yield
    except SettingError as error:
        raise UsageError(f"{source}: {error}") from None
