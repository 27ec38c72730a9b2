"""Which sink a name or a target means: the built-in ones, and those that other packages offer."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import msgspec

from pipeline.article import Article
from pipeline.errors import SettingError, UsageError, nearest
from pipeline.sinks.sink import PROTOCOL, Sink

GROUP = "bilingual_pipeline.sinks"

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "json": "pipeline.sinks.folder:Json",
        "jsonl": "pipeline.sinks.jsonl:JsonLines",
        "parquet": "pipeline.sinks.parquet:Parquet",
        "csv": "pipeline.sinks.separated:Csv",
        "sqlite": "pipeline.sinks.sqlite:Sqlite",
        "duckdb": "pipeline.sinks.duckdb:DuckDb",
        "text": "pipeline.sinks.text:Text",
        "messages": "pipeline.sinks.messages:Messages",
    }
)
"""The sinks of this package: name, and the place of the class, which is imported when it is asked for."""


def export(articles: Iterable[Article], target: str | Path, to: str | None = None, **options: object) -> None:
    """Writes articles to `target` in the format `to`, or in the one that the end of the target's name says.

    `options` are those of the sink, such as `rows="turns"`. What is at the target is replaced whole. Raises
    `UsageError` for an unknown format or option, and for a target that cannot be.
    """
    target = Path(target)
    sink(to if to is not None else format_of(target), options).write(articles, target)


def sink(name: str, options: Mapping[str, object] | None = None) -> Sink:
    """The built-in or installed sink of that name, with `options` in its fields. Raises `UsageError`."""
    return _with(_class(name), options or {})


def format_of(target: Path) -> str:
    """The name of the sink that the end of the target's name tells. Raises `UsageError` where none does."""
    name, unfit = target.name.casefold(), []
    for known in BUILT_IN:
        if name.endswith(_class(known).suffixes):
            return known
    for point in _offers():
        try:
            if name.endswith(tuple(_class(point.name).suffixes)):
                return point.name
        except UsageError as error:
            unfit.append(f"; {error}")
    raise UsageError(f"the name of {target} tells no format; say which, one of {', '.join(names())}{''.join(unfit)}")


def names() -> tuple[str, ...]:
    """The built-in sinks, then those that are offered."""
    return (*BUILT_IN, *sorted({point.name for point in _offers()} - set(BUILT_IN)))


def _offers() -> list[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))


def _class(name: str) -> type[Sink]:
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        return cast("type[Sink]", getattr(import_module(module), attribute))
    found = [point for point in _offers() if point.name == name]
    if not found:
        raise UsageError(f"format {name!r} is not known{nearest(name, names())}")
    if len(found) > 1:
        packages = " and ".join(f"{_package(point)} ({point.value})" for point in found)
        raise UsageError(f"format {name!r} is offered by {packages}; uninstall all but one")
    (point,) = found
    whose = f"format {name!r} of package {_package(point)}"
    try:
        offered: object = point.load()
    except (Exception, SystemExit) as error:
        raise UsageError(f"{whose} cannot be loaded from {point.value!r}: {type(error).__name__}: {error}") from error
    for fault in _faults(offered, name):
        raise UsageError(f"{whose} {fault}")
    return cast("type[Sink]", offered)


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "no package"


def _faults(offered: object, name: str) -> Iterator[str]:
    """What is wrong with the class of a sink, each as a clause."""
    parameters = getattr(offered, "__dataclass_params__", None)
    if not isinstance(offered, type) or parameters is None or not parameters.frozen:
        yield "is no frozen dataclass"
        return
    if (told := getattr(offered, "name", None)) != name:
        yield f"calls itself {told!r}; the entry point must have the same name"
    if (protocol := getattr(offered, "protocol", None)) != PROTOCOL:
        yield f"is written for protocol {protocol}, this is {PROTOCOL}; install versions that fit together"
    suffixes = getattr(offered, "suffixes", None)
    if not isinstance(suffixes, tuple) or not all(isinstance(suffix, str) for suffix in suffixes):
        yield "has no tuple of names' ends as 'suffixes'; it may be empty"
    if not callable(getattr(offered, "write", None)):
        yield "has no method 'write'"
    for field in dataclasses.fields(offered):
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            yield f"has an option {field.name!r} without a default"


def _with(kind: type[Sink], options: Mapping[str, object]) -> Sink:
    """A sink of the class with `options` in its fields. Raises `SettingError`, which names the option."""
    known = [field.name for field in dataclasses.fields(cast("Any", kind))]
    for key in options:
        if key not in known:
            allowed = nearest(key, known) if known else "; it has no options"
            raise SettingError(("sinks", kind.name, key), f"format {kind.name!r}: no option {key!r}{allowed}")
    try:
        return msgspec.convert(dict(options), kind)
    except (ValueError, TypeError) as error:
        # msgspec's own error is a ValueError; the others come from a sink that checks its options when it is made.
        reason = str(error).replace("$.", "")
        blamed = next((key for key in options if f"`{key}" in reason), next(iter(options), ""))
        raise SettingError(("sinks", kind.name, blamed), f"format {kind.name!r}: {reason}") from None
