"""Finds exporters by name or by the suffix of a target: built-in ones and those of installed packages."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import cast

from pipeline.config import options
from pipeline.config.plugins import SINKS, offered, offers
from pipeline.config.validate import misfit_of
from pipeline.errors import SettingError, UsageError, did_you_mean
from pipeline.exporters.exporter import EXPORTER_PROTOCOL, Exporter
from pipeline.exporters.target import write_local, write_remote
from pipeline.model.arguments import expect_all, expect_path, expect_text
from pipeline.model.article import Article
from pipeline.storage import AnyPath, RemotePath, as_path

BUILT_IN_EXPORTERS: Mapping[str, str] = MappingProxyType(
    {
        "json": "json:JsonExport",
        "jsonl": "json:JsonLinesExport",
        "parquet": "parquet:ParquetExport",
        "csv": "csv:CsvExport",
        "sqlite": "sqlite:SqliteExport",
        "duckdb": "duckdb:DuckDbExport",
        "text": "text:TextExport",
        "messages": "messages:MessagesExport",
    }
)
"""The built-in exporters: name, and `module:class`."""


def export(articles: Iterable[Article], target: str | AnyPath, to: str | None = None, **export_options: object) -> None:
    """Writes articles to `target` in the format `to`, by default inferred from the suffix of the target.

    The target can be in a bucket, such as `s3://bucket/articles.parquet`, and is replaced completely.
    `export_options` are options of the exporter, such as `rows="turns"`. Raises `UsageError` for an unknown format or
    option, for an invalid target, and if another export is writing to it.
    """
    checked = expect_all("export", "articles", articles, Article)
    expect_path("export", "target", target, RemotePath)
    expect_text("export", "to", to, optional=True)
    destination = as_path(target)
    selected = exporter(to if to is not None else format_of(destination), export_options)
    if isinstance(destination, RemotePath):
        write_remote(selected, checked, destination)
    else:
        write_local(selected, checked, destination)


def exporter(name: str, values: Mapping[str, object] | None = None) -> Exporter:
    """The built-in or installed exporter of this name, with these values of its options.

    Raises `UsageError` for an unknown name, `SettingError` for an invalid option.
    """
    return options.with_options(_with_defaults(name), values or {}, ("sinks", name))


def format_of(target: AnyPath) -> str:
    """The name of the exporter for the suffix of the target. Raises `UsageError` if there is none."""
    name, load_errors = target.name.casefold(), []
    for known in exporter_names():
        try:
            if name.endswith(_with_defaults(known).suffixes):
                return known
        except UsageError as error:
            load_errors.append(f"; {error}")
    raise UsageError(
        f"cannot infer the format from {target.name!r}; use --to ({', '.join(exporter_names())}){''.join(load_errors)}"
    )


def exporter_names() -> tuple[str, ...]:
    """The names of the built-in exporters, then of installed ones."""
    return (*BUILT_IN_EXPORTERS, *sorted({offer.name for offer in offers(SINKS)} - set(BUILT_IN_EXPORTERS)))


def exporter_faults(candidate: object) -> Iterator[str]:
    """What is wrong with the declaration of an exporter, one clause per fault."""
    if misfit := misfit_of(candidate, EXPORTER_PROTOCOL):
        yield misfit
        return
    suffixes = getattr(candidate, "suffixes", None)
    if not isinstance(suffixes, tuple) or not all(isinstance(suffix, str) for suffix in suffixes):
        yield "needs 'suffixes', a tuple of file name suffixes (may be empty)"
    if not callable(getattr(candidate, "write", None)):
        yield "has no method 'write'"
    yield from options.faults(candidate)


def _with_defaults(name: str) -> Exporter:
    """The exporter with its default options."""
    if name in BUILT_IN_EXPORTERS:
        return _built_in(name)
    offer = offered(name, offers(SINKS))
    if offer is None:
        raise SettingError(("sinks", name), f"unknown format {name!r}{did_you_mean(name, exporter_names())}")
    return cast("Exporter", offer.made(exporter_faults))


@cache
def _built_in(name: str) -> Exporter:
    module, _, kind = BUILT_IN_EXPORTERS[name].partition(":")
    return cast("Exporter", getattr(import_module(f"pipeline.exporters.{module}"), kind)())
