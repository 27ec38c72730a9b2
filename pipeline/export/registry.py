"""Which sink a name or a target means: the built-in ones, and those that other packages offer."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import cast

from pipeline.config import options
from pipeline.config.plugins import SINKS, offered, offers
from pipeline.config.validate import misfit_of
from pipeline.errors import SettingError, UsageError, did_you_mean
from pipeline.export.exporter import EXPORTER_PROTOCOL, Exporter
from pipeline.export.target import write_local, write_remote
from pipeline.model.arguments import expect_all, expect_path, expect_text
from pipeline.model.article import Article
from pipeline.storage import Place, Remote, place

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
"""The sinks of this package: name, and module and class."""


def export(articles: Iterable[Article], target: str | Place, to: str | None = None, **said: object) -> None:
    """Writes articles to `target` in the format `to`, or in the one that the end of the target's name says.

    The target may be in a bucket: `s3://bucket/articles.parquet`. `said` are options of the sink, such as
    `rows="turns"`. What is at the target is replaced whole. Raises `UsageError` for an unknown format or option, for
    a target that cannot be, and for one that another export is writing to.
    """
    found = expect_all("export", "articles", articles, Article)
    expect_path("export", "target", target, Remote)
    expect_text("export", "to", to, optional=True)
    where = place(target)
    chosen = exporter(to if to is not None else format_of(where), said)
    if isinstance(where, Remote):
        write_remote(chosen, found, where)
    else:
        write_local(chosen, found, where)


def exporter(name: str, said: Mapping[str, object] | None = None) -> Exporter:
    """The built-in or installed sink of that name, with its options as `said`.

    Raises `UsageError`, a `SettingError` for an option that is wrong.
    """
    return options.with_options(_plain(name), said or {}, ("sinks", name))


def format_of(target: Place) -> str:
    """The name of the sink that the end of the target's name tells. Raises `UsageError` where none does."""
    name, unfit = target.name.casefold(), []
    for known in exporter_names():
        try:
            if name.endswith(_plain(known).suffixes):
                return known
        except UsageError as error:
            unfit.append(f"; {error}")
    raise UsageError(
        f"cannot infer the format from {target.name!r}; use --to ({', '.join(exporter_names())}){''.join(unfit)}"
    )


def exporter_names() -> tuple[str, ...]:
    """The built-in sinks, then those that are offered."""
    return (*BUILT_IN_EXPORTERS, *sorted({offer.name for offer in offers(SINKS)} - set(BUILT_IN_EXPORTERS)))


def exporter_faults(made: object) -> Iterator[str]:
    """What is wrong with the declaration of a sink, each as a clause. Nothing where all is well."""
    if misfit := misfit_of(made, EXPORTER_PROTOCOL):
        yield misfit
        return
    suffixes = getattr(made, "suffixes", None)
    if not isinstance(suffixes, tuple) or not all(isinstance(suffix, str) for suffix in suffixes):
        yield "needs 'suffixes', a tuple of file name suffixes (may be empty)"
    if not callable(getattr(made, "write", None)):
        yield "has no method 'write'"
    yield from options.faults(made)


def _plain(name: str) -> Exporter:
    """The sink with its default options."""
    if name in BUILT_IN_EXPORTERS:
        return _built_in(name)
    offer = offered(name, offers(SINKS))
    if offer is None:
        raise SettingError(("sinks", name), f"unknown format {name!r}{did_you_mean(name, exporter_names())}")
    return cast("Exporter", offer.made(exporter_faults))


@cache
def _built_in(name: str) -> Exporter:
    module, _, kind = BUILT_IN_EXPORTERS[name].partition(":")
    return cast("Exporter", getattr(import_module(f"pipeline.export.{module}"), kind)())
