"""`pipeline restore`: the source bytes, from the output alone."""

import argparse
import sys
from pathlib import Path

from pipeline.article import Article
from pipeline.cli.options import write_bytes
from pipeline.errors import ContractError, UsageError
from pipeline.reading import article_files, parse, read
from pipeline.restoration import restore
from pipeline.sinks.folder import file_name, replace

EPILOG = """examples:
  pipeline restore output/wire/a.json -o a.txt
  pipeline restore output --id wire/a > a.txt
  pipeline restore output -o restored        every document, each at its path
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("output", metavar="OUTPUT|ARTICLE", help="a folder of articles, a .jsonl file, or one article")
    parser.add_argument("--id", metavar="ID", help="only the document with this id")
    parser.add_argument(
        "-o", "--output", dest="target", metavar="F", help="a file for one document (default: stdout), a folder for all"
    )


def main(options: argparse.Namespace) -> int:
    """Restores one document to a file or standard output, or all to a folder."""
    source = Path(options.output)
    if not source.exists():
        raise UsageError(f"{source} is not there")
    if options.id is not None:
        write_bytes(restore(_with_id(source, options.id)), options.target)
        return 0
    if source.is_file() and source.suffix != ".jsonl":
        write_bytes(restore(next(read(source))), options.target)
        return 0
    if options.target in {None, "-"}:
        raise UsageError("several documents need a folder: name it with -o, or one document with --id")
    return _all(source, Path(options.target))


def _with_id(source: Path, name: str) -> Article:
    expected = source / file_name(name)
    if source.is_dir() and expected.is_file():
        return next(read(expected))
    found = next((article for article in read(source) if article.id == name), None)
    if found is None:
        raise UsageError(f"{source} holds no document {name!r}")
    return found


def _all(source: Path, target: Path) -> int:
    failed = 0
    articles = article_files(source) if source.is_dir() else [source]
    for file in articles:
        name = file.relative_to(source).as_posix() if source.is_dir() else file.name
        try:
            found = [parse(file.read_bytes(), name)] if source.is_dir() else list(read(source))
            for article in found:
                origin = article.provenance.source.origin
                alone = origin.path is not None and origin.row is None and origin.member is None
                below = file_name(article.id).removesuffix(".json") + (
                    Path(origin.path).suffix if alone and origin.path else ".txt"
                )
                path = target / below
                path.parent.mkdir(parents=True, exist_ok=True)
                replace(path, restore(article))
        except ContractError as error:
            failed += 1
            print(error, file=sys.stderr)
    return 1 if failed else 0
