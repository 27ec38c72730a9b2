"""`pipeline restore`: restores source files from articles alone."""

import argparse
from errno import ENAMETOOLONG
from pathlib import Path

from pipeline.cli.grouped_errors import print_grouped, verify_hint
from pipeline.cli.lookup import article_with_id
from pipeline.cli.options import add_reading_options, limits, output_place, write_below, write_bytes
from pipeline.config.settings import Limits
from pipeline.errors import ContractError, UsageError
from pipeline.exporters.load.articles import is_single_article, load_each, read
from pipeline.model.article import Article
from pipeline.model.restore import restore
from pipeline.storage import AnyPath, as_path
from pipeline.storage.file_names import FewNames, FileNames, file_name

RESTORE_EXAMPLES = """examples:
  pipeline restore output/wire/a.json -o a.txt
  pipeline restore output --id wire/a > a.txt
  pipeline restore output -o restored        restore all documents
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = RESTORE_EXAMPLES
    parser.add_argument("output", metavar="OUTPUT|ARTICLE", help="a folder of articles, one article, or an export")
    parser.add_argument("--id", metavar="ID", help="restore only the document with this id")
    parser.add_argument(
        "-o", "--output", dest="target", metavar="F", help="file for one document (default: stdout), or folder for all"
    )
    add_reading_options(parser)


def main(options: argparse.Namespace) -> int:
    """Restores one document to a file or standard output, or all to a folder."""
    source, most = output_place(options.output, options), limits(options)
    if not source.exists():
        raise UsageError(f"{source} does not exist")
    if options.id is not None:
        article = article_with_id(source, options.id, most)
        if article is None:
            raise UsageError(f"no document {options.id!r} in {source}")
        write_bytes(restore(article), options.target)
        return 0
    if source.is_file() and is_single_article(source):
        write_bytes(restore(next(read(source, limits=most))), options.target)
        return 0
    if options.target in {None, "-"}:
        raise UsageError("restoring several documents needs a folder; give one with -o, or choose a document with --id")
    return _all(source, as_path(options.target), most)


def _all(source: AnyPath, target: AnyPath, limits: Limits) -> int:
    """Restores every document to the folder `target`. Returns 1 if one cannot be restored."""
    failed = 0
    ids, keys = FewNames(), FewNames()
    file_names = FileNames(ids, keys)
    with print_grouped(verify_hint(source)) as print_error:
        for name, article in load_each(source, limits):
            try:
                if isinstance(article, ContractError):
                    raise article
                data = restore(article)
                if not ids.add(article.id):
                    raise ContractError(name, f"has the same id as another article: {article.id!r}")
                _put(target, _path(article, apart=file_names.take(article.id)), data, name)
            except ContractError as error:
                failed += 1
                print_error(str(error), error.reason)
    return 1 if failed else 0


def _put(target: AnyPath, path: str, data: bytes, name: str) -> None:
    """Writes a document to a folder. Raises `ContractError` if its id is too long for a file path."""
    try:
        write_below(target, path, data)
    except OSError as error:
        if error.errno != ENAMETOOLONG:
            raise
        reason = "its id is too long for a file path; restore it alone with --id and -o FILE"
        raise ContractError(name, reason) from None


def _path(article: Article, *, apart: bool) -> str:
    """The file name of a restored document: its id, with the suffix of its source file if it was a whole file.

    `apart` is true if a file system could treat the plain name as that of an earlier document.
    """
    source = article.provenance.source
    origin = source.origin
    is_file = origin.path and origin.row is None and origin.member is None and source.converted_by is None
    suffix = Path(origin.path).suffix if is_file and origin.path else ".txt"
    return file_name(article.id, apart=apart).removesuffix(".json") + suffix
