"""`pipeline export`: writes articles in another format to a file, a folder or standard output."""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from pipeline.cli.grouped_errors import print_grouped, verify_hint
from pipeline.cli.options import add_reading_options, limits, output_place, settings
from pipeline.config.options import options as fields
from pipeline.config.settings import Limits
from pipeline.errors import ContractError, UsageError
from pipeline.exporters.exporter import Exporter, StreamingExporter
from pipeline.exporters.load.articles import load_each
from pipeline.exporters.registry import BUILT_IN_EXPORTERS, exporter, format_of
from pipeline.exporters.tables.row_kinds import ROW_TYPES
from pipeline.exporters.target import write_local, write_remote
from pipeline.model.article import Article
from pipeline.model.restore import restore
from pipeline.storage import AnyPath, RemotePath, as_path
from pipeline.storage.atomic import is_replaceable

EXPORT_EXAMPLES = """examples:
  pipeline export output -o articles.parquet         one row per article, typed and nested
  pipeline export output --to csv > exchanges.csv    one row per exchange
  pipeline export output -o articles.sqlite          tables and full-text search in both languages
  pipeline export output -o turns.parquet --rows turns
  pipeline export output --to messages --system "You are a lock keeper." -o chats.jsonl.zst
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = EXPORT_EXAMPLES
    parser.add_argument(
        "source", metavar="OUTPUT", help="a folder of articles, one article, or an export: jsonl, parquet, …"
    )
    parser.add_argument(
        "--to",
        metavar="FORMAT",
        help=f"{', '.join(BUILT_IN_EXPORTERS)} (default: inferred from the -o suffix)",
    )
    parser.add_argument(
        "-o", "--output", metavar="F", help="file to write, or folder for json and text (default: stdout)"
    )
    parser.add_argument("--rows", choices=tuple(ROW_TYPES), help="csv, parquet: what each row is")
    parser.add_argument("--system", metavar="TEXT", help="messages: system prompt of each conversation")
    parser.add_argument(
        "--pairs", action="store_true", default=None, help="messages: write translation pairs instead of conversations"
    )
    parser.add_argument("--delimiter", metavar="C", help="csv: column separator (default: comma, or tab for .tsv)")
    parser.add_argument("--bom", action="store_true", default=None, help="csv: write a byte order mark, for Excel")
    add_reading_options(parser)


def main(options: argparse.Namespace) -> int:
    """Exports all valid articles. Returns 1 if some are invalid; these are listed on standard error."""
    source = output_place(options.source, options)
    if not source.exists():
        raise UsageError(f"{source} does not exist")
    to_stdout = options.output in {None, "-"}
    if to_stdout and options.to is None:
        raise UsageError("give a format with --to, or a target with -o, such as -o articles.parquet")
    chosen = _sink(options)
    if to_stdout:
        if not isinstance(chosen, StreamingExporter):
            raise UsageError(f"format {chosen.name!r} cannot be written to standard output; give a target with -o")
        articles = _ValidArticles(source, limits(options))
        chosen.stream(articles, sys.stdout.buffer)
    else:
        target = as_path(options.output)
        _check_overlap(source, target, chosen)
        articles = _ValidArticles(source, limits(options))
        if isinstance(target, RemotePath):
            write_remote(chosen, articles, target)
        elif isinstance(chosen, StreamingExporter) and not is_replaceable(target):
            with target.open("wb") as file:
                chosen.stream(articles, file)
        else:
            write_local(chosen, articles, target)
    return 1 if articles.failed else 0


def _sink(options: argparse.Namespace) -> Exporter:
    name = options.to if options.to is not None else format_of(as_path(options.output))
    layers = settings(options)
    tables = layers.settings.sinks
    values = {key: getattr(options, key) for key in ("rows", "system", "pairs", "delimiter", "bom")}
    values = {key: value for key, value in values.items() if value is not None}
    with layers.naming_source():
        for key in values.keys() - fields(exporter(name)).keys():
            raise UsageError(f"--{key} does not apply to format {name!r}")
        for other in tables.keys() - {name}:
            exporter(other, tables[other])
        return exporter(name, {**tables.get(name, {}), **values})


def _check_overlap(source: AnyPath, target: AnyPath, chosen: Exporter) -> None:
    """Raises `UsageError` if writing to `target` would overwrite the input, or be read as input."""
    if isinstance(source, RemotePath) and isinstance(target, RemotePath):
        below, above = source.holds(target), target.holds(source)
    elif isinstance(source, Path) and isinstance(target, Path):
        origin, destination = source.resolve(), target.resolve()
        below = origin == destination or origin in destination.parents
        above = destination in origin.parents
    else:
        return
    if below or (chosen.name == "json" and above):
        raise UsageError(f"{target} overlaps the input {source}; choose another target")


class _ValidArticles:
    """Yields the valid articles that restore their source, and lists the others on standard error.

    Raises `ContractError` if no article is valid, so that the target is not replaced by nothing.
    """

    def __init__(self, source: AnyPath, limits: Limits) -> None:
        """Checks that there is an article before the target is opened. Raises `UsageError` if there is none."""
        results = load_each(source, limits)
        first = next(results, None)
        if first is None:
            raise UsageError(f"no articles in {source}")
        self._source = source
        self._results = chain([first], results)
        self.failed = 0

    def __iter__(self) -> Iterator[Article]:
        exported = 0
        with print_grouped(verify_hint(self._source)) as say:
            for name, article in self._results:
                try:
                    if isinstance(article, ContractError):
                        raise article
                    restore(article)
                except ContractError as error:
                    self.failed += 1
                    say(f"{name}: {error.reason}", error.reason)
                else:
                    exported += 1
                    yield article
        if not exported:
            raise ContractError(str(self._source), "has no article that can be exported; nothing was written")
